"""Measure linkage on invented councils, on FEBRL4, or on records of your own, beside plain policies and Splink.

    make bench-linkage                                          two councils of 100,000 in two profiles, and FEBRL4
    make bench-linkage PEOPLE=1000000 SEEDS=1 PROFILE=brief     one of a million
    python -m benchmarks.linkage --records RECORDS.csv --truth TRUTH.csv --name "My set"

Every record set leaves a JSON file of counts and seconds in the results folder; linkage.md and linkage.svg there are
made from all of them.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.linkage import oracles, report
from benchmarks.linkage.oracles import OracleFailed
from benchmarks.linkage.population.council import write_council
from benchmarks.linkage.population.systems import PROFILES
from benchmarks.linkage.product import LinkageFailed
from benchmarks.linkage.records import RecordsError, RecordSet
from benchmarks.linkage.run import Say, run
from dagster_project.settings import load_settings
from dagster_project.warehouse import embedded

RESULTS = Path(__file__).resolve().parents[1] / "results"


def main() -> int:
    """Run the command; 1 when a record set, an oracle or the linkage failed."""
    parser = _parser()
    arguments = parser.parse_args()
    if bool(arguments.records) != bool(arguments.truth):
        parser.error("--records and --truth go together")
    arguments.results.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()

    def say(text: str) -> None:
        print(f"[{time.perf_counter() - begun:6.0f} s] {text}", flush=True)

    try:
        for found in _record_sets(arguments, say):
            with tempfile.TemporaryDirectory(prefix="hearthlink-bench-home-") as scratch:
                home = arguments.home or Path(scratch) / "home"
                settings = replace(load_settings(home=home), dsn=None)
                try:
                    result = run(found, settings, say, with_splink=not arguments.no_splink)
                finally:
                    if not arguments.home:
                        embedded.destroy(settings)
            print("\n" + report.section(result), flush=True)
            if result["people"]:
                print(
                    "Ratios: " + ", ".join(f"{k} {v:.2f}" for k, v in report.ratios(result).items()) + "\n", flush=True
                )
            path = arguments.results / f"{_file_name(found)}.json"
            path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _write_page(arguments.results, say)
    except (RecordsError, OracleFailed, LinkageFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _record_sets(arguments: argparse.Namespace, say: Say) -> Iterator[RecordSet]:
    """Each set exists on the disk only while it is measured."""
    if arguments.records:
        yield RecordSet(arguments.name or arguments.records.stem, arguments.records, arguments.truth)
        return
    for people in arguments.people:
        for profile in arguments.profiles:
            for seed in arguments.seeds:
                with tempfile.TemporaryDirectory(prefix="hearthlink-bench-set-") as folder:
                    say(f"inventing {people:,} people, {profile}, seed {seed}")
                    yield write_council(Path(folder), people, seed, profile)
    if not arguments.no_febrl:
        with tempfile.TemporaryDirectory(prefix="hearthlink-bench-set-") as folder:
            yield oracles.febrl(Path(folder))


def _write_page(results: Path, say: Say) -> None:
    oracles.plot(results, results / "linkage.svg")
    (results / "linkage.md").write_text(report.page(report.load(results), "linkage.svg"), encoding="utf-8")
    say(f"written: {results / 'linkage.md'}")


def _file_name(found: RecordSet) -> str:
    parts = f"{found.name} {found.people or ''}".strip().lower()
    return re.sub(r"[^a-z0-9]+", "-", parts).strip("-")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linkage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[100_000], help="sizes of the invented councils")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    missing = "who lacks the NHS number: brief 15-40 %% of each system; council 93 %% of housing"
    parser.add_argument("--profiles", nargs="+", choices=sorted(PROFILES), default=["brief", "council"], help=missing)
    parser.add_argument("--no-febrl", action="store_true", help="leave FEBRL4 out")
    parser.add_argument("--records", type=Path, help="a record set of your own; benchmarks/README.md has the format")
    parser.add_argument("--truth", type=Path, help="who its records are")
    parser.add_argument("--name", help="what to call it")
    parser.add_argument("--no-splink", action="store_true", help="leave Splink out")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="folder of the results (default benchmarks/results)"
    )
    parser.add_argument("--home", type=Path, help="keep the warehouse in this home (default: a new one, then removed)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
