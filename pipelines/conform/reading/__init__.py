"""Bytes to text, rows and archive members, within limits, for every reader of this room.

What the content means does not belong here.
"""
