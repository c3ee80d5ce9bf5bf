"""Which columns of which tables a query needs, also in its joins and conditions, read from the compiled SQL."""

from collections.abc import Iterable, Mapping
from typing import cast

from sqlglot import exp, lineage, parse_one
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

DIALECT = "postgres"
# schema -> table -> columns
Shapes = Mapping[str, Mapping[str, Iterable[str]]]
Table = tuple[str, str]


def used_columns(statement: str, wanted: Iterable[str], shapes: Shapes) -> dict[Table, set[str]]:
    """Columns by (schema, table) that the `wanted` columns of the statement's result depend on.

    `shapes` are the tables that it may read. Raises sqlglot's SqlglotError on SQL that it cannot parse.
    """
    inner = _parsed(statement)
    asked = exp.select(*(exp.column(name) for name in sorted(wanted))).from_(inner.subquery("asked"))
    tree = pushdown_projections(qualify(asked, schema=_schema(shapes), dialect=DIALECT, validate_qualify_columns=False))
    found: dict[Table, set[str]] = {}
    for scope in traverse_scope(tree):
        for alias, source in scope.sources.items():
            if isinstance(source, exp.Table):
                columns = {column.name for column in scope.columns if column.table == alias}
                found.setdefault((source.db, source.name), set()).update(columns)
    return found


def columns_of_value(statement: str, column: str, shapes: Shapes) -> dict[Table, set[str]]:
    """Columns by (schema, table) that the value of one column is made of; what only joins or filters is left out."""
    found: dict[Table, set[str]] = {}
    for node in lineage.lineage(column, _parsed(statement), _schema(shapes), dialect=DIALECT).walk():
        if isinstance(node.expression, exp.Table):
            table = (node.expression.db, node.expression.name)
            found.setdefault(table, set()).add(node.name.split(".")[-1].strip('"'))
    return found


def _parsed(statement: str) -> exp.Query:
    """The query with tables named by schema and name, as they are in `shapes`."""
    tree = parse_one(statement, dialect=DIALECT)
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    return cast(exp.Query, tree)


def _schema(shapes: Shapes) -> dict[str, object]:
    return {
        schema: {table: dict.fromkeys(columns, "text") for table, columns in tables.items()}
        for schema, tables in shapes.items()
    }
