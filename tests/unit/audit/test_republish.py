"""Re-publisher mode: what others suppressed must not become narrower by what we add."""

from __future__ import annotations

import polars as pl

from pipelines.audit.attack import Practice, exact_bounds
from pipelines.audit.attack.republish import narrowed, sources_of, with_ours
from schemas.catalogue import WALES

NAMES = {("legal", "n", "CO"): ("CLA_STOCK", "legal_status", "CARE_ORDER")}


def observations() -> pl.DataFrame:
    """One area in two categories and a total, rounded to 5; the second category is suppressed, Wales too."""
    rows = [
        ("W06000001", "T", 60.0, ""), ("W06000001", "CO", 45.0, ""), ("W06000001", "RM", None, "c"),
        (WALES, "T", 900.0, ""), (WALES, "CO", None, "c"), (WALES, "RM", None, "x"),
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["area_code", "category_code", "value", "status"], orient="row")
    fixed = {"dataset_id": "legal", "measure_code": "n", "period_id": "2023-24"}
    return frame.with_columns(pl.lit(v).alias(k) for k, v in fixed.items())


def ours(value: float | None, area: str = WALES) -> pl.DataFrame:
    parts = {"measure_id": "CLA_STOCK", "breakdown_id": "legal_status", "breakdown_code": "CARE_ORDER"}
    return pl.DataFrame({**{k: [v] for k, v in parts.items()}, "area_code": [area], "period_id": ["2023-24"],
                         "value": [value]}, schema_overrides={"value": pl.Float64})  # fmt: skip


def test_each_source_figure_is_an_interval_and_nothing_is_imputed() -> None:
    sources = sources_of(observations(), NAMES)
    assert sum(sources.hidden) == 2
    found = exact_bounds(sources, [n for n, h in zip(sources.names, sources.hidden, strict=True) if h])
    assert found["legal;n;RM;W06000001;2023-24"] == (58 - 47, 62 - 43)
    assert found[f"CLA_STOCK;legal_status;CARE_ORDER;{WALES};2023-24"] == (0, None)


def test_a_figure_of_ours_where_the_source_has_none_is_told_and_a_hidden_one_is_not() -> None:
    sources = sources_of(observations(), NAMES)
    (found,) = narrowed(sources, with_ours(sources, ours(700.0), Practice()))
    assert (found.before, found.after) == ((0, None), (698, 702))
    assert narrowed(sources, with_ours(sources, ours(None), Practice())) == ()


def test_a_finer_figure_of_a_shown_cell_narrows_its_suppressed_neighbour() -> None:
    sources = sources_of(observations(), NAMES)
    assert narrowed(sources, with_ours(sources, ours(45.0, "W06000001"), Practice())) == ()
    (found,) = narrowed(sources, with_ours(sources, ours(44.0, "W06000001"), Practice(base=1)))
    assert found.after == (58 - 44, 62 - 44)
