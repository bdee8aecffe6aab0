"""`mesur build` from the inbox to the edition: what it says, and that it can be repeated.

What the figures must be does not belong here, nor builds that are killed (tests/e2e/test_revision.py).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import made_build
import made_marker
import polars as pl
import pytest
from made_build import PUBLICATION, Built, Mesur, fingerprints

from pipelines.core import messages
from pipelines.core.ledger import Ledger
from pipelines.core.locks import exclusive
from pipelines.defs import execute
from pipelines.flow.desk import Desk

N_HEADLINES = 5


def test_it_ends_by_saying_where_to_look_and_five_figures(built: Built) -> None:
    out = built.ended.out
    assert messages.say("build.headlines", "en", edition=built.edition.name) in out
    told = out.partition(messages.load()["build.reconciled"]["en"].partition("{")[0])[0]
    figures = [line for line in told.splitlines() if re.search(r"\((\d{4}-\d{2})\)$", line)]
    assert len(figures) == N_HEADLINES
    assert f"published/{PUBLICATION}/{built.edition.name}" in out.splitlines()[-1]
    assert "Traceback" not in built.ended.err
    assert len([line for line in built.ended.err.splitlines() if line]) > 5, "no progress was told"


def test_every_submission_is_accounted_for(built: Built) -> None:
    held = [r for r in Ledger(built.settings.paths).current() if r.return_id != "statswales"]
    assert len(held) == made_build.N_SUBMISSIONS + made_marker.N_SUBMISSIONS
    assert {r.status for r in held} <= {"accepted", "accepted_with_errors"}
    judged = {p.stem for p in built.settings.paths.coverage.glob("*/*/*/*.parquet")}
    assert judged >= {r.submission_id for r in held}


def test_the_rules_that_judged_the_inputs_lie_in_the_edition(built: Built) -> None:
    versions = json.loads((built.edition / "edition.json").read_text("utf-8"))["rule_pack"].split(", ")
    told = {path.stem: json.loads(path.read_bytes()) for path in (built.edition / "rules").glob("*.json")}
    assert sorted(told) == versions
    for pack in told.values():
        assert all(rule["message"]["en"] and rule["message"]["cy"] for rule in pack["rules"])
        assert all(rule["sql"] for rule in pack["rules"] if rule["check"] == "sql")
    received = {r.return_id for r in Ledger(built.settings.paths).current()} - {"statswales"}
    assert received <= {name for pack in told.values() for rule in pack["rules"] for name in rule["returns"]}


def test_a_partial_total_is_declared(built: Built, mesur: Mesur) -> None:
    """Three authorities of 22: no figure for Wales may pass for one of Wales."""
    sql = "select status from fct_measure_value where area_code = 'W92000004' and value is not null"
    rows = mesur("query", sql, "--json", data=built.data).record["rows"]
    assert rows
    assert all("t" in row["status"].split(",") for row in rows)
    covered = (
        "select distinct coverage_status from fct_coverage where area_code = 'W92000004' and period_id = '2023-24'"
    )
    assert mesur("query", covered, "--json", data=built.data).record["rows"] == [{"coverage_status": "partial"}]


def test_a_second_build_of_the_same_adds_nothing(built: Built, tmp_path: Path) -> None:
    own = built.copy(tmp_path)
    before = {name: fingerprints(own.data / name) for name in ("published", "ledger", "landing", "typed", "receipts")}
    cells = pl.read_parquet(own.settings.paths.cells)
    own.settings.paths.cells.unlink()
    execute.build(Desk(own.settings, own.inbox))
    assert {name: fingerprints(own.data / name) for name in before} == before
    assert pl.read_parquet(own.settings.paths.cells).equals(cells)


def test_who_may_not_wait_is_refused_by_name(built: Built, mesur: Mesur, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release takes the lock that a build takes."""
    monkeypatch.setenv("MESUR_LOCK_SECONDS", "1")
    with exclusive(built.settings, "build"):
        told = mesur("release", "latest", "--status", "final", "--json", data=built.data)
    assert (told.code, told.record["error"]) == (4, "lock.busy")
    assert str(os.getpid()) in told.record["what"]


def test_another_order_of_arrival_gives_the_same_cells(built: Built, mesur: Mesur, tmp_path: Path) -> None:
    """Everything by `receive`, the newest period first, with the same key; then one build of what was received, as far
    as the cells: what is published is made of them.

    The planted submissions come before the bundled ones: beside the sample, `receive` takes nothing else.
    """
    own = tmp_path / "own"
    shutil.copytree(built.settings.paths.keys, own / "keys")
    shutil.copy(built.settings.paths.key_mark, own)
    sent = sorted((p for kind in ("returns", "exports") for p in (built.inbox / kind).glob("*/*")), reverse=True)
    for path in sorted(sent, key=lambda p: p.parent.name not in (made_marker.PERIOD, made_marker.QUARTER)):
        claim = ("--authority", path.stem, "--period", path.parent.name)
        assert mesur("receive", path, *claim, "--json", data=own).code in (0, 1)
    rest = tmp_path / "inbox"
    shutil.copytree(built.inbox / "statswales", rest / "statswales")
    settings = made_build.settings_of(own)
    execute.build(Desk(settings, rest), has_publication=False)
    theirs = settings.paths
    assert pl.read_parquet(theirs.cells).equals(pl.read_parquet(built.settings.paths.cells))
    ours = built.settings.paths
    assert {r.submission_id for r in Ledger(theirs).counting()} == {r.submission_id for r in Ledger(ours).counting()}
