"""What the service answers about a published edition, asked once and kept on disk for the verifier to read.

Whether an answer tells too much does not belong here, and neither does how a question is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import polars as pl

from pipelines.audit.verifier import EDITION, N_ASKED, TOGETHER
from pipelines.core.errors import UsageError
from pipelines.core.files import atomic_file, sha256_of
from pipelines.core.locks import exclusive
from pipelines.core.settings import Paths, Settings
from pipelines.publish.package import SUMS
from pipelines.serve import Published
from pipelines.serve.tour import Told, tour

MARK = "mesur_asked_of"
ENGINES = ("duckdb", "pyarrow", "polars", "fastapi", "starlette", "pydantic", "odata-query", "xlsxwriter")
PROGRAM = ("pipelines/serve", "pipelines/core", "schemas")
"""Where what decides an answer stands, within the project."""


def answers(settings: Settings, publication_id: str, folder: Path) -> Path:
    """The file of answers about an edition, asked anew where it was not asked of these bytes by this program."""
    path = settings.paths.asked / publication_id / f"{folder.name}.parquet"
    with exclusive(settings, "asked"):
        mark = _mark(settings.paths, publication_id)
        if _mark_of(path) != mark:
            _write(path, tour(settings, publication_id, folder.name), {MARK: mark, EDITION: sha256_of(folder / SUMS)})
    return path


def _write(path: Path, told: Iterator[Told], marks: dict[str, str]) -> None:
    rows = [(one.asked, one.status, one.media_type, one.body) for one in told]
    kinds = {"asked": pl.String, "status": pl.Int32, "media_type": pl.String, "body": pl.Binary}
    table = pl.DataFrame(rows, schema=kinds, orient="row")
    marks |= {N_ASKED: str(table.height)}
    with atomic_file(path) as temporary:
        table.write_parquet(
            temporary, compression="zstd", compression_level=1, row_group_size=TOGETHER, statistics=False,
            metadata=marks,
        )  # fmt: skip


def _mark_of(path: Path) -> str | None:
    """What a file of answers says that it was asked of; None where it is not there, or is not whole."""
    try:
        return pl.read_parquet_metadata(path).get(MARK)
    except (OSError, pl.exceptions.PolarsError):
        return None


def _mark(paths: Paths, publication_id: str) -> str:
    """A fingerprint of all that an answer depends on: what is published, the program, its engines."""
    digest = hashlib.sha256()
    for said in (*_published(paths, publication_id), *_program(paths.project), *map(_engine, ENGINES)):
        digest.update(said.encode() + b"\n")
    return digest.hexdigest()


def _published(paths: Paths, publication_id: str) -> Iterator[str]:
    """Which editions there are, and of which bytes: pages and lists speak of all of them."""
    for pointer in sorted(paths.published.glob("*/latest.json")):
        yield f"{pointer.parent.name} {sha256_of(pointer)}"
    try:
        held = Published(paths.published).editions(publication_id)
    except UsageError:
        return
    yield from (f"{edition.id} {sha256_of(edition.folder / SUMS)}" for edition in held)


def _program(project: Path) -> Iterator[str]:
    for room in PROGRAM:
        for path in sorted(p for p in (project / room).rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            yield f"{path.relative_to(project).as_posix()} {sha256_of(path)}"


def _engine(name: str) -> str:
    return f"{name} {version(name)}"
