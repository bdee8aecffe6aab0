"""What the service answers is asked once and kept on disk; the verifier reads it there and tells what is not ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.audit.verifier import Answer, Verdict, verify
from pipelines.audit.verifier import answers as answering
from pipelines.audit.verifier.answers import kept
from pipelines.audit.verifier.records import Findings
from pipelines.flow import asked
from pipelines.serve.tour import Told
from tests import made_edition
from tests.made_verified import Made


@pytest.fixture(scope="module")
def held(made: Made) -> tuple[Path, list[Answer]]:
    """The file as it is kept, and what it was made of."""
    path = asked.answers(made.desk.settings, made_edition.PUBLICATION, made.folder)
    return path, made.answers()


def sums(made: Made) -> Path:
    return made.folder / asked.SUMS


def verified(made: Made, path: Path) -> Verdict:
    return verify(made.catalogue, made_edition.PUBLICATION, replace(made.subject(), asked=path))


def test_what_is_kept_is_what_is_answered_and_gives_no_finding(made: Made, held: tuple[Path, list[Answer]]) -> None:
    path, answers = held
    findings = Findings()
    told = list(kept(path, sums(made), findings))
    assert [(one.asked, one.status) for one in told] == [(one.asked, one.status) for one in answers]
    assert [one.body for one in told if "json" in one.media_type] == [
        one.body for one in answers if "json" in one.media_type
    ]
    verdict = verified(made, path)
    assert (verdict.findings, findings.n) == ((), 0)
    assert verdict.n_answers == len(answers) > 50


def test_a_second_reader_asks_nothing(
    made: Made, held: tuple[Path, list[Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "tour", lambda *_: pytest.fail("the service was asked again"))
    assert asked.answers(made.desk.settings, made_edition.PUBLICATION, made.folder) == held[0]


def test_another_program_is_asked_anew(
    made: Made, held: tuple[Path, list[Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tour(*_: object) -> Iterator[Told]:
        yield Told("/new", 200, "application/json", b"{}")

    before = held[0].read_bytes()
    monkeypatch.setattr(asked, "tour", tour)
    monkeypatch.setattr(asked, "version", lambda _: "of tomorrow")
    path = asked.answers(made.desk.settings, made_edition.PUBLICATION, made.folder)
    try:
        assert [answer.name for answer in kept(path, sums(made), Findings())] == ["/new"]
    finally:
        path.write_bytes(before)


def with_rows(path: Path, target: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    change(pl.read_parquet(path)).write_parquet(target, metadata=dict(pl.read_parquet_metadata(path)))
    return target


def in_answer(asked_for: str, change: Callable[[bytes], bytes]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Another body for the first answer to a question."""

    def changed(rows: pl.DataFrame) -> pl.DataFrame:
        at = next(i for i, one in enumerate(rows["asked"]) if asked_for in one)
        bodies = rows["body"].to_list()
        before, bodies[at] = bodies[at], change(bodies[at])
        assert before != bodies[at], "nothing was planted"
        return rows.with_columns(body=pl.Series(bodies, dtype=pl.Binary))

    return changed


def planted(asked_for: str, before: bytes, after: bytes) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The first of some words, replaced."""
    return in_answer(asked_for, lambda body: body.replace(before, after, 1))


def unrounded(body: bytes) -> bytes:
    """One count, and every row written anew."""
    told = json.loads(body)
    next(r for r in told["observations"] if r["unit"] == "count" and (r["value"] or 0) > 20)["value"] += 3
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("value_differs", in_answer("observations.json", unrounded)),
        ("answers_of_another", lambda rows: rows.head(-1)),
        ("answers_of_another", lambda rows: rows.clear()),
        ("unreadable_answer", lambda rows: rows.with_columns(status=pl.lit(500, pl.Int32))),
    ],
)
def test_a_file_that_tells_more_or_less_is_found(
    made: Made, held: tuple[Path, list[Answer]], tmp_path: Path, check: str,
    change: Callable[[pl.DataFrame], pl.DataFrame],
) -> None:  # fmt: skip
    path = with_rows(held[0], tmp_path / "asked.parquet", change)
    assert check in {found.check for found in verified(made, path).findings}


def test_answers_about_other_bytes_and_a_broken_file_are_found(
    made: Made, held: tuple[Path, list[Answer]], tmp_path: Path
) -> None:
    other, broken = tmp_path / "sums.txt", tmp_path / "asked.parquet"
    other.write_bytes(sums(made).read_bytes() + b"more\n")
    assert hashlib.sha256(other.read_bytes()).hexdigest() != hashlib.sha256(sums(made).read_bytes()).hexdigest()
    broken.write_bytes(held[0].read_bytes()[:-9])
    for path, against, check in ((held[0], other, "answers_of_another"), (broken, sums(made), "unreadable_answer")):
        findings = Findings()
        list(kept(path, against, findings))
        assert {found.check for found in findings.settled()} == {check}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("value_differs", planted("observations.json?lang=en", b'"value":', b'"value":1')),
        ("value_differs", planted("observations.json?lang=cy", b'"numerator":', b'"numerator":9')),
        ("unregistered_column", planted("/cy/Observations?", b'"status":', b'"n_true":1163,"status":')),
        ("number_not_in_ledger", planted("/cy/Observations?", b'"value": [', b'"n_true":1163,"value": [')),
        ("number_not_in_ledger", planted("/explore?", b"</td>", b"</td><td>1,163</td>")),
        ("number_not_in_ledger", planted("/explore?", b"<table", b"<!-- 1163 --><table")),
        ("number_not_in_ledger", planted("/explore?", b"<table", b'<table title="of 1163"')),
    ],
)
def test_a_leak_among_all_that_is_kept_is_found(
    made: Made, held: tuple[Path, list[Answer]], tmp_path: Path, name: str,
    change: Callable[[pl.DataFrame], pl.DataFrame],
) -> None:  # fmt: skip
    """And nothing else: also where the rest of the answer is passed as known."""
    found = verified(made, with_rows(held[0], tmp_path / "asked.parquet", change))
    assert {f.check for f in found.findings} == {name}


def test_rows_that_were_found_to_be_right_are_not_read_again(held: tuple[Path, list[Answer]]) -> None:
    """Rows of JSON are told by their bytes: the service must write them as the verifier expects, or each is parsed."""
    told = pl.read_parquet(held[0])
    rows = told.filter(pl.col("asked").str.contains("observations.(?:arrow|json).lang=en&offset=0&"))
    by_form = {("arrow" if "arrow" in one else "json"): body for one, body in rows.select("asked", "body").iter_rows()}
    against = answering._Against(None, frozenset(), None)  # type: ignore[arg-type]
    answering._remember(against, pl.read_ipc_stream(by_form["arrow"]))
    left, n_held = answering._unknown_rows(against, by_form["json"])
    assert b'"observations": []' in left
    assert n_held > 500
