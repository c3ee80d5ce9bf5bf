"""Who read which table: from the lines that row policies write into the server's log, over TCP, and nobody else's."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from dagster_project.agreement.model import load_agreement
from dagster_project.cli import app
from dagster_project.governance.access import users
from dagster_project.governance.access.reads import Found, Question, reads
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.endpoint import read_endpoint
from tests import gate_world as data
from tests.access_kit import BY, let_in
from tests.access_world import PEOPLE, published_with_everybody

STEWARD, OFFICER = PEOPLE["data_steward"].login, PEOPLE["ta_officer"].login
ASKER = "Otto Fenwick"
# Written by PostgreSQL 15 with pgaudit 1.7: log = read, log_relation = on, log_statement = off.
PGAUDIT_CSV = (
    '2026-11-26 16:03:44.414 UTC,"{login}","hearthlink",22843,"127.0.0.1:51232",6b085860.593b,1,"SELECT",'
    '2026-11-26 16:03:44 UTC,3/2,0,LOG,00000,"AUDIT: SESSION,1,1,READ,SELECT,TABLE,{table},<not logged>,<not logged>"'
    ',,,,,,,,,"psql","client backend",,0\n'
)
PGAUDIT_JSON = {
    "timestamp": "2026-11-26 16:03:44.414 UTC",
    "dbname": "hearthlink",
    "pid": 22843,
    "session_id": "6b085860.593b",
    "line_num": 1,
    "ps": "SELECT",
    "error_severity": "LOG",
    "backend_type": "client backend",
}


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    """A published mart; the steward has read two tables in three statements, the officer one in one."""
    published_with_everybody(own_warehouse)
    with connect(own_warehouse, STEWARD, autocommit=True) as conn:
        conn.execute("select first_name from mart.dim_person")
        conn.execute("select first_name from mart.dim_person where last_name = 'Quillfeather'")
        conn.execute("select first_name from mart.dim_person inner join mart.fct_person_indicators using (person_key)")
    with connect(own_warehouse, OFFICER, autocommit=True) as conn:
        conn.execute("select first_name from mart.dim_person")
        conn.execute("select partner from mart.dim_partner")
    return own_warehouse


def asked(settings: Settings, question: Question | None = None, *logs: Path) -> tuple[list[tuple[str, ...]], Found]:
    found = reads(settings, ASKER, question or Question(), logs)
    return [(one.login, one.function, one.table, str(one.reads)) for one in found.tallies], found


ALL = [
    (STEWARD, "data_steward", "dim_person", "3"),
    (STEWARD, "data_steward", "fct_person_indicators", "1"),
    (OFFICER, "ta_officer", "dim_person", "1"),
]


def own_log(settings: Settings) -> Path:
    endpoint = read_endpoint(settings)
    assert endpoint is not None
    return endpoint.log_file


def test_each_statement_counts_once_by_user_function_and_table(published: Settings) -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    counted, found = asked(published)
    assert counted == ALL
    assert found.doubtful == 0
    assert all(started < one.first <= one.last <= datetime.now(UTC) for one in found.tallies)
    # The pipeline's logins read every table to judge and publish, and are nobody's reads.
    assert {one.login for one in found.tallies} == {STEWARD, OFFICER}


def test_nothing_of_a_statement_or_a_row_is_in_the_log(published: Settings) -> None:
    log = own_log(published).read_text()
    assert log.count("hearthlink read: ") == 5
    assert "Quillfeather" not in log
    assert "select" not in log.lower()


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        (Question(login=OFFICER), ALL[2:]),
        (Question(table="fct_person_indicators"), ALL[1:2]),
        (Question(login=OFFICER, table="fct_person_indicators"), []),
        (Question(since=datetime(2099, 1, 1, tzinfo=UTC)), []),
        (Question(since=datetime(2026, 1, 1, tzinfo=UTC)), ALL),
        # The world's rows open to whoever sees the whole system alone.
        (Question(person_key=data.ADULT), ALL[:2]),
        (Question(person_key="p00000000000000000009"), []),
    ],
)
def test_it_is_asked_by_user_table_day_and_person(
    published: Settings, question: Question, rows: list[tuple[str, ...]]
) -> None:
    assert asked(published, question)[0] == rows


def test_what_was_read_under_another_function_is_told_so(published: Settings) -> None:
    let_in(published, "mona.fenwick", "ta_officer", Scope())
    with connect(published, "mona.fenwick", autocommit=True) as conn:
        conn.execute("select first_name from mart.dim_person")
    users.move(published, load_agreement(published.agreement_file), "mona.fenwick", "data_steward", Scope(), BY)
    with connect(published, "mona.fenwick", autocommit=True) as conn:
        conn.execute("select first_name from mart.dim_person")
    assert asked(published, Question(login="mona.fenwick"))[0] == [
        ("mona.fenwick", "data_steward", "dim_person", "1"),
        ("mona.fenwick", "ta_officer", "dim_person", "1"),
    ]


@pytest.fixture
def line(published: Settings) -> str:
    """A line as the server wrote it."""
    return next(one for one in own_log(published).read_text().splitlines() if f"{OFFICER} reads dim_person" in one)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OFFICER, STEWARD),
        ("dim_person", "dim_household"),
        ("Z in ", "Z in 1"),
        (r"T\d\d:", "T99:"),
        (r"[0-9a-f]{64}$", "0" * 64),
        (r".$", ""),
        (r" [0-9a-f]{64}$", ""),
        (r" in .*$", ""),
    ],
)
def test_a_line_that_was_changed_or_cut_off_is_doubtful_and_no_read(
    published: Settings, line: str, tmp_path: Path, old: str, new: str
) -> None:
    beginning, _, words = line.partition("LOG:")
    changed = re.sub(old, new, words)
    assert changed != words
    log = tmp_path / "server.log"
    log.write_text(f"{beginning}LOG:{changed}\n", encoding="utf-8")
    counted, found = asked(published, None, log)
    assert (counted, found.doubtful) == ([], 1)


def test_a_line_counts_once_wherever_it_was_copied_to(published: Settings, line: str, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(f"{line}\n{line}\n", encoding="utf-8")
    message = line.partition("LOG:  ")[2]
    (tmp_path / "b.json").write_text(json.dumps(PGAUDIT_JSON | {"user": OFFICER, "message": message}) + "\n")
    row = PGAUDIT_CSV.format(login=OFFICER, table="x").replace("AUDIT: SESSION,1,1,READ,SELECT,TABLE,x", message)
    (tmp_path / "c.csv").write_text(row.replace(",<not logged>", ""))
    counted, found = asked(published, None, *(tmp_path / name for name in ("a.log", "b.json", "c.csv")))
    assert (counted, found.doubtful, found.files) == (ALL[2:], 0, 3)


def test_nobody_can_write_such_a_line_by_the_name_they_log_in_with(published: Settings) -> None:
    """A login and a database with line ends in them reach a text log as they are."""
    before = asked(published)
    address = connect(published, "admin").info
    login = "x\n2026-11-26 15:00:00.000 UTC,1,stella.fenwick"
    database = "hearthlink,LOG:  hearthlink read: a.b reads dim_person"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=address.host, port=address.port, user=login, dbname=database, password="x")
    counted, found = asked(published)
    forged = own_log(published).read_text().count("a.b reads dim_person")
    assert (counted, found.doubtful) == (before[0], before[1].doubtful + forged)


def test_lines_of_pgaudit_are_read_and_what_policies_look_up_is_not_shown(published: Settings, tmp_path: Path) -> None:
    rows = [(STEWARD, "mart.dim_person"), (STEWARD, "access.user_partners"), ("hl_dbt", "mart.dim_person")]
    (tmp_path / "a.csv").write_text("".join(PGAUDIT_CSV.format(login=login, table=table) for login, table in rows))
    told = [
        PGAUDIT_JSON
        | {"user": login, "message": f"AUDIT: SESSION,1,2,READ,SELECT,TABLE,{table},<not logged>,<not logged>"}
        for login, table in rows
    ]
    lines = [*(json.dumps(one) for one in told), json.dumps(told[0])[:-20], "{AUDIT: "]
    (tmp_path / "b.json").write_text("\n".join(lines))
    found = reads(published, ASKER, Question(), [tmp_path / "a.csv", tmp_path / "b.json"])
    assert [(one.login, one.table, one.source, one.reads) for one in found.tallies] == [
        (STEWARD, "dim_person", "pgaudit", 2)
    ]
    assert found.doubtful == 2


def test_a_reader_reaches_neither_the_key_nor_the_log(published: Settings) -> None:
    with connect(published, STEWARD, autocommit=True) as conn:
        for statement in ("select * from access.read_key", "select pg_read_file('postgresql.conf')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())


def test_the_question_is_on_record_and_a_log_that_is_not_there_is_refused(published: Settings, tmp_path: Path) -> None:
    asked(published, Question(login=OFFICER))
    with connect(published, "admin") as conn:
        logged = conn.execute(
            "select actor, action, subject, detail ->> 'rows' from control.access_log order by entry desc limit 1"
        ).fetchone()
    assert logged == (ASKER, "audit_reads", OFFICER, "1")
    with pytest.raises(GovernanceError, match="cannot be read"):
        reads(published, ASKER, Question(), [tmp_path / "none.log"])
    with pytest.raises(GovernanceError, match="person's name"):
        reads(published, " ", Question())


@pytest.fixture
def command(published: Settings) -> list[str]:
    return ["audit", "reads", "--as", ASKER, "--user", OFFICER, "--home", str(published.home)]


def test_the_command_prints_a_table_or_what_programs_read(published: Settings, command: list[str]) -> None:
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    assert "dim_person" in shown.stdout
    assert re.fullmatch(r"1 log\(s\) read, \d+ line\(s\) doubtful\n", shown.stderr)
    listed = CliRunner().invoke(app, [*command, "--format", "csv"])
    assert listed.stdout.splitlines()[0] == "login,function,table,day,first,last,reads,by"
    assert listed.stdout.splitlines()[1].startswith(f"{OFFICER},ta_officer,dim_person,")
    told = json.loads(CliRunner().invoke(app, [*command, "--format", "json"]).stdout)
    assert (told["logs"], [one["reads"] for one in told["reads"]]) == (1, [1])
    assert CliRunner().invoke(app, [*command, "--since", "yesterday"]).exit_code == 1
