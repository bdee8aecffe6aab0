"""What stands beside the data: the data package, the edition record, checksums, the proof and the policy.

The data files themselves are written elsewhere; nothing here reads a figure.
"""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import polars as pl

from pipelines.core.files import sha256_of
from pipelines.publish.metadata import LICENCES, write_json
from pipelines.publish.records import Edition, PublishContext
from pipelines.publish.star import Star
from pipelines.publish.tidy import OBSERVATION_KEY, OBSERVATIONS, column_comment
from schemas.model import Publication

SUMS = "sha256sums.txt"
_ENGINES = ("duckdb", "polars", "pyarrow", "xlsxwriter", "odfpy", "altair", "vl-convert-python", "typst")
_FIELD_TYPES = {pl.String: "string", pl.Int64: "integer", pl.Int32: "integer", pl.Float64: "number"}


def write_package(folder: Path, frame: pl.DataFrame, star: Star, publication: Publication) -> None:
    """`datapackage.json`: a tabular data package (Frictionless, version 1) over the tidy CSV."""
    edition = star["dim_edition"].row(-1, named=True)
    licence = {"name": publication.licence}
    if publication.licence in LICENCES:
        licence["path"] = LICENCES[publication.licence]
    about = {
        "profile": "tabular-data-package",
        "name": publication.id,
        "title": publication.title.en,
        "title_cy": publication.title.cy,
        "description": publication.summary.en,
        "description_cy": publication.summary.cy,
        "version": edition["edition_id"],
        "created": f"{edition['edition_date'].isoformat()}T00:00:00Z",
        "licenses": [licence],
        "contributors": [{"title": publication.contact.en, "role": "publisher"}],
        "resources": [_resource(folder, frame, star, publication)],
    }
    write_json(folder / "datapackage.json", about)


def _resource(folder: Path, frame: pl.DataFrame, star: Star, publication: Publication) -> dict[str, object]:
    written = folder / OBSERVATIONS
    schema = {
        "fields": [_field(star, name, kind) for name, kind in frame.schema.items()],
        "primaryKey": list(OBSERVATION_KEY),
        "missingValues": [""],
    }
    return {
        "profile": "tabular-data-resource",
        "name": "observations",
        "path": OBSERVATIONS,
        "title": publication.title.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "header": True},
        "bytes": written.stat().st_size,
        "hash": f"sha256:{sha256_of(written)}",
        "schema": schema,
    }


def write_record(folder: Path, edition: Edition, context: PublishContext, star: Star) -> None:
    """`edition.json`: what this edition is and what it was made of."""
    inputs = sorted(context.inputs, key=lambda i: (i.name, i.sha256))
    record = {
        "publication": edition.publication_id,
        "edition": edition.id,
        "sequence": edition.sequence,
        "previous_edition": edition.previous_id,
        "status": edition.status,
        "date": edition.day.isoformat(),
        "mart_version": edition.major_version,
        "rule_pack": edition.rule_pack,
        "content_sha256": edition.fingerprint,
        "inputs": [
            {"name": i.name, "sha256": i.sha256, "received_at": i.received_at.isoformat() if i.received_at else None}
            for i in inputs
        ],
        "basis": dict(sorted(context.basis.items())),
        "software": {"python": platform.python_version(), "mesur": _own_version()}
        | {name: version(name) for name in _ENGINES},
        "tables": {name: star[name].height for name in sorted(star.tables)},
    }
    write_json(folder / "edition.json", record)


def write_beside(folder: Path, context: PublishContext) -> None:
    """The proof of disclosure control; the confidentiality policy and the rules in force, where they are given."""
    (folder / "proof").mkdir()
    shutil.copyfile(context.proof_path, folder / "proof" / "proof.json")
    for path in sorted((context.proof_path.parent / "proof").glob("*.parquet")):
        shutil.copyfile(path, folder / "proof" / path.name)
    if context.rule_texts:
        (folder / "rules").mkdir()
    for path in context.rule_texts:
        shutil.copyfile(path, folder / "rules" / path.name)
    if context.policy:
        for lang in ("en", "cy"):
            (folder / f"policy-{lang}.md").write_text(context.policy[lang], encoding="utf-8")


def write_sums(folder: Path) -> None:
    """`sha256sums.txt` over every other file, as `sha256sum -c` reads it."""
    held = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    lines = [f"{sha256_of(p)}  {p.relative_to(folder).as_posix()}\n" for p in held]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _field(star: Star, name: str, kind: pl.DataType) -> dict[str, object]:
    return {"name": name, "type": _FIELD_TYPES[kind.base_type()], "description": column_comment(star, name)}


def _own_version() -> str:
    try:
        return version("mesur")
    except PackageNotFoundError:  # run from a tree that is not installed
        return "0"
