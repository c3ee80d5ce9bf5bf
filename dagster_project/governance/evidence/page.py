"""The evidence page: one file that a governance officer reads, prints and keeps. Made from the pack alone."""

import json
from collections.abc import Mapping
from typing import Any

from dagster_project.governance.evidence.canonical import canonical
from dagster_project.governance.evidence.markup import Markup, code, element, facts, join, table, text
from dagster_project.governance.evidence.page_clauses import MEANING, RESULT_CLASS, clauses_section
from dagster_project.governance.evidence.page_retention import retention_section
from dagster_project.governance.evidence.page_shell import whole_page
from dagster_project.governance.evidence.page_tables import checks_section, deliveries_section

_KIND = {
    "enforced": "Enforced by the system",
    "evidenced": "Evidenced by the system",
    "attested": "Attested by a person",
}


def render(pack: Mapping[str, Any], pack_sha256: str) -> str:
    """The whole page as HTML. `pack` is the pack as data, `pack_sha256` the hash of its bytes."""
    # What the page shows is what the pack says once written, dates and moments in their written form included.
    data: dict[str, Any] = json.loads(canonical(pack))
    title = f"Evidence of publish {data['publish']['publish_id']}"
    body = join(
        (
            element("h1", data["agreement"].get("title") or data["agreement"]["id"]),
            element("p", title, class_="soft"),
            _summary(data),
            _notes(data),
            _identity(data, pack_sha256),
            clauses_section(data),
            deliveries_section(data),
            retention_section(data),
            checks_section(data),
            _footer(),
        ),
        "\n",
    )
    return whole_page(title, body)


def _summary(data: dict[str, Any]) -> Markup:
    counts = data["counts"]
    tiles = [
        element("li", element("b", counts[name]), element("span", name, class_="result"), class_=RESULT_CLASS[name])
        for name in MEANING
    ]
    rows = []
    for kind, words in _KIND.items():
        of_kind = [clause["result"] for clause in data["clauses"] if clause["kind"] == kind]
        rows.append([words, len(of_kind), *(of_kind.count(name) for name in MEANING)])
    return join(
        (
            element("ul", *tiles, class_="tiles"),
            table("Clauses by class and result", ["Class", "#Clauses", *(f"#{name}" for name in MEANING)], rows),
            facts((name, meaning) for name, meaning in MEANING.items()),
        )
    )


def _notes(data: dict[str, Any]) -> Markup:
    warnings = data["warnings"]
    if not warnings:
        return Markup("")
    items = element("ul", *(element("li", warning) for warning in warnings))
    return join((element("h2", f"To do ({len(warnings)})"), element("div", items, class_="note")))


def _identity(data: dict[str, Any], pack_sha256: str) -> Markup:
    publish, agreement, software, previous = data["publish"], data["agreement"], data["code"], data["previous"]
    settings = "; ".join(f"{name} = {value}" for name, value in publish["settings"].items())
    commit = code(software["commit"]) if software["commit"] else text("not known")
    changed = text(" with uncommitted changes") if software["modified"] else text("")
    before = (
        join((code(previous["pack_sha256"]), f" (publish {previous['publish_id']})"))
        if previous
        else text("none: the first pack of this installation")
    )
    return join(
        (
            element("h2", "What was published"),
            facts(
                [
                    ("As at (London date)", publish["as_at"]),
                    ("Run begun (UTC)", publish["started_at"]),
                    ("Gate (UTC)", f"{data['gate']['started_at']} to {data['gate']['finished_at']}"),
                    ("Published (UTC)", publish["published_at"]),
                    ("People in the mart", publish["people"]),
                    ("Mart fingerprint", code(publish["mart_fingerprint"])),
                    ("Agreement", f"{agreement['id']}, version {agreement['version']}"),
                    ("Agreement file SHA-256", code(agreement["sha256"])),
                    ("Settings of the run", settings),
                    ("How records were linked", code("linkage.html")),
                    ("Code commit", join((commit, changed))),
                    ("Code version", software["version"]),
                    ("This pack's SHA-256", code(pack_sha256)),
                    ("Previous pack's SHA-256", before),
                ]
            ),
        )
    )


def _footer() -> Markup:
    return element(
        "footer",
        "Made from pack.json in this folder, which holds the same and the hash of the pack before. ",
        join((code("hearthlink evidence verify"), " computes every hash again. Nothing here is about a person.")),
    )
