"""The room from cells to disclosed rows: files, refusals, figures by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.audit.attack import Aim, Dimension, TableShape, attack, read_table
from pipelines.core.errors import UnreadableError, UsageError, render
from pipelines.core.files import sha256_of
from pipelines.disclosure import (
    CellsDisagree,
    Refused,
    Task,
    audit,
    protect,
    protect_task,
    register,
)
from pipelines.disclosure import proof as proof_module
from pipelines.disclosure import room as room_module
from pipelines.disclosure.audit import Verdict, Violation
from pipelines.disclosure.config import IN_FORCE
from pipelines.disclosure.disclosed import COLUMNS, status_order
from schemas.catalogue import WALES, Catalogue
from tests.made_cells import Inner, publication_of, summed, with_publication, write
from tests.unit.disclosure.conftest import Year

KEY = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code"]
NORTH, OTHER, WEST, SOUTH = "W06000001", "W06000002", "W06000008", "W06000015"


def made(
    catalogue: Catalogue, folder: Path, measures: dict[str, Inner], breakdown: str = "sex"
) -> tuple[Catalogue, pl.DataFrame]:
    """Protects one publication of these measures; the catalogue with it and the disclosed rows."""
    wanted = [(m, b) for m in measures for b in ("total", breakdown)]
    held = pl.concat([summed(catalogue, inner, breakdown, m) for m, inner in measures.items()])
    catalogue = with_publication(catalogue, publication_of("made", wanted))
    protect(catalogue, "made", write(held, folder), folder)
    return catalogue, pl.read_parquet(folder / "disclosed.parquet")


def one(rows: pl.DataFrame, measure: str, area: str, code: str = "T") -> dict[str, object]:
    found = rows.filter(
        (pl.col("measure_id") == measure) & (pl.col("area_code") == area) & (pl.col("breakdown_code") == code)
    )
    assert found.height == 1
    return found.row(0, named=True)


def figures(row: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(row[n] for n in names)


def test_counts_are_rounded_and_small_ones_hidden_with_companions(catalogue: Catalogue, tmp_path: Path) -> None:
    stock = {(NORTH, "M"): (3, 3), (NORTH, "F"): (59, 59), (OTHER, "M"): (41, 41), (OTHER, "F"): (38, 38)}
    stock |= {(SOUTH, "M"): (66, 66), (SOUTH, "F"): (72, 72)}
    _, rows = made(catalogue, tmp_path, {"CLA_STOCK": stock})
    small = one(rows, "CLA_STOCK", NORTH, "M")
    assert figures(small, "value", "numerator", "status", "reason") == (
        None,
        None,
        "c",
        "disclosure.reason.confidential",
    )
    assert one(rows, "CLA_STOCK", NORTH, "F")["status"] == "c"  # else at most 62 in all less at least 58: at most 4
    assert figures(one(rows, "CLA_STOCK", NORTH), "value", "status") == (60.0, "")
    assert figures(one(rows, "CLA_STOCK", WALES), "value", "status") == (280.0, "t")
    assert tuple(rows.columns) == COLUMNS


def test_percent_rate_and_mean_come_from_published_counts(catalogue: Catalogue, tmp_path: Path) -> None:
    sizes = {NORTH: (41, 57), OTHER: (6, 23), WEST: (2400, 4810), SOUTH: (8, 8)}
    foster = {(a, "M"): v for a, v in sizes.items()}
    stock = {k: (d, d) for k, (_, d) in foster.items()}
    held = pl.concat(
        [summed(catalogue, foster, "total", "CLA_FOSTER_PC")]
        + [summed(catalogue, stock, "total", m) for m in ("CLA_RATE", "CLA_MEAN_DAYS_IN_CARE")]
    )
    measures = ("CLA_FOSTER_PC", "CLA_RATE", "CLA_MEAN_DAYS_IN_CARE")
    catalogue = with_publication(catalogue, publication_of("made", [(m, "total") for m in measures]))
    protect(catalogue, "made", write(held, tmp_path), tmp_path)
    rows = pl.read_parquet(tmp_path / "disclosed.parquet")
    whole = one(rows, "CLA_FOSTER_PC", NORTH)
    assert figures(whole, "numerator", "denominator", "value", "lower", "upper", "status") == (40, 55, 73, 60, 83, "")
    assert figures(one(rows, "CLA_FOSTER_PC", OTHER), "value", "status") == (20, "u")
    assert one(rows, "CLA_FOSTER_PC", WEST)["value"] == 49.9
    assert figures(one(rows, "CLA_FOSTER_PC", SOUTH), "numerator", "denominator", "value", "status") == (
        10,
        10,
        100,
        "u",
    )
    # 10,000 x 55 / 28,000, and Byar's limits of 55
    assert figures(one(rows, "CLA_RATE", NORTH), "numerator", "denominator", "value", "lower", "upper") == (
        55,
        28_000,
        20,
        15,
        26,
    )
    mean = one(rows, "CLA_MEAN_DAYS_IN_CARE", NORTH)
    assert figures(mean, "numerator", "denominator", "value", "status") == (None, 55, 100.0, "")
    assert figures(one(rows, "CLA_MEAN_DAYS_IN_CARE", SOUTH), "value", "status") == (None, "c")


def test_small_complement_hides_percentage_and_numerator_in_every_table(catalogue: Catalogue, tmp_path: Path) -> None:
    foster = {(NORTH, "M"): (58, 60), (OTHER, "M"): (50, 90), (SOUTH, "M"): (40, 80), (WEST, "M"): (44, 70)}
    foster |= {(a, "F"): (31, 60) for a in (NORTH, OTHER, SOUTH, WEST)}
    _, rows = made(catalogue, tmp_path, {"CLA_FOSTER": foster, "CLA_FOSTER_PC": foster})
    share, count = one(rows, "CLA_FOSTER_PC", NORTH, "M"), one(rows, "CLA_FOSTER", NORTH, "M")
    assert figures(share, "value", "numerator", "denominator", "status") == (None, None, 60, "c")
    assert figures(count, "value", "numerator", "status") == (None, None, "c")


def test_one_set_of_children_looks_the_same_under_two_names(catalogue: Catalogue, tmp_path: Path) -> None:
    """A measure that is a category of another's breakdown is hidden where the category is."""
    kinds = {(NORTH, "CARE_ORDER"): (58, 58), (NORTH, "OTHER"): (2, 2), (OTHER, "CARE_ORDER"): (41, 41)}
    kinds |= {(OTHER, "OTHER"): (30, 30), (WEST, "CARE_ORDER"): (61, 61), (WEST, "OTHER"): (24, 24)}
    orders = {(a, "CARE_ORDER"): v for (a, c), v in kinds.items() if c == "CARE_ORDER"}
    held = pl.concat(
        [
            summed(catalogue, kinds, "legal_status", "CLA_STOCK"),
            summed(catalogue, orders, "total", "CLA_CARE_ORDER"),
        ]
    )
    wanted = [("CLA_STOCK", "total"), ("CLA_STOCK", "legal_status"), ("CLA_CARE_ORDER", "total")]
    catalogue = with_publication(catalogue, publication_of("made", wanted))
    protect(catalogue, "made", write(held, tmp_path), tmp_path)
    rows = pl.read_parquet(tmp_path / "disclosed.parquet")
    assert one(rows, "CLA_STOCK", NORTH, "CARE_ORDER")["status"] == "c"
    for area in (NORTH, OTHER, WEST, WALES):
        assert one(rows, "CLA_CARE_ORDER", area)["value"] == one(rows, "CLA_STOCK", area, "CARE_ORDER")["value"]


def test_whole_group_of_a_sensitive_breakdown_is_hidden(catalogue: Catalogue, tmp_path: Path) -> None:
    kinds = {(NORTH, "A"): (9, 9), (NORTH, "B"): (0, 0), (OTHER, "A"): (41, 41), (OTHER, "B"): (30, 30)}
    kinds |= {(SOUTH, "A"): (61, 61), (SOUTH, "B"): (24, 24)}
    _, rows = made(catalogue, tmp_path, {"CLA_STOCK": kinds}, breakdown="need")
    assert one(rows, "CLA_STOCK", NORTH, "A")["status"] == "c"
    assert one(rows, "CLA_STOCK", NORTH, "B")["status"] == "c"
    assert one(rows, "CLA_STOCK", NORTH)["value"] == 10.0
    proof = json.loads((tmp_path / "suppression.json").read_text(encoding="utf-8"))
    assert proof["group_disclosures"] == 1
    _, open_rows = made(catalogue, tmp_path, {"CLA_STOCK": kinds}, breakdown="sex")
    assert one(open_rows, "CLA_STOCK", NORTH, "A")["value"] == 10.0


@pytest.mark.parametrize(("outside", "status"), [(0, "c"), (1, "c"), (2, "")])
def test_a_group_that_one_child_is_outside_of_is_hidden_and_one_that_two_are_is_not(
    catalogue: Catalogue, tmp_path: Path, outside: int, status: str
) -> None:
    kinds = {(NORTH, "A"): (53 - outside,) * 2, (NORTH, "B"): (outside,) * 2, (NORTH, "D"): (0, 0)}
    kinds |= {(area, "A"): (41, 41) for area in (OTHER, SOUTH)} | {(area, "B"): (3, 3) for area in (OTHER, SOUTH)}
    _, rows = made(catalogue, tmp_path, {"CLA_STOCK": kinds}, breakdown="need")
    assert one(rows, "CLA_STOCK", NORTH, "A")["status"] == status
    assert one(rows, "CLA_STOCK", NORTH)["value"] == 55.0
    targets = pl.read_parquet(tmp_path / "closed" / "targets.parquet").filter(pl.col("reason") == "group")
    assert targets["low"].to_list() == ([51] if status else [])


def test_an_audit_finds_a_group_shown_whose_only_other_is_hidden(catalogue: Catalogue, tmp_path: Path) -> None:
    """The gate looks by itself: figures protected without the rule do not pass it."""
    kinds = {(NORTH, "A"): (52, 52), (NORTH, "B"): (1, 1), (OTHER, "A"): (41, 41), (OTHER, "B"): (3, 3)}
    held = summed(catalogue, kinds, "need", "CLA_STOCK")
    catalogue = with_publication(catalogue, publication_of("made", [("CLA_STOCK", "total"), ("CLA_STOCK", "need")]))
    cells = write(held, tmp_path)
    protect_task(catalogue, Task("made", cells, tmp_path, replace(IN_FORCE, group_rest_max=0)))
    found = audit.check(catalogue, audit.Subject("made", cells, tmp_path / "disclosed.parquet"))
    assert [(v.check, v.n_found) for v in found.violations] == [("whole_group_shown", 1)]


def test_coverage_missing_and_partial(catalogue: Catalogue, tmp_path: Path) -> None:
    stock = {(a, c): (n, n) for a, n in ((NORTH, 50), (OTHER, 61), (WEST, 72)) for c in ("M", "F")}
    held = summed(catalogue, stock, "sex", "CLA_STOCK").with_columns(
        coverage_status=pl.when(pl.col("area_code") == WEST)
        .then(pl.lit("missing"))
        .when(pl.col("area_code") == WALES)
        .then(pl.lit("partial"))
        .otherwise(pl.lit("complete")),
    )
    catalogue = with_publication(catalogue, publication_of("made", [("CLA_STOCK", "total"), ("CLA_STOCK", "sex")]))
    protect(catalogue, "made", write(held, tmp_path), tmp_path)
    rows = pl.read_parquet(tmp_path / "disclosed.parquet")
    assert figures(one(rows, "CLA_STOCK", WEST), "value", "numerator", "status") == (None, None, "x")
    wales = one(rows, "CLA_STOCK", WALES)
    assert figures(wales, "status", "reason") == ("u,t", "disclosure.reason.partial_coverage")
    assert wales["value"] is not None


def test_realistic_year_passes_its_audit(year: Year) -> None:
    publication, rows = year.catalogue.publications["children-looked-after"], year.rows
    assert year.summary.verdict.violations == ()
    assert year.summary.n_cells == year.true.height == rows.height
    assert year.summary.n_lines == year.summary.verdict.n_lines  # two programs, one view of what binds the cells
    order = status_order(year.catalogue)
    for status in rows["status"].unique():
        codes = [order.index(c) for c in status.split(",") if c]
        assert codes == sorted(codes)
    wales = rows.filter((pl.col("area_type") == "wales") & (pl.col("breakdown_id") == "total"))
    assert wales.filter(pl.col("measure_id").is_in(publication.headlines))["value"].null_count() == 0


def test_an_outsider_pins_down_no_hidden_figure_of_a_realistic_year(year: Year, tmp_path: Path) -> None:
    """Not even a protecting one or a zero: as `mesur audit` attacks an edition, from a table and its margins alone."""
    year.rows.write_csv(tmp_path / "table.csv")
    areas = Dimension("area_code", WALES, {a.gss: a.region for a in year.catalogue.authorities.values()})
    category = Dimension("breakdown_code", "T", within="breakdown_id")
    shape = TableShape((areas, category), "numerator", "status", separate=("measure_id", "period_id"))
    found = attack(read_table(tmp_path / "table.csv", shape), Aim())
    assert len(found.cells) > 200
    assert (found.count("exact"), found.count("two_valued"), found.contradictions) == (0, 0, ())


def test_both_programs_see_one_complement_for_one_part_and_whole(catalogue: Catalogue, tmp_path: Path) -> None:
    """Everyone in the category is in foster care and with kin: both percentages leave out the same nobody."""
    kin = {(a, c): (n, n) for a, n in ((NORTH, 20), (OTHER, 31), (SOUTH, 44)) for c in ("F1", "F4")}
    names = ("CLA_FOSTER_PC", "CLA_KINSHIP_PC")
    held = pl.concat([summed(catalogue, kin, "foster_type", m) for m in names])
    wanted = [(m, b) for m in names for b in ("total", "foster_type")]
    catalogue = with_publication(catalogue, publication_of("made", wanted))
    summary = protect(catalogue, "made", write(held, tmp_path), tmp_path)
    assert summary.n_lines == summary.verdict.n_lines


def test_quality_of_the_release_as_a_whole(year: Year) -> None:
    quality = json.loads((year.folder / "proof.json").read_text(encoding="utf-8"))["quality"]
    rows = year.rows
    n_hidden = rows["status"].str.split(",").list.contains("c").sum()
    assert n_hidden > 1000
    assert (quality["figures"], quality["shown"]) == (rows.height, rows.height - n_hidden)
    assert quality["shown_share"] == round(1 - n_hidden / rows.height, 4)
    errors = (rows["numerator"] - year.true["numerator"]).abs().filter(year.true["numerator"] > 0)
    assert quality["mean_rounding_error"] == pytest.approx(errors.mean(), abs=0.1)  # each count once, averages on top
    kept = json.loads((year.folder / "suppression.json").read_text(encoding="utf-8"))
    assert quality["hidden_to_protect_others"] == sum(t["secondary"] for t in kept["tables"]) > 0


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([0, 1, 2, 1] * 25, 1.0),
        ([0, 1, 2, 1] * 24 + [0, 1, 2], None),  # too few
        ([0] * 99 + [2], None),  # all but exact
        ([2] * 99 + [1], None),  # all but the largest
        ([None] * 50 + [0, 1, 2, 1] * 24, None),  # hidden counts and zeros have no error
        ([0] * 90 + [1] * 10, 0.1),
    ],
)
def test_a_mean_rounding_error_leaves_every_count_every_error(errors: list[int | None], told: float | None) -> None:
    states = pl.DataFrame({"cell": range(len(errors)), "error": errors}, schema={"cell": pl.Int64, "error": pl.Int64})
    again = pl.concat([states, states])  # a count that two measures rest on is one
    (mean,) = again.select(proof_module.mean_error(IN_FORCE)).to_series()
    assert mean == told
    if told is not None:
        n = len(errors)
        sums = [s for s in range(2 * n + 1) if round(s / n, 1) == told]
        for error in (0, 1, 2):  # whatever one count's error, the others may have made up such a mean
            assert any(0 <= s - error <= 2 * (n - 1) for s in sums)


def test_few_hidden_figures_are_not_told_apart_even_in_all(catalogue: Catalogue, tmp_path: Path) -> None:
    stock = {(a, c): (n, n) for a, n in ((NORTH, 50), (OTHER, 3), (WEST, 72)) for c in ("M", "F")}
    made(catalogue, tmp_path, {"CLA_STOCK": stock})
    quality = json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))["quality"]
    assert quality["shown"] < quality["figures"]
    assert quality["hidden_to_protect_others"] is None
    assert quality["mean_rounding_error"] is None


def test_proof_names_the_file_and_never_counts_by_reason(catalogue: Catalogue, tmp_path: Path) -> None:
    stock = {(a, c): (n, n) for a, n in ((NORTH, 50), (OTHER, 3), (WEST, 72)) for c in ("M", "F")}
    made(catalogue, tmp_path, {"CLA_STOCK": stock})
    text = (tmp_path / "proof.json").read_text(encoding="utf-8")
    proof = json.loads(text)
    assert proof["disclosed_sha256"] == sha256_of(tmp_path / "disclosed.parquet")
    assert proof["passed"] is True
    assert proof["configuration"]["rounding_base"] == 5
    assert "primary" not in text
    assert "secondary" not in text
    kept = json.loads((tmp_path / "suppression.json").read_text(encoding="utf-8"))
    assert kept["primary"] > 0


def _files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder; a cache of what was solved may be written at any time."""
    held = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file() and p.name != "solved.json"}
    return {name: path.read_bytes() for name, path in held.items()}


def test_refusal_leaves_what_was_there(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stock = {(a, c): (n, n) for a, n in ((NORTH, 50), (OTHER, 3), (WEST, 72)) for c in ("M", "F")}
    catalogue, _ = made(catalogue, tmp_path, {"CLA_STOCK": stock})
    before = _files(tmp_path)
    verdict = Verdict((Violation("narrowed", ("by_sex",), 2),), 1, 1, 1, 1, 1)
    monkeypatch.setattr(room_module.audit, "check", lambda *_: verdict)
    with pytest.raises(Refused) as caught:
        protect(catalogue, "made", tmp_path / "cells.parquet", tmp_path)
    assert _files(tmp_path) == before
    for lang in ("en", "cy"):
        said = render(caught.value, catalogue.messages, lang)
        assert "by_sex" in said
        assert "narrowed" in said
    assert caught.value.exit_code == 4


def test_two_counts_for_one_set_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    foster = {(a, "M"): (20, 57) for a in (NORTH, OTHER)}
    other = {(a, "M"): (21, 57) for a in (NORTH, OTHER)}
    with pytest.raises(CellsDisagree) as caught:
        made(catalogue, tmp_path, {"CLA_FOSTER": other, "CLA_FOSTER_PC": foster})
    assert caught.value.n_places > 0
    assert not (tmp_path / "disclosed.parquet").exists()


def test_wrong_use_is_said(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        protect(catalogue, "nothing", tmp_path / "cells.parquet", tmp_path)
    with pytest.raises(UnreadableError):
        protect(catalogue, "children-looked-after", tmp_path / "cells.parquet", tmp_path)
    pl.DataFrame({"measure_id": ["CLA_STOCK"]}).write_parquet(tmp_path / "cells.parquet")
    with pytest.raises(UnreadableError):
        protect(catalogue, "children-looked-after", tmp_path / "cells.parquet", tmp_path)


def test_settings_are_those_of_the_task(catalogue: Catalogue, tmp_path: Path) -> None:
    stock = {(a, c): (n, n) for a, n in ((NORTH, 50), (OTHER, 31), (WEST, 72)) for c in ("M", "F")}
    catalogue, _ = made(catalogue, tmp_path, {"CLA_STOCK": stock})
    task = Task("made", tmp_path / "cells.parquet", tmp_path / "other")
    protect_task(catalogue, replace(task, config=replace(task.config, mark_totals=False)))
    rows = pl.read_parquet(tmp_path / "other" / "disclosed.parquet")
    assert set(rows["status"]) == {""}


def test_a_part_that_is_nowhere_may_still_be_hidden(catalogue: Catalogue, tmp_path: Path) -> None:
    """Whole and complement look the same there; were they one set, the part would have to be zero, and be known."""
    foster = {(a, "M"): (n - 9, n) for a, n in ((NORTH, 20), (OTHER, 31), (SOUTH, 44))}
    foster |= {(a, "F"): (0, n) for a, n in ((NORTH, 20), (OTHER, 31), (SOUTH, 44))}
    held = pl.concat([summed(catalogue, foster, b, "CLA_FOSTER_PC") for b in ("total", "sex")])
    wanted = [("CLA_FOSTER_PC", "total"), ("CLA_FOSTER_PC", "sex")]
    publication = publication_of("made", wanted)
    found = register.build(with_publication(catalogue, publication), publication, write(held, tmp_path))
    girls = found.rows.filter(pl.col("breakdown_code") == "F")
    assert girls.height == 6  # three authorities, two regions, Wales
    assert girls.filter(pl.col("complement_cell") == pl.col("denominator_cell")).is_empty()
