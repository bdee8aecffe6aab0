"""Reads an extract of any StatsWales generation: files in, observations, faults and coverage out.

Each generation's shape, and writing the result, have modules of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import polars as pl

from pipelines.conform.faultlog import COVERAGE_SCHEMA, FAULT_SCHEMA
from pipelines.conform.reading.source import SourceFile
from pipelines.conform.records import ACCEPTED, ACCEPTED_WITH_ERRORS, REJECTED
from pipelines.conform.statswales.areas import AreaIndex, build_index
from pipelines.conform.statswales.canonical import Setting, observe
from pipelines.conform.statswales.names import fold
from pipelines.conform.statswales.opening import Opened, open_files
from pipelines.conform.statswales.pages import join_pages
from pipelines.conform.statswales.records import (
    OBSERVATION_SCHEMA,
    ExtractClaim,
    ExtractExamination,
    Found,
    RawTable,
)
from pipelines.conform.statswales.roles import assign_roles
from schemas.catalogue import Catalogue
from schemas.model import ExtractCard

RETURN_ID, TABLE = "statswales", "observation"
_FILE_RULES = ("SW01", "SW02", "SW18", "SW23", "SW24")
_WITHOUT_ROLES = ("SW05", "SW06", "SW07")
_INCOMPLETE = ("SW08", "SW19", "SW23")
_TABLE_RULES = ("SW03", "SW04", "SW05", "SW06", "SW07", "SW08", "SW20")


def read(
    catalogue: Catalogue, files: Iterable[Path | SourceFile], claim: ExtractClaim | None = None
) -> ExtractExamination:
    """Examine the files of one extract: pages in any order, a zip, a capture, a download, a fact with its lookups.

    Never raises for content; raises OSError only where a path cannot be read. The generation is told from the content
    alone; the dataset from the content, else from the claim (where the two differ the extract is refused), else from
    what the file is called. Without a claim, a card of provenance beside the files is one (see `claim_beside`).
    """
    held = list(files)
    claim = claim or next((claim_beside(f) for f in held if isinstance(f, Path)), ExtractClaim())
    areas = build_index(catalogue)
    opened = open_files([f if isinstance(f, SourceFile) else SourceFile.from_path(f) for f in held], areas)
    return _finish(catalogue, opened, _judged(catalogue, opened, claim, areas))


@dataclass(frozen=True)
class _Outcome:
    """How far an extract could be read: its table, the faults, the observations (None where none could be made)."""

    table: RawTable | None
    found: tuple[Found, ...]
    observations: pl.DataFrame | None = None


def _judged(catalogue: Catalogue, opened: Opened, claim: ExtractClaim, areas: AreaIndex) -> _Outcome:
    if not opened.tables:
        rule = "SW01" if opened.n_unreadable == opened.n_files else "SW02"
        return _Outcome(None, (*opened.found, Found(rule, cause="nothing to read")))
    mixture = _mixture(opened)
    table = join_pages(opened.tables) if not mixture else opened.tables[0][1]
    card, unknown = _card(catalogue, table, _with_hint(catalogue, opened, claim))
    found = (*opened.found, *table.found, *mixture, *unknown)
    if card is None or mixture:
        return _Outcome(table, found)
    table, roles = replace(table, dataset_id=card.id), assign_roles(table, card, areas)
    found += roles.found
    if any(f.rule_id in _WITHOUT_ROLES for f in roles.found):
        return _Outcome(table, found)
    categories = catalogue.code_lists.get(card.category_code_list or "")
    observations, more = observe(table, roles, Setting(card, areas, categories, claim.vintage))
    return _Outcome(table, (*found, *more), observations)


def claim_beside(path: Path) -> ExtractClaim:
    """What the card `<name>.provenance.yml` beside a file, or beside the folder of its pages, says of the extract."""
    import yaml  # only where an extract is read

    for place in (path, path.parent):
        card = place.with_name(f"{place.name.partition('.')[0]}.provenance.yml")
        if card.is_file():
            try:
                said = yaml.safe_load(card.read_text(encoding="utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError):
                said = None
            return ExtractClaim(said.get("dataset"), said.get("vintage")) if isinstance(said, dict) else ExtractClaim()
    return ExtractClaim()


def _with_hint(catalogue: Catalogue, opened: Opened, claim: ExtractClaim) -> ExtractClaim:
    """A claim that names no dataset, with the one that a file is called after (a CSV of the new service names none)."""
    stems = (PurePosixPath(name).stem.casefold() for name, _ in opened.tables)
    hint = next((stem for stem in stems if stem in catalogue.extract_cards), None)
    is_told = any(table.dataset_id or _by_title(catalogue.extract_cards, table.title) for _, table in opened.tables)
    return claim if claim.dataset_id or is_told else replace(claim, dataset_id=hint)


def _mixture(opened: Opened) -> list[Found]:
    """Files of different services or datasets cannot be one extract."""
    tables = [table for _, table in opened.tables]
    if len({table.generation for table in tables}) > 1:
        return [Found("SW04", cause="files of different services")]
    if len({table.dataset_id for table in tables if table.dataset_id}) > 1:
        return [Found("SW04", cause="files of different datasets")]
    return []


def _card(catalogue: Catalogue, table: RawTable, claim: ExtractClaim) -> tuple[ExtractCard | None, list[Found]]:
    """The card of the dataset the content names (by id, else by title), else of the one that was claimed."""
    cards = catalogue.extract_cards
    told = table.dataset_id or _by_title(cards, table.title)
    claimed = (claim.dataset_id or "").strip().casefold() or None
    if told and claimed and told != claimed:
        return None, [Found("SW04", item="dataset", cause="content and claim differ")]
    if told and claimed is None and told not in cards:
        return None, [Found("SW03", item="dataset", cause="no card")]
    card = cards.get(told or "") or cards.get(claimed or "")
    return card, [] if card else [Found("SW03", item="dataset", cause="no card" if claimed else "not told")]


def _by_title(cards: dict[str, ExtractCard], title: str | None) -> str | None:
    if not title:
        return None
    wanted = fold(title)
    held = (c.id for c in cards.values() if wanted in (fold(c.title.en), fold(c.title.cy)))
    return next(held, None)


def _finish(catalogue: Catalogue, opened: Opened, outcome: _Outcome) -> ExtractExamination:
    table, found = outcome.table, outcome.found
    severities = {rule.code: rule.severity for rule in catalogue.rules if RETURN_ID in rule.returns}
    told = {severities.get(f.rule_id, "error") for f in found}
    verdict = REJECTED if "reject" in told else ACCEPTED_WITH_ERRORS if "error" in told else ACCEPTED
    observations = outcome.observations
    n_rows = table.frame.height if table is not None and observations is not None else None
    if observations is None or verdict == REJECTED:
        observations = pl.DataFrame(schema=OBSERVATION_SCHEMA)
    return ExtractExamination(
        dataset_id=table.dataset_id if table and table.dataset_id in catalogue.extract_cards else None,
        generation=table.generation if table else None,
        title=table.title if table else None,
        vintage=table.vintage if table else None,
        observations=observations,
        faults=_fault_frame(found, severities),
        coverage=_coverage_frame(found, sorted(severities), opened.n_files, n_rows),
        verdict=verdict,
        is_complete=verdict != REJECTED and not any(f.rule_id in _INCOMPLETE for f in found),
    )


def _fault_frame(found: Sequence[Found], severities: dict[str, str]) -> pl.DataFrame:
    rows = [(f.rule_id, severities.get(f.rule_id, "error"), TABLE, f.row, f.item, f.cause) for f in found]
    frame = pl.DataFrame(rows, schema=FAULT_SCHEMA, orient="row")
    return frame.sort("rule_id", "row_number", "item", "cause_group", nulls_last=False, maintain_order=True)


def _coverage_frame(found: Sequence[Found], rules: Sequence[str], n_files: int, n_rows: int | None) -> pl.DataFrame:
    """One row per rule: rows, files or tables judged. Rules on rows are skipped where no row could be judged."""
    failed = Counter(f.rule_id for f in found)
    rows = []
    for rule in rules:
        if rule in _FILE_RULES:
            judged: int | None = n_files
        elif rule in _TABLE_RULES:
            judged = 1 if n_rows is not None or failed[rule] else None
        else:
            judged = n_rows
        status = "ran" if judged is not None or failed[rule] else "skipped: the extract could not be read so far"
        rows.append((rule, status, judged or 0, failed[rule]))
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")
