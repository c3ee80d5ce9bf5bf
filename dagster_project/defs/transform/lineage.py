"""Which columns a column is made of, read from the SQL that dbt compiled.

dagster-dbt can fetch the same, but it asks the warehouse for every table's columns and parses the SQL once per
column: half as long again as the build itself. Our columns are all in the YAML, so parsing once per model is enough.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from sqlglot import exp, lineage, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

DIALECT = "postgres"
# column -> [(asset key as path, column of that asset)]
Deps = dict[str, list[tuple[list[str], str]]]


class LineageReader:
    """Reads lineage from compiled SQL and remembers it, by the SQL's hash, for the next run."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, Deps] = json.loads(memory.read_text(encoding="utf-8")) if memory.is_file() else {}
        self._used: dict[str, Deps] = {}

    def read(self, node: Mapping[str, Any], manifest: Mapping[str, Any], target: Path) -> dg.TableColumnLineage | None:
        """Parents of each column of one model; None when its SQL was not compiled or cannot be parsed.

        Lineage is information for readers: a construct that the parser does not know must not stop a build.
        """
        source = target / "compiled" / node["package_name"] / node["original_file_path"]
        if not source.is_file():
            return None
        statement = source.read_text(encoding="utf-8")
        fingerprint = hashlib.sha256(statement.encode()).hexdigest()
        try:
            deps = self._known.get(fingerprint) or _deps(statement, list(node["columns"]), _parents(node, manifest))
        except SqlglotError:
            return None
        self._used[fingerprint] = deps
        return dg.TableColumnLineage(
            deps_by_column={
                column: [dg.TableColumnDep(asset_key=dg.AssetKey(key), column_name=name) for key, name in parents]
                for column, parents in deps.items()
            }
        )

    def remember(self) -> None:
        """Keep what this run used."""
        self._memory.write_text(json.dumps(self._used), encoding="utf-8")


def _parents(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    known = {**manifest["nodes"], **manifest["sources"]}
    return [known[parent] for parent in node["depends_on"]["nodes"] if parent in known]


def _deps(statement: str, columns: list[str], parents: list[Mapping[str, Any]]) -> Deps:
    schema: dict[str, Any] = {}
    keys: dict[tuple[str, str], list[str]] = {}
    for parent in parents:
        table = parent.get("identifier") or parent["name"]
        # Sources list no columns: a staged model keeps the names of the source that it types.
        schema.setdefault(parent["schema"], {})[table] = dict.fromkeys(parent["columns"] or columns, "text")
        keys[(parent["schema"], table)] = [parent["schema"], parent["name"]]
    parsed = qualify(_without_database(statement), schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    scope = build_scope(parsed)
    selected = {name.lower() for name in parsed.named_selects} if isinstance(parsed, exp.Query) else set()
    return {
        column: _sources(lineage.lineage(column, parsed, schema, dialect=DIALECT, scope=scope, copy=False), keys)
        for column in columns
        if scope and column in selected
    }


def _without_database(statement: str) -> exp.Expr:
    parsed = parse_one(statement, dialect=DIALECT)
    for table in parsed.find_all(exp.Table):
        table.set("catalog", None)
    return parsed


def _sources(root: lineage.Node, keys: Mapping[tuple[str, str], list[str]]) -> list[tuple[list[str], str]]:
    found: list[tuple[list[str], str]] = []
    for node in root.walk():
        if isinstance(node.expression, exp.Table):
            key = keys.get((node.expression.db, node.expression.name))
            column = node.name.split(".")[-1].strip('"')
            if key and column != "*" and (key, column) not in found:
                found.append((key, column))
    return found
