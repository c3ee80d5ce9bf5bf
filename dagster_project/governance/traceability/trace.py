"""From a column of the mart back to the columns that partners deliver, over the models that dbt compiled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster_project.governance.traceability.used_columns import Shapes, Table, columns_of_value, used_columns

Node = Mapping[str, Any]
SETTINGS_MODELS = ("stg_run_context", "stg_item_settings", "stg_retention_settings", "stg_freshness")
# Who is housed is decided before people are linked; what lies behind the other tables of matched is linking.
RULES_OF_MATCHED = ("scope_housing_records", "housing_stays")
# What the run is about is no setting.
NOT_SETTINGS = frozenset(
    {
        "publish_id",
        "as_at",
        "agreement_id",
        "agreement_version",
        "agreement_sha256",
        "started_at",
        "partner",
        "extract",
    }
)

# A table that joins all items of a person, before disputed ones are left blank.
JOINING = "item_indicators"
# Says which items are blank, whatever they are made of.
BLANKING = frozenset({"item_disputes", "item_disputed_items"})


@dataclass
class Trace:
    """What the columns of one item are made of.

    `rules` are the item models on the way, nearest to the mart first; `extracts` are delivered columns by extract;
    `matched` and `code_lists` are tables that are read besides; `settings` are columns of the agreement's settings.
    """

    rules: list[str] = field(default_factory=list)
    extracts: dict[str, set[str]] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    code_lists: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)

    def add(self, other: "Trace") -> None:
        """Take in what another trace found."""
        self.rules += [rule for rule in other.rules if rule not in self.rules]
        for extract, columns in other.extracts.items():
            self.extracts.setdefault(extract, set()).update(columns)
        self.matched |= other.matched
        self.code_lists |= other.code_lists
        self.settings |= other.settings


@dataclass(frozen=True)
class UnitTest:
    """A unit test of a model: its name, and what it proves."""

    name: str
    words: str


class Project:
    """A compiled dbt project: manifest and SQL of one target folder."""

    def __init__(self, target: Path) -> None:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        self._target = target
        self._nodes: dict[Table, Node] = {
            (node["schema"], node["name"]): node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self._tests: list[Node] = list(manifest["unit_tests"].values())
        shapes: dict[str, dict[str, list[str]]] = {}
        for (schema, name), node in self._nodes.items():
            shapes.setdefault(schema, {})[name] = list(node["columns"])
        self._shapes: Shapes = shapes
        self._mart = next(schema for schema, name in self._nodes if name == "fct_person_indicators")

    def description(self, model: str) -> str:
        """What the model says of itself."""
        return " ".join(self._named(model)["description"].split())

    def column_words(self, table: str, column: str) -> str:
        """What a mart column's description says."""
        return " ".join(self._named(table)["columns"].get(column, {}).get("description", "").split())

    def unit_tests(self, model: str) -> list[UnitTest]:
        """The unit tests of a model, by name."""
        found = [test for test in self._tests if test["model"] == model]
        return sorted(
            (UnitTest(test["name"], " ".join(test["description"].split())) for test in found), key=lambda one: one.name
        )

    def trace(self, table: str, columns: set[str]) -> Trace:
        """Follow columns of a mart table back to where they come from."""
        trace = Trace()
        seen: set[tuple[Table, str]] = set()
        self._follow_values(self._nodes[self._mart, table], columns, trace, seen)
        return trace

    def _follow_values(self, node: Node, columns: set[str], trace: Trace, seen: set[tuple[Table, str]]) -> None:
        """A table that joins all items of a person: only what makes a column's value is its source."""
        for column in sorted(columns):
            for parent, needed in sorted(columns_of_value(self._compiled(node), column, self._shapes).items()):
                self._follow(parent, needed, trace, seen)

    def _follow(self, table: Table, columns: set[str], trace: Trace, seen: set[tuple[Table, str]]) -> None:
        fresh = {column for column in columns if (table, column) not in seen}
        seen |= {(table, column) for column in fresh}
        node = self._nodes.get(table)
        if node is None or not fresh or node["name"] in BLANKING:
            return
        if node["name"] == JOINING:
            self._follow_values(node, fresh, trace, seen)
            return
        layer = node["path"].split("/")[0]
        if node["resource_type"] == "seed":
            trace.code_lists.add(node["name"])
        elif layer == "staged":
            self._note_source(node, fresh, trace)
        elif layer == "matched" and node["name"] not in RULES_OF_MATCHED:
            trace.matched.add(node["name"])
        else:
            if layer != "mart" and node["name"] not in trace.rules:
                trace.rules.append(node["name"])
            needs = used_columns(self._compiled(node), fresh, self._shapes)
            for parent, needed in sorted(needs.items()):
                self._follow(parent, needed, trace, seen)

    def _compiled(self, node: Node) -> str:
        path = self._target / "compiled" / node["package_name"] / node["original_file_path"]
        return path.read_text(encoding="utf-8")

    @staticmethod
    def _note_source(node: Node, columns: set[str], trace: Trace) -> None:
        if node["path"].startswith("staged/agreement/"):
            if node["name"] in SETTINGS_MODELS:
                trace.settings |= columns - NOT_SETTINGS
        else:
            trace.extracts.setdefault(node["name"].removeprefix("stg_"), set()).update(columns)

    def _named(self, name: str) -> Node:
        return next(node for (_, known), node in self._nodes.items() if known == name)
