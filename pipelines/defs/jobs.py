"""Named jobs, and the sensor that watches the inbox; operators launch jobs by name.

Free selections of assets do not belong here: a selection that matches nothing would run everything.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.flow import extracts, inbox
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import deliveries
from schemas import Catalogue
from schemas.model import Return

Job = object
"""Dagster does not export the class of a job that is not resolved yet."""
BUILD, PUBLISH, RELEASE, EXTRACTS = "build", "publish", "release", "receive_statswales"


def receive_job_name(return_id: str) -> str:
    """`receive_<return>`."""
    return f"receive_{return_id}"


def all_jobs(catalogue: Catalogue) -> list[Job]:
    """`receive_<return>` for each return, `receive_statswales`, `build` (to protected cells), `publish`, `release`."""
    receiving = [
        dg.define_asset_job(
            receive_job_name(r.id),
            selection=dg.AssetSelection.assets(["landing", r.id], ["typed", r.id]),
            executor_def=dg.in_process_executor,
            description=f"Keep and examine what waits in the inbox: {r.title.en}.",
        )
        for r in catalogue.returns.values()
    ]
    groups = dg.AssetSelection.groups("staging", "episodes", "quarters", "facts", "measures", "reference")
    published, released = dg.AssetSelection.groups("published"), dg.AssetSelection.groups("release")
    extracted = dg.AssetSelection.assets(["landing", "statswales"], ["typed", "statswales"])
    build = groups | dg.AssetSelection.groups("disclosed")
    return [
        *receiving,
        _job(EXTRACTS, extracted, "Keep and read StatsWales extracts."),
        _job(BUILD, build, "From typed tables to protected cells: dbt, cells, reconciliation, disclosure control."),
        _job(PUBLISH, published, "Write the edition of what is protected. Launched by a person."),
        _job(RELEASE, released, "Check the latest edition again and release it under a status. Launched by a person."),
    ]


def _job(name: str, selection: dg.AssetSelection, description: str) -> Job:
    return dg.define_asset_job(name, selection=selection, executor_def=dg.in_process_executor, description=description)


def inbox_sensor(catalogue: Catalogue, r: Return) -> dg.SensorDefinition:
    """Watches the inbox for one return; a changed file starts the job of its partition. Off until switched on."""

    @dg.sensor(
        name=f"inbox_{r.id}",
        job_name=receive_job_name(r.id),
        minimum_interval_seconds=60,
        required_resource_keys={"desk"},
        description=f"Starts {receive_job_name(r.id)} for each file that appears or changes in the inbox.",
    )
    def watch(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        desk: Desk = context.resources.desk
        for one in deliveries(desk.inbox, desk.catalogue):
            if one.return_id == r.id:
                newest = max(p.stat().st_mtime_ns for p in one.paths)
                yield dg.RunRequest(
                    run_key=f"{one.return_id}:{one.period_id}:{one.authority_code}:{newest}",
                    tags=range_tags_of_one(one.authority_code, one.period_id),
                )

    return watch


def extracts_sensor() -> dg.SensorDefinition:
    """Watches the inbox for StatsWales extracts. Off until switched on."""

    @dg.sensor(
        name=f"inbox_{extracts.RETURN_ID}",
        job_name=EXTRACTS,
        minimum_interval_seconds=60,
        required_resource_keys={"desk"},
        description=f"Starts {EXTRACTS} when an extract appears or changes in the inbox.",
    )
    def watch(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        desk: Desk = context.resources.desk
        newest = [p.stat().st_mtime_ns for paths in inbox.extracts(desk.inbox) for p in paths]
        if newest:
            yield dg.RunRequest(run_key=f"{len(newest)}:{max(newest)}")

    return watch


def range_tags_of_one(authority_code: str, period_id: str) -> dict[str, str]:
    """Run tag of a single partition."""
    return {"dagster/partition": f"{authority_code}|{period_id}"}
