"""What machines read about an edition: CSVW beside the CSV, and a DCAT record of the edition with all its files.

Figures do not belong here; neither does the data package (see `package.py`).
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import polars as pl

from pipelines.core.files import sha256_of
from pipelines.publish.guard import Held
from pipelines.publish.records import PublishContext
from pipelines.publish.star import Star
from pipelines.publish.tidy import OBSERVATION_KEY, OBSERVATIONS, column_comment
from schemas.catalogue import WALES
from schemas.model import Publication

CSVW = "csv/observations.csv-metadata.json"
"""Beside the CSV under the name that a reader of CSVW looks for."""
DCAT = "dcat.jsonld"
LICENCES = {"OGL-UK-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"}
_DATATYPES = {pl.String: "string", pl.Int64: "integer", pl.Int32: "integer", pl.Float64: "double"}
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/vnd.duckdb",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".zip": "application/zip",
}
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_VOCABULARY = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"en": f"{_VOCABULARY}/language/ENG", "cy": f"{_VOCABULARY}/language/CYM"}


def permanent_id(publication_id: str, edition_id: str | None = None) -> str:
    """The permanent id of a publication or of one edition: a UUID made of its name, the same on every machine."""
    name = "/".join(part for part in ("mesur", publication_id, edition_id) if part)
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def write_csvw(folder: Path, frame: pl.DataFrame, star: Star, publication: Publication) -> None:
    """CSV on the Web: what each column of the tidy file means, its type and the key."""
    key = set(OBSERVATION_KEY)
    columns = [
        {
            "name": name,
            "titles": name,
            "dc:description": column_comment(star, name),
            "datatype": _DATATYPES[kind.base_type()],
            "required": name in key,
        }
        for name, kind in frame.schema.items()
    ]
    about = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@id": permanent_id(publication.id, str(star["dim_edition"]["edition_id"][-1])),
        "url": Path(OBSERVATIONS).name,
        "dc:title": _both(publication.title.en, publication.title.cy),
        "dc:description": _both(publication.summary.en, publication.summary.cy),
        "dc:license": {"@id": LICENCES.get(publication.licence, publication.licence)},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {"columns": columns, "primaryKey": list(OBSERVATION_KEY)},
    }
    write_json(folder / CSVW, about)


def write_dcat(after: Held, publication: Publication, context: PublishContext, star: Star) -> None:
    """The catalogue record of the edition (DCAT 3, JSON-LD): what it is, what it follows, every file with its hash.

    Addresses of files are relative to the record, since the folder may be served from anywhere.
    """
    edition, folder = after.edition, after.folder
    held = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != DCAT)
    periods = star["dim_period"]
    frequency = "QUARTERLY" if "quarter" in set(periods["period_type"]) else "ANNUAL"
    record: dict[str, object] = {
        "@context": _CONTEXT,
        "@id": permanent_id(publication.id, edition.id),
        "@type": "dcat:Dataset",
        "dct:identifier": f"{publication.id}/{edition.id}",
        "dct:title": _both(publication.title.en, publication.title.cy),
        "dct:description": _both(publication.summary.en, publication.summary.cy),
        "dct:language": [{"@id": language} for language in _LANGUAGES.values()],
        "dct:license": {"@id": LICENCES.get(publication.licence, publication.licence)},
        "dct:issued": _date(edition.day.isoformat()),
        "dct:accrualPeriodicity": {"@id": f"{_VOCABULARY}/frequency/{frequency}"},
        "dct:spatial": {"@id": f"http://statistics.data.gov.uk/id/statistical-geography/{WALES}"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(periods["start_date"].min().isoformat()),  # type: ignore[union-attr]
            "dcat:endDate": _date(periods["end_date"].max().isoformat()),  # type: ignore[union-attr]
        },
        "dcat:version": edition.id,
        "owl:versionInfo": edition.id,
        "dcat:isVersionOf": {"@id": permanent_id(publication.id)},
        "adms:status": edition.status,
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": _both(publication.contact.en, publication.contact.cy),
        },
        "prov:wasDerivedFrom": [
            {"@type": "prov:Entity", "dct:title": i.name, "spdx:checksum": _checksum(i.sha256)}
            for i in sorted(context.inputs, key=lambda i: (i.name, i.sha256))
        ],
        "dcat:distribution": [_distribution(folder, path, publication) for path in held],
    }
    if edition.previous_id:
        record["dcat:previousVersion"] = {"@id": permanent_id(publication.id, edition.previous_id)}
    write_json(folder / DCAT, record)


def write_json(path: Path, held: object) -> None:
    """JSON for people to read too: two spaces, accents as they are, one line feed at the end."""
    path.write_text(json.dumps(held, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _distribution(folder: Path, path: Path, publication: Publication) -> dict[str, object]:
    place = path.relative_to(folder).as_posix()
    spoken = [lang for lang in _LANGUAGES if path.stem.endswith(f"-{lang}")] or list(_LANGUAGES)
    return {
        "@type": "dcat:Distribution",
        "dct:title": place,
        "dcat:downloadURL": {"@id": place},
        "dcat:mediaType": _MEDIA.get(path.suffix, "text/plain"),
        "dcat:byteSize": path.stat().st_size,
        "dct:language": [{"@id": _LANGUAGES[lang]} for lang in spoken],
        "dct:license": {"@id": LICENCES.get(publication.licence, publication.licence)},
        "spdx:checksum": _checksum(sha256_of(path)),
    }


def _checksum(sha256: str) -> dict[str, object]:
    algorithm = {"@id": "spdx:checksumAlgorithm_sha256"}
    return {"@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": sha256}


def _date(day: str) -> dict[str, str]:
    return {"@value": day, "@type": "xsd:date"}


def _both(en: str, cy: str) -> list[dict[str, str]]:
    return [{"@value": en, "@language": "en"}, {"@value": cy, "@language": "cy"}]
