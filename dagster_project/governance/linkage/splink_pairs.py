"""The optional Splink model as a method of tier 5: pairs of this run's records that it finds alike, in two bands.

The agreement approves a band by name and date, like every method. The model is trained on the records of the run, in
memory: nothing of them is written but `matched.splink_pairs`, which holds record keys and a band, never a score.
"""

import importlib.util
from collections.abc import Iterable
from typing import Any

import duckdb
import pandas as pd
import psycopg

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.linkage import splink_model
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import DBT

# Method of the agreement to the probability from which on a pair belongs to it; the surest first.
BANDS = {"splink_very_alike": 0.9999, "splink_alike": 0.99}
INSTALL = "python -m pip install --require-hashes -r requirements-splink.lock"
_APPROVED = "select method from agreement.match_methods where method = any(%s) order by method"
# One postcode per record is enough to tell strangers apart; rules that need all of them are the tiers'.
_RECORDS = """
    select
        identities.record_key, identities.partner, identities.last_name, identities.first_name,
        substr(identities.first_name, 1, 3) as first_three, identities.birth_date,
        cast(identities.birth_date as text) as dob, identities.sex, homes.postcode, identities.nhs_number,
        identities.upn, identities.nino, identities.social_care_id, identities.education_id
    from matched.identity_records as identities
    left join (
        select record_key, min(postcode) as postcode from matched.identity_postcodes group by record_key
    ) as homes on identities.record_key = homes.record_key
"""
_COLUMNS = ("record_key", "partner", *splink_model.COLUMNS)


def approved_bands(settings: Settings) -> list[str]:
    """The bands that the agreement in the warehouse approves; none by default.

    Raises:
        GovernanceError: one is approved and Splink is not installed.
    """
    with connect(settings, DBT) as conn:
        bands = [method for (method,) in conn.execute(_APPROVED, [list(BANDS)]).fetchall()]
    if bands and importlib.util.find_spec("splink") is None:
        raise GovernanceError(
            f"The agreement approves {', '.join(bands)} for tier 5, and Splink is not installed here. Run {INSTALL}"
            " (or make splink), or take the method out of the agreement"
        )
    return bands


def forget(settings: Settings) -> None:
    """Empty the table of pairs: what another run found is nobody's business in this one."""
    with connect(settings, DBT) as conn:
        conn.execute("truncate matched.splink_pairs")


def score(settings: Settings, bands: Iterable[str]) -> int:
    """Fill the table of pairs with those of the bands, from the identities that stand in `matched`; how many.

    Raises:
        GovernanceError: the model could not be trained. Of the fault only its kind is told, its text may quote values.
    """
    thresholds = {band: BANDS[band] for band in BANDS if band in set(bands)}
    with connect(settings, DBT) as conn:
        people = _frame(conn)
        try:
            pairs = find_pairs(people, thresholds)
        except Exception as fault:
            raise GovernanceError(
                f"The Splink model could not be trained on these records ({type(fault).__name__}): there may be too few"
                " of them. Take the method out of the agreement, and run again"
            ) from None
        conn.execute("truncate matched.splink_pairs")
        with conn.cursor() as cursor, cursor.copy("copy matched.splink_pairs from stdin") as rows:
            for pair in pairs:
                rows.write_row(pair)
    return len(pairs)


def find_pairs(people: pd.DataFrame, thresholds: dict[str, float]) -> list[tuple[str, str, str]]:
    """(smaller record key, larger record key, band) of the pairs of different partners that the model finds alike.

    `people` has the columns of `_COLUMNS`; `thresholds` are given from the surest band down.
    """
    with duckdb.connect() as db:
        # All in memory: what does not fit ends the run and spills nowhere.
        db.execute("set temp_directory = ''")
        db.register("people_frame", people)
        # Splink draws its sample by the number of a record. Records are numbered by content: neither the order in which
        # they come nor what they and their partners are called decides anything.
        db.execute(
            f"create table people as select row_number() over (order by {', '.join(splink_model.COLUMNS)}) as number,"  # noqa: S608
            " * replace (cast(birth_date as date) as birth_date) from people_frame"
        )
        _, predicted = splink_model.predict(db, "people", "number", min(thresholds.values()))
        # Splink's own name for its table, from this process.
        query = f"""
            select
                least(l.record_key, r.record_key) as left_record_key,
                greatest(l.record_key, r.record_key) as right_record_key,
                max(match_probability) as probability
            from {predicted.physical_name}
            inner join people as l on number_l = l.number
            inner join people as r on number_r = r.number
            where l.partner <> r.partner
            group by all
            order by all
        """  # noqa: S608
        found = db.execute(query).fetchall()
    return [(left, right, _band(probability, thresholds)) for left, right, probability in found]


def _band(probability: float, thresholds: dict[str, float]) -> str:
    return next(band for band, least in thresholds.items() if probability >= least)


def _frame(conn: psycopg.Connection[Any]) -> pd.DataFrame:
    rows = conn.execute(_RECORDS.encode()).fetchall()
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(object)
