"""A person's walk over a return of the sample: put right what the report advises first, check again, until accepted.

Returns made for tests are walked beside the report itself (`unit/conform/report/test_walk.py`).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

from made_build import SAMPLE, Mesur

Rows = list[dict[str, str]]
MOST_STEPS = 6


def test_a_return_of_the_sample_is_walked_to_acceptance(
    mesur: Mesur, planted_defects: dict[str, int], tmp_path: Path
) -> None:
    """The defects that its maker planted in a return of Bro Morgannwg, by the words of the report alone."""
    name = "returns/2023-24/W06000014.zip"
    sent, told = _sent(SAMPLE / name), []
    for _ in range(MOST_STEPS):
        found = mesur("check", _zip(tmp_path / "W06000014.zip", sent), "--json")
        said = json.loads(found.out)
        told.append((found.code, said["verdict"], said["n_faults"].get("error", 0)))
        if said["verdict"] == "accepted":
            break
        _amend(said["causes"][0], sent["Episodes.csv"])
    codes, verdicts, sizes = zip(*told, strict=True)
    assert codes == (*([1] * (len(told) - 1)), 0)
    assert verdicts == (*(["accepted_with_errors"] * (len(told) - 1)), "accepted")
    assert list(sizes) == sorted(set(sizes), reverse=True), "every step leaves fewer errors"
    assert 1 < len(told) - 1 <= planted_defects[name], "never more acts than defects"


def _amend(first: dict[str, object], episodes: Rows) -> None:
    """What the case record says of the row that the first cause names: a date day first, or when an episode ended."""
    at = int(str(first["first_line"])) - 2
    row, after = episodes[at], episodes[at + 1]
    codes = first["rule_ids"]
    assert isinstance(codes, list)
    if codes[0] == "141":
        month, day, year = row["DECOM"].split("/")
        row["DECOM"] = f"{day}/{month}/{year}"
    else:
        row.update(DEC=after["DECOM"], REC="X1")


def _sent(path: Path) -> dict[str, Rows]:
    with zipfile.ZipFile(path) as held:
        return {n: list(csv.DictReader(io.StringIO(held.read(n).decode("utf-8-sig")))) for n in held.namelist()}


def _zip(path: Path, sent: dict[str, Rows]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, rows in sent.items():
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            made.writestr(name, text.getvalue())
    return path
