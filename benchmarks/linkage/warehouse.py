"""Record sets into a real warehouse: the agreement with one partner per system, and the rows as if delivered.

Everybody of a housing system is placed in temporary accommodation today, so that all of them are in scope.
"""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import duckdb
import psycopg
from psycopg import sql

from benchmarks.linkage.population.people import AS_AT
from dagster_project.agreement.content import Approval, MatchMethod, Method, Tier
from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import IDENTIFIERS, Agreement, Partner, file_sha256, load_agreement
from dagster_project.clock import utc_now
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

_KIND_OF_SOURCE = {
    "housing": "temporary_accommodation",
    "csc": "childrens_social_care",
    "asc": "adult_social_care",
    "edu": "education",
}
_CHUNK = 1 << 20
_PERSON = (
    "record_id as person_id, first_name as legal_first_name, last_name as legal_last_name, "
    "birth_date as date_of_birth, nhs_number"
)
# Extract, the source whose records fill it, its columns. A postcode field may hold several, with `;` between them.
_EXTRACTS = (
    ("hou_homeless_cases", "housing", "record_id as case_id"),
    (
        "hou_household_members", "housing",
        f"{_PERSON}, record_id as case_id, sex as gender, nino, social_care_id, education_id",
    ),
    (
        "hou_ta_placements", "housing",
        "record_id || '-' || place as placement_id, record_id as case_id, '2020-01-01' as start_date, postcode",
    ),
    ("csc_persons", "csc", f"{_PERSON}, sex, upn, nino, education_id"),
    ("csc_addresses", "csc", "record_id as person_id, cast(date '2020-01-01' + place as text) as start_date, postcode"),
    ("asc_persons", "asc", f"{_PERSON}, sex as gender, nino, first_postcode as postcode"),
    (
        "edu_pupils", "edu",
        f"{_PERSON}, sex, upn, former_upn, social_care_id, first_postcode as postcode,"
        " '2020-09-01' as entry_date, '9999999' as laestab",
    ),
)  # fmt: skip
_PER_ADDRESS = {"hou_ta_placements", "csc_addresses"}


def split(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the rows of each extract and partner as `<extract>.<partner>.csv`, from the table `records`."""
    db.execute(
        "create or replace temp table addresses as select record, trim(unnest(codes)) as postcode,"
        " cast(unnest(range(len(codes))) as integer) as place"
        " from (select record, string_split(coalesce(postcode, ''), ';') as codes from records)"
    )
    partners = db.execute("select distinct source, partner from records order by partner").fetchall()
    for extract, wanted, columns in _EXTRACTS:
        for source, partner in partners:
            if source != wanted:
                continue
            rows = "(select *, string_split(postcode, ';')[1] as first_postcode from records)"
            if extract in _PER_ADDRESS:
                rows = "(select * exclude (records.postcode) from records inner join addresses using (record))"
            db.execute(
                f"copy (select {columns}, partner, 'bench' as delivery_id, record as line_number"
                f" from {rows} where partner = '{partner}') to '{folder / f'{extract}.{partner}.csv'}' (header)"
            )


def copy(settings: Settings, folder: Path) -> None:
    """COPY what `split` wrote into `raw`, after emptying its tables."""
    with connect(settings, "hl_loader") as conn:
        for extract, _, _ in _EXTRACTS:
            conn.execute(sql.SQL("truncate {}").format(sql.Identifier("raw", extract)))
        for path in sorted(folder.glob("*.*.csv")):
            extract, partner = path.name.split(".")[:2]
            partition = sql.Identifier("raw", f"{extract}__{partner}")
            conn.execute(
                sql.SQL("create table if not exists {} partition of {} for values in ({})").format(
                    partition, sql.Identifier("raw", extract), partner
                )
            )
            _copy_file(conn, partition, path)
            conn.execute(sql.SQL("analyze {}").format(partition))


def _copy_file(conn: psycopg.Connection[Any], table: sql.Identifier, path: Path) -> None:
    with path.open("rb") as file:
        columns = file.readline().decode().strip().split(",")
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with conn.cursor() as cursor, cursor.copy(sql.SQL("copy {} ({}) from stdin csv").format(table, names)) as into:
            while chunk := file.read(_CHUNK):
                into.write(chunk)


def agree(settings: Settings, partners: list[tuple[str, str]], *, with_tier_5: bool) -> None:
    """The shipped agreement with these partners (source, code), each of whose statements covers every identifier."""
    shipped = load_agreement(settings.agreement_file).on(AS_AT)
    agreement = shipped.model_copy(
        update={
            "partners": tuple(_partner(shipped, source, code) for source, code in partners),
            "matching": tuple(_tier(tier, with_tier_5) for tier in shipped.matching),
        }
    )
    context = RunContext("benchmark", AS_AT, file_sha256(settings.agreement_file), utc_now())
    with connect(settings, "hl_loader") as conn:
        load_into_warehouse(conn, agreement, context)


def _partner(shipped: Agreement, source: str, code: str) -> Partner:
    like = next(partner for partner in shipped.partners if partner.kind == _KIND_OF_SOURCE[source])
    statement = like.privacy_statement.model_copy(update={"covers": frozenset(IDENTIFIERS)})
    return like.model_copy(update={"code": code, "person_id_namespace": code, "privacy_statement": statement})


def _tier(tier: Tier, with_tier_5: bool) -> Tier:
    if tier.tier != 5:
        return tier
    approved = Approval(by="Benchmark", date=date(2020, 1, 1))
    # Splink is measured beside Hearthlink, not within it.
    ids = [method for method in get_args(MatchMethod) if not method.startswith("splink")]
    methods = tuple(Method(id=method, action="link", approved=approved) for method in ids)
    return tier.model_copy(update={"enabled": with_tier_5, "action": "link", "methods": methods})
