"""What other submissions tell about one: the relations that rules across authorities, years and quarters read.

Which rules read them, and what is a fault, do not belong here (they stand in the specification).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.conform.rules import NOT_APPLICABLE, PackKey, quantities
from pipelines.core.periods import Period
from pipelines.core.places import place_of
from pipelines.flow.stored import tables_of

if TYPE_CHECKING:
    import polars as pl

    from pipelines.core.ledger import LedgerRow
    from pipelines.core.settings import Paths
    from pipelines.flow.desk import Desk
    from schemas import Catalogue

PAST, ENOUGH_PAST, ENOUGH_PEERS = 5, 3, 10
"""Earlier periods looked at, the fewest of them, and the fewest authorities, from which limits are drawn."""
_EPISODE = (
    *("child_id", "episode_start_date", "episode_end_date", "legal_status_code", "placement_code"),
    *("start_reason_code", "end_reason_code", "placement_authority_code"),
)
_CHILD = ("child_id", "upn_id", "birth_date", "sex_code")
Frames = dict[str, "pl.DataFrame"]


@dataclass(frozen=True)
class Series:
    """The submissions that count, of one return and period."""

    return_id: str
    period_id: str
    rows: tuple[LedgerRow, ...]
    """One row per submission, by authority."""

    @property
    def authorities(self) -> frozenset[str]:
        """Who sent them."""
        return frozenset(r.authority_code for r in self.rows)


@dataclass(frozen=True)
class Held:
    """Relations by name, and what an authority cannot be held against."""

    relations: Frames
    lacking: Mapping[str, Mapping[str, str]]
    """authority -> relation -> status of the rules that read it."""


def series_of(counting: Iterable[LedgerRow], return_id: str, period_id: str) -> Series:
    """The counting submissions of a return and period."""
    found = {r.submission_id: r for r in counting if (r.return_id, r.period_id) == (return_id, period_id)}
    return Series(return_id, period_id, tuple(sorted(found.values(), key=lambda r: r.authority_code)))


def relations_for(desk: Desk, series: Series, counting: Sequence[LedgerRow]) -> Held:
    """Everything that the rules of one return and period may read of other submissions."""
    codes = {a.gss: a.la3 for a in desk.catalogue.authorities.values()}
    past = _past(desk, series, counting)
    quarters, census = _quarters(desk, series, counting), _census(desk, series, counting)
    found = {
        "peer_child": _peers(desk, series, codes),
        "held_quantity": past,
        "quarter_episode": _episodes(desk, quarters, codes),
        "census_episode": _episodes(desk, census, codes),
    }
    marks = ("peer_complete", "peers_enough", "past_enough", "quarter_last")
    n_years = dict(past.filter(past["age"] > 0).group_by("authority_code").agg(_years()).iter_rows())
    lacking = {
        gss: _lacking(
            series,
            {
                "authorities": len(codes),
                "years": n_years.get(codes[gss], 0),
                "quarters": sum(gss in s.authorities for s in quarters),
                "last quarters": sum(gss in s.authorities and s.period_id.endswith("Q4") for s in quarters),
                "censuses": sum(gss in s.authorities for s in census),
            },
        )
        for gss in series.authorities
    }
    return Held(found | {m: _mark() for m in marks}, lacking)


def _lacking(series: Series, n: Mapping[str, int]) -> dict[str, str]:
    """Relation -> why the rules that read it do not run for an authority; `n` counts what there is of each thing."""
    n_sent = len(series.rows)
    no_census = "skipped: no census of the year before" if series.period_id.endswith("Q1") else NOT_APPLICABLE
    reasons = {
        "peer_child": (n_sent > 1, "skipped: no other authority"),
        "peer_complete": (n_sent == n["authorities"], "skipped: not every authority"),
        "peers_enough": (n_sent >= ENOUGH_PEERS, "skipped: fewer than ten authorities"),
        "past_enough": (n["years"] >= ENOUGH_PAST, "skipped: fewer than three earlier periods"),
        "quarter_episode": (n["quarters"] > 0, "skipped: no quarterly export"),
        "quarter_last": (n["last quarters"] > 0, "skipped: no export of the last quarter"),
        "census_episode": (n["censuses"] > 0, no_census),
    }
    return {name: status for name, (is_there, status) in reasons.items() if not is_there}


def _years() -> pl.Expr:
    import polars as pl

    return pl.col("age").n_unique()


def _mark() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({"is_there": [True]})


def _peers(desk: Desk, series: Series, codes: Mapping[str, str]) -> pl.DataFrame:
    """Children with a pupil number and their episodes, of every authority."""
    import polars as pl

    schema = {c: pl.Date if c.endswith("_date") else pl.String for c in ("authority_code", *_CHILD[1:], *_EPISODE[1:])}
    found = [pl.DataFrame(schema=schema)]
    for row in series.rows:
        held = tables_of(desk.settings.paths, row, ("child", "episode"))
        if len(held) == 2:
            known = held["child"].select(*_CHILD).drop_nulls("upn_id").unique("child_id", keep="first")
            joined = known.join(held["episode"].select(*_EPISODE), on="child_id")
            found.append(joined.select(pl.lit(codes[row.authority_code]).alias("authority_code"), *list(schema)[1:]))
    return pl.concat(found)


def _past(desk: Desk, series: Series, counting: Sequence[LedgerRow]) -> pl.DataFrame:
    """Quantities of the period (`age` 0) and of those before it, of the same return, of every authority."""
    import polars as pl

    period, found = Period(series.period_id), []
    for age in range(PAST + 1):
        held = series if age == 0 else series_of(counting, series.return_id, str(period))
        sent = tuple((r.authority_code, r.submission_id) for r in held.rows)
        made = _quantities(desk.catalogue, desk.settings.paths, (series.return_id, str(period)), sent)
        found.append(made.with_columns(pl.lit(age).alias("age")))
        before = period.previous
        period = Period(f"{Period(period.year).previous}{period[7:]}") if period.is_quarter else before
    return pl.concat(found)


@lru_cache(maxsize=64)
def _quantities(
    catalogue: Catalogue, paths: Paths, series: tuple[str, str], sent: tuple[tuple[str, str], ...]
) -> pl.DataFrame:
    """Quantities by authority; what a submission holds never changes, so they are counted once in a process."""
    import polars as pl

    return_id, period_id = series
    tables: dict[str, Frames] = {}
    for gss, submission in sent:
        at = {t: place_of(paths.typed, (return_id, period_id, gss, submission), t) for t in ("child", "episode")}
        tables[gss] = {t: pl.read_parquet(p, hive_partitioning=False) for t, p in at.items() if p.is_file()}
    key = PackKey(period_id, catalogue.returns[return_id].jurisdiction, return_id)
    return quantities(catalogue, key, tables)


def _quarters(desk: Desk, series: Series, counting: Sequence[LedgerRow]) -> list[Series]:
    """For an annual return the exports of the quarters of its year."""
    period = Period(series.period_id)
    if period.is_quarter:
        return []
    returns = [r.id for r in desk.catalogue.returns.values() if r.frequency == "quarterly"]
    return [series_of(counting, r, str(q)) for r in returns for q in period.quarters]


def _census(desk: Desk, series: Series, counting: Sequence[LedgerRow]) -> list[Series]:
    """For the export of a first quarter the annual return that ends the day before it begins."""
    period = Period(series.period_id)
    if not (period.is_quarter and period.endswith("Q1")):
        return []
    year = str(Period(period.year).previous)
    return [series_of(counting, r.id, year) for r in desk.catalogue.returns.values() if r.frequency == "annual"]


def _episodes(desk: Desk, held: Iterable[Series], codes: Mapping[str, str]) -> pl.DataFrame:
    """Episodes of several returns, with the authority and the last day of the period that each reports."""
    import polars as pl

    columns = ("authority_code", "quarter_end_date", *_EPISODE[:5])
    found = [pl.DataFrame(schema={c: pl.Date if c.endswith("_date") else pl.String for c in columns})]
    for series in held:
        for row in series.rows:
            for frame in tables_of(desk.settings.paths, row, ("episode",)).values():
                marks = (
                    pl.lit(codes[row.authority_code]).alias("authority_code"),
                    pl.lit(Period(series.period_id).end).alias("quarter_end_date"),
                )
                found.append(frame.select(*marks, *_EPISODE[:5]))
    return pl.concat(found)
