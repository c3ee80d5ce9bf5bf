"""Rules on items, functions, opt-out and retention (DS-02, DS-03, F-01 to F-30, SE-02, ND-01, RE-01 to RE-08)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.agreement.blank import offered_columns
from dagster_project.agreement.content import Function, Item, RetentionRule

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement

ITEM_CLAUSES = frozenset(f"F-{number:02}" for number in range(1, 31))
MATCH_ONLY_CLAUSES = frozenset(f"F-{number}" for number in range(10, 15))
SPECIAL_CLAUSES = frozenset({"F-15", "F-16", "F-17", "F-18"})
EXCLUDING_CLAUSES = frozenset({"F-23", "F-24"})
IDENTIFYING_CLAUSES = frozenset({"F-01", "F-02", "F-03", "F-09"})
CLAUSE_OF_DOMAIN = {
    "education": "RE-03",
    "safeguarding_referral": "RE-04",
    "child_protection": "RE-05",
    "looked_after": "RE-06",
    "adult_social_care": "RE-07",
    "housing": "RE-08",
}
# By these names SQL finds a rule. The text leaves the years of adult social care to a code of practice.
RULE_OF_DOMAIN = {"joint_system": "R0", **{domain: f"R{n}" for n, domain in enumerate(CLAUSE_OF_DOMAIN, start=1)}}
# What may start the period of a rule; for two domains the text leaves it open.
TRIGGERS = {
    "joint_system": ("left_scope",),
    "education": ("birth_date",),
    "safeguarding_referral": ("report_date",),
    "child_protection": ("last_plan_end", "case_close", "birth_date"),
    "looked_after": ("birth_date", "care_end"),
    "adult_social_care": ("last_seen",),
    "housing": ("discharge_of_duty",),
}
MOST_YEARS = {"education": 25, "safeguarding_referral": 6, "child_protection": 40, "looked_after": 75, "housing": 3}


def problems(agreement: "Agreement") -> Iterator[str]:
    """What is wrong with the items and with who sees them, and for how long."""
    for section, clause, names in (
        ("items", "DS-02", [item.id for item in agreement.items]),
        ("items", "DS-02", [item.clause for item in agreement.items]),
        ("items", "DS-02", [column for item in agreement.items for column in item.columns]),
        ("functions", "SE-02", [function.id for function in agreement.functions]),
        ("retention", "RE-02", [rule.rule for rule in agreement.retention]),
        ("retention", "RE-02", [rule.domain for rule in agreement.retention]),
    ):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            yield f"{section} (clause {clause}): listed more than once: {', '.join(repeated)}; keep one entry each"
    for number, item in enumerate(agreement.items):
        yield from (f"items.{number}: {message}" for message in _item(item))
    for number, function in enumerate(agreement.functions):
        yield from (f"functions.{number}: {message}" for message in _function(function, agreement))
    yield from _unused(agreement)
    yield from _opt_out(agreement)
    yield from _retention(agreement)


def _item(item: Item) -> Iterator[str]:
    if item.clause not in ITEM_CLAUSES:
        yield f"{item.id} is no item of the signed text (clause DS-02): {item.clause} is not of F-01 to F-30; remove it"
    elif item.use == "display" and item.clause in MATCH_ONLY_CLAUSES:
        yield f"{item.id} is shared for matching only (clause {item.clause}); write use: match_only"
    elif item.use == "match_only" and item.clause not in MATCH_ONLY_CLAUSES:
        yield (
            f"{item.id} is shared to be shown, not for matching (clause {item.clause}); write use: display, and leave"
            " its columns out if nobody is to see it"
        )
    if item.use == "match_only" and item.columns:
        yield f"{item.id} is for matching only and may have no mart column (clause {item.clause}); remove its columns"
    if item.use == "display" and (unknown := sorted(set(item.columns) - offered_columns())):
        yield (
            f"{item.id} names {', '.join(unknown)}, which no model of the mart shows (clause {item.clause});"
            " take its columns from 'hearthlink agreement init', or leave them out"
        )
    if item.clause in SPECIAL_CLAUSES and not item.special_category:
        yield f"{item.id} ({item.clause}) is special category data (clause DS-03); write special_category: true"
    if item.clause in EXCLUDING_CLAUSES and item.excludes != {"youth_justice", "other_la"}:
        yield (
            f"{item.id} may not come from Youth Justice or another authority (clause {item.clause});"
            " write excludes: [youth_justice, other_la]"
        )


def _function(function: Function, agreement: "Agreement") -> Iterator[str]:
    items = {item.id: item for item in agreement.items}
    for name in sorted({name for name in function.items if function.items.count(name) > 1}):
        yield f"{function.id} lists {name} twice (clause SE-02); remove one"
    for name in function.items:
        if name not in items:
            yield f"{function.id} lists the unknown item {name} (clause SE-02); correct the name, or add the item"
        elif items[name].use == "match_only":
            yield f"{function.id} lists {name}, which is for matching only (clause {items[name].clause}); remove it"
    yield from _rows(function)
    shown = {item.id for item in agreement.items if item.use == "display"}
    if function.export == "protected_xlsx" and (function.rows != "all" or shown - set(function.items)):
        yield (
            f"{function.id} may export, but does not see every item of everybody (clause SE-06); exports are for users"
            " of the whole system: write export: none"
        )
    named = [name for name in function.items if name in items and items[name].clause in IDENTIFYING_CLAUSES]
    if function.export == "pseudonymised" and named:
        yield (
            f"{function.id} exports pseudonymised data, but sees {', '.join(named)} (clause SE-07);"
            " remove these items, or write export: none"
        )


def _rows(function: Function) -> Iterator[str]:
    if function.rows != "none" and not function.items:
        yield f"{function.id} sees people, but no item of them (clause SE-02); list its items, or write rows: none"
    if function.rows != "none" and function.export == "pseudonymised":
        yield (
            f"{function.id} exports pseudonymised data, but sees the people themselves (clause SE-07); write rows: none"
        )
    if function.answers_requests and function.rows != "all":
        yield (
            f"{function.id} answers people's requests, but does not see everybody (clause SE-02); write rows: all, or"
            " answers_requests: false"
        )
    if function.rows == "none" and function.export == "none" and function.items:
        yield f"{function.id} sees nobody, so it needs no item (clause SE-02); remove its items"


def _unused(agreement: "Agreement") -> Iterator[str]:
    used = {name for function in agreement.functions for name in function.items}
    for number, item in enumerate(agreement.items):
        if item.use == "display" and item.id not in used:
            yield (
                f"items.{number}: no function uses {item.id} ({item.clause}), so sharing it is not proportionate"
                " (clause PU-01); give it to the function that needs it, or remove the item"
            )


def _opt_out(agreement: "Agreement") -> Iterator[str]:
    answer = agreement.national_data_opt_out
    if answer.setting != "yes" and not answer.reason.strip():
        yield "national_data_opt_out.reason (clause ND-01): say why the opt-out is not applied"


def _retention(agreement: "Agreement") -> Iterator[str]:
    rules = {rule.domain: rule for rule in agreement.retention}
    joint = rules.get("joint_system")
    if joint is None or joint.trigger_event != "left_scope":
        yield "retention (clause RE-01): add the rule of the joint_system with trigger_event: left_scope"
    elif joint.period_years or joint.period_days:
        yield "retention (clause RE-01): the joint system keeps nobody who left scope; remove the period of its rule"
    for domain, clause in CLAUSE_OF_DOMAIN.items():
        rule = rules.get(domain)
        if rule is None:
            yield f"retention (clause {clause}): no rule for {domain}; add it with its trigger_event and period"
        elif not rule.period_years and not rule.period_days:
            yield f"retention (clause {clause}): the rule for {domain} has no period; write period_years or period_days"
        elif _is_longer(rule, MOST_YEARS.get(domain)):
            yield (
                f"retention (clause {clause}): {domain} is held for longer than the signed text allows;"
                f" write period_years: {MOST_YEARS[domain]} or less"
            )
    for domain, triggers in TRIGGERS.items():
        if domain in CLAUSE_OF_DOMAIN and domain in rules and rules[domain].trigger_event not in triggers:
            yield (
                f"retention (clause {CLAUSE_OF_DOMAIN[domain]}): the rule for {domain} starts with"
                f" {rules[domain].trigger_event}, which is nothing that is known; write trigger_event:"
                f" {' or '.join(triggers)}"
            )
    for domain, name in RULE_OF_DOMAIN.items():
        if domain in rules and rules[domain].rule != name:
            yield (
                f"retention (clause {CLAUSE_OF_DOMAIN.get(domain, 'RE-01')}): the rule for {domain} is named"
                f" {rules[domain].rule}; write rule: {name}, by which it is applied"
            )


def _is_longer(rule: RetentionRule, years: int | None) -> bool:
    return years is not None and (rule.period_years, rule.period_days) > (years, 0)
