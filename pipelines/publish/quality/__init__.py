"""What lets a reader compare published figures: breaks, change with its test, funnels and comparators.

Anything that is not a function of published figures and of the specification does not belong here.
"""
