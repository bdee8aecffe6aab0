"""Laws of the disclosure room, tried on tables that nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.audit.attack import Aim, Practice, attack
from pipelines.disclosure import (
    DisclosureConfig,
    Subject,
    check,
    disclosed,
    lines,
    primary,
    protect,
    register,
    rounding,
    secondary,
)
from pipelines.disclosure.records import Lines, Pattern, Register
from schemas.catalogue import WALES, Catalogue, load
from tests.made_cells import Inner, pairs, publication_of, summed, with_publication
from tests.made_system import system_of

AUTHORITIES = ("W06000001", "W06000002", "W06000003", "W06000008", "W06000009", "W06000015")
CODES = ("A", "B", "C")
SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
counts = st.one_of(st.integers(0, 6), st.integers(0, 60))


@st.composite
def tables(draw: st.DrawFn) -> Inner:
    """Numerators and denominators of up to six authorities by three categories."""
    held = AUTHORITIES[: draw(st.integers(2, len(AUTHORITIES)))]
    found: Inner = {}
    for a in held:
        for c in CODES:
            n = draw(counts)
            found[a, c] = (n, n + draw(counts))
    return found


def world(inner: Inner, folder: Path) -> tuple[Catalogue, Path]:
    """A publication of a count (the denominators), a percentage and its numerator as a count, by one breakdown.

    The catalogue is loaded here and not taken as a fixture: a failing example would print it whole.
    """
    catalogue = load()
    wanted = [(m, b) for m in ("CLA_STOCK", "CLA_FOSTER", "CLA_FOSTER_PC") for b in ("total", "need")]
    whole = {k: (d, d) for k, (_, d) in inner.items()}
    held = pl.concat(
        [
            summed(catalogue, whole, "need", "CLA_STOCK"),
            summed(catalogue, inner, "need", "CLA_FOSTER"),
            summed(catalogue, inner, "need", "CLA_FOSTER_PC"),
        ]
    )
    path = folder / "cells.parquet"
    held.write_parquet(path)
    return with_publication(catalogue, publication_of("made", wanted)), path


def worked(catalogue: Catalogue, path: Path) -> tuple[Register, Lines, Pattern]:
    held = register.build(catalogue, catalogue.publications["made"], path)
    bound = lines.build(held)
    config = DisclosureConfig()
    hidden, targets, _ = primary.find(held, frozenset({"need"}), config)
    return held, bound, secondary.protect(held, bound, (hidden, targets), config)


@SETTINGS
@given(inner=tables())
def test_a_cell_hidden_alone_is_blunted_and_bounds_hold_the_truth(inner: Inner) -> None:
    with TemporaryDirectory() as folder:
        held, bound, pattern = worked(*world(inner, Path(folder)))
    assert pattern.n_unprotected == 0
    true = held.cells["true"]
    assert (pattern.lower <= true).all()
    assert (pattern.upper >= true).all()
    small = held.cells["is_published"] & true.is_between(1, 4)
    assert (pattern.lower.filter(small) <= 1).all()
    assert (pattern.upper.filter(small) >= 5).all()
    span, hidden = pattern.upper - pattern.lower, pattern.hidden
    assert (span.filter(hidden) >= 2).all()
    tables_only = bound.lines.filter(pl.col("is_exact") & (pl.col("kind") != lines.COMPLEMENT)).select("line")
    state = held.cells.select("cell", hidden=hidden, rounded=~hidden & (true > 0), span=span)
    counted = bound.members.join(tables_only, on="line").join(state, on="cell").group_by("line")
    alone = counted.agg(
        pl.col("hidden", "rounded").sum(), pl.col("span").filter("hidden").first().alias("span")
    ).filter(pl.col("hidden") == 1)
    assert (alone["rounded"] >= 4).all()
    assert (alone["span"] >= 8).all()


@SETTINGS
@given(inner=tables(), which=st.integers(0, 10_000))
def test_every_protecting_cell_is_needed_and_the_audit_misses_it(inner: Inner, which: int) -> None:
    """Any one of them shown after all, correctly rounded and marked everywhere, is a leak; so none is too many."""
    with TemporaryDirectory() as folder:
        made, path = world(inner, Path(folder))
        held, _, pattern = worked(made, path)
        own, _, _ = primary.find(held, frozenset({"need"}), DisclosureConfig())
        protecting = (pattern.hidden & ~own).arg_true().to_list()
        if not protecting:
            return
        one = pl.int_range(len(own), eager=True) == protecting[which % len(protecting)]
        leaky = replace(pattern, hidden=pattern.hidden & ~one)
        leaked = Path(folder) / "leaked.parquet"
        disclosed.table(made, held, leaky, ("made", DisclosureConfig())).write_parquet(leaked)
        verdict = check(made, Subject("made", path, leaked))
    assert set(verdict.checks) & {"single_hidden", "narrowed", "nearly_known", "whole_group_known"}


ALIKE: Inner = {
    ("W06000001", "A"): (0, 6),
    ("W06000001", "B"): (0, 0),
    ("W06000001", "C"): (6, 6),
    ("W06000002", "A"): (0, 6),
    ("W06000002", "B"): (1, 1),
    ("W06000002", "C"): (5, 6),
}
"""Two categories with the counts of another measure's total: only one of them can be that set of children."""


@SETTINGS
@example(inner=ALIKE)
@given(inner=tables())
def test_audit_passes_what_the_room_writes_and_hidden_cells_cannot_be_subtracted(inner: Inner) -> None:
    with TemporaryDirectory() as folder:
        made, path = world(inner, Path(folder))
        summary = protect(made, "made", path, Path(folder) / "out")
        rows = pl.read_parquet(Path(folder) / "out" / "disclosed.parquet")
    assert summary.verdict.violations == ()
    stock = rows.filter(pl.col("measure_id") == "CLA_STOCK")
    figures = {f"{r['area_code']}/{r['breakdown_code']}": r["value"] for r in stock.iter_rows(named=True)}
    held = {a for a, _ in inner}
    sums = [(f"{area}/T", [f"{area}/{c}" for c in CODES]) for area in (*sorted(held), WALES)]
    sums += [(f"{WALES}/{c}", [f"{a}/{c}" for a in sorted(held)]) for c in (*CODES, "T")]
    whole = {k: None if v is None else int(v) for k, v in figures.items()}
    found = attack(system_of(whole, sums, Practice()), Aim())
    small = {f"{a}/{c}" for (a, c), (_, d) in inner.items() if 1 <= d <= 4}
    assert found.contradictions == ()
    assert not [cell for cell in found.cells if cell.name in small and cell.verdict == "exact"]


@settings(SETTINGS, max_examples=6)
@given(inner=tables(), seed=st.integers(0, 2**16))
def test_order_of_rows_and_rerun_change_nothing(inner: Inner, seed: int) -> None:
    with TemporaryDirectory() as folder:
        made, path = world(inner, Path(folder))
        out = [Path(folder) / name for name in ("first", "again", "shuffled")]
        protect(made, "made", path, out[0])
        protect(made, "made", path, out[1])
        shuffled = Path(folder) / "shuffled.parquet"
        pl.read_parquet(path).sample(fraction=1.0, shuffle=True, seed=seed).write_parquet(shuffled)
        protect(made, "made", shuffled, out[2])
        for name in ("disclosed.parquet", "proof.json", "suppression.json"):
            assert len({(o / name).read_bytes() for o in out}) == 1, name


@SETTINGS
@given(inner=tables(), which=st.integers(0, 10_000))
def test_a_shown_small_count_is_always_caught(inner: Inner, which: int) -> None:
    small = sorted(k for k, (_, d) in inner.items() if 1 <= d <= 4)
    if not small:
        return
    area, code = small[which % len(small)]
    with TemporaryDirectory() as folder:
        made, path = world(inner, Path(folder))
        protect(made, "made", path, Path(folder))
        leaked = Path(folder) / "leaked.parquet"
        spot = {"measure_id": "CLA_STOCK", "area_code": area, "breakdown_code": code}
        here = pl.all_horizontal(pl.col(column) == value for column, value in spot.items())
        true = inner[area, code][1]
        pl.read_parquet(Path(folder) / "disclosed.parquet").with_columns(
            numerator=pl.when(here).then(true).otherwise("numerator"),
            value=pl.when(here).then(float(true)).otherwise("value"),
            status=pl.when(here).then(pl.lit("")).otherwise("status"),
        ).write_parquet(leaked)
        verdict = check(made, Subject("made", path, leaked))
    assert {"small_count_shown", "not_rounded"} <= set(verdict.checks)


@given(count=st.integers(0, 100_000), base=st.sampled_from([5, 10, 3]))
def test_rounding_is_nearest_and_never_further_than_half(count: int, base: int) -> None:
    found = rounding.round_count(count, base)
    assert found % base == 0
    assert abs(found - count) * 2 <= base
    column = pl.DataFrame({"count": [count]}).select(rounding.rounded(pl.col("count"), base)).item()
    assert column == found


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (2, 0), (3, 5), (5, 5), (7, 5), (8, 10), (7198, 7200)])
def test_rounding_to_five(count: int, shown: int) -> None:
    assert rounding.round_count(count) == shown


def test_pairs_name_every_table() -> None:
    publication = publication_of("made", [("CLA_STOCK", "total"), ("CLA_STOCK", "need")])
    assert pairs(publication) == [("CLA_STOCK", "need"), ("CLA_STOCK", "total")]
