"""The planning population: everybody in the published mart who may be exported, still as the mart has them.

What is read here never leaves: it is generalised and pseudonymised first (`generalise`, `anonymity`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.exports.planning.generalise import ITEMS
from dagster_project.governance.exports.published import hidden_people

# Where a planning export takes items from, as the query calls them.
_ALIASES = {"dim_person": "people", "fct_person_indicators": "indicators"}
_HAS = """
    select table_name || '.' || column_name
    from information_schema.columns
    where table_schema = 'mart' and table_name in ('dim_person', 'fct_person_indicators', 'bridge_person_address')
"""
_PEOPLE = """
    select
        people.person_key,
        {birth_date},
        {postcode},
        count(people.household_key) over (partition by people.household_key),
        exists (
            select from matched.item_adult_care_numbers as numbers where numbers.person_key = people.person_key),
        {items}
    from mart.dim_person as people
    left join mart.fct_person_indicators as indicators on people.person_key = indicators.person_key
    left join mart.dim_household as households on people.household_key = households.household_key
    left join mart.bridge_person_address as addresses
        on people.person_key = addresses.person_key and households.partner = addresses.partner
    where people.person_key <> all(%s)
    order by people.person_key
"""
# Every number that partners hold for the person whose privacy statements cover it.
_NUMBERS = """
    select person_key, nhs_number from matched.item_adult_care_numbers
    where nhs_number is not null and person_key = any(%s)
"""


@dataclass(frozen=True)
class Person:
    """Somebody as the mart has them. `is_adult_care`: adult social care holds a record of them (clause ND-01).

    `household_size` counts those who may be exported: one more would tell that somebody is hidden.
    """

    person_key: str
    born: date | None
    postcode: str | None
    household_size: int | None
    is_adult_care: bool
    items: Mapping[str, Any]


def read_people(conn: psycopg.Connection[Any], publish_id: str, items: frozenset[str]) -> list[Person]:
    """Everybody who may be exported. `items` are the mart's columns that the user's function may have exported.

    Raises:
        ExportRefused: the matched records are not those of the published mart.
    """
    hidden = sorted(hidden_people(conn, publish_id))
    has = {name for (name,) in conn.execute(_HAS).fetchall()}
    shown = {name: _ALIASES[table] for table, name in (entry.split(".") for entry in has) if table in _ALIASES}
    wanted = [name for name in ITEMS if name in items and name in shown]
    query = sql.SQL(_PEOPLE).format(
        birth_date=sql.SQL("people.date_of_birth" if "dim_person.date_of_birth" in has else "null"),
        postcode=sql.SQL("addresses.postcode" if "bridge_person_address.postcode" in has else "null"),
        items=sql.SQL(", ").join([sql.Identifier(shown[name], name) for name in wanted] or [sql.SQL("null")]),
    )
    return [
        Person(*row[:5], items=dict(zip(wanted, row[5:], strict=False)))
        for row in conn.execute(query, [hidden]).fetchall()
    ]


def read_numbers(conn: psycopg.Connection[Any], people: list[Person]) -> dict[str, frozenset[str]]:
    """The NHS numbers of those whom adult social care knows, by person; empty for somebody without one."""
    keys = [person.person_key for person in people if person.is_adult_care]
    found: dict[str, set[str]] = {key: set() for key in keys}
    for key, number in conn.execute(_NUMBERS, [keys]).fetchall():
        found[key].add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}
