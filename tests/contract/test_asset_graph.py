"""The asset graph that `dagster dev` and the command share: its keys, its words, and what Dagster may never keep.

What an asset makes does not belong here.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.core.settings import PROJECT, Settings
from pipelines.defs import build_definitions, console
from pipelines.defs.resources import RefusingIOManager
from schemas import Catalogue

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")
UPDATE = (
    "The asset graph is not the one that was reviewed. If the change is meant, write it down with\n"
    "    python tests/contract/test_asset_graph.py\n"
    "and commit tests/contract/asset_graph.txt with it."
)


def lines(definitions: dg.Definitions) -> list[str]:
    """Everything that has a name in the graph, one a line, sorted within its kind."""
    graph = definitions.resolve_asset_graph()
    assets = [
        f"asset  {node.key.to_user_string()}"
        + (" (source)" if not node.is_materializable else "")
        + "".join(f"\n       <- {parent.to_user_string()}" for parent in sorted(node.parent_keys))
        for node in sorted(graph.asset_nodes, key=lambda node: node.key)
    ]
    checks = sorted(f"check  {key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys)
    jobs = sorted(f"job    {job.name}" for job in definitions.resolve_all_job_defs())
    sensors = sorted(f"sensor {sensor.name} -> {sensor.job_name}" for sensor in definitions.sensors or ())
    return [*assets, *checks, *jobs, *sensors]


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from pipelines.definitions import defs

    return defs


def test_the_graph_is_the_one_that_was_reviewed(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    assert "\n".join(lines(definitions)) + "\n" == SNAPSHOT.read_text("utf-8"), UPDATE


def test_every_asset_check_job_and_sensor_says_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    silent = [n.key.to_user_string() for n in graph.asset_nodes if n.is_materializable and not n.description]
    silent += [str(key) for key in graph.asset_check_keys if not graph.get_check_spec(key).description]
    silent += [j.name for j in definitions.resolve_all_job_defs() if not j.name.startswith("__") and not j.description]
    silent += [sensor.name for sensor in definitions.sensors or () if not sensor.description]
    assert silent == []


def test_every_return_and_publication_of_the_specification_is_there(
    definitions: dg.Definitions, catalogue: Catalogue
) -> None:
    keys = {node.key.to_user_string() for node in definitions.resolve_asset_graph().asset_nodes}
    wanted = {f"{zone}/{r}" for r in catalogue.returns for zone in ("landing", "typed")}
    wanted |= {f"{zone}/{p}" for p in catalogue.publications for zone in ("disclosed", "published")}
    assert wanted <= keys


def test_checks_block_and_nothing_runs_by_itself(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert all(graph.get_check_spec(key).blocking for key in graph.asset_check_keys)
    assert all(s.default_status is dg.DefaultSensorStatus.STOPPED for s in definitions.sensors or ())
    assert not definitions.schedules


def test_only_received_data_are_partitioned(definitions: dg.Definitions, catalogue: Catalogue) -> None:
    graph = definitions.resolve_asset_graph()
    partitioned = {n.key.to_user_string() for n in graph.asset_nodes if n.partitions_def is not None}
    assert partitioned == {f"{zone}/{r}" for r in catalogue.returns for zone in ("landing", "typed")}
    keys = graph.get(dg.AssetKey(["typed", "lac_census"])).partitions_def.get_partition_keys()
    assert "W06000015|2018-19" in keys
    assert len(keys) == len(set(keys)) == 22 * 13


def test_no_value_can_be_stored() -> None:
    manager, context = RefusingIOManager(), dg.build_output_context()
    manager.handle_output(context, None)
    for value in ("a child", 0, [], {}):
        with pytest.raises(dg.DagsterInvariantViolationError, match="no value may be stored"):
            manager.handle_output(context, value)
    with pytest.raises(dg.DagsterInvariantViolationError):
        manager.load_input(dg.build_input_context())


def test_an_asset_that_returns_a_value_fails(tmp_path: Path) -> None:
    """The manager is the one that jobs of these definitions really use."""

    @dg.asset
    def leaking() -> str:
        return "a child"

    held = build_definitions()
    io_manager = (held.resources or {})["io_manager"]
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        ended = dg.materialize([leaking], resources={"io_manager": io_manager}, instance=instance, raise_on_error=False)
    assert not ended.success
    assert not any(b"a child" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_settings_of_the_console_keep_nothing_and_tell_nobody() -> None:
    held = yaml.safe_load((PROJECT / "dagster.yaml").read_text("utf-8"))
    assert held["telemetry"] == {"enabled": False}
    assert held["compute_logs"]["class"] == "NoOpComputeLogManager"
    assert held["storage"]["sqlite"]["base_dir"] == {"env": "MESUR_DAGSTER"}
    assert held["local_artifact_storage"]["config"]["base_dir"] == {"env": "MESUR_DAGSTER"}
    assert held["concurrency"]["runs"]["max_concurrent_runs"] == 1


def test_an_instance_of_these_settings_lies_in_the_data_folder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in console.environment(settings).items():
        monkeypatch.setenv(name, value)
    before = set(PROJECT.iterdir())
    with dg.DagsterInstance.get() as instance:
        assert not instance.telemetry_enabled
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert instance.root_directory == str(settings.paths.dagster)
    assert any(settings.paths.dagster.rglob("*.db"))
    assert set(PROJECT.iterdir()) == before


def test_the_console_listens_on_this_machine_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    class Process:
        def __init__(self, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
            assert cwd == PROJECT
            started.append((command, env))

        def __enter__(self) -> Process:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait(self, timeout: float | None = None) -> int:
            if timeout is None:
                raise KeyboardInterrupt
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    assert console.develop(settings, console.Address(port=4321)) == 0
    ((command, environment),) = started
    assert command[1:] == [
        "-m", "dagster", "dev", "--module-name", "pipelines.definitions", "--host", "127.0.0.1", "--port", "4321",
    ]  # fmt: skip
    assert (environment["DAGSTER_HOME"], environment["MESUR_DATA"]) == (
        str(settings.paths.dagster),
        str(settings.paths.data),
    )


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(lines(build_definitions())) + "\n", encoding="utf-8")
