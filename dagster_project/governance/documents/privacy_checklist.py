"""What each partner's privacy statement must say, what it covers now, and what is missing for a tier to work.

An identifier links two records only where both partners hold it and the privacy statements of both cover it (MA-02).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dagster_project.agreement.model import IDENTIFIERS, Agreement, Identifier, Partner
from dagster_project.extracts.contracts import contracts_of_kind
from dagster_project.governance.documents.agreement_page import about_line
from dagster_project.governance.documents.parts import Block, Bullets, Document, Facts, Paragraph, Section, Table
from dagster_project.governance.documents.words import is_housing, label, labels, listed, scope
from dagster_project.governance.facts import matching_columns

# Which kinds of system give out the numbers that others only note down.
_GIVEN_BY = {
    "education_id": {"education"},
    "social_care_id": {"childrens_social_care", "adult_social_care"},
}


@dataclass(frozen=True)
class Need:
    """One identifier over all partners. `tier` is None for one that no enabled tier links by.

    `ready` hold it and state it; `silent` hold it, but their statement does not cover it; `idle` state what their
    extracts do not have. `works` says whether any two records can be linked by it now.
    """

    identifier: Identifier
    tier: int | None
    ready: tuple[Partner, ...]
    silent: tuple[Partner, ...]
    idle: tuple[Partner, ...]

    @property
    def works(self) -> bool:
        givers = _GIVEN_BY.get(self.identifier)
        given = givers is None or any(partner.kind in givers for partner in self.ready)
        return self.tier is not None and len(self.ready) > 1 and given


def held_identifiers(agreement: Agreement, partner: Partner) -> frozenset[str]:
    """The identifiers that the partner's extracts have a column for, its own numbering of people included."""
    items = {item.clause: item.id for item in agreement.items}
    columns = matching_columns(agreement, contracts_of_kind(partner.kind))
    return frozenset(items[clause] for clause, _, _ in columns)


def needs(dated: Agreement, as_at: date) -> list[Need]:
    """Every identifier, in the order in which the agreement knows them."""
    held = {partner.code: held_identifiers(dated, partner) for partner in dated.partners}
    tiers = {key: tier.tier for tier in dated.matching if tier.enabled for key in tier.keys}
    found = []
    for identifier in IDENTIFIERS:
        states = {partner.code: _states(partner, identifier, as_at) for partner in dated.partners}
        found.append(
            Need(
                identifier,
                tiers.get(identifier),
                tuple(p for p in dated.partners if identifier in held[p.code] and states[p.code]),
                tuple(p for p in dated.partners if identifier in held[p.code] and not states[p.code]),
                tuple(p for p in dated.partners if identifier not in held[p.code] and states[p.code]),
            )
        )
    return found


def privacy_checklist(agreement: Agreement, as_at: date) -> Document:
    """The checklist as it reads on that day."""
    dated = agreement.on(as_at)
    found = needs(dated, as_at)
    sections = [
        Section("What every statement must say", list(_everybody(dated))),
        Section("Identifiers and tiers", list(_identifiers(dated, found))),
        *(Section(partner.name, list(_partner(dated, partner, found, as_at))) for partner in dated.partners),
    ]
    title = f"Privacy statements: a checklist for {dated.agreement.title}"
    return Document("privacy-statements", title, about_line(agreement, as_at), sections)


def _states(partner: Partner, identifier: Identifier, as_at: date) -> bool:
    return partner.has_published(as_at) and identifier in partner.privacy_statement.covers


def _everybody(dated: Agreement) -> Iterator[Block]:
    special = labels(dated, (item.id for item in dated.items if item.special_category))
    yield Bullets(
        [
            f"that data is shared with: {'; '.join(partner.name for partner in dated.partners)}",
            f"for: {listed(purpose.text for purpose in dated.purposes)}",
            f"whose data: {scope(dated)}",
            f"on which basis: Articles {listed(basis.article for basis in dated.lawful_basis)}, and not consent",
            f"which special category data: {special}",
            "by which identifiers records are matched, each by its name (see the partner's own part)",
            f"who sees it: {listed(function.name for function in dated.functions)}",
            "how long it is kept, and where people turn to with a question or an objection",
        ]
    )


def _identifiers(dated: Agreement, found: list[Need]) -> Iterator[Block]:
    yield Paragraph("An identifier links two records only where both partners hold it and both statements cover it.")
    yield Table(
        ["Identifier", "Tier", "Links now", "Partners that may link by it", "Statement missing", "Stated, not held"],
        [
            [
                label(dated, need.identifier),
                _tier(need),
                "yes" if need.works else "no",
                *(_names(partners) for partners in (need.ready, need.silent, need.idle)),
            ]
            for need in found
        ],
    )


def _names(partners: tuple[Partner, ...]) -> str:
    return "\n".join(partner.name for partner in partners) or "none"


def _tier(need: Need) -> str:
    if need.tier is not None:
        return str(need.tier)
    return "none: it may only contradict a link" if need.identifier == "nino" else "none that is on"


def _partner(dated: Agreement, partner: Partner, found: list[Need], as_at: date) -> Iterator[Block]:
    statement = partner.privacy_statement
    if not partner.has_published(as_at):
        yield Paragraph(
            "No statement is published on this day: nothing of this partner's data is used.", important=True
        )
    yield Facts(
        [
            ("Statement", statement.url or "to be published"),
            ("Published on", statement.published),
            *([("Tenancy agreement", statement.tenancy_agreement or "to be stated")] if is_housing(partner) else []),
        ]
    )
    yield Table(
        ["Identifier", "In its extracts: to be named", "Named in its statement", "To do"],
        [[label(dated, need.identifier), *_answers(partner, need), _to_do(partner, need)] for need in found],
    )


def _answers(partner: Partner, need: Need) -> tuple[str, str]:
    held, stated = partner in (*need.ready, *need.silent), partner in (*need.ready, *need.idle)
    return ("yes" if held else "no", "yes" if stated else "no")


def _to_do(partner: Partner, need: Need) -> str:
    if partner in need.idle:
        return "take it out of the statement: no extract has it"
    if partner not in need.silent:
        return "nothing"
    if need.identifier == "nino":
        return "name it in the statement and under covers, if it shall contradict wrong links"
    if need.tier is None:
        return "nothing: no tier that is on links by it"
    others = "; ".join(other.name for other in need.ready)
    add = "name it in the statement, then write it under covers"
    return f"{add}: tier {need.tier} then links by it to {others}" if need.ready else add
