"""Runs the scripts of `portable_rules.py` in whatever DuckDB stands in this environment, and compares the faults.

Imports nothing of this project: it is for an environment that holds another version.
"""

import json
import sys
from pathlib import Path

import duckdb


def main(path: Path) -> int:
    """0 where every pack finds the very faults that it found where the script was made."""
    n = wrong = 0
    for pack in json.loads(path.read_text(encoding="utf-8")):
        con, broken = duckdb.connect(), []
        for statement in pack["statements"]:
            try:
                con.execute(statement)
            except duckdb.Error as error:
                broken.append(f"{type(error).__name__}: {str(error)[:120]} in: {statement[:90]}")
        same = [list(row) for row in con.execute(pack["query"]).fetchall()] == pack["faults"]
        told = f"{pack['rules']} rules, {len(pack['statements'])} statements, {len(pack['faults'])} faults"
        is_wrong = bool(broken) or not same
        if is_wrong or pack["rules"] > 1:
            found = f"{len(broken)} broken, {'the same' if same else 'DIFFERENT'}"
            print("\n".join([f"duckdb {duckdb.__version__}, {pack['pack']}: {told}, {found}", *broken[:5]]))
        wrong += is_wrong
        n += 1
    print(f"{n} scripts, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
