"""The embedded SQL engine over the delivered files: in memory, with no way to a file, a network or an extension.

A mapping's SQL is written by an analyst and reviewed like code, but it is still kept from all that it does not need.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import Any

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.model import FAULTS, ROW, ROWS
from dagster_project.extracts.reasons import RefusalReason

MEMORY = "4GB"
SECONDS = 600
_CHUNK = 50_000
# What cannot hold a delivered value: the texts of all other errors may quote one.
_ABOUT_THE_STATEMENT = ("ParserException", "BinderException", "CatalogException", "SyntaxException")
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": MEMORY,
    "threads": "2",
}


class Engine:
    """Delivered tables of one mapping. Every column is text; `_row` says which delivered row a row comes from.

    Each table stands twice: as `all_rows.<name>`, with a column of faults, and as the view `<name>` without the rows
    that have any. `seconds` bounds a statement.
    """

    def __init__(self, mapping: str, seconds: float = SECONDS) -> None:
        import duckdb  # slow to import, and only mapped deliveries need it

        self._errors = duckdb.Error
        self._mapping = mapping
        self._seconds = seconds
        self._waiting: dict[str, list[Sequence[Any]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self._made = 0
        self._connection = duckdb.connect(":memory:", config=dict(_CONFIG))
        self._connection.execute("set enable_progress_bar = false")
        self._connection.execute("set disabled_filesystems = 'LocalFileSystem'")
        self._connection.execute("set lock_configuration = true")
        self._connection.execute("create schema all_rows")
        self._connection.execute("create schema made")

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def create(self, table: str, columns: Sequence[str]) -> None:
        """An empty table."""
        self._columns[table] = (ROW, FAULTS, *columns)
        texts = ", ".join(f'"{column}" varchar' for column in columns)
        self._connection.execute(f'create table all_rows."{table}" ({ROW} bigint, {FAULTS} varchar, {texts})')
        self._connection.execute(
            f'create view "{table}" as select * exclude ({FAULTS}) from all_rows."{table}" where {FAULTS} is null'  # noqa: S608
        )
        self._waiting[table] = []

    def append(self, table: str, row: Sequence[Any]) -> None:
        """Add a row: its number, its faults (None where it has none), then its values."""
        waiting = self._waiting[table]
        waiting.append(row)
        if len(waiting) >= _CHUNK:
            self._store(table)

    def finish(self) -> None:
        """Store what was added."""
        for table in self._waiting:
            self._store(table)

    def make(self, statement: str, what: str) -> tuple[str, tuple[str, ...], int]:
        """Run one select and keep what it returns: name of the result, its columns, its rows.

        Raises:
            DeliveryRefused: it is not one select, fails, runs too long or needs too much memory.
        """
        try:
            parsed = self._connection.extract_statements(statement)
        except self._errors as error:
            raise self._failed(error, what) from None
        if len(parsed) != 1 or parsed[0].type.name != "SELECT":
            raise DeliveryRefused(
                RefusalReason.MAPPING_UNUSABLE,
                f"mapping {self._mapping}, {what}: must be one select statement, and nothing else",
            )
        self._made += 1
        name = f"made_{self._made}"
        text = statement.strip().rstrip(";")
        try:
            with self._in_time():
                self._connection.execute(f'create table made."{name}" as {text}\n')
            columns = [row[0] for row in self._connection.execute(f'describe made."{name}"').fetchall()]
            count = self._connection.execute(f'select count(*) from made."{name}"').fetchall()[0][0]  # noqa: S608
        except self._errors as error:
            raise self._failed(error, what) from None
        return name, tuple(columns), count

    def rows(self, name: str, columns: Sequence[str], order: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a result, as text, in an order."""
        texts = ", ".join(
            f'cast("{column}" as varchar)' if column not in (ROW, ROWS) else f'"{column}"' for column in columns
        )
        cursor = self._connection.cursor()
        cursor.execute(f'select {texts} from made."{name}" order by {order}')  # noqa: S608
        while batch := cursor.fetchmany(_CHUNK):
            yield from batch

    def count(self, table: str) -> int:
        """How many delivered rows a table holds."""
        return self._connection.execute(f'select count(distinct {ROW}) from all_rows."{table}"').fetchall()[0][0]  # noqa: S608

    def faulty(self, table: str) -> list[tuple[int, str]]:
        """The rows of a table that have faults, with them, in the order of the file."""
        return self._connection.execute(
            f'select distinct {ROW}, {FAULTS} from all_rows."{table}" where {FAULTS} is not null order by {ROW}'  # noqa: S608
        ).fetchall()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        timer = Timer(self._seconds, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _store(self, table: str) -> None:
        from pandas import DataFrame

        waiting = self._waiting[table]
        if waiting:
            names = self._columns[table]
            frame = DataFrame(
                {name: list(values) for name, values in zip(names, zip(*waiting, strict=True), strict=True)}
            )
            self._connection.register("arriving", frame)
            texts = ", ".join(f'cast("{name}" as {"bigint" if name == ROW else "varchar"})' for name in names)
            self._connection.execute(f'insert into all_rows."{table}" select {texts} from arriving')  # noqa: S608
            self._connection.unregister("arriving")
            waiting.clear()

    def _failed(self, error: Exception, what: str) -> DeliveryRefused:
        kind = type(error).__name__
        place = f"mapping {self._mapping}, {what}"
        if kind == "InterruptException":
            return DeliveryRefused(
                RefusalReason.MAPPING_FAILED, f"{place}: the SQL ran longer than {self._seconds:.0f} s"
            )
        if kind == "OutOfMemoryException":
            return DeliveryRefused(RefusalReason.MAPPING_FAILED, f"{place}: the SQL needs more than {MEMORY} of memory")
        if kind == "PermissionException":
            return DeliveryRefused(
                RefusalReason.MAPPING_UNUSABLE, f"{place}: the SQL reaches outside of the delivery; it may not"
            )
        if kind in _ABOUT_THE_STATEMENT:
            text = re.sub(r"\s+", " ", str(error).split("LINE ")[0]).strip()
            return DeliveryRefused(RefusalReason.MAPPING_UNUSABLE, f"{place}: {text}")
        return DeliveryRefused(
            RefusalReason.MAPPING_FAILED,
            f"{place}: the SQL failed on a row ({kind}); guard it with try_cast or a where",
        )
