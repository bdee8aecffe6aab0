"""How far the choice of a repair policy moves the headline measures: each under each policy, from one warehouse.

What a policy does belongs to the dbt project; protecting what comes out of here does not: it stays restricted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import duck, files
from pipelines.flow import transform
from pipelines.flow.desk import Desk
from schemas.model import Measure

if TYPE_CHECKING:
    import duckdb

WALES = "W92000004"
COUNTED = ("count", "percent", "rate_per_10000")
"""Units that are made of counts of children, so that parts of the children can be added up."""
_JUDGED = "int_episodes__judged"
_DECIDED = "int_episodes__decided"
Key = tuple[str, str, str]
"""(measure, area, year)."""


@dataclass(frozen=True)
class Moved:
    """One headline measure of an area and year under every policy; None where a denominator is nought or not known."""

    measure_id: str
    area_code: str
    period_id: str
    values: Mapping[str, float | None]

    @property
    def spread(self) -> float | None:
        """How far the policies lie apart."""
        held = [v for v in self.values.values() if v is not None]
        return max(held) - min(held) if held else None


def compare(desk: Desk) -> tuple[Moved, ...]:
    """Every headline measure under every policy, by area and year; kept in `policies/headlines.csv`.

    A figure is None where there is nothing to divide by. Only children of whom some row is contradicted or no longer
    reported can differ, so only they are taken through the models again (as compiled for the warehouse); all others
    are counted once, from its facts.

    Raises:
        UnreadableError: if there is no warehouse.
    """
    measures = [m for m in desk.catalogue.measures.values() if m.is_headline and m.unit in COUNTED]
    models = transform.compiled_policies(desk.settings)
    with duck.in_memory(desk.settings) as connection:
        connection.execute(f"attach {duck.quoted(desk.settings.paths.warehouse)} as warehouse (read_only)")
        connection.execute(_SET_UP)
        steady = _counts(connection, measures, "warehouse.main", "where not exists (from contested as c where "
                         "c.authority_code = f.authority_code and c.child_id = f.child_id)")  # fmt: skip
        found: dict[str, dict[Key, tuple[int, int]]] = {}
        for policy in transform.POLICIES:
            _remake(connection, models, policy, {m.fact for m in measures})
            found[policy] = _added(steady, _counts(connection, measures, "memory.main", ""))
        populations = _populations(connection)
    moved = tuple(_moved(measures, found, populations))
    _write(desk, moved)
    return moved


_SET_UP = f"""
create table contested as
    select distinct authority_code, child_id from warehouse.main.{_JUDGED}
    where conflict_kind is not null or is_no_longer_reported;
create table {_JUDGED} as
    select j.* from warehouse.main.{_JUDGED} as j
    inner join contested as c on j.authority_code = c.authority_code and j.child_id = c.child_id;
"""


def _remake(
    connection: duckdb.DuckDBPyConnection, models: transform.Policies, policy: str, facts: Iterable[str]
) -> None:
    """The facts of the contested children under a policy, and every model between."""
    texts = {**models.after, _DECIDED: models.decided[policy]}
    needed = _needed(texts, facts)
    for name in (n for n in texts if n in needed):
        connection.execute(f"create or replace table memory.main.{name} as {_local(texts[name], {*needed, _JUDGED})}")


def _needed(texts: Mapping[str, str], wanted: Iterable[str]) -> set[str]:
    """The models that the wanted ones are made from, as far as they depend on the policy, and the wanted ones."""
    found, waiting = set(), set(wanted)
    while waiting:
        found |= waiting
        named = {other for name in waiting for other in _references(texts.get(name, ""))}
        waiting = (named & texts.keys()) - found
    return found


def _references(sql: str) -> set[str]:
    return set(re.findall(r'"warehouse"\."main"\."(\w+)"', sql))


def _local(sql: str, remade: set[str]) -> str:
    """The SQL with what was made here in place of what stands in the warehouse."""
    return re.sub(
        r'"warehouse"\."main"\."(\w+)"',
        lambda m: f'"memory"."main"."{m[1]}"' if m[1] in remade else m[0],
        sql,
    )


def _counts(
    connection: duckdb.DuckDBPyConnection, measures: Sequence[Measure], schema: str, where: str
) -> dict[Key, tuple[int, int]]:
    """Numerator and denominator of each measure by authority, and for Wales, over the years."""
    found: dict[Key, tuple[int, int]] = {}
    for m in measures:
        base = " and ".join(m.denominator) or "true"
        of_base = "true" if m.unit == "rate_per_10000" else base
        numerator = " and ".join([of_base, *m.numerator])
        rows = connection.execute(
            f"select period_id, coalesce(f.authority_code, '{WALES}'), count(*) filter ({numerator}), "
            f"count(*) filter ({base}) from {schema}.{m.fact} as f {where} {'and' if where else 'where'} "
            "period_type = 'year' group by grouping sets ((period_id, f.authority_code), (period_id))"
        ).fetchall()
        found |= {(m.id, area, period): (n, of) for period, area, n, of in rows}
    return found


def _added(one: Mapping[Key, tuple[int, int]], other: Mapping[Key, tuple[int, int]]) -> dict[Key, tuple[int, int]]:
    none = (0, 0)
    return {k: (one.get(k, none)[0] + other.get(k, none)[0], one.get(k, none)[1] + other.get(k, none)[1])
            for k in {*one, *other}}  # fmt: skip


def _populations(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int | None]:
    rows = connection.execute(
        "select area_code, period_id, population from warehouse.main.int_population__areas"
    ).fetchall()
    return {(area, period): n for area, period, n in rows}


def _moved(
    measures: Sequence[Measure],
    found: Mapping[str, Mapping[Key, tuple[int, int]]],
    populations: Mapping[tuple[str, str], int | None],
) -> Iterator[Moved]:
    units = {m.id: m.unit for m in measures}
    for key in sorted({key for counts in found.values() for key in counts}):
        measure, area, period = key
        pairs = {policy: counts.get(key, (0, 0)) for policy, counts in found.items()}
        population = populations.get((area, period))
        yield Moved(
            measure, area, period, {p: _value(units[measure], n, of, population) for p, (n, of) in pairs.items()}
        )


def _value(unit: str, numerator: int, denominator: int, population: int | None) -> float | None:
    if unit == "count":
        return float(numerator)
    if unit == "rate_per_10000":
        return 10_000 * numerator / population if population else None
    return 100 * numerator / denominator if denominator else None


def newest(moved: Iterable[Moved]) -> tuple[Moved, ...]:
    """Of each measure, Wales in the newest year in which it has a value."""
    found: dict[str, Moved] = {}
    for one in moved:
        if one.area_code == WALES and one.spread is not None:
            held = found.get(one.measure_id)
            found[one.measure_id] = one if held is None or held.period_id < one.period_id else held
    return tuple(found.values())


def shown(value: float | None, unit: str) -> str:
    """A value fit for a terminal: counts to the nearest 5, as published; rates and percentages to one decimal."""
    if value is None:
        return "-"
    return f"{5 * round(value / 5):,}" if unit == "count" else f"{value:,.1f}"


def _write(desk: Desk, moved: Iterable[Moved]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["measure_id", "area_code", "period_id", *transform.POLICIES, "spread"])
    for one in moved:
        numbers = [*(one.values[p] for p in transform.POLICIES), one.spread]
        row = ["" if n is None else f"{n:.4f}".rstrip("0").rstrip(".") for n in numbers]
        writer.writerow([one.measure_id, one.area_code, one.period_id, *row])
    files.atomic_write(desk.settings.paths.policies, text.getvalue())


def read(desk: Desk) -> tuple[Moved, ...]:
    """What the last build compared; nothing where there was none."""
    path = desk.settings.paths.policies
    if not path.is_file():
        return ()
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return tuple(
        Moved(r["measure_id"], r["area_code"], r["period_id"],
              {p: float(r[p]) if r[p] else None for p in transform.POLICIES})
        for r in rows
    )  # fmt: skip
