"""The attack as a tool: published instances, traps, and tables as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.audit.attack import (
    GUESSING,
    PLAIN,
    Aim,
    Dimension,
    Practice,
    System,
    TableShape,
    attack,
    exact_bounds,
    read_hierarchy,
    read_table,
    report_of,
    write,
)
from pipelines.core.errors import UnreadableError
from tests.made_system import FISCHETTI_SALAZAR, FOUR_BY_FOUR, MUN_ACCIDENTS, Z1, hiding, system_of

UNROUNDED = Practice(base=1)
NINE = {"w a", "w b", "w c", "x a", "x c", "y b", "y d", "z b", "z d"}


def test_t1_nine_cells_two_a_line_and_one_open() -> None:
    made = hiding(FOUR_BY_FOUR, NINE, UNROUNDED)
    assert exact_bounds(made, ["w b"])["w b"] == (47, 47)
    found = attack(made, Aim())
    (opened,) = found.opened
    assert (opened.name, opened.verdict) == ("w b", "exact")
    # the sums of four lines tell it, and the report names four lines
    assert len([reason for reason in opened.because if reason.startswith("sum ")]) == 4
    assert exact_bounds(hiding(FOUR_BY_FOUR, NINE | {"x b"}, UNROUNDED), ["w b"])["w b"] == (0, 141)


def linked(tables: int) -> System:
    """T2: one list of units by county and by size; `tables` 1 is the county table, 2 that by size, 3 both."""
    figures: dict[str, int | None] = {"I": 8, "J": 8, "N": 7, "AB": 20, "KN": 16, "big": 6, "small": 30, "all": 36}
    figures |= dict.fromkeys("ABKLM")
    county = [("AB", list("ABIJ")), ("KN", list("KLMN")), ("all", ["AB", "KN"])]
    size = [("big", list("LM")), ("small", list("ABIJKN")), ("all", ["big", "small"])]
    return system_of(figures, (county if tables & 1 else []) + (size if tables & 2 else []), UNROUNDED)


def test_t2_linked_tables_are_attacked_jointly() -> None:
    assert exact_bounds(linked(1), ["K"])["K"] == (0, 9)
    assert exact_bounds(linked(2), ["K"])["K"] == (0, 7)
    assert exact_bounds(linked(3), ["K"])["K"] == (3, 3)


def test_t3_interval_of_fischetti_and_salazar() -> None:
    hidden = {"II A", "II C", "III A", "III C"}
    found = exact_bounds(hiding(FISCHETTI_SALAZAR, hidden, UNROUNDED), sorted(hidden))
    assert found == {"II A": (0, 25), "II C": (5, 30), "III A": (0, 25), "III C": (4, 29)}


@pytest.mark.parametrize(
    ("total", "shown", "hidden_min", "expected"),
    [(0, [0], 0, (0, 0)), (15, [10, 5], 0, (0, 0)), (15, [10, 3], 1, (1, 1))],
)
def test_t4_zero_and_one_traps(total: int, shown: list[int], hidden_min: int, expected: tuple[int, int]) -> None:
    figures: dict[str, int | None] = {f"s{i}": n for i, n in enumerate(shown)} | {"total": total, "x": None, "y": None}
    made = system_of(
        figures, [("total", [k for k in figures if k != "total"])], Practice(base=1, hidden_min=hidden_min)
    )
    assert exact_bounds(made, ["x", "y"]) == {"x": expected, "y": expected}
    assert attack(made, Aim()).count("exact") == 2


def test_t6_primaries_alone_are_known_and_the_published_pattern_closes_them() -> None:
    primary = {"B arbeid", "D arbeid", "H arbeid"}
    pattern = primary | {"B annet", "D annet", "H annet"}
    assert attack(hiding(Z1, primary, UNROUNDED), Aim()).count("exact") == 3
    closed = attack(hiding(Z1, pattern, UNROUNDED), Aim(small_count_max=3, open_up_to=3))
    assert (closed.counts["exact"], closed.counts["two_valued"], len(closed.opened)) == (0, 0, 0)
    assert exact_bounds(hiding(Z1, pattern, UNROUNDED), ["B arbeid", "D arbeid"]) == {
        "B arbeid": (0, 6), "D arbeid": (0, 6),
    }  # fmt: skip


def test_t9_eight_small_cells_and_the_pattern_of_k_disclosure() -> None:
    truth, _ = MUN_ACCIDENTS
    primary = {name for name, n in truth.items() if 1 <= n <= 3}
    assert len(primary) == 8
    alone = attack(hiding(MUN_ACCIDENTS, primary, UNROUNDED), Aim(small_count_max=3, open_up_to=3))
    assert {c.name for c in alone.cells if c.verdict == "exact"} >= {"k2 none", "k5 serious", "T light"}
    ten = {"k1 none", "k1 serious", "k2 none", "k2 serious", "k3 light", "k3 none", "k5 none", "k5 serious",
           "k6 light", "k6 serious"}  # fmt: skip
    found = attack(hiding(MUN_ACCIDENTS, ten, UNROUNDED), Aim(small_count_max=3, open_up_to=3))
    # no exact recovery is all that method promises: a two-valued cell is left, and the report says so
    assert found.count("exact") == 0


def test_a_right_guess_narrows_and_a_guess_without_the_ledger_is_no_finding() -> None:
    figures: dict[str, int | None] = {"total": 30, "shown": 25, "x": None, "y": None}
    made = system_of(figures, [("total", ["shown", "x", "y"])], Practice(base=1))
    plain, guess = (attack(made, Aim(), attacker) for attacker in (PLAIN, GUESSING))
    assert [(c.lower, c.upper) for c in plain.cells] == [(0, 5), (0, 5)]
    assert [(c.lower, c.upper) for c in guess.cells] == [(1, 4), (1, 4)]
    assert not plain.opened
    assert not guess.opened
    informed = attack(made, Aim(needed={"x": (1, 5), "y": (1, 5)}), GUESSING)
    assert [c.verdict for c in informed.cells] == ["full", "full"]


def test_protection_known_from_the_ledger_is_asked_for_exactly() -> None:
    figures: dict[str, int | None] = {"total": 60, "shown": 25, "x": None, "y": None}
    made = system_of(figures, [("total", ["shown", "x", "y"])], Practice(base=1))
    made.add("y", (32, 34))
    assert {c.name for c in attack(made, Aim(needed={"x": (1, 5)})).opened} == {"x"}
    assert attack(made, Aim()).opened[0].name == "x"


def test_percentages_from_unrounded_counts_open_what_rounding_hides() -> None:
    made = system_of({"n": None, "d": 60}, [], Practice())
    assert attack(made, Aim()).counts["full"] == 1
    made.ratio("n of d", "n", "d", ((5.05) / 100, 5.15 / 100))  # 3 of 59 is 5.1 %
    assert [(c.lower, c.upper, c.verdict) for c in attack(made, Aim()).cells] == [(3, 3, "exact")]


def test_sums_said_twice_and_sums_that_contradict_each_other() -> None:
    figures: dict[str, int | None] = {"total": 30, "shown": 25, "x": None, "y": None}
    sums: list[tuple[str, list[str]]] = [("total", ["shown", "x", "y"])]
    once, twice = system_of(figures, sums, UNROUNDED), system_of(figures, sums * 2, UNROUNDED)
    twice.at_most("x within total", "x", "total")  # what both of them show already
    assert attack(twice, Aim()) == attack(once, Aim())
    twice.relate("x and y", {"x": 2.0, "y": 2.0}, low=0, high=4)
    assert attack(twice, Aim()).contradictions == ("x", "y")
    once.relate("x and y", {"x": -1.0, "y": -1.0}, low=-4, high=-4)
    assert attack(once, Aim()).contradictions == ("x", "y")


def test_contradicting_margins_are_told() -> None:
    made = system_of({"a": 20, "b": None, "total": 10}, [("total", ["a", "b"])], Practice())
    assert attack(made, Aim()).contradictions == ("b",)


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
LEVELS = "dimension,code,parent\narea,a,N\narea,b,N\narea,d,S\n"


def shape(parents: dict[str, str]) -> TableShape:
    dimensions = (Dimension("area", "W", parents), Dimension("category", "T", within="split"))
    return TableShape(dimensions, status="status", separate=("measure",))


def test_csv_with_levels_and_splits_and_the_report_on_disk(tmp_path: Path) -> None:
    path, levels = tmp_path / "table.csv", tmp_path / "levels.csv"
    path.write_text(CSV, encoding="utf-8")
    levels.write_text(LEVELS, encoding="utf-8")
    made = read_table(path, shape(read_hierarchy(levels)["area"]))
    assert len(made.names) == 18
    # 6 rows over the split; per column: N, S, W from regions, W from authorities
    assert len(made.relations) == 6 + 3 * 4
    report = report_of("table", made, {PLAIN: Aim(), GUESSING: Aim()})
    assert {c.name for c in report.plain.cells} == {"m||W|sex|F", "m||N|sex|F", "m||a|sex|F"}
    assert {c.verdict for c in report.plain.cells} == {"full"}
    _, listed = write(report, tmp_path / "out")
    assert len(listed.read_text("utf-8").splitlines()) == 1 + 2 * 3


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
        read_table(path, shape({}))
    assert caught.value.key == key
    assert "35" not in str(caught.value)
    with pytest.raises(UnreadableError) as caught:
        read_table(tmp_path / "nothing.csv", shape({}))
    assert caught.value.key == "file.not_found"


def test_a_level_that_is_withheld_whole_is_not_guessed_to_be_small() -> None:
    """A region's 4 made of three authorities: who guesses all rightly is left two values, unless whole levels go."""
    figures: dict[str, int | None] = dict.fromkeys(("a", "b", "c", "region"))
    made = system_of(figures, [("region", ["a", "b", "c"])], Practice())
    needed = dict.fromkeys(figures, (1, 5))
    assert {cell.name for cell in attack(made, Aim(needed=needed), GUESSING).opened} == set(figures)
    whole = Aim(needed=needed, withheld_whole=frozenset({"region"}))
    assert attack(made, whole, GUESSING).opened == ()
