"""The shape of the new StatsWales service: its own clients, and our own reader of that service, find their way."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import httpx
import pytest

from pipelines.conform import SourceFile
from pipelines.conform.statswales import read
from pipelines.serve.statswales_shape import dataset_id
from schemas import Catalogue

BASE = "/statswales/v1"
AGE = dataset_id("test-release", "age_band")


def mart(latest: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(latest / "mart.duckdb"), read_only=True) as held:
        return held.execute(sql).fetchall()


def test_ids_are_permanent() -> None:
    assert AGE == "add678b4-3f5a-5799-9a08-7969eeffcbad", "a reader may have kept it"


def test_datasets_are_listed_in_either_language(client: httpx.Client) -> None:
    english = client.get(f"{BASE}/").json()
    welsh = client.get(f"{BASE}/", params={"lang": "cy-gb"}).json()
    by_header = client.get(f"{BASE}/", headers={"accept-language": "cy-GB"}).json()
    assert english["count"] == len(english["data"]) == 3
    assert welsh == by_header
    assert [d["id"] for d in english["data"]] == [d["id"] for d in welsh["data"]]
    assert [d["title"] for d in english["data"]] != [d["title"] for d in welsh["data"]]
    assert client.get(f"{BASE}/", params={"page_size": 2, "page_number": 2}).json()["data"] == english["data"][2:]


def test_topics_lead_to_the_datasets(client: httpx.Client) -> None:
    (one,) = client.get(f"{BASE}/topic").json()["children"]
    held = client.get(f"{BASE}/topic/{one['id']}").json()["datasets"]
    assert held["count"] == 3
    assert client.get(f"{BASE}/topic/1").status_code == 404


def test_pages_of_a_view_hold_every_row_once(client: httpx.Client, latest: Path) -> None:
    first = client.get(f"{BASE}/{AGE}/view", params={"page_size": 400}).json()
    pages = [
        client.get(f"{BASE}/{AGE}/view", params={"page_size": 400, "page_number": n + 1}).json()
        for n in range(first["total_pages"])
    ]
    rows = [tuple(row) for page in pages for row in page["data"]]
    wanted = mart(latest, "SELECT count(*) FROM measure_values_en WHERE breakdown_id = 'age_band'")[0][0]
    assert len(rows) == len(set(rows)) == first["page_info"]["total_records"] == wanted
    assert pages[-1]["page_info"]["end_record"] == wanted
    assert [h["name"] for h in first["headers"]][:4] == ["Data values", "Data description", "Period", "Area"]


def test_values_carry_their_notes(client: httpx.Client, latest: Path) -> None:
    view = client.get(f"{BASE}/{AGE}/view", params={"page_size": 10000}).json()["data"]
    hidden = mart(
        latest, "SELECT count(*) FROM measure_values_en WHERE breakdown_id = 'age_band' AND status LIKE 'c%'"
    )[0][0]
    assert sum(row[0].startswith("[c]") for row in view) == hidden > 0
    assert not [row for row in view if not row[0]], "never a blank"


def test_filters_by_label_and_by_code_and_the_order(client: httpx.Client) -> None:
    names = {f["columnName"]: f["values"] for f in client.get(f"{BASE}/{AGE}/view/filters").json()}
    area = next(v for v in names["Area"] if v["description"] == "Cardiff")
    for said in (area["description"], area["reference"]):
        asked = json.dumps([{"columnName": "Area", "values": [said]}, {"columnName": "Period", "values": ["2022-23"]}])
        order = json.dumps([{"columnName": "Data values", "direction": "DESC"}])
        found = client.get(f"{BASE}/{AGE}/view", params={"filter": asked, "sort_by": order}).json()
        assert {(row[2], row[3]) for row in found["data"]} == {("2022-23", "Cardiff")}
        values = [int(row[0].split()[0]) for row in found["data"] if row[0][0].isdigit()]
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    "said", [{"filter": "["}, {"filter": '[{"columnName": "Nothing", "values": []}]'}, {"sort_by": '[{"a": 1}]'}]
)
def test_a_filter_that_cannot_be_understood_is_told(client: httpx.Client, said: dict[str, str]) -> None:
    answer = client.get(f"{BASE}/{AGE}/view", params=said)
    assert answer.status_code == 400
    assert answer.json()["cy"]["what"] != answer.json()["en"]["what"]


def test_downloads_are_the_mart(client: httpx.Client, latest: Path) -> None:
    text = client.get(f"{BASE}/{AGE}/download/csv", params={"view": "raw_extended"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    wanted = mart(
        latest,
        "SELECT measure_id, period_id, area_code, category_code, value, status FROM measure_values_en "
        "WHERE breakdown_id = 'age_band'",
    )
    found = {
        tuple(r[f"{n}_reference"] for n in ("Data description", "Period", "Area", "Age")): (
            float(r["Data values"]) if r["Data values"] else None, r["Note codes"],
        )
        for r in rows
    }  # fmt: skip
    assert found == {(m, p, a, c): (v, s or "") for m, p, a, c, v, s in wanted}
    as_json = client.get(f"{BASE}/{AGE}/download/json", params={"view": "raw_extended"}).json()
    assert [dict(r) for r in rows] == as_json


def test_our_own_reader_of_that_service_reads_it(client: httpx.Client, catalogue: Catalogue) -> None:
    content = client.get(f"{BASE}/{AGE}/download/csv", params={"view": "formatted_extended"}).content
    found = read(catalogue, [SourceFile("age.csv", content)], None)
    assert found.generation == "api_csv"


def test_unknown_datasets_are_told(client: httpx.Client) -> None:
    for path in ("nothing", "3ca31da5-0000-0000-0000-000000000000/view"):
        assert client.get(f"{BASE}/{path}").status_code == 404
