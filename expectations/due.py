"""When a record's own period has passed, in SQL: our copies go by it, the suites judge by it, hosts are told by it.

One relation per rule of the agreement (R1 to R6), with a row per record: rule, record_class, partner, record_id (as
its host calls it), trigger_on, due_on (first day on which the host may no longer hold it), copy_due_on (the same for
our copy, which follows the shortest rule) and finding: why a record has no day. Nothing is due without its trigger.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from expectations.due_parts import Layer, anniversary, dated, table

# Rows about a person or a case that go with it when its copy is due, and the column that holds the record's id.
COPIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "R1": {
            name: "person_id" for name in ("edu_pupils", "edu_attendance", "edu_exclusions", "edu_sen", "edu_ehe_cme")
        },
        "R2": {"csc_referrals": "referral_id"},
        "R3": {"csc_cp_plans": "plan_id"},
        "R4": {"csc_cla_episodes": "person_id"},
        "R5": {name: "person_id" for name in ("asc_persons", "asc_events", "asc_involvements")},
        "R6": {name: "case_id" for name in ("hou_homeless_cases", "hou_household_members", "hou_ta_placements")},
    }
)
CLAUSES = {"R1": "RE-03", "R2": "RE-04", "R3": "RE-05", "R4": "RE-06", "R5": "RE-07", "R6": "RE-08"}
# Care Planning Regulations 2010, regulation 50: a child's papers are kept to the 75th birthday, or for fifteen years
# after a death before the eighteenth.
_CHILDHOOD_YEARS, _YEARS_AFTER_DEATH = 18, 15


def due(rule: str, layer: Layer) -> str:
    """The relation of a rule over one layer, in brackets, without a name."""
    return f"({_RULES[rule](layer)})"


def _education(layer: Layer) -> str:
    """R1: to a birthday; rows that disagree on it are kept until the latest."""
    pupils = table(layer, "edu_pupils", "person_id", "date_of_birth")
    return dated(
        "R1",
        "education",
        f"""select partner, person_id as record_id, max(date_of_birth) as trigger_on,
            case when max(date_of_birth) is null then 'no_birth_date' end as finding
            from {pupils} as pupils group by partner, person_id""",  # noqa: S608
    )


def _referrals(layer: Layer) -> str:
    """R2: from the day of the report."""
    referrals = table(layer, "csc_referrals", "referral_id", "referral_date")
    return dated(
        "R2",
        "safeguarding_referral",
        "select partner, referral_id as record_id, referral_date as trigger_on, null::text as finding"  # noqa: S608
        f" from {referrals} as referrals",
    )


def _child_protection(layer: Layer) -> str:
    """R3: from the end of the last plan, unless the agreement names another start. One plan that is open keeps all.

    A plan that ran while the child was looked after stands in that file too: there the host follows the longer rule.
    """
    plans = table(layer, "csc_cp_plans", "plan_id person_id", "start_date end_date")
    referrals = table(layer, "csc_referrals", "person_id", "referral_date closure_date")
    children = table(layer, "csc_persons", "person_id", "date_of_birth death_date")
    episodes = table(layer, "csc_cla_episodes", "person_id", "start_date end_date")
    found = f"""
        select plans.partner, plans.plan_id as record_id,
            case rules.trigger_event
                when 'birth_date' then children.date_of_birth
                when 'case_close' then cases.closed_on
                else ends.ended_on
            end as trigger_on,
            case
                when rules.trigger_event = 'birth_date' and children.date_of_birth is null then 'no_birth_date'
                when rules.trigger_event = 'case_close' and cases.closed_on is null then 'open_case'
                when rules.trigger_event = 'last_plan_end' and ends.ended_on is null then 'open_plan'
            end as finding,
            files.due_on as file_due_on,
            files.record_id is not null as is_in_file
        from {plans} as plans
        inner join agreement.retention_rules as rules on rules.rule = 'R3'
        inner join (
            select partner, person_id,
                case when count(*) = count(end_date) then max(end_date) end as ended_on
            from {plans} as plans group by partner, person_id
        ) as ends on plans.partner = ends.partner and plans.person_id = ends.person_id
        left join (
            select partner, person_id,
                case when count(*) = count(closure_date) then max(closure_date) end as closed_on
            from {referrals} as referrals group by partner, person_id
        ) as cases on plans.partner = cases.partner and plans.person_id = cases.person_id
        left join {children} as children
            on plans.partner = children.partner and plans.person_id = children.person_id
        left join {due("R4", layer)} as files
            on plans.partner = files.partner and plans.person_id = files.record_id
            and exists (
                select from {episodes} as episodes
                where episodes.partner = plans.partner and episodes.person_id = plans.person_id
                    and episodes.start_date <= coalesce(plans.end_date, 'infinity')
                    and coalesce(episodes.end_date, 'infinity') >= plans.start_date)
    """  # noqa: S608
    longer = "greatest(dated.own_due_on, dated.file_due_on)"
    known = "dated.own_due_on is not null and (dated.file_due_on is not null or not dated.is_in_file)"
    return dated("R3", "child_protection", found, host=f"case when {known} then {longer} end")


def _looked_after(layer: Layer) -> str:
    """R4: to the 75th birthday; for fifteen years after a death in childhood; or from the end of care."""
    episodes = table(layer, "csc_cla_episodes", "person_id", "start_date end_date")
    children = table(layer, "csc_persons", "person_id", "date_of_birth death_date")
    died = f"found.death_date < {anniversary('found.date_of_birth', str(_CHILDHOOD_YEARS))}"
    found = f"""
        select cared.partner, cared.person_id as record_id, children.date_of_birth, children.death_date,
            case when rules.trigger_event = 'care_end' then cared.ended_on else children.date_of_birth end
                as trigger_on,
            case
                when rules.trigger_event = 'care_end' and cared.ended_on is null then 'open_care'
                when rules.trigger_event = 'birth_date' and children.date_of_birth is null then 'no_birth_date'
            end as finding
        from (
            select partner, person_id, case when count(*) = count(end_date) then max(end_date) end as ended_on
            from {episodes} as episodes group by partner, person_id
        ) as cared
        inner join agreement.retention_rules as rules on rules.rule = 'R4'
        left join {children} as children
            on cared.partner = children.partner and cared.person_id = children.person_id
    """  # noqa: S608
    period = f"{anniversary('found.trigger_on', 'rules.period_years')} + rules.period_days"
    after_death = anniversary("found.death_date", str(_YEARS_AFTER_DEATH))
    return dated("R4", "looked_after", found, f"case when {died} then {after_death} else {period} end")


def _adult_care(layer: Layer) -> str:
    """R5: from the last end of an event, or the death. An event or an involvement that is open keeps the record."""
    persons = table(layer, "asc_persons", "person_id", "death_date")
    events = table(layer, "asc_events", "person_id", "end_date")
    workers = table(layer, "asc_involvements", "person_id", "end_date")
    found = f"""
        select persons.partner, persons.person_id as record_id,
            case
                when persons.death_date is not null then greatest(persons.death_date, seen.ended_on)
                when seen.is_open then null
                else seen.ended_on
            end as trigger_on,
            case
                when persons.death_date is not null then null
                when seen.is_open then 'open_service'
                when seen.ended_on is null then 'no_event'
            end as finding
        from {persons} as persons
        left join (
            select partner, person_id, bool_or(end_date is null) as is_open,
                max(case when is_event then end_date end) as ended_on
            from (
                select partner, person_id, end_date, true as is_event from {events} as events
                union all
                select partner, person_id, end_date, false from {workers} as workers
            ) as contacts
            group by partner, person_id
        ) as seen on persons.partner = seen.partner and persons.person_id = seen.person_id
    """  # noqa: S608
    return dated("R5", "adult_social_care", found)


def _housing(layer: Layer) -> str:
    """R6: from the latest end of a duty, or from the closing of a case in which none was owed.

    A household that is still placed stays in the joint system whatever its host may no longer hold (R0).
    """
    duties = ("prevention", "relief", "main_duty")
    dates = " ".join(f"{duty}_start {duty}_end" for duty in duties)
    cases = table(layer, "hou_homeless_cases", "case_id", f"{dates} case_closed")
    placements = table(layer, "hou_ta_placements", "case_id", "start_date end_date")
    is_open = " or ".join(f"({duty}_start is not null and {duty}_end is null)" for duty in duties)
    ends, owed = ", ".join(f"{duty}_end" for duty in duties), ", ".join(dates.split())
    found = f"""
        select cases.partner, cases.case_id as record_id,
            case when {is_open} then null when num_nonnulls({owed}) = 0 then case_closed else greatest({ends}) end
                as trigger_on,
            case
                when {is_open} then 'open_duty'
                when num_nonnulls({owed}) = 0 and case_closed is null then 'open_case'
            end as finding,
            exists (
                select from {placements} as placements
                cross join agreement.run_context as run
                where placements.partner = cases.partner and placements.case_id = cases.case_id
                    and placements.start_date <= run.as_at
                    and (placements.end_date is null or placements.end_date > run.as_at)) as is_placed
        from {cases} as cases
    """  # noqa: S608
    return dated("R6", "housing", found, copy="case when not dated.is_placed then dated.own_due_on end")


_RULES: Mapping[str, Callable[[Layer], str]] = MappingProxyType(
    {
        "R1": _education,
        "R2": _referrals,
        "R3": _child_protection,
        "R4": _looked_after,
        "R5": _adult_care,
        "R6": _housing,
    }
)
