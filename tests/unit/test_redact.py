"""What a verdict may hold: our own names and counts, whatever the library put in its result."""

import json
import logging
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from expectations.redact import redact
from expectations.runner import CHATTERING, silenced

CANARY = "Quillfeather"
META = {"check_id": "dim_person.key", "clause": "PU-03", "dimension": "uniqueness"}
CALM = {"raised_exception": False, "exception_traceback": None, "exception_message": None}


def result_of(kind: str, result: dict[str, Any], *, success: Any = False, info: Any = CALM) -> SimpleNamespace:
    config = SimpleNamespace(type=kind, meta=META, kwargs={"value_set": [CANARY]})
    return SimpleNamespace(expectation_config=config, success=success, result=result, exception_info=info)


def test_counts_and_names_are_kept() -> None:
    result = {"element_count": 10, "unexpected_count": 3, "missing_count": 1, "unexpected_percent": 30.0}
    verdict = redact("mart_people", "mart_candidate.dim_person", result_of("expect_column_values_to_be_unique", result))
    assert (verdict.suite, verdict.check_id, verdict.clause) == ("mart_people", "dim_person.key", "PU-03")
    assert not verdict.passed
    assert verdict.observed == {
        "expectation": "expect_column_values_to_be_unique",
        "table": "mart_candidate.dim_person",
        "dimension": "uniqueness",
        "element_count": 10,
        "unexpected_count": 3,
        "missing_count": 1,
        "raised": False,
    }


@pytest.mark.parametrize(
    "result",
    [
        {"partial_unexpected_list": [CANARY], "partial_unexpected_counts": [{"value": CANARY, "count": 1}]},
        {"unexpected_list": [CANARY], "unexpected_index_list": [{"last_name": CANARY}]},
        {"details": {"unexpected_rows": [{"last_name": CANARY}]}, "observed_value": CANARY},
        {"unexpected_count": CANARY, "element_count": {"last_name": CANARY}},
    ],
)
def test_no_sample_of_the_data_is_kept(result: dict[str, Any]) -> None:
    verdict = redact("mart_people", "t", result_of("expect_column_values_to_be_in_set", result))
    assert CANARY not in json.dumps(asdict(verdict))


@pytest.mark.parametrize(
    "info",
    [
        {"raised_exception": True, "exception_message": f'invalid input "{CANARY}"', "exception_traceback": CANARY},
        {f"metric of {CANARY}": {"raised_exception": True, "exception_message": CANARY}},
        None,
        {},
    ],
)
def test_a_check_that_raised_has_failed_and_its_text_is_dropped(info: Any) -> None:
    verdict = redact("matched", "matched.links", result_of("any_type", {}, success=True, info=info))
    assert not verdict.passed
    assert verdict.observed["raised"] is True
    assert CANARY not in json.dumps(asdict(verdict))


@pytest.mark.parametrize("success", [None, "yes", 1])
def test_only_a_plain_true_is_a_pass(success: Any) -> None:
    assert not redact("matched", "t", result_of("any_type", {}, success=success)).passed


def test_an_observed_value_that_is_a_value_of_the_data_is_dropped() -> None:
    kept = redact("s", "t", result_of("expect_table_row_count_to_be_between", {"observed_value": 0}))
    dropped = redact("s", "t", result_of("expect_column_max_to_be_between", {"observed_value": 734}))
    assert kept.observed["observed_value"] == 0
    assert "observed_value" not in dropped.observed


@pytest.mark.parametrize("name", CHATTERING)
def test_logging_of_the_libraries_is_given_back_as_it_was(name: str) -> None:
    logger = logging.getLogger(name)
    before = (logger.level, logger.propagate)
    with silenced():
        assert not logging.getLogger(f"{name}.part.of.it").isEnabledFor(logging.CRITICAL)
    assert (logger.level, logger.propagate) == before
