"""Assets of a release: the latest edition as a candidate with its blocking checks, and what a person released.

They are launched by a person (the command, or the job `release`), never by automation.
"""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from pipelines.core.redaction import room
from pipelines.flow import editions, releasing
from pipelines.flow.desk import Desk
from schemas import Catalogue
from schemas.model import Publication

Found = Callable[[Desk, str], int]
GATES: dict[str, tuple[Found, str]] = {
    "audit_finds_nothing": (editions.n_violations, "The audit of the protected file, as it lies now, finds nothing."),
    "files_are_whole": (releasing.n_broken_files, "Every file of the edition is there and has its checksum."),
    "promises_are_kept": (releasing.n_broken_promises, "The queries that consumers have registered still hold."),
    "files_tell_nothing_else": (releasing.n_leaks, "Every file, read back, holds the protected figures and no others."),
    "attack_opens_nothing": (releasing.n_open, "Nobody who holds this edition and all before it knows a hidden cell."),
    "statswales_would_accept": (releasing.n_statswales_failures, "The dry run of StatsWales' rules finds no failure."),
}
"""name -> (how many faults there are, what the gate says)."""


def links(folder: Path) -> dict[str, dg.MetadataValue[object]]:
    """Where an edition lies, and what a person reads of it first."""
    read = sorted(p for p in folder.iterdir() if p.suffix in (".html", ".pdf", ".md"))
    return {"folder": dg.MetadataValue.path(folder)} | {p.name: dg.MetadataValue.url(p.as_uri()) for p in read}


def definitions_of(p: Publication) -> list[object]:
    """The candidate, its gates, and the release."""

    @dg.asset(
        key=["candidate", p.id],
        deps=[dg.AssetKey(["published", p.id])],
        group_name="release",
        required_resource_keys={"desk"},
        description=f"{p.title.en}: the latest edition, looked at again before a person releases it.",
    )
    def candidate(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with room():
            held = releasing.latest(context.resources.desk, p.id)
        return dg.MaterializeResult(metadata={"edition": held.id, **links(held.folder)})

    @dg.asset(
        key=["released", p.id],
        deps=[candidate],
        group_name="release",
        required_resource_keys={"desk"},
        config_schema={"status": dg.Field(str, description="provisional, final or revised")},
        description=f"{p.title.en}: the edition that a person released under a status.",
    )
    def released(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with room():
            made = releasing.release(
                context.resources.desk, p.id, "latest", context.op_execution_context.op_config["status"]
            )
        told = {"edition": made.edition.id, "status": made.edition.status, "new": made.is_new}
        return dg.MaterializeResult(metadata={**told, **links(made.folder)})

    return [candidate, *(_gate(candidate, p.id, name) for name in GATES), released]


def _gate(candidate: dg.AssetsDefinition, publication_id: str, name: str) -> dg.AssetChecksDefinition:
    count, says = GATES[name]

    @dg.asset_check(asset=candidate, name=name, blocking=True, required_resource_keys={"desk"}, description=says)
    def gate(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with room():
            n = count(context.resources.desk, publication_id)
        return dg.AssetCheckResult(passed=n == 0, metadata={"faults": n})

    return gate


def all_releases(catalogue: Catalogue) -> list[object]:
    """Assets and checks of every publication."""
    return [made for p in catalogue.publications.values() for made in definitions_of(p)]
