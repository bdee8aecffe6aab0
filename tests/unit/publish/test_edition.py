"""The life of editions: identity, rebuilding, revision, crash, and what is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import made_edition
import polars as pl
import pytest
from made_edition import Desk

from pipelines.core.errors import InternalError, MesurError, RefusedError, UnreadableError, UsageError
from pipelines.publish import documents, guard, mart, mart_seal, note, package, publication, tidy
from pipelines.publish.layout import KEY
from schemas import Catalogue
from schemas.catalogue import WALES
from schemas.model import Publication, Text

DATA = ("duckdb", "parquet", "csv")
"""Formats in which an edition lives as it does in all: documents take longer than everything else together."""

WALES_STOCK = (
    (pl.col("measure_id") == "CLA_STOCK") & (pl.col("area_code") == "W92000004") & (pl.col("breakdown_id") == "total")
)


def data_publication() -> Publication:
    return replace(made_edition.publication(), formats=DATA)


def in_formats(desk: Desk, *formats: str) -> Desk:
    held = replace(made_edition.publication(), formats=formats)
    return replace(desk, catalogue=made_edition.with_publication(desk.catalogue, held))


@pytest.fixture(name="desk")
def data_only(desk: Desk) -> Desk:
    """A desk that publishes data files and notes."""
    return in_formats(desk, *DATA)


@pytest.fixture(scope="module")
def first_edition(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """The folder of the publication after its first edition."""
    held = made_edition.desk(tmp_path_factory.mktemp("first"), catalogue)
    held.lay(made_edition.disclosed_rows(held.catalogue, made_edition.publication()))
    in_formats(held, *DATA).publish()
    return held.root


@pytest.fixture
def issued(desk: Desk, first_edition: Path) -> Desk:
    """The desk after its first edition, which is a copy: it would be the same to the byte."""
    shutil.copytree(first_edition, desk.root)
    return desk


def changed(desk: Desk, *expressions: pl.Expr) -> None:
    desk.lay(pl.read_parquet(desk.disclosed).with_columns(*expressions))


def add_five(period: str) -> pl.Expr:
    is_it = WALES_STOCK & (pl.col("period_id") == period)
    return pl.when(is_it).then(pl.lit(7005.0)).otherwise(pl.col("value")).alias("value")


def marked_revised(period: str) -> pl.Expr:
    is_it = WALES_STOCK & (pl.col("period_id") == period)
    return pl.when(is_it).then(pl.lit("r")).otherwise(pl.col("status")).alias("status")


def prints(folder: Path) -> dict[str, str]:
    held = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in held}


def test_running_again_gives_the_same_edition_untouched(issued: Desk) -> None:
    before = prints(issued.root)
    again = issued.publish(inputs=())
    assert (again.is_new, again.edition.id) == (False, "2024-25-1")
    assert prints(issued.root) == before
    assert [p.name for p in issued.root.iterdir() if p.is_dir()] == ["2024-25-1"]


def test_order_of_rows_is_no_difference(issued: Desk) -> None:
    issued.lay(pl.read_parquet(issued.disclosed).sample(fraction=1.0, shuffle=True, seed=9))
    again = issued.publish()
    assert (again.is_new, again.edition.id) == (False, "2024-25-1")


def test_rebuilt_elsewhere_it_is_the_same_bytes(desk: Desk, tmp_path: Path, catalogue: Catalogue) -> None:
    """Every file, in another folder, from rows in another order, with other memory behind it."""
    one = in_formats(desk, *made_edition.publication().formats).publish().folder
    other = made_edition.desk(tmp_path / "other", catalogue)
    other.lay(pl.read_parquet(desk.disclosed))
    noise = [bytes([n % 251]) * 50_000 for n in range(500)]
    del noise
    assert prints(one) == prints(other.publish().folder)


def test_a_mart_of_another_format_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "mart.duckdb"
    path.write_bytes(bytes(12288))
    with pytest.raises(InternalError, match="mart_format"):
        mart_seal.seal(path, "ab" * 32)
    assert path.read_bytes() == bytes(12288)


def test_the_id_of_a_mart_is_that_of_its_content(desk: Desk) -> None:
    result = desk.publish()
    wanted = bytes.fromhex(result.edition.fingerprint)[:16]
    raw = (result.folder / "mart.duckdb").read_bytes()
    assert raw.count(wanted) == 2, "in the main header and in what is left of it in a database header"


def test_changed_figures_make_the_next_edition_and_are_listed(issued: Desk) -> None:
    desk = issued
    changed(desk, add_five("2022-23"), marked_revised("2022-23"))
    result = desk.publish(
        status="revised", revision_causes={("CLA_STOCK", "W92000004", "2022-23", "total", "T"): "late"}
    )
    assert (result.edition.id, result.edition.previous_id, result.edition.sequence) == ("2024-25-2", "2024-25-1", 2)
    assert result.n_revisions == {"changed": 1, "added": 0, "removed": 0}
    row = pl.read_parquet(result.folder / "parquet" / "fct_revision.parquet").row(0, named=True)
    assert (row["new_value"], row["old_status"] or "", row["new_status"], row["cause"]) == (7005.0, "", "r", "late")
    assert row["old_value"] != 7005.0
    assert json.loads((desk.root / "latest.json").read_text()) == {"edition": "2024-25-2"}
    line = pl.read_parquet(result.folder / "parquet" / "dim_edition.parquet")
    assert line["edition_id"].to_list() == ["2024-25-1", "2024-25-2"]


def test_added_and_removed_rows_are_figures_that_are_new_or_gone(desk: Desk) -> None:
    rows = pl.read_parquet(desk.disclosed)
    is_last = pl.col("period_id") == "2024-25Q2"
    desk.lay(rows.filter(~is_last))
    desk.publish()
    desk.lay(rows.filter(is_last | (pl.col("period_id") != "2016-17")))
    result = desk.publish()
    n_added, n_removed = rows.filter(is_last).height, rows.filter(pl.col("period_id") == "2016-17").height
    assert result.n_revisions == {"changed": 0, "added": n_added, "removed": n_removed}
    held = pl.read_parquet(result.folder / "parquet" / "fct_revision.parquet")
    assert held["cause"].unique().to_list() == ["new_figure"]


def test_going_back_is_a_new_edition(issued: Desk) -> None:
    desk = issued
    rows = pl.read_parquet(desk.disclosed)
    changed(desk, add_five("2022-23"))
    desk.publish()
    desk.lay(rows)
    assert desk.publish().edition.id == "2024-25-3"


@pytest.mark.parametrize(
    ("what", "value"),
    [("status", "final"), ("rule_pack", "other"), ("policy", Text("# Other\n", "# Arall\n"))],
)
def test_what_is_said_about_the_figures_is_content(issued: Desk, what: str, value: object) -> None:
    assert issued.publish(**{what: value}).edition.id == "2024-25-2"


def test_edition_is_named_after_the_newest_year(desk: Desk) -> None:
    desk.lay(pl.read_parquet(desk.disclosed).filter(pl.col("period_type") == "year"))
    assert desk.publish().edition.id == "2023-24-1"


def test_date_is_the_newest_receipt_where_none_is_given(desk: Desk) -> None:
    assert desk.publish(document_date=None).edition.day.isoformat() == "2024-07-03"


STEPS: list[tuple[object, str]] = [
    (mart, "write_parquet"),
    (mart, "write_mart"),
    (tidy, "write_csv"),
    (guard, "refuse_breaking"),
    (documents, "workbook"),
    (note, "release_note"),
    (package, "write_sums"),
]


def test_a_crash_leaves_the_previous_edition(issued: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One crash after another, each further on than the one before: every run goes on as if nothing had happened."""
    desk = in_formats(issued, *DATA, "xlsx")
    before = prints(desk.root)
    changed(desk, add_five("2022-23"))
    for module, name in STEPS:
        with monkeypatch.context() as patched:
            patched.setattr(module, name, crash)
            with pytest.raises(Crash):
                desk.publish()
        assert prints(desk.root) == before
    assert desk.publish().edition.id == "2024-25-2"


def test_an_edition_finished_but_not_pointed_to_is_taken_up(issued: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = issued
    changed(desk, add_five("2022-23"))
    with monkeypatch.context() as patched:
        patched.setattr(publication.Shelf, "point_to", crash)
        with pytest.raises(Crash):
            desk.publish()
    assert json.loads((desk.root / "latest.json").read_text()) == {"edition": "2024-25-1"}
    made = prints(desk.root / "2024-25-2")
    assert desk.publish().edition.id == "2024-25-2"
    assert prints(desk.root / "2024-25-2") == made
    assert json.loads((desk.root / "latest.json").read_text()) == {"edition": "2024-25-2"}


class Crash(BaseException):
    """What ends a process without asking: not one of the errors that a room turns into words."""


def crash(*_: object, **__: object) -> None:
    raise Crash


# --- what is refused ---------------------------------------------------------------------------------------------


def refused(desk: Desk, **context: object) -> MesurError:
    with pytest.raises(MesurError) as caught:
        desk.publish(**context)
    assert not list(desk.root.glob("*")), "nothing was published"
    return caught.value


Fault = Callable[[pl.DataFrame], pl.DataFrame]
TOTAL = pl.col("breakdown_id") == "total"
FAULTS: dict[str, Fault] = {
    "publish.null_without_status": lambda r: r.with_columns(
        pl.when(pl.col("value").is_null()).then(pl.lit("")).otherwise("status").alias("status")
    ),
    "publish.value_beside_c": lambda r: r.with_columns(value=pl.col("value").fill_null(3.0)),
    "publish.not_finite": lambda r: r.with_columns(value=pl.col("value") * float("inf")),
    "publish.cell_shown_twice": lambda r: pl.concat(
        [r, r.filter(TOTAL).with_columns(rounding_base=pl.lit(10, pl.Int32))]
    ),
    "publish.table_undeclared": lambda r: r.with_columns(
        measure_id=pl.col("measure_id").replace("CLA_STOCK", "CLA_ENDS")
    ),
    "publish.area_unknown": lambda r: r.with_columns(area_code=pl.lit("W06000099")).unique(KEY),
    "publish.category_unknown": lambda r: r.with_columns(
        pl.when(TOTAL).then(pl.lit("X")).otherwise("breakdown_code").alias("breakdown_code")
    ),
    "publish.status_unknown": lambda r: r.with_columns(
        pl.when(TOTAL).then(pl.lit("q")).otherwise("status").alias("status")
    ),
    "publish.no_rows": lambda r: r.clear(),
    "publish.columns_missing": lambda r: r.drop("breakdown_code"),
}


@pytest.mark.parametrize("key", FAULTS)
def test_rows_that_break_the_contract_are_refused(desk: Desk, key: str) -> None:
    desk.lay(FAULTS[key](pl.read_parquet(desk.disclosed)))
    error = refused(desk)
    assert isinstance(error, RefusedError)
    assert error.key == key


def test_a_fault_of_ours_leaves_as_our_own_error_without_values(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError(made_edition.CLOSED_MARK)

    monkeypatch.setattr(mart, "write_mart", fails)
    with pytest.raises(InternalError) as caught:
        desk.publish()
    assert made_edition.CLOSED_MARK not in f"{caught.value} {caught.value.params}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_files_of_an_edition_cannot_be_written(desk: Desk) -> None:
    made = in_formats(desk, *made_edition.publication().formats).publish()
    held = [p for p in made.folder.rglob("*") if p.is_file()]
    assert {p.stat().st_mode & 0o777 for p in held} == {0o444}


def test_the_same_cell_in_two_tables_is_one_row(desk: Desk) -> None:
    rows = pl.read_parquet(desk.disclosed)
    desk.lay(pl.concat([rows, rows.filter(TOTAL).with_columns(table_id=pl.lit("again"))]))
    assert desk.publish().n_values == rows.height


def test_rows_without_their_own_proof_are_refused(desk: Desk) -> None:
    desk.proof.write_text(json.dumps({"disclosed_sha256": "0" * 64}), encoding="utf-8")
    assert refused(desk).key == "publish.proof_of_another"
    desk.proof.write_text("{}", encoding="utf-8")
    assert refused(desk).key == "publish.proof_unreadable"
    desk.proof.unlink()
    assert isinstance(refused(desk), UnreadableError)


def test_unknown_status_is_refused(desk: Desk) -> None:
    assert isinstance(refused(desk, status="draft"), UsageError)


def test_what_readers_had_is_not_taken_away(issued: Desk, catalogue: Catalogue) -> None:
    desk = issued
    held = data_publication()
    closed = replace(held, opened_columns=tuple(c for c in held.opened_columns if c != "upper"))
    narrower = replace(desk, catalogue=made_edition.with_publication(catalogue, closed))
    with pytest.raises(RefusedError) as caught:
        narrower.publish()
    assert caught.value.key == "publish.breaking_change"
    assert "fct_measure_value.upper" in str(caught.value.params["changes"])
    assert "measure_values_en.upper" in str(caught.value.params["changes"])
    assert [p.name for p in desk.root.iterdir() if p.is_dir()] == ["2024-25-1"]
    assert narrower.publish(major_version=2).edition.major_version == 2
    with pytest.raises(RefusedError, match="version_backwards"):
        desk.publish(major_version=1)


def test_permanent_ids_do_not_vanish(issued: Desk, catalogue: Catalogue) -> None:
    desk = issued
    held = data_publication()
    fewer = replace(held, tables=tuple(t for t in held.tables if t.id != "foster"), headlines=("CLA_STOCK",))
    shrunk = replace(desk, catalogue=made_edition.with_publication(catalogue, fewer))
    desk.lay(pl.read_parquet(desk.disclosed).filter(pl.col("table_id") != "foster"))
    with pytest.raises(RefusedError) as caught:
        shrunk.publish()
    assert "dim_measure: CLA_FOSTER_PC" in str(caught.value.params["changes"])


def test_an_added_column_breaks_nothing(desk: Desk, catalogue: Catalogue) -> None:
    held = data_publication()
    closed = replace(held, opened_columns=tuple(c for c in held.opened_columns if c != "upper"))
    replace(desk, catalogue=made_edition.with_publication(catalogue, closed)).publish()
    assert desk.publish().edition.id == "2024-25-2"


def test_reconciliation_takes_ours_from_the_edition(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "reconciliation.csv"
    path.write_text(
        "measure_id,area_code,period_id,breakdown_id,breakdown_code,ours,published,vintage,explained_by\n"
        "CLA_STOCK,W92000004,2022-23,total,T,7198,7200,SFR 2023,rounding\n"
        "CLA_STOCK,W92000004,2021-22,total,T,7081,7080,SFR 2022,because 7081\n"
        "CLA_STOCK,W06000015,2022-23,total,T,7081,7080,SFR 2023,coverage\n",
        encoding="utf-8",
    )
    changed(desk, add_five("2022-23"))
    held = pl.read_parquet(desk.publish(reconciliation_path=path).folder / "parquet" / "fct_reconciliation.parquet")
    assert held.filter(pl.col("area_code") == "W06000015")["explained_by"].to_list() == ["coverage"]
    by_period = {row["period_id"]: row for row in held.filter(pl.col("area_code") == WALES).to_dicts()}
    assert by_period["2022-23"]["edition_value"] == 7005.0
    assert by_period["2022-23"]["difference"] == -195.0
    assert by_period["2022-23"]["explained_by"] == "rounding"
    assert by_period["2021-22"]["explained_by"] == "unexplained"
    assert "ours" not in held.columns
