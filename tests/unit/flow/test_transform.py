"""One run from typed tables to cells: what it writes, what it leaves alone when it fails, what it says of it.

What histories become does not belong here: see `tests/spec/episodes`.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_histories import CARDIFF, NEWPORT, SWANSEA, Submission, items, table, write

from pipelines.core import errors
from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow import transform
from schemas import Catalogue

PLANTED = "PLANTED-VALUE"


def settings_of(folder: Path, project: Path = PROJECT) -> Settings:
    return Settings(paths=Paths(project=project, data=folder, keys=folder / "keys"), threads=2)


def census(period: str, authority: str, episodes: str, **other: str) -> Submission:
    held = {name: items(table(text)) for name, text in other.items()}
    return Submission(period, {"episode": items(table(episodes))} | held, authority)


def population(mid_year: int, authority: str, of_each_age: int) -> Submission:
    ages = [
        {
            "dataset_id": "population_under18",
            "generation": "tidy_csv",
            "area_code": authority,
            "reference_date": date(mid_year, 6, 30),
            "category_dimension": "age",
            "category_code": str(age),
            "measure_code": "population",
            "value": float(of_each_age),
            "status": "",
            "vintage": f"mid-{mid_year}",
        }
        for age in range(18)
    ]
    return Submission(f"p{mid_year}", {"observation": ages}, authority, return_id="statswales")


SUBMISSIONS = (
    census(
        "2019-20",
        CARDIFF,
        """
        child  start       end         why  ended  status  need  place  where
        A      2018-05-01  .           S    .      C2      N1    F2     1
        B      2019-05-01  .           S    .      C1      N4    F1     1
        C      2019-06-01  2019-12-01  S    E4     V2      N1    H1     2
        """,
        child="child born sex\nA 2010-01-01 1\nB 2015-01-01 2\nC 2005-01-01 2",
    ),
    census("2019-20", SWANSEA, "child start end why ended status need place where\nA 2019-05-01 . S . C2 N1 F2 1"),
    census("2020-21", CARDIFF, "child start end why ended status need place where\nA 2018-05-01 . S . C2 N1 F2 1"),
    Submission("2021-22", {"episode": items(table("child start why\nX 2021-05-01 S"))}, NEWPORT, status="rejected"),
    population(2019, CARDIFF, 100),
    population(2019, SWANSEA, 50),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, transform.TransformResult]:
    """A data folder of two authorities, two years and one population estimate, built once."""
    settings = settings_of(tmp_path_factory.mktemp("data"))
    write(settings.paths.data, SUBMISSIONS)
    result = transform.run_dbt(settings)
    transform.export_cells(settings)
    return settings, result


def cell(settings: Settings, measure: str, area: str, period: str, code: str = "T") -> dict:
    held = pl.read_parquet(settings.paths.cells).filter(
        (pl.col("measure_id") == measure)
        & (pl.col("area_code") == area)
        & (pl.col("period_id") == period)
        & (pl.col("breakdown_code") == code)
    )
    assert held.height == 1
    return held.row(0, named=True)


def test_cells_have_the_columns_of_the_contract(built: tuple) -> None:
    schema = pq.read_schema(built[0].paths.cells)
    assert ", ".join(schema.names) == transform.CELLS
    wanted = {"numerator": pa.int64(), "denominator": pa.int64(), "contributors": pa.int64(), "value": pa.float64()}
    assert {name: schema.field(name).type for name in wanted} == wanted


def test_counts_percentages_and_rates(built: tuple) -> None:
    settings, _ = built
    assert cell(settings, "CLA_STOCK", CARDIFF, "2019-20")["numerator"] == 2
    assert cell(settings, "CLA_STOCK", "W92000004", "2019-20")["numerator"] == 3
    assert cell(settings, "CLA_KINSHIP_PC", CARDIFF, "2019-20")["value"] == 50.0
    rate = cell(settings, "CLA_RATE", CARDIFF, "2019-20")
    assert (rate["denominator"], rate["population_vintage"]) == (1800, "mid-2019")
    assert rate["value"] == pytest.approx(2 / 1800 * 10_000)


def test_a_rate_without_a_population_waits_and_its_numerator_does_not(built: tuple) -> None:
    rate = cell(built[0], "CLA_RATE", CARDIFF, "2020-21")
    assert (rate["numerator"], rate["denominator"], rate["value"]) == (1, None, None)


def test_a_rate_of_a_part_is_over_the_population_of_that_part(built: tuple) -> None:
    rate = cell(built[0], "CLA_RATE", "W92000004", "2019-20")
    assert (rate["numerator"], rate["denominator"], rate["coverage_status"]) == (3, 2700, "partial")


def test_a_missing_authority_is_declared_and_never_a_zero(built: tuple) -> None:
    settings, _ = built
    missing = cell(settings, "CLA_STOCK", SWANSEA, "2020-21")
    assert (missing["numerator"], missing["value"], missing["coverage_status"]) == (None, None, "missing")
    wales = cell(settings, "CLA_STOCK", "W92000004", "2020-21")
    assert (wales["numerator"], wales["coverage_status"]) == (1, "partial")
    assert (wales["n_reporting"], wales["n_authorities"]) == (1, 22)


def test_a_true_zero_is_a_row(built: tuple) -> None:
    zero = cell(built[0], "CLA_STOCK", CARDIFF, "2019-20", code="N9")
    assert (zero["numerator"], zero["value"], zero["coverage_status"]) == (0, 0.0, "complete")


def test_a_submission_that_does_not_count_is_not_counted(built: tuple) -> None:
    periods = pl.read_parquet(built[0].paths.cells)["period_id"].unique().to_list()
    assert sorted(periods) == ["2019-20", "2020-21"]


def test_facts_have_the_columns_the_specification_names(built: tuple, catalogue: Catalogue) -> None:
    with duckdb.connect(str(built[0].paths.warehouse), read_only=True) as con:
        for fact in catalogue.facts.values():
            held = {row[0]: row[1] for row in con.execute(f"describe {fact.id}").fetchall()}
            assert {name: held.get(name) for name in fact.booleans} == dict.fromkeys(fact.booleans, "BOOLEAN")
            assert set(fact.numbers) <= set(held)
            columns = [catalogue.breakdowns[b].column for b in fact.breakdowns]
            never_null = " or ".join(f"{c} is null" for c in [*fact.booleans, *columns])
            assert con.execute(f"select count(*) from {fact.id} where {never_null}").fetchone() == (0,)


def test_dates_of_birth_and_pupil_tokens_stop_before_the_facts(built: tuple) -> None:
    with duckdb.connect(str(built[0].paths.warehouse), read_only=True) as con:
        named = con.execute(
            "select table_name, column_name from information_schema.columns where (table_name like 'fct%' "
            "or table_name like 'measure%') and (column_name like '%birth_date%' or column_name like '%of_birth%' "
            "or column_name like 'upn%')"
        ).fetchall()
    assert named == []


def test_the_warehouse_is_for_its_owner_only(built: tuple) -> None:
    assert built[0].paths.warehouse.stat().st_mode & 0o077 == 0
    assert built[0].paths.cells.stat().st_mode & 0o077 == 0


def test_a_second_run_changes_nothing(built: tuple) -> None:
    settings, _ = built
    before = settings.paths.cells.read_bytes()
    result = transform.run_dbt(settings)
    transform.export_cells(settings)
    assert settings.paths.cells.read_bytes() == before
    assert result.count("test") >= 8
    assert not (settings.paths.data / "dbt" / "warehouse.duckdb").exists()


def test_unit_tests_of_the_models_pass(built: tuple) -> None:
    result = transform.run_dbt(built[0], select="fqn:*")
    assert result.count("unit_test") >= 13
    assert result.count("model") > 30


def test_each_policy_runs(built: tuple) -> None:
    settings, by_default = built
    others = [policy for policy in transform.POLICIES if policy != by_default.policy]
    assert len(others) == len(transform.POLICIES) - 1
    for policy in others:
        assert transform.run_dbt(settings, policy=policy).policy == policy


def test_an_unknown_policy_is_refused(built: tuple) -> None:
    with pytest.raises(errors.UsageError, match=r"^transform\.unknown_policy$"):
        transform.run_dbt(built[0], policy="guess")


def test_without_a_ledger_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(errors.UnreadableError, match=r"^transform\.no_ledger$"):
        transform.run_dbt(settings_of(tmp_path))


def test_a_ledger_without_submissions_gives_no_cells(tmp_path: Path) -> None:
    write(tmp_path, [])
    transform.run_dbt(settings_of(tmp_path))
    assert pq.read_metadata(transform.export_cells(settings_of(tmp_path))).num_rows == 0


def test_a_failure_leaves_the_last_build_and_names_no_value(
    built: tuple, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(built[0].paths.data, tmp_path / "data")
    settings = settings_of(data)
    before = settings.paths.warehouse.read_bytes()
    bad = data / "typed" / "lac_census" / "episode" / "period=2019-20" / "authority=bad" / "bad.parquet"
    bad.parent.mkdir()
    pq.write_table(pa.table({"episode_start_date": [PLANTED], "submission_id": [SUBMISSIONS[0].id]}), bad)
    with pytest.raises(errors.InternalError) as caught:
        transform.run_dbt(settings)
    assert settings.paths.warehouse.read_bytes() == before
    assert "int_episodes__" in str(caught.value.params["models"]) or "int_events__" in str(
        caught.value.params["models"]
    )
    said = capfd.readouterr()
    assert PLANTED not in f"{caught.value!r} {caught.value.params} {caught.value.__context__} {said.out} {said.err}"


def test_a_column_that_a_fact_lacks_is_named(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    fact = project / "dbt_project" / "models" / "facts" / "fct_care_leaver.sql"
    fact.write_text(
        fact.read_text("utf-8").replace(" as is_in_suitable_accommodation", " as is_in_a_house"), encoding="utf-8"
    )
    write(tmp_path / "data", SUBMISSIONS)
    with pytest.raises(errors.UnreadableError, match=r"^transform\.column_missing$") as caught:
        transform.run_dbt(settings_of(tmp_path / "data", project))
    assert caught.value.params == {"models": "int_measures__counted", "columns": "is_in_suitable_accommodation"}


def test_a_check_that_fails_stops_the_build_with_its_name(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    check = project / "dbt_project" / "tests" / "nobody_is_looked_after.sql"
    check.write_text("-- fails with: anybody\nselect child_id from {{ ref('fct_child_period') }}\n", encoding="utf-8")
    write(tmp_path / "data", SUBMISSIONS)
    with pytest.raises(errors.RefusedError) as caught:
        transform.run_dbt(settings_of(tmp_path / "data", project))
    assert caught.value.params["checks"] == "nobody_is_looked_after"
    assert not (tmp_path / "data" / "warehouse.duckdb").exists()
