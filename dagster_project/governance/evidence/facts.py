"""The facts of a run that no gate check holds, each looked at once more just before publishing (`run_facts.FACTS`)."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from dagster_project.governance.evidence import (
    facts_access,
    facts_agreement,
    facts_decisions,
    facts_deliveries,
    facts_exports,
    facts_product,
    facts_retention,
    facts_tables,
)
from dagster_project.governance.evidence.results import Check
from dagster_project.governance.evidence.world import Tally, World

PREFIX = "run/"
Fact = Callable[[World], Tally]

FACTS: Mapping[str, Fact] = MappingProxyType(
    {f"power_lb_{number:02}": facts_agreement.power_fact(f"LB-{number:02}") for number in range(3, 19)}
    | {f"guidance_lb_{number}": facts_agreement.guidance_fact(f"LB-{number}") for number in range(19, 22)}
    | {
        fact.__name__: fact
        for fact in (
            facts_agreement.title_stated,
            facts_agreement.version_recorded,
            facts_agreement.text_unchanged,
            facts_agreement.text_covered,
            facts_agreement.enacted,
            facts_agreement.review_current,
            facts_agreement.author_named,
            facts_agreement.items_used,
            facts_agreement.dpia_referenced,
            facts_agreement.lawful_basis,
            facts_agreement.special_category_basis,
            facts_agreement.powers_mapped,
            facts_agreement.tier_5_approved,
            facts_agreement.opt_out_answered,
            facts_agreement.regions_stated,
            facts_tables.controllers_listed,
            facts_tables.purposes_limited,
            facts_tables.scope_stated,
            facts_tables.items_listed,
            facts_tables.special_categories_marked,
            facts_tables.ladder_ordered,
            facts_tables.tier_1_gated,
            facts_tables.retention_listed,
            facts_decisions.records_kept_apart,
            facts_retention.purges_proved,
            facts_retention.files_within_window,
            facts_deliveries.partners_known,
            facts_deliveries.privacy_statements,
            facts_deliveries.assurance_current,
            facts_deliveries.routes_recorded,
            facts_deliveries.transport_aes256,
            facts_deliveries.transport_sha2,
            facts_deliveries.host_key_recorded,
            facts_deliveries.files_hashed,
            facts_product.secrets_private,
            facts_product.no_score_column,
            facts_product.consent_not_gathered,
            facts_product.password_policy,
            facts_product.no_mail,
            facts_product.no_print,
            facts_product.logins_personal,
            facts_product.logins_one_function,
            facts_product.logins_without_superuser,
            facts_access.access_stands,
            facts_access.access_log_whole,
            facts_exports.exports_on_fixed_disks,
            facts_exports.exports_encrypted,
            facts_exports.exports_by_whole_system_users,
            facts_exports.planning_exports_pseudonymised,
            facts_exports.exports_for_agreed_purposes,
            facts_exports.opt_out_applied,
        )
    }
)


def find_facts(world: World, names: Iterable[str]) -> list[Check]:
    """Look at the named facts. One that cannot be looked at has failed; an unknown name gets no answer.

    Of an error only its type is kept, because its text may quote values.
    """
    return [_check(world, name, FACTS[name]) for name in names if name in FACTS]


def _check(world: World, name: str, fact: Fact) -> Check:
    try:
        # A query that fails must not spoil the transaction for the facts after it.
        with world.conn.transaction():
            tally = fact(world)
    except Exception as fault:
        return Check(PREFIX + name, passed=False, observed={"expectation": f"raised {type(fault).__name__}"})
    counts = {"looked_at": tally.looked_at, "offences": tally.offences}
    return Check(PREFIX + name, tally.passed, counts, tally.note)
