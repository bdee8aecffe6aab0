"""Any table of published figures, rendered in any generation and read back, gives the same observations."""

import random
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.synthetic.statswales import new_service, old_service
from pipelines.synthetic.statswales.table import Dimension, Figure, Member, Table
from schemas import load
from schemas.model import Text
from tests.made_extracts import CARD, examine, figures, with_card

AREA = Dimension("LocalAuthority", Text("Local Authority", "Awdurdod Lleol"))
YEAR = Dimension("Year", Text("Year", "Blwyddyn"))
NEED = Dimension("Needforcare", Text("Need for care", "Angen am ofal"))
NOTHING = Member("", Text("", ""))
TOTAL = Member("T", Text("Total", "Cyfanswm"))
CATALOGUE = load()
KNOWN = with_card(CATALOGUE, missing_values={"-999": "c"})
WALES = Member("W92000004", Text("Wales", "Cymru"))
AREAS = [WALES, *(Member(a.gss, a.name) for a in CATALOGUE.authorities.values())]
NEEDS = [*(Member(c.code, c.label) for c in CATALOGUE.code_lists["need_group"].codes), TOTAL]
YEARS = [Member(str(y), Text(f"{y}-{(y + 1) % 100:02d}", f"{y}-{(y + 1) % 100:02d}")) for y in range(1998, 2025)]


def some(members, at_most):
    """A few members in their official order."""
    places = st.sets(st.integers(0, len(members) - 1), min_size=1, max_size=at_most)
    return places.map(lambda held: [members[n] for n in sorted(held)])


@st.composite
def tables(draw):
    """A whole cross of areas, years and needs; every cell a count or hidden."""
    areas, years, needs = draw(some(AREAS, 5)), draw(some(YEARS, 3)), draw(some(NEEDS, 3))
    cell = st.one_of(st.integers(0, 20_000).map(str), st.just("*"))
    places = [(a, y, n) for a in areas for y in years for n in needs]
    texts = draw(st.lists(cell, min_size=len(places), max_size=len(places)))
    held = tuple(Figure(*place, NOTHING, text) for place, text in zip(places, texts, strict=True))
    return Table(CARD.id, CARD.title, AREA, YEAR, NEED, None, held, updated="30 October 2019")


def expected(table):
    return {
        (
            f.area.code,
            f.year.name.en,
            date(int(f.year.code) + 1, 3, 31),
            f.category.code,
            None if f.text == "*" else float(f.text),
            "c" if f.text == "*" else "",
        )
        for f in table.figures
    }


def shuffled(contents, seed):
    random.Random(seed).shuffle(contents)
    return contents


few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SHAPES = {
    "odata": old_service.odata_pages,
    "zip_csv": lambda t, size: [old_service.zip_csv(t)],
    "screen_csv": lambda t, size: [old_service.screen_csv(t)],
    "api_csv": lambda t, size: [new_service.service_csv(t)],
    "api_csv cy": lambda t, size: [new_service.service_csv(t, "cy")],
    "api_csv extended": lambda t, size: [new_service.service_csv(t, "cy", is_extended=True)],
    "api_json": new_service.view_pages,
    "api_json rows": lambda t, size: [new_service.row_objects(t)],
    "upload_csv": lambda t, size: list(new_service.upload_set(t).values()),
}


@pytest.mark.parametrize("shape", SHAPES)
@few
@given(table=tables(), size=st.integers(1, 40), seed=st.integers(0, 1000))
def test_every_generation_gives_the_same_observations(shape, table, size, seed):
    found = examine(KNOWN, *shuffled(SHAPES[shape](table, size), seed), dataset=CARD.id)
    assert found.generation == shape.partition(" ")[0]
    assert found.is_complete
    assert figures(found) == expected(table)
    assert set(found.faults["severity"]) <= {"note"}


@few
@given(table=tables(), size=st.integers(1, 10), data=st.data())
def test_no_missing_page_goes_unnoticed(table, size, data):
    pages = old_service.odata_pages(table, size)
    if len(pages) == 1:
        return
    gone = data.draw(st.integers(0, len(pages) - 1))
    found = examine(KNOWN, *(p for n, p in enumerate(pages) if n != gone))
    assert not found.is_complete
    assert "SW08" in set(found.faults["rule_id"])


@few
@given(table=tables(), data=st.data(), shape=st.sampled_from(sorted(SHAPES)))
def test_damaged_files_never_raise_and_never_invent_a_figure(table, data, shape):
    contents = SHAPES[shape](table, 20)
    target = data.draw(st.integers(0, len(contents) - 1))
    broken = bytearray(contents[target])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(broken) - 1))
        broken[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    contents[target] = bytes(broken)
    found = examine(KNOWN, *contents, dataset=CARD.id)
    assert found.verdict in ("accepted", "accepted_with_errors", "rejected")
    assert found.observations.filter(
        found.observations["value"].is_null() & (found.observations["status"] == "")
    ).is_empty()


@few
@given(content=st.binary(max_size=400))
def test_any_bytes_end_in_a_verdict(content):
    assert examine(KNOWN, content, dataset=CARD.id).verdict in ("accepted", "accepted_with_errors", "rejected")


@few
@given(content=st.text(alphabet=",;\n\"'|\t:Data values YearArea2018-19*()[]{}", max_size=300))
def test_any_text_that_looks_like_a_table_ends_in_a_verdict(content):
    found = examine(KNOWN, content.encode(), dataset=CARD.id)
    assert found.verdict in ("accepted", "accepted_with_errors", "rejected")
