"""Puts the definitions together: `build_definitions()` for Dagster, with a desk of its own for the command.

Assets, checks and jobs do not belong here.
"""

import warnings

import dagster as dg

import schemas
from pipelines.core.settings import Settings
from pipelines.defs import extracts, jobs, publications, releases, returns, warehouse
from pipelines.defs.resources import RefusingIOManager, desk_resource
from pipelines.flow.desk import Desk


def build_definitions(desk: Desk | None = None) -> dg.Definitions:
    """Every asset, check, job and sensor. With a desk, runs use it; else each run reads the settings."""
    with warnings.catch_warnings():
        # backfill_policy is marked beta; one run for many partitions is what makes a build take seconds, not minutes.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return _assembled(desk)


def _assembled(desk: Desk | None) -> dg.Definitions:
    catalogue = schemas.load()
    settings = desk.settings if desk else Settings.load()
    made = [
        *returns.all_returns(catalogue),
        extracts.landed_extracts,
        extracts.typed_extracts,
        warehouse.warehouse_assets(settings),
        warehouse.cells,
        warehouse.compared_policies,
        warehouse.reconciled,
        warehouse.differences_are_explained,
        *publications.all_publications(catalogue),
        *releases.all_releases(catalogue),
    ]
    checks = [m for m in made if isinstance(m, dg.AssetChecksDefinition)]
    return dg.Definitions(
        assets=[m for m in made if not isinstance(m, dg.AssetChecksDefinition)],
        asset_checks=checks,
        jobs=jobs.all_jobs(catalogue),
        sensors=[*(jobs.inbox_sensor(catalogue, r) for r in catalogue.returns.values()), jobs.extracts_sensor()],
        resources={"desk": desk_resource(desk), "io_manager": RefusingIOManager()},
        executor=dg.in_process_executor,
    )
