"""Planted leaks: each is found under the name it should have, and a clean edition gives no finding.

Whoever plants one writes the list of fingerprints anew, so only leaks in that list itself are found by it.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
import typst
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from pipelines.audit.verifier import Verdict
from pipelines.audit.verifier import room as verifying
from schemas import load
from tests import made_verified
from tests.made_verified import Made, edit_zip, first, sign

Plant = Callable[[Path, Made], None]
CSV, FACT, MART = "csv/observations.csv", "parquet/fct_measure_value.parquet", "mart.duckdb"
SHEET = r"xl/worksheets/sheet5\.xml"
IS_COUNT = (pl.col("measure_id") == "CLA_STOCK") & (pl.col("value").cast(pl.Float64, strict=False) > 20)
IS_PERCENT = (pl.col("measure_id") == "CLA_FOSTER_PC") & pl.col("value").is_not_null()
IS_C = pl.col("value").is_null() & pl.col("status").str.contains("c")


def in_csv(condition: pl.Expr, **changes: pl.Expr) -> Plant:
    def plant(folder: Path, _: Made) -> None:
        rows = pl.read_csv(folder / CSV, infer_schema=False)
        here = first(rows, condition)
        after = rows.with_columns(pl.when(here).then(e).otherwise(pl.col(c)).alias(c) for c, e in changes.items())
        assert not after.equals(rows), "nothing was planted"
        after.write_csv(folder / CSV)

    return plant


def in_fact(change: Callable[[pl.DataFrame], pl.DataFrame], name: str = FACT) -> Plant:
    def plant(folder: Path, _: Made) -> None:
        change(pl.read_parquet(folder / FACT)).write_parquet(folder / name)

    return plant


def in_mart(statement: str) -> Plant:
    def plant(folder: Path, _: Made) -> None:
        with duckdb.connect(str(folder / MART)) as connection:
            connection.execute(statement)

    return plant


def in_book(edits: dict[str, Callable[[str], str]], added: dict[str, str] | None = None) -> Plant:
    return lambda folder, _: edit_zip(next(folder.glob("*-en.xlsx")), edits, added)


def in_text(name: str, change: Callable[[str], str]) -> Plant:
    def plant(folder: Path, _: Made) -> None:
        before = (folder / name).read_text("utf-8")
        assert change(before) != before, "nothing was planted"
        (folder / name).write_text(change(before), encoding="utf-8")

    return plant


def put(name: str, text: str) -> Plant:
    def plant(folder: Path, _: Made) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return plant


def metadata(folder: Path, _: Made) -> None:
    table = pq.read_table(folder / FACT)
    pq.write_table(table.replace_schema_metadata({"true_total": "1163"}), folder / FACT)


def old_workbook(folder: Path, _: Made) -> None:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="1"><table:table-row><table:table-cell office:value="1163"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(folder / "workbook.ods", "w") as book:
        book.writestr("content.xml", content)
        book.writestr("meta.xml", "<meta/>")


def two_faced(folder: Path, _: Made) -> None:
    """A cell that holds a number which may be published, and shows another one."""
    old_workbook(folder, _)
    cell, shown = 'office:value="1163"/>', 'office:value="50"><text:p>1,163 [r]</text:p></table:table-cell>'
    edit_zip(folder / "workbook.ods", {r"content\.xml": lambda text: text.replace(cell, shown)})


def in_compared(folder: Path, _: Made) -> None:
    """A row of a table that sets figures side by side."""
    path = folder / "parquet" / "fct_change.parquet"
    place = {"measure_id": "CLA_STOCK", "area_code": "W92000004", "period_id": "2023-24"}
    planted = pl.DataFrame([{**place, "value": 1163.0}])
    pl.concat([pl.read_parquet(path), planted], how="diagonal_relaxed").write_parquet(path)


def bare(digits: str) -> str:
    """A number cell of a sheet."""
    return f"<v>{digits}</v>"


def swap_number(text: str) -> str:
    """The largest count of the sheet, unrounded."""
    largest = max((t.split("</v>")[0] for t in text.split("<v>")[1:]), key=lambda t: float(t) if t.isdigit() else 0)
    return text.replace(bare(largest), bare(str(int(largest) - 2)), 1)


def false_statistics(folder: Path, _: Made) -> None:
    """The rows stay as they are; the footer tells of a larger count than any of them."""
    path = folder / FACT
    held, most = path.read_bytes(), pl.read_parquet(path)["numerator"].max()
    size = int.from_bytes(held[-8:-4], "little")
    rows, footer = held[: -8 - size], held[-8 - size :]
    told = footer.replace(most.to_bytes(8, "little"), (most + 3).to_bytes(8, "little"))
    assert told != footer, "nothing was planted"
    path.write_bytes(rows + told)


def in_paper(change: Callable[[PdfWriter], object]) -> Plant:
    """A change to the bulletin in PDF, compressed as such files are; the HTML beside it stays as it is."""

    def plant(folder: Path, _: Made) -> None:
        path = next(folder.glob("bulletin-*-en.pdf"))
        writer = PdfWriter(clone_from=path)
        change(writer)
        writer.write(path)

    return plant


def white_words(writer: PdfWriter) -> None:
    page = typst.compile(b"#set page(width: 60mm, height: 20mm)\n#text(fill: white)[of 1163 children]", format="pdf")
    writer.pages[1].merge_page(PdfReader(io.BytesIO(page)).pages[0])


def program(writer: PdfWriter) -> None:
    """Something that runs when the file is opened."""
    writer.root_object[NameObject("/AA")] = DictionaryObject()


def of_no_page(writer: PdfWriter) -> None:
    held = StreamObject()
    held.set_data(b"BT (1163) Tj ET")
    writer._add_object(held.flate_encode())


def revised(folder: Path, _: Made) -> None:
    path = next(folder.glob("bulletin-*-cy.pdf"))
    path.write_bytes(path.read_bytes() + b"\n%%EOF\n")


NAMES = '<definedNames><definedName name="total" hidden="1">1163</definedName></definedNames>'
PAGE = "<table><tr><th>Area</th><th>2023-24</th></tr><tr><td>Wales</td><td>1,163</td></tr></table>"
RECORD = (
    '[{"measure_id": "CLA_STOCK", "area_code": "W92000004", "period_id": "2023-24", "breakdown_id": "total",'
    ' "breakdown_code": "T", "value": 1163}]'
)
LEAKS: list[tuple[str, Plant]] = [
    # the tidy CSV
    ("value_differs", in_csv(IS_COUNT, value=pl.lit("23"), numerator=pl.lit("23"))),
    ("value_differs", in_csv(IS_COUNT, numerator=pl.lit("23"))),
    ("value_differs", in_csv(IS_PERCENT, value=pl.lit("71.4"))),
    ("value_differs", in_csv(IS_C, value=pl.lit("0"), numerator=pl.lit("0"), status=pl.lit(""))),
    ("value_differs", in_csv(IS_C, value=pl.lit("5"), numerator=pl.lit("5"), status=pl.lit(""))),
    ("value_differs", in_csv(IS_PERCENT, lower=pl.lit("63.72"))),
    ("value_differs", in_csv(IS_C, value=pl.lit("3 (c)"))),
    ("blank_without_code", in_csv(IS_C, status=pl.lit(""))),
    ("value_beside_code", in_csv(IS_COUNT, status=pl.lit("c"))),
    ("strange_code", in_csv(IS_C, status=pl.lit("c,primary"))),
    ("unknown_cell", in_csv(IS_COUNT, measure_id=pl.lit("CLA_STARTS"))),
    ("cell_twice", in_text(CSV, lambda t: t + t.splitlines()[5] + "\n")),
    ("number_not_in_ledger", lambda f, m: pl.read_csv(f / CSV, infer_schema_length=None)
        .with_columns(contributors=pl.lit(1163)).write_csv(f / CSV)),
    ("unknown_cell", in_text(CSV, lambda t: t + '"Note: 1,163 children in all"\n')),
    # Parquet
    ("value_differs", in_fact(lambda t: t.with_columns(
        value=pl.when(first(t, IS_COUNT)).then(pl.col("value") + 1).otherwise("value")))),
    ("unregistered_column", in_fact(lambda t: t.with_columns(true=pl.lit(3)))),
    ("unregistered_table", in_fact(lambda t: t, "parquet/cells.parquet")),
    ("unregistered_table", in_fact(lambda t: t.select(n=pl.lit(3)), "parquet/left_behind.parquet")),
    ("value_differs", in_compared),
    ("file_metadata", metadata),
    ("statistics_differ", false_statistics),
    # DuckDB
    ("unregistered_table", in_mart("create table cells_before as select 3 as n")),
    ("unregistered_column", in_mart("alter table fct_coverage add column n_children integer default 1163")),
    ("value_differs", in_mart("update fct_measure_value set numerator = 23 where numerator = (select max(numerator)"
                              " from fct_measure_value where measure_id = 'CLA_STOCK')")),
    ("number_not_in_ledger", in_mart("create macro true_total() as 1163")),
    ("number_not_in_ledger", in_mart("comment on table dim_period is 'of 1,163 children'")),
    # workbook
    ("hidden_sheet", in_book({r"xl/workbook\.xml": lambda t: t.replace("<sheet ", '<sheet state="veryHidden" ', 1)})),
    ("number_not_in_ledger", in_book({SHEET: swap_number})),
    ("unreadable_file", in_book({SHEET: lambda t: t.replace("<c ", '<c r="A1"><v>1163</v></c><c ', 1)})),
    ("unreadable_file", in_book({SHEET: lambda t: t.replace('encoding="UTF-8"', 'encoding="cp1252"', 1)})),
    ("hidden_rows", in_book({SHEET: lambda t: t.replace("<row ", '<row hidden="1" ', 1)})),
    ("formula", in_book({SHEET: lambda t: t.replace("<v>", "<f>1160+3</f><v>", 1)})),
    ("comment", in_book({SHEET: lambda t: t.replace("</worksheet>", '<legacyDrawing r:id="rId9"/></worksheet>')},
                        {"xl/comments1.xml": "<comments/>"})),
    ("defined_name", in_book({r"xl/workbook\.xml": lambda t: t.replace(
        "</sheets>", f"</sheets>{NAMES}")})),
    ("number_not_in_ledger", in_book({r"docProps/core\.xml": lambda t: t.replace("<dc:title>", "<dc:title>1163 ")})),
    ("strange_part", in_book({}, {"docProps/custom.xml": "<Properties/>"})),
    ("strange_part", in_book({}, {"xl/pivotCache/pivotCacheRecords1.xml": "<pivotCacheRecords/>"})),
    ("unused_text", in_book({r"xl/sharedStrings\.xml": lambda t: t.replace("</sst>", "<si><t>1163</t></si></sst>")})),
    ("hidden_sheet", in_book({r"xl/workbook\.xml": lambda t: t.replace(
        "</sheets>", '<sheet name="check" sheetId="99" state="hidden" r:id="rId99"/></sheets>')})),
    # words
    ("number_not_in_ledger", in_text("release-note-en.md", lambda t: t.replace("1,1", "1,2", 1))),
    ("number_not_in_ledger", in_text("release-note-cy.md", lambda t: t + "\nRoedd 1,163 o blant.\n")),
    ("number_not_in_ledger", in_text("policy-en.md", lambda t: t + "\n67.43 per cent\n")),
    ("number_not_in_ledger", put("bulletin-en.html", PAGE)),
    ("number_not_in_ledger", put("bulletin-cy.html", "<p>x</p><!-- 1163 -->")),
    ("number_not_in_ledger", put("chart.svg", '<svg><g aria-label="Wales, 1163"/></svg>')),
    ("value_differs", put("extract.json", RECORD)),
    ("number_not_in_ledger", put("rules/of-nobody.json", '{"n_true": 1163}')),
    ("number_not_in_ledger", put("about.json", '{"n_true": 1163}')),
    ("number_not_in_ledger", in_text("datapackage.json", lambda t: t.replace('"title": "', '"title": "1163 ', 1))),
    ("number_not_in_ledger", old_workbook),
    ("text_differs", two_faced),
    ("number_not_in_ledger", in_text("bulletin-test-release-2023-24-1-en.html", lambda t: t.replace(
        "</td>", " (1,163)</td>", 1))),
    # the bulletin as PDF
    ("number_not_in_ledger", in_paper(white_words)),
    ("number_not_in_ledger", in_paper(lambda w: w.add_metadata({"/Subject": "1163 children"}))),
    ("strange_part", in_paper(lambda w: w.add_attachment("true.csv", b"W92000004,1163"))),
    ("strange_part", in_paper(program)),
    ("strange_part", in_paper(of_no_page)),
    ("strange_part", revised),
    # files
    ("unreadable_file", put("observations.csv.bak", "x")),
    ("unreadable_file", put("table.xlsx", "no zip")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "plant"), LEAKS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(LEAKS)])
def test_planted_leak_is_found(
    made: Made, audit: Callable[[Path], Verdict], tmp_path: Path, name: str, plant: Plant
) -> None:
    folder = made.copy(tmp_path / "edition")
    plant(folder, made)
    sign(folder)
    verdict = audit(folder)
    assert name in verdict.checks, verdict.findings
    assert all("1163" not in place for f in verdict.findings for place in f.where)


def test_two_processes_find_what_one_does(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made.copy(tmp_path / "edition")
    for plant in (in_compared, two_faced, in_book({SHEET: swap_number}), put("about.json", '{"n_true": 1163}')):
        plant(folder, made)
    alone = made.verify(folder)
    monkeypatch.setattr(verifying, "MANY", 0)
    assert made.verify(folder) == alone
    assert {"value_differs", "text_differs", "number_not_in_ledger", "hash_differs"} <= alone.checks


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("hash_differs", lambda folder: (folder / "policy-en.md").write_text("# Policy\n\nMore.\n", encoding="utf-8")),
        ("file_not_listed", lambda folder: (folder / "notes.txt").write_text("x", encoding="utf-8")),
        ("file_missing", lambda folder: (folder / "changelog.json").unlink()),
    ],
)
def test_the_list_of_fingerprints_is_complete(
    made: Made, tmp_path: Path, name: str, change: Callable[[Path], object]
) -> None:
    folder = made.copy(tmp_path / "edition")
    change(folder)
    assert made.verify(folder).checks == {name}


def small(rows: pl.DataFrame, made: Made, truth: pl.Expr) -> pl.Expr:
    """The first count whose true value meets a condition."""
    key = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code"]
    true = rows.select(key).join(
        pl.read_parquet(made.cells).select(*key, true="numerator"), on=key, maintain_order="left", how="left"
    )
    return first(rows.with_columns(true=true["true"]), (pl.col("measure_id") == "CLA_STOCK") & truth)


LEDGER: list[tuple[str, pl.Expr, dict[str, object]]] = [
    ("not_rounded", pl.col("true") % 5 != 0, {"numerator": 5 * 1000, "value": 5000.0, "status": ""}),
    ("not_a_multiple", pl.col("true") > 20, {"numerator": 23, "value": 23.0}),
    ("small_count_shown", pl.col("true").is_between(3, 4), {"numerator": 5, "value": 5.0, "status": ""}),
    ("small_count_shown", pl.col("true").is_between(1, 2), {"numerator": 0, "value": 0.0, "status": ""}),
    ("count_not_numerator", pl.col("true") > 20, {"value": 20.0, "numerator": 25}),
    ("blank_without_code", pl.col("true").is_between(1, 4), {"status": ""}),
    ("value_beside_code", pl.col("true") > 20, {"status": "c"}),
]


@pytest.mark.parametrize(("name", "truth", "values"), LEDGER, ids=[f"{i}-{row[0]}" for i, row in enumerate(LEDGER)])
def test_a_ledger_that_leaks_is_found_whatever_the_files_say(
    made: Made, name: str, truth: pl.Expr, values: dict[str, object]
) -> None:
    here = small(made.rows, made, truth)
    rows = made.rows.with_columns(
        pl.when(here).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in values.items()
    )
    assert name in made.verify(rows=rows).checks


def test_a_percentage_must_follow_from_the_counts_beside_it(made: Made) -> None:
    here = first(made.rows, IS_PERCENT)
    rows = made.rows.with_columns(value=pl.when(here).then(pl.col("value") + 0.4).otherwise("value"))
    assert "percentage_not_from_published" in made.verify(rows=rows).checks


@pytest.mark.parametrize("seed", range(40 if os.environ.get("MESUR_EXPLORE") else 20))
def test_no_false_alarm_on_a_clean_edition(tmp_path: Path, seed: int) -> None:
    verdict = made_verified.edition(tmp_path / "edition", load(), seed).verify()
    assert verdict.findings == ()
    assert verdict.n_values > 4000
