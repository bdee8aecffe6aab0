"""What grows a build for the benchmarks: the same histories under other tokens, nothing else changed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_histories import CARDIFF, Submission, items, table, write

from benchmarks.growth import grow

EPISODES = """
child  start       end         why  ended  status  need  place  where
A      2018-05-01  2018-10-01  S    X1     C2      N1    F2     1
A      2018-10-01  .           P    .      C2      N1    F3     1
B      2018-06-01  .           S    .      C2      N1    F2     1
"""
CHILDREN = """
child  born        sex
A      2010-06-15  1
B      2012-06-15  2
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    tables = {"episode": items(table(EPISODES)), "child": items(table(CHILDREN))}
    write(tmp_path / "source", [Submission("2018-19", tables), Submission("2019-20", tables)])
    (tmp_path / "source" / "ledger").mkdir()
    return tmp_path / "source"


def rows(data: Path, name: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(p, hive_partitioning=False) for p in sorted(data.glob(f"typed/*/{name}/*/*/*"))])


def test_every_child_stands_as_often_as_asked_with_the_same_rows(source: Path, tmp_path: Path) -> None:
    counted = grow(source, tmp_path / "grown", 3)
    assert counted == {"episode": 3 * 3 * 2, "child": 3 * 2 * 2}
    before, after = rows(source, "episode"), rows(tmp_path / "grown", "episode")
    assert after.columns == before.columns
    assert after["child_id"].n_unique() == 3 * before["child_id"].n_unique()
    same = [c for c in before.columns if c not in ("child_id", "upn_id", "row_number")]
    thrice = pl.concat([before.select(same)] * 3).sort(same, nulls_last=True)
    assert after.select(same).sort(same, nulls_last=True).equals(thrice)


def test_a_child_has_one_token_in_all_tables_and_years(source: Path, tmp_path: Path) -> None:
    grow(source, tmp_path / "grown", 3)
    episodes, children = rows(tmp_path / "grown", "episode"), rows(tmp_path / "grown", "child")
    assert set(episodes["child_id"]) == set(children["child_id"])
    assert set(children.group_by("child_id").len()["len"]) == {2}
    assert set(episodes["authority_code"]) == {CARDIFF}


def test_rows_of_a_submission_keep_numbers_of_their_own(source: Path, tmp_path: Path) -> None:
    grow(source, tmp_path / "grown", 3)
    grown = rows(tmp_path / "grown", "episode").filter(pl.col("period_id") == "2018-19")
    assert sorted(grown["row_number"]) == list(range(1, 10))
