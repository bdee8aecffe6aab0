"""Why figures differ from the edition before, found by comparing what both rest on: inputs, rules, codes, calculation.

Nobody states a cause by hand. What the published rows show does not belong here; the publish room puts it beside them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.files import atomic_file
from pipelines.core.ledger import LedgerRow
from pipelines.flow.desk import Desk
from pipelines.flow.transform import DEFAULT_POLICY
from pipelines.publish.records import CellKey
from pipelines.publish.shelf import Shelf
from schemas.catalogue import SPEC, Catalogue

KEY = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code")
COUNTS = ("numerator", "denominator")
POPULATION = "population_rebase"
SUPPRESSION = "rounding_or_suppression"
OF_BASIS = {
    "rules": "rule_or_repair", "rule_pack": "rule_or_repair", "repair_policy": "rule_or_repair",
    "codes": "code_mapping", "calculation": "error_corrected",
}  # fmt: skip
"""Part of the basis -> the cause it is when it changed. `measure:<id>` concerns that measure alone."""
ORDER = ("late_submission", "late_resubmission", *dict.fromkeys(OF_BASIS.values()), POPULATION, SUPPRESSION)


@dataclass(frozen=True)
class Evidence:
    """What an edition rested on: inputs by name (with the fingerprints of their files) and the rest of its basis."""

    inputs: Mapping[str, frozenset[str]]
    basis: Mapping[str, str]


def basis(desk: Desk, rule_pack: str, proof_path: Path) -> dict[str, str]:
    """Fingerprints of everything but the inputs that figures rest on."""
    sql = desk.settings.paths.dbt_project
    written = (p for kind in ("models", "macros") for p in (sql / kind).rglob("*.sql"))
    models = sorted(p for p in written if "_generated" not in p.parts)
    codes = sorted([*SPEC.glob("code_lists/*.csv"), *SPEC.glob("exports/**/*.csv"), *SPEC.glob("returns/*/layout.csv")])
    rules = sorted([*SPEC.glob("rules/**/*.*"), SPEC / "rule_terms.yml"])
    found = {"calculation": models, "codes": codes, "rules": rules}
    told = {name: _digest(path.read_bytes() for path in paths) for name, paths in found.items()}
    proof = json.loads(proof_path.read_text("utf-8"))
    told["protection"] = _digest([json.dumps([proof["method"], proof["configuration"]], sort_keys=True).encode()])
    told |= {"rule_pack": rule_pack, "repair_policy": desk.policy or DEFAULT_POLICY}
    return told | {f"measure:{m.id}": _definition(desk.catalogue, m.id) for m in desk.catalogue.measures.values()}


def _definition(catalogue: Catalogue, measure_id: str) -> str:
    """What a measure counts; its wording is no part of it."""
    m = catalogue.measures[measure_id]
    counted = (m.fact, m.unit, m.numerator, m.denominator, m.value_column, m.population)
    return _digest([json.dumps(counted).encode()])


def _digest(parts: Iterable[bytes]) -> str:
    held = hashlib.sha256()
    for part in parts:
        held.update(hashlib.sha256(part).digest())
    return held.hexdigest()[:16]


def input_name(row: LedgerRow) -> str:
    """What an input is called in the record of an edition: return, period, authority, and the system or data set."""
    return "/".join(p for p in (row.return_id, row.period_id, row.authority_code, row.system) if p)


def now(counting: Iterable[LedgerRow], held: Mapping[str, str]) -> Evidence:
    """What the figures rest on now."""
    return Evidence(_by_name((input_name(row), row.sha256) for row in counting), held)


def of_edition(folder: Path) -> Evidence:
    """What an edition says it rested on."""
    record = json.loads((folder / "edition.json").read_text("utf-8"))
    inputs = _by_name((i["name"], i["sha256"]) for i in record["inputs"])
    return Evidence(inputs, record.get("basis") or {})


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, sha256 in pairs:
        found.setdefault(name, set()).add(sha256)
    return {name: frozenset(held) for name, held in found.items()}


def kept_cells(desk: Desk, publication_id: str, edition_id: str) -> Path:
    """Where the exact counts behind an edition are kept. Restricted: they never leave the data folder."""
    return desk.settings.paths.cells.parent / "editions" / publication_id / f"{edition_id}.parquet"


def keep_cells(desk: Desk, publication_id: str, edition_id: str) -> None:
    """Keep the exact counts of an edition, so that the next one can tell what only rounding or protection moved."""
    path = kept_cells(desk, publication_id, edition_id)
    if not path.is_file():
        held = pl.read_parquet(desk.settings.paths.cells, columns=[*KEY, *COUNTS, "value"])
        with atomic_file(path) as temporary:
            held.write_parquet(temporary, compression="zstd")


def causes(desk: Desk, publication_id: str, held: Evidence) -> dict[CellKey, str]:
    """Cell -> every cause that could have moved it since the latest edition; empty before the first edition."""
    shelf = Shelf(desk.settings.paths.published / publication_id)
    latest = shelf.latest()
    if latest is None:
        return {}
    path = kept_cells(desk, publication_id, latest.id)
    cells = pl.read_parquet(desk.settings.paths.cells, columns=[*KEY, *COUNTS, "value"])
    before = pl.read_parquet(path) if path.is_file() else None
    return judged(desk.catalogue, (before, cells), (of_edition(shelf.folder(latest.id)), held))


def judged(
    catalogue: Catalogue, cells: tuple[pl.DataFrame | None, pl.DataFrame], held: tuple[Evidence, Evidence]
) -> dict[CellKey, str]:
    """Causes by cell.

    A count that is what it was can only have been rounded or withheld in another way; where only the denominator of a
    rate moved it was the population. A numerator that moved was moved by what else differs: a return of an authority of
    the area, rules, codes, calculation, or the definition of the measure. Where several of these differ all are told.

    Args:
        cells: exact cells behind the edition before (None where they were not kept) and now.
        held: what each rests on.
    """
    before, after = held
    of_area = {code: _moved_inputs(catalogue, code, before, after) for _, code in catalogue.areas()}
    everywhere = [cause for part, cause in OF_BASIS.items() if _differs(part, before, after)]
    is_rebased = any(name.startswith("statswales") for name in _changed(before.inputs, after.inputs))
    found: dict[CellKey, str] = {}
    for *key, moved in _movements(*cells).iter_rows():
        measure_id, area, period = key[:3]
        is_population = catalogue.measures[measure_id].population is not None and is_rebased
        told = {SUPPRESSION} if not moved else {POPULATION} if is_population and "denominator" in moved else set()
        if "numerator" in moved or (moved and not told):
            own = ["error_corrected"] if _differs(f"measure:{measure_id}", before, after) else []
            told |= {*everywhere, *own, *_of_inputs(of_area[area], period)}
        found[(measure_id, area, period, key[3], key[4])] = " ".join(sorted(told, key=ORDER.index)) or "unknown"
    return found


def _differs(part: str, before: Evidence, after: Evidence) -> bool:
    """Whether a part of the basis changed; what the edition before did not record cannot be known to have changed."""
    return part in before.basis and before.basis[part] != after.basis.get(part)


def _movements(before: pl.DataFrame | None, after: pl.DataFrame) -> pl.DataFrame:
    """Each cell with those of its counts that are not what they were; both where nothing was kept to compare with."""
    if before is None:
        return after.select(*KEY, pl.lit("numerator denominator").alias("moved"))
    both = after.join(before, on=KEY, how="inner", suffix="_before")
    differs = {c: pl.col(c).ne_missing(pl.col(f"{c}_before")) for c in (*COUNTS, "value")}
    is_average = differs["value"] & ~differs["numerator"] & ~differs["denominator"]
    is_moved = {"numerator": differs["numerator"] | is_average, "denominator": differs["denominator"]}
    parts = [pl.when(held).then(pl.lit(name)) for name, held in is_moved.items()]
    return both.select(*KEY, pl.concat_str(parts, separator=" ", ignore_nulls=True).alias("moved"))


def _changed(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


Moved = tuple[str, str]
"""(period, what happened to the input: late_submission, late_resubmission, error_corrected)."""


def _moved_inputs(catalogue: Catalogue, area: str, before: Evidence, after: Evidence) -> list[Moved]:
    members = frozenset(catalogue.members(area))
    return sorted({*_changes(members, before.inputs, after.inputs)})


def _changes(
    members: frozenset[str], before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
) -> Iterator[Moved]:
    for name in _changed(before, after):
        parts = name.split("/")
        if len(parts) < 3 or parts[2] not in members:
            continue
        kind = "late_submission" if name not in before else "late_resubmission" if name in after else "error_corrected"
        yield parts[1], kind


def _of_inputs(moved: list[Moved], period: str) -> Iterator[str]:
    """Causes for a period: a return that came for another period changes this one as a correction of the history."""
    for of_period, kind in moved:
        is_first = kind == "late_submission" and of_period != period
        yield "late_resubmission" if is_first else kind
