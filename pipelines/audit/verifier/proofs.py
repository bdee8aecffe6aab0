"""The proof of an edition in whole numbers: fingerprints, witness tables against states and lines, certificates,
protection of every target.

It adds and compares; where a witness came from does not matter, so no solver is trusted (disclosure note, 2.3 C).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.audit.verifier.records import Findings, Subject
from pipelines.audit.verifier.witnesses import Cells, Tables, broken_lines, whole_numbers

PROOF = "proof.json"
CELLS, STATISTICS, LINES = "cells.parquet", "statistics.parquet", "lines.parquet"
WITNESSES, CERTIFICATES, TARGETS = "witnesses.parquet", "certificates.parquet", "targets.parquet"
OPEN = (CELLS, STATISTICS, LINES, WITNESSES, CERTIFICATES)
FILE = "proof"
COUNTED = ("numerator", "denominator")


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
    _check_register(subject, held, findings)
    cells = Cells.of(held[CELLS])
    tables = Tables.of(held[WITNESSES], cells)
    _tell(tables.outside(cells), "witness_outside_state", findings)
    _tell(tables.incomplete(cells), "witness_incomplete", findings)
    _tell(broken_lines(held[LINES], cells, tables), "witness_breaks_line", findings)
    _check_certificates(held, cells, tables, findings)
    if subject.closed is not None:
        _check_targets(held[CERTIFICATES], pl.read_parquet(subject.closed / TARGETS), findings)
    return len(np.unique(tables.witness[tables.starts[:-1]]))


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


def _tell(found: Sequence[object] | pl.Series | np.ndarray, check: str, findings: Findings) -> None:
    for name in found[:5]:
        findings.add(check, FILE, str(name))
    if len(found) > 5:
        findings.add(check, FILE, n=len(found) - 5)


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
    _tell(joined.filter(pl.col("shown").ne_missing(pl.col("value")))["cell_id"], "register_differs", findings)
    tables = set(held[STATISTICS]["table_id"]) if "table_id" in held[STATISTICS].columns else set()
    for table in sorted(set(rows["table_id"]) - tables) if "table_id" in rows.columns else ():
        findings.add("unregistered_table", FILE, table)


def _check_certificates(held: dict[str, pl.DataFrame], cells: Cells, tables: Tables, findings: Findings) -> None:
    """Every hidden cell has a certificate, and its witnesses say what it claims."""
    certificates = held[CERTIFICATES]
    hidden = held[CELLS].filter(pl.col("state") == "C").select("cell_id")
    _tell(hidden.join(certificates, on="cell_id", how="anti")["cell_id"], "certificate_missing", findings)
    places = cells.places(certificates["cell_id"])
    for end in ("least", "most"):
        is_borne_out = tables.is_said(whole_numbers(certificates, f"{end}_witness"), places,
                                      whole_numbers(certificates, end))  # fmt: skip
        _tell(certificates["cell_id"].filter(pl.Series(~is_borne_out)), "certificate_wrong", findings)
    # the rest of a whole may be known where nobody shows it and nothing asks for its protection
    close = certificates.join(hidden, on="cell_id", how="semi").filter(pl.col("most") - pl.col("least") < 2)
    _tell(close["cell_id"], "hidden_cell_nearly_known", findings)


def _check_targets(certificates: pl.DataFrame, targets: pl.DataFrame, findings: Findings) -> None:
    """Every protected cell reaches down and up as far as it must."""
    joined = targets.join(certificates, on="cell_id", how="left")
    is_short = (pl.col("least") > pl.col("low")) | (pl.col("most") < pl.col("high"))
    is_short |= pl.col("least").is_null() | pl.col("most").is_null()
    _tell(joined.filter(is_short)["cell_id"], "not_protected", findings)
