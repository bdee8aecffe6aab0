"""A report to the files that its sender asked for, each whole or not at all.

What stands in them does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.conform.report import machine, tables
from pipelines.core import files
from schemas import impact

if TYPE_CHECKING:
    import polars as pl

    from pipelines.conform.report.records import Report

FORMATS = ("xlsx", "html", "json", "csv")
"""What a report can be written as."""
Writer = Callable[[Path], None]
_BOOK = "report.xlsx"


def write(report: Report, out: Path, formats: Sequence[str], lang: str) -> tuple[Path, ...]:
    """Write a report into a folder, in some of `FORMATS`. Gives the files, the one to open first in front.

    The files can be read by their owner only: they hold data of children.

    Raises:
        InternalError: where the disk refuses.
    """
    writers = dict(_writers(report, tables.details(report, lang), (formats, lang)))
    with files.atomic_files() as place, ThreadPoolExecutor(2) as pool:
        # The workbook, which comes first, takes as long as all others together; of very many faults it holds few.
        places = {name: place(out / name) for name in writers}
        for begun in [pool.submit(writer, places[name]) for name, writer in writers.items()]:
            begun.result()
    return tuple(out / name for name in writers)


def get_ready(formats: Sequence[str]) -> None:
    """Load what explaining and writing need: a fifth of a second that can pass beside the examination."""
    impact.load()
    if "xlsx" in formats:
        from pipelines.conform.report import workbook  # noqa: F401 (to be there when it is asked for)
    if "html" in formats:
        from pipelines.conform.report import page

        page.load()


def _writers(report: Report, listed: pl.DataFrame, asked: tuple[Sequence[str], str]) -> Iterator[tuple[str, Writer]]:
    formats, lang = asked
    if "xlsx" in formats:
        from pipelines.conform.report import workbook

        yield _BOOK, lambda path: workbook.write(path, report, listed, lang)
    if "html" in formats:
        from pipelines.conform.report import page

        yield "report.html", lambda path: page.write(path, report, listed, lang)
    if "json" in formats:
        yield "examination.json", lambda path: machine.write_json(path, report, listed, lang)
    if "csv" in formats:
        yield "causes.csv", lambda path: machine.write_causes(path, report, lang)
        yield "faults.csv", lambda path: machine.write_faults(path, listed)
        if report.waived:
            yield "waivers.csv", lambda path: machine.write_waivers(path, report, lang)
        yield "coverage.csv", lambda path: machine.write_coverage(path, report, lang)
