"""What a resubmission changes, shown before it counts: rows, columns, faults, and the headline figures themselves.

How versions are counted does not belong here (tests/unit/core/test_ledger.py).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_build import SAMPLE, Mesur, settings_of
from made_submissions import submission, write_csvs, write_xlsx

from pipelines.core import messages
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Paths
from pipelines.flow import shifting, transform


@pytest.fixture
def first(mesur: Mesur, tmp_path: Path) -> str:
    return mesur("receive", write_xlsx(tmp_path / "first.xlsx", submission(12)), "--json").record["submission_id"]


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """One child more, one less, one end of an episode and one placement changed."""
    tables = submission(13)
    tables["Episodes"][0]["DEC"], tables["Episodes"][3]["PLACE"] = "02/09/2018", "H5"
    for name in ("Header", "Episodes", "Reviews"):
        tables[name] = [row for row in tables[name] if row["CHILD"] != "T00005"]
    return write_csvs(tmp_path / "second", tables)


def test_what_changed_is_told_by_columns_and_rows(mesur: Mesur, first: str, second: Path, tmp_path: Path) -> None:
    later = mesur("receive", second, "--json").record["submission_id"]
    out = tmp_path / "changes.csv"
    told = mesur("compare", first, later, "--no-figures", "--out", out, "--json").record
    assert {k: told["tables"]["child"][k] for k in ("added", "removed", "same")} == {
        "added": 1, "removed": 1, "same": 11,
    }  # fmt: skip
    episodes = told["tables"]["episode"]
    assert episodes["columns"] == {"episode_end_date": 1, "placement_code": 1}
    assert (episodes["rows"]["changed"], episodes["rows"]["removed"]) == ([1, 4], [11, 12])
    held = pl.read_csv(out)
    assert set(held.filter(pl.col("change") == "removed")["child"]) == {"T00005"}
    assert set(held.filter(pl.col("change") == "added")["child"]) == {"T00012"}
    assert out.stat().st_mode & 0o077 == 0
    for lang in ("en", "cy"):
        said = mesur("compare", first, later, "--no-figures", lang=lang).out
        assert messages.say("compare.rows.changed", lang, rows="1, 4") in said
        assert "T000" not in said


def test_faults_are_followed_by_child_and_not_by_row(mesur: Mesur, tmp_path: Path) -> None:
    """The fault that moved with its child is left, the one that went is fixed, the one that came is new."""
    tables = submission(6)
    for n in (0, 4):
        tables["Episodes"][n]["DEC"] = tables["Episodes"][n]["REC"] = ""
    before = mesur("receive", write_xlsx(tmp_path / "a.xlsx", tables), "--json").record["submission_id"]
    tables = submission(6)
    for n in (0, 8):
        tables["Episodes"][n]["DEC"] = tables["Episodes"][n]["REC"] = ""
    tables["Episodes"] = tables["Episodes"][2:] + tables["Episodes"][:2]
    after = mesur("receive", write_xlsx(tmp_path / "b.xlsx", tables), "--json").record["submission_id"]
    held = mesur("compare", before, after, "--no-figures", "--json").record["faults"]["142"]
    assert (held["added"], held["removed"], held["same"]) == (1, 1, 1)


def test_before_it_counts_the_figures_are_shown_and_nothing_is_kept(mesur: Mesur, first: str, tmp_path: Path) -> None:
    second = write_csvs(tmp_path / "second", submission(11))
    data = tmp_path / "data"
    before = {p for p in data.rglob("*") if "dbt" not in p.relative_to(data).parts and "locks" not in p.parts}
    told = mesur("receive", second, "--dry-run", "--json")
    moved = {f["measure_id"]: (f["before"], f["after"]) for f in told.record["figures"] if f["period_id"] == "2018-19"}
    assert (told.code, told.record["would_replace"]) == (0, first)
    assert (moved["CLA_STOCK"], moved["CLA_STARTS"], moved["CLA_ENDS"]) == ((12, 11), (12, 11), (0, 0))
    assert {p for p in data.rglob("*") if "dbt" not in p.relative_to(data).parts and "locks" not in p.parts} == before
    said = mesur("receive", second, "--dry-run", lang="cy").out
    assert messages.say("receive.nothing_kept", "cy") in said
    assert messages.say("compare.figures", "cy") in said


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0)])
def test_a_person_is_asked(
    mesur: Mesur, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(shifting, "headlines", lambda *_: [])
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    told = mesur("receive", write_csvs(tmp_path / "second", submission(11)))
    assert told.code == code
    counting = {r.submission_id for r in Ledger(_paths(tmp_path)).counting()}
    assert (counting == {first}) is (code == 1)


def _paths(tmp_path: Path) -> Paths:
    return settings_of(tmp_path / "data").paths


def test_the_figures_are_those_of_a_build(mesur: Mesur, first: str, second: Path, tmp_path: Path) -> None:
    """Every headline figure that the shift tells is, to the last digit, what the build counts with either version."""
    settings = settings_of(tmp_path / "data")
    later = mesur("receive", second, "--json").record["submission_id"]
    told = mesur("compare", first, later, "--json").record["figures"]
    held = []
    for _ in range(2):
        Ledger(settings.paths).write_parquet()
        transform.run_dbt(settings)
        cells = pl.read_parquet(transform.export_cells(settings)).filter(
            pl.col("area_code") == "W06000001", pl.col("period_id") == "2018-19", pl.col("breakdown_id") == "total"
        )
        held.append(dict(cells.select("measure_id", "value").iter_rows()))
        mesur("withdraw", later)  # the version before counts again
    figures = [(f["measure_id"], f["before"], f["after"]) for f in told if f["period_id"] == "2018-19"]
    assert figures == [(m, held[1][m], held[0][m]) for m, _, _ in figures]
    assert len(figures) == 5
    assert any(before != after for _, before, after in figures)


def test_other_authorities_are_refused(mesur: Mesur, first: str) -> None:
    other = mesur("receive", SAMPLE / "returns" / "2022-23" / "W06000008.xml", "--json").record["submission_id"]
    assert mesur("compare", first, other).code == 2
