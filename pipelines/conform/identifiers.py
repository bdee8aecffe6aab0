"""Identifiers at the door: zeros that a spreadsheet took are given back, then every identifier becomes a keyed token.

How a token is made (`pipelines.core.keys`) does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

import polars as pl

from pipelines.conform.faultlog import FaultLog

CHILD_ID, UPN_ID = "child_id", "upn_id"


class Tokeniser(Protocol):
    """What makes tokens: the same child of the same authority has the same token in every table and year."""

    def child(self, authority_code: str, raw: str) -> str: ...

    def upn(self, raw: str) -> str: ...


class Remembering:
    """A tokeniser that makes each token once: a child stands in many tables of a submission."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self.child: Callable[[str, str], str] = cache(tokeniser.child)
        self.upn: Callable[[str], str] = cache(tokeniser.upn)


def give_back_zeros(tables: Mapping[str, pl.DataFrame], reference: str, log: FaultLog) -> dict[str, pl.DataFrame]:
    """Child identifiers of all tables in the spelling of the `reference` table where only leading zeros differ.

    A spreadsheet that opens one of the files turns 00123 into 123, and the child would fall apart into two. Told as
    TY33. Where two identifiers of the reference table differ by zeros only, nothing is touched.
    """
    held = tables.get(reference)
    if held is None or CHILD_ID not in held.columns:
        return dict(tables)
    known = held[CHILD_ID].drop_nulls().unique()
    if not known.str.contains(r"^0").any() and not _is_short_elsewhere(tables, known):
        return dict(tables)
    by_number = pl.DataFrame({"full": known, "short": known.str.strip_chars_start("0")})
    by_number = by_number.filter(pl.col("short").is_unique())
    spelling = dict(zip(by_number["short"], by_number["full"], strict=True))
    found = {}
    for table, frame in tables.items():
        found[table] = frame if table == reference else _respelt(table, frame, (known, spelling), log)
    return found


def _is_short_elsewhere(tables: Mapping[str, pl.DataFrame], known: pl.Series) -> bool:
    """True where another table writes an identifier with zeros in front that the reference table lost."""
    return known.str.contains(r"^[0-9]+$").any() and any(
        frame[CHILD_ID].str.contains(r"^0").any() for frame in tables.values() if CHILD_ID in frame.columns
    )


def _respelt(
    table: str, frame: pl.DataFrame, reference: tuple[pl.Series, Mapping[str, str]], log: FaultLog
) -> pl.DataFrame:
    known, spelling = reference
    if CHILD_ID not in frame.columns:
        return frame
    ids = frame[CHILD_ID]
    short = ids.str.strip_chars_start("0")
    full = short.replace_strict(spelling, default=None, return_dtype=pl.String)
    is_short = (ids.is_not_null() & ~ids.is_in(known.to_list()) & full.is_not_null()).fill_null(value=False)
    if not is_short.any():
        return frame
    log.add_rows("TY33", (table, CHILD_ID), frame.filter(is_short)["row_number"], "lost_zero_identifier")
    return frame.with_columns(pl.when(is_short).then(full).otherwise(ids).alias(CHILD_ID))


def tokenise(frame: pl.DataFrame, tokeniser: Tokeniser, authority_code: str) -> pl.DataFrame:
    """The frame with tokens in place of identifiers; each distinct identifier is hashed once."""
    changed = []
    for column in (CHILD_ID, UPN_ID):
        if column not in frame.columns:
            continue
        distinct = frame.select(pl.col(column).unique()).to_series().to_list()
        tokens = {
            raw: tokeniser.upn(raw) if column == UPN_ID else tokeniser.child(authority_code, raw)
            for raw in distinct
            if raw is not None
        }
        changed.append(pl.col(column).replace_strict(tokens, default=None, return_dtype=pl.String))
    return frame.with_columns(*changed)
