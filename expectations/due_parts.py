"""What the rules of `expectations.due` are written with: years after a day, an extract of either layer, dated rows."""

from typing import Literal

Layer = Literal["raw", "staged"]


def anniversary(day: str, years: str) -> str:
    """The day that is so many years after another; 29 February is followed by 1 March unless the agreement says 28.

    A date is reached at its start (Family Law Reform Act 1969 s9).
    """
    same = f"({day} + make_interval(years => {years}))"
    return (
        f"({same}::date + case when settings.leap_birthday = 'mar1' and to_char({day}, 'MMDD') = '0229'"
        f" and to_char({same}, 'MMDD') = '0228' then 1 else 0 end)"
    )


def table(layer: Layer, extract: str, texts: str, dates: str = "") -> str:
    """An extract with typed columns, from either layer."""
    if layer == "staged":
        return f"staged.stg_{extract}"
    columns = [f"nullif(btrim({name}), '') as {name}" for name in texts.split()]
    columns += [f"nullif(btrim({name}), '')::date as {name}" for name in dates.split()]
    return f"(select partner, {', '.join(columns)} from raw.{extract})"  # noqa: S608 our own names


def dated(
    rule: str,
    record_class: str,
    found: str,
    own: str = "",
    host: str = "dated.own_due_on",
    copy: str = "dated.own_due_on",
) -> str:
    """The rows of a rule, from records with partner, record_id, trigger_on and finding.

    `own` is the day by the rule itself, `host` and `copy` what follows from it for the host system and for our copy.
    """
    own = own or f"{anniversary('found.trigger_on', 'rules.period_years')} + rules.period_days"
    return f"""
        select '{rule}' as rule, '{record_class}' as record_class, dated.partner, dated.record_id, dated.trigger_on,
            {host} as due_on, {copy} as copy_due_on, dated.finding
        from (
            select found.*, {own} as own_due_on
            from ({found}) as found
            cross join agreement.retention_settings as settings
            inner join agreement.retention_rules as rules on rules.rule = '{rule}'
        ) as dated
        cross join agreement.run_context as run
    """  # noqa: S608 our own text
