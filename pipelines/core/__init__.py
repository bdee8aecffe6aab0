"""What every room needs and none owns: settings, periods, errors, files, ledger, keys, locks, connections.

No word of the field beyond the names of the ledger belongs here, and nothing is imported before it is asked for.
"""
