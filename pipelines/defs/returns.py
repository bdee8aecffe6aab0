"""Assets of one return: `landing/<return>` and `typed/<return>`, partitioned by authority x period, with their check.

Reading, judging and keeping belong to the rooms.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.core.redaction import room
from pipelines.defs.partitions import pairs, partitions_of
from pipelines.flow import submissions
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import deliveries
from schemas import Catalogue
from schemas.model import Return


def definitions_of(
    catalogue: Catalogue, r: Return
) -> tuple[dg.AssetsDefinition, dg.AssetsDefinition, dg.AssetChecksDefinition]:
    """The two assets of a return and the blocking check between them and the warehouse."""
    partitions, policy = partitions_of(catalogue, r), dg.BackfillPolicy.single_run()

    @dg.asset(
        key=["landing", r.id],
        partitions_def=partitions,
        backfill_policy=policy,
        group_name="landing",
        required_resource_keys={"desk"},
        description=f"{r.title.en}: bytes as received, by fingerprint, and their entry in the ledger.",
    )
    def landed(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        desk: Desk = context.resources.desk
        here = pairs(context)
        with room():
            wanted = [d for d in deliveries(desk.inbox, desk.catalogue) if d.return_id == r.id]
            taken = submissions.land(desk, [d for d in wanted if (d.authority_code, d.period_id) in here])
        n_new = sum(not one.is_repeat for one in taken)
        return dg.MaterializeResult(metadata={"submissions": len(taken), "new": n_new})

    @dg.asset(
        key=["typed", r.id],
        deps=[landed],
        partitions_def=partitions,
        backfill_policy=policy,
        group_name="typed",
        required_resource_keys={"desk"},
        description=f"{r.title.en}: canonical tables, faults and coverage of every rule.",
    )
    def typed(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with room():
            done = submissions.judge_waiting(context.resources.desk, r.id, pairs(context))
        return dg.MaterializeResult(metadata=dict(submissions.counts(done)))

    @dg.asset_check(
        asset=typed,
        name="rules_are_accounted_for",
        blocking=True,
        required_resource_keys={"desk"},
        description="Every rule of the pack has a status for every submission that counts. Counts only.",
    )
    def accounted(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with room():
            found = submissions.accounting(context.resources.desk, r.id)
        return dg.AssetCheckResult(passed=found.n_unaccounted == 0, metadata=found.as_metadata())

    return landed, typed, accounted


def all_returns(catalogue: Catalogue) -> Iterator[object]:
    """Assets and checks of every return of the catalogue."""
    for r in catalogue.returns.values():
        yield from definitions_of(catalogue, r)
