"""Who read which table of the mart, from the lines of the server's log (clauses SE-01, SE-02).

The row policies write a line for each statement and table about people, never the statement; each has a code over its
own words that only the database and this module can make, so that nobody writes one who did not read. Where the server
has pgaudit, its lines about the mart are read as well, from logs in CSV or JSON form.
"""

import csv
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg

from dagster_project.clock import LONDON
from dagster_project.governance.access.audit import viewers_of
from dagster_project.governance.decisions.steward import acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.endpoint import read_endpoint
from dagster_project.warehouse.swap import PUBLISHED

Source = Literal["policy", "pgaudit"]
_MARK = "hearthlink read: "
_LINE = re.compile(
    _MARK
    + r"(?P<words>(?P<login>[a-z][a-z0-9._-]{2,62}) reads (?P<table>[a-z_]{1,63})"
    + r" at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) in (?P<session>\d{1,20})) (?P<code>[0-9a-f]{64})(?![0-9a-f])"
)
_PGAUDIT = "AUDIT: "
_PGAUDIT_CLASS = 3
_PGAUDIT_OBJECT = 6
# Columns of PostgreSQL's CSV log.
_CSV_TIME, _CSV_LOGIN, _CSV_SESSION, _CSV_MESSAGE = 0, 1, 5, 13
_KEY = "select key from access.read_key"
_FUNCTIONS = "select login, function, held_from, held_until from access.user_functions"


@dataclass(frozen=True)
class Read:
    """A statement that read a table. `at` is UTC, `session` what tells two reads of one moment apart."""

    login: str
    table: str
    at: datetime
    session: str
    source: Source


@dataclass(frozen=True)
class Tally:
    """A user's reads of a table on a London day: how many, the first and the last. `function` is what they had then."""

    login: str
    function: str
    table: str
    source: Source
    first: datetime
    last: datetime
    reads: int


@dataclass
class Found:
    """What the logs hold. `doubtful` counts lines that look like a read and cannot be believed or understood: cut off,
    changed, or written by somebody else.
    """

    tallies: list[Tally] = field(default_factory=list)
    doubtful: int = 0
    files: int = 0


@dataclass(frozen=True)
class Question:
    """What is asked: about a user, a table, reads since a moment, and a person who could be seen by it."""

    login: str = ""
    table: str = ""
    since: datetime | None = None
    person_key: str = ""


@dataclass(frozen=True)
class _Entry:
    """A message of a log, with the login, time and session that a CSV or JSON log tells beside it."""

    message: str
    login: str = ""
    at: str = ""
    session: str = ""


def reads(settings: Settings, reader: str, question: Question, logs: Iterable[Path] = ()) -> Found:
    """Who read what, by user, table and London day. The question is logged.

    `logs` are files of a server of the council's own: as text, `.csv` or `.json`. Without them the embedded server's.

    Raises GovernanceError without the name of who asks, without a log, or for a log that cannot be read.
    """
    files = list(logs) or _own_logs(settings)
    with acting(settings, reader, "audit_reads", question.person_key or question.login or question.table) as (
        conn,
        detail,
    ):
        found = Found(files=len(files))
        wanted = _filter(conn, question)
        read_once = dict.fromkeys(read for read in _all_reads(conn, files, found) if wanted(read))
        found.tallies = _tallies(read_once, conn.execute(_FUNCTIONS).fetchall())
        detail |= {"files": found.files, "rows": len(found.tallies), "doubtful": found.doubtful}
    return found


def code_of(words: str, key: str) -> str:
    """The code that the database puts behind the words of a line."""
    return hashlib.sha256(f"{key}|{words}|{key}".encode()).hexdigest()


def _own_logs(settings: Settings) -> list[Path]:
    endpoint = None if settings.dsn else read_endpoint(settings)
    if endpoint is None:
        raise GovernanceError(
            "The log of a server of your own lies there: have its administrator hand you the files, and name each"
            " with --log (text, .csv or .json)"
        )
    return sorted(endpoint.base.glob(f"{endpoint.log_file.stem}*.log"))


def _all_reads(conn: psycopg.Connection[Any], files: list[Path], found: Found) -> Iterator[Read]:
    [(key,)] = conn.execute(_KEY).fetchall()
    for file in files:
        try:
            with file.open(encoding="utf-8", errors="replace", newline="") as text:
                yield from _reads_of(text, file.suffix, key, found)
        except OSError as fault:
            raise GovernanceError(f"{file} cannot be read ({fault.strerror})") from None


def _reads_of(text: io.TextIOBase, kind: str, key: str, found: Found) -> Iterator[Read]:
    for entry in _entries(text, kind, found):
        if _MARK in entry.message:
            yield from _from_policy(entry.message, key, found)
        elif entry.message.startswith(_PGAUDIT):
            yield from _from_pgaudit(entry, found)


def _entries(text: io.TextIOBase, kind: str, found: Found) -> Iterator[_Entry]:
    """Of a text log the message alone: a line's other parts, and lines themselves, may be anybody's words."""
    if kind == ".csv":
        for row in csv.reader(text):
            if len(row) > _CSV_MESSAGE:
                yield _Entry(row[_CSV_MESSAGE], row[_CSV_LOGIN], row[_CSV_TIME], row[_CSV_SESSION])
    elif kind == ".json":
        for line in text:
            try:
                told = json.loads(line)
                yield _Entry(*(str(told.get(name, "")) for name in ("message", "user", "timestamp", "session_id")))
            except (ValueError, AttributeError):
                found.doubtful += _MARK in line or _PGAUDIT in line
    else:
        yield from (_Entry(line[line.index(_MARK) :]) for line in text if _MARK in line)


def _from_policy(message: str, key: str, found: Found) -> Iterator[Read]:
    told = _LINE.search(message)
    if told is None or told["code"] != code_of(told["words"], key):
        found.doubtful += 1
        return
    at = datetime.strptime(told["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    yield Read(told["login"], told["table"], at, told["session"], "policy")


def _from_pgaudit(entry: _Entry, found: Found) -> Iterator[Read]:
    """Reads of tables of the mart; what the policies themselves look up lies in other schemas."""
    told = next(csv.reader([entry.message.removeprefix(_PGAUDIT)]), [])
    try:
        kind, thing = told[_PGAUDIT_CLASS], told[_PGAUDIT_OBJECT]
        at = datetime.strptime(entry.at, "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        found.doubtful += 1
        return
    schema, _, table = thing.partition(".")
    if kind == "READ" and schema == PUBLISHED:
        yield Read(entry.login, table, at, "/".join([entry.session, *told[1:3]]), "pgaudit")


def _filter(conn: psycopg.Connection[Any], question: Question) -> Callable[[Read], bool]:
    seen_by = None
    if question.person_key:
        seen_by = [(one.login, one.since, one.until) for one in viewers_of(conn, question.person_key)]

    def wanted(read: Read) -> bool:
        return (
            question.login in ("", read.login)
            and question.table in ("", read.table)
            and (question.since is None or read.at >= question.since)
            and (
                seen_by is None
                or any(login == read.login and _was(read.at, since, until) for login, since, until in seen_by)
            )
        )

    return wanted


def _was(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= at and (until is None or at < until)


def _tallies(found: Iterable[Read], functions: list[tuple[Any, ...]]) -> list[Tally]:
    """Of registered users alone: the pipeline's logins read every table in every run."""
    held: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for login, *rest in functions:
        held[login].append(tuple(rest))
    groups: dict[tuple[Any, ...], list[datetime]] = defaultdict(list)
    for read in found:
        if read.login in held:
            function = next((name for name, *time in held[read.login] if _was(read.at, *time)), "")
            day = read.at.astimezone(LONDON).date()
            groups[(day, read.login, function, read.table, read.source)].append(read.at)
    return [
        Tally(login, function, table, source, min(times), max(times), len(times))
        for (_, login, function, table, source), times in sorted(groups.items())
    ]
