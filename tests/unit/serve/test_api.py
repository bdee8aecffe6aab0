"""The HTTP API and its page, through a test client: published editions, both languages, and no way out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import httpx
import polars as pl
import pytest
from made_edition import Desk
from made_server import served

from pipelines.core.settings import Paths, Settings
from pipelines.serve.answers import TYPES

BASE = "/v1/publications/test-release/editions"


def test_catalogue_of_editions(client: httpx.Client) -> None:
    assert client.get("/v1/publications").json() == [{"publication": "test-release", "latest": "2024-25-2"}]
    held = client.get(BASE).json()
    assert [e["edition"] for e in held] == ["2024-25-2", "2024-25-1"]
    assert client.get(f"{BASE}/latest").json()["edition"] == "2024-25-2"
    assert client.get(f"{BASE}/2024-25-1").json()["status"] == "provisional"


def test_an_edition_being_released_is_not_shown(
    client: httpx.Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = desk.root / "latest.json"
    held = pointer.read_text()
    try:
        pointer.write_text(json.dumps({"edition": "2024-25-1"}))
        assert [e["edition"] for e in client.get(BASE).json()] == ["2024-25-1"]
    finally:
        pointer.write_text(held)


def test_observations_equal_the_mart(client: httpx.Client, latest: Path) -> None:
    asked = {"measure": "CLA_STOCK", "breakdown": "total", "period": ["2022-23", "2023-24"], "lang": "cy"}
    answer = client.get(f"{BASE}/latest/observations", params=asked).json()
    with duckdb.connect(str(latest / "mart.duckdb"), read_only=True) as mart:
        wanted = mart.execute(
            "SELECT area_name, period_id, value FROM measure_values_cy WHERE measure_id = 'CLA_STOCK' "
            "AND breakdown_id = 'total' AND period_id IN ('2022-23', '2023-24')"
        ).fetchall()
    found = [(o["area_name"], o["period_id"], o["value"]) for o in answer["observations"]]
    assert answer["total"] == 52
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert found[0][0] == "Cymru", "Wales first"


def test_pages_hold_every_observation_once(client: httpx.Client) -> None:
    url, seen = f"{BASE}/latest/observations?limit=700&breakdown=total", []
    while url:
        answer = client.get(url)
        page = answer.json()
        seen += [(o["measure_id"], o["area_code"], o["period_id"]) for o in page["observations"]]
        url = page["next"]
        assert ("link" in answer.headers) == bool(url)
    assert len(seen) == len(set(seen)) == page["total"]


def test_further_pages_stay_with_the_edition(client: httpx.Client) -> None:
    first = client.get(f"{BASE}/latest/observations", params={"limit": 5, "breakdown": "total", "lang": "cy"})
    following = first.json()["next"]
    assert "/editions/2024-25-2/" in following, "a new edition between two pages would mix the two"
    assert first.headers["link"] == f'<{following}>; rel="next"'
    second = client.get(following).json()
    assert second["offset"] == 5
    assert second["edition"] == first.json()["edition"]
    both = [o["period_id"] for answer in (first.json(), second) for o in answer["observations"]]
    assert both == sorted(both), "the second goes on where the first ends"
    assert len(set(both)) == 10
    assert {o["area_name"] for o in second["observations"]} == {"Cymru"}


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_forms_by_suffix_by_accept_and_by_name_are_the_same(client: httpx.Client, form: str) -> None:
    asked = {"measure": "CLA_STOCK", "area": "W06000001"}
    bare = f"{BASE}/latest/observations"
    answers = [
        client.get(f"{bare}.{form}", params=asked),
        client.get(bare, params={**asked, "format": form}),
        client.get(bare, params=asked, headers={"accept": TYPES[form].partition(";")[0]}),
    ]
    assert len({a.content for a in answers}) == 1
    assert {a.headers["content-type"] for a in answers} == {TYPES[form]}
    page = client.get(bare, params=asked).json()["observations"]
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "arrow": pl.read_ipc_stream}[form](answers[0].content)
    assert read["value"].cast(pl.Float64).to_list() == [o["value"] for o in page]
    assert read["status"].fill_null("").to_list() == [o["status"] or "" for o in page]


def test_a_form_that_is_not_there_is_refused(client: httpx.Client) -> None:
    answer = client.get(f"{BASE}/latest/observations", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json()["error"] == "serve.not_acceptable"


def test_what_did_not_change_is_not_sent_again(client: httpx.Client) -> None:
    url = f"{BASE}/latest/observations?measure=CLA_STOCK&breakdown=total"
    first = client.get(url)
    again = client.get(url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "no-cache" in first.headers["cache-control"], "latest may become another edition"
    pinned = client.get(url.replace("latest", "2024-25-2"))
    assert "immutable" in pinned.headers["cache-control"]
    other = client.get(url.replace("latest", "2024-25-1"))
    assert other.headers["etag"] != first.headers["etag"]
    assert client.get(url, headers={"if-none-match": other.headers["etag"]}).status_code == 200


def test_as_of_a_day(client: httpx.Client) -> None:
    url = f"{BASE}/latest/observations?measure=CLA_STOCK&limit=1"
    day = client.get(f"{BASE}/latest").json()["date"]
    assert client.get(f"{url}&as_of={day}").json()["edition"] == "2024-25-2"
    early = client.get(f"{url}&as_of=1999-12-31")
    assert early.status_code == 404
    assert day in early.json()["en"]["what"]
    assert client.get(f"{BASE}/2024-25-1/observations?as_of={day}").status_code == 400


def test_metadata_says_what_the_ids_mean(client: httpx.Client) -> None:
    shown = client.get(f"{BASE}/latest/observations?lang=cy&measure=CLA_STOCK&limit=200").json()["observations"]
    areas = {a["area_code"]: a for a in client.get(f"{BASE}/latest/metadata/areas").json()}
    periods = {p["period_id"] for p in client.get(f"{BASE}/latest/metadata/periods").json()}
    assert {o["area_name"] for o in shown} <= {a["area_name_cy"] for a in areas.values()}
    assert {o["period_id"] for o in shown} <= periods
    changes = client.get(f"{BASE}/latest/metadata/revisions").json()
    assert changes, "the second edition of this folder differs from the first"


def test_csv_is_the_same_page(client: httpx.Client) -> None:
    asked = {"measure": "CLA_RATE", "area": "W06000001"}
    page = client.get(f"{BASE}/latest/observations", params=asked).json()
    answer = client.get(f"{BASE}/latest/observations", params={**asked, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["x-total-count"] == str(page["total"]) == str(len(rows))
    assert [float(r["value"]) if r["value"] else None for r in rows] == [o["value"] for o in page["observations"]]


def test_measures(client: httpx.Client) -> None:
    held = client.get(f"{BASE}/latest/measures").json()
    assert [m["measure_id"] for m in held] == ["CLA_STOCK", "CLA_RATE", "CLA_FOSTER_PC"]
    assert all(m["definition_en"] and m["definition_cy"] for m in held)


def test_files_are_handed_out_by_the_checksums(client: httpx.Client) -> None:
    files = client.get(f"{BASE}/latest").json()["files"]
    for path in ("csv/observations.csv", "mart.duckdb", "mesur-test-release-2024-25-2-cy.xlsx"):
        content = client.get(f"{BASE}/latest/files/{path}").content
        assert hashlib.sha256(content).hexdigest() == files[path]


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}/latest/files/../../latest.json",
        f"{BASE}/latest/files/..%2f..%2flatest.json",
        f"{BASE}/latest/files/%2fetc%2fpasswd",
        f"{BASE}/..%2f..%2f..%2fdisclosed/files/disclosed.parquet",
        f"{BASE}/2024-25-9",
        "/v1/publications/..%2fdisclosed/editions",
        "/v1/publications/none/editions",
        f"{BASE}/latest/observations?measure=NO_SUCH",
        f"{BASE}/latest/observations?area=' OR 1=1 --",
        f"{BASE}/latest/observations?limit=10000000",
        f"{BASE}/latest/observations?offset=-1",
        f"{BASE}/latest/observations?lang=fr",
        f"{BASE}/latest/observations?unknown=1",
        "/fr",
    ],
)
def test_what_is_not_there_is_told_and_leads_nowhere(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    told = answer.json()
    if "error" in told:
        assert told["en"]["what"]
        assert told["cy"]["what"]
        assert told["en"]["what"] != told["cy"]["what"]
    assert "/" not in json.dumps(told.get("en", {}).get("where", {}))


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client: httpx.Client, method: str) -> None:
    assert getattr(client, method)(f"{BASE}/latest").status_code == 405


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize(("lang", "words"), [("en", "Headline figures for Wales"), ("cy", "Prif ffigurau Cymru")])
def test_page_is_accessible_and_bilingual(client: httpx.Client, lang: str, words: str) -> None:
    answer = client.get(f"/{lang}")
    outline = Outline()
    outline.feed(answer.text)
    tags = outline.tags
    assert ("html", {"lang": lang}) in tags
    assert words in answer.text
    assert [t for t, _ in tags if t in ("h1", "h2")] == ["h1", "h2"]
    assert sum(t == "caption" for t, _ in tags) == sum(t == "table" for t, _ in tags) == 2
    assert all("scope" in a for t, a in tags if t == "th")
    assert not [t for t, _ in tags if t in ("script", "img", "iframe", "link")], "works without scripts, loads nothing"
    assert all(str(a["href"]).startswith(("/", "#")) for t, a in tags if t == "a")
    for path in (str(a["href"]) for t, a in tags if t == "a" and str(a["href"]).startswith("/")):
        assert client.get(path).status_code == 200, path


def test_page_shows_the_headlines_of_the_mart(client: httpx.Client, latest: Path) -> None:
    with duckdb.connect(str(latest / "mart.duckdb"), read_only=True) as mart:
        (value,) = mart.execute(
            "SELECT value FROM measure_values_en WHERE measure_id = 'CLA_STOCK' AND area_type = 'wales' "
            "AND breakdown_id = 'total' AND period_id = '2023-24'"
        ).fetchone()
    assert re.search(rf">{value:,.0f}( \[\w+\])*<", client.get("/en").text)


def test_entrance_follows_the_readers_language(client: httpx.Client) -> None:
    for said, path in (("cy-GB,cy;q=0.9,en;q=0.5", "/cy"), ("en-GB", "/en")):
        answer = client.get("/", headers={"accept-language": said}, follow_redirects=False)
        assert answer.headers["location"] == path


def test_nothing_published_yet_is_said(tmp_path: Path) -> None:
    settings = Settings(Paths(project=tmp_path, data=tmp_path / "data", keys=tmp_path / "keys"))
    with served(settings) as empty:
        assert empty.get("/v1/publications").json() == []
        assert "Nothing has been published yet." in empty.get("/en").text
