"""One wrong word in the specification: it is refused, and the message says in which file and record.

References between records do not belong here (see `test_catalogue.py`).
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import schemas
from schemas import CatalogueError
from schemas.catalogue import SPEC

PLACEMENT = "code_lists/placement.csv"
CODE = "Y9,Boat,Cwch,,{since},,OTHER,{where},made for a test,provisional\n"
RULE = """
- code: M999
  title: {en: a, cy: b}
  message: {en: a, cy: b}
  allowed: {en: a, cy: b}
  guidance: {en: a, cy: b}
  severity: query
  table: episode
  items: [placement_code]
  tables: [episode]
  returns: [lac_census]
  jurisdictions: [wales]
  check: row
  origin: made for a test
  certainty: provisional
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SPEC, tmp_path / "spec"))


def refused(spec: Path) -> str:
    with pytest.raises(CatalogueError) as caught:
        schemas.load(spec)
    return str(caught.value)


def add(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_the_additions_of_these_tests_are_sound_as_they_stand(spec: Path) -> None:
    add(spec / PLACEMENT, CODE.format(since="2023-04-01", where="wales"))
    add(spec / "rules/law.yml", RULE)
    assert any(r.code == "M999" for r in schemas.load(spec).rules)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (CODE.format(since="01/04/2023", where="wales"), "code_lists/placement.csv, code Y9: .*01/04/2023"),
        (
            CODE.format(since="2023-04-01", where="cymru"),
            "code Y9: jurisdiction 'cymru' is none of wales, england, both",
        ),
        (CODE.format(since="2023-04-01", where="wales") * 2, "code Y9: stands twice, and both are valid"),
        (CODE.format(since="", where="wales") + CODE.format(since="2023-04-01", where="both"), "code Y9: stands twice"),
        ("Y9,Boat, or ship,Cwch,,,,OTHER,wales,test,provisional\n", r"placement\.csv, line \d+: 11 cells, but .* 10"),
    ],
)
def test_a_faulty_code_is_named(spec: Path, line: str, said: str) -> None:
    add(spec / PLACEMENT, line)
    assert re.search(said, refused(spec))


def test_a_code_may_stand_again_for_later_days(spec: Path) -> None:
    earlier = CODE.format(since="", where="wales").replace(",,,OTHER", ",,2023-03-31,OTHER")
    add(spec / PLACEMENT, earlier + CODE.format(since="2023-04-01", where="wales"))
    assert sum(k.code == "Y9" for k in schemas.load(spec).code_lists["placement"].codes) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("certainty:", "certanty:", r"rules/law\.yml, rule M999: 'certanty' is no field of it; 'certainty' is missing"),
        ("[lac_census]", "[lac_cenzus]", "rule M999: return 'lac_cenzus' does not exist"),
        ("[wales]", "[cymru]", "rule M999: jurisdiction 'cymru' is unknown"),
        ("table: episode", "table: episodes", "rule M999: table 'episodes' does not exist"),
        ("[placement_code]", "[placement]", "rule M999: item 'placement' does not exist"),
        ("check: row", "check: sql", r"rule M999: rules/sql/M999\.sql is missing"),
        ("check: row", "check: row\n  since: 2023", "rule M999: 2023 is not a period such as 2016-17"),
        ("check: row", "check: row\n  check: sql", r"law\.yml, line \d+: 'check' stands twice"),
        ("{en: a, cy: b}", "{en: a: b}", r"law\.yml, line \d+: "),
    ],
)
def test_a_faulty_rule_is_named(spec: Path, old: str, new: str, said: str) -> None:
    assert old in RULE
    add(spec / "rules/law.yml", RULE.replace(old, new, 1))
    assert re.search(said, refused(spec))


def test_an_sql_file_without_a_rule_is_named(spec: Path) -> None:
    (spec / "rules/sql/M998.sql").write_text("select 1\n", "utf-8")
    assert "rules/sql/M998.sql: no rule of the check sql names it" in refused(spec)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("periods: [year", "periods: [years", "periods 'years' is none of year, quarter"),
        ("polarity: neutral", "polarity: high", "polarity 'high' is none of neutral"),
        ("numerator:", "numarator:", "'numarator' is no field of it"),
        ("source:", "sauce:", "'sauce' is no field of it; 'source' is missing"),
    ],
)
def test_a_faulty_measure_is_named(spec: Path, old: str, new: str, said: str) -> None:
    path = spec / "measures/stock.yml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert re.search(rf"measure CLA_\w+: .*{said}", refused(spec))


def test_the_same_id_in_two_files_is_refused(spec: Path) -> None:
    shutil.copy(spec / "measures/stock.yml", spec / "measures/again.yml")
    assert "CLA_STOCK" in refused(spec)


@pytest.mark.parametrize(
    "path", ["extracts/care0041.yml", "publications/children-looked-after.yml", "exports/wccis/wccis_snapshot.yml"]
)
def test_an_id_is_the_name_of_its_file(spec: Path, path: str) -> None:
    held = spec / path
    held.write_text(re.sub(r"(?m)^id: .*$", "id: another", held.read_text("utf-8")), "utf-8")
    assert f"{held.name}: its id is 'another'" in refused(spec)


def test_labels_that_no_column_feeds_are_named(spec: Path) -> None:
    add(spec / "exports/wccis/wccis_snapshot_values.csv", "adoption,n_adopters_code,One,1\n")
    assert "wccis_snapshot_values.csv: maps labels of adoption.n_adopters_code" in refused(spec)


def test_an_item_that_no_table_names_is_told(spec: Path) -> None:
    entry = "  boat_date:\n    label: {en: a, cy: b}\n    definition: {en: a, cy: b}\n    kind: date\n"
    add(spec / "items/episode.yml", entry + "    sensitivity: personal\n    source: made for a test\n")
    assert "item boat_date: no table names it" in refused(spec)
