"""The release gate: reads the disclosed file back from disk, beside the cells, and looks for what it gives away.

It shares no code with the modules that suppress and round (it is SQL, they are data frames); repairing what it finds
does not belong here. Its bounds are propagated per line, not solved as linear programmes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.disclosure import audit_bounds, audit_figures, audit_places
from pipelines.disclosure.config import IN_FORCE, DisclosureConfig
from schemas.catalogue import Catalogue
from schemas.model import Measure


@dataclass(frozen=True)
class Subject:
    """What is audited: the publication, its true cells, the file that is to go out, the settings it claims."""

    publication_id: str
    cells_path: Path
    disclosed_path: Path
    config: DisclosureConfig = IN_FORCE


@dataclass(frozen=True)
class Violation:
    """One kind of finding: the check, the tables it touches, how often. No key of a cell and no value."""

    check: str
    tables: tuple[str, ...]
    n_found: int


@dataclass(frozen=True)
class Verdict:
    """The outcome of an audit."""

    violations: tuple[Violation, ...]
    n_rows: int
    n_places: int
    n_lines: int
    n_protected: int
    n_passes: int

    @property
    def n_found(self) -> int:
        return sum(v.n_found for v in self.violations)

    @property
    def tables(self) -> list[str]:
        return sorted({t for v in self.violations for t in v.tables})

    @property
    def checks(self) -> list[str]:
        return [v.check for v in self.violations]


def _set_name(fact: str, booleans: frozenset[str]) -> str:
    return ":".join([fact, *sorted(booleans)])


def _measure_row(measure: Measure) -> tuple[str | None, ...]:
    """measure_id, unit, interval, set of the numerator, set of the denominator, as the specification defines them."""
    part, whole = frozenset(measure.numerator), frozenset(measure.denominator)
    numerator: str | None = _set_name(measure.fact, part | whole)
    denominator: str | None = None
    if measure.unit == "percent":
        denominator = _set_name(measure.fact, whole)
    elif measure.unit == "rate_per_10000":
        numerator = _set_name(measure.fact, part)
    elif measure.unit != "count":
        denominator = _set_name(measure.fact, part | whole | {f"has {measure.value_column}"})
        numerator = None
    return measure.id, measure.unit, measure.interval, numerator, denominator


def _load(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, subject: Subject) -> None:
    """Fills the tables the checks read: measure, named, area, sensitive, cell, pub."""
    publication = catalogue.publications[subject.publication_id]
    used = sorted({m for t in publication.tables for m in t.measures})
    named = sorted({(t.id, m, t.breakdown) for t in publication.tables for m in t.measures})
    areas = [(a.gss, a.region) for a in catalogue.authorities.values()]
    connection.execute(
        "create table measure(measure_id text, unit text, method text, part_set text, whole_set text);"
        "create table named(table_id text, measure_id text, breakdown_id text);"
        "create table area(area_code text, region text); create table sensitive(breakdown text);"
        "create table shorthand(code text, place integer)"
    )
    connection.executemany(
        "insert into measure values (?,?,?,?,?)", [_measure_row(catalogue.measures[m]) for m in used]
    )
    connection.executemany("insert into named values (?,?,?)", named)
    connection.executemany("insert into area values (?,?)", areas)
    held = [(b.id,) for b in catalogue.breakdowns.values() if b.is_sensitive] or [("",)]
    connection.executemany("insert into sensitive values (?)", held)
    codes = [(c.code, i) for i, c in enumerate(catalogue.code_lists["observation_status"].codes)]
    connection.executemany("insert into shorthand values (?,?)", codes)
    for name, path in (("cell", subject.cells_path), ("pub", subject.disclosed_path)):
        connection.read_parquet(str(path)).create(name)


def check(catalogue: Catalogue, subject: Subject) -> Verdict:
    """Audits one disclosed file against its cells.

    Returns:
        Every kind of finding with its count; no violation means that the file may go out under these checks.
    """
    with duckdb.connect(":memory:") as connection:
        _load(connection, catalogue, subject)
        found = audit_figures.shape(connection)
        if found:  # without the right columns and rows the other checks have nothing to stand on
            return Verdict(_violations(found), 0, 0, 0, 0, 0)
        audit_places.prepare(connection, subject.config)
        found += audit_figures.check(connection, subject.config)
        found += audit_places.check(connection, subject.config)
        bounds = audit_bounds.check(connection, subject.config)
        counts = connection.execute("select (select count(*) from pub), (select count(*) from place)").fetchone()
    n_rows, n_places = counts or (0, 0)
    return Verdict(
        _violations(found + bounds.found), n_rows, n_places, bounds.n_lines, bounds.n_protected, bounds.n_passes
    )


def _violations(found: list[tuple[str, str, int]]) -> tuple[Violation, ...]:
    """Findings (check, table, number) gathered by check."""
    checks = sorted({check for check, _, _ in found})
    return tuple(
        Violation(
            check=check,
            tables=tuple(sorted({t for c, t, _ in found if c == check})),
            n_found=sum(n for c, _, n in found if c == check),
        )
        for check in checks
    )
