"""Resources: the desk (settings, specification, progress) and an IO manager that refuses to keep anything.

Settings are read here once per run; no other definition reads the environment.
"""

from __future__ import annotations

import dagster as dg

from pipelines.core.settings import Settings
from pipelines.flow.desk import Desk


class RefusingIOManager(dg.IOManager):
    """Dagster's default pickles what an asset returns into its storage; ours may hold children, so it refuses."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Accept nothing but None."""
        if obj is not None:
            raise dg.DagsterInvariantViolationError("assets return results and write files; no value may be stored")

    def load_input(self, context: dg.InputContext) -> object:
        """There is nothing to load."""
        raise dg.DagsterInvariantViolationError("assets read files of the rooms; no value is passed between them")


def desk_resource(desk: Desk | None) -> dg.ResourceDefinition:
    """The given desk, or one from the environment when a run starts."""
    if desk is not None:
        return dg.ResourceDefinition.hardcoded_resource(desk)
    return dg.ResourceDefinition(resource_fn=lambda _: Desk(Settings.load()))
