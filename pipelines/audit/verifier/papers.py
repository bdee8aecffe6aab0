"""A PDF as words, and what it carries besides: attachments, forms, programs, earlier revisions, parts of no page.

The numbers among the words are held against what may be published elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.audit.verifier.records import Findings

STRANGE = ("/EmbeddedFile", "/EmbeddedFiles", "/JavaScript", "/JS", "/AcroForm", "/RichMedia", "/Launch", "/AA")
"""Names of parts that a bulletin does not have, wherever they stand and however they are compressed."""
SPOKEN = ("/Alt", "/ActualText", "/E", "/Contents", "/T", "/TU", "/Title", "/Subject", "/Keywords", "/Author")
"""Entries whose text is read out or shown besides the page itself."""
END = b"%%EOF"
VERSION = re.compile(r"<pdf:PDFVersion>[0-9.]+</pdf:PDFVersion>")


def pdf(path: Path, file: str, findings: Findings) -> Iterator[tuple[str, str]]:
    """(where, text): the words of each page whatever their colour, those that are read out, and the properties."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if path.read_bytes().count(END) != 1:
        findings.add("strange_part", file, "an earlier revision")
    try:
        held = PdfReader(path, strict=True)
        yield from _spoken(held, file, findings)  # before pages are read: reading them rewrites what is held
        for number, page in enumerate(held.pages, start=1):
            yield f"page {number}", page.extract_text()
        yield "properties", " ".join(str(text) for text in (held.metadata or {}).values())
        if held.xmp_metadata is not None:
            about = held.xmp_metadata.stream.get_data().decode("utf-8", "replace")
            yield "XMP", VERSION.sub("", about)
    except PyPdfError:
        findings.add("unreadable_file", file)


def _spoken(held: Any, file: str, findings: Findings) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (a PdfReader)
    """Texts of all objects that the document leads to; an object that it does not lead to is a finding."""
    reached: set[int] = set()
    for parts in _reached(held, reached):
        for name, part in parts.items():
            if name in STRANGE or (isinstance(part, str) and part in STRANGE):
                findings.add("strange_part", file, str(name))
            if name in SPOKEN and isinstance(part, str):
                yield str(name), part
    left = {n for numbers in held.xref.values() for n in numbers} | set(held.xref_objStm)
    if strange := left - reached - _own(held):
        findings.add("strange_part", file, "parts of no page", n=len(strange))


def _reached(held: Any, reached: set[int]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (a PdfReader)
    """The dictionaries that the trailer leads to, each once, as they stand: what they point to comes by itself."""
    waiting: list[Any] = [held.trailer]
    while waiting:
        one = waiting.pop()
        number = getattr(one, "idnum", None)
        if number in reached:
            continue
        if number is not None:
            reached.add(number)
            one = one.get_object()
        if isinstance(one, dict):
            parts = {str(name): dict.__getitem__(one, name) for name in one}
            waiting += parts.values()
            yield parts
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def _own(held: Any) -> set[int]:  # noqa: ANN401 (a PdfReader)
    """Objects that hold the file together: the streams of objects, the tables of cross references."""
    kinds = ("/ObjStm", "/XRef")
    found = set()
    for number in {n for numbers in held.xref.values() for n in numbers}:
        part = held.get_object(number)
        if isinstance(part, dict) and part.get("/Type") in kinds:
            found.add(number)
    return found
