"""The bundled extracts are what the reference files say, in the shapes they claim; their cards match their bytes."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.conform import statswales
from pipelines.core.settings import PROJECT
from pipelines.synthetic.statswales.bundle import extracts
from pipelines.synthetic.statswales.provenance import card_text

SAMPLE = PROJECT / "data" / "sample"
HELD = SAMPLE / "statswales"
REFERENCE = SAMPLE / "reference"
DATASETS = (
    "cla_31march_legal_status",
    "cla_31march_wales",
    "cla_flows_wales",
    "cla_foster_by_provider",
    "cla_foster_inside",
    "context_indicators",
    "crcs_rate",
    "document_figures_2012",
    "key_events",
    "pif_children_counts",
    "population_under18",
    "population_under18_implied",
    "reduction_plans",
    "social_services_spending",
    "social_work_staff",
)


def held_files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def read_dataset(catalogue, dataset):
    place = HELD / dataset
    paths = sorted(place.iterdir()) if place.is_dir() else [p for p in HELD.glob(f"{dataset}.*") if p.suffix != ".yml"]
    return statswales.read(catalogue, paths)


def test_committed_files_are_what_the_script_renders(catalogue):
    rendered = {}
    for extract in extracts(catalogue, REFERENCE):
        rendered |= extract.files
        rendered[f"{extract.dataset_id}.provenance.yml"] = card_text(extract, catalogue).encode()
    assert held_files(HELD) == set(rendered)
    changed = [name for name, content in rendered.items() if (HELD / name).read_bytes() != content]
    assert not changed, "run: python -m pipelines.synthetic.statswales"


def test_every_reference_file_has_a_card_that_matches_its_bytes():
    names = [p for p in REFERENCE.iterdir() if not p.name.endswith(".provenance.yml")]
    assert names
    for path in names:
        card = yaml.safe_load(path.with_name(f"{path.name.partition('.')[0]}.provenance.yml").read_text("utf-8"))
        assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
        assert all(card[word] for word in ("title", "publisher", "licence", "source", "made", "certainty")), path.name


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_extract_is_accepted_whole(catalogue, dataset):
    found = read_dataset(catalogue, dataset)
    assert found.dataset_id == dataset
    assert found.verdict == "accepted"
    assert found.is_complete
    assert found.observations["area_code"].null_count() == 0
    assert found.observations["period_id"].null_count() == 0
    assert found.observations["vintage"].null_count() == 0


def reference(name):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("crcs_rate", "published_crcs_rate_per_10000"),
        ("cla_31march_legal_status", "published_legal_status_2015"),
        ("cla_foster_by_provider", "published_foster_placements_2019"),
        ("cla_foster_inside", "published_foster_inside_authority_2024"),
        ("pif_children_counts", "published_pif_counts_2024"),
    ],
)
def test_every_published_cell_comes_through(catalogue, dataset, name):
    """Cell by cell as a multiset of (area, value or hidden): nothing lost, nothing added, `*` is `c`."""
    wanted = Counter(
        (catalogue.area_code(row["la"]), None if text == "*" else float(text))
        for row in reference(name)
        for column, text in row.items()
        if column != "la"
    )
    observations = read_dataset(catalogue, dataset).observations
    assert Counter(observations.select("area_code", "value").rows()) == wanted
    assert set(observations.filter(pl.col("value").is_null())["status"]) <= {"c"}


def test_figures_known_by_heart(catalogue):
    legal = read_dataset(catalogue, "cla_31march_legal_status").observations
    assert legal.filter((pl.col("area_code") == "W06000002") & (pl.col("category_code") == "CARE_ORDER"))[
        "value"
    ].to_list() == [160.0]
    foster = read_dataset(catalogue, "cla_foster_by_provider").observations
    cardiff = foster.filter(pl.col("area_code") == "W06000015").select("category_code", "value").rows()
    assert dict(cardiff) == {"F1": 70, "F2": 85, "F3": 210, "F4": 30, "F5": 15, "F6": 180, "T": 590}
    pif = read_dataset(catalogue, "pif_children_counts").observations
    wales = pif.filter(pl.col("area_code") == "W92000004").select("measure_code", "value").rows()
    assert dict(wales)["CH/039"] == 7200
    crcs = read_dataset(catalogue, "crcs_rate").observations
    newport = crcs.filter((pl.col("area_code") == "W06000022") & (pl.col("period_id") == "2022-23"))
    assert newport["value"].to_list() == [221.0]


def test_population_and_counts_give_the_published_rates(catalogue):
    """7,172 over mid-2019 is 113.9 and 7,263 over mid-2020 is 115.3 per 10,000 (printed 114 and 115.3)."""
    people = read_dataset(catalogue, "population_under18").observations
    totals = dict(people.group_by("reference_date").agg(pl.col("value").sum()).rows())
    by_year = {day.year: total for day, total in totals.items()}
    assert by_year == {2019: 629_939.0, 2020: 629_872.0}
    stock = read_dataset(catalogue, "cla_31march_wales").observations.filter(pl.col("measure_code") == "CLA")
    first = {(d.year, v): n for d, v, n in stock.select("reference_date", "vintage", "value").rows()}
    assert round(first[2020, "2020 release"] / by_year[2019] * 10_000, 1) == 113.9
    assert round(first[2021, "2021 release"] / by_year[2020] * 10_000, 1) == 115.3


def test_implied_population_is_wales_only_marked_estimated_and_never_for_a_year_that_is_known(catalogue):
    implied = read_dataset(catalogue, "population_under18_implied").observations
    assert set(implied["area_code"]) == {"W92000004"}
    assert set(implied["status"]) == {"e"}
    assert {d.year for d in implied["reference_date"]} == {2015, 2016, 2017, 2018, 2021, 2022}
    assert all(v.startswith("implied by") for v in implied["vintage"])


def test_vintages_of_one_date_stay_apart(catalogue):
    stock = read_dataset(catalogue, "cla_31march_wales").observations
    march_2017 = stock.filter((pl.col("period_id") == "2016-17") & (pl.col("measure_code") == "CLA"))
    assert sorted(march_2017["value"]) == [5943.0, 5954.0, 5961.0]
