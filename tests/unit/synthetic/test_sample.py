"""The written sample: the same bytes each time, true to the lives, nothing from the future in it."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest

from pipelines.core.errors import UnreadableError, UsageError
from pipelines.core.periods import Period
from pipelines.synthetic import SampleSpec, make
from pipelines.synthetic.places import made_up_postcode
from pipelines.synthetic.records import CHILD_PREFIX

TINY = SampleSpec(authorities=2, children=160, first="2022-23", quarters=("2024-25Q1",))


def _bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _table(folder, path, name):
    with zipfile.ZipFile(folder / path) as archive:
        text = archive.read(f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def _day(text):
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007 - days have no zone


def test_the_same_wish_gives_the_same_bytes(spec_catalogue, tmp_path):
    make(spec_catalogue, TINY, tmp_path / "one")
    make(spec_catalogue, TINY, tmp_path / "two")
    make(spec_catalogue, TINY, tmp_path / "two")
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_another_seed_gives_other_children_and_the_same_margins(spec_catalogue, tmp_path):
    one = make(spec_catalogue, TINY, tmp_path / "one")
    two = make(spec_catalogue, replace(TINY, seed=1), tmp_path / "two")
    assert {f.sha256 for f in one.files}.isdisjoint(f.sha256 for f in two.files)
    stock = [
        {(c.area_code, c.period_id): c.achieved for c in m.calibration if c.concept == "stock"} for m in (one, two)
    ]
    assert stock[0] == stock[1]


def test_every_target_is_met_or_declared(written):
    assert written.made.unmet == ()
    assert written.stated["calibration"]["n_met"] == written.stated["calibration"]["n_targets"] > 50


def test_the_manifest_names_every_file_with_its_fingerprint(written):
    found = {p for p in _bytes(written.folder) if p.startswith(("returns/", "exports/"))}
    assert found == {f["path"] for f in written.stated["files"]}
    for held in written.stated["files"]:
        content = (written.folder / held["path"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (held["sha256"], held["bytes"])


def test_all_containers_and_both_systems_are_used(spec_catalogue, tmp_path):
    made = make(spec_catalogue, SampleSpec(children=900, first="2023-24", quarters=("2024-25Q1",)), tmp_path)
    kinds = {f.container for f in made.files if f.return_id == "lac_census"}
    assert kinds == {"csv_set", "xlsx", "xml", "xml_zip"}
    systems = {f.system for f in made.files if f.return_id == "quarterly_export"}
    assert systems == set(spec_catalogue.export_profiles)


def test_identifiers_are_plainly_made_up(written):
    rows = _table(written.folder, "returns/2023-24/W06000003.zip", "Header")
    assert rows
    assert all(r["CHILD"].startswith(CHILD_PREFIX) for r in rows)
    assert all(r["UPN"] in ("UN1", "UN4", "UN5") or r["UPN"][1:4] == "000" for r in rows)
    places = _table(written.folder, "returns/2023-24/W06000003.zip", "Episodes")
    assert all(r["PL_POST"][:2] in ("ZZ", "") for r in places)
    assert made_up_postcode(7, 399) != made_up_postcode(7, 398)


def test_a_return_tells_nothing_that_lay_in_the_future(written):
    for year in ("2021-22", "2022-23", "2023-24"):
        end = Period(year).end
        for row in _table(written.folder, f"returns/{year}/W06000003.zip", "Episodes"):
            assert _day(row["DECOM"]) <= end
            assert not row["DEC"] or _day(row["DEC"]) <= end
            assert bool(row["DEC"]) == bool(row["REC"])


def test_what_was_open_last_year_goes_on_with_its_true_start(written):
    last = _table(written.folder, "returns/2022-23/W06000003.zip", "Episodes")
    now = {(r["CHILD"], r["DECOM"]): r for r in _table(written.folder, "returns/2023-24/W06000003.zip", "Episodes")}
    still_open = [r for r in last if not r["DEC"]]
    assert len(still_open) > 50
    for row in still_open:
        same = now[row["CHILD"], row["DECOM"]]
        assert all(same[c] == row[c] for c in ("RNE", "LS", "CIN", "PLACE", "PL_LOCATION", "PL_LA"))


def test_the_truth_counts_the_open_episodes_of_the_return(written):
    rows = _table(written.folder, "returns/2023-24/W06000003.zip", "Episodes")
    n_open = sum(not r["DEC"] and r["LS"] not in ("V1", "V3", "V4") for r in rows)
    with (written.folder / "truth.csv").open(encoding="utf-8", newline="") as source:
        held = {tuple(r[:4]): int(r[4]) for r in list(csv.reader(source))[1:]}
    assert held["W06000003", "2023-24", "looked_after", "T"] == n_open
    groups = [n for (a, p, c, _), n in held.items() if (a, p, c) == ("W06000003", "2023-24", "looked_after_by_age")]
    assert sum(groups) == n_open


def test_the_older_return_comes_from_a_few_authorities_only(spec_catalogue, tmp_path):
    made = make(spec_catalogue, SampleSpec(authorities=3, children=200, last="2016-17", quarters=()), tmp_path)
    older = [f for f in made.files if f.return_id == "ssda903"]
    assert [(f.authority_code, f.period_id) for f in older] == [("W06000002", "2015-16")]
    assert "PLACE_PROVIDER" not in _table(tmp_path, older[0].path, "Episodes")[0]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"first": "2015-16"}, "synthetic.years_not_held"),
        ({"last": "2024-25"}, "synthetic.years_not_held"),
        ({"first": "2023-24", "last": "2022-23"}, "synthetic.years_not_held"),
        ({"authorities": 23}, "synthetic.authorities"),
        ({"quarters": ("2024-25Q2",)}, "synthetic.quarters_must_follow"),
        ({"children": 6}, "synthetic.too_small"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_words(spec_catalogue, tmp_path, change, key):
    with pytest.raises(UsageError) as refusal:
        make(spec_catalogue, replace(TINY, **change), tmp_path)
    assert refusal.value.key == key
    assert key in spec_catalogue.messages
    assert f"{key}.do" in spec_catalogue.messages


def test_quarters_that_are_not_named_follow_the_last_year(spec_catalogue, tmp_path):
    made = make(spec_catalogue, replace(TINY, first="2020-21", last="2021-22", quarters=None), tmp_path)
    assert {f.period_id for f in made.files if f.system} == {"2021-22Q4", "2022-23Q1", "2022-23Q2", "2022-23Q3"}


def test_missing_figures_are_said(spec_catalogue, tmp_path):
    with pytest.raises(UnreadableError) as refusal:
        make(spec_catalogue, replace(TINY, reference=tmp_path / "nowhere"), tmp_path)
    assert refusal.value.key == "synthetic.reference_missing"
