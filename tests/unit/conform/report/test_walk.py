"""A person's walk: put right what the report names first, check again, and come to an accepted return."""

from __future__ import annotations

import random

import pytest
from made_submissions import COLUMNS, Tables, apart, submission

SHEETS = {"Header": "child", "Episodes": "episode", "Reviews": "review"}


def spoil(tables: Tables, seed: int) -> int:
    """Plant one defect in each of several rows; how many."""
    chance = random.Random(seed)
    defects = [
        ("Episodes", "DECOM", lambda text: f"{text[:6]}{text[8:]}"),
        ("Episodes", "DECOM", lambda _: "31/02/2018"),
        ("Episodes", "PLACE", lambda _: "Q9"),
        ("Episodes", "LS", lambda _: ""),
        ("Episodes", "CIN", lambda _: "N99"),
        ("Header", "ETHNIC", lambda _: "QQQQ"),
        ("Header", "DOB", lambda _: ""),
        ("Reviews", "REVIEW", lambda _: "soon"),
    ]
    for name, column, change in defects:
        row = chance.choice(tables[name])
        row[column] = change(row[column])
    return len(defects)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fixing_the_first_cause_again_and_again_leads_to_acceptance(explained, seed: int) -> None:
    clean, sent = apart(submission(24)), apart(submission(24))
    n_defects = spoil(sent, seed)
    sizes = []
    for _ in range(n_defects + 1):
        report = explained(sent)
        sizes.append(report.n_faults)
        if report.about.verdict == "accepted":
            break
        put_right(report, sent, clean)
    assert report.about.verdict == "accepted"
    assert sizes == sorted(sizes, reverse=True), "putting a cause right never makes more faults"
    assert len(sizes) <= n_defects + 1, "never more acts than defects"


def put_right(report, sent: Tables, clean: Tables) -> None:
    """What the first cause names: its column in its rows, as the case record has it."""
    first = report.faults.filter((report.faults["cause"] == 1) & ~report.faults["follows"])
    told = first.join(report.kinds, on="kind")
    for table, item, row in told.select("table", "item", "row_number").iter_rows():
        name = next(n for n, t in SHEETS.items() if t == table)
        column = report.kinds.filter((report.kinds["table"] == table) & (report.kinds["item"] == item))["column"][0]
        assert column in COLUMNS[name].split()
        sent[name][row - 1][column] = clean[name][row - 1][column]
