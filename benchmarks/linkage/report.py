"""The measured figures as a Markdown page, made from the JSON files of all record sets in the results folder."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Result = dict[str, Any]
_LABELS = {
    "splink_deterministic": "Splink, deterministic",
    "splink_em_95": "Splink, EM, p ≥ 0.95",
    "splink_em_9999": "Splink, EM, p ≥ 0.9999",
}
_HEAD = """# Linkage: how right, and how fast

Made by `make bench-linkage`; [docs/linkage.md](../../docs/linkage.md) says how to read it. Pairs are pairs of records
of different sources. *wrong* pairs join two people; *exposed* records share a cluster with somebody else's record;
*largest* is the biggest cluster; *review* counts the questions that are queued for a person instead.
"""


def load(folder: Path) -> list[Result]:
    """The results of a folder, ordered by name and size."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda result: (result["people"] or 0, result["name"]))


def page(results: Sequence[Result], picture: str | None) -> str:
    """The whole page. `picture`: file name of the plot beside it."""
    parts = [_HEAD]
    if picture:
        parts.append(f"![Wrong pairs against recall, by policy]({picture})\n")
    parts.append(_ratios(results))
    parts += [section(result) for result in results]
    return "\n".join(parts)


def section(result: Result) -> str:
    """One record set: quality by policy and tier, by rule, what was queued, time."""
    where, true = result["where"], result["rows"][0]["true"]
    people = f"{result['people']:,} people, " if result["people"] else ""
    lines = [
        f"## {result['name']}\n" if not result["people"] else f"## {result['people']:,} people: {result['name']}\n",
        f"{people}{result['records']:,} records, {true:,} true pairs. Commit {where['commit']}, {where['date']},"
        f" {where['cores']} cores, load at the start {where['load']}.\n",
        _table(
            ("policy", "precision", "recall", "linked", "wrong", "per 100,000", "exposed", "largest", "review"),
            (_quality(row) for row in result["rows"]),
        ),
    ]
    for last in ("tiers 1-4", "tiers 1-5"):
        if result.get(f"rules {last}"):
            lines.append(f"Links of {last} by rule, and the review items by reason:\n")
            rules = [(r["tier"], r["rule"], f"{r['links']:,}", r["wrong"]) for r in result[f"rules {last}"]]
            lines.append(_table(("tier", "rule", "links across sources", "wrong"), rules))
            reasons = [(r["reason"], f"{r['items']:,}", f"{r['same_person']:,}") for r in result[f"review {last}"]]
            lines.append(_table(("reason", "items", "of them one person"), reasons))
    lines.append(_seconds(result))
    return "\n".join(lines)


def ratios(result: Result) -> dict[str, float]:
    """Linkage (COPY, staged, links and people) over two lower bounds and over Splink EM end to end.

    Both bounds are COPY, cleaning every record once and one grouped key per tier. `bound` cleans as Hearthlink's own
    models do, with every check; `bare_bound` only what the keys need, in the quickest SQL that we know.
    """
    seconds = result["seconds"]
    whole, least = seconds["copy"] + seconds["tiers 1-4"], seconds["copy"] + seconds["bound_group"]
    found = {
        "bound": whole / (least + seconds["tiers 1-4, standardising"]),
        "bare_bound": whole / (least + seconds["bound_standardise"]),
    }
    if "splink_em" in seconds:
        found["splink_em"] = whole / (seconds["splink_load"] + seconds["splink_em"])
    return found


def _ratios(results: Sequence[Result]) -> str:
    councils = [result for result in results if result["people"]]
    rows = []
    for result in councils:
        found = ratios(result)
        smaller = [r for r in councils if r["people"] * 10 == result["people"] and r["name"] == result["name"]]
        whole = result["seconds"]["copy"] + result["seconds"]["tiers 1-4"]
        tenth = smaller[0]["seconds"]["copy"] + smaller[0]["seconds"]["tiers 1-4"] if smaller else None
        rows.append(
            (
                f"{result['people']:,}", result["name"], f"{whole:.1f}", f"{found['bound']:.1f}",
                f"{found['bare_bound']:.1f}",
                f"{found['splink_em']:.2f}" if "splink_em" in found else "", f"{whole / tenth:.1f}" if tenth else "",
            )
        )  # fmt: skip
    if not rows:
        return ""
    # Sets measured one after another leave a load below the number of cores.
    busy = [r for r in councils if (r["where"]["load"] or 0) > (r["where"]["cores"] or 1)]
    note = "**Other work ran beside: these seconds and ratios say nothing of a quiet machine.**\n\n" if busy else ""
    header = (
        "people", "records", "seconds", "over its bound", "over the bare bound", "over Splink EM",
        "over a tenth of the people",
    )  # fmt: skip
    return (
        "## Time ratios\n\nLinkage (COPY, then from the first staged model to links and people, tiers 1-4) over two"
        " lower bounds: COPY, one grouped key per tier, and cleaning every record once, by Hearthlink's own models (its"
        " bound) or only what the keys need, in the quickest SQL (the bare bound). Then over Splink EM end to end, and"
        f" over the same with a tenth of the people.\n\n{note}" + _table(header, rows)
    )


def _quality(row: dict[str, Any]) -> tuple[Any, ...]:
    wrong = row["linked"] - row["right"]
    return (
        _LABELS.get(row["label"], row["label"]),
        f"{row['right'] / max(row['linked'], 1):.5f}",
        f"{row['right'] / max(row['true'], 1):.5f}",
        f"{row['linked']:,}",
        f"{wrong:,}",
        f"{100_000 * wrong / max(row['linked'], 1):.1f}",
        f"{row['exposed']:,}",
        f"{row['largest']:,}",
        f"{row['review']:,}" if "review" in row else "",
    )


def _seconds(result: Result) -> str:
    steps = [(step.replace("_", " "), f"{took:.1f}") for step, took in result["seconds"].items()]
    return "Seconds:\n\n" + _table(("step", "seconds"), steps)


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
