"""The documents of an edition: workbooks, bulletin and notes of each language; of a large edition side by side.

What any one document says, and the data files, do not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.beside import beside
from pipelines.core.redaction import room
from pipelines.publish import bulletin, note, reconciled
from pipelines.publish.records import Clock, Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook import open_document, sheets_of, workbook, workbook_name
from schemas.model import Publication

MANY = 30_000
"""Values from which a second process repays its start of some two seconds."""


@dataclass(frozen=True)
class Documents:
    """What every document of an edition is made from, and the folder that takes them."""

    star: Star
    publication: Publication
    edition: Edition
    folder: Path
    proof_path: Path
    """The proof of the protected rows, which says how much of each table is shown."""

    def write(self, lang: str, clock: Clock) -> Clock:
        """Every document of one language; gives the clock, which says what each took."""
        self._write_workbooks(lang, clock)
        if set(self.publication.formats) & {"html", "pdf"}:
            with clock.timed(f"bulletin {lang}"):
                self._write_bulletin(lang)
        with clock.timed("release notes"):
            told = note.release_note(self.star, self.publication, self.edition, lang)
            (self.folder / f"release-note-{lang}.md").write_text(told, encoding="utf-8")
            page = reconciled.reconciliation_page(self.star, self.edition, lang)
            (self.folder / f"reconciliation-{lang}.md").write_text(page, encoding="utf-8")
        return clock

    def _write_workbooks(self, lang: str, clock: Clock) -> None:
        formats = {"xlsx": workbook, "ods": open_document}
        wanted = [f for f in formats if f in self.publication.formats]
        if wanted:
            with clock.timed(f"sheets {lang}"):
                sheets = sheets_of(self.star, self.publication, self.edition, lang)
            for suffix in wanted:
                with clock.timed(f"{suffix} {lang}"):
                    made = formats[suffix](sheets, self.publication, self.edition, lang)
                    (self.folder / workbook_name(self.edition, lang, suffix)).write_bytes(made)

    def _write_bulletin(self, lang: str) -> None:
        made = (self.edition, bulletin.of_proof(self.proof_path))
        document = bulletin.document(self.star, self.publication, made, lang)
        name = bulletin.bulletin_name(self.edition, lang)
        if "html" in self.publication.formats:
            (self.folder / f"{name}.html").write_text(bulletin.page(document), encoding="utf-8")
        if "pdf" in self.publication.formats:
            (self.folder / f"{name}.pdf").write_bytes(bulletin.paper(document))


@contextmanager
def second_hand(n_values: int) -> Iterator[Executor | None]:
    """A process for the second language, on its way up while the data files are written; None for a small edition."""
    if n_values < MANY:
        yield None
        return
    with beside(_load) as pool:
        yield pool


@contextmanager
def begun(documents: Documents, second: Executor | None) -> Iterator[Callable[[Clock], None]]:
    """The documents of both languages: those of the second are begun at once by the other process, where there is one;
    what is given here writes the first and waits for both. After the block nothing is written any more.
    """
    other = second.submit(_write_apart, documents, "cy") if second else None

    def finish(clock: Clock) -> None:
        documents.write("en", clock)
        clock.add(other.result() if other else documents.write("cy", Clock()))

    try:
        yield finish
    finally:
        if other:
            wait([other])


def _load() -> None:
    """Nothing: to run this, the process has to load what documents are made with."""


def _write_apart(documents: Documents, lang: str) -> Clock:
    """In a process of its own: what leaves it is an error of ours, without values."""
    with room():
        return documents.write(lang, Clock())
