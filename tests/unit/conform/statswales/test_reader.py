"""What holds for every generation: claims, hostile bytes, zips, coverage, writing, no values in faults."""

import os

import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.conform import statswales
from pipelines.conform.statswales import tidy
from schemas.derive import arrow
from tests.made_extracts import examine, odata_page, odata_row, rules_of, with_card, zip_of

ZIP_CSV = (
    "Data_DEC,Area_Code_STR,Area_ItemName_ENG_STR,Area_AltCode1_STR,Year_Code_INT,Year_ItemName_ENG_STR,"
    "Needforcare_Code_STR,Needforcare_ItemName_ENG_STR\r\n"
    "65.0,512,Isle of Anglesey,W06000001,2018,2018,N1,Abuse or neglect\r\n"
    "-999,552,Cardiff,W06000015,2018,2018,N1,Abuse or neglect\r\n"
)


@pytest.fixture
def known(catalogue):
    return with_card(catalogue)


def test_the_csv_of_a_zip_is_told_by_its_columns_and_named_by_its_file(known):
    content = zip_of({"CARE0999.csv": ZIP_CSV.encode("utf-8-sig"), "CARE0999_dimensions.csv": b"a,b\n1,2\n"})
    found = examine(known, content)
    assert found.generation == "zip_csv"
    assert found.dataset_id == "care0999"
    assert found.observations["value"].to_list() == [65.0, None]
    assert rules_of(found) == ["SW15", "SW18"]


def test_the_name_of_the_file_decides_nothing_about_its_generation(known):
    found = examine(known, ("page.json", ZIP_CSV.encode()), dataset="care0999")
    assert found.generation == "zip_csv"


def test_a_claim_that_contradicts_the_content_is_refused(known):
    found = examine(known, odata_page([odata_row(0, "W06000001", 1)]), dataset="care0038")
    assert found.verdict == "rejected"
    assert rules_of(found) == ["SW04"]


def test_a_dataset_without_a_card_is_refused(known):
    assert rules_of(examine(known, odata_page([odata_row(0, "W06000001", 1)], dataset="care7777"))) == ["SW03"]


def test_files_of_two_services_are_not_one_extract(known):
    found = examine(known, odata_page([odata_row(0, "W06000001", 1)]), ZIP_CSV.encode())
    assert rules_of(found) == ["SW04"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "SW01"),
        (b"\x00" * 100, "SW01"),
        (os.urandom(200_000), "SW01"),
        (b"%PDF-1.4", "SW01"),
        (zip_of({"a.csv": b"x" * 100})[:40], "SW01"),
        (zip_of({}), "SW01"),
        (zip_of({"a.csv": b"\0" * 60_000_000}), "SW01"),
        (b"hello\n", "SW02"),
        (b"<html><body>No such page</body></html>", "SW02"),
        (b"a,b,c\n1,2,3\n", "SW02"),
    ],
    ids=["empty", "nul", "noise", "pdf", "cut_zip", "empty_zip", "zip_bomb", "words", "page", "table"],
)
def test_hostile_bytes_end_in_one_clear_verdict(known, content, rule):
    found = examine(known, content, dataset="care0999")
    assert found.verdict == "rejected"
    assert rule in rules_of(found)
    assert found.observations.height == 0


def test_one_bad_file_does_not_take_the_others_down(known):
    bomb = zip_of({"a.csv": b"\0" * 60_000_000})
    found = examine(known, bomb, odata_page([odata_row(0, "W06000001", 1)]))
    assert found.verdict == "accepted_with_errors"
    assert rules_of(found) == ["SW23"]
    assert found.observations.height == 1


def test_a_nested_zip_is_read(known):
    content = zip_of({"inner.zip": zip_of({"CARE0999.csv": ZIP_CSV.encode()})})
    assert examine(known, content).observations.height == 2


def test_every_rule_has_a_row_of_coverage(known):
    codes = sorted(r.code for r in known.rules if "statswales" in r.returns)
    for content in (b"", ZIP_CSV.encode()):
        found = examine(known, content, dataset="care0999")
        assert sorted(found.coverage["rule_id"]) == codes
    ran = found.coverage.filter(pl.col("rule_id") == "SW15").row(0, named=True)
    assert (ran["status"], ran["n_judged"], ran["n_failed"]) == ("ran", 2, 1)


def test_rules_on_rows_are_skipped_where_no_row_could_be_judged(known):
    found = examine(known, b"", dataset="care0999")
    status = dict(found.coverage.select("rule_id", "status").rows())
    assert status["SW01"] == "ran"
    assert status["SW14"].startswith("skipped: ")


def test_faults_and_coverage_hold_no_value_of_a_cell(known):
    marker = "ZQXJ7391"
    row = odata_row(0, marker, marker) | {"LocalAuthority_ItemName_ENG": marker, "Year_Code": marker}
    row |= {"Year_ItemName_ENG": marker, "Needforcare_Code": marker, "Needforcare_ItemName_ENG": marker}
    contents = [odata_page([row]), (f"{marker}.zip", b"PK\x03\x04x"), (f"{marker}.txt", marker.encode())]
    found = examine(known, *contents, dataset="care0999")
    assert found.faults.height > 3
    assert marker not in str(found.faults.rows()) + str(found.coverage.rows())


def test_a_vintage_that_was_claimed_fills_the_rows(known):
    found = examine(known, odata_page([odata_row(0, "W06000001", 1)]), vintage="2019 release")
    assert found.observations["vintage"].to_list() == ["2019 release"]


def test_a_card_of_provenance_beside_the_file_is_a_claim(known, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.csv").write_text(ZIP_CSV, encoding="utf-8")
    (tmp_path / "pages.provenance.yml").write_text("{dataset: care0999, vintage: 2019 release}", encoding="utf-8")
    found = statswales.read(known, [folder / "a.csv"])
    assert found.dataset_id == "care0999"
    assert set(found.observations["vintage"]) == {"2019 release"}
    (tmp_path / "pages.provenance.yml").write_text("{", encoding="utf-8")
    assert rules_of(statswales.read(known, [folder / "a.csv"])) == ["SW03"]


def test_a_dataset_id_that_is_a_path_goes_nowhere(known, settings):
    row = "../../../x,W92000004,Wales,2018,,,,,,1,,,"
    found = examine(known, f"{','.join(tidy.HEADER)}\n{row}\n".encode())
    assert rules_of(found) == ["SW03"]
    statswales.write(settings, found, "ab12", known)
    written = [p.relative_to(settings.paths.data).parts[:3] for p in settings.paths.data.rglob("*.parquet")]
    assert sorted(written) == [(k, "statswales", "dataset=unknown") for k in ("coverage", "faults")]


def test_writing_follows_the_contract_and_is_idempotent(known, settings):
    found = examine(known, ZIP_CSV.encode(), dataset="care0999")
    for _ in range(2):
        statswales.write(settings, found, "ab12", known)
    typed = settings.paths.typed / "statswales" / "observation" / "dataset=care0999" / "ab12.parquet"
    assert [p.name for p in typed.parent.iterdir()] == ["ab12.parquet"]
    assert pq.ParquetFile(typed).schema_arrow.names == arrow.OBSERVATION.names
    assert pl.read_parquet(typed, hive_partitioning=False)["submission_id"].to_list() == ["ab12", "ab12"]
    faults = pl.read_parquet(settings.paths.faults / "statswales" / "dataset=care0999" / "ab12.parquet")
    assert {"submission_id", "rule_id", "severity", "table", "row_number", "item", "cause_group"} <= set(faults.columns)


def test_a_rejected_extract_leaves_no_observations(known, settings):
    good = examine(known, ZIP_CSV.encode(), dataset="care0999")
    statswales.write(settings, good, "ab12", known)
    bad = examine(known, ZIP_CSV.replace("Year_", "Jahr_").replace("2018", "when").encode(), dataset="care0999")
    assert bad.verdict == "rejected"
    statswales.write(settings, bad, "ab12", known)
    assert not list((settings.paths.typed / "statswales").rglob("*.parquet"))


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_rule_speaks_both_languages(catalogue, lang):
    for rule in (r for r in catalogue.rules if "statswales" in r.returns):
        assert all(said[lang] for said in (rule.title, rule.message, rule.allowed, rule.guidance)), rule.code
