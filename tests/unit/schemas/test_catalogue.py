"""The catalogue loads, and a broken specification is reported whole."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import schemas
from schemas import CatalogueError
from schemas.catalogue import SPEC, WALES, Catalogue


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SPEC, tmp_path / "spec"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} no longer holds {old!r}; mend this test"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_specification_holds_what_the_house_promises(catalogue: Catalogue) -> None:
    assert len(catalogue.authorities) == 22
    assert {"ssda903", "lac_census", "quarterly_export"} <= set(catalogue.returns)
    assert len(catalogue.measures) >= 25
    assert catalogue.areas()[0] == ("wales", WALES)
    assert len(catalogue.areas()) == 26


def test_every_fault_is_reported_at_once(spec: Path) -> None:
    edit(spec / "items/episode.yml", "kind: date", "kind: moment")
    edit(spec / "tables.yml", "review_code: mandatory", "no_such_item: mandatory")
    edit(spec / "measures/stock.yml", "is_looked_after_at_period_end", "is_on_the_moon")
    edit(spec / "messages/cy.yml", "status.accepted:", "status.nobody_says:")
    edit(spec / "published_figures.csv", "CLA_STOCK,total", "CLA_STOKC,total")
    edit(spec / "frameworks.yml", "last: 2028-29", "last: 2014-15")
    edit(spec / "extracts/care0136.yml", "at_31_march", "at_easter")
    with pytest.raises(CatalogueError) as caught:
        schemas.load(spec)
    said = str(caught.value)
    wrong = ("moment", "no_such_item", "is_on_the_moon", "CLA_STOKC", "2016-17", "at_easter")
    for word in (*(repr(word) for word in wrong), "message status.accepted: no cy text"):
        assert word in said
    assert "message status.nobody_says: no en text" in said


def test_placeholders_must_agree_between_the_languages(spec: Path) -> None:
    for lang, text in (("en", "found {n} rows"), ("cy", "cafwyd {m} rhes")):
        edit(spec / f"messages/{lang}.yml", "\nmessages:\n", f"\nmessages:\n  test.placeholder: '{text}'\n")
    with pytest.raises(CatalogueError, match=r"test\.placeholder: the two languages have different placeholders"):
        schemas.load(spec)


def test_unreadable_yaml_is_one_clear_error(spec: Path) -> None:
    (spec / "facts.yml").write_text("facts: [", "utf-8")
    with pytest.raises(CatalogueError, match="cannot be read"):
        schemas.load(spec)


@pytest.mark.parametrize(
    ("name", "gss"),
    [
        ("Ynys Môn", "W06000001"),
        ("Ynys Mon", "W06000001"),
        ("isle of anglesey", "W06000001"),
        ("Sir y Flint", "W06000005"),
        ("552", "W06000015"),
        ("W06000024", "W06000024"),
        ("All Welsh local authorities", WALES),
        ("Mae pob awdurdod lleol yng Nghymru", WALES),
        ("Shropshire", None),
    ],
)
def test_areas_are_known_by_any_name(catalogue: Catalogue, name: str, gss: str | None) -> None:
    assert catalogue.area_code(name) == gss


def test_codes_are_dated(catalogue: Catalogue) -> None:
    sex = catalogue.code_lists["sex"]
    assert sex.valid_codes(date(2018, 4, 1), date(2019, 3, 31)) == ("1", "2")
    assert "M" in sex.valid_codes(date(2024, 4, 1), date(2025, 3, 31))
    legal = catalogue.code_lists["legal_status"]
    assert "V1" in legal.valid_codes(date(2018, 4, 1), date(2019, 3, 31))
    assert "V1" not in legal.valid_codes(date(2018, 4, 1), date(2019, 3, 31), "england")
    assert "D1" not in legal.valid_codes(date(2018, 4, 1), date(2019, 3, 31))


def test_the_return_follows_the_year(catalogue: Catalogue) -> None:
    held = [catalogue.return_for("annual", year) for year in ("2014-15", "2015-16", "2016-17", "2023-24")]
    assert [r.id for r in held if r] == ["ssda903", "ssda903", "lac_census", "lac_census"]
    assert catalogue.return_for("annual", "1999-00") is None
