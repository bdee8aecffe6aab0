"""Comparisons worked out from published figures and open data sets, and the seed figures they answer.

No figure from before protection comes in here: only the values of the edition and what others published.
"""
