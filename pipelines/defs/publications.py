"""Assets of one publication: `disclosed/<publication>` and `published/<publication>`.

They are launched by a person (the command or a named job), never by automation.
"""

import dagster as dg

from pipelines.core.redaction import room
from pipelines.defs.releases import links
from pipelines.flow import editions
from schemas import Catalogue
from schemas.model import Publication


def definitions_of(p: Publication) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition, dg.AssetsDefinition]:
    """Protected cells with their proof, the blocking gate, and the immutable edition."""

    @dg.asset(
        key=["disclosed", p.id],
        deps=[dg.AssetKey(["cells"]), dg.AssetKey(["reconciliation"])],
        group_name="disclosed",
        required_resource_keys={"desk"},
        description=f"{p.title.en}: rounded and protected cells, each with its status, and the proof.",
    )
    def disclosed(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with room():
            done = editions.protect(context.resources.desk, p.id)
        return dg.MaterializeResult(metadata=dict(done))

    @dg.asset_check(
        asset=disclosed,
        name="audit_finds_nothing",
        blocking=True,
        required_resource_keys={"desk"},
        description="The audit, which shares no code with the protection, read the file back and found no violation.",
    )
    def audited(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with room():
            n_violations = editions.n_violations(context.resources.desk, p.id)
        return dg.AssetCheckResult(passed=n_violations == 0, metadata={"violations": n_violations})

    @dg.asset(
        key=["published", p.id],
        deps=[disclosed],
        group_name="published",
        required_resource_keys={"desk"},
        description=f"{p.title.en}: the edition folder in all formats and both languages; immutable.",
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with room():
            made = editions.publish(context.resources.desk, p.id)
        return dg.MaterializeResult(metadata={"edition": made.edition.id, "new": made.is_new, **links(made.folder)})

    return disclosed, audited, published


def all_publications(catalogue: Catalogue) -> list[object]:
    """Assets and checks of every publication."""
    return [made for p in catalogue.publications.values() for made in definitions_of(p)]
