"""The dbt project as assets (one per model, lineage from its manifest), then cells and reconciliation.

SQL belongs to `dbt_project`; running dbt belongs to `pipelines.flow.transform`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines.core.ledger import Ledger
from pipelines.core.redaction import room
from pipelines.core.settings import Settings
from pipelines.flow import policies, reconciliation, transform
from pipelines.flow.desk import Desk

LEDGER = "ledger"
"""The one source that is not of typed tables."""
_GRAIN = re.compile(r"^-- grain: (.+)$", re.MULTILINE)


class Translator(DagsterDbtTranslator):
    """Sources of dbt are the typed assets; models stand under `warehouse`, seeds under `reference`."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`typed/<return>` for a source, `warehouse/<model>` for a model."""
        kind, name = dbt_resource_props["resource_type"], dbt_resource_props["name"]
        if kind == "source":
            source = dbt_resource_props["source_name"]
            return dg.AssetKey([source, name] if source == LEDGER else ["typed", source])
        return dg.AssetKey(["reference" if kind == "seed" else "warehouse", name])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What its YAML says, else the grain that the model's first lines state; never its SQL."""
        grain = _GRAIN.search(dbt_resource_props.get("raw_code") or "")
        return dbt_resource_props["description"] or (
            grain[1] if grain else f"dbt {dbt_resource_props['resource_type']}"
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The folder of the model: staging, episodes, quarters, facts, measures."""
        return "reference" if dbt_resource_props["resource_type"] == "seed" else str(dbt_resource_props["fqn"][1])


def warehouse_assets(settings: Settings) -> dg.AssetsDefinition:
    """All models in one invocation of dbt, in this process; each is reported with its seconds."""
    translator = Translator(
        DagsterDbtTranslatorSettings(enable_asset_checks=False, enable_duplicate_source_asset_keys=True)
    )

    @dbt_assets(
        manifest=transform.project_manifest(settings),
        dagster_dbt_translator=translator,
        required_resource_keys={"desk"},
        name="warehouse",
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        desk: Desk = context.resources.desk
        with room():
            Ledger(desk.settings.paths).write_parquet()
            result = transform.run_dbt(desk.settings, policy=desk.policy or transform.DEFAULT_POLICY)
        desk.progress("flow.warehouse", models=result.count("model"), tests=result.count("test"))
        for node in result.nodes:
            if node.kind in ("model", "seed"):
                key = dg.AssetKey(["reference" if node.kind == "seed" else "warehouse", node.name])
                yield dg.MaterializeResult(asset_key=key, metadata={"seconds": round(node.seconds, 3)})

    return models


@dg.asset(
    key=["cells"],
    deps=[dg.AssetKey(["warehouse", "measure_cells"])],
    group_name="measures",
    required_resource_keys={"desk"},
    description="Aggregates of every measure, area, period and category, before disclosure control. Restricted.",
)
def cells(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Cells as Parquet, so that nothing behind them opens the person-level file."""
    with room():
        path = transform.export_cells(context.resources.desk.settings)
        transform.export_reach(context.resources.desk.settings)
    return dg.MaterializeResult(metadata={"bytes": path.stat().st_size})


@dg.asset(
    key=["policies"],
    deps=[dg.AssetKey(["warehouse", "measure_cells"])],
    group_name="measures",
    required_resource_keys={"desk"},
    description="Headline measures under each repair policy, for each authority and Wales by year. Restricted.",
)
def compared_policies(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """How far the choice of a policy moves what is published."""
    with room():
        moved = policies.compare(context.resources.desk)
    return dg.MaterializeResult(metadata={"figures": len(moved)})


@dg.asset(
    key=["reconciliation"],
    deps=[cells, dg.AssetKey(["typed", "statswales"])],
    group_name="measures",
    required_resource_keys={"desk"},
    description="Ours beside every published figure that is held, with the cause of each difference. Restricted.",
)
def reconciled(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The comparison as a table; the counts of its verdicts as metadata."""
    with room():
        found = reconciliation.reconcile(context.resources.desk)
    return dg.MaterializeResult(metadata=dict(found.counts))


@dg.asset_check(
    asset=reconciled,
    name="differences_are_explained",
    blocking=True,
    required_resource_keys={"desk"},
    description="No difference from a published figure is left without a named cause.",
)
def differences_are_explained(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Fails with the number of unexplained differences."""
    with room():
        found = reconciliation.read_summary(context.resources.desk)
    return dg.AssetCheckResult(passed=found.get("unexplained", 0) == 0, metadata=found)
