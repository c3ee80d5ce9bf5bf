"""Helpers of tests that need a warehouse: settings for a temporary home, and connections that close themselves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse import embedded
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.fingerprint import schema_fingerprint

ConnectAs = Callable[..., psycopg.Connection[Any]]


def temporary_settings(home: Path) -> Settings:
    """Settings for an embedded server in `home`, whatever the environment says."""
    return replace(load_settings(home=home), dsn=None)


@contextmanager
def bootstrapped(home: Path) -> Iterator[Settings]:
    """A warehouse on an embedded server in `home`, stopped and removed afterwards."""
    settings = temporary_settings(home)
    try:
        ensure_warehouse(settings)
        yield settings
    finally:
        embedded.destroy(settings)


@contextmanager
def connector(settings: Settings) -> Iterator[ConnectAs]:
    """`connect_as(login, autocommit=False)` for a warehouse."""
    with ExitStack() as stack:

        def open_as(login: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
            conn = connect(settings, login, autocommit=autocommit)
            stack.callback(conn.close)
            return conn

        yield open_as


def mart_fingerprint(settings: Settings) -> str:
    """The fingerprint of the published mart."""
    with connect(settings, "admin") as conn:
        return schema_fingerprint(conn, "mart")
