"""The StatsWales pack: read back it says what was disclosed, and the dry run finds each fault that is planted in it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import made_edition
import polars as pl
import pytest
from made_edition import Desk

from pipelines.core.errors import RefusedError, UnreadableError
from pipelines.core.messages import load
from pipelines.publish import EditionResult, statswales
from pipelines.publish.statswales import lookups, rules

DATASET = "stock_by_age_band"


@pytest.fixture(scope="module")
def pack(edition: EditionResult) -> Path:
    return edition.folder / statswales.FOLDER


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_table_is_a_dataset_with_its_files(pack: Path) -> None:
    told = json.loads((pack / statswales.MANIFEST).read_text(encoding="utf-8"))["datasets"]
    assert [d["id"] for d in told] == [t.id for t in made_edition.publication().tables]
    for d in told:
        assert d["action"] == "new"
        assert sorted(p.name for p in (pack / d["id"]).iterdir()) == d["files"]
        header = list(table(pack / d["id"] / "data.csv")[0])
        assert header == list(d["columns"])
        assert header[-3:] == ["Measure", "Data", "NoteCodes"]


def test_values_are_those_that_were_disclosed(pack: Path, rows: pl.DataFrame) -> None:
    found = {}
    for row in table(pack / DATASET / "data.csv"):
        breakdown = "total" if row["AgeBandCode"] == "T" else "age_band"
        key = (row["Measure"], row["AreaCode"], row["YearCode"], breakdown, row["AgeBandCode"])
        found[key] = (
            float(row["Data"]) if row["Data"] else None,
            set(filter(None, row["NoteCodes"].split(","))) - {"t"},
        )
    held = rows.filter((pl.col("measure_id") == "CLA_STOCK") & pl.col("breakdown_id").is_in(["total", "age_band"]))
    shown = held.select(*("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status"))
    said = {tuple(r[:5]): (r[5], set(filter(None, r[6].split(",")))) for r in shown.iter_rows()}
    assert found == said


def test_totals_say_so_and_nothing_else_does(pack: Path) -> None:
    rows = table(pack / DATASET / "data.csv")
    is_total = {("t" in r["NoteCodes"].split(",")): set() for r in rows}
    for r in rows:
        is_total["t" in r["NoteCodes"].split(",")].add((r["AreaCode"].startswith("W06"), r["AgeBandCode"] == "T"))
    assert is_total[False] == {(True, False)}
    assert is_total[True] == {(True, True), (False, True), (False, False)}


def test_lookups_hold_a_row_for_each_code_and_language(pack: Path) -> None:
    rows = table(pack / DATASET / "lookup-category.csv")
    used = {r["AgeBandCode"] for r in table(pack / DATASET / "data.csv")}
    assert {(r["refcode"], r["lang"]) for r in rows} == {(code, lang) for code in used for lang in ("en", "cy")}
    measures = {r["lang"]: r for r in table(pack / DATASET / "lookup-measure.csv")}
    assert (measures["cy"]["type"], measures["cy"]["format"]) == ("count", "integer")
    assert "Plant" in measures["cy"]["description"]
    metadata = table(pack / DATASET / "metadata.csv")
    assert next(r["field"] for r in metadata) == "Title"
    assert all(r["english"] and r["welsh"] for r in metadata)


def test_a_clean_pack_has_no_failure(pack: Path) -> None:
    assert statswales.check(pack) == []


# --- each rule finds its fault, and only it -------------------------------------------------------------------------

Rows = list[dict[str, str]]


def cell(column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda _: True) -> Callable[[Rows], Rows]:
    """Write a value in the first row for which `where` holds."""

    def spoil(rows: Rows) -> Rows:
        at = next(i for i, r in enumerate(rows) if where(r))
        return [*rows[:at], {**rows[at], column: value}, *rows[at + 1 :]]

    return spoil


def shown(r: dict[str, str]) -> bool:
    return bool(r["Data"]) and not r["NoteCodes"]


DATA, AREA, MEASURE, CATEGORY = "data.csv", "lookup-area.csv", "lookup-measure.csv", "lookup-category.csv"
PLANTED: list[tuple[str, str, Callable[[Rows], Rows]]] = [
    ("numeric", DATA, cell("Data", "5%", shown)),
    ("blank_without_reason", DATA, cell("Data", "", shown)),
    ("value_with_reason", DATA, cell("NoteCodes", "x", shown)),
    ("value_beside_c", DATA, cell("Data", "5", lambda r: r["NoteCodes"] == "c")),
    ("note_unknown", DATA, cell("NoteCodes", "q", shown)),
    ("note_repeated", DATA, cell("NoteCodes", "p,p", shown)),
    ("total_unmarked", DATA, cell("NoteCodes", "", lambda r: r["NoteCodes"] == "t" and r["AgeBandCode"] == "T")),
    ("key_twice", DATA, lambda rows: [*rows, rows[-1]]),
    ("date_form", DATA, cell("YearCode", "around 2019", shown)),
    ("date_years", DATA, cell("YearCode", "2019-21", shown)),
    ("code_unknown", DATA, cell("AgeBandCode", "9999", shown)),
    ("columns", DATA, lambda rows: [{"Extra": "1", **r} for r in rows]),
    ("columns", DATA, lambda rows: [{k: v for k, v in r.items() if k != "NoteCodes"} for r in rows]),
    ("lookup_headings", AREA, lambda rows: [{k.title(): v for k, v in r.items()} for r in rows]),
    ("lookup_languages", CATEGORY, lambda rows: rows[1:]),
    ("lookup_languages", AREA, cell("lang", "fr")),
    ("description_blank", AREA, cell("description", "")),
    ("description_twice", AREA, cell("description", "Cardiff", lambda r: r["lang"] == "en")),
    ("hierarchy", CATEGORY, cell("hierarchy", "nowhere", lambda r: r["refcode"] != "T")),
    ("measure_type", MEASURE, cell("type", "amount")),
    ("decimals", DATA, cell("Data", "7.25", shown)),
]


@pytest.fixture
def copied(pack: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(pack, tmp_path / "pack"))
    for path in copy.rglob("*.*"):
        path.chmod(0o644)
    return copy


def spoil(path: Path, change: Callable[[Rows], Rows]) -> None:
    rows = change(table(path))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(("rule", "file", "change"), PLANTED, ids=[f"{r}-{n}" for n, (r, _, _) in enumerate(PLANTED)])
def test_a_planted_fault_is_found(copied: Path, rule: str, file: str, change: Callable[[Rows], Rows]) -> None:
    spoil(copied / DATASET / file, change)
    found = statswales.check(copied)
    assert rule in {f.rule for f in found}
    assert {f.dataset for f in found} == {DATASET}


def test_all_failures_come_at_once(copied: Path) -> None:
    wanted = {"numeric", "value_beside_c", "description_blank", "hierarchy", "measure_type"}
    for rule, file, change in PLANTED:
        if rule in wanted:
            spoil(copied / DATASET / file, change)
    assert {f.rule for f in statswales.check(copied)} == wanted


def test_bytes_that_are_no_utf8_are_told(copied: Path) -> None:
    path = copied / DATASET / AREA
    path.write_bytes(path.read_bytes().decode("utf-8").replace("ô", "\xf4").encode("latin-1", "replace"))
    assert [f.rule for f in statswales.check(copied)] == ["unreadable"]


def test_a_folder_without_a_pack_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        statswales.check(tmp_path)


def test_every_rule_has_words_in_both_languages() -> None:
    sources = Path(rules.__file__).read_text("utf-8") + Path(lookups.__file__).read_text("utf-8")
    held = {key.rsplit(".", 1)[1] for key in load() if key.startswith("publish.statswales.rule.")}
    assert held == {name for name in held if f'"{name}"' in sources} | {"unreadable"}
    assert {rule for rule, _, _ in PLANTED} <= held


# --- the next edition -----------------------------------------------------------------------------------------------


def test_the_next_pack_adds_revises_and_empties(desk: Desk) -> None:
    """A quarter comes, a value changes, a year is published no longer; the year after, nothing is lost."""
    all_rows = pl.read_parquet(desk.disclosed)
    desk.lay(all_rows.filter(pl.col("period_id") != "2024-25Q2"))
    first = desk.publish()
    wales = (
        (pl.col("area_code") == "W92000004")
        & (pl.col("period_id") == "2023-24")
        & (pl.col("measure_id") == "CLA_STOCK")
    )
    is_it = wales & (pl.col("breakdown_id") == "total")
    changed = all_rows.with_columns(
        value=pl.when(is_it).then(9995.0).otherwise("value"), status=pl.when(is_it).then(pl.lit("")).otherwise("status")
    )
    desk.lay(changed.filter(pl.col("period_id") != "2016-17"))
    second = desk.publish()
    packs = [made.folder / statswales.FOLDER for made in (first, second)]
    told = {d["id"]: d for d in json.loads((packs[1] / statswales.MANIFEST).read_text("utf-8"))["datasets"]}
    stock = told[DATASET]
    per_period = all_rows.filter((pl.col("period_id") == "2016-17") & (pl.col("table_id") == DATASET)).height + 26
    assert (stock["action"], stock["added"], stock["revised"], stock["removed"]) == (
        "add_and_revise",
        per_period,
        1,
        per_period,
    )
    update = table(packs[1] / DATASET / "update.csv")
    assert len(update) == 2 * per_period + 1
    assert {(r["Data"], r["NoteCodes"]) for r in update if r["YearCode"] == "2016-17"} == {("", "x,r"), ("", "x,t,r")}
    assert [(r["Data"], r["NoteCodes"]) for r in update if r["YearCode"] == "2023-24"] == [("9995", "r,t")]
    assert not [r for r in update if r["YearCode"] == "2024-25Q2" and "r" in r["NoteCodes"].split(",")]
    assert statswales.check(packs[1], before=packs[0]) == []
    desk.lay(all_rows.filter(pl.col("period_id") != "2016-17"))
    third = desk.publish()
    again = table(third.folder / statswales.FOLDER / DATASET / "data.csv")
    assert {r["NoteCodes"] for r in again if r["YearCode"] == "2016-17"} == {"x,r", "x,t,r"}
    assert [r["NoteCodes"] for r in again if r["YearCode"] == "2023-24" and "r" in r["NoteCodes"].split(",")] == ["r,t"]


@pytest.mark.parametrize(
    ("rule", "file", "change"),
    [
        ("rows_lost", DATA, lambda rows: rows[1:]),
        ("revision_unmarked", DATA, cell("Data", "12345", shown)),
        ("update_incomplete", DATA, cell("Data", "12345", shown)),
    ],
)
def test_what_does_not_follow_from_the_pack_before_is_found(
    pack: Path, copied: Path, rule: str, file: str, change: Callable[[Rows], Rows]
) -> None:
    spoil(copied / DATASET / file, change)
    assert rule in {f.rule for f in statswales.check(copied, before=pack)}


def test_an_edition_whose_pack_would_be_refused_is_not_published(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = statswales.Failure("numeric", DATASET, DATA, 1)
    monkeypatch.setattr(statswales, "check", lambda *_, **__: [failure])
    with pytest.raises(RefusedError) as caught:
        desk.publish()
    assert caught.value.key == "publish.statswales.refused"
    assert not list(desk.root.glob("*"))


# --- the real upload ------------------------------------------------------------------------------------------------


def test_our_data_table_has_the_shape_of_a_real_one(pack: Path, shared_folder: Path) -> None:
    real = table(shared_folder / "real" / "statswales3_upload_data-orig.csv")
    ours = table(pack / DATASET / "data.csv")
    assert set(real[0]) - {"RowRef"} == set(ours[0]) - {"AgeBandCode"}
    assert {r["NoteCodes"] for r in real} <= {"", "t"}


def test_the_dry_run_reads_a_real_upload(shared_folder: Path, tmp_path: Path) -> None:
    """Its data pass every rule; its lookups have headings of their own, from before the headings were fixed."""
    real, folder = shared_folder / "real", tmp_path / "contacts"
    folder.mkdir()
    for name, source in {
        "data": "data-orig",
        "lookup-area": "area-lookup",
        "lookup-measure": "measure",
        "lookup-row": "staff-lookup",
    }.items():
        shutil.copy(real / f"statswales3_upload_{source}.csv", folder / f"{name}.csv")
    roles = {
        "YearCode": "date",
        "AreaCode": "geography",
        "Data": "data",
        "RowRef": "dimension",
        "Measure": "measure",
        "NoteCodes": "notes",
    }
    files = {"AreaCode": "lookup-area.csv", "Measure": "lookup-measure.csv", "RowRef": "lookup-row.csv"}
    told = {"id": "contacts", "action": "new", "columns": roles, "lookups": files}
    (tmp_path / "pack.json").write_text(json.dumps({"datasets": [told]}), encoding="utf-8")
    assert {(f.rule, f.file) for f in statswales.check(tmp_path)} == {
        ("lookup_headings", name) for name in files.values()
    }
