"""The declaration of what a fault may move: complete, coherent with the facts, and held to the SQL of the facts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from pipelines.core.settings import PROJECT
from schemas import Catalogue, impact
from schemas.catalogue import SPEC

MODELS = PROJECT / "dbt_project" / "models"
KEPT_FOR_LINKING = {"upn_id"}
"""Items that the models carry along and no figure is computed from."""


def models_reading() -> dict[str, str]:
    """Name of each model of episodes and facts -> its SQL without comments."""
    found = {}
    for path in sorted([*(MODELS / "episodes").glob("*.sql"), *(MODELS / "facts").glob("*.sql")]):
        found[path.stem] = re.sub(r"--.*", "", path.read_text("utf-8"))
    return found


def spoilt(tmp_path: Path, change) -> list[str]:
    """Faults of the declaration after a change to it."""
    folder = tmp_path / "spec"
    shutil.copytree(SPEC, folder)
    held = yaml.safe_load((folder / "impact.yml").read_text("utf-8"))
    change(held)
    (folder / "impact.yml").write_text(yaml.safe_dump(held), encoding="utf-8")
    return list(impact.faults(_catalogue(), folder))


def _catalogue() -> Catalogue:
    from schemas import load

    return load()


def test_every_item_of_every_table_is_declared(catalogue: Catalogue) -> None:
    assert list(impact.faults(catalogue)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda h: h["feeds"]["child"].pop("sex_code"), "child.sex_code is missing"),
        (lambda h: h["feeds"]["child"].update(shoe_size={}), "child.shoe_size does not exist"),
        (lambda h: h["feeds"]["child"].update(sex_code={"fct_none": {"any": "every"}}), "fact 'fct_none'"),
        (lambda h: h["feeds"]["child"].update(sex_code={"fct_review": {"any": ["is_odd"]}}), "'is_odd' is no column"),
        (lambda h: h["feeds"]["child"].update(sex_code={"fct_review": {"last": "every"}}), "'last' is neither"),
        (lambda h: h["latest_by"].pop("episode"), "latest_by names no date"),
    ],
)
def test_a_gap_or_a_wrong_name_is_told(tmp_path: Path, change, said: str) -> None:
    assert any(said in fault for fault in spoilt(tmp_path, change))


def test_items_that_move_nothing_are_read_by_no_fact() -> None:
    """Held to the SQL: an item that some model of episodes or facts reads must feed something."""
    feeds, models = impact.load(), models_reading()
    fed = {item for (_, item), held in feeds.by_item.items() if held}
    silent = {item for _, item in feeds.by_item} - fed - KEPT_FOR_LINKING
    read = {(item, name) for item in silent for name, sql in models.items() if re.search(rf"\b{item}\b", sql)}
    assert read == set()


def test_items_that_move_something_are_read_by_a_model() -> None:
    feeds, whole = impact.load(), "\n".join(models_reading().values())
    fed = {item for (_, item), held in feeds.by_item.items() if held}
    assert {item for item in fed if not re.search(rf"\b{item}\b", whole)} == set()


def test_a_missing_start_date_may_move_every_figure_of_children_in_care(catalogue: Catalogue) -> None:
    moved = impact.load().moved(catalogue, ("episode", "episode_start_date"), is_latest=False)
    on_child_period = {m for m, _ in impact.published(catalogue) if catalogue.measures[m].fact == "fct_child_period"}
    assert on_child_period <= moved.totals


def test_a_placement_of_an_earlier_row_moves_only_the_count_of_placements(catalogue: Catalogue) -> None:
    feeds = impact.load()
    last = feeds.moved(catalogue, ("episode", "placement_code"), is_latest=True).totals
    earlier = feeds.moved(catalogue, ("episode", "placement_code"), is_latest=False).totals
    assert {"CLA_FOSTER", "CLA_THREE_PLACEMENTS"} <= last
    several = {f"CLA_{n}_PLACEMENTS{p}" for n in ("TWO", "THREE") for p in ("", "_PC")}
    assert earlier == {*several, "CLA_MEAN_PLACEMENTS", "CLA_THREE_WITH_TEMPORARY_PC"}
    assert "CLA_STOCK" not in last


def test_an_ethnic_group_moves_breakdowns_only(catalogue: Catalogue) -> None:
    moved = impact.load().moved(catalogue, ("child", "ethnicity_code"), is_latest=True)
    assert moved.totals == frozenset()
    assert ("CLA_STOCK", "ethnicity") in moved.splits


def test_only_published_figures_move(catalogue: Catalogue) -> None:
    named = {m for m, _ in impact.published(catalogue)}
    for place in impact.load().by_item:
        assert impact.load().moved(catalogue, place, is_latest=True).totals <= named
