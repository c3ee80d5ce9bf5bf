"""What people decide of links and are told of them: what is kept apart is apart, and every record is explained."""

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts
from expectations.kept_apart import together
from expectations.rules import Check, TableSuite, no_rows, not_empty, table_suite
from expectations.subjects import MATCHED

TABLE = "link_explanations"


def suites(_: Facts) -> list[TableSuite]:
    """One suite: the table holds every record of every person."""
    return [table_suite(MATCHED, "matched", TABLE, _expectations())]


def _expectations() -> list[Expectation]:
    apart = Check(f"{TABLE}.kept_apart", "MA-01", "consistency", "Nobody holds two records that people keep apart")
    complete = Check(f"{TABLE}.complete", "MA-01", "completeness", "Every record is explained, with its tier")
    linked = Check(f"{TABLE}.links_exist", "MA-01", "consistency", "Every link that an explanation names is there")
    silent = Check(f"{TABLE}.evidence_flags", "F-11", "secrecy", "An explanation tells flags in words, and no value")
    return [
        not_empty(TABLE, "MA-01"),
        no_rows(apart, together("judged")),
        no_rows(
            complete,
            "from matched.person_records as record left join judged on record.partner = judged.partner"
            " and record.record_id = judged.record_id and record.person_key = judged.person_key"
            " and record.tier = judged.weakest_tier and judged.explanation <> ''"
            " where judged.person_key is null",
        ),
        no_rows(
            linked,
            "from judged cross join lateral regexp_split_to_table(judged.link_path, ' ') as step (link_id)"
            " left join matched.links as link on step.link_id = link.link_id"
            " where judged.steps > 0 and (link.link_id is null or link.tier > judged.weakest_tier)",
        ),
        # Tiers and steps have one digit; digits in a partner's code follow a letter. The library would read a brace.
        no_rows(silent, "from judged where judged.explanation ~ '(^|[^a-z0-9_])[0-9][0-9][0-9]|[A-Z][0-9]'"),
    ]
