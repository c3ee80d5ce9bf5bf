"""The optional Splink model: how alike two records are, estimated from the records themselves, in DuckDB in memory.

Splink is not among what Hearthlink needs (`requirements-splink.lock` installs it). Whoever calls this gives it a table
with the columns of `COLUMNS`, and gets pairs with a probability.
"""

import logging
from collections.abc import Iterable
from typing import Any

import duckdb

# Besides a key column of the caller's choice. `dob` is birth_date as text, first_three the beginning of first_name.
COLUMNS = (
    "last_name", "first_name", "first_three", "birth_date", "dob", "sex", "postcode",
    "nhs_number", "upn", "nino", "social_care_id", "education_id",
)  # fmt: skip
# The keys of the agreement's tiers, and looser ones, by which a pair comes to be looked at.
KEYS = (
    ("nhs_number",), ("upn",), ("social_care_id",), ("education_id",),
    ("birth_date", "last_name", "first_three"), ("postcode", "last_name", "first_three"),
)  # fmt: skip
LOOSER = (
    ("birth_date", "first_name"), ("birth_date", "last_name"), ("postcode", "birth_date"),
    ("postcode", "first_name", "last_name"),
)  # fmt: skip
_IDENTIFIERS = ("nhs_number", "upn", "nino", "social_care_id", "education_id")
# Two strangers hardly ever share an identifier: random pairs would say nothing about how often.
_IDENTIFIER_BY_CHANCE = 1e-6
_RANDOM_PAIRS = 2e6
_SEED = 1


def linker(db: duckdb.DuckDBPyConnection, table: str, key: str, rules: Iterable[tuple[str, ...]]) -> Any:
    """A Splink linker over `table`; pairs are looked at that share all columns of a rule.

    Rules and comparisons of columns that hold nothing are left out: training refuses a rule without pairs.

    Raises:
        ModuleNotFoundError: Splink is not installed.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # pyright: ignore[reportMissingImports]

    filled = _filled(db, table)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=key,
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules if set(rule) <= filled],
        comparisons=_comparisons(filled),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    # Pages of figures about the records, and advice that nobody asked for, have no place in a run's log.
    return Linker(DuckDBAPI(connection=db).register(table), settings, log_level=logging.ERROR)


def predict(db: duckdb.DuckDBPyConnection, table: str, key: str, threshold: float) -> tuple[Any, Any]:
    """Train on the table and predict; the linker, and Splink's frame of pairs (key_l, key_r, match_probability)."""
    from splink import block_on  # pyright: ignore[reportMissingImports]

    filled = _filled(db, table)
    trained = linker(db, table, key, KEYS + LOOSER)
    trained.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in KEYS if set(rule) <= filled], recall=0.9
    )
    trained.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    for rule in (("birth_date", "last_name"), ("postcode", "first_name")):
        trained.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    return trained, trained.inference.predict(threshold_match_probability=threshold)


def _comparisons(filled: set[str]) -> list[Any]:
    from splink import comparison_library as cl  # pyright: ignore[reportMissingImports]

    names = [
        cl.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True)
        for name in ("first_name", "last_name")
    ]
    by_chance = [_IDENTIFIER_BY_CHANCE, 1 - _IDENTIFIER_BY_CHANCE]
    identifiers = [cl.ExactMatch(name).configure(u_probabilities=by_chance) for name in _IDENTIFIERS if name in filled]
    others = [cl.ExactMatch(name) for name in ("postcode", "sex") if name in filled]
    return [*names, cl.DamerauLevenshteinAtThresholds("dob", [1, 2]), *identifiers, *others]


def _filled(db: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The columns in which the table holds anything."""
    counts = db.execute(f"select {', '.join(f'count({name})' for name in COLUMNS)} from {table}").fetchone() or ()  # noqa: S608
    return {name for name, count in zip(COLUMNS, counts, strict=True) if count}
