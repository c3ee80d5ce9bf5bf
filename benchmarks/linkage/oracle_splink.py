"""Splink on the same records, run with the Python of the oracle environment: `oracle_splink.py RECORDS.csv FOLDER`.

Writes `<clustering>.csv` (record, cluster) for each clustering and `seconds.json`. Two models, as users have them:

deterministic: `deterministic_link` over the keys of the agreement's tiers, then connected components.
EM:            Fellegi-Sunter; comparisons of names, birth date, postcode and every identifier; u from random pairs,
               m by expectation maximisation over two blocks; pairs blocked by the tiers' keys and three looser ones.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import jinja2
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl

HERE = Path(__file__).parent
THRESHOLDS = {"splink_em_95": 0.95, "splink_em_9999": 0.9999}
KEYS = (
    ("nhs_number",), ("upn",), ("social_care_id",), ("education_id",),
    ("birth_date", "last_name", "first_three"), ("postcode", "last_name", "first_three"),
)  # fmt: skip
LOOSER = (("birth_date", "first_name"), ("birth_date", "last_name"), ("postcode", "first_name", "last_name"))
LOOSER += (("postcode", "birth_date"),)
RANDOM_PAIRS = 2e6
IDENTIFIER_U = 1e-6
SEED = 1


def main(records: str, folder: str) -> None:
    seconds: dict[str, float] = {}
    begun = time.perf_counter()
    db, present = load(records)
    seconds["load"] = time.perf_counter() - begun
    out = Path(folder)
    begun = time.perf_counter()
    linker = make(db, [block_on(*key) for key in KEYS if set(key) <= present], [])
    pairs = linker.inference.deterministic_link()
    keep(linker, pairs, None, "splink_deterministic", out)
    seconds["deterministic"] = time.perf_counter() - begun
    begun = time.perf_counter()
    linker = make(db, [block_on(*key) for key in KEYS + LOOSER if set(key) <= present], comparisons(present))
    pairs = train_and_predict(linker, present)
    seconds["em"] = time.perf_counter() - begun
    for number, (name, threshold) in enumerate(THRESHOLDS.items()):
        begun = time.perf_counter()
        keep(linker, pairs, threshold, name, out)
        if number == 0:
            seconds["em"] += time.perf_counter() - begun
    (out / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


def load(records: str) -> tuple[duckdb.DuckDBPyConnection, set[str]]:
    """The table `standard` and the columns in which it holds anything: EM refuses a rule without pairs."""
    db = duckdb.connect()
    db.execute("set preserve_insertion_order = false")
    present = {
        row[0] for row in db.execute("describe select * from read_csv(?, all_varchar=true)", [records]).fetchall()
    }
    wanted = ("source", "partner", "record_id", "last_name", "first_name", "birth_date", "sex", "nhs_number", "upn",
              "former_upn", "nino", "social_care_id", "education_id", "postcode")  # fmt: skip
    columns = ", ".join(f"nullif(trim({c}), '') as {c}" if c in present else f"null::text as {c}" for c in wanted)
    db.execute(
        f"create table records as select (row_number() over () - 1)::integer as record, {columns}"
        " from read_csv(?, all_varchar=true)",
        [records],
    )
    source = (HERE / "standardise.sql").read_text(encoding="utf-8")
    db.execute(jinja2.Template(source).render(names=["last_name", "first_name"]))
    db.execute("alter table standard add column first_three text")
    db.execute("update standard set first_three = left(first_name, 3)")
    db.execute("create table people as select *, birth_date::text as dob from standard")
    filled = ", ".join(f"count({c})" for c in wanted)
    counts = db.execute(f"select {filled} from standard").fetchone() or ()
    return db, {column for column, count in zip(wanted, counts, strict=True) if count} | {"first_three"}


def make(db: duckdb.DuckDBPyConnection, blocking: list, compared: list) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        blocking_rules_to_generate_predictions=blocking,
        comparisons=compared or [cl.ExactMatch("last_name")],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection=db)
    return Linker(api.register("people"), settings)


def comparisons(present: set[str]) -> list:
    compared = [
        cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("last_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
        cl.ExactMatch("postcode"),
    ]
    # two strangers hardly ever share an identifier, so random pairs say nothing about how often
    identifiers = [
        column for column in ("nhs_number", "upn", "nino", "social_care_id", "education_id") if column in present
    ]
    compared += [cl.ExactMatch(c).configure(u_probabilities=[IDENTIFIER_U, 1 - IDENTIFIER_U]) for c in identifiers]
    return compared + ([cl.ExactMatch("sex")] if "sex" in present else [])


def train_and_predict(linker: Linker, present: set[str]):
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*key) for key in KEYS if set(key) <= present], recall=0.9
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for block in (("birth_date", "last_name"), ("postcode", "first_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    return linker.inference.predict(threshold_match_probability=min(THRESHOLDS.values()))


def keep(linker: Linker, pairs, threshold: float | None, name: str, out: Path) -> None:
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
    frame = clusters.as_duckdbpyrelation()
    frame.select("record, cluster_id as cluster").write_csv(str(out / f"{name}.csv"), header=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
