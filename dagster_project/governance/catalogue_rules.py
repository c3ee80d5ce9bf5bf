"""What a mart schema must look like before anybody may read it; counts what does not."""

from collections.abc import Iterator

from dagster_project.governance.catalogue import Catalogue, Grant
from dagster_project.governance.mart_shape import MartShape
from dagster_project.warehouse.roles import ANALYST, DBT, FUNCTION_PREFIX, MART_OWNER, PUBLISHER
from expectations.redact import Verdict

SUITE = "catalogue"
EVERYBODY = ""
# A record's own id is the system id of the source that it comes from, whatever the column is called.
RECORD_IDS = ("record_id", "person_id")
TABLE_KINDS = ("r", "p")


def judge_catalogue(catalogue: Catalogue, shape: MartShape, schema: str) -> list[Verdict]:
    """One verdict per rule, with the number of offences."""
    return [
        Verdict(
            suite=SUITE,
            check_id=check_id,
            clause=clause,
            passed=offences == 0,
            observed={"expectation": "catalogue", "table": schema, "dimension": "secrecy", "offences": offences},
        )
        for check_id, clause, offences in _offences(catalogue, shape)
    ]


def _offences(catalogue: Catalogue, shape: MartShape) -> Iterator[tuple[str, str, int]]:
    tables = {relation.name for relation in catalogue.relations if relation.kind in TABLE_KINDS}
    stamped = {table for table, column in catalogue.columns if column == "publish_id"}
    yield "tables_exact", "PU-03", len(tables ^ shape.tables)
    yield "columns_exact", "DS-02", len(catalogue.columns ^ shape.columns)
    yield "publish_id_everywhere", "RE-01", len(tables - stamped)
    yield "only_tables", "SE-01", sum(relation.kind not in TABLE_KINDS for relation in catalogue.relations)
    yield "no_routines", "SE-01", catalogue.routines
    yield "no_code_on_tables", "SE-01", catalogue.code_on_tables
    yield "built_by_dbt", "SE-01", sum(relation.owner != DBT for relation in catalogue.relations)
    # An unlogged table is emptied by a crash, and with it the mart that was good.
    yield "survives_a_crash", "PU-03", sum(relation.persistence != "p" for relation in catalogue.relations)
    yield "no_powerful_roles", "SE-01", catalogue.powerful_roles
    yield from _match_only_columns(catalogue, shape)
    yield from _rights(catalogue, shape)


def _match_only_columns(catalogue: Catalogue, shape: MartShape) -> Iterator[tuple[str, str, int]]:
    names = [column for _, column in catalogue.columns]
    for item, clause in shape.match_only.items():
        yield f"no_column_{item}", clause, sum(item in name for name in names)
    yield "no_column_record_id", "F-13", sum(name.endswith(RECORD_IDS) for name in names)


def _rights(catalogue: Catalogue, shape: MartShape) -> Iterator[tuple[str, str, int]]:
    roles = {FUNCTION_PREFIX + function: columns for function, columns in shape.readable.items()}
    yield "no_public_rights", "SE-01", sum(grant.grantee == EVERYBODY for grant in catalogue.grants)
    yield "no_other_rights", "SE-01", sum(not _is_meant(grant, set(roles)) for grant in catalogue.grants)
    strangers = [columns for role, columns in catalogue.readable.items() if role not in roles]
    yield "no_other_functions", "SE-02", sum(len(columns) for columns in strangers)
    for role, columns in sorted(roles.items()):
        readable = catalogue.readable.get(role)
        yield f"columns_of_{role}", "SE-02", len(columns ^ readable) if readable is not None else len(columns)


def _is_meant(grant: Grant, function_roles: set[str]) -> bool:
    """Whether the set-up or the models give this right."""
    if grant.level == "schema":
        building = {"USAGE", "CREATE"} if grant.grantee in (DBT, MART_OWNER) else {"USAGE"}
        return grant.grantee in (DBT, MART_OWNER, PUBLISHER, ANALYST) and grant.privilege in building
    if grant.grantee == DBT:
        return True
    if grant.privilege != "SELECT":
        return False
    if grant.level == "table":
        return grant.grantee in (PUBLISHER, ANALYST)
    return grant.grantee in function_roles
