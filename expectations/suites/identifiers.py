"""No value that serves matching only stands in any text of the candidate (F-10 to F-14).

Column names are the catalogue checks' business; this suite looks at the cells, in every column that could hold one.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts
from expectations.rules import Check, TableSuite, no_rows, table_suite
from expectations.subjects import CANDIDATE, IDENTIFIERS

TABLE = "dim_person"
NAMES = {
    "F-10": "National Insurance number",
    "F-11": "NHS number",
    "F-12": "unique pupil number",
    "F-13": "social care system id",
    "F-14": "education system id",
}
# Shorter ones (a house number, a team's number) would meet innocent text by chance.
SHORTEST = 6
# In groups or sign by sign: the longest, a pupil's number, has thirteen.
MOST_PARTS = 13
# A system's id may be any run of digits, so in tables about no person it would meet a school's number by chance.
PUBLIC_TABLES = ("dim_school", "dim_date", "dim_partner", "publish_info")
SYSTEM_IDS = ("F-13", "F-14")


def suites(facts: Facts) -> list[TableSuite]:
    """One suite over all tables; it hangs on `dim_person` because a suite needs a table."""
    return [table_suite(IDENTIFIERS, CANDIDATE, TABLE, [_absent(clause, facts) for clause in NAMES])]


def _absent(clause: str, facts: Facts) -> Expectation:
    text = f"No cell of the candidate holds a person's {NAMES[clause]}"
    return no_rows(
        Check(f"no_{clause.lower().replace('-', '_')}_value", clause, "secrecy", text),
        f"from (select distinct word from ({_words(clause, facts)}) as written) as shown"
        f" inner join (select distinct secret from ({_secrets(clause, facts)}) as known) as held"
        " on shown.word = held.secret",
    )


def _words(clause: str, facts: Facts) -> str:
    """Each word of each cell, and neighbouring words run together, in capitals.

    So `NHS no. 999 000 0018, seen` and `(CSC-700001)` are found as well as the bare number.
    """
    parts = [
        f"select upper(word) as word from (select distinct cell from {CANDIDATE}.{table}"
        f" cross join lateral unnest(array[{_cells(columns)}]) as cell where length(cell) >= {SHORTEST}) as cells"
        " cross join lateral regexp_split_to_array(cell, '[^[:alnum:]]+') as parts"
        " cross join lateral generate_series(1, cardinality(parts)) as first"
        f" cross join lateral generate_series(first, least(first + {MOST_PARTS} - 1, cardinality(parts))) as last"
        " cross join lateral array_to_string(parts[first:last], '') as word"
        f" where length(word) >= {SHORTEST}"
        for table, columns in facts.searched_columns.items()
        if clause not in SYSTEM_IDS or table not in PUBLIC_TABLES
    ]
    return " union all ".join(parts)


def _cells(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"::text' for column in columns)


def _secrets(clause: str, facts: Facts) -> str:
    """The values of that clause which belong to people of the candidate, in the same shape."""
    parts = [
        f"select upper(regexp_replace(staged.{column}, '[^[:alnum:]]', '', 'g')) as secret"
        f" from staged.{table} as staged"
        " inner join matched.person_records as record"
        " on record.partner = staged.partner and record.record_id = staged.person_id"
        f" inner join {CANDIDATE}.dim_person as person on person.person_key = record.person_key"
        f" where length(regexp_replace(staged.{column}, '[^[:alnum:]]', '', 'g')) >= {SHORTEST}"
        for found, table, column in facts.matching_columns
        if found == clause
    ]
    return " union all ".join(parts)
