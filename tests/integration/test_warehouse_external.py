"""A server of the council's own (HEARTHLINK_DSN), whose administrator is no superuser: the whole route works there."""

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dagster_project.governance.access import outsiders
from dagster_project.governance.access.reads import Question, reads
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse import cluster, embedded, setup_controls, system_user
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import connect, connection_env, open_connection, parameters, sqlalchemy_url
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.logins import ensure_function_roles
from dagster_project.warehouse.swap import drop_previous, reset_candidate, swap_schemas
from tests.access_kit import BY, let_in
from tests.warehouse_kit import connector, temporary_settings

ADMIN_PASSWORD = "Council-admin-1"
OLD = sorted(Path("/usr/lib/postgresql").glob("1[5-7]/bin"))


@contextmanager
def wheels_server(folder: Path) -> Iterator[str]:
    settings = temporary_settings(folder / "server")
    embedded.start(settings)
    try:
        with open_connection(parameters(settings, "admin", "postgres"), autocommit=True) as conn:
            make_admin(conn)
            yield f"postgresql://council_admin:{ADMIN_PASSWORD}@127.0.0.1:{conn.info.port}/postgres"
    finally:
        embedded.destroy(settings)


@contextmanager
def systems_server(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp())
    user = system_user.server_user(folder / "none")
    system_user.give(folder, user)
    (folder / "superuser").write_text("Superuser-1\n")
    system_user.give(folder / "superuser", user)
    data, port = folder / "data", cluster.free_port()
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    commands = [
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={folder / 'superuser'}"],
        [programs / "pg_ctl", "start", "-D", data, "-w", "-l", folder / "log", "-o", options],
    ]
    try:
        for command in commands:
            done = system_user.run_as(user, command, folder)
            assert done.returncode == 0, done.stdout
        address = f"127.0.0.1:{port}/postgres"
        with psycopg.connect(f"postgresql://postgres:Superuser-1@{address}", autocommit=True) as conn:
            make_admin(conn)
        yield f"postgresql://council_admin:{ADMIN_PASSWORD}@{address}"
    finally:
        system_user.run_as(user, [programs / "pg_ctl", "stop", "-D", data, "-m", "immediate"], folder)
        shutil.rmtree(folder)


def make_admin(conn: psycopg.Connection) -> None:
    conn.execute(f"create role council_admin login createrole createdb password '{ADMIN_PASSWORD}'".encode())
    # Somebody else's on the same server.
    conn.execute("create role other_tenant superuser nologin")


@pytest.fixture(scope="module", params=["wheel", "system"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a DSN: the wheel's version (roles must be told to act as others), and 15 to 17 where installed."""
    folder = tmp_path_factory.mktemp("external")
    if request.param == "system" and not OLD:
        pytest.skip("no other PostgreSQL is installed")
    server = wheels_server(folder) if request.param == "wheel" else systems_server(OLD[0])
    with server as dsn:
        yield replace(temporary_settings(folder / "home"), dsn=dsn)


def test_the_whole_route(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        ensure_warehouse(settings)
    # The wheel's server is quiet already; an ordinary one prints failed statements, and the admin may not change that.
    with connect(settings, "admin") as conn:
        quiet = conn.execute("show log_min_error_statement").fetchone() == ("panic",)
    assert ("may hold row values" in caplog.text) is not quiet
    assert ADMIN_PASSWORD not in caplog.text
    started = time.monotonic()
    ensure_warehouse(settings)
    assert time.monotonic() - started < 0.3
    assert not settings.postgres_dir.exists()

    with connect(settings, "admin") as conn:
        ensure_function_roles(conn, ["housing_officer"])
    with connector(settings) as connect_to:
        loader, dbt = connect_to("hl_loader", autocommit=True), connect_to("hl_dbt", autocommit=True)
        loader.execute("create table raw.ren_tenants__homes partition of raw.ren_tenants for values in ('homes')")
        loader.execute("truncate raw.ren_tenants__homes")
        dbt.execute("create table staged.people as select count(*) as number from raw.ren_tenants")
        publisher, judged = connect_to("hl_publisher"), ""
        for _ in range(2):
            reset_candidate(publisher)
            publisher.commit()
            dbt.execute("create table mart_candidate.people as select number from staged.people")
            dbt.execute("grant select on mart_candidate.people to fn_housing_officer, hl_publisher")
            judged = schema_fingerprint(publisher, "mart_candidate")
            publisher.commit()
            drop_previous(publisher)
            swap_schemas(publisher)
            publisher.commit()
        assert schema_fingerprint(publisher, "mart") == judged
        let_in(settings, "olga.fenwick")
        officer = connect_to("olga.fenwick", autocommit=True)
        assert officer.execute("select number from people").fetchone() == (0,)
        for table in ("raw.ren_tenants", "staged.people", "mart_previous.people"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                officer.execute(f"table {table}".encode())


def test_the_definition_can_be_applied_again(settings: Settings) -> None:
    ensure_warehouse(settings)
    with connect(settings, "admin") as conn:
        before = conn.execute("select definition_sha256 from control.schema_version").fetchall()
        conn.execute("update control.schema_version set definition_sha256 = 'old'")
    ensure_warehouse(settings)
    with connect(settings, "admin") as conn:
        assert conn.execute("select definition_sha256 from control.schema_version").fetchall() == before != []


def test_the_set_up_takes_back_what_a_hand_gave(settings: Settings) -> None:
    ensure_warehouse(settings)
    with connect(settings, "admin") as conn:
        assert standing_rights(conn) == set(setup_controls.kept(conn)) != set()
        conn.execute("grant update on control.gate_verdicts to hl_dbt")
        conn.execute("grant select (reason) on control.change_approvals to hl_analyst")
        conn.execute("grant create on schema control to hl_loader")
        conn.execute("grant execute on function control.hold_readers(timestamptz) to hl_loader")
        conn.execute("alter table control.access_log disable trigger rows_stay")
        conn.execute("create view control.peek as select 1 as one")
        assert len(standing_rights(conn) - set(setup_controls.kept(conn))) == 7
    ensure_warehouse(settings, again=True)
    with connect(settings, "admin") as conn:
        # What the set-up knows nothing of is not taken for its own.
        strange = standing_rights(conn) - set(setup_controls.kept(conn))
        assert {line.partition(":")[0] for line in strange} == {"control.peek"}
        conn.execute("drop view control.peek")
        assert standing_rights(conn) == set(setup_controls.kept(conn)) != set()


def standing_rights(conn: psycopg.Connection) -> set[str]:
    """What is given and laid out now, without what the agreement gives to functions."""
    given = {given.control for given in setup_controls.read_rights(conn) if not given.role.startswith("fn_")}
    return given | set(setup_controls.read_laid_out(conn))


def test_anothers_superuser_is_named_until_somebody_vouches(settings: Settings) -> None:
    ensure_warehouse(settings)
    named = "role other_tenant superuser"
    with connect(settings, "hl_publisher") as conn:
        assert outsiders.not_vouched(conn, ()) == [named]
        assert outsiders.vouch(settings, "other_tenant", BY, "the leisure service's own database") == [named]
        assert outsiders.not_vouched(conn, ()) == []
        assert outsiders.withdraw(settings, "other_tenant", BY) == 1
        assert outsiders.not_vouched(conn, ()) == [named]
    with connect(settings, "admin") as conn:
        logged = conn.execute("select action, subject from control.access_log where subject = 'other_tenant'")
        assert logged.fetchall() == [("access_vouch", "other_tenant"), ("access_vouch_withdrawn", "other_tenant")]
    for role, reason in (("council_admin", "it is ours"), ("nobody_at_all", "why not"), ("other_tenant", "")):
        with pytest.raises(GovernanceError):
            outsiders.vouch(settings, role, BY, reason)
    with pytest.raises(GovernanceError, match="Nobody vouches"):
        outsiders.withdraw(settings, "other_tenant", BY)


def test_its_log_is_handed_over_by_its_administrator(settings: Settings, tmp_path: Path) -> None:
    ensure_warehouse(settings)
    with pytest.raises(GovernanceError, match="--log"):
        reads(settings, BY, Question())
    (tmp_path / "server.log").write_text("nothing of ours\nhearthlink read: a.b reads dim_person\n", encoding="utf-8")
    found = reads(settings, BY, Question(), [tmp_path / "server.log"])
    assert (found.tallies, found.files, found.doubtful) == ([], 1, 1)


def test_names_sort_by_code_point_and_lower_case_knows_accents(settings: Settings) -> None:
    ensure_warehouse(settings)
    with connect(settings, "hl_dbt") as conn:
        row = conn.execute("select lower('ÉÁ'), 'B' < 'a', current_setting('timezone')").fetchone()
    assert row == ("éá", True, "UTC")


def test_an_admin_without_the_right_to_create_roles_is_told(settings: Settings) -> None:
    with connect(settings, "admin") as conn:
        conn.execute("create role powerless login password 'Powerless-1'")
        port = conn.info.port
    weak = replace(settings, dsn=f"postgresql://powerless:Powerless-1@127.0.0.1:{port}/postgres")
    with pytest.raises(WarehouseError, match="CREATEROLE"):
        ensure_warehouse(weak)


def test_what_the_dsn_says_about_encryption_is_passed_on(tmp_path: Path) -> None:
    far = replace(temporary_settings(tmp_path), dsn="postgresql://admin:Pa%20ss@db.example.gov.uk/postgres")
    assert connection_env(far, "admin")["PGSSLMODE"] == "require"
    assert sqlalchemy_url(far, "admin").endswith("@db.example.gov.uk:5432/hearthlink?sslmode=require")
    assert "Pa%20ss" in sqlalchemy_url(far, "admin")
    strict = replace(far, dsn="host=db.example.gov.uk user=admin password=x sslmode=verify-full sslrootcert=/ca.pem")
    assert connection_env(strict, "admin")["PGSSLMODE"] == "verify-full"
    assert connection_env(strict, "admin")["PGSSLROOTCERT"] == "/ca.pem"


def test_an_unreadable_dsn_is_not_repeated(tmp_path: Path) -> None:
    broken = replace(temporary_settings(tmp_path), dsn="postgresql://admin:Sec@ret@host:port:1/x?y")
    with pytest.raises(WarehouseError) as fault:
        connect(broken, "admin")
    assert "ret" not in str(fault.value).replace("HEARTHLINK_DSN", "").split("Write")[0]
