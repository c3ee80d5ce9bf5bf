"""The agreement's sections on what it is, who takes part and why it is lawful (HD, PU, DC, CB, LB)."""

from collections.abc import Iterator

from dagster_project.agreement.model import Agreement
from dagster_project.governance.documents.parts import Block, Bullets, Facts, Paragraph, Table
from dagster_project.governance.documents.words import is_housing, labels, words


def title(agreement: Agreement) -> Iterator[Block]:
    """HD-01."""
    yield Paragraph(agreement.agreement.title)


def version(agreement: Agreement) -> Iterator[Block]:
    """HD-02."""
    header = agreement.agreement
    yield Table(
        ["Date", "Version", "Comment"], [[change.date, change.version, change.comment] for change in header.history]
    )
    yield Facts(
        [("Version now", header.version), ("Signed text", header.text_file), ("Its SHA-256", header.text_sha256)]
    )


def enactment(agreement: Agreement) -> Iterator[Block]:
    """HD-03."""
    yield Paragraph(f"In force from {agreement.agreement.enacted}. Nothing is loaded or published before.")


def renewal(agreement: Agreement) -> Iterator[Block]:
    """HD-04."""
    yield Paragraph(
        f"All partners review the agreement by {agreement.agreement.review_by}, and at least once a year. After that"
        " day nothing is published until each of them has signed it off."
    )
    signed = [[partner.name, sign.date, sign.by] for partner in agreement.partners for sign in partner.sign_offs]
    yield Table(["Partner", "Signed on", "By"], signed)


def author(agreement: Agreement) -> Iterator[Block]:
    """HD-05."""
    yield Paragraph(agreement.agreement.author)


def partners(agreement: Agreement) -> Iterator[Block]:
    """HD-06."""
    yield Table(
        ["Partner", "Code", "Service", "Information asset owner", "Part of the council"],
        [
            [partner.name, partner.code, words(partner.kind), partner.asset_owner, _yes(partner.inside_council)]
            for partner in agreement.partners
        ],
    )


def introduction(agreement: Agreement) -> Iterator[Block]:
    """PU-01, PU-02."""
    dpia = agreement.dpia
    yield Paragraph(
        "Data moves between these partners only, item by item: each item has a legal power that supports it and a"
        " function that needs it."
    )
    yield Facts(
        [
            ("Impact assessment", dpia.ref),
            ("Its date", dpia.date),
            ("Transfer methods, not for publication", dpia.transfer_methods_ref or None),
        ]
    )


def controllers(agreement: Agreement) -> Iterator[Block]:
    """DC-01."""
    yield Table(["Partner", "Role"], [[partner.name, words(partner.role)] for partner in agreement.partners])


def purposes(agreement: Agreement) -> Iterator[Block]:
    """PU-03 to PU-05."""
    yield Bullets([purpose.text for purpose in agreement.purposes])
    yield Table(
        ["Function", "Works for this purpose"],
        [[function.name, agreement.purpose_of(function)] for function in agreement.functions],
    )
    yield Paragraph("People weigh what they see: the system scores, ranks and decides nothing about anybody.")


def consent(agreement: Agreement) -> Iterator[Block]:
    """CB-01, CB-02."""
    yield Paragraph(f"Consent is not gathered. People are told in: {agreement.consent.stated_in}.")
    rows = []
    for partner in agreement.partners:
        statement = partner.privacy_statement
        tenancy = (statement.tenancy_agreement or "not stated") if is_housing(partner) else "not a landlord"
        rows.append([partner.name, statement.url or "not published", statement.published, tenancy])
    yield Table(["Partner", "Privacy statement", "Published on", "Tenancy agreement"], rows)


def lawful_basis(agreement: Agreement) -> Iterator[Block]:
    """LB-01, LB-02."""
    yield Table(
        ["Article of the UK GDPR", "Name", "For"],
        [[basis.article, basis.name, words(basis.covers)] for basis in agreement.lawful_basis],
    )


def powers(agreement: Agreement) -> Iterator[Block]:
    """LB-03 to LB-18."""
    yield Table(
        ["Clause", "Act or instrument", "Section", "Items that it supports"],
        [[power.clause, power.act, power.section, labels(agreement, power.supports)] for power in agreement.powers],
    )


def guidance(agreement: Agreement) -> Iterator[Block]:
    """LB-19 to LB-21."""
    yield Table(
        ["Clause", "Guidance", "Somebody looks for a newer edition by"],
        [[entry.clause, entry.title, entry.review_by] for entry in agreement.guidance],
    )


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
