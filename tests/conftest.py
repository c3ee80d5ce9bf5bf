"""Fixtures that several test folders share: warehouses on embedded servers in temporary homes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse import embedded
from tests.warehouse_kit import ConnectAs, bootstrapped, connector, temporary_settings


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A bootstrapped warehouse, shared by the whole session."""
    with bootstrapped(tmp_path_factory.mktemp("warehouse") / "home") as settings:
        yield settings


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A bootstrapped warehouse for one test file, which may do with it as it likes."""
    with bootstrapped(tmp_path_factory.mktemp("own_warehouse") / "home") as settings:
        yield settings


@pytest.fixture
def scratch_home(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a home where nothing has been started; whatever the test starts is removed."""
    settings = temporary_settings(tmp_path / "home")
    yield settings
    embedded.destroy(settings)


@pytest.fixture
def connect_as(warehouse: Settings) -> Iterator[ConnectAs]:
    """`connect_as(login, autocommit=False)` on the shared warehouse; connections are closed after the test."""
    with connector(warehouse) as opener:
        yield opener
