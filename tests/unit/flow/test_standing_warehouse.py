"""A run that makes anew only what has changed gives what a whole one gives, to the byte.

What the models make of a history does not belong here: see `tests/spec/episodes`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import duckdb
import pytest
import yaml
from made_histories import CARDIFF, NEWPORT, SWANSEA, Row, Submission, items, table, write

from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow import standing_warehouse, transform
from schemas import Catalogue

CONWY = "W06000003"
DBT = PROJECT / "dbt_project"


def census(period: str, authority: str, *episodes: str) -> Submission:
    head = "child start end why ended status need place where"
    born = "child born sex\nA 2010-01-01 1\nB 2015-01-01 2"
    held = {"child": items(table(born)), "episode": items(table("\n".join([head, *episodes])))}
    return Submission(period, held, authority)


OPEN, MOVED = "A 2018-05-01 . S . C2 N1 F2 1", "A 2019-06-01 . P . C2 N1 F3 2"
BEFORE = tuple(census(p, a, OPEN) for p in ("2018-19", "2019-20") for a in (CARDIFF, SWANSEA, NEWPORT, CONWY))
AFTER = (
    *(s for s in BEFORE if s.authority_code in (CARDIFF, CONWY)),
    census("2018-19", SWANSEA, OPEN, "B 2018-07-01 2019-01-01 S E4 V2 N4 H1 3"),
    census("2019-20", SWANSEA, OPEN, MOVED),
    census("2018-19", NEWPORT, OPEN),  # its return of 2019-20 was withdrawn
)


def everything(settings: Settings) -> dict[str, list[Row]]:
    """Every row of every table of the warehouse, and the bytes of the cells."""
    with duckdb.connect(str(settings.paths.warehouse), read_only=True) as connection:
        names = [n for (n,) in connection.sql("select table_name from duckdb_tables() order by 1").fetchall()]
        held = {n: connection.sql(f"select * from {n} order by all").fetchall() for n in names}
    return {**held, "cells": [settings.paths.cells.read_bytes()]}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = tmp_path_factory.mktemp("standing")
    return Settings(paths=Paths(project=PROJECT, data=data, keys=data / "keys"), threads=2)


def built(settings: Settings, **how: bool) -> tuple[set[str], dict[str, list[Row]]]:
    result = transform.run_dbt(settings, **how)
    transform.export_cells(settings)
    return {node.kind for node in result.nodes}, everything(settings)


def test_a_resubmission_and_a_withdrawal_give_what_a_whole_run_gives(settings: Settings) -> None:
    write(settings.paths.data, BEFORE)
    first, before = built(settings)
    (settings.paths.typed / "lac_census" / "episode" / "period=2019-20" / f"authority={NEWPORT}").rename(
        settings.paths.data / "taken-back"
    )
    _touch_nothing_else(settings.paths, AFTER)
    made_from = standing_warehouse.fingerprints(settings.paths, transform.DEFAULT_POLICY)
    assert standing_warehouse.changed(settings, made_from) == (SWANSEA, NEWPORT)
    limited, after = built(settings)
    whole, expected = built(settings, is_whole=True)
    assert after == expected != before
    assert (first, whole, limited) == ({"seed", "model", "test"}, {"seed", "model", "test"}, {"model", "test"})
    assert standing_warehouse.changed(settings, made_from) == standing_warehouse.NOBODY
    other = standing_warehouse.fingerprints(settings.paths, "strict")
    assert standing_warehouse.changed(settings, other) is None


@pytest.mark.parametrize("changed", [(SWANSEA, NEWPORT), ()])
def test_a_limited_run_checks_the_rows_that_it_makes_anew(settings: Settings, changed: tuple[str, ...]) -> None:
    """Of tables kept by authority: a plain table is made anew, and looked at, as a whole."""
    arguments = ["compile", "--select", "resource_type:test", "--no-populate-cache"]
    outcome = transform._invoke(settings, arguments, manifest=transform._manifest(settings), changed=changed)
    checks = {
        node.name: re.sub(r"\s+", " ", node.compiled_code) for node in (r.node for r in transform._results(outcome))
    }
    kept = {
        name: sum(f'"{table}"' in sql for table in configured("+materialized", "by_authority"))
        for name, sql in checks.items()
    }
    limited = {name: sql.count(f"where authority_code in ('{SWANSEA}', '{NEWPORT}')") for name, sql in checks.items()}
    assert sum(n > 0 for n in kept.values()) >= 3
    assert limited == (kept if changed else dict.fromkeys(checks, 0))


def _touch_nothing_else(paths: Paths, submissions: tuple[Submission, ...]) -> None:
    """Write the submissions; files that say what they said before keep their time, as those of a real folder do."""
    held = {p: (p.read_bytes(), p.stat()) for p in paths.typed.rglob("*.parquet")}
    write(paths.data, submissions)
    for path, (content, state) in held.items():
        if path.is_file() and path.read_bytes() == content:
            os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def configured(key: str, value: str) -> dict[str, Path]:
    """The models for which dbt_project.yml says so, by themselves or by their folder."""
    held = yaml.safe_load((DBT / "dbt_project.yml").read_text("utf-8"))["models"]["mesur"]
    return {
        path.stem: path
        for path in DBT.glob("models/*/*.sql")
        if held.get(path.parent.name, {}).get(path.stem, {}).get(key, held.get(path.parent.name, {}).get(key)) == value
    }


def read_by(path: Path) -> set[str]:
    """What a model reads."""
    return set(re.findall(r"ref\('(\w+)'\)", path.read_text("utf-8")))


def test_what_a_limited_run_leaves_as_it_stands_is_of_no_authority() -> None:
    """A model that read a return would go stale; an extract and the specification change for all at once."""
    left = configured("+tags", "of_no_authority")
    seeds = {path.stem for path in DBT.glob("seeds/**/*.csv")}
    assert len(left) >= 5
    assert {name: read_by(path) - left.keys() - seeds for name, path in left.items()} == {
        name: {"stg_statswales__observation"} if name in ("fct_population", "fct_published_figure") else set()
        for name in left
    }


def test_what_is_kept_by_authority_depends_on_nothing_that_is_not(catalogue: Catalogue) -> None:
    """A row that depended on a second authority would go stale when that one changes.

    A model that fails here is to be a plain table (dbt_project.yml), or what it reads is to be kept by authority.
    """
    kept = configured("+materialized", "by_authority")
    seeds = {path.stem for path in DBT.glob("seeds/**/*.csv")}
    staged = {p.stem for p in DBT.glob("models/staging/stg_*.sql")} - {"stg_statswales__observation"}
    allowed = kept.keys() | seeds | staged | configured("+tags", "of_no_authority").keys()
    read = {name: read_by(path) for name, path in kept.items()}
    assert len(kept) >= 18
    assert {name: refs - allowed for name, refs in read.items() if refs - allowed} == {}
    assert {m.fact for m in catalogue.measures.values()} - kept.keys() == set()
