"""What else is known of a person: links, questions, decisions, requests, who saw it, exports, dates of deletion."""

from typing import Any

import psycopg

from dagster_project.governance.access.audit import exports_holding, viewers_of
from dagster_project.governance.rights.subject import Subject, hashes
from dagster_project.governance.workbooks import Table
from expectations.due import CLAUSES, due

PERHAPS = "perhaps another person's record: redact unless it is this person's"
OTHER_IDENTITY = "may lead to another identity: do not disclose without advice"
_LINKS = """
    select explained.partner, explained.source, explained.record_id, records.tier, explained.weakest_tier,
        explained.explanation
    from matched.link_explanations as explained
    inner join matched.person_records as records
        on explained.partner = records.partner and explained.record_id = records.record_id
    where explained.person_key = %(person_key)s
    order by explained.steps, explained.partner, explained.record_id
"""
_PAIRS = """
    select rule, tier, left_partner, left_record_id, right_partner, right_record_id, evidence::text
    from matched.links
    where (left_partner, left_record_id) in ({mine}) and (right_partner, right_record_id) in ({mine})
    order by 2, 1, 3, 4, 5, 6
"""
_MINE = "select partner, subject_id from report_subjects where kind = 'person'"
_EITHER = "((left_partner, left_record_id) in ({mine}) or (right_partner, right_record_id) in ({mine}))"
_QUESTIONS = """
    select item_id, reason, rule, tier, left_partner, left_record_id, right_partner, right_record_id, evidence::text,
        case when not ((left_partner, left_record_id) in ({mine})
            and (right_record_id is null or (right_partner, right_record_id) in ({mine}))) then %(perhaps)s end
    from matched.review_queue
    where {either}
    order by 1
"""
_DECISIONS = """
    select 'review' as register, decision, left_partner, left_record_id, right_partner, right_record_id, why,
        decided_by, decided_at, null::timestamptz as ended_at,
        case when decision <> 'confirm' then %(perhaps)s end
    from control.review_decisions
    where {either}
    union all
    select 'do not link', 'keep apart', left_partner, left_record_id, right_partner, right_record_id, reason,
        added_by, added_at, removed_at, %(other)s
    from control.do_not_link
    where {either}
    order by 9
"""
_REQUESTS = """
    select distinct requests.request_id, requests.kind, requests.item, requests.partner, requests.received_on,
        requests.due_on, requests.ends_on, requests.reason, requests.recorded_by, requests.outcome,
        requests.outcome_reason, requests.closed_by, requests.closed_at
    from control.rights_requests as requests
    inner join control.rights_records as records on requests.request_id = records.request_id
    where records.record_hash = any(%(hashes)s)
    order by 1
"""
_LOG = """
    select happened_at, actor, action, purpose, detail::text
    from control.access_log
    where subject = %(person_key)s
    order by entry
"""
_KEYS = """
    select known.person_key, known.first_publish_id, known.first_shown_at, known.last_publish_id, known.last_shown_at
    from control.person_keys as known
    where known.person_key = %(person_key)s
"""
_RULE = """
    select 'joint system', run.hold_while, null::text, null::text, null::date, null::date, null::date,
        'held while so housed; after the last stay until ' || settings.ta_gap_days + settings.ta_grace_days
        || ' days have passed, then deleted by the next run'
    from agreement.run_context as run
    cross join agreement.retention_settings as settings
"""
_DUE = """
    select due.rule, due.record_class, due.partner, due.record_id, due.trigger_on, due.due_on, due.copy_due_on,
        due.finding
    from {relation} as due
    inner join unnest(%(partners)s::text[], %(ids)s::text[]) as mine (partner, id)
        on due.partner = mine.partner and due.record_id = mine.id
"""
_LISTED = """
    select 'disposal list', listed.record_class, listed.partner, listed.record_id, listed.trigger_on, listed.due_on,
        listed.decided_on, coalesce(listed.outcome, 'undecided')
    from control.disposal_list as listed
    inner join unnest(%(partners)s::text[], %(ids)s::text[]) as mine (partner, id)
        on listed.partner = mine.partner and listed.record_id = mine.id
"""
_ON_HOLD = """
    select 'legal hold', held.table_name, held.partner, held.record_id, held.moved_at::date, held.due_on, null::date,
        count(*)::text || ' row(s), read by the custodian of holds alone'
    from hold.held_rows as held
    inner join unnest(%(partners)s::text[], %(ids)s::text[]) as mine (partner, id)
        on held.partner = mine.partner and held.record_id = mine.id
    group by held.table_name, held.partner, held.record_id, held.moved_at::date, held.due_on
"""
_SIDES = ("left partner", "left record", "right partner", "right record")


def told_of(conn: psycopg.Connection[Any], subject: Subject, ids: set[tuple[str, str]]) -> list[Table]:
    """The sheets, after `find_held` in the same transaction, which made `report_subjects`."""
    names = {
        "person_key": subject.person_key,
        "hashes": hashes(conn, subject),
        "partners": [partner for partner, _ in sorted(ids)],
        "ids": [found for _, found in sorted(ids)],
        "perhaps": PERHAPS,
        "other": OTHER_IDENTITY,
    }

    def rows(query: str) -> list[tuple[Any, ...]]:
        text = query.replace("{either}", _EITHER).replace("{mine}", _MINE)
        return conn.execute(text.encode(), names).fetchall()

    dates = [row for rule in CLAUSES for row in rows(_DUE.replace("{relation}", due(rule, "raw")))]
    viewers = [tuple(vars(one).values()) for one in viewers_of(conn, subject.person_key or "")]
    exports = exports_holding(conn, subject.person_key or "")
    return [
        Table("Keys", ("person key", "first publish", "first shown", "last publish", "last shown"), rows(_KEYS)),
        Table("Matched", ("partner", "source", "record", "tier", "weakest tier", "explanation"), rows(_LINKS)),
        Table("Links", ("rule", "tier", *_SIDES, "evidence"), rows(_PAIRS)),
        Table("Questions", ("item", "reason", "rule", "tier", *_SIDES, "evidence", "third party"), rows(_QUESTIONS)),
        Table(
            "Decisions",
            ("register", "decision", *_SIDES, "why", "by", "at", "ended", "third party"),
            rows(_DECISIONS),
        ),
        Table(
            "Requests",
            (
                *("request", "kind", "item", "partner", "received", "answer by", "ends", "reason", "recorded by"),
                *("outcome", "why", "closed by", "closed at"),
            ),
            rows(_REQUESTS),
        ),
        Table("Who could see", ("login", "name", "function", "since", "until"), viewers),
        Table("Exports", ("export", "by", "purpose", "made", "state"), exports),
        Table("Log", ("when", "by", "action", "purpose", "detail"), rows(_LOG)),
        Table(
            "Retention",
            ("rule", "class of record", "partner", "record", "counted from", "host's due", "copy due", "state"),
            [*rows(_RULE), *dates, *rows(_LISTED), *rows(_ON_HOLD)],
        ),
    ]
