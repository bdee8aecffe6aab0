"""What several rooms do one after the other, called by the command and by the asset graph alike.

The work of a single room does not belong here.
"""
