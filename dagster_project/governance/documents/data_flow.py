"""How data flows: from which partner, by which route, through which layers, to whom; as a picture and as a list."""

from collections.abc import Iterator
from datetime import date

from dagster_project.agreement.content import Function
from dagster_project.agreement.model import Agreement
from dagster_project.agreement.standing import standing
from dagster_project.governance.documents.agreement_page import about_line
from dagster_project.governance.documents.data_flow_picture import Box, picture
from dagster_project.governance.documents.parts import Block, Document, Facts, Picture, Section, Table
from dagster_project.governance.documents.sections_rules import hosting_rules
from dagster_project.governance.documents.words import labels, listed, people_seen, scope, words

PICTURE = "data-flow.svg"
_DOORS = {"direct": "Folder of the partner", "sftp": "SFTP drop-box"}
_HELD = "held: nothing is taken in"


def data_flow(agreement: Agreement, as_at: date) -> Document:
    """The picture and the list as they read on that day."""
    dated, held = agreement.on(as_at), frozenset(standing(agreement, as_at).held_partners)
    doors = [Box(_DOORS[route], _door(dated, route), key=route) for route in _routes(dated)]
    layers, readers = _layers(dated), [Box(one.name, _reader(dated, one)) for one in dated.functions]
    evidence = Box("Evidence pack", ["of each publish: what was checked for each clause; nothing about a person"])
    partners = [
        Box(
            one.name,
            [words(one.kind), *([_HELD] if one.code in held else [])],
            key=one.delivery.route,
            is_held=one.code in held,
        )
        for one in dated.partners
    ]
    title = f"Data flow under {dated.agreement.id}, version {dated.agreement.version}"
    rules = Box(
        f"Agreement {dated.agreement.id}, version {dated.agreement.version}",
        ["every layer takes its rules from here: partners, items, matching ladder, functions, retention, settings"],
    )
    drawn = picture(title, rules, partners, doors, layers, evidence, readers)
    listed_steps = list(_steps(partners, doors, layers, evidence, readers))
    return Document(
        "data-flow",
        f"Data flow: {dated.agreement.title}",
        about_line(agreement, as_at),
        [
            Section("The picture", [Picture(drawn, "The data flow, as the list below says it", PICTURE)]),
            Section("Step by step", listed_steps),
            Section("Where it stands", [Facts(hosting_rules(dated))]),
        ],
    )


def _routes(dated: Agreement) -> list[str]:
    return list(dict.fromkeys(partner.delivery.route for partner in dated.partners))


def _door(dated: Agreement, route: str) -> list[str]:
    checked = ["checked against the manifest: size, SHA-256, rows"]
    if route == "direct":
        return ["between council systems", *checked]
    rules = dated.transfer
    return [f"{words(rules.cipher)}, {words(rules.hash)}, pinned host key, named accounts", *checked]


def _layers(dated: Agreement) -> list[Box]:
    shown = [item for item in dated.items if item.columns]
    columns = sum(len(item.columns) for item in shown)
    linking = [str(tier.tier) for tier in dated.matching if tier.enabled and tier.action == "link"]
    judged = [str(tier.tier) for tier in dated.matching if tier.enabled and tier.action == "review"]
    ends = labels(dated, (item.id for item in dated.items if item.use == "match_only"))
    return [
        Box("raw", ["the newest delivery of each extract, as text"]),
        Box("staged", ["typed and trimmed; without partners that are held back"]),
        Box(
            "matched",
            [
                f"linked by tier {listed(linking)}",
                *([f"put before a person: tier {listed(judged)}"] if judged else []),
                f"identifiers end here: {ends}",
            ],
        ),
        Box("candidate", [f"{len(shown)} items in {columns} columns", scope(dated)]),
        Box("gate", ["every check of every clause must hold; else the last good mart stays"]),
        Box("mart", ["what people read: a login per named person"]),
    ]


def _reader(dated: Agreement, function: Function) -> list[str]:
    items = {item.id: item for item in dated.items}
    seen = [items[name] for name in function.items if items[name].columns]
    special = sum(item.special_category for item in seen)
    takes_out = "takes nothing out" if function.export == "none" else f"takes out: {words(function.export)}"
    return [
        f"{len(seen)} items {'exported' if function.rows == 'none' else 'shown'}, {special} of them special category",
        f"sees {people_seen(function)}; {takes_out}",
        dated.purpose_of(function),
    ]


def _steps(
    partners: list[Box], doors: list[Box], layers: list[Box], evidence: Box, readers: list[Box]
) -> Iterator[Block]:
    names = {door.key: door.title for door in doors}
    rows = [[one.title, names[one.key], "; ".join(one.lines)] for one in partners]
    rows += [[door.title, layers[0].title, "; ".join(door.lines)] for door in doors]
    followers = [*(layer.title for layer in layers[1:]), "functions"]
    rows += [[layer.title, after, "; ".join(layer.lines)] for layer, after in zip(layers, followers, strict=True)]
    rows.append([layers[-2].title, evidence.title, "; ".join(evidence.lines)])
    rows += [[layers[-1].title, one.title, "; ".join(one.lines)] for one in readers]
    yield Table(["From", "To", "What happens"], rows)
