"""The OData feed: a client library that is not ours, what Excel and Power BI ask for, and the rules of the standard."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import duckdb
import httpx
import odata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.errors import UsageError
from pipelines.serve.odata_model import EntitySet
from pipelines.serve.odata_query import PAGE, filtered

ROOT = "/odata/v4/test-release/latest/en"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def get(client: httpx.Client, path: str, **options: object) -> dict:
    answer = client.get(f"{ROOT}/{path}", params={f"${k}": v for k, v in options.items()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["odata-version"] == "4.0"
    return answer.json()


def mart(latest: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(latest / "mart.duckdb"), read_only=True) as held:
        return held.execute(sql).fetchall()


def test_a_client_library_finds_its_way(client: httpx.Client, latest: Path) -> None:
    """python-odata: reads $metadata, makes classes of it, filters, orders and pages."""
    service = odata.ODataService(f"{client.base_url}{ROOT}/", reflect_entities=True)
    observation = service.entities["Observations"]
    query = service.query(observation)
    query = query.filter(observation.measure_id == "CLA_STOCK")
    query = query.filter(observation.breakdown_id == "total")
    query = query.filter(observation.numerator > 300)  # that library knows no property of type Double
    query = query.order_by(observation.numerator.desc())
    found = [(one.area_code, one.period_id, one.numerator) for one in query]
    wanted = mart(
        latest,
        "SELECT area_code, period_id, numerator FROM measure_values_en WHERE measure_id = 'CLA_STOCK' "
        "AND breakdown_id = 'total' AND numerator > 300",
    )
    assert sorted(found) == sorted(wanted)
    assert wanted
    assert [n for *_, n in found] == sorted((n for *_, n in found), reverse=True)


def test_what_power_query_asks_first(client: httpx.Client) -> None:
    """The service document and $metadata under the headers that it sends; every set it names can be read."""
    accept = "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,*/*;q=0.1"
    document = client.get(f"{ROOT}/", headers={"accept": accept, "odata-maxversion": "4.0"}).json()
    described = ElementTree.fromstring(client.get(f"{ROOT}/$metadata").content)
    sets = {s.get("Name"): s.get("EntityType").partition(".")[2] for s in described.iter(f"{EDM}EntitySet")}
    assert [v["name"] for v in document["value"]] == list(sets)
    for name, entity in sets.items():
        kind = next(t for t in described.iter(f"{EDM}EntityType") if t.get("Name") == entity)
        names = [p.get("Name") for p in kind.iter(f"{EDM}Property")]
        first = get(client, name, top=1)["value"]
        assert list(first[0]) == names, name
        keys = [p.get("Name") for p in kind.iter(f"{EDM}PropertyRef")]
        key = ",".join(f"{k}='{first[0][k]}'" for k in keys)
        one = client.get(f"{ROOT}/{name}({key})").json()
        assert {k: one[k] for k in names} == first[0]


def test_server_paging_gives_every_entity_once(client: httpx.Client, latest: Path) -> None:
    key = "measure_id,area_code,period_id,breakdown_id,category_code"
    url, seen = f"{client.base_url}{ROOT}/Observations?$count=true&$select={key}", list[tuple]()
    while url:
        page = client.get(url, headers={"prefer": "odata.maxpagesize=900"}).json()
        assert len(page["value"]) <= 900
        seen += [tuple(one.values()) for one in page["value"]]
        url = page.get("@odata.nextLink")
        assert url is None or "/2024-25-2/" in url, "links stay with the edition"
    assert (
        len(seen)
        == len(set(seen))
        == page["@odata.count"]
        == mart(latest, "SELECT count(*) FROM fct_measure_value")[0][0]
    )


@pytest.mark.parametrize(("top", "skip"), [(0, 0), (7, 0), (7, 3), (PAGE + 11, 5)])
def test_top_and_skip_hold_over_pages(client: httpx.Client, top: int, skip: int) -> None:
    url, found = f"{ROOT}/Observations?$top={top}&$skip={skip}&$select=measure_id,area_code,period_id", []
    while url:
        page = client.get(url).json()
        found += page["value"]
        url = page.get("@odata.nextLink")
    n_all = int(client.get(f"{ROOT}/Observations/$count").text)
    assert len(found) == min(top, n_all - skip)


FILTERS = {
    "measure_id eq 'CLA_STOCK' and (period_id ge '2020-21' or area_type eq 'wales')":
        "measure_id = 'CLA_STOCK' AND (period_id >= '2020-21' OR area_type = 'wales')",
    "value eq null": "value IS NULL",
    "value ne 100": "value IS DISTINCT FROM 100",
    "not contains(tolower(area_name),'car')": "NOT contains(lower(area_name), 'car')",
    "startswith(period_id,'2019') and endswith(area_code,'5')": "period_id LIKE '2019%' AND area_code LIKE '%5'",
    "area_code in ('W92000004','W06000015')": "area_code IN ('W92000004', 'W06000015')",
    "value div 2 gt 100 and value lt 1e3": "value / 2 > 100 AND value < 1000",
    "length(category_code) eq 1": "length(category_code) = 1",
}  # fmt: skip


@pytest.mark.parametrize("asked", FILTERS)
def test_filters_are_those_of_sql(client: httpx.Client, latest: Path, asked: str) -> None:
    n = get(client, "Observations", filter=asked, top=0, count="true")["@odata.count"]
    assert n == mart(latest, f"SELECT count(*) FROM measure_values_en WHERE {FILTERS[asked]}")[0][0]
    assert int(client.get(f"{ROOT}/Observations/$count", params={"$filter": asked}).text) == n


def test_null_is_the_least_value(client: httpx.Client) -> None:
    first = get(client, "Observations", orderby="value", top=1)["value"][0]
    last = get(client, "Observations", orderby="value desc", top=1)["value"][0]
    assert first["value"] is None
    assert last["value"] is not None
    assert first["status"], "hidden and absent values say why"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Observations?$apply=aggregate(value with sum as v)", 501),
        ("Observations?$expand=Measures", 501),
        ("Observations?$filter=geo.distance(a,b) lt 1", 501),
        ("Observations?$filter=sleep(10) eq 1", 400),
        ("Observations?$filter=value eq", 400),
        ("Observations?$filter=value eq 1; DROP TABLE x", 400),
        ("Observations?$filter=nothing eq 1", 400),
        ("Observations?$orderby=value sideways", 400),
        ("Observations?$select=value,nothing", 400),
        ("Observations?$top=-1", 400),
        ("Observations?$count=perhaps", 400),
        ("Observations?$format=atom", 406),
        ("Nothing", 404),
        ("Measures('NO_SUCH')", 404),
        ("Measures(CLA_STOCK)", 404),
        ("Observations('CLA_STOCK')", 404),
    ],
)
def test_what_is_not_supported_is_said_and_never_ignored(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(f"{ROOT}/{path}")
    assert answer.status_code == status, answer.text
    told = answer.json()["error"]
    assert told["code"].startswith("serve.")
    assert told["message"]
    welsh = client.get(f"{ROOT.replace('/en', '/cy')}/{path}").json()["error"]
    assert welsh["message"] != told["message"]


def test_only_json_is_spoken(client: httpx.Client) -> None:
    assert client.get(f"{ROOT}/Observations", headers={"accept": "application/atom+xml"}).status_code == 406


SET = EntitySet(
    "O", "O", "measure_values_en", ("area_code",), "", (("area_name", "Edm.String"), ("value", "Edm.Double"))
)


@given(st.text(max_size=20))
@settings(max_examples=200)
def test_a_text_is_a_value_and_nothing_else(text: str) -> None:
    """Whatever stands between the quotes is bound: the SQL is the same for every text, so none can become SQL."""
    literal = text.replace("'", "''")
    try:
        where, bound = filtered(f"area_name eq '{literal}' or value ge 0", SET)
    except UsageError:
        return  # the grammar knows no line ends within a text
    assert where == filtered("area_name eq 'x' or value ge 0", SET)[0]
    assert bound == (text, 0)
