"""Makes disclosed rows for tests of publication: 26 areas, several years, a few measures, with withheld cells.

No figure here is real; the numbers are drawn from a seed and only shaped like published ones.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from pipelines.core.settings import Paths, Settings
from pipelines.publish import CoverageRow, EditionResult, InputFile, PublishContext, publish
from schemas.catalogue import WALES, Catalogue
from schemas.model import Publication, PublicationTable, Text

PUBLICATION = "test-release"
YEARS = tuple(f"{y}-{(y + 1) % 100:02d}" for y in range(2016, 2024))
QUARTERS = ("2024-25Q1", "2024-25Q2")
CLOSED_MARK = "PLANTED-CHILD-MARKER"

SCHEMA = {
    "publication_id": pl.String, "table_id": pl.String, "measure_id": pl.String, "fact_id": pl.String,
    "unit": pl.String, "area_type": pl.String, "area_code": pl.String, "period_id": pl.String,
    "period_type": pl.String, "breakdown_id": pl.String, "breakdown_code": pl.String, "numerator": pl.Int64,
    "denominator": pl.Int64, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "status": pl.String,
    "reason": pl.String, "rounding_base": pl.Int32, "coverage_status": pl.String, "population_vintage": pl.String,
}  # fmt: skip


def publication() -> Publication:
    """A small publication: two tables without a breakdown, two with one."""
    opened = [c for c in SCHEMA if c != "fact_id"]
    return Publication(
        id=PUBLICATION,
        title=Text("Children looked after (test)", "Plant sy’n derbyn gofal (prawf)"),
        summary=Text("Made figures for tests.", "Ffigurau wedi’u gwneud ar gyfer profion."),
        tables=(
            PublicationTable(
                "stock", Text("Children looked after", "Plant sy’n derbyn gofal"), ("CLA_STOCK", "CLA_RATE"), "total"
            ),
            PublicationTable("foster", Text("Foster care", "Gofal maeth"), ("CLA_FOSTER_PC",), "total"),
            PublicationTable(
                "stock_by_age_band", Text("Children by age", "Plant yn ôl oedran"), ("CLA_STOCK",), "age_band"
            ),
            PublicationTable(
                "stock_by_placement", Text("Children by placement", "Plant yn ôl lleoliad"), ("CLA_STOCK",), "placement"
            ),
        ),
        formats=("duckdb", "parquet", "csv", "xlsx", "ods", "html", "pdf", "statswales"),
        opened_columns=tuple(opened),
        headlines=("CLA_STOCK", "CLA_RATE", "CLA_FOSTER_PC"),
        contact=Text("the statistics team", "y tîm ystadegau"),
        licence="OGL-UK-3.0",
        next_update="2027-11",
    )


def with_publication(catalogue: Catalogue, *held: Publication) -> Catalogue:
    """The catalogue that also knows these publications."""
    return replace(catalogue, publications={**catalogue.publications, **{p.id: p for p in held}})


def disclosed_rows(catalogue: Catalogue, held: Publication, seed: int = 1) -> pl.DataFrame:
    """Rows shaped as `disclosed.parquet`, in shuffled order."""
    dice = random.Random(seed)
    rows = [row for table in held.tables for row in _table_rows(catalogue, table, dice)]
    dice.shuffle(rows)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _table_rows(catalogue: Catalogue, table: PublicationTable, dice: random.Random) -> Iterator[tuple[object, ...]]:
    codes = ["T"] if table.breakdown == "total" else [
        c.code for c in catalogue.code_lists[catalogue.breakdowns[table.breakdown].code_list].codes
    ]  # fmt: skip
    for measure in (catalogue.measures[m] for m in table.measures):
        periods = YEARS + QUARTERS if "quarter" in measure.periods else YEARS
        for kind, area in catalogue.areas():
            scale = {"wales": 7200, "region": 2400, "authority": 320}[kind]
            for period in periods:
                for code in codes:
                    key = (PUBLICATION, table.id, measure.id, measure.fact, measure.unit, kind, area, period)
                    period_type = "quarter" if "Q" in period else "year"
                    shown = _figures(measure.unit, scale / len(codes), period, dice)
                    yield (*key, period_type, table.breakdown, code, *shown)


def _figures(unit: str, size: float, period: str, dice: random.Random) -> tuple[object, ...]:
    """numerator, denominator, value, lower, upper, status, reason, rounding base, coverage, vintage."""
    count = 5 * round(dice.lognormvariate(0, 0.6) * size / 5)
    extra = ["p"] if "Q" in period else []
    tail = (5, "complete", "2023" if unit == "rate_per_10000" else None)
    if count < 5 or dice.random() < 0.03:
        return (None, None, None, None, None, ",".join(["c", *extra]), "withheld", *tail)
    if dice.random() < 0.01:
        return (None, None, None, None, None, ",".join(["x", *extra]), "not_available", *tail)
    if unit == "count":
        return (count, None, float(count), None, None, ",".join(extra), None, *tail)
    share = round(dice.uniform(0.5, 0.9) * count / 5) * 5
    value = round(100 * share / count) if unit == "percent" else round(share / 50, 1)
    status = ",".join([*(["u"] if count < 100 else []), *extra])
    return (share, count, float(value), max(0.0, value - 4.2), value + 4.2, status, None, *tail)


def _of_use(rows: pl.DataFrame) -> dict[str, object]:
    """What a proof says of tables: their figures and those withheld; a mean rounding error of the first only."""
    is_c = pl.col("status").str.split(",").list.contains("c")
    held = rows.group_by("table_id").agg(n_cells=pl.len(), n_hidden=is_c.sum()).sort("table_id")
    error = pl.when(pl.int_range(pl.len()) == 0).then(1.2)
    tables = held.with_columns(mean_rounding_error=error).to_dicts()
    n, n_hidden = rows.height, rows.filter(is_c).height
    quality = {"figures": n, "shown": n - n_hidden, "mean_rounding_error": 1.1, "hidden_to_protect_others": n_hidden}
    return {"tables": tables, "quality": quality}


@dataclass(frozen=True)
class Desk:
    """A data folder with disclosed rows laid out in it, ready to publish."""

    settings: Settings
    catalogue: Catalogue
    publication_id: str

    @property
    def disclosed(self) -> Path:
        return self.settings.paths.disclosed / self.publication_id / "disclosed.parquet"

    @property
    def root(self) -> Path:
        return self.settings.paths.published / self.publication_id

    def lay(self, rows: pl.DataFrame) -> Path:
        """Write disclosed rows and the proof that names their fingerprint."""
        self.disclosed.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(self.disclosed)
        digest = hashlib.sha256(self.disclosed.read_bytes()).hexdigest()
        told = {"disclosed_sha256": digest, "passed": True, **_of_use(rows)}
        self.proof.write_text(json.dumps(told), encoding="utf-8")
        return self.disclosed

    @property
    def proof(self) -> Path:
        return self.disclosed.with_name("proof.json")

    def context(self, **changes: object) -> PublishContext:
        """A release context with inputs, coverage and policy."""
        held = PublishContext(
            status="provisional",
            proof_path=self.proof,
            inputs=(
                InputFile("lac_census 2023-24 W06000015", "ab" * 32, datetime(2024, 7, 3, 9, 0, tzinfo=UTC)),
                InputFile("lac_census 2022-23 W06000015", "cd" * 32, datetime(2023, 7, 1, 9, 0, tzinfo=UTC)),
            ),
            rule_pack="wales-2023-24.1",
            coverage=(
                CoverageRow(WALES, "2023-24", "lac_census", "partial", 22, 21),
                CoverageRow("W06000001", "2023-24", "lac_census", "missing", 1, 0),
                CoverageRow("W06000002", "2023-24", "lac_census", "complete", 1, 1),
            ),
            policy=Text("# Policy\n", "# Polisi\n"),
            document_date=date(2024, 11, 27),
        )
        return replace(held, **changes)  # type: ignore[arg-type]

    def publish(self, **changes: object) -> EditionResult:
        """Publish what is laid out."""
        return publish(self.settings, self.catalogue, self.publication_id, self.disclosed, self.context(**changes))


def desk(root: Path, catalogue: Catalogue, held: Publication | None = None) -> Desk:
    """A desk in a folder of its own, with the test publication unless another is given."""
    held = held or publication()
    paths = Paths(project=root, data=root / "data", keys=root / "keys")
    return Desk(Settings(paths=paths, threads=2, lock_seconds=5), with_publication(catalogue, held), held.id)
