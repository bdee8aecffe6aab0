"""The instance that a build runs on: in memory, gone when the build is, and without a log of single partitions.

What runs on it does not belong here.
"""

from __future__ import annotations

import dagster as dg

# Not exported; `DagsterInstance.ephemeral()` puts the same together with a log of its own choice.
from dagster._core.events import DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage

_OF_PARTITIONS = (DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED)


class _SparseLog(InMemoryEventLogStorage):
    """Two events of each asset for each authority and period were a thousand in a build, of seven milliseconds each,
    and nobody could ask for them: what is in the ledger says the same of every submission."""

    def store_event(self, event: EventLogEntry) -> None:
        told = event.dagster_event
        if told is None or told.event_type not in _OF_PARTITIONS or told.partition is None:
            super().store_event(event)


def passing_instance() -> dg.DagsterInstance:
    """An instance that leaves nothing behind."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),
        run_storage=InMemoryRunStorage(),
        event_storage=_SparseLog(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
