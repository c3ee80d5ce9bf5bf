"""The shape of the dbt project, by its manifest: who may read whom, and what a model has to say of itself."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
PREFIXES = {"staged": ("stg_",), "items": ("item_",), "mart": ("dim_", "fct_", "bridge_", "publish_info")}
# A layer reads itself and what stands before it.
LAYERS = ("staged", "matched", "items", "mart")
CLOCK = re.compile(r"(?i)\b(current_date|current_timestamp|localtimestamp|now\s*\(|clock_timestamp|run_started_at)")
MAX_LINES = 250
# Steps that change the values of a keyed model, row by row. Rows of one record that disagreed may be alike afterwards:
# what is tested is that each has its row. identity_records, which is made of them, has a key again.
ROW_BY_ROW = {"identity_clean", "identity_checked"}
CONTROL_SECRETS = (
    "person_key_salt",
    "do_not_link_records",
    "decided_records",
    "person_keys",
    "person_key_records",
    "stopped_records",
    "disputed_values",
)

Node = dict[str, Any]


def nodes(manifest: dict[str, Any], *kinds: str) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def models(manifest: dict[str, Any]) -> list[Node]:
    return nodes(manifest, "model")


def layer(node: Node) -> str:
    return node["path"].split("/")[0]


def parents(manifest: dict[str, Any], node: Node, kind: str) -> Iterator[Node]:
    found = {**manifest["nodes"], **manifest["sources"]}
    for name in node["depends_on"]["nodes"]:
        if found[name]["resource_type"] == kind:
            yield found[name]


def offenders(found: list[Node], rule: Callable[[Node], bool]) -> list[str]:
    """Names of the nodes that break the rule. An empty project would prove nothing."""
    assert found
    return sorted(node["name"] for node in found if not rule(node))


def test_a_prefix_belongs_to_one_folder(manifest: dict[str, Any]) -> None:
    everywhere = tuple(prefix for group in PREFIXES.values() for prefix in group)

    def fits(node: Node) -> bool:
        own = PREFIXES.get(layer(node))
        return node["name"].startswith(own) if own else not node["name"].startswith(everywhere)

    assert offenders(models(manifest), fits) == []


def test_models_stand_in_the_four_layers(manifest: dict[str, Any]) -> None:
    assert {layer(node) for node in models(manifest)} == set(LAYERS)


def test_only_staged_models_read_what_partners_delivered(manifest: dict[str, Any]) -> None:
    def reads_raw(node: Node) -> bool:
        return any(source["source_name"] == "raw" for source in parents(manifest, node, "source"))

    readers = [node for node in nodes(manifest, "model", "test") if reads_raw(node)]
    assert offenders(readers, lambda node: node["resource_type"] == "model" and layer(node) == "staged") == []


def test_the_agreement_is_read_through_its_staged_copy(manifest: dict[str, Any]) -> None:
    # Decisions and the secret behind the keys are read where they are used: a copy would be one more to guard.
    kept_in_one_place = {("control", name) for name in CONTROL_SECRETS}

    def keeps(node: Node) -> bool:
        read = {(source["source_name"], source["name"]) for source in parents(manifest, node, "source")}
        if layer(node) == "staged":
            return not kept_in_one_place & read
        return read <= kept_in_one_place

    assert offenders(models(manifest), keeps) == []


def test_no_model_reads_upwards(manifest: dict[str, Any]) -> None:
    def looks_down(node: Node) -> bool:
        rank = LAYERS.index(layer(node))
        return all(LAYERS.index(layer(parent)) <= rank for parent in parents(manifest, node, "model"))

    assert offenders(models(manifest), looks_down) == []


def test_the_mart_reads_steps_and_never_the_systems_own_records(manifest: dict[str, Any]) -> None:
    def keeps(node: Node) -> bool:
        return all(
            layer(parent) == "items" or parent["path"].startswith("staged/agreement/")
            for parent in parents(manifest, node, "model")
        )

    assert offenders([node for node in models(manifest) if layer(node) == "mart"], keeps) == []


def test_every_model_states_its_grain_first(manifest: dict[str, Any]) -> None:
    assert offenders(models(manifest), lambda node: node["description"].startswith("One row per ")) == []


def test_every_model_and_seed_has_an_owner(manifest: dict[str, Any]) -> None:
    def owned(node: Node) -> bool:
        owners = node["config"]["meta"].get("dagster", {}).get("owners", [])
        return bool(owners) and all(owner.startswith("team:") for owner in owners)

    assert offenders(nodes(manifest, "model", "seed"), owned) == []


def test_every_model_and_seed_has_a_tested_key(manifest: dict[str, Any]) -> None:
    def tested(*names: str) -> set[str]:
        tests = [test for test in nodes(manifest, "test") if test.get("test_metadata")]
        return {test["attached_node"] for test in tests if test["test_metadata"]["name"] in names}

    keyed, counted = tested("row_key", "unique"), tested("same_row_count")
    lacking = offenders(nodes(manifest, "model", "seed"), lambda node: node["unique_id"] in keyed)
    assert set(lacking) == ROW_BY_ROW
    assert {f"model.hearthlink.{name}" for name in ROW_BY_ROW} <= counted


def test_every_column_is_described(manifest: dict[str, Any]) -> None:
    def described(node: Node) -> bool:
        columns = node["columns"].values()
        return bool(columns) and all(column["description"].strip() for column in columns)

    assert offenders(nodes(manifest, "model", "seed"), described) == []


def test_contracts_are_enforced_from_matched_outward(manifest: dict[str, Any]) -> None:
    outward = [node for node in models(manifest) if layer(node) != "staged"]
    assert offenders(outward, lambda node: node["config"]["contract"]["enforced"]) == []


def test_no_rule_reads_a_clock(manifest: dict[str, Any]) -> None:
    ours = [macro for macro in manifest["macros"].values() if macro["package_name"] == "hearthlink"]
    assert offenders(ours, lambda macro: not CLOCK.search(macro["macro_sql"])) == []
    assert offenders(models(manifest), lambda node: not CLOCK.search(node["raw_code"])) == []


def test_models_end_on_their_last_step(manifest: dict[str, Any]) -> None:
    # A model that is one macro call ends where its macro ends.
    ending = re.compile(r"((select \* )?from [a-z_0-9]+|\{\{ .* \}\})$")
    assert offenders(models(manifest), lambda node: bool(ending.match(node["raw_code"].strip().splitlines()[-1]))) == []


def test_no_file_is_longer_than_the_limit() -> None:
    files = [path for path in PROJECT.rglob("*.sql") if "target" not in path.parts]
    assert files
    assert [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > MAX_LINES] == []


def test_no_test_is_softened_or_keeps_what_it_found(manifest: dict[str, Any]) -> None:
    def strict(node: Node) -> bool:
        config = node["config"]
        return config["severity"].lower() == "error" and config["enabled"] and not config["store_failures"]

    assert offenders(nodes(manifest, "test"), strict) == []


def test_every_rule_of_an_item_has_a_unit_test(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    steps = [node for node in models(manifest) if layer(node) == "items"]
    assert offenders(steps, lambda node: node["name"] in tested) == []
