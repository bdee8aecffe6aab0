"""Values of cells go nowhere they need not be: a mark planted in every kind of cell is looked for in all that is kept
and all that is said, and what passes each door is what may pass it.

How a value is removed does not belong here.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import made_marker
import polars as pl
import polars.selectors as cs
import pytest
import typst
from made_build import Built, run
from made_marker import SECRETS
from pypdf import PdfReader
from pypdf.generic import StreamObject

from pipelines.core.settings import PROJECT, Settings
from pipelines.core.waivers import WAIVABLE
from pipelines.defs import build_definitions, console
from pipelines.flow import submissions
from pipelines.flow.desk import Desk
from schemas import Catalogue

ENCODINGS = ("utf-8", "utf-16-le")
BORN = date(2012, 2, 29)
"""`made_marker.BORN` as a date."""


def said_in(content: bytes) -> list[str]:
    """Which secrets stand in some bytes, in either encoding."""
    lowered = content.lower()
    return [s for s in SECRETS if any(s.lower().encode(e) in lowered for e in ENCODINGS)]


def parts_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and what they hide: entries of archives, cells of Parquet, rows of databases."""
    content = path.read_bytes()
    yield from parts_within(path.name, content)
    if path.suffix == ".duckdb":
        yield from ((f"{path.name}: {name}", rows) for name, rows in rows_of(path).items())
    elif content.startswith(b"%PDF"):
        yield from ((f"{path.name}: {name}", part) for name, part in streams_of(path))


def parts_within(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Some bytes, and what they hold as an archive or as Parquet, in which whole answers of the service may lie."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            yield from ((f"{name}!{part}", held.read(part)) for part in held.namelist())
    elif content.startswith(b"PAR1"):
        rows = pl.read_parquet(io.BytesIO(content), hive_partitioning=False)
        yield f"{name} (read)", rows.select(~cs.binary()).write_ndjson().encode()
        for column in rows.select(cs.binary()):
            for n, body in enumerate(column):
                yield from parts_within(f"{name} (read): {column.name} {n}", body or b"")


def streams_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every part of a PDF decompressed, and the words of its pages: letters stand there by number."""
    held = PdfReader(path)
    for number in sorted({n for numbers in held.xref.values() for n in numbers} | set(held.xref_objStm)):
        part = held.get_object(number)
        yield f"part {number}", repr(part).encode()
        if isinstance(part, StreamObject):
            yield f"stream {number}", part.get_data()
    yield from ((f"page {n}", page.extract_text().encode()) for n, page in enumerate(held.pages, start=1))


def rows_of(path: Path) -> dict[str, bytes]:
    """Every table of a database as text (views are questions to tables)."""
    with duckdb.connect(str(path), read_only=True) as held:
        names = held.execute("select table_name from duckdb_tables()").fetchall()
        return {name: str(held.execute(f'select t::varchar from "{name}" t').fetchall()).encode() for (name,) in names}


def leaks(folder: Path) -> list[str]:
    """Every place below a folder, received bytes apart, where a secret stands."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        place = path.relative_to(folder)
        if place.parts[:2] != ("landing", "files"):
            found += [f"{place.parent}/{name}: {secret}" for name, part in parts_of(path) for secret in said_in(part)]
    return found


def test_the_search_finds_what_is_there(built: Built, tmp_path: Path) -> None:
    """The received bytes hold every secret; hidden in any kind of file they are found."""
    kept = [p.read_bytes() for p in built.settings.paths.landing_files.iterdir()]
    whole = b"".join(part for content in kept for part in unpacked(content))
    assert set(said_in(whole)) == set(SECRETS) - {made_marker.POSTCODE.replace(" ", "")}
    frame = pl.DataFrame({"a": [made_marker.MARK * 2]})
    frame.write_parquet(tmp_path / "a.parquet", compression="zstd")
    frame.write_csv(tmp_path / "a.csv")
    body = (tmp_path / "a.parquet").read_bytes()
    pl.DataFrame({"body": [body]}).write_parquet(tmp_path / "b.parquet", compression="zstd")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", made_marker.UPN * 9)
    with duckdb.connect(str(tmp_path / "a.duckdb")) as held:
        held.execute("create table t as select ? || 'x' as a", [made_marker.POSTCODE])
    (tmp_path / "a.pdf").write_bytes(
        typst.compile(f"#set text(fill: white)\n{made_marker.MARK}".encode(), format="pdf")
    )
    found = {place.split("/")[1][:5].rstrip(":!( ") for place in leaks(tmp_path)}
    assert found >= {"a.par", "b.par", "a.csv", "a.zip", "a.duc", "a.pdf"}


def unpacked(content: bytes) -> Iterator[bytes]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            yield from (held.read(name) for name in held.namelist())
    else:
        yield content


def test_after_a_build_no_secret_is_kept_or_said(built: Built) -> None:
    held = {p.stem for p in built.settings.paths.typed.glob("lac_census/child/*/authority=W0600002[234]/*.parquet")}
    assert len(held) == 3, "the planted censuses were not read: the search shows nothing"
    assert leaks(built.data) == []
    assert said_in((built.ended.out + built.ended.err).encode()) == []


def test_typed_holds_tokens_and_no_postcode(built: Built, catalogue: Catalogue) -> None:
    identifiers = {"child_id", "upn_id"}
    postcodes = {i.item.id for t in catalogue.tables.values() for i in t.items if i.item.kind == "postcode"}
    assert postcodes
    for path in sorted(built.settings.paths.typed.glob("*/*/*/*/*.parquet")):
        frame = pl.read_parquet(path, hive_partitioning=False)
        for name in identifiers & set(frame.columns):
            assert frame[name].drop_nulls().str.contains("^[0-9a-f]{32}$").all(), f"{path.parts[-5:-3]} {name}"
        assert not postcodes & set(frame.columns), path.parts[-5:-3]


def test_no_date_of_birth_passes_the_facts(built: Built) -> None:
    with duckdb.connect(str(built.settings.paths.warehouse), read_only=True) as held:
        sql = "select table_name, column_name, data_type from duckdb_columns() where table_name like 'fct_%'"
        facts = held.execute(sql).fetchall()
        ages = {t: str(held.execute(f'select t::varchar from "{t}" t').fetchall()) for t in {t for t, _, _ in facts}}
    assert len(ages) > 5
    named = [(t, c) for t, c, kind in facts if kind != "BOOLEAN" and ("birth" in c or "dob" in c)]
    assert named == []
    assert [t for t, rows in ages.items() if BORN.isoformat() in rows] == []


def after_facts(built: Built) -> list[Path]:
    paths = built.settings.paths
    behind = (*paths.disclosed.rglob("*.parquet"), *paths.published.rglob("*.parquet"))
    return sorted([paths.cells, *behind])


def test_nothing_of_a_person_passes_the_cells(built: Built) -> None:
    """Aggregates only: no identifier, no submission, no day, from the cells on."""
    paths = after_facts(built)
    assert len(paths) > 10
    for path in paths:
        schema = pl.read_parquet_schema(path)
        assert not {"child_id", "upn_id", "submission_id", "row_number"} & schema.keys(), path.name
        assert [n for n in schema if "birth" in n or "postcode" in n] == [], path.name
    editions = [*built.settings.paths.published.rglob("mart.duckdb")]
    for path in editions:
        with duckdb.connect(str(path), read_only=True) as held:
            columns = {c for (c,) in held.execute("select column_name from duckdb_columns()").fetchall()}
        assert not {"child_id", "upn_id", "submission_id", "birth_date"} & columns


def test_no_submission_and_no_token_is_in_an_edition(built: Built) -> None:
    """Neither as a column nor as a value, in any file or entry of a file that is published."""
    paths = built.settings.paths
    typed = sorted(paths.typed.glob("*/child/*/*/*.parquet"))
    tokens = pl.concat([pl.read_parquet(p, columns=["child_id"], hive_partitioning=False) for p in typed])["child_id"]
    known = {t.encode() for t in tokens.drop_nulls().unique()} | {p.stem.encode() for p in typed if p.stem != "empty"}
    assert len(known) > 100
    alike = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{16}|[0-9a-f]{32})(?![0-9a-f])")
    assert set(alike.findall(b" ".join(known))) == known
    for path in sorted(p for p in paths.published.rglob("*") if p.is_file()):
        for name, part in parts_of(path):
            assert not known & set(alike.findall(part)), name


@pytest.mark.parametrize("more", [(), ("--json",), ("--lang", "cy")])
def test_a_check_says_no_value(built: Built, tmp_path: Path, more: tuple[str, ...]) -> None:
    for path in sorted((built.inbox / "returns" / made_marker.PERIOD).iterdir())[: 3 if not more else 1]:
        told = run(tmp_path / "data", "check", path, "--out", tmp_path / "out", *more)
        assert told.code == 1
        assert said_in((told.out + told.err).encode()) == []
    # The report is written where its sender asked for it, may show the sender its own values, and stays there.
    assert leaks(tmp_path / "data") == []


def test_the_desk_keeps_and_says_no_value(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Waivers, receipts and what is told of them: of the fact a mark, of the rest rules, rows and counts."""
    from pipelines.cli import main

    data, mine = tmp_path / "data", tmp_path / "mine"
    monkeypatch.setenv("MESUR_DATA", str(data))
    sent = next((built.inbox / "returns" / made_marker.PERIOD).glob(f"{made_marker.CSV_AT}.*"))
    main(["check", str(sent), "--json"])
    faults = json.loads(capfd.readouterr().out)["faults"]
    rules = {
        f["rule_id"]: f["line"] for f in faults if f["severity"] in WAIVABLE and f["line"] and not f["cause_group"]
    }
    assert len(rules) > 3
    for rule, line in list(rules.items())[:3]:
        because = ("--reason", "seen by the team", "--author", "An Officer")
        assert main(["waive", "add", str(sent), "--rule", rule, "--row", str(line), *because]) == 0
    assert main(["receive", str(sent), "--out", str(mine)]) == 1
    assert main(["verify", str(next(mine.glob("*.json"))), str(sent)]) == 0
    later = tmp_path / sent.name
    shutil.copy(sent, later)
    with zipfile.ZipFile(later, "a") as held:
        held.comment = b"sent again"
    first = next(p.stem.partition("-")[0] for p in (data / "receipts").iterdir())
    assert main(["receive", str(later)]) == 1
    second = next(p.stem.partition("-")[0] for p in (data / "receipts").iterdir() if not p.name.startswith(first))
    for more in ((), ("--json",), ("--lang", "cy")):
        assert main(["waive", "list", *more]) == 0
        assert main(["compare", first, second, *more]) == 0
    said = capfd.readouterr()
    assert len(list((data / "waivers").iterdir())) == 3
    assert leaks(data) == leaks(mine) == []
    assert said_in((said.out + said.err).encode()) == []


class Crash(Exception):
    """What a library might raise: with the value it stumbled over in its words, its arguments and its notes."""


def crash(*_: object, **__: object) -> None:
    error = Crash(f"cannot parse {made_marker.MARK}1 born {made_marker.BORN}")
    error.add_note(made_marker.POSTCODE)
    try:
        raise ValueError(made_marker.UPN)
    except ValueError as first:
        raise error from first


CRASHES = ("land", "judge_waiting", "examine_in_turn", "write_all", "register_all")
"""Functions of the flow that a run of the receiving job calls, from the inbox to the verdict in the ledger."""


def test_dagster_keeps_counts_and_no_values_whatever_crashes(
    settings: Settings, built: Built, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """On the persistent instance of `dagster dev`: a crash inside an asset tells its place to the run storage and the
    console, and no value; after it the same run succeeds, and keeps no value either."""
    for name, value in console.environment(settings).items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    job = build_definitions(Desk(settings, built.inbox)).resolve_job_def("receive_lac_census")
    key = f"{made_marker.CSV_AT}|{made_marker.PERIOD}"
    with dg.DagsterInstance.get() as instance:
        for where in CRASHES:
            with monkeypatch.context() as broken:
                broken.setattr(submissions, where, crash)
                ended = job.execute_in_process(instance=instance, partition_key=key, raise_on_error=False)
            assert not ended.success, where
        assert job.execute_in_process(instance=instance, partition_key=key).success
        assert instance.get_runs_count() == len(CRASHES) + 1
    stored = b"".join(p.read_bytes() for p in settings.paths.dagster.rglob("*") if p.is_file())
    assert stored.count(b"internal.unexpected") >= len(CRASHES), "failures were not stored: the search shows nothing"
    assert len(list(settings.paths.typed.glob("lac_census/child/*/*/*.parquet"))) == 1
    told = capfd.readouterr()
    assert leaks(settings.paths.data) == []
    assert said_in((told.out + told.err + caplog.text).encode()) == []


def test_a_crash_of_the_command_tells_its_place_and_no_value(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli import main
    from pipelines.conform import examination

    monkeypatch.setenv("MESUR_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(examination, "identify", crash)
    monkeypatch.setattr(submissions, "examine", crash)
    sent = next((built.inbox / "returns" / made_marker.PERIOD).iterdir())
    for verb in ("check", "receive"):
        assert main([verb, str(sent)]) == 5
    told = capfd.readouterr()
    assert "Crash in" in told.err
    assert said_in((told.out + told.err).encode()) == []
    assert leaks(tmp_path / "data") == []


def test_the_project_keeps_nothing_of_a_run(built: Built) -> None:
    """Engines leave logs where they were started: dbt beside its project, Dagster in its home.

    What dbt made of the project itself is kept there on purpose, and is of no run.
    """
    engines = ("logs", ".logs_queue", "history", "schedules", "storage", "dbt_project/logs", "dbt_project/target")
    files = [p for name in engines for p in (PROJECT / name).rglob("*") if p.is_file()]
    parsed = [p for p in files if p.parent.name.startswith("parsed-")]
    assert [str(p.relative_to(PROJECT)) for p in files if p not in parsed] == []
    assert [p.name for p in parsed if said_in(p.read_bytes())] == []
