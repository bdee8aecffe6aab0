"""Faults that an authority has explained: a fact is known again by a keyed mark, its fault counted beside the rest.

Keeping waivers (`pipelines.core.waivers`), and who may give one, do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

import polars as pl

from pipelines.conform.examination import verdict_of
from pipelines.conform.faultlog import SORTED_BY
from pipelines.conform.records import Examination, Explained, Identity
from pipelines.core.waivers import WAIVABLE, Waiver

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Rule

ID_LENGTH = 16
_SEPARATOR = "\x1f"


class Marker(Protocol):
    """What makes marks that only this installation can make."""

    def fact(self, content: str) -> str: ...


@dataclass(frozen=True)
class Judge:
    """Waivers of an installation and the day for which they are asked."""

    catalogue: Catalogue
    marker: Marker
    held: Mapping[str, Waiver]
    day: date

    def explain(self, examination: Examination) -> Examination:
        """The examination with what its authority's waivers say, and the verdict on what is left.

        A waiver in force takes its fault out of the faults. Of one that has ended, or whose fault has no row and which
        was given for another period, the fault stays and is offered again.
        """
        identity = examination.identity
        own = {k: w for k, w in self.held.items() if _is_of(w, identity)}
        asked = {w.rule_id for w in own.values()}
        told = examination.faults.filter(pl.col("rule_id").is_in(asked), pl.col("severity").is_in(WAIVABLE))
        if told.is_empty():
            return examination
        marked = told.with_columns(marks(self.catalogue, self.marker, examination, told))
        in_force = [k for k, w in own.items() if w.is_in_force(self.day)]
        waived = marked.filter(pl.col("waiver_id").is_in(in_force))
        open_ = examination.faults.join(waived, on=examination.faults.columns, how="anti", nulls_equal=True)
        open_ = open_.sort(*SORTED_BY, maintain_order=True)
        offered = _offered(marked.filter(~pl.col("waiver_id").is_in(in_force)), own, identity)
        explained = Explained(waived, offered, own)
        return replace(examination, faults=open_, verdict=verdict_of(open_), explained=explained)


def _is_of(waiver: Waiver, identity: Identity) -> bool:
    return (waiver.authority_code, waiver.return_id) == (identity.authority_code, identity.return_id)


def _offered(marked: pl.DataFrame, own: Mapping[str, Waiver], identity: Identity) -> pl.DataFrame:
    """Faults that a waiver once explained: by mark or, without a row, by rule and column in another period."""
    whole = {
        (w.rule_id, w.table, w.item): k
        for k, w in own.items()
        if w.row_number is None and w.period_id != identity.period_id
    }
    ids = [
        mark if mark in own else whole.get((rule, table, item)) if row is None else None
        for mark, rule, table, item, row in marked.select(
            "waiver_id", "rule_id", "table", "item", "row_number"
        ).iter_rows()
    ]
    return marked.with_columns(pl.Series("waiver_id", ids, pl.String)).filter(pl.col("waiver_id").is_not_null())


def marks(catalogue: Catalogue, marker: Marker, examination: Examination, faults: pl.DataFrame) -> pl.Series:
    """`waiver_id`: for each fault the mark of its rule, its place and, of its row, the keys and what the rule names.

    Rows move between submissions and children stay: neither the row number nor the period is part of it, but the
    period is where a fault has no row, since nothing else says which fact is meant.
    """
    rules = {rule.code: rule for rule in catalogue.rules}
    placed = faults.filter(pl.col("table").is_in(list(examination.tables)), pl.col("row_number").is_not_null())
    texts = {
        str(table): _texts(catalogue, str(table), examination.tables[str(table)].join(own, on="row_number", how="semi"))
        for (table,), own in placed.group_by("table")
    }
    identity = examination.identity
    found = []
    for code, table, row, item, cause in faults.select(
        "rule_id", "table", "row_number", "item", "cause_group"
    ).iter_rows():
        place = (identity.authority_code, identity.return_id, code, table, item, cause)
        row_text = texts.get(table, {}).get(row, {})
        named = [f"{k}={row_text[k]}" for k in _named(catalogue, rules.get(code), table, item) if k in row_text]
        named += [f"period={identity.period_id}"] if row is None else []
        found.append(marker.fact(_SEPARATOR.join(str(part or "") for part in (*place, *named)))[:ID_LENGTH])
    return pl.Series("waiver_id", found, pl.String)


def _texts(catalogue: Catalogue, table: str, frame: pl.DataFrame) -> dict[int, dict[str, str]]:
    """Row number -> item -> what it holds, typed, as text."""
    items = [i.item.id for i in catalogue.tables[table].items if i.item.id in frame.columns]
    held = frame.select("row_number", pl.col(items).cast(pl.String).fill_null(""))
    return {int(row.pop("row_number")): row for row in held.iter_rows(named=True)}


def _named(catalogue: Catalogue, rule: Rule | None, table: str | None, item: str | None) -> Iterable[str]:
    """Items of the row that make the fact: the keys of the table, then what the rule names of it, each once."""
    keys = catalogue.tables[table].keys if table in catalogue.tables else ()
    own = [i.rpartition(".")[2] for i in (rule.items if rule else ()) if i.rpartition(".")[0] in ("", table)]
    return dict.fromkeys((*keys, *sorted(own), *([item] if item else ())))


def all_faults(examination: Examination) -> pl.DataFrame:
    """Every fault, explained or not, with `waiver_id` (null where nobody has explained it), in the usual order."""
    faults = examination.faults.with_columns(pl.lit(None, pl.String).alias("waiver_id"))
    if examination.explained is None:
        return faults
    return pl.concat([faults, examination.explained.waived]).sort(*SORTED_BY, maintain_order=True)
