"""The outsider's attack on a published edition or on any table, from the files that everybody can fetch.

True counts do not belong here: the attack knows what is published and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.audit import attack
from pipelines.audit.attack import proof
from pipelines.audit.attack import republish as republishing
from pipelines.audit.attack.report import Report
from pipelines.audit.reading import keyed
from pipelines.core.errors import Place, UnreadableError
from pipelines.flow.desk import Desk
from pipelines.serve import Published
from schemas.catalogue import SPEC, WALES


@dataclass(frozen=True)
class Ask:
    """Which edition to attack, and what the attacker holds besides it."""

    edition: str = "latest"
    earlier: tuple[str, ...] = ()
    outside: Path | None = None
    """Figures that others have published: the columns of the key, `numerator` and `denominator` (whole numbers)."""


def audit(desk: Desk, publication_id: str, ask: Ask) -> Report:
    """Attack every hidden cell of an edition, for the plain attacker and the one who guesses.

    Raises:
        UsageError: there is no such edition.
        UnreadableError: a file of the edition, or the outside figures, cannot be read.
    """
    aims = dict.fromkeys((attack.PLAIN, attack.GUESSING), attack.Aim())
    return _attacked(desk, publication_id, ask, aims)


def audit_release(desk: Desk, publication_id: str) -> Report:
    """Attack the latest edition together with all before it, held to the protection that the closed ledger asks for.

    The guessing attacker is taken to guess every protected small count rightly.
    """
    shelf = Published(desk.settings.paths.published)
    latest = shelf.edition(publication_id)
    before = tuple(e.id for e in shelf.editions(publication_id) if e.id != latest.id)
    aim = attack.Aim(needed=_needed(desk, publication_id), withheld_whole=_withheld_whole(desk, publication_id))
    return _attacked(desk, publication_id, Ask(latest.id, before), {attack.PLAIN: aim, attack.GUESSING: aim})


def _needed(desk: Desk, publication_id: str) -> dict[str, tuple[int, int]] | None:
    """Lowest and highest value that must stay possible for each protected cell; None where no ledger is kept."""
    path = desk.settings.paths.disclosed / publication_id / "closed" / "targets.parquet"
    if not path.is_file():
        return None
    return {cell: (low, high) for cell, low, high in pl.read_parquet(path).select("cell_id", "low", "high").iter_rows()}


def _withheld_whole(desk: Desk, publication_id: str) -> frozenset[str]:
    """Cells of levels that are withheld whatever their counts; none where no ledger is kept."""
    path = desk.settings.paths.disclosed / publication_id / "closed" / "suppression.parquet"
    return frozenset(pl.read_parquet(path).filter("dropped")["cell_id"]) if path.is_file() else frozenset()


def _attacked(desk: Desk, publication_id: str, ask: Ask, aims: dict[str, attack.Aim]) -> Report:
    shelf = Published(desk.settings.paths.published)
    edition = shelf.edition(publication_id, ask.edition)
    held = [shelf.edition(publication_id, name).folder for name in ask.earlier]
    earlier = [_unchanged(desk, folder, edition.folder) for folder in held]
    if ask.outside is not None:
        earlier.append(_outside(ask.outside))
    known = proof.read(edition.folder / "proof")
    sources = attack.Sources(keyed.edition(edition.folder), tuple(earlier), known)
    system = attack.system_of(desk.catalogue, sources, _practice(edition.folder))
    return attack.report_of(edition.id, system, aims)


def republish(desk: Desk, publication_id: str, edition_id: str) -> tuple[int, tuple[republishing.Narrowed, ...]]:
    """Whether an edition narrows what the StatsWales extracts suppressed: suppressed cells held, and those narrowed.

    Raises:
        UnreadableError: no extract was taken in.
    """
    folder = desk.settings.paths.typed / "statswales" / "observation"
    paths = sorted(p for p in folder.glob("dataset=*/*.parquet") if p.parent.name != "dataset=none")
    if not paths:
        raise UnreadableError("audit.no_extracts", Place(file=folder.name))
    observations = pl.concat([pl.read_parquet(p) for p in paths], how="diagonal_relaxed")
    known = pl.read_csv(SPEC / "published_figures.csv", infer_schema=False)
    columns = ("dataset_id", "measure_code", "category_code", "measure_id", "breakdown_id", "breakdown_code")
    names = {(d, m, c): tuple(ours) for d, m, c, *ours in known.select(columns).iter_rows()}
    sources = republishing.sources_of(observations, names)
    edition = Published(desk.settings.paths.published).edition(publication_id, edition_id)
    added = republishing.with_ours(sources, keyed.edition(edition.folder), _practice(edition.folder))
    return sum(sources.hidden), republishing.narrowed(sources, added)


def audit_table(path: Path, shape: attack.TableShape) -> Report:
    """Attack a table given as a tidy CSV with its margins.

    Raises:
        UnreadableError: no CSV, a column missing, or a value that is neither a whole number nor a known mark.
    """
    small = shape.practice.small_count_max
    aim = attack.Aim(small_count_max=small, open_up_to=small if shape.practice.hidden_max else small + 1)
    system = attack.read_table(path, shape)
    return attack.report_of(path.name, system, dict.fromkeys((attack.PLAIN, attack.GUESSING), aim))


def _practice(folder: Path) -> attack.Practice:
    """How the edition was made, as its own proof tells everybody."""
    path = folder / "proof" / "proof.json"
    try:
        told = json.loads(path.read_text("utf-8")).get("configuration", {})
    except (OSError, ValueError):
        raise UnreadableError("disclosure.table_unreadable", Place(file=path.name)) from None
    plain = attack.Practice()
    return attack.Practice(
        base=told.get("rounding_base", plain.base), small_count_max=told.get("small_count_max", plain.small_count_max)
    )


def _unchanged(desk: Desk, earlier: Path, now: Path) -> pl.DataFrame:
    """Figures of an earlier edition for areas all of whose returns are the same now: those counts have not changed."""
    before, after = _inputs(earlier), _inputs(now)
    same = {a.gss for a in desk.catalogue.authorities.values() if before.get(a.gss) == after.get(a.gss)}
    regions: dict[str, set[str]] = {}
    for a in desk.catalogue.authorities.values():
        regions.setdefault(a.region, set()).add(a.gss)
        regions.setdefault(WALES, set()).add(a.gss)
    areas = sorted(same | {region for region, members in regions.items() if members <= same})
    return keyed.edition(earlier).filter(pl.col("area_code").is_in(areas))


def _inputs(folder: Path) -> dict[str, set[tuple[str, str]]]:
    """The returns of each authority, with their fingerprints, as the edition tells them to everybody."""
    held: dict[str, set[tuple[str, str]]] = {}
    for one in json.loads((folder / "edition.json").read_text("utf-8")).get("inputs", []):
        for part in one["name"].replace(" ", "/").split("/"):
            held.setdefault(part, set()).add((one["name"], one["sha256"]))
    return held


def _outside(path: Path) -> pl.DataFrame:
    given = keyed.given_csv(path, as_text=False)
    try:
        return given.select(
            *(pl.col(k).cast(pl.String) for k in keyed.KEY),
            pl.col("numerator").cast(pl.Int64),
            pl.col("denominator").cast(pl.Int64),
            value=pl.col("numerator").cast(pl.Float64),
            status=pl.lit(""),
        )
    except pl.exceptions.PolarsError:
        raise UnreadableError("disclosure.table_unreadable", Place(file=path.name)) from None
