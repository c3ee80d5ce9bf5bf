"""Splink on the same records, run with the Python of the oracle environment: `oracle_splink.py RECORDS.csv FOLDER`.

Writes `<clustering>.csv` (record, cluster) for each clustering and `seconds.json`. Two models, as users have them:

deterministic: `deterministic_link` over the keys of the agreement's tiers, then connected components.
EM:            the Fellegi-Sunter model that Hearthlink offers as an option (governance/linkage/splink_model.py):
               comparisons of names, birth date, postcode and every identifier; u from random pairs, m by expectation
               maximisation over two blocks; pairs by the tiers' keys and four looser ones.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import jinja2

from benchmarks.linkage.columns import RECORD_COLUMNS
from dagster_project.governance.linkage.splink_model import KEYS, linker, predict

HERE = Path(__file__).parent
THRESHOLDS = {"splink_em_95": 0.95, "splink_em_9999": 0.9999}


def main(records: str, folder: str) -> None:
    seconds: dict[str, float] = {}
    begun = time.perf_counter()
    db = load(records)
    seconds["load"] = time.perf_counter() - begun
    out = Path(folder)
    begun = time.perf_counter()
    plain = linker(db, "people", "record", KEYS)
    keep(plain, plain.inference.deterministic_link(), None, out / "splink_deterministic.csv")
    seconds["deterministic"] = time.perf_counter() - begun
    begun = time.perf_counter()
    trained, pairs = predict(db, "people", "record", min(THRESHOLDS.values()))
    seconds["em"] = time.perf_counter() - begun
    for number, (name, threshold) in enumerate(THRESHOLDS.items()):
        begun = time.perf_counter()
        keep(trained, pairs, threshold, out / f"{name}.csv")
        # a user clusters once
        seconds["em"] += time.perf_counter() - begun if number == 0 else 0
    (out / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


def load(records: str) -> duckdb.DuckDBPyConnection:
    """The table `people`: what every compared policy takes, with the columns of the model."""
    db = duckdb.connect()
    db.execute("set preserve_insertion_order = false")
    described = db.execute("describe select * from read_csv(?, all_varchar=true)", [records]).fetchall()
    present = {row[0] for row in described}
    columns = ", ".join(
        f"nullif(trim({name}), '') as {name}" if name in present else f"null::text as {name}" for name in RECORD_COLUMNS
    )
    db.execute(
        f"create table records as select (row_number() over () - 1)::integer as record, {columns}"
        " from read_csv(?, all_varchar=true)",
        [records],
    )
    source = (HERE / "standardise.sql").read_text(encoding="utf-8")
    db.execute(jinja2.Template(source).render(names=["last_name", "first_name"]))
    db.execute(
        "create table people as select *, left(first_name, 3) as first_three, birth_date::text as dob from standard"
    )
    return db


def keep(linked, pairs, threshold: float | None, path: Path) -> None:
    clusters = linked.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
    clusters.as_duckdbpyrelation().select("record, cluster_id as cluster").write_csv(str(path), header=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
