"""A bulletin as a tagged PDF (PDF/UA-1), set by typst; how it looks stands in `templates/paper.typ`.

What it says does not belong here.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path

from pipelines.publish.bulletin.page import TEMPLATES
from pipelines.publish.bulletin.records import Document, Figure


def paper(document: Document) -> bytes:
    """The PDF; the same bytes for the same document: own fonts only, the day of the edition for every time stamp."""
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(TEMPLATES / "paper.typ", folder / "paper.typ")
        held = asdict(document) | {"day": document.day.isoformat()}
        for number, figure in enumerate(f for s in document.sections for f in s.blocks if isinstance(f, Figure)):
            (folder / f"figure-{number}.svg").write_text(figure.svg, encoding="utf-8")
        (folder / "bulletin.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
        return bytes(
            typst.compile(
                str(folder / "paper.typ"),
                root=name,
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                timestamp=int(datetime.combine(document.day, time(9, 30), UTC).timestamp()),
            )
        )
