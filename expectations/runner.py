"""Runs the suites against the warehouse and hands back verdicts that hold no personal data.

Whatever goes wrong is a failed check: a suite that cannot run, an expectation without a result, a suite without
expectations. Great Expectations keeps nothing: its context lives in memory and its usage reports are off.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dagster_project.settings import export_environment
from expectations.facts import Facts
from expectations.redact import Verdict, redact, verdict_of
from expectations.subjects import SUBJECTS

if TYPE_CHECKING:
    from great_expectations.datasource.fluent.postgres_datasource import PostgresDatasource

    from expectations.rules import TableSuite

CHATTERING = ("great_expectations", "sqlalchemy")
# Counts and no sample of failing values.
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def run_gate(url: str, facts: Facts, subjects: Sequence[str] = SUBJECTS) -> tuple[Verdict, ...]:
    """Run the suites of the named subjects; one verdict per expectation.

    `url` is a SQLAlchemy URL of the warehouse; it holds a password and is neither stored nor shown.
    """
    with silenced():
        return run_suites(url, [suite for suite in build_suites(facts) if suite.subject in subjects])


def build_suites(facts: Facts) -> list["TableSuite"]:
    """Every suite for one run, in the order of the data's way."""
    from expectations.suites import (
        decisions,
        deliveries,
        dimensions,
        identifiers,
        indicators,
        matched,
        people,
        retention,
        staged,
    )

    modules = (staged, deliveries, matched, decisions, people, indicators, dimensions, identifiers, retention)
    return [suite for module in modules for suite in module.suites(facts)]


def run_suites(url: str, suites: Sequence["TableSuite"]) -> tuple[Verdict, ...]:
    """Run suites through one context and one data source. Does not raise."""
    with silenced():
        warehouse = _data_source(url)
        verdicts = tuple(verdict for suite in suites for verdict in _verdicts(warehouse, suite))
        if warehouse is not None:
            _hang_up(warehouse)
        return verdicts


def _data_source(url: str) -> "PostgresDatasource | None":
    """The warehouse, or None if it does not answer: the fault's text would show the password."""
    export_environment({"GX_ANALYTICS_ENABLED": "false"})
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    try:
        return context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=False)
    except Exception:
        return None


def _hang_up(warehouse: "PostgresDatasource") -> None:
    """Close the pools, which otherwise hold their connections until the process ends or tidies up."""
    with contextlib.suppress(Exception):
        warehouse.get_engine().dispose()
        warehouse.get_execution_engine().engine.dispose()


def _verdicts(warehouse: "PostgresDatasource | None", judged: "TableSuite") -> Iterator[Verdict]:
    table = f"{judged.schema}.{judged.table}"
    results = _results(warehouse, judged) if warehouse else {}
    for expectation in judged.suite.expectations:
        meta = expectation.meta or {}
        result = results.get(meta["check_id"])
        if result is None:
            kind = expectation.expectation_type
            yield verdict_of(judged.subject, table, kind, meta, passed=False, observed={"raised": True})
        else:
            yield redact(judged.subject, table, result)


def _results(warehouse: "PostgresDatasource", judged: "TableSuite") -> dict[str, Any]:
    """Results by check id. Nothing for a suite that could not run: the text of the fault may hold values."""
    try:
        asset = warehouse.add_table_asset(
            f"{judged.schema}.{judged.table}.{judged.subject}", table_name=judged.table, schema_name=judged.schema
        )
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        results = batch.validate(judged.suite, result_format=RESULT_FORMAT).results
        configured = [(result.expectation_config, result) for result in results]
        return {config.meta["check_id"]: result for config, result in configured if config}
    except Exception:
        return {}


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep the libraries from logging: they repeat rows, and the text of database errors, which quotes values."""
    loggers = [logging.getLogger(name) for name in CHATTERING]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    try:
        with warnings.catch_warnings():
            # It deprecates naming a table's schema, but its PostgreSQL source has no other place for it yet.
            warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*schema_name")
            yield
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.propagate = propagate
