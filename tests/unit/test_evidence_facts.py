"""Facts of a run: each holds for a good run and fails for one that is broken in just that point."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.agreement.run_facts import FACTS as REGISTERED
from dagster_project.governance.evidence import facts_product
from dagster_project.governance.evidence.facts import FACTS, find_facts
from dagster_project.governance.evidence.world import World, all_hold, none_found, same
from tests.facts_kit import (
    AS_AT,
    DAY,
    agreement_with,
    deliveries_with,
    delivery,
    good,
    set_in,
    transport_with,
    unsigned,
    without_basis,
)

BROKEN: list[tuple[str, Callable[[World], World]]] = [
    ("title_stated", agreement_with("agreement.title", " ")),
    ("title_stated", agreement_with("agreement.id", "another")),
    ("version_recorded", agreement_with("agreement.version", "9.9")),
    ("version_recorded", agreement_with("agreement.history.*.comment", "")),
    ("version_recorded", agreement_with("agreement.history.*.date", AS_AT + DAY)),
    ("text_unchanged", agreement_with("agreement.text_sha256", "0" * 64)),
    ("text_unchanged", agreement_with("agreement.text_file", None)),
    ("text_unchanged", agreement_with("agreement.text_file", "gone.txt")),
    ("enacted", agreement_with("agreement.enacted", AS_AT + DAY)),
    ("review_current", unsigned),
    ("author_named", agreement_with("agreement.author", "")),
    ("items_used", agreement_with("functions.*.items", ())),
    ("items_used", agreement_with("powers.*.supports", ())),
    ("dpia_referenced", agreement_with("dpia.ref", "")),
    ("dpia_referenced", agreement_with("dpia.date", AS_AT + DAY)),
    ("lawful_basis", agreement_with("lawful_basis", without_basis("6(1)(c)"))),
    ("lawful_basis", agreement_with("lawful_basis", without_basis("6(1)(e)"))),
    ("special_category_basis", agreement_with("lawful_basis", without_basis("9(2)(c)"))),
    ("special_category_basis", agreement_with("lawful_basis", without_basis("9(2)(g)"))),
    ("powers_mapped", agreement_with("powers.*.supports", ("no_such_item",))),
    ("power_lb_03", agreement_with("powers.*.clause", "LB-04")),
    ("guidance_lb_19", agreement_with("guidance", ())),
    ("scope_stated", agreement_with("data_subjects.hold_while", "social_housing")),
    ("tier_5_approved", agreement_with("matching.*.enabled", True)),
    ("opt_out_answered", agreement_with("national_data_opt_out.setting", "not_applicable")),
    ("regions_stated", agreement_with("hosting.azure_region", "eastus")),
    ("partners_known", deliveries_with(partner="stranger")),
    ("partners_known", deliveries_with(used=False)),
    ("partners_known", lambda world: replace(world, record=replace(world.record, deliveries=()))),
    ("assurance_current", agreement_with("partners.*.assurance.expires", AS_AT - 2 * DAY)),
    ("routes_recorded", deliveries_with(route=None)),
    ("routes_recorded", deliveries_with(route="direct")),
    ("routes_recorded", deliveries_with(route="email")),
    ("transport_aes256", transport_with(cipher="aes128-ctr")),
    ("transport_aes256", transport_with(cipher=None)),
    ("transport_aes256", deliveries_with(route="sftp", transport=None)),
    ("transport_sha2", transport_with(mac="hmac-sha1")),
    ("transport_sha2", transport_with(kex="diffie-hellman-group14-sha1")),
    ("transport_sha2", transport_with(host_key_type="ssh-rsa")),
    ("host_key_recorded", transport_with(host_key_fingerprint="")),
    ("files_hashed", deliveries_with(manifest_sha256=None)),
    ("files_hashed", deliveries_with(content_sha256="md5")),
    ("files_hashed", deliveries_with(extracts=[{"extract": "x", "sha256": None}])),
    ("password_policy", agreement_with("transfer.password.min_length", 20)),
]


def passed(world: World, fact: str) -> bool:
    (found,) = find_facts(world, [fact])
    return found.passed


@pytest.mark.parametrize(("fact", "change"), BROKEN, ids=[f"{n}-{fact}" for n, (fact, _) in enumerate(BROKEN)])
def test_a_broken_run_fails_the_fact(tmp_path: Path, fact: str, change: Callable[[World], World]) -> None:
    world = good(tmp_path)
    if fact == "opt_out_answered":
        world = agreement_with("national_data_opt_out.reason", "")(world)
    else:
        assert passed(world, fact)
    assert not passed(change(world), fact)


def test_every_registered_fact_has_its_function() -> None:
    assert set(FACTS) == set(REGISTERED)


def test_a_fact_that_cannot_be_looked_at_has_failed_and_keeps_no_text(tmp_path: Path) -> None:
    (found,) = find_facts(good(tmp_path), ["controllers_listed"])
    assert not found.passed
    assert "Quillfeather" not in str(found)
    assert find_facts(good(tmp_path), ["no_such_fact"]) == []


def test_what_is_held_back_proves_and_disproves_nothing(tmp_path: Path) -> None:
    world = good(tmp_path)
    unused = {**delivery("left_long_ago", "email", None), "used": False, "content_sha256": None}
    held = replace(world, record=replace(world.record, deliveries=(*world.record.deliveries, unused)))
    for fact in ("partners_known", "routes_recorded", "files_hashed", "assurance_current"):
        assert passed(held, fact)


def test_an_example_may_be_handed_over_by_folder_and_have_no_text(tmp_path: Path) -> None:
    world = good(tmp_path)
    example = replace(world, agreement=set_in(world.agreement, "agreement.text_file", None))
    example = replace(example, agreement=example.agreement.model_copy(update={"example": True}))
    assert passed(deliveries_with(route="direct")(example), "routes_recorded")
    assert not passed(deliveries_with(route=None)(example), "routes_recorded")
    assert passed(example, "text_unchanged")


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("no_mail", "import smtplib"),
        ("no_mail", "def send():\n    from smtplib import SMTP"),
        ("no_print", "from reportlab.pdfgen import canvas"),
    ],
)
def test_a_library_that_mails_or_prints_is_found_wherever_it_is_imported(tmp_path: Path, fact: str, line: str) -> None:
    package = tmp_path / "dagster_project" / "deep"
    package.mkdir(parents=True)
    (package / "module.py").write_text("import json\n", encoding="utf-8")
    world = good(tmp_path)
    world = replace(world, settings=replace(world.settings, project_root=tmp_path))
    assert passed(world, fact)
    (package / "other.py").write_text(f"{line}\n", encoding="utf-8")
    assert not passed(world, fact)


def test_secrets_that_others_can_read_are_found(tmp_path: Path) -> None:
    world = good(tmp_path)
    world.settings.secrets_dir.mkdir(mode=0o700)
    secret = world.settings.secrets_dir / "hl_dbt.password"
    secret.touch(mode=0o600)
    assert passed(world, "secrets_private")
    secret.chmod(0o640)
    assert not passed(world, "secrets_private")


@pytest.mark.parametrize(
    ("column", "is_judgement"),
    [("risk_score", True), ("housing_priority", True), ("decision", True), ("is_at_risk_of_eviction", False)],
)
def test_a_column_that_judges_people_is_known_by_its_name(column: str, is_judgement: bool) -> None:
    assert bool(facts_product._JUDGEMENT.search(column)) is is_judgement


def test_nothing_looked_at_is_no_proof() -> None:
    assert not all_hold([]).passed
    assert not same([], []).passed
    assert none_found(0, 0).passed
    assert not same([1, 1], [1]).passed
    assert not all_hold([True, False]).passed
