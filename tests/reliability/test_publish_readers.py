"""Publishing while somebody reads: the reader reads on, and a publish that cannot wait any longer is refused."""

from collections.abc import Iterator
from functools import partial
from threading import Timer
from typing import Any

import psycopg
import pytest

from dagster_project.governance import publish as publishing
from dagster_project.governance.publish import PublishRefused, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.swap import wait_for_readers
from tests import gate_kit as kit


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    make(own_warehouse, "p_1")
    publish(own_warehouse, "p_1")
    return own_warehouse


@pytest.fixture
def reader(published: Settings) -> Iterator[psycopg.Connection[Any]]:
    """An analyst's session with an open transaction that has read the mart."""
    with connect(published, "hl_analyst") as conn:
        yield conn


def make(settings: Settings, publish_id: str) -> None:
    kit.build_world(settings, publish_id)
    kit.judge_lightly(settings, publish_id)


def seen(conn: psycopg.Connection[Any]) -> list[Any]:
    return conn.execute("select distinct publish_id from mart.dim_person").fetchall()


def test_a_reader_who_stays_is_waited_for_and_never_ended(
    published: Settings, reader: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen(reader) == [("p_1",)]
    make(published, "p_2")
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "wait_for_readers", partial(wait_for_readers, wait_seconds=0))
        with pytest.raises(PublishRefused, match=r"hl_analyst.*the published mart is unchanged"):
            publish(published, "p_2")
    assert seen(reader) == [("p_1",)]
    Timer(1, reader.rollback).start()
    assert publish(published, "p_2").people == 3
    assert seen(reader) == [("p_2",)]
    reader.rollback()


def test_a_session_killed_after_the_swap_leaves_the_mart_as_it_was(
    published: Settings, reader: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seen(reader)
    reader.rollback()
    make(published, "p_5")

    def killed(conn: psycopg.Connection[Any], schema: str) -> str:
        kit.alter(published, f"select pg_terminate_backend({conn.info.backend_pid})", login="admin")
        return schema_fingerprint(conn, schema)

    monkeypatch.setattr(publishing, "schema_fingerprint", killed)
    with pytest.raises(PublishRefused, match="broken off"):
        publish(published, "p_5")
    assert seen(reader) == before
    reader.rollback()
    monkeypatch.undo()
    assert publish(published, "p_5").people == 3
