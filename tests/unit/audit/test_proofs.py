"""The proof checked by addition: a witness off by one, a stale fingerprint, a certificate that claims too much."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.audit.verifier.proofs import OPEN, check
from pipelines.audit.verifier.records import Findings, Subject

KEY = ("stock", "CLA_STOCK", "2023-24", "W06000001", "sex")
Frames = dict[str, pl.DataFrame]


def proof() -> Frames:
    """A row of four: total 10 (rounded), one part shown as 5, two hidden; three witnesses bear both hidden cells."""
    cells = pl.DataFrame(
        {
            "cell_id": ["t", "s", "x", "y"],
            "component": [0, 0, 0, 0],
            "state": ["R", "R", "C", "C"],
            "value": [15, 5, None, None],
            "low": [13, 5, 0, 0],
            "high": [17, 7, None, None],
        }
    )
    lines = pl.DataFrame(
        {
            "line_id": [0] * 4,
            "kind": ["categories_to_total"] * 4,
            "cell_id": ["t", "s", "x", "y"],
            "coefficient": [-1, 1, 1, 1],
            "low": [0] * 4,
            "high": [0] * 4,
        }
    )
    tables = [{"t": 15, "s": 5, "x": 1, "y": 9}, {"t": 15, "s": 5, "x": 9, "y": 1}]
    witnesses = pl.DataFrame(
        [(i, 0, name, n) for i, held in enumerate(tables) for name, n in held.items()],
        schema=["witness_id", "component", "cell_id", "value"], orient="row",
    )  # fmt: skip
    certificates = pl.DataFrame(
        {"cell_id": ["x", "y"], "least": [1, 1], "least_witness": [0, 1], "most": [9, 9], "most_witness": [1, 0]}
    )
    statistics = pl.DataFrame(
        {
            "statistic_id": [";".join((*KEY, code, "numerator")) for code in "TMFU"],
            "table_id": ["stock"] * 4,
            "cell_id": ["t", "s", "x", "y"],
            "coefficient": [1] * 4,
        }
    )
    return dict(zip(OPEN, (cells, statistics, lines, witnesses, certificates), strict=True))


def rows(total: int = 15, shown: int | None = 5) -> pl.DataFrame:
    parts = dict(zip(("table_id", "measure_id", "period_id", "area_code", "breakdown_id"), KEY, strict=True))
    return pl.DataFrame({"breakdown_code": ["T", "M", "F"], "numerator": [total, shown, None]}).with_columns(
        pl.lit(v).alias(k) for k, v in parts.items()
    )


def checks(folder: Path, frames: Frames, held: pl.DataFrame, targets: tuple[int, int] = (1, 5)) -> set[str]:
    """What the verifier finds in a proof that is signed as it stands."""
    for name, frame in frames.items():
        frame.write_parquet(folder / name)
    named = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in frames}
    (folder / "proof.json").write_text(json.dumps({"files": named}), encoding="utf-8")
    (folder / "closed").mkdir(exist_ok=True)
    ends = {"cell_id": ["x"], "low": [targets[0]], "high": [targets[1]]}
    pl.DataFrame(ends).write_parquet(folder / "closed" / "targets.parquet")
    return found(folder, held)


def found(folder: Path, held: pl.DataFrame) -> set[str]:
    findings = Findings()
    check(Subject(folder, held, {}, proof=folder, closed=folder / "closed"), findings)
    return {f.check for f in findings.settled()}


def test_a_sound_proof_has_no_finding(tmp_path: Path) -> None:
    assert checks(tmp_path, proof(), rows()) == set()


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("at", range(8))
def test_a_witness_off_by_one_is_rejected_whichever_cell_it_is(tmp_path: Path, at: int, by: int) -> None:
    frames = proof()
    value = pl.when(pl.int_range(pl.len()) == at).then(pl.col("value") + by).otherwise("value")
    frames["witnesses.parquet"] = frames["witnesses.parquet"].with_columns(value=value)
    assert "witness_breaks_line" in checks(tmp_path, frames, rows())


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_says_nothing(tmp_path: Path, seed: int) -> None:
    frames = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in proof().items()}
    assert checks(tmp_path, frames, rows()) == set()
    value = pl.when(pl.col("cell_id") == "x").then(pl.col("value") + 1).otherwise("value")
    frames["witnesses.parquet"] = frames["witnesses.parquet"].with_columns(value=value)
    assert checks(tmp_path, frames, rows()) == {"witness_breaks_line", "certificate_wrong"}


def without(name: str, condition: pl.Expr) -> Callable[[Frames], None]:
    return lambda frames: frames.__setitem__(name, frames[name].filter(~condition))


def changed(name: str, **columns: pl.Expr) -> Callable[[Frames], None]:
    return lambda frames: frames.__setitem__(name, frames[name].with_columns(**columns))


BROKEN: list[tuple[str, Callable[[Frames], None]]] = [
    ("witness_incomplete", without("witnesses.parquet", pl.col("cell_id") == "s")),
    ("witness_outside_state", changed("cells.parquet", high=pl.lit(8))),
    ("witness_incomplete", lambda f: f.__setitem__("witnesses.parquet", pl.concat([f["witnesses.parquet"]] * 2))),
    ("witness_outside_state", changed("witnesses.parquet", value=pl.lit(2**62))),
    ("witness_outside_state", changed("witnesses.parquet", cell_id=pl.col("cell_id").replace({"s": "of no cell"}))),
    ("witness_breaks_line", changed("lines.parquet", coefficient=pl.col("coefficient") * 2**23)),
    ("witness_breaks_line", changed("lines.parquet", cell_id=pl.col("cell_id").replace({"s": "of no cell"}))),
    ("certificate_missing", without("certificates.parquet", pl.col("cell_id") == "y")),
    ("certificate_wrong", changed("certificates.parquet", most=pl.lit(10))),
    ("certificate_wrong", changed("certificates.parquet", least_witness=pl.lit(7))),
    ("hidden_cell_nearly_known", changed("certificates.parquet", most=pl.col("least") + 1)),
    ("unregistered_table", changed("statistics.parquet", table_id=pl.lit("another"))),
]


@pytest.mark.parametrize(("name", "breaking"), BROKEN, ids=[f"{i}-{n}" for i, (n, _) in enumerate(BROKEN)])
def test_a_broken_proof_is_found(tmp_path: Path, name: str, breaking: Callable[[Frames], None]) -> None:
    frames = proof()
    breaking(frames)
    assert name in checks(tmp_path, frames, rows())


def test_what_is_published_must_be_what_the_register_says(tmp_path: Path) -> None:
    assert "register_differs" in checks(tmp_path, proof(), rows(total=20))
    assert checks(tmp_path, proof(), rows(shown=None)) == set()


def test_targets_that_witnesses_do_not_reach(tmp_path: Path) -> None:
    assert "not_protected" in checks(tmp_path, proof(), rows(), targets=(0, 5))
    assert "not_protected" in checks(tmp_path, proof(), rows(), targets=(1, 10))


def test_a_file_of_another_proof_and_one_that_is_missing(tmp_path: Path) -> None:
    checks(tmp_path, proof(), rows())
    other = proof()["witnesses.parquet"].with_columns(witness_id=pl.col("witness_id") + 1)
    other.write_parquet(tmp_path / "witnesses.parquet")
    assert "stale_hash" in found(tmp_path, rows())
    (tmp_path / "lines.parquet").unlink()
    assert found(tmp_path, rows()) >= {"proof_incomplete"}
