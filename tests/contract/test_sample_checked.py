"""The bundled sample through the checks: planted defects are found where they lie, clean submissions have no error.

How defects are planted (tests/unit/synthetic) and what a rule means (the rule bench) do not belong here.
"""

from __future__ import annotations

import hashlib
import json

import pytest

from pipelines.conform import Claim, examine
from pipelines.core.keys import Tokeniser
from pipelines.core.settings import PROJECT
from schemas import load

SAMPLE = PROJECT / "data" / "sample"
STATED = json.loads((SAMPLE / "manifest.json").read_text("utf-8"))
FILES = {f["path"]: f for f in STATED["files"]}
SPOILT = sorted({d["path"] for d in STATED["defects"]})
CLEAN = [
    "returns/2017-18/W06000019.xlsx",
    "returns/2021-22/W06000008.xml",
    "returns/2023-24/W06000001.zip",
    "exports/2024-25Q1/W06000003.zip",
]


@pytest.fixture(scope="module")
def looked_at():
    """path -> examination, made once."""
    held = {}

    def look(path):
        if path not in held:
            f = FILES[path]
            claim = Claim(f["return_id"], f["authority_code"], f["period_id"], f["system"])
            held[path] = examine(load(), Tokeniser(b"k" * 32), [SAMPLE / path], claim)
        return held[path]

    return look


@pytest.mark.parametrize("path", SPOILT)
def test_a_planted_defect_is_found_by_the_rule_and_in_the_row_that_the_manifest_names(looked_at, path):
    faults = looked_at(path).faults.iter_rows(named=True)
    found = {(f["rule_id"], f["table"], f["row_number"]) for f in faults}
    planted = [d for d in STATED["defects"] if d["path"] == path and d["rule"]]
    assert planted
    assert [d["kind"] for d in planted if (d["rule"], d["table"], d["row_number"]) not in found] == []


@pytest.mark.parametrize("path", SPOILT)
def test_a_spoilt_submission_is_accepted_with_errors_and_never_rejected(looked_at, path):
    assert looked_at(path).verdict == "accepted_with_errors"


@pytest.mark.parametrize("path", CLEAN)
def test_a_clean_submission_has_no_error(looked_at, path):
    faults = looked_at(path).faults.iter_rows(named=True)
    assert {f["rule_id"] for f in faults if f["severity"] in ("reject", "error")} == set()
    assert looked_at(path).verdict == "accepted"


def test_the_manifest_tells_the_fingerprint_of_every_bundled_file():
    wrong = [p for p, f in FILES.items() if hashlib.sha256((SAMPLE / p).read_bytes()).hexdigest() != f["sha256"]]
    assert wrong == []


def test_the_bundle_is_small_enough_to_ship():
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()) < 15_000_000


def test_every_target_of_the_bundle_is_met_or_stands_in_the_list_of_unmet():
    held = STATED["calibration"]
    assert held["n_met"] + len(held["unmet"]) == held["n_targets"]
    assert held["unmet"] == []
