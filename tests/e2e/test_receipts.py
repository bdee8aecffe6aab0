"""A receipt in the hand of who sent: signed, printable, and held against whatever may have been changed since.

That it is made and kept does not belong here (tests/unit/landing).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from made_build import SAMPLE, Mesur

from pipelines.core import messages

RETURN = SAMPLE / "returns" / "2022-23" / "W06000008.xml"


@pytest.fixture
def receipt(mesur: Mesur, tmp_path: Path) -> Path:
    """The receipt as the sender's folder has it."""
    assert mesur("receive", RETURN, "--out", tmp_path / "mine").code == 0
    return next((tmp_path / "mine").glob("receipt-*.json"))


def changed(receipt: Path, **change: object) -> Path:
    held = json.loads(receipt.read_text("utf-8")) | change
    other = receipt.with_name("changed.json")
    other.write_text(json.dumps(held), "utf-8")
    return other


def wrong(mesur: Mesur, *arguments: object, **more: Path) -> dict[str, str]:
    told = mesur("verify", *arguments, "--json", **more)
    assert told.code == (0 if told.record["is_valid"] else 1)
    return {f["key"]: f["what"] for f in told.record["findings"]}


def test_a_receipt_says_what_was_sent_and_what_became_of_every_rule(receipt: Path) -> None:
    held = json.loads(receipt.read_text("utf-8"))
    assert held["files"][0]["name"] == RETURN.name
    assert held["coverage"].keys() >= {"141", "142", "FM01"}
    assert {one["status"].partition(":")[0] for one in held["coverage"].values()} >= {"ran", "skipped"}
    assert held["coverage"]["141"]["n_judged"] > 100
    assert held["n_waived"] == {"reject": 0, "error": 0, "query": 0, "note": 0}
    assert held["signature"]["algorithm"] == "Ed25519"
    assert receipt.stat().st_mode & 0o077 == 0


def test_a_true_receipt_is_valid_with_the_file_under_any_name(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    assert wrong(mesur, receipt) == {}
    copy = shutil.copy(RETURN, tmp_path / "renamed.xml")
    assert wrong(mesur, receipt, copy) == {}
    for lang in ("en", "cy"):
        assert messages.say("verify.good", lang) in mesur("verify", receipt, lang=lang).out


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"version": 7}, {"altered", "differs"}),
        ({"authority_code": "W06000001"}, {"altered", "differs"}),
        ({"files": []}, {"altered", "differs"}),
        ({"files": "none"}, {"altered", "differs"}),
        ({"submission_id": "0" * 16}, {"altered", "unknown"}),
        ({"submission_id": "../../etc"}, {"altered", "unknown"}),
        ({"status": "rejected"}, {"altered"}),
        ({"coverage": {}}, {"altered"}),
        ({"signature": None}, {"unsigned"}),
        ({"signature": {"algorithm": "Ed25519", "key_id": "0" * 16, "value": "AA=="}}, {"unknown_key"}),
    ],
)
def test_what_was_changed_is_found(mesur: Mesur, receipt: Path, change: dict, keys: set[str]) -> None:
    assert wrong(mesur, changed(receipt, **change)).keys() == keys


def test_what_was_altered_is_named(mesur: Mesur, receipt: Path) -> None:
    assert wrong(mesur, changed(receipt, status="rejected", rule_pack="x"))["altered"] == "rule_pack, status"
    told = mesur("verify", changed(receipt, status="rejected"), lang="cy")
    assert messages.say("verify.altered", "cy", what="status") in told.out


def test_another_signature_is_none(mesur: Mesur, receipt: Path) -> None:
    held = json.loads(receipt.read_text("utf-8"))["signature"]
    first = "B" if held["value"][0] == "A" else "A"  # the last byte is small, and so often nought already
    for value in (first + held["value"][1:], "not base64", ""):
        assert wrong(mesur, changed(receipt, signature=held | {"value": value})) == {"altered": "signature"}


def test_another_file_is_found_and_a_missing_one(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_bytes(RETURN.read_bytes() + b" ")
    assert wrong(mesur, receipt, other) == {"file_differs": "other.xml", "file_missing": RETURN.name}
    assert mesur("verify", receipt, tmp_path / "nothing.xml").code == 3


def test_somebody_else_needs_the_public_key_and_nothing_more(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    key = next((tmp_path / "data" / "keys").glob("receipts-*.pem"))
    assert b"PRIVATE" not in key.read_bytes()
    assert wrong(mesur, receipt, data=elsewhere).keys() == {"unknown_key"}
    assert wrong(mesur, receipt, RETURN, "--key", key, data=elsewhere) == {}
    assert wrong(mesur, changed(receipt, status="rejected"), "--key", key, data=elsewhere) == {"altered": ""}
    assert mesur("verify", receipt, "--key", receipt, data=elsewhere).code == 3
    assert not elsewhere.exists()


def test_receipts_of_a_key_that_was_replaced_stay_valid(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "keys" / "receipts.key").unlink()
    later = mesur("receive", SAMPLE / "returns" / "2023-24" / "W06000008.xml", "--json").record
    assert later["signature"]["key_id"] != json.loads(receipt.read_text("utf-8"))["signature"]["key_id"]
    assert wrong(mesur, receipt) == {}


def test_a_damaged_key_is_said(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "keys" / "receipts.key").write_text("nothing", "utf-8")
    told = mesur("receive", RETURN, lang="cy")
    assert (told.code, messages.say("key.signing_damaged", "cy") in told.err) == (3, True)


def test_changed_and_lost_bytes_are_found(mesur: Mesur, receipt: Path, tmp_path: Path) -> None:
    kept = next((tmp_path / "data" / "landing" / "files").iterdir())
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:-1] + b" ")
    assert wrong(mesur, receipt) == {"bytes_changed": RETURN.name}
    kept.unlink()
    assert wrong(mesur, receipt) == {"bytes_missing": RETURN.name}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"{" * 100_000, b'{"files": 1'])
def test_what_is_no_receipt_is_said(mesur: Mesur, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(content)
    assert mesur("verify", path).code == 3


def test_it_prints_in_both_languages(receipt: Path) -> None:
    pages = {p.stem[-2:]: p.read_text("utf-8") for p in receipt.parent.glob("*.html")}
    assert pages.keys() == {"en", "cy"}
    for lang, text in pages.items():
        assert f'<html lang="{lang}">' in text
        assert messages.say("receipt.title", lang) in text
        assert json.loads(receipt.read_text("utf-8"))["files"][0]["sha256"] in text
        assert "http" not in text.replace("http-equiv", "")
