"""The way through the verifier: every file of an edition is read back from disk and held against the ledger.

A file that cannot be read here is a finding of its own; nothing is skipped because of its name.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import ParseError

import polars as pl

from pipelines.audit.verifier import answers as answering
from pipelines.audit.verifier import figures, opendocument, papers, proofs, sharing, stores, tables, texts, workbooks
from pipelines.audit.verifier.grids import Grid, check_once
from pipelines.audit.verifier.ledger import Ledger, Numbers, ledger_of
from pipelines.audit.verifier.records import Findings, Subject, Verdict
from pipelines.core.errors import MesurError
from schemas.catalogue import Catalogue

SUMS = "sha256sums.txt"
MANY = 30_000
"""Protected rows from which a second process repays its start of some two seconds."""
PROOF, RULES = "proof", "rules"
KEYED = frozenset({"observations"})
"""CSV files all of whose columns are known: their texts are labels."""
BESIDE = {"reconciliation": ("fct_reconciliation",), "bulletin": ("fct_change", "fct_definition")}
"""Pages that set other figures beside ours, and the tables of the mart that have those."""
RECORDS = frozenset({"edition.json", "datapackage.json", "dcat.jsonld", "statswales/pack.json"})
"""What the edition says of itself: sizes, fingerprints, versions."""


@dataclass(frozen=True)
class Desk:
    """What every file of one run is read with."""

    subject: Subject
    ledger: Ledger
    loose: Numbers
    beside: Mapping[str, Numbers]
    """Figures of others, by the beginning of the names of the pages that show them."""
    findings: Findings = field(default_factory=Findings)


Reader = Callable[[Desk, Path, str], int]


def verify(catalogue: Catalogue, publication_id: str, subject: Subject) -> Verdict:
    """Read an edition back from disk and check it in whole numbers, with what the service answered about it.

    Returns:
        Everything found; an edition without a finding may go out.
    """
    findings = Findings()
    with sharing.helper(is_wanted=subject.rows.height >= MANY) as pool, sharing.uncollected():
        ledger = ledger_of(catalogue, catalogue.publications[publication_id], subject.rows, _periods(subject.folder))
        paths = sorted(p for p in subject.folder.rglob("*") if not p.is_dir())
        loose = _loose(subject, ledger)
        shared = sharing.Shared(paths, partial(_read, Desk(subject, ledger, loose, _beside(subject))), pool)
        _check_sums(subject.folder, paths, findings)
        figures.check(catalogue, subject, ledger, findings)
        n_witnesses = proofs.check(subject, findings)
        n_answers, n_told = _check_answers(subject, ledger, loose, findings)
        n_values = shared.finish(findings)
    return Verdict(findings.settled(), len(paths), n_values + n_told, n_witnesses, n_answers)


def _check_answers(subject: Subject, ledger: Ledger, loose: Numbers, findings: Findings) -> tuple[int, int]:
    """(How many answers, how many figures in them); before files are shared out, for what answers have in common is
    worked out once by who reads them all."""
    if subject.asked is None:
        return 0, 0
    answers = answering.kept(subject.asked, subject.folder / SUMS, findings)
    return answering.check(ledger, answers, loose | _numbers(subject, "fct_revision"), findings)


def _beside(subject: Subject) -> dict[str, Numbers]:
    """Figures of others, by the beginning of the names of the pages that show them; also as words round them."""
    found = {}
    for stem, names in BESIDE.items():
        exact = frozenset[float]().union(*(_numbers(subject, name) for name in names))
        found[stem] = exact | {round(n, digits) for n in exact for digits in (0, 1)}
    found["bulletin"] |= _of_use(subject)
    return found


def _of_use(subject: Subject) -> Numbers:
    """What a bulletin says of the use of its tables: how many figures each has and all have, how many are shown, means
    of rounding errors in tenths, and what the proof says was withheld for others."""
    is_c = pl.col("status").fill_null("").str.split(",").list.contains("c")
    rows = subject.rows if "table_id" in subject.rows.columns else subject.rows.with_columns(table_id=pl.lit(""))
    n = {rows.height, rows.height - rows.filter(is_c).height, *rows.group_by("table_id").len()["len"]}
    path = subject.folder / PROOF / f"{PROOF}.json"
    told = json.loads(path.read_text("utf-8")).get("quality", {}) if path.is_file() else {}
    n.add(told.get("hidden_to_protect_others") or 0)
    return frozenset(map(float, n)) | {tenths / 10 for tenths in range(20)}


def _periods(folder: Path) -> pl.DataFrame:
    path = folder / "parquet" / "dim_period.parquet"
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema={"period_id": pl.String})


def _loose(subject: Subject, ledger: Ledger) -> Numbers:
    """Numbers that are no figure: how many rows, values and codes there are; they follow from what is published."""
    held, n = ledger.frame, {ledger.frame.height, subject.rows.height, 95, 99.8, 10_000, 4000, 100}
    values = subject.folder / "parquet" / "fct_measure_value.parquet"
    told = pl.read_parquet(values) if values.is_file() else held
    n |= set(told.select(pl.col("status").str.split(",").explode().value_counts()).unnest("status")["count"])
    for part in ("measure_id", "area_code", "period_id"):
        n.add(held[part].n_unique())
    for path in sorted(subject.folder.glob("parquet/*.parquet")):
        n.add(pl.scan_parquet(path).select(pl.len()).collect().item())
    for name in ("fct_revision", "fct_reconciliation"):
        path = subject.folder / "parquet" / f"{name}.parquet"
        n |= _sizes(pl.read_parquet(path)) if path.is_file() else set()
    return frozenset(map(float, n)) | frozenset(map(float, range(100))) | _forecasts(subject)


def _forecasts(subject: Subject) -> Numbers:
    """Forecasts with their limits, and how many past years those held: made from published figures only."""
    path = subject.folder / "parquet" / "fct_forecast.parquet"
    tried = pl.read_parquet(path).filter(pl.col("n_pooled") > 0) if path.is_file() else None
    if tried is None:
        return frozenset()
    shares = tried.select((100 * pl.col("n_pooled_within") / pl.col("n_pooled")).round(1)).to_series()
    return _numbers(subject, "fct_forecast") | frozenset(shares)


def _numbers(subject: Subject, name: str) -> Numbers:
    """Figures and counts of a table of the mart that sets ours beside those of others."""
    path = subject.folder / "parquet" / f"{name}.parquet"
    if not path.is_file():
        return frozenset()
    table = pl.read_parquet(path)
    numbers = [table[c].cast(pl.Float64) for c, kind in table.schema.items() if kind.is_numeric()]
    return _sizes(table).union(*(column.abs().round(6).unique().drop_nulls() for column in numbers))


def _sizes(table: pl.DataFrame) -> Numbers:
    """How many rows a table has, in all and by each of its columns of words."""
    words = [c for c, kind in table.schema.items() if kind == pl.String]
    sizes = {table.height, *(n for c in words for n in table[c].value_counts()["count"])}
    return frozenset(map(float, sizes))


def _check_sums(folder: Path, paths: Iterable[Path], findings: Findings) -> None:
    """Every file stands in the list of fingerprints, with its own."""
    listed: dict[str, str] = {}
    if (folder / SUMS).is_file():
        for line in (folder / SUMS).read_text("utf-8").splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
    present = {p.relative_to(folder).as_posix(): p for p in paths if p.name != SUMS}
    for name, path in present.items():
        if name not in listed:
            findings.add("file_not_listed", name)
        elif hashlib.sha256(path.read_bytes()).hexdigest() != listed[name]:
            findings.add("hash_differs", name)
    for name in sorted(set(listed) - set(present)):
        findings.add("file_missing", name)


def _read(desk: Desk, path: Path, findings: Findings) -> int:
    desk = replace(desk, findings=findings)
    file = path.relative_to(desk.subject.folder).as_posix()
    if file == SUMS or file.split("/")[0] == PROOF:
        return 0  # the list is checked as a whole, the proof by `proofs.py`
    if file.split("/")[0] == RULES and path.is_file() and path.read_bytes() in desk.subject.rules:
        return 0
    reader = READERS.get(path.suffix)
    if reader is None or path.is_symlink():
        desk.findings.add("unreadable_file", file)
        return 0
    try:
        return reader(desk, path, file)
    except (MesurError, OSError, ValueError, KeyError, zipfile.BadZipFile, ParseError, json.JSONDecodeError):
        desk.findings.add("unreadable_file", file)
        return 0


def _keyed(desk: Desk, path: Path, file: str) -> int:
    if path.suffix == ".parquet":
        _grids(desk, stores.parquet(path, file, desk.findings), file)
    if path.suffix == ".duckdb":
        _grids(desk, stores.mart(path, file, desk.findings), file)
    if path.suffix == ".csv" and path.stem not in KEYED:
        texts.words(desk.ledger, path.read_text("utf-8"), (file, "text"), desk.loose, desk.findings)
    return tables.check_file(desk.subject, desk.ledger, path, desk.findings)


def _grids(desk: Desk, found: Iterable[Grid], file: str) -> int:
    n_held = 0
    for grid in found:
        texts.words(desk.ledger, grid.context, (file, grid.name), desk.loose, desk.findings)
        n_held += check_once(desk.ledger, replace(grid, context="", loose=desk.loose), file, desk.findings)
    return n_held


def _xlsx(desk: Desk, path: Path, file: str) -> int:
    return _grids(desk, workbooks.xlsx(path, file, desk.findings), file)


def _ods(desk: Desk, path: Path, file: str) -> int:
    return _grids(desk, opendocument.ods(path, file, desk.findings), file)


def _text(desk: Desk, path: Path, file: str) -> int:
    others = next((held for stem, held in desk.beside.items() if path.stem.startswith(stem)), frozenset[float]())
    return texts.check_text(desk.ledger, path, (file, others), desk.loose, desk.findings)


def _pdf(desk: Desk, path: Path, file: str) -> int:
    """A page set from the same text as the HTML file beside it, which is checked by itself: no number stands here that
    does not stand there."""
    page = path.with_suffix(".html")
    if not page.is_file():
        desk.findings.add("unreadable_file", file)
        return 0
    held = texts.numbers(texts.whole(page.read_text("utf-8"))) | desk.loose
    for place, text in papers.pdf(path, file, desk.findings):
        for number in texts.numbers(text) - held:
            if not texts.is_no_figure(number):
                desk.findings.add("number_not_in_ledger", file, place)
    return 0


def _json(desk: Desk, path: Path, file: str) -> int:
    of_files = texts.OF_FILES if file in RECORDS else frozenset()
    return texts.check_json(desk.ledger, path, (file, of_files), desk.loose, desk.findings)


READERS: dict[str, Reader] = {
    **dict.fromkeys((".csv", ".parquet", ".duckdb"), _keyed),
    ".xlsx": _xlsx,
    ".ods": _ods,
    ".pdf": _pdf,
    **dict.fromkeys((".md", ".html", ".htm", ".svg", ".xml", ".txt"), _text),
    **dict.fromkeys((".json", ".jsonld", ".geojson"), _json),
}
