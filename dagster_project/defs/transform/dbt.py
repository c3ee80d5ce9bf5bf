"""dbt: the staged, matched and mart layers as assets, its data tests as asset checks."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import psycopg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from psycopg import sql

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.defs.transform.lineage import LineageReader
from dagster_project.defs.transform.project import dbt_program, dbt_project
from dagster_project.governance.linkage.splink_pairs import approved_bands, forget, score
from dagster_project.settings import Settings, export_environment
from dagster_project.warehouse.connection import connect, connection_env

DUE = dg.AssetKey(["retention", "due"])
# dbt's unit tests prove the rules on invented rows; they are for CI, not for each run over real data.
BUILD = ("build", "--exclude-resource-type", "unit_test")
# With the seeds that they read; they are tested where everything is built.
IDENTITIES = (*BUILD, "--exclude-resource-type", "test", "--select", "+identity_records +identity_postcodes")


class Translator(DagsterDbtTranslator):
    """Names dbt's nodes as the database does: schema, then table; the layer is the group."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The default spec, with layer, kinds and owners of our own."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = _node(manifest, unique_id)
        layer = props.get("schema", "")
        key = spec.key if props["resource_type"] == "source" else dg.AssetKey([layer, props["name"]])
        spec = spec.replace_attributes(key=key, group_name=layer or None, kinds={"dbt", "postgres"})
        # Nothing is built on what is past its period.
        return spec.merge_attributes(deps=[DUE]) if layer == "staged" and props["resource_type"] == "model" else spec


def _node(manifest: Mapping[str, Any], unique_id: str) -> Mapping[str, Any]:
    for section in ("nodes", "sources", "exposures"):
        if unique_id in manifest.get(section, {}):
            return manifest[section][unique_id]
    raise KeyError(unique_id)


def _described(
    event: dg.Output[Any], conn: psycopg.Connection[Any], invocation: DbtCliInvocation, lineage: LineageReader
) -> dg.Output[Any]:
    """The same event with the table's row count and where its columns come from."""
    metadata: dict[str, Any] = dict(event.metadata)
    node = invocation.manifest["nodes"][metadata["unique_id"].value]
    if node["resource_type"] == "model":
        table = sql.Identifier(node["schema"], node["name"])
        counted = conn.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
        metadata["dagster/row_count"] = counted[0] if counted else 0
        parents = lineage.read(node, invocation.manifest, invocation.target_path)
        if parents is not None:
            metadata["dagster/column_lineage"] = parents
    return dg.Output(
        value=event.value, output_name=event.output_name, metadata=metadata, data_version=event.data_version
    )


def _score(context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings) -> None:
    """Where the agreement approves it, have Splink look at this run's records before the rules do.

    It needs the identities, so these are built twice: dbt then builds and tests everything in one go, as ever.
    """
    forget(settings)
    if bands := approved_bands(settings):
        dbt.cli([*IDENTITIES], target_path=settings.dbt_target_dir / "identities").wait()
        context.log.info(f"Splink finds {score(settings, bands)} pairs alike ({', '.join(bands)})")


@dg.definitions
def transform() -> dg.Definitions:
    """The dbt project as one step: dbt orders its own models and stops at the first failed test."""
    project = dbt_project()

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        name="dbt_build",
        dagster_dbt_translator=Translator(DagsterDbtTranslatorSettings(enable_asset_checks=True)),
    )
    def dbt_build(context: dg.AssetExecutionContext, dbt: DbtCliResource, hearthlink: HearthlinkRun) -> Iterator[Any]:
        settings = hearthlink.settings()
        export_environment(connection_env(settings, "hl_dbt"))
        _score(context, dbt, settings)
        invocation = dbt.cli([*BUILD], context=context, target_path=settings.dbt_target_dir / "run")
        lineage = LineageReader(settings.dbt_target_dir / "lineage.json")
        with connect(settings, "hl_dbt", autocommit=True) as conn:
            for event in invocation.stream():
                yield _described(event, conn, invocation, lineage) if isinstance(event, dg.Output) else event
        lineage.remember()

    return dg.Definitions(
        assets=[dbt_build],
        resources={"dbt": dbt_program(project)},
    )
