"""What holds a publish until a person approves it, in SQL: the suites judge by it, and `hearthlink held` lists by it.

Each rule is a relation called `held`, for the gate to count and for a person to read. It holds no value of a person.
"""

from dagster_project.agreement.holds import Holds
from expectations.facts import Reference, StagedExtract

TABLE = "fct_person_indicators"
PEOPLE = "people"
# Fewer broken references than this are a slip of the hand in any file.
FEW = 10


def volume(extract: str, holds: Holds) -> str:
    """Newest snapshots of an extract whose rows are a multiple or a fraction of those last accepted.

    Accepted is what was published or approved; so a jump that holds today is not the measure of tomorrow. Columns:
    partner, delivery_id, rows_before, rows_now.
    """
    return f"""(
        select current.partner, current.delivery_id, before.rows_loaded as rows_before, current.rows_loaded as rows_now
        from control.current_snapshots as current
        cross join lateral (
            select files.rows_loaded
            from control.deliveries as earlier
            inner join control.delivery_files as files on earlier.delivery_key = files.delivery_key
            where earlier.partner = current.partner and files.extract = current.extract
                and earlier.delivery_key <> current.delivery_key and {_accepted("earlier")}
            order by earlier.delivery_key desc
            limit 1
        ) as before
        where current.extract = '{extract}'
            and greatest(before.rows_loaded, current.rows_loaded) >= {holds.volume_min_rows}
            and (current.rows_loaded >= before.rows_loaded * {holds.volume_factor}
                or current.rows_loaded * {holds.volume_factor} <= before.rows_loaded)
            and not {_accepted("current")}
    ) as held"""  # noqa: S608 our own text and numbers


def broken_references(extract: StagedExtract, reference: Reference, holds: Holds) -> str:
    """Partners of which too many rows of the extract point to a row that was not delivered.

    Columns: partner, delivery_id, broken, all_rows.
    """
    child = ", ".join(f"child.{column}" for column in reference.columns)
    names = ", ".join(reference.extract_columns)
    same = " and ".join(
        f"child.{ours} = parent.{theirs}"
        for ours, theirs in zip(reference.columns, reference.extract_columns, strict=True)
    )
    return f"""(
        select counted.partner, current.delivery_id, counted.broken, counted.all_rows
        from (
            select child.partner, count(*) as all_rows, count(*) filter (where parent.partner is null) as broken
            from staged.{extract.table} as child
            left join (select distinct partner, {names} from staged.stg_{reference.extract}) as parent
                on child.partner = parent.partner and {same}
            where num_nulls({child}) = 0
            group by child.partner
        ) as counted
        inner join control.current_snapshots as current
            on counted.partner = current.partner and current.extract = '{extract.extract}'
        where counted.broken >= {FEW}
            and counted.broken * 100 > counted.all_rows * {holds.broken_references_percent:f}
            and not {_approved("current")}
    ) as held"""  # noqa: S608 our own text and numbers


def flag_share(column: str, holds: Holds) -> str:
    """A flag whose share of Y has moved too far since the last publish, or since the share that was approved.

    Columns: share_before, share_now, in percent of the people for whom the flag is known.
    """
    share = f"100.0 * count(*) filter (where {column} = 'Y') / nullif(count({column}), 0)"
    return f"""(
        select round(coalesce(approved.value, published.share), 1) as share_before, round(now.share, 1) as share_now
        from (select count({column}) as known, {share} as share from mart_candidate.{TABLE}) as now
        cross join (select count({column}) as known, {share} as share from mart.{TABLE}) as published
        cross join (select ({approved_value(column)}) as value) as approved
        where least(now.known, published.known) >= {holds.flag_min_people}
            and abs(now.share - coalesce(approved.value, published.share)) > {holds.flag_points:f}
    ) as held"""  # noqa: S608 our own text and numbers


def people_shown(holds: Holds) -> str:
    """The number of people shown, if it is a multiple or a fraction of the last publish's.

    Columns: people_before, people_now.
    """
    return f"""(
        select before.people as people_before, now.people as people_now
        from (select count(*) as people from mart_candidate.{TABLE}) as now
        cross join (
            select coalesce(({approved_value(PEOPLE)}), people) as people
            from control.publishes
            order by published_at desc
            limit 1
        ) as before
        where greatest(before.people, now.people) >= {holds.volume_min_rows}
            and (now.people >= before.people * {holds.volume_factor}
                or now.people * {holds.volume_factor} <= before.people)
    ) as held"""  # noqa: S608 our own text and numbers


def _accepted(delivery: str) -> str:
    return (
        "(exists (select from control.publishes as publish"
        f" where {delivery}.delivery_key = any(publish.delivery_keys)) or {_approved(delivery)})"
    )


def _approved(delivery: str) -> str:
    return (
        "exists (select from control.delivery_approvals as approval"
        f" where approval.delivery_key = {delivery}.delivery_key)"
    )


def approved_value(subject: str) -> str:
    """The value that was approved since the last publish; null where none was."""
    return f"""
        select approval.approved_value
        from control.change_approvals as approval
        where approval.subject = '{subject}'
            and approval.approved_at > (select coalesce(max(published_at), '-infinity') from control.publishes)
        order by approval.approval_key desc
        limit 1
    """  # noqa: S608 our own text
