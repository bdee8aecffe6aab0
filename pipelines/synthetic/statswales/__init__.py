"""Renders tables of published figures into the shapes that StatsWales serves, past and present.

Inventing figures does not belong here: what is rendered stands in `data/sample/reference/`.
"""
