"""Reading what was published: frames of figures out of any file that has them, with their key.

Judging does not belong here.
"""
