"""Facts about the agreement as the warehouse has it: the tables that SQL, grants and checks take their rules from."""

from collections import Counter

from dagster_project.agreement.rules_content import (
    CLAUSE_OF_DOMAIN,
    ITEM_CLAUSES,
    MATCH_ONLY_CLAUSES,
    SPECIAL_CLAUSES,
)
from dagster_project.governance.evidence.world import Tally, World, all_hold, same

# The classes of record whose keeping the text speaks of, RE-01 and RE-03 to RE-08.
_DOMAINS = frozenset({"joint_system", *CLAUSE_OF_DOMAIN})


def controllers_listed(world: World) -> Tally:
    """DC-01."""
    stored = world.rows("select partner, role from agreement.partners")
    return all_hold(world.agreement.partner(code).role == role for code, role in stored)


def purposes_limited(world: World) -> Tally:
    """PU-03 to PU-05, SE-08."""
    stored = world.rows("select function, purpose from agreement.functions")
    words = {purpose.id: purpose.text for purpose in world.agreement.purposes}
    return same(stored, [(function.id, words[function.purpose]) for function in world.agreement.functions])


def scope_stated(world: World) -> Tally:
    """DS-01, RE-01."""
    return all_hold([world.record.run["hold_while"] == world.agreement.data_subjects.hold_while])


def items_listed(world: World) -> Tally:
    """DS-02: no item but the text's, each once, used as the text says."""
    uses = _uses(world)
    times = Counter(clause for clause, _ in uses)
    return all_hold(
        clause in ITEM_CLAUSES and times[clause] == 1 and (use == "match_only") == (clause in MATCH_ONLY_CLAUSES)
        for clause, use in uses
    )


def special_categories_marked(world: World) -> Tally:
    """DS-03."""
    marked = dict(world.rows("select clause, special_category from agreement.data_items"))
    return all_hold(marked[clause] for clause in sorted(SPECIAL_CLAUSES & set(marked)))


def ladder_ordered(world: World) -> Tally:
    """MA-01."""
    stored = world.rows("select tier, name, enabled, action from agreement.match_rules order by tier")
    meant = [(tier.tier, tier.name, tier.enabled, tier.action) for tier in world.agreement.matching]
    numbers = [row[0] for row in stored]
    return all_hold([stored == meant, numbers == list(range(1, 6))])


def tier_1_gated(world: World) -> Tally:
    """MA-02."""
    stored = world.rows("select partner, identifier from agreement.lawful_identifiers where allowed")
    usable = [(p.code, i) for p in world.partners() for i in world.agreement.usable_identifiers(p)]
    stated = {(p.code, i) for p in world.partners() for i in p.privacy_statement.covers}
    lists = same(stored, usable)
    return Tally(lists.looked_at, lists.offences + len(set(stored) - stated))


def retention_listed(world: World) -> Tally:
    """RE-01, RE-03 to RE-08."""
    columns = "rule, domain, trigger_event, period_years, period_days"
    stored = world.rows(f"select {columns} from agreement.retention_rules")  # noqa: S608
    meant = [
        (rule.rule, rule.domain, rule.trigger_event, rule.period_years, rule.period_days)
        for rule in world.agreement.retention
    ]
    lists, domains = same(stored, meant), all_hold(domain in {row[1] for row in stored} for domain in sorted(_DOMAINS))
    return Tally(lists.looked_at + domains.looked_at, lists.offences + domains.offences)


def _uses(world: World) -> list[tuple[str, str]]:
    return [(clause, use) for clause, use in world.rows("select clause, use from agreement.data_items")]
