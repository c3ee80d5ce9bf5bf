"""Three plain policies to compare with, on the same records: what councils do, or would do, without more thought.

literal: the agreement word for word, text trimmed and in capitals; whoever shares a key is one person.
naive:   valid identifiers, no placeholders, normalised names; whoever shares a key is one person.
unique:  as naive, but a key links only if every source holds it at most once.
"""

from pathlib import Path

import duckdb
import jinja2
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

POLICIES = ("literal", "naive", "unique")
_KEYS = {
    "nhs_number": "{nhs_number}",
    "upn": "{upn}",
    "social_care_id": "{social_care_id}",
    "education_id": "{education_id}",
    "birth_date_and_name": "{birth_date} || '|' || {last_name} || '|' || left({first_name}, 3)",
    "postcode_and_name": "{postcode} || '|' || {last_name} || '|' || left({first_name}, 3)",
}
_STANDARD = {name: name for name in ("last_name", "first_name", "nhs_number", "upn", "postcode")} | {
    "birth_date": "birth_date::text"
}
_LITERAL = {
    name: f"upper({name})" for name in ("last_name", "first_name", "nhs_number", "upn", "postcode", "birth_date")
}


def standardise(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `standard` from `records`."""
    source = (Path(__file__).parent / "standardise.sql").read_text(encoding="utf-8")
    db.execute(jinja2.Template(source).render(names=["last_name", "first_name"]))


def keys_sql(policy: str) -> str:
    """A query for (record, source, rule, key) of every key that the policy uses."""
    columns = _LITERAL if policy == "literal" else _STANDARD
    table = "records" if policy == "literal" else "standard"
    own = {
        "social_care_id": "case when source in ('csc', 'asc') then record_id else social_care_id end",
        "education_id": "case when source = 'edu' then record_id else education_id end",
    }
    selects = [
        f"select record, source, '{rule}' as rule, {form.format(**columns, **own)} as key from {table}"
        for rule, form in _KEYS.items()
    ]
    return f"select * from ({' union all '.join(selects)}) where key is not null"


def link(db: duckdb.DuckDBPyConnection, policy: str) -> None:
    """Make the table `clusters_<policy>` (record, cluster). Needs `records` and, but for `literal`, `standard`."""
    once_per_source = "having max(held) = 1" if policy == "unique" else ""
    db.execute(
        f"""
        create or replace temp table edges as
        with keys as ({keys_sql(policy)}),
        usable as (
            select rule, key, min(first) as first
            from (select rule, key, source, count(*) as held, min(record) as first from keys group by rule, key, source)
            group by rule, key {once_per_source}
        )
        select distinct usable.first, keys.record from usable inner join keys using (rule, key)
        where usable.first <> keys.record
        """
    )
    count = int((db.execute("select count(*) from records").fetchone() or [0])[0])
    edges = db.execute("select first, record from edges").fetchnumpy()
    ones = np.ones(len(edges["first"]), dtype=np.int8)
    _, labels = connected_components(coo_array((ones, (edges["first"], edges["record"])), shape=(count, count)))
    store(db, policy, np.arange(count), labels)


def store(db: duckdb.DuckDBPyConnection, policy: str, records: np.ndarray, labels: np.ndarray) -> None:
    """Keep a clustering as `clusters_<policy>`."""
    frame = pd.DataFrame({"record": records, "cluster": labels})
    db.register("clustering", frame)
    db.execute(f"create or replace table clusters_{policy} as select record, cluster from clustering")
    db.unregister("clustering")
