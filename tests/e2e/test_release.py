"""`mesur release` and the release job of Dagster on the small build: every gate lets a clean edition pass and holds
back one that leaks, and what was shown and hidden is remembered.

What a gate counts is tested with its room.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from made_build import PUBLICATION, Built, Mesur
from made_verified import sign

from pipelines.core.errors import RefusedError
from pipelines.defs import build_definitions
from pipelines.flow import releasing, verifying
from pipelines.flow.desk import Desk
from schemas import golden

CSV = "csv/observations.csv"
TOO_FEW_YEARS = {"r-trend"}
"""Golden queries that ask for years of which the small build has no return."""


@pytest.fixture
def few_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumers who ask for the years of the small build and no others."""
    held = [query for query in golden.load() if query.id not in TOO_FEW_YEARS]
    assert held
    monkeypatch.setattr(golden, "load", lambda: held)


def editions(built: Built) -> list[str]:
    folder = built.settings.paths.published / PUBLICATION
    return sorted(p.name for p in folder.iterdir() if p.is_dir())


def remembered(built: Built) -> list[str]:
    return sorted(p.stem for p in (built.settings.paths.suppression_ledger / PUBLICATION).glob("*.parquet"))


def change(edition: Path, name: str, how: Callable[[str], str]) -> None:
    """Change a file of an edition, and the list of checksums with it, as whoever slipped something in would."""
    for path in (edition / name, edition / "sha256sums.txt"):
        path.chmod(0o644)
    before = (edition / name).read_text("utf-8")
    after = how(before)
    assert after != before, "nothing was planted"
    (edition / name).write_text(after, encoding="utf-8")
    sign(edition)


def show_hidden(text: str) -> str:
    """A small count of the observations, shown: the first that is hidden for Wales in a year."""
    rows = pl.read_csv(text.encode(), infer_schema=False)
    is_hidden = (pl.col("status").str.split(",").list.contains("c")) & (pl.col("unit") == "count")
    here = pl.int_range(pl.len()) == rows.with_row_index("at").filter(is_hidden)["at"][0]
    shown = {"value": "5", "numerator": "5", "status": ""}
    after = rows.with_columns(pl.when(here).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in shown.items())
    return after.write_csv()


def test_an_edition_that_breaks_a_promise_is_not_released(built: Built, mesur: Mesur) -> None:
    told = mesur("release", "latest", "--status", "final", "--json", data=built.data).record
    assert (told["error"], told["exit_code"]) == ("release.golden", 4)
    assert "r-trend" in told["what"]


@pytest.mark.usefixtures("few_years")
def test_releases_follow_each_other_and_are_remembered(built: Built, mesur: Mesur, tmp_path: Path) -> None:
    """All gates pass; the same again is no new edition; a leak in this edition or through the one before it is refused
    with the cells named, and the pointer stays."""
    own = built.copy(tmp_path)
    first = editions(own)
    told = mesur("release", "latest", "--status", "final", "--json", data=own.data).record
    assert (told["status"], told["new"]) == ("final", True)
    assert editions(own) == remembered(own) == [*first, told["edition"]]
    second = own.settings.paths.published / PUBLICATION / told["edition"]
    again = mesur("release", "latest", "--status", "final", "--json", data=own.data).record
    assert (again["edition"], again["new"]) == (told["edition"], False)

    # what the first edition told of a cell is still known: the second hides it in vain
    change(own.edition, CSV, show_hidden)
    earlier = mesur("release", "latest", "--status", "revised", "--json", data=own.data).record
    assert (earlier["error"], earlier["exit_code"]) == ("release.open", 4)
    assert "|" in earlier["what"], "no cell is named"

    change(second, CSV, show_hidden)
    leaking = mesur("release", "latest", "--status", "revised", "--json", data=own.data).record
    assert (leaking["error"], leaking["exit_code"]) == ("publish.leak", 4)
    assert CSV in leaking["what"]
    pointer = own.settings.paths.published / PUBLICATION / "latest.json"
    assert json.loads(pointer.read_text("utf-8"))["edition"] == told["edition"]
    assert remembered(own) == editions(own)


@pytest.mark.usefixtures("few_years")
def test_the_job_of_a_release_runs_the_same_gates(built: Built, tmp_path: Path) -> None:
    own = built.copy(tmp_path)
    config = {"ops": {f"released__{PUBLICATION.replace('-', '_')}": {"config": {"status": "final"}}}}
    job = build_definitions(Desk(own.settings, own.inbox)).resolve_job_def("release")

    def run() -> tuple[bool, dict[str, bool]]:
        with dg.DagsterInstance.ephemeral() as instance:
            ended = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
        return ended.success, {e.check_name: e.passed for e in ended.get_asset_check_evaluations()}

    is_done, gates = run()
    assert is_done
    assert len(gates) >= 6
    assert all(gates.values())
    assert editions(own) == remembered(own)
    assert len(editions(own)) == 2
    change(own.settings.paths.published / PUBLICATION / editions(own)[-1], CSV, show_hidden)
    is_done, gates = run()
    assert not is_done
    assert [name for name, passed in gates.items() if not passed] == ["files_tell_nothing_else"]
    assert len(editions(own)) == 2


def test_a_leak_is_found_where_it_is_served(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are clean; the service answers with a count that they do not hold."""
    from pipelines.serve import routes

    desk = Desk(built.settings, built.inbox)
    assert releasing.n_leaks(desk, PUBLICATION) == 0
    real = routes.encoded

    def leaking(table: object, form: str) -> bytes:
        return real(table, form).replace(b'"value":430', b'"value":428').replace(b",430,", b",428,")

    monkeypatch.setattr(routes, "encoded", leaking)
    with pytest.raises(RefusedError, match=r"publish\.leak"):
        verifying.refuse_leaks(desk, PUBLICATION, built.edition, is_published=True)
