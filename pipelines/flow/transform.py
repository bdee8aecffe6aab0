"""From typed tables to cells: the one place that runs dbt, in this process, on a new file that is swapped in whole.

SQL does not belong here, and neither does anything that reads a row: of dbt's results only names, states and counts
leave this module.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipelines.core import duck, files
from pipelines.core.errors import InternalError, RefusedError, UnreadableError, UsageError
from pipelines.core.settings import Paths, Settings
from pipelines.flow import inputs, parsed, standing_warehouse
from schemas import load

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

POLICIES = ("strict", "end_early", "merge", "ask")
"""Repair policies of episodes; dbt_project/macros/repair.sql states each."""
DEFAULT_POLICY = "end_early"
CELL_KEY = "measure_id", "area_type", "area_code", "period_type", "period_id", "breakdown_id", "breakdown_code"
CELLS = (
    "measure_id, fact_id, unit, area_type, area_code, period_id, period_type, breakdown_id, breakdown_code, "
    "numerator, denominator, value, contributors, coverage_status, population_vintage, n_authorities, n_reporting"
)
"""Columns of `cells.parquet`, in order."""
_NO_COLUMN = re.compile(r'Binder Error: [^\n]*?(?:Referenced column|column named) "(\w+)"')
_QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none")


@dataclass(frozen=True)
class NodeRun:
    """One model, seed or test of a run."""

    id: str
    name: str
    kind: str
    """`model`, `seed` or `test`."""
    status: str
    seconds: float
    n_failed: int
    missing_column: str | None = None
    """Column the SQL asks for and no table has: found before a row is read, so it is a name and never a value."""


@dataclass(frozen=True)
class TransformResult:
    """What a run did; `nodes` in the order in which they ended."""

    warehouse: Path
    policy: str
    seconds: float
    nodes: tuple[NodeRun, ...]

    def count(self, kind: str) -> int:
        """How many models, seeds or tests ran."""
        return sum(node.kind == kind for node in self.nodes)


def run_dbt(
    settings: Settings,
    select: str | None = None,
    policy: str = DEFAULT_POLICY,
    watch: Callable[[NodeRun], None] | None = None,
    *,
    is_whole: bool = False,
) -> TransformResult:
    """Build the warehouse from what counts in the ledger. `select` limits the run to a dbt selection.

    Where the standing warehouse was made by the same project and policy, only rows of the authorities that have changed
    since are made anew in a copy of it, and all that adds authorities up; `is_whole` makes everything anew.

    The file that was there stays until the new one is whole; when anything fails it stays. `watch` is called with
    each node as the result is gone through.

    Raises:
        UsageError: for a policy that does not exist.
        UnreadableError: if there is no ledger to say what counts.
        RefusedError: if a check of the data fails (names and numbers of rows only).
        InternalError: if a model fails or dbt cannot read the project.
    """
    if policy not in POLICIES:
        raise UsageError("transform.unknown_policy", policy=policy[:20], allowed=", ".join(POLICIES))
    if not settings.paths.ledger_parquet.is_file():
        raise UnreadableError("transform.no_ledger")
    started = time.perf_counter()
    inputs.make_complete(settings.paths, load())
    manifest = _manifest(settings)
    made_from = standing_warehouse.fingerprints(settings.paths, policy)
    changed = None if select or is_whole else standing_warehouse.changed(settings, made_from)
    target = _new_file(settings.paths, is_partial=bool(select or changed))
    try:
        arguments = ["build", *_choice(select, changed), *_variables(policy), "--no-write-json"]
        outcome = _invoke(settings, arguments, manifest=manifest, changed=changed)
        nodes = _nodes(outcome)
        for node in nodes:
            if watch:
                watch(node)
        _raise_failures(outcome, nodes)
        standing_warehouse.write(settings, target, {} if select else made_from)
        _swap(target, settings.paths.warehouse)
    finally:
        _remove(target)
    return TransformResult(settings.paths.warehouse, policy, time.perf_counter() - started, nodes)


def export_cells(settings: Settings) -> Path:
    """Write `cells/cells.parquet` from the warehouse, sorted, whole or not at all.

    Raises:
        UnreadableError: if there is no warehouse.
    """
    target = settings.paths.cells
    with (
        files.atomic_file(target) as temporary,
        duck.reader(settings, settings.paths.warehouse, may_read_files=True) as connection,
    ):
        connection.execute(
            f"copy (select {CELLS} from measure_cells order by {', '.join(CELL_KEY)}) "
            f"to {duck.quoted(temporary)} (format parquet, compression zstd)"
        )
    return target


def export_reach(settings: Settings) -> Path:
    """Write `cells/reach.parquet`: each counting report and system, and the last day reached where it stops early.

    No day is told of a report that does not stop early: it would be the day of one child's event.

    Raises:
        UnreadableError: if there is no warehouse.
    """
    target = settings.paths.cells.with_name("reach.parquet")
    told = "case when is_truncated then last_event_date end as covered_to"
    with (
        files.atomic_file(target) as temporary,
        duck.reader(settings, settings.paths.warehouse, may_read_files=True) as connection,
    ):
        connection.execute(
            f"copy (select authority_code, period_id, period_type, year_id, return_id, system, is_truncated, {told} "
            f"from int_reports__reach order by all) to {duck.quoted(temporary)} (format parquet, compression zstd)"
        )
    return target


def project_manifest(settings: Settings) -> Path:
    """Path of dbt's manifest.json for this project, parsed now if it must be (lineage for the asset graph)."""
    _manifest(settings)
    return _target_folder(settings.paths) / parsed.JSON


def compiled(settings: Settings, policy: str = DEFAULT_POLICY) -> dict[str, str]:
    """Model name -> the SQL that dbt would run, in an order in which plain DuckDB can run it."""
    from dbt.contracts.graph.nodes import ModelNode

    arguments = ["compile", *_variables(policy), "--no-populate-cache"]
    outcome = _invoke(settings, arguments, manifest=_manifest(settings))
    _raise_failures(outcome, _nodes(outcome))
    models = (result.node for result in _results(outcome) if isinstance(result.node, ModelNode))
    return {model.name: model.compiled_code or "" for model in models}


def project_state(settings: Settings) -> parsed.State:
    """Every file of the dbt project with its time and size: what is compiled holds as long as this is the same."""
    return parsed.state_of(settings.paths.dbt_project)


@dataclass(frozen=True)
class Policies:
    """The SQL of `int_episodes__decided` under each policy, and of every model after it, in running order."""

    decided: dict[str, str]
    after: dict[str, str]


def compiled_policies(settings: Settings) -> Policies:
    """What a comparison of policies runs; dbt compiles the part of the project that depends on the policy, once."""
    from dbt.contracts.graph.nodes import AnalysisNode

    chosen = ["--select", "int_episodes__decided+", "resource_type:analysis"]
    chosen += ["--exclude", "resource_type:test", "resource_type:unit_test", "--no-populate-cache"]
    outcome = _invoke(settings, ["compile", *chosen], manifest=_manifest(settings))
    _raise_failures(outcome, _nodes(outcome))
    nodes = [result.node for result in _results(outcome)]
    texts = {node.name: getattr(node, "compiled_code", None) or "" for node in nodes}
    under = next(texts.pop(node.name) for node in nodes if isinstance(node, AnalysisNode))
    parts = re.split(r"^-- policy: (\w+)$", under, flags=re.MULTILINE)[1:]
    return Policies(dict(zip(parts[::2], parts[1::2], strict=True)), texts)


def _choice(select: str | None, changed: Sequence[str] | None) -> list[str]:
    """What a run builds: a limited one finds all that is of no authority in the file that it goes on from."""
    if select:
        return ["--select", select]
    # cautious: a check that reads what stands beside what is made anew is run all the same
    of_nobody = ["--exclude", "path:models/staging", "tag:of_no_authority", "--indirect-selection", "cautious"]
    standing = ["--exclude-resource-type", "seed", *of_nobody] if changed else []
    return ["--exclude-resource-type", "unit_test", *standing]


def _variables(policy: str) -> list[str]:
    """Nothing for the default: dbt's partial parse is thrown away when variables are given."""
    return [] if policy == DEFAULT_POLICY else ["--vars", json.dumps({"repair_policy": policy})]


def _target_folder(paths: Paths) -> Path:
    return paths.data / "dbt"


def _new_file(paths: Paths, *, is_partial: bool) -> Path:
    """The file dbt builds: same name as the warehouse (views hold it), another folder."""
    target = files.folder(_target_folder(paths)) / paths.warehouse.name
    _remove(target)
    if is_partial and paths.warehouse.is_file():
        shutil.copyfile(paths.warehouse, target)
    return target


def _remove(target: Path) -> None:
    for path in (target, target.with_name(target.name + ".wal")):
        path.unlink(missing_ok=True)


def _swap(target: Path, warehouse: Path) -> None:
    target.chmod(files.RESTRICTED_FILE)
    target.replace(warehouse)


def _manifest(settings: Settings) -> Manifest:
    """The parsed project; parsed again only when one of its files has changed."""

    def parse() -> Manifest:
        outcome = _invoke(settings, ["parse"])
        if not outcome.success:
            raise InternalError("transform.project_unreadable")
        return cast("Manifest", outcome.result)

    return parsed.manifest(settings.paths.dbt_project, _target_folder(settings.paths), parse)


def _invoke(
    settings: Settings, arguments: list[str], manifest: Manifest | None = None, changed: Sequence[str] | None = None
) -> dbtRunnerResult:
    with _environment(settings, changed or ()):
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        project = str(settings.paths.dbt_project)
        places = ["--project-dir", project, "--profiles-dir", project]
        target = str(_target_folder(settings.paths))
        places += ["--target-path", target, "--log-path", target, "--threads", str(settings.threads)]
        try:
            return dbtRunner(manifest=manifest).invoke([*arguments, *_QUIET, *places])
        finally:
            DuckDBConnectionManager.close_all_connections()  # else the next open of the file fails


@contextlib.contextmanager
def _environment(settings: Settings, changed: Sequence[str]) -> Iterator[None]:
    """What profiles.yml and macros read, for one invocation; dbt has no other way in that keeps its parse."""
    given = {
        "MESUR_DBT_DATA": str(settings.paths.data),
        "MESUR_DBT_WAREHOUSE": str(_target_folder(settings.paths) / settings.paths.warehouse.name),
        "MESUR_DBT_CHANGED": ",".join(changed),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def _nodes(outcome: dbtRunnerResult) -> tuple[NodeRun, ...]:
    return tuple(_node(result) for result in _results(outcome))


def _results(outcome: dbtRunnerResult) -> Sequence[NodeResult]:
    return getattr(outcome.result, "results", ())


def _node(result: NodeResult) -> NodeRun:
    node = result.node
    return NodeRun(
        id=node.unique_id,
        name=node.name,
        kind=str(node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        n_failed=int(result.failures or 0),
        missing_column=found[1] if (found := _NO_COLUMN.search(str(result.message or ""))) else None,
    )


def _fact_columns() -> frozenset[str]:
    catalogue = load()
    named = (name for fact in catalogue.facts.values() for name in (*fact.booleans, *fact.numbers))
    return frozenset((*named, *(b.column for b in catalogue.breakdowns.values())))


def _raise_failures(outcome: dbtRunnerResult, nodes: tuple[NodeRun, ...]) -> None:
    """Our error for the first kind of failure there is: names and counts, never what the engine said of a value."""
    failed = [node for node in nodes if node.status in ("error", "fail", "runtime error")]
    broken = [node.name for node in failed if node.status != "fail"]
    if asking := sorted(node.name for node in failed if node.missing_column in _fact_columns()):
        columns = sorted({str(node.missing_column) for node in failed if node.name in asking})
        raise UnreadableError("transform.column_missing", models=", ".join(asking), columns=", ".join(columns))
    if broken:
        raise InternalError("transform.model_failed", models=", ".join(sorted(broken)), n_failed=len(broken))
    if failed:
        names = ", ".join(sorted(node.name for node in failed))
        raise RefusedError("transform.check_failed", checks=names, n_rows=sum(node.n_failed for node in failed))
    if not outcome.success:
        raise InternalError("transform.project_unreadable")
