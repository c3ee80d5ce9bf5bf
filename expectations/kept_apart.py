"""What people keep apart, as the database has it at this moment: the do-not-link register and the standing rejections.

Read from where people's decisions are kept, not from what the build made of them, so that an entry added during a run
stops that run. Words of SQL only; importing this loads no library.
"""

# Two records per row; without a right side, one that is kept apart from everybody.
KEPT_APART = (
    "select left_partner, left_record_id, right_partner, right_record_id"
    " from control.do_not_link_records"
    " union all"
    " select decided.left_partner, decided.left_record_id, decided.right_partner, decided.right_record_id"
    " from control.decided_records as decided"
    " where decided.decision = 'reject' and not exists ("
    "select 1 from control.decided_records as later"
    " where later.decision_id > decided.decision_id"
    " and later.left_partner = decided.left_partner and later.left_record_id = decided.left_record_id"
    " and later.right_partner is not distinct from decided.right_partner"
    " and later.right_record_id is not distinct from decided.right_record_id)"
)


def together(records: str) -> str:
    """From clause: pairs of a table's records (person_key, partner, record_id) that are one person and must not be."""
    return (
        f"from {records} as one inner join {records} as other on one.person_key = other.person_key"
        " and (one.partner, one.record_id) <> (other.partner, other.record_id)"
        f" inner join ({KEPT_APART}) as kept"
        " on one.partner = kept.left_partner and one.record_id = kept.left_record_id"
        " and (kept.right_partner is null"
        " or (other.partner = kept.right_partner and other.record_id = kept.right_record_id))"
    )
