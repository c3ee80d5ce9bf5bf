"""The matching layer: every record belongs to one person, by a rule that the agreement allows, told in flags only."""

from great_expectations.expectations.expectation import Expectation

from expectations import held_linkage
from expectations.facts import Facts
from expectations.rules import Check, TableSuite, between, no_rows, not_empty, one_of, present, table_suite, unique
from expectations.subjects import MATCHED

SOURCES = ("housing", "csc", "asc", "edu")
FLAGS = ("agree", "conflict", "missing")


def suites(facts: Facts) -> list[TableSuite]:
    """One suite per table that others build on."""
    return [
        table_suite(MATCHED, "matched", "person_records", _person_records()),
        table_suite(MATCHED, "matched", "links", _links()),
        table_suite(MATCHED, "matched", "review_queue", _review_queue()),
        table_suite(MATCHED, "matched", "scope_housing_records", _scope()),
        table_suite(MATCHED, "matched", "linkage_counts", _changes(facts)),
    ]


def _person_records() -> list[Expectation]:
    table = "person_records"
    once = Check(f"{table}.record_once", "MA-01", "uniqueness", "A source record belongs to one person only")
    source = Check(f"{table}.source", "HD-06", "validity", "A record's source is that of its partner")
    scope = Check(f"{table}.in_scope", "DS-01", "scope", "Every person here has a housing record in scope")
    return [
        not_empty(table, "MA-07"),
        present(Check(f"{table}.person_key", "MA-01", "completeness", "Every record names its person"), "person_key"),
        present(Check(f"{table}.tier_present", "MA-01", "completeness", "Every record says how it was linked"), "tier"),
        between(Check(f"{table}.tier", "MA-01", "validity", "A tier is 0 to 5"), "tier", 0, 5),
        one_of(Check(f"{table}.source_listed", "HD-06", "validity", "One of the four sources"), "source", SOURCES),
        no_rows(once, "from judged group by partner, record_id having count(*) > 1"),
        no_rows(
            source,
            "from judged left join agreement.partners as signed on judged.partner = signed.partner"
            " where signed.source is distinct from judged.source",
        ),
        no_rows(
            scope,
            "from (select distinct person_key from judged) as judged where not exists ("
            "select 1 from matched.person_records as record inner join matched.scope_housing_records as scope"
            " on record.partner = scope.partner and record.record_id = scope.record_id"
            " where record.person_key = judged.person_key)",
        ),
        _no_partner_twice(table),
    ]


def _no_partner_twice(table: str) -> Expectation:
    """Two records of one partner are two people, unless a rule of tiers 0 to 2 or the one of duplicates joins them."""
    text = "No person has two records of one partner that no identifier, no rule of duplicates and no reviewer joins"
    joined = (
        "from matched.links as link inner join matched.person_records as record on link.right_partner = record.partner"
        " and record.record_id in (link.left_record_id, link.right_record_id)"
        " where link.left_partner = link.right_partner and (link.tier <= 2 or link.rule = 'duplicate_record')"
        " and record.person_key = judged.person_key and record.partner = judged.partner"
    )
    return no_rows(
        Check(f"{table}.no_partner_twice", "MA-01", "uniqueness", text),
        "from (select person_key, partner, count(*) as records from judged group by person_key, partner) as judged"
        " where judged.records > 1"
        f" and (judged.records > (select count(distinct record.record_id) {joined})"
        f" or judged.records - 1 > (select count(distinct (link.left_record_id, link.right_record_id)) {joined}))"
        " and not exists (select 1 from matched.links as confirmed inner join matched.person_records as record"
        " on confirmed.left_partner = record.partner and confirmed.left_record_id = record.record_id"
        " where confirmed.tier = 0 and record.person_key = judged.person_key)",
    )


def _links() -> list[Expectation]:
    table = "links"
    allowed = Check(f"{table}.tier_allowed", "MA-06", "validity", "A link's tier is one that the agreement lets link")
    lawful = Check(
        f"{table}.identifier_lawful", "MA-02", "validity", "Both partners' privacy statements cover the identifier used"
    )
    ends = Check(f"{table}.one_person", "MA-01", "consistency", "Both records of a link belong to one person")
    return [
        unique(Check(f"{table}.key_unique", "MA-01", "uniqueness", "A link has an id of its own"), "link_id"),
        no_rows(
            Check(f"{table}.rule_listed", "MA-01", "validity", "Every link names a rule of the closed list"),
            _unlisted("rule", "linkage_rules"),
        ),
        _flags_only(table),
        no_rows(
            allowed,
            "from judged where judged.tier <> 0 and not exists ("
            "select 1 from agreement.match_rules as tiers"
            " where tiers.tier = judged.tier and tiers.enabled and tiers.action = 'link'"
            " and (tiers.tier <> 5 or judged.rule in"
            " (select method from agreement.match_methods where action = 'link')))",
        ),
        no_rows(
            lawful,
            "from judged where judged.rule in (select identifier from agreement.lawful_identifiers)"
            " and 2 > (select count(*) from (values (judged.left_partner), (judged.right_partner)) as sides (partner)"
            " inner join agreement.lawful_identifiers as lawful"
            " on sides.partner = lawful.partner and lawful.identifier = judged.rule and lawful.allowed)",
        ),
        no_rows(
            ends,
            "from judged"
            " left join matched.person_records as left_record on judged.left_partner = left_record.partner"
            " and judged.left_record_id = left_record.record_id"
            " left join matched.person_records as right_record on judged.right_partner = right_record.partner"
            " and judged.right_record_id = right_record.record_id"
            " where left_record.person_key is null or left_record.person_key is distinct from right_record.person_key",
        ),
    ]


def _review_queue() -> list[Expectation]:
    table = "review_queue"
    reason = Check(f"{table}.reason_listed", "MA-01", "validity", "Every item has a reason of the closed list")
    rule = Check(f"{table}.rule_listed", "MA-01", "validity", "Every item names a rule of the closed list")
    return [
        unique(Check(f"{table}.key_unique", "MA-01", "uniqueness", "An item has an id of its own"), "item_id"),
        no_rows(reason, _unlisted("reason", "linkage_reasons")),
        no_rows(rule, _unlisted("rule", "linkage_rules")),
        _flags_only(table),
    ]


def _unlisted(column: str, listed_in: str) -> str:
    """Rows whose value is not in the seed of that name, which says what each value means."""
    return (
        f"from judged left join staged.{listed_in} as listed on judged.{column} = listed.{column}"
        f" where listed.{column} is null"
    )


def _flags_only(table: str) -> Expectation:
    values = ", ".join(f"'{flag}'" for flag in FLAGS)
    text = f"The evidence of {table} says agree, conflict or missing of a field, and never a value"
    return no_rows(
        Check(f"{table}.evidence_flags", "F-11", "secrecy", text),
        "from judged left join lateral jsonb_each_text(judged.evidence) as told (field, flag) on true"
        f" where told.flag is null or told.flag not in ({values}) or told.field !~ '^[a-z][a-z_]*$'",
    )


def _changes(facts: Facts) -> list[Expectation]:
    """Linkage against the last publish: a fall is a delivery gone wrong until a person has looked."""
    share = "The share of people who are linked has not fallen far since the last publish"
    items = "The number of questions for review is no multiple of the last publish's"
    return [
        not_empty("linkage_counts", "MA-07"),
        no_rows(
            Check("linkage_counts.linked_share", "MA-07", "consistency", share),
            f"from {held_linkage.linked_share(facts.holds)}",
        ),
        no_rows(
            Check("linkage_counts.review_items", "MA-01", "consistency", items),
            f"from {held_linkage.review_items(facts.holds)}",
        ),
    ]


def _scope() -> list[Expectation]:
    table = "scope_housing_records"
    once = Check(f"{table}.record_once", "DS-01", "uniqueness", "A housing record stands in the scope once")
    signed = Check(f"{table}.housing_partner", "HD-06", "validity", "Scope comes from housing partners only")
    return [
        not_empty(table, "DS-01"),
        no_rows(once, "from judged group by partner, record_id having count(*) > 1"),
        no_rows(
            signed,
            "from judged where judged.partner is null or judged.partner not in ("
            "select partner from agreement.partners where source = 'housing')",
        ),
    ]
