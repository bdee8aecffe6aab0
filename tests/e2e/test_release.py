"""`mesur release` and the release job of Dagster on the small build: every gate lets a clean edition pass and holds
back one that leaks, and what was shown and hidden is remembered.

What a gate counts is tested with its room.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from made_build import PUBLICATION, Built, Mesur
from made_verified import sign

from pipelines.defs import build_definitions
from pipelines.flow import asked, verifying
from pipelines.flow.desk import Desk
from pipelines.serve import routes
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


@pytest.fixture
def few_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that asks the service for little: what it finds in all answers is shown by itself, below."""
    real = asked.tour
    monkeypatch.setattr(asked, "tour", lambda *where: itertools.islice(real(*where), 14))


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


def release(desk: Desk) -> tuple[bool, dict[str, bool]]:
    """Run the job of a release as a person launches it: whether it ended well, and what each gate said."""
    config = {"ops": {f"released__{PUBLICATION.replace('-', '_')}": {"config": {"status": "final"}}}}
    job = build_definitions(desk).resolve_job_def("release")
    with dg.DagsterInstance.ephemeral() as instance:
        ended = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
    return ended.success, {e.check_name: e.passed for e in ended.get_asset_check_evaluations()}


@pytest.mark.usefixtures("few_years", "few_answers")
def test_a_release_passes_its_gates_and_what_leaks_does_not(built: Built, mesur: Mesur, tmp_path: Path) -> None:
    """By the job, then by the command: a leak through the edition before, and one in the edition itself, are refused
    with cells or files named; the pointer stays, and the ledger remembers every edition."""
    own = built.copy(tmp_path)
    (first,) = editions(own)
    is_done, gates = release(Desk(own.settings, own.inbox))
    assert is_done
    assert len(gates) >= 6
    assert all(gates.values())
    assert editions(own) == remembered(own)
    (second,) = set(editions(own)) - {first}
    folder = own.settings.paths.published / PUBLICATION

    # what the first edition told of a cell is still known: the second hides it in vain
    change(folder / first, CSV, show_hidden)
    told = mesur("release", "latest", "--status", "final", "--json", data=own.data).record
    assert (told["error"], told["exit_code"]) == ("release.open", 4)
    assert "|" in told["what"], "no cell is named"

    change(folder / second, CSV, show_hidden)
    told = mesur("release", "latest", "--status", "final", "--json", data=own.data).record
    assert (told["error"], told["exit_code"]) == ("publish.leak", 4)
    assert CSV in told["what"]
    assert json.loads((folder / "latest.json").read_text("utf-8"))["edition"] == second
    assert editions(own) == remembered(own) == sorted([first, second])


def test_a_leak_is_found_where_it_is_served(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are clean; the service answers with counts that they do not hold."""
    real = routes.encoded

    def leaking(table: pa.Table, form: str) -> bytes:
        if "value" not in table.column_names:
            return real(table, form)
        counts = pc.if_else(pc.equal(table["unit"], "count"), pc.add(table["value"], 1), table["value"])
        return real(table.set_column(table.column_names.index("value"), "value", counts), form)

    with monkeypatch.context() as broken:
        broken.setattr(routes, "encoded", leaking)
        verdict = verifying.verify_edition(Desk(built.settings, built.inbox), PUBLICATION, built.edition)
    assert verdict.n_answers > 200
    assert {finding.check for finding in verdict.findings} == {"value_differs"}
    forms = {finding.file.rpartition(".")[2] for finding in verdict.findings}
    assert forms == {"csv", "parquet", "arrow"}
