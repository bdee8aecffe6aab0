"""The explorer: a form without scripts, a table with every value and its shorthand, in both languages."""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import httpx
import lxml.html
import pytest

PAGE = "/{lang}/test-release/explore"


def table(text: str) -> tuple[list[str], dict[str, list[str]]]:
    root = lxml.html.fromstring(text)
    (found,) = root.xpath("//table")
    head = [th.text_content() for th in found.xpath(".//thead//th")]
    rows = {tr.xpath("./th")[0].text_content(): [td.text_content() for td in tr.xpath("./td")]
            for tr in found.xpath(".//tbody/tr")}  # fmt: skip
    return head, rows


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_value_with_its_shorthand(client: httpx.Client, latest: Path, lang: str) -> None:
    text = client.get(PAGE.format(lang=lang), params={"measure": "CLA_STOCK", "breakdown": "age_band",
                                                      "area": "W06000015"}).text  # fmt: skip
    head, rows = table(text)
    with duckdb.connect(str(latest / "mart.duckdb"), read_only=True) as mart:
        wanted = mart.execute(
            f"SELECT category_label, period_label, value, status FROM measure_values_{lang} WHERE measure_id = "
            "'CLA_STOCK' AND breakdown_id = 'age_band' AND area_code = 'W06000015'"
        ).fetchall()
    assert len(wanted) == sum(map(len, rows.values()))
    for category, period, value, status in wanted:
        shown = rows[category][head[1:].index(period)]
        assert shown, "never a blank"
        marks = {f"[{c}]" for c in (status or "").split(",") if c and c != "t"}
        assert set(re.findall(r"\[\w+\]", shown)) == marks
        assert (float(re.sub(r"[\[\]a-z, ]", "", shown)) if value is not None else None) == value
    assert f'<html lang="{lang}">' in text


def test_all_areas_stand_side_by_side_and_the_file_is_the_same(client: httpx.Client) -> None:
    text = client.get(PAGE.format(lang="en"), params={"measure": "CLA_STOCK"}).text
    _, rows = table(text)
    assert len(rows) == 26
    (link,) = re.findall(r'href="([^"]+observations\.csv[^"]+)"', text)
    lines = client.get(html.unescape(link)).text.splitlines()
    assert len(lines) - 1 == sum(map(len, rows.values()))


def test_fields_have_labels_and_nothing_runs(client: httpx.Client) -> None:
    root = lxml.html.fromstring(client.get(PAGE.format(lang="en")).text)
    for field in root.xpath("//select"):
        assert root.xpath(f"//label[@for='{field.get('id')}']")
    assert not root.xpath("//script|//img|//link|//iframe")
    other = root.xpath("//nav//a")[0].get("href")
    assert other.startswith("/cy/test-release/explore?measure=")


def test_an_id_that_is_not_there_is_told(client: httpx.Client) -> None:
    for name in ("measure", "breakdown", "area"):
        answer = client.get(PAGE.format(lang="en"), params={name: "<b>"})
        assert answer.status_code == 404
        assert "<b>" not in answer.headers["content-type"]
