"""`mesur build` from the inbox to the edition: what it says, that it can be repeated, killed, and started twice.

What the figures must be does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import made_build
import made_marker
import made_submissions
import polars as pl
import pytest
from made_build import AUTHORITIES, Built, Mesur

from pipelines.core import messages
from pipelines.core.ledger import Ledger
from pipelines.core.locks import exclusive

PUBLICATION = made_build.PUBLICATION
N_HEADLINES = 5


def contents(folder: Path) -> dict[str, str]:
    """Relative path -> fingerprint of every file below a folder."""
    held = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in held}


def latest(built: Built) -> str:
    """The edition that readers are pointed to; it must open and answer."""
    pointer = built.settings.paths.published / PUBLICATION / "latest.json"
    return str(json.loads(pointer.read_text("utf-8"))["edition"])


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
    from pipelines.defs import execute
    from pipelines.flow.desk import Desk

    own = built.copy(tmp_path)
    before = {name: contents(own.data / name) for name in ("published", "ledger", "landing", "typed", "receipts")}
    cells = pl.read_parquet(own.settings.paths.cells)
    own.settings.paths.cells.unlink()
    execute.build(Desk(own.settings, own.inbox))
    assert {name: contents(own.data / name) for name in before} == before
    assert pl.read_parquet(own.settings.paths.cells).equals(cells)


def test_who_may_not_wait_is_refused_by_name(built: Built, mesur: Mesur, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release takes the lock that a build takes."""
    monkeypatch.setenv("MESUR_LOCK_SECONDS", "1")
    with exclusive(built.settings, "build"):
        told = mesur("release", "latest", "--status", "final", "--json", data=built.data)
    assert (told.code, told.record["error"]) == (4, "lock.busy")
    assert str(os.getpid()) in told.record["what"]


def test_another_order_of_arrival_gives_the_same_cells(built: Built, mesur: Mesur, tmp_path: Path) -> None:
    """Everything by `receive`, the newest period first, with the same key; then one build of what was received.

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
    ended = made_build.run(own, "build", "--inbox", rest)
    assert ended.code == 0, ended.err
    theirs = made_build.settings_of(own).paths
    assert pl.read_parquet(theirs.cells).equals(pl.read_parquet(built.settings.paths.cells))
    ours = built.settings.paths
    assert {r.submission_id for r in Ledger(theirs).counting()} == {r.submission_id for r in Ledger(ours).counting()}


@dataclass(frozen=True)
class Moment:
    """When a build is killed: so long after it has said that something is done."""

    after: str
    seconds: float


MOMENTS = [
    Moment("flow.examined", 0.0),
    Moment("flow.warehouse", 0.1),
    Moment("flow.job_done:build", 0.4),
]
"""Before it writes what it examined, between cells and protection, while it publishes."""


def new_submission(inbox: Path) -> str:
    """A changed version of a census for which no figure of a single authority is published."""
    folder = inbox / "returns" / made_marker.PERIOD
    shutil.rmtree(folder)
    folder.mkdir()
    tables = made_submissions.submission(40)
    for rows in tables.values():
        for row in rows:
            row.update({k: v.replace("/2018", "/2017") for k, v in row.items()})
    cover = made_submissions.COVER | {"Year": made_marker.PERIOD}
    made_submissions.write_zip(folder / f"{AUTHORITIES[0]}.zip", tables, cover)
    return AUTHORITIES[0]


def killed_at(built: Built, moment: Moment) -> None:
    """Start a build of its own and kill it at a moment."""
    key, _, job = moment.after.partition(":")
    wording = messages.load()[key]["en"]
    start = (wording.format(job=job) if job else wording.partition("{")[0])[:20]
    environment, command = made_build.environment(built.data), made_build.command("build", "--inbox", built.inbox)
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr is not None
        said = []
        while not (said and f"] {start}" in said[-1]):
            said.append(process.stderr.readline())
            assert said[-1], f"the build ended before it said {start!r}: {said[-6:]}"
        time.sleep(moment.seconds)
        process.send_signal(signal.SIGKILL)
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL, "it had ended already: the test shows nothing"


def waited(own: Built, here: Path) -> None:
    """A build that is started while another holds the lock says whom it waits for, and then does its work."""
    environment = made_build.environment(own.data, MESUR_LOCK_SECONDS="200")
    command = made_build.command("build", "--inbox", own.inbox)
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True, cwd=here) as second:
        assert second.stderr is not None
        with exclusive(own.settings, "build"):
            told = second.stderr.readline()
        out, err = second.communicate(timeout=200)
    assert messages.say("lock.waiting", "en", pid=os.getpid(), name="build") == told.strip()
    assert second.returncode == 0, err
    assert messages.say("build.headlines", "en", edition=latest(own)) in out


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 on this system")
def test_a_killed_build_leaves_the_last_edition_and_the_next_waits_its_turn(
    built: Built, mesur: Mesur, tmp_path: Path
) -> None:
    own = built.copy(tmp_path)
    first, sealed = latest(own), contents(own.edition)
    authority = new_submission(own.inbox)
    count = "select count(*) as n from fct_measure_value"
    before = mesur("query", count, "--json", data=own.data).record["rows"]
    for moment in MOMENTS:
        killed_at(own, moment)
        assert latest(own) == first
        assert contents(own.edition) == sealed
        assert mesur("query", count, "--json", data=own.data).record["rows"] == before
        assert mesur("status", "--json", data=own.data).code == 0
    waited(own, tmp_path)
    held = [r for r in Ledger(own.settings.paths).counting() if r.authority_code == authority]
    assert made_marker.PERIOD in {r.period_id for r in held}
    assert latest(own) != first
    assert contents(own.settings.paths.published / PUBLICATION / first) == sealed
