"""Draw the results, run with the Python of the oracle environment: `oracle_plot.py RESULTS_FOLDER TARGET.svg`.

One panel per record set: recall to the right, wrong pairs per 100,000 links upwards on a logarithmic scale.
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "hearthlink"
matplotlib.rcParams["svg.fonttype"] = "none"
from matplotlib import pyplot as plt  # noqa: E402

COLUMNS = 2
NO_WRONG = 0.3  # where a set without a wrong pair is drawn on the logarithmic scale
SHORT = {"splink_deterministic": "Splink det.", "splink_em_95": "Splink .95", "splink_em_9999": "Splink .9999"}
COLOURS = {"policy": "#8a8a8a", "splink": "#b5651d", "tiers": "#1f6f54"}


def main(results: str, target: str) -> None:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(results).glob("*.json"))]
    found.sort(key=lambda result: (result["people"] or 0, result["name"]))
    rows = max(-(-len(found) // COLUMNS), 1)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(11, 3.6 * rows), squeeze=False)
    for axis in axes.flat[len(found) :]:
        axis.set_visible(False)
    for axis, result in zip(axes.flat, found, strict=False):
        panel(axis, result)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def panel(axis, result) -> None:
    for row in result["rows"]:
        wrong = 1e5 * (row["linked"] - row["right"]) / max(row["linked"], 1)
        label = row["label"]
        kind = "tiers" if label.startswith("tier") else "splink" if label.startswith("splink") else "policy"
        recall, height = row["right"] / max(row["true"], 1), max(wrong, NO_WRONG)
        axis.plot(recall, height, "o", color=COLOURS[kind])
        axis.annotate(SHORT.get(label, label), (recall, height), textcoords="offset points", xytext=(5, 4), fontsize=7)
    axis.set_yscale("log")
    axis.set_ylim(bottom=NO_WRONG / 2)
    people = f"{result['people']:,} people, " if result["people"] else ""
    axis.set_title(f"{people}{result['name']}", fontsize=9)
    axis.set_xlabel("recall", fontsize=8)
    axis.set_ylabel("wrong pairs per 100,000 links (bottom: none)", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.grid(alpha=0.3)


if __name__ == "__main__":
    main(*sys.argv[1:3])
