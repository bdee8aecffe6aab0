"""The attack as a tool, on published instances and on traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import UnreadableError
from pipelines.disclosure.attack import (
    EXACT,
    FULL,
    NARROWED,
    TWO_VALUED,
    Dimension,
    Practice,
    TableShape,
    audit_table,
    judge,
    outsider,
)

UNROUNDED = Practice(base=1)


def four_by_four(hidden: set[str]) -> tuple[dict[str, int | None], list[tuple[str, list[str]]]]:
    """The 4 x 4 table of the disclosure note (T1): rows w to z by columns a to d, with all margins."""
    rows = {"w": (30, 47, 64, 89), "x": (90, 124, 5, 31), "y": (92, 100, 59, 85), "z": (800, 991, 651, 685)}
    figures: dict[str, int | None] = {}
    for r, held in rows.items():
        figures |= {f"{r}{c}": n for c, n in zip("abcd", held, strict=True)}
        figures[f"{r}T"] = sum(held)
    figures |= {f"T{c}": sum(rows[r][i] for r in rows) for i, c in enumerate("abcd")}
    figures["TT"] = sum(sum(held) for held in rows.values())
    sums = [(f"{r}T", [f"{r}{c}" for c in "abcd"]) for r in rows]
    sums += [(f"T{c}", [f"{r}{c}" for r in rows]) for c in "abcd"] + [("TT", [f"T{c}" for c in "abcd"])]
    return {k: None if k in hidden else v for k, v in figures.items()}, sums


def test_t1_bounds_hold_the_truth_but_need_sums_of_lines_to_close() -> None:
    nine = {"wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"}
    figures, sums = four_by_four(nine)
    low, high = outsider(figures, sums, UNROUNDED)["wb"]
    # wb = (w - wd) + (x - xb - xd) - (a - ya - za) - (c - yc - zc) = 47 exactly: a sum of four lines, which propagation
    # line by line does not reach and linear programming will
    assert (low, high) == (0, 116)
    assert outsider(*four_by_four(nine | {"xb"}), UNROUNDED)["wb"] == (0, 141)


def test_t3_interval_of_fischetti_and_salazar() -> None:
    """The 3 x 3 table of Management Science 47(7), 2001: an attacker finds IIC between 5 and 30."""
    rows = {"I": (20, 50, 10), "II": (8, 19, 22), "III": (17, 32, 12)}
    truth = {f"{r}{c}": n for r, held in rows.items() for c, n in zip("ABC", held, strict=True)}
    sums = [(f"{r}T", [f"{r}{c}" for c in "ABC"]) for r in rows]
    sums += [(f"T{c}", [f"{r}{c}" for r in rows]) for c in "ABC"] + [("TT", [f"T{c}" for c in "ABC"])]
    for total, parts in sums:
        truth[total] = sum(truth[p] for p in parts)
    hidden = {"IIA", "IIC", "IIIA", "IIIC"}
    shown = {k: None if k in hidden else n for k, n in truth.items()}
    found = outsider(shown, sums, UNROUNDED)
    # each line has two hidden cells, so line by line is as strong as linear programming here
    assert {k: found[k] for k in hidden} == {"IIA": (0, 25), "IIC": (5, 30), "IIIA": (0, 25), "IIIC": (4, 29)}
    assert judge({**shown, "IIA": 8}, sums, UNROUNDED).count(EXACT) == 3


def test_a_single_hidden_cell_of_a_line_is_exact() -> None:
    figures, sums = four_by_four({"wb"})
    assert outsider(figures, sums, UNROUNDED)["wb"] == (47, 47)
    assert judge(figures, sums, UNROUNDED).count(EXACT) == 1


def test_t2_linked_tables_together_are_as_narrow_as_the_narrower() -> None:
    figures: dict[str, int | None] = {"I": 8, "J": 8, "N": 7, "AB": 20, "KN": 16, "big": 6, "small": 30, "all": 36}
    figures |= dict.fromkeys("ABKLM")
    county = [("AB", list("ABIJ")), ("KN", list("KLMN")), ("all", ["AB", "KN"])]
    size = [("big", list("LM")), ("small", list("ABIJKN")), ("all", ["big", "small"])]
    assert outsider(figures, county, UNROUNDED)["K"] == (0, 9)
    assert outsider(figures, size, UNROUNDED)["K"] == (0, 7)
    # the true 3 follows exactly, but only from a difference of two lines: the known limit of propagation, which
    # linear programming will close
    assert outsider(figures, [*county, *size], UNROUNDED)["K"] == (0, 7)


@pytest.mark.parametrize(
    ("total", "shown", "hidden_min", "expected"),
    [(0, [0], 0, (0, 0)), (15, [10, 5], 0, (0, 0)), (15, [10, 3], 1, (1, 1))],
)
def test_t4_zero_and_one_traps(total: int, shown: list[int], hidden_min: int, expected: tuple[int, int]) -> None:
    figures: dict[str, int | None] = {f"s{i}": n for i, n in enumerate(shown)} | {"total": total, "x": None, "y": None}
    practice = Practice(base=1, hidden_min=hidden_min)
    sums = [("total", [k for k in figures if k != "total"])]
    assert outsider(figures, sums, practice)["x"] == expected
    assert judge(figures, sums, practice).count(EXACT) == 2


def test_rounding_alone_leaves_a_range() -> None:
    figures: dict[str, int | None] = {"a": 20, "b": None, "total": 20}
    found = judge(figures, [("total", ["a", "b"])])
    assert [(c.lower, c.upper, c.verdict) for c in found.hidden] == [(0, 4, FULL)]


@pytest.mark.parametrize(("total", "verdict"), [(11, TWO_VALUED), (13, NARROWED)])
def test_verdicts(total: int, verdict: str) -> None:
    figures: dict[str, int | None] = {"a": 10, "x": None, "y": None, "total": total}
    found = judge(figures, [("total", ["a", "x", "y"])], UNROUNDED)
    assert [c.verdict for c in found.hidden] == [verdict, verdict]


CSV = """measure,area,split,category,value,status
m,W,total,T,35,
m,N,total,T,15,
m,S,total,T,20,
m,a,total,T,10,
m,b,total,T,5,
m,d,total,T,20,
m,W,sex,F,,c
m,N,sex,F,,c
m,S,sex,F,0,
m,a,sex,F,,c
m,b,sex,F,0,
m,d,sex,F,0,
m,W,sex,M,35,
m,N,sex,M,15,
m,S,sex,M,20,
m,a,sex,M,5,
m,b,sex,M,5,
m,d,sex,M,20,
"""
SHAPE = TableShape(
    dimensions=(
        Dimension("area", "W", {"a": "N", "b": "N", "d": "S"}),
        Dimension("category", "T", within="split"),
    ),
    status="status",
    separate=("measure",),
)


def test_csv_with_levels_and_splits(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(CSV, encoding="utf-8")
    found = audit_table(path, SHAPE)
    assert found.n_cells == 18
    assert found.n_contradictions == 0
    # 6 rows over the split; per column: N, S, W from regions, W from authorities
    assert found.n_sums == 6 + 3 * 4
    assert {c.name for c in found.hidden} == {"m||W|sex|F", "m||N|sex|F", "m||a|sex|F"}
    assert {c.verdict for c in found.hidden} == {FULL}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("measure,area\nm,W\n", "disclosure.column_missing"),
        (CSV.replace("m,W,total,T,35,", "m,W,total,T,about 35,"), "disclosure.value_unreadable"),
        ("", "disclosure.table_unreadable"),
    ],
)
def test_bad_tables_are_refused_with_a_message(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        audit_table(path, SHAPE)
    assert caught.value.key == key
    assert "35" not in str(caught.value)


def test_contradicting_margins_are_counted() -> None:
    figures: dict[str, int | None] = {"a": 20, "b": None, "total": 10}
    assert judge(figures, [("total", ["a", "b"])]).n_contradictions >= 1
