"""Small editions that are truly protected, and the tools to plant a leak into a copy of one.

What must be found belongs to the tests.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.audit.verifier import Answer, Subject, Verdict, verify
from pipelines.disclosure import protect
from pipelines.publish.tables import TABLES
from pipelines.serve.tour import tour
from schemas.catalogue import Catalogue
from tests import made_cells, made_edition

DECLARED = {t.name: {c.name: c.shows is not None for c in t.columns} for t in TABLES}


@dataclass(frozen=True)
class Made:
    """An edition, the rows it was made of, and the true counts behind them."""

    catalogue: Catalogue
    folder: Path
    rows: pl.DataFrame
    cells: Path
    closed: Path
    desk: made_edition.Desk

    def subject(self, folder: Path | None = None, rows: pl.DataFrame | None = None) -> Subject:
        held, parts = folder or self.folder, (self.rows if rows is None else rows, DECLARED)
        return Subject(held, *parts, proof=held / "proof", closed=self.closed, cells=self.cells)

    def verify(self, folder: Path | None = None, rows: pl.DataFrame | None = None) -> Verdict:
        return verify(self.catalogue, made_edition.PUBLICATION, self.subject(folder, rows))

    def answers(self) -> list[Answer]:
        """What the service tells of it."""
        told = tour(self.desk.settings, made_edition.PUBLICATION, self.folder.name)
        return [Answer(one.asked, one.status, one.media_type, one.body) for one in told]

    def copy(self, folder: Path) -> Path:
        """A copy that may be written."""
        shutil.copytree(self.folder, folder)
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return folder


def edition(root: Path, catalogue: Catalogue, seed: int) -> Made:
    """Children drawn from a seed, counted, protected and published."""
    desk = made_edition.desk(root, catalogue)
    wanted = made_cells.pairs(desk.catalogue.publications[made_edition.PUBLICATION])
    held = made_cells.cells(desk.catalogue, wanted, made_cells.World(n_children=1200, seed=seed))
    (root / "cells").mkdir(parents=True)
    path = made_cells.write(held, root / "cells")
    protect(desk.catalogue, made_edition.PUBLICATION, path, desk.disclosed.parent)
    made = desk.publish(proof_path=desk.proof)
    closed = desk.disclosed.parent / "closed"
    return Made(desk.catalogue, made.folder, pl.read_parquet(desk.disclosed), path, closed, desk)


def sign(folder: Path) -> None:
    """Write the list of fingerprints anew, as whoever slipped something in would."""
    held = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "sha256sums.txt")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in held]
    (folder / "sha256sums.txt").write_text("".join(lines), encoding="utf-8")


def first(rows: pl.DataFrame, condition: pl.Expr) -> pl.Expr:
    """True in the first row that meets a condition."""
    return pl.int_range(pl.len()) == rows.with_row_index("at").filter(condition)["at"][0]


Edit = Callable[[str], str]


def edit_zip(path: Path, edits: dict[str, Edit], added: dict[str, str] | None = None) -> None:
    """Change parts of a zip file; the first part whose name matches a pattern is changed, and must change."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for pattern, change in edits.items():
        name = next(n for n in parts if re.fullmatch(pattern, n))
        before = parts[name].decode("utf-8")
        after = change(before)
        assert after != before, f"nothing was planted in {name}"
        parts[name] = after.encode("utf-8")
    parts |= {name: text.encode("utf-8") for name, text in (added or {}).items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, held in parts.items():
            book.writestr(name, held)
