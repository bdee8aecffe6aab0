"""The proof of an edition in whole numbers: fingerprints, witness tables against states and lines, certificates,
protection of every target.

It adds and compares; where a witness came from does not matter, so no solver is trusted (disclosure note, 2.3 C).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.audit.verifier.records import Findings, Subject

PROOF = "proof.json"
CELLS, STATISTICS, LINES = "cells.parquet", "statistics.parquet", "lines.parquet"
WITNESSES, CERTIFICATES, TARGETS = "witnesses.parquet", "certificates.parquet", "targets.parquet"
OPEN = (CELLS, STATISTICS, LINES, WITNESSES, CERTIFICATES)
FILE = "proof"
COUNTED = ("numerator", "denominator")
FAR = 2**40
"""Stands for an end that is not there; far more than any sum of children."""
Numbers = np.ndarray


def check(subject: Subject, findings: Findings) -> int:
    """Check the open proof, and the closed targets where they may be read; gives the number of witnesses."""
    if subject.proof is None:
        return 0
    _check_fingerprints(subject.proof, findings)
    missing = [name for name in OPEN if not (subject.proof / name).is_file()]
    for name in missing:
        findings.add("proof_incomplete", FILE, name)
    if missing:
        return 0
    held = {name: pl.read_parquet(subject.proof / name) for name in OPEN}
    ids = pl.Enum(held[CELLS]["cell_id"].unique(maintain_order=False).sort())
    for name in OPEN:  # by number: names of sets are long, and are compared millions of times
        held[name] = held[name].with_columns(pl.col("cell_id").cast(ids, strict=False))
    _check_register(subject, held, findings)
    _check_states(held[CELLS], held[WITNESSES], findings)
    _check_lines(held, findings)
    _check_certificates(held, findings)
    if subject.closed is not None:
        _check_targets(held[CERTIFICATES], pl.read_parquet(subject.closed / TARGETS), findings)
    return held[WITNESSES]["witness_id"].n_unique()


def _check_fingerprints(folder: Path, findings: Findings) -> None:
    path = next((p for p in (folder / PROOF, folder.parent / PROOF) if p.is_file()), None)
    if path is None:
        findings.add("proof_incomplete", FILE, PROOF)
        return
    named = json.loads(path.read_text("utf-8")).get("files", {})
    for name in OPEN:
        held = folder / name
        if held.is_file() and hashlib.sha256(held.read_bytes()).hexdigest() != named.get(name):
            findings.add("stale_hash", FILE, name)


def _tell(found: pl.DataFrame, check: str, findings: Findings, by: str = "cell_id") -> None:
    for name in found[by].head(5):
        findings.add(check, FILE, str(name))
    if found.height > 5:
        findings.add(check, FILE, n=found.height - 5)


def _check_register(subject: Subject, held: dict[str, pl.DataFrame], findings: Findings) -> None:
    """Every published count is a registered statistic, and shows what the register says of its cell."""
    rows = subject.rows
    parts = ["table_id", "measure_id", "period_id", "area_code", "breakdown_id", "breakdown_code"]
    counts = rows.unpivot(
        [c for c in COUNTED if c in rows.columns], index=parts, variable_name="role", value_name="shown"
    ).drop_nulls("shown")
    counts = counts.with_columns(statistic_id=pl.concat_str([*parts, "role"], separator=";"))
    single = held[STATISTICS].filter(pl.len().over("statistic_id") == 1, pl.col("coefficient") == 1)
    known = single.select("statistic_id", "cell_id").join(held[CELLS], on="cell_id", how="left")
    joined = counts.join(known, on="statistic_id", how="inner")
    _tell(joined.filter(pl.col("shown").ne_missing(pl.col("value"))), "register_differs", findings)
    tables = set(held[STATISTICS]["table_id"]) if "table_id" in held[STATISTICS].columns else set()
    for table in sorted(set(rows["table_id"]) - tables) if "table_id" in rows.columns else ():
        findings.add("unregistered_table", FILE, table)


def _check_states(cells: pl.DataFrame, witnesses: pl.DataFrame, findings: Findings) -> None:
    """A witness has a value for each cell of its component, and each lies within what the state says."""
    own = cells.select("cell_id", "low", "high", own="component")
    joined = witnesses.join(own, on="cell_id", how="left")
    outside = (pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high")) | (pl.col("value") < 0)
    outside |= pl.col("component") != pl.col("own")
    _tell(joined.filter(outside | pl.col("low").is_null()), "witness_outside_state", findings)
    sizes = cells.group_by("component").agg(n=pl.len())
    counted = witnesses.group_by("witness_id", "component").agg(n_held=pl.col("cell_id").n_unique(), n_rows=pl.len())
    short = counted.join(sizes, on="component", how="left").filter(
        pl.col("n_held").ne_missing(pl.col("n")) | (pl.col("n_held") != pl.col("n_rows"))
    )
    _tell(short, "witness_incomplete", findings, by="witness_id")


def _check_lines(held: dict[str, pl.DataFrame], findings: Findings) -> None:
    """Every witness fits every line of its component: one sum of whole numbers per line and witness."""
    place = pl.int_range(pl.len()).over("component")
    places = held[CELLS].sort("component", "cell_id").select("cell_id", "component", place=place)
    terms = held[LINES].join(places, on="cell_id", how="left", maintain_order="left")
    _tell(terms.filter(pl.col("place").is_null()), "witness_breaks_line", findings, by="line_id")
    known = terms.drop_nulls("place").sort("component", "line_id")
    columns = {name: _whole_numbers(known, name) for name in ("component", "line_id", "place", "coefficient")}
    limits = {"low": known["low"].fill_null(-FAR).to_numpy(), "high": known["high"].fill_null(FAR).to_numpy()}
    tables, broken = _tables(held[WITNESSES]), list[int]()
    sizes = dict(places.group_by("component").len().iter_rows())
    for component, start, end in _runs(columns["component"]):
        found = tables.get(component, np.empty(0, dtype=np.int64))
        if len(found) % sizes[component]:
            continue  # a witness that lacks a cell is a finding already
        lines = {name: column[start:end] for name, column in (columns | limits).items()}
        broken += _broken(lines, found.reshape(-1, sizes[component]))
    _tell(pl.DataFrame({"line_id": broken}), "witness_breaks_line", findings, by="line_id")


def _whole_numbers(frame: pl.DataFrame, name: str) -> Numbers:
    return frame[name].cast(pl.Int64).to_numpy()


def _runs(held: Numbers) -> Iterator[tuple[int, int, int]]:
    """(value, start, end) of each run of equal values."""
    ends = [*(np.flatnonzero(np.diff(held)) + 1).tolist(), len(held)]
    starts = [0, *ends[:-1]] if len(held) else []
    for start, end in zip(starts, ends, strict=False):
        yield int(held[start]), start, end


def _tables(witnesses: pl.DataFrame) -> dict[int, Numbers]:
    """The values of all witnesses of each component, one witness after the other, cells in order."""
    ordered = witnesses.sort("component", "witness_id", "cell_id")
    values = _whole_numbers(ordered, "value")
    return {component: values[start:end] for component, start, end in _runs(_whole_numbers(ordered, "component"))}


def _broken(lines: dict[str, Numbers], tables: Numbers) -> list[int]:
    """Lines of one component that some table does not fit: one sum of whole numbers per line and table."""
    first = np.array([start for _, start, _ in _runs(lines["line_id"])])
    sums = np.add.reduceat(tables[:, lines["place"]] * lines["coefficient"], first, axis=1)
    is_broken = ((sums < lines["low"][first]) | (sums > lines["high"][first])).any(axis=0)
    return [int(line) for line in lines["line_id"][first[is_broken]]]


def _check_certificates(held: dict[str, pl.DataFrame], findings: Findings) -> None:
    """Every hidden cell has a certificate, and its witnesses say what it claims."""
    certificates, witnesses = held[CERTIFICATES], held[WITNESSES].select("witness_id", "cell_id", "value")
    hidden = held[CELLS].filter(pl.col("state") == "C").select("cell_id")
    _tell(hidden.join(certificates, on="cell_id", how="anti"), "certificate_missing", findings)
    for end in ("least", "most"):
        claimed = certificates.select("cell_id", witness_id=f"{end}_witness", value=end)
        borne_out = witnesses.join(claimed, on=["cell_id", "witness_id", "value"], how="semi")
        _tell(claimed.join(borne_out, on="cell_id", how="anti"), "certificate_wrong", findings)
    # the rest of a whole may be known where nobody shows it and nothing asks for its protection
    close = certificates.join(hidden, on="cell_id", how="semi").filter(pl.col("most") - pl.col("least") < 2)
    _tell(close, "hidden_cell_nearly_known", findings)


def _check_targets(certificates: pl.DataFrame, targets: pl.DataFrame, findings: Findings) -> None:
    """Every protected cell reaches down and up as far as it must."""
    known = certificates.with_columns(pl.col("cell_id").cast(pl.String))
    joined = targets.join(known, on="cell_id", how="left")
    is_short = (pl.col("least") > pl.col("low")) | (pl.col("most") < pl.col("high"))
    _tell(joined.filter(is_short | pl.col("least").is_null() | pl.col("most").is_null()), "not_protected", findings)
