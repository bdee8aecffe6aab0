"""The asset graph as people see it: a change of it must be seen in review, so it lies beside this test as text.

What an asset does belongs to the tests of its room.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow.desk import Desk

SNAPSHOT = Path(__file__).with_name("graph.txt")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory):
    from pipelines.defs import build_definitions

    data = tmp_path_factory.mktemp("graph")
    return build_definitions(Desk(Settings(Paths(PROJECT, data, data / "keys"))))


def told(definitions) -> list[str]:
    """One line for each asset (group, partitions, what it is made from), check, job and sensor."""
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        parents = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        kind = " by authority and period" if node.partitions_def else ""
        lines.append(f"asset {key.to_user_string()} ({node.group_name}){kind} <- {parents}".rstrip(" <-"))
    lines += sorted(f"check {key.to_user_string()}" for key in graph.asset_check_keys)
    jobs = (job.name for job in definitions.resolve_all_job_defs())
    lines += sorted(f"job {name}" for name in jobs if not name.startswith("__"))
    return lines + sorted(f"sensor {sensor.name} -> {sensor.job_name}" for sensor in definitions.sensors)


def test_the_graph_is_the_one_that_was_reviewed(definitions) -> None:
    """Where the change is meant, write the lines told here into graph.txt by hand and have them reviewed."""
    assert told(definitions) == SNAPSHOT.read_text("utf-8").splitlines()


def test_every_asset_says_what_it_is_and_none_shows_its_sql(definitions) -> None:
    graph = definitions.resolve_asset_graph()
    said = {key.to_user_string(): graph.get(key).description or "" for key in graph.get_all_asset_keys()}
    assert [key for key, text in said.items() if not text and key != "ledger/ledger"] == []
    assert [key for key, text in said.items() if "select" in text.lower() or "####" in text] == []


def test_a_check_stops_what_stands_on_bad_data(definitions) -> None:
    blocking = [spec.blocking for check in definitions.asset_checks for spec in check.check_specs]
    assert blocking
    assert all(blocking)
