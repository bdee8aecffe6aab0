"""Assets of the StatsWales extracts: `landing/statswales` and `typed/statswales`.

Parsing belongs to `pipelines.conform.statswales`.
"""

import dagster as dg

from pipelines.core.redaction import room
from pipelines.flow import extracts


@dg.asset(
    key=["landing", "statswales"],
    group_name="landing",
    required_resource_keys={"desk"},
    description="StatsWales extracts of every generation and reference tables: bytes as received.",
)
def landed_extracts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Keep what waits in the inbox and enter it in the ledger."""
    with room():
        taken = extracts.land(context.resources.desk)
    return dg.MaterializeResult(metadata={"extracts": len(taken)})


@dg.asset(
    key=["typed", "statswales"],
    deps=[landed_extracts],
    group_name="typed",
    required_resource_keys={"desk"},
    description="Observations of every extract in one shape, with their status codes; faults as rows.",
)
def typed_extracts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Read what has landed and is not typed yet."""
    with room():
        done = extracts.judge_waiting(context.resources.desk)
    return dg.MaterializeResult(metadata=dict(done))
