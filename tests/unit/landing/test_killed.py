"""kill -9 at any moment loses nothing and leaves no half. What is sent does not matter here."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import landing
from pipelines.core import files, signing
from pipelines.core.ledger import Ledger
from pipelines.core.settings import PROJECT, Settings
from pipelines.core.waivers import Waivers

SENDER = """
import itertools, os, sys, time
from pathlib import Path
from pipelines import landing
from pipelines.core.settings import Settings
from pipelines.core.signing import Signer
from pipelines.core.waivers import Waiver, Waivers
settings, sent = Settings.load(), Path(sys.argv[1])
Signer.load(settings).sign({})
started = time.monotonic()
for n in itertools.count(int(sys.argv[2])):
    for name in ("child.csv", "episodes.csv"):
        (sent / name).write_bytes(f"{n} {name} ".encode() * 20_000)
    kept = landing.keep(settings, [sent])
    identity = landing.Identity("lac_census", "W06000015", "2018-19")
    landing.register(settings, kept, identity)
    made = landing.register(settings, kept, identity, landing.Decision("accepted", "1"))
    place = ("lac_census", "2018-19", "episode", "placement_code", n)
    Waivers(settings).grant([Waiver(f"{n:016x}", "142", "error", "W06000015", *place, "so", "me", "2099-01-01")])
    landing.receipt(settings, made, landing.Outcome({"error": n}))
    if n == int(sys.argv[2]):
        print(time.monotonic() - started, flush=True)
    print(made.submission_id, flush=True)
"""
N_KILLS = 12


def sent_until_killed(settings: Settings, folder: Path, start: int, rounds: float) -> list[str]:
    """Submissions that a sender had acknowledged when it was killed, so many times what the first of them took."""
    env = {**os.environ, "MESUR_DATA": str(settings.paths.data), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", SENDER, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as sender:
        assert sender.stdout is not None
        time.sleep(float(sender.stdout.readline()) * rounds)
        sender.send_signal(signal.SIGKILL)
        told = sender.stdout.read()
    return told.rpartition("\n")[0].split()


def assert_whole(settings: Settings, acknowledged: list[str]) -> None:
    """Every entry reads, has all its files, whole; every acknowledged submission counts or was replaced."""
    view = Ledger(settings.paths).view()
    for submission, rows in view.latest.items():
        assert len(rows) == 2, f"{submission} is half entered"
        for row in rows:
            assert files.sha256_of(settings.paths.landing_files / row.sha256) == row.sha256
    for path in settings.paths.landing_files.iterdir():
        assert files.is_temporary(path) or files.sha256_of(path) == path.name
    assert {row.submission_id for row in view.current if row.status != "received"} >= set(acknowledged)
    assert len(Waivers(settings).held()) >= len(acknowledged)
    keys = signing.known_keys(settings)
    for path in settings.paths.receipts.glob("*.json"):
        told = json.loads(path.read_text("utf-8"))
        signature = signing.Signature(**told.pop("signature"))
        assert signing.is_signed(told, signature, keys[signature.key_id])
    versions = sorted(rows[0].version for rows in view.latest.values())
    assert versions == list(range(1, len(versions) + 1))


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 on this system")
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_half(settings: Settings, tmp_path: Path) -> None:
    sent, acknowledged = tmp_path / "sent", list[str]()
    sent.mkdir()
    moments = random.Random(20261122)
    for n in range(N_KILLS):
        acknowledged += sent_until_killed(settings, sent, n * 1000, moments.uniform(0.0, 3.0))
        assert_whole(settings, acknowledged)
    assert len(acknowledged) >= N_KILLS, "the sender hardly got to work: the test shows nothing"
    made = landing.register(
        settings, landing.keep(settings, [sent]), landing.Identity("ssda903", "W06000015", "2018-19")
    )
    assert made.version == 1
    assert not [p for p in settings.paths.ledger.iterdir() if files.is_temporary(p)]
