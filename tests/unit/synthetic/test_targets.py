"""Targets of every authority and year: they add up to Wales and round to what was published."""

from __future__ import annotations

import csv

import pytest

from pipelines.synthetic import SampleSpec
from pipelines.synthetic.make import prepare
from pipelines.synthetic.published import DEFAULT_REFERENCE, rounded
from pipelines.synthetic.records import FOSTER
from pipelines.synthetic.shares import FOSTER_COLUMNS
from pipelines.synthetic.targets import fit, scaled


@pytest.fixture(scope="module")
def fitted(spec_catalogue):
    plan = prepare(spec_catalogue, SampleSpec())
    return plan.country, fit(plan.country)


def _rows(name):
    with (DEFAULT_REFERENCE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


@pytest.mark.parametrize(
    ("period", "stock"),
    [("2016-17", 5954), ("2017-18", 6407), ("2018-19", 6846), ("2019-20", 7172), ("2020-21", 7263), ("2022-23", 7208)],
)
def test_stocks_add_up_to_the_first_published_figure(fitted, period, stock):
    _, targets = fitted
    assert sum(t.stock for (_, p), t in targets.items() if p == period) == stock


def test_the_five_published_placement_groups_of_2017(fitted):
    _, targets = fitted
    held = [t for (_, p), t in targets.items() if p == "2016-17"]
    groups = {"foster": FOSTER, "parents": ("P",), "residential": ("R",), "adoption": ("A",), "other": ("I",)}
    found = {name: sum(t.group(*codes) for t in held) for name, codes in groups.items()}
    assert found == {"foster": 4434, "parents": 712, "residential": 305, "adoption": 239, "other": 264}


def test_care_orders_and_foster_placements_of_2020_and_2021(fitted):
    _, targets = fitted
    of = {p: [t for (_, q), t in targets.items() if q == p] for p in ("2019-20", "2020-21")}
    assert sum(t.legal["C"] for t in of["2019-20"]) == 6028
    assert sum(t.group(*FOSTER) for t in of["2019-20"]) == 4989
    assert sum(t.legal["C"] for t in of["2020-21"]) == 6215


def test_every_cell_of_the_2019_foster_table_rounds_to_what_was_printed(fitted):
    country, targets = fitted
    for row in _rows("published_foster_placements_2019"):
        areas = [country.published.by_name[row["la"]]] if row["la"] != "Wales" else list(country.authorities)
        held = [targets[a, "2018-19"] for a in areas]
        for code, column in zip(FOSTER, FOSTER_COLUMNS, strict=True):
            low, high = rounded(row[column])
            assert low <= sum(t.group(code) for t in held) <= high, (row["la"], column)
        low, high = rounded(row["total"])
        assert low <= sum(t.group(*FOSTER) for t in held) <= high, row["la"]


def test_the_2024_tables_round_to_what_was_printed(fitted):
    country, targets = fitted
    for row in _rows("published_pif_counts_2024"):
        if row["la"] == "Wales":
            continue
        t = targets[country.published.by_name[row["la"]], "2023-24"]
        away = {k: sum(n for (_, where), n in t.slots.items() if where == k) for k in ("2", "3")}
        values = {
            "CH039": t.stock,
            "CH040": t.short_breaks,
            "CH043": t.three_plus,
            "CH047": away["2"],
            "CH048": away["3"],
        }
        values["CH046"] = t.stock - t.group("F1", "F4", "P")
        for column, value in values.items():
            low, high = rounded(row[column])
            assert low <= value <= high, (row["la"], column)


def test_slots_legal_groups_and_stock_agree(fitted):
    _, targets = fitted
    for t in targets.values():
        assert sum(t.slots.values()) == t.stock == sum(t.legal.values())
        assert all(where == "1" for (group, where) in t.slots if group in ("F1", "F2", "F3"))
        assert all(where in ("2", "3") for (group, where) in t.slots if group in ("F4", "F5", "F6"))
        assert t.legal["C"] >= t.group("P")
        assert t.legal["E"] >= t.group("A")
        assert t.legal["V"] >= t.uasc


@pytest.mark.parametrize("factor", [0.05, 0.3, 2.5])
def test_another_size_still_adds_up(fitted, factor):
    _, targets = fitted
    for t in list(targets.values())[::17]:
        small = scaled(t, factor)
        assert sum(small.slots.values()) == small.stock == sum(small.legal.values())
        assert abs(small.stock - t.stock * factor) <= 2


@pytest.mark.parametrize(("text", "low", "high"), [("*", 1, 4), ("0", 0, 0), ("5", 5, 7), ("125", 123, 127)])
def test_a_printed_cell_stands_for_an_interval(text, low, high):
    assert rounded(text) == (low, high)
