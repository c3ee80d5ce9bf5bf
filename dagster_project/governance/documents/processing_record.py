"""The record of processing activities: what Article 30 of the UK GDPR asks for, as far as the agreement says it."""

from collections.abc import Iterator
from datetime import date

from dagster_project.agreement.model import Agreement
from dagster_project.governance.documents.agreement_page import about_line
from dagster_project.governance.documents.parts import Block, Bullets, Document, Facts, Paragraph, Section, Table
from dagster_project.governance.documents.sections_rules import (
    export_rules,
    function_row,
    hosting_rules,
    retention,
    security_rules,
    shown_in,
    transfer_rules,
)
from dagster_project.governance.documents.sections_standing import lawful_basis, powers
from dagster_project.governance.documents.words import labels, listed, scope, words

TO_ADD = "to be added here: the agreement does not hold it"


def processing_record(agreement: Agreement, as_at: date) -> Document:
    """The record as it reads on that day. What the agreement does not say is named as missing."""
    dated = agreement.on(as_at)
    parts = [
        ("Controllers (Article 30(1)(a))", _controllers),
        ("Processors (Article 30(2))", _processors),
        ("Purposes of the processing (Article 30(1)(b))", _purposes),
        ("Lawful basis (Articles 6 and 9)", _basis),
        ("Categories of data subjects (Article 30(1)(c))", _subjects),
        ("Categories of personal data (Article 30(1)(c))", _data),
        ("Recipients (Article 30(1)(d))", _recipients),
        ("Transfers and hosting (Article 30(1)(e))", _transfers),
        ("Time limits for erasure (Article 30(1)(f))", retention),
        ("Security measures (Article 30(1)(g))", _security),
    ]
    sections = [Section(heading, list(build(dated))) for heading, build in parts]
    title = f"Record of processing activities: {dated.agreement.title}"
    return Document("processing-record", title, about_line(agreement, as_at), sections)


def _controllers(agreement: Agreement) -> Iterator[Block]:
    controllers = [partner for partner in agreement.partners if partner.role != "processor"]
    yield Table(
        ["Controller", "Separate or joint", "Service", "Information asset owner", "Contact, data protection officer"],
        [[one.name, words(one.role), words(one.kind), one.asset_owner, TO_ADD] for one in controllers],
    )


def _processors(agreement: Agreement) -> Iterator[Block]:
    processors = [partner for partner in agreement.partners if partner.role == "processor"]
    if not processors:
        yield Paragraph("No partner of the agreement is a processor.")
        return
    yield Table(
        ["Processor", "Service", "Information asset owner", "For which controller, contact"],
        [[one.name, words(one.kind), one.asset_owner, TO_ADD] for one in processors],
    )


def _purposes(agreement: Agreement) -> Iterator[Block]:
    yield Bullets([purpose.text for purpose in agreement.purposes])
    yield Facts(
        [
            ("Impact assessment", f"{agreement.dpia.ref}, {agreement.dpia.date}"),
            ("Automated decisions", "none: no score, rank or decision about anybody is made"),
        ]
    )


def _basis(agreement: Agreement) -> Iterator[Block]:
    yield from lawful_basis(agreement)
    yield Paragraph("Consent is no basis: it is not gathered.")
    yield from powers(agreement)


def _subjects(agreement: Agreement) -> Iterator[Block]:
    yield Paragraph(f"{scope(agreement)}; children and adults.")
    yield Paragraph(
        "Partners deliver records of more people than these, to be matched. Whoever is not linked to a person in scope"
        " is shown to nobody."
    )


def _data(agreement: Agreement) -> Iterator[Block]:
    yield Table(
        ["Clause", "Item", "Category", "Use", "Columns that show it"],
        [
            [
                item.clause,
                item.label,
                words("special_category" if item.special_category else "personal"),
                words(item.use),
                shown_in(item.columns, item.use),
            ]
            for item in agreement.items
        ],
    )


def _recipients(agreement: Agreement) -> Iterator[Block]:
    yield Table(
        ["Function", "Purpose", "People it sees", "What it may take out", "Items"],
        [function_row(agreement, function) for function in agreement.functions],
    )
    special = {item.id for item in agreement.items if item.special_category}
    yield Facts(
        [
            (f"Special category data seen by: {function.name}", labels(agreement, special & set(function.items)))
            for function in agreement.functions
        ]
    )
    yield Paragraph("Nobody else receives the combined data: each reader is a named user with one of these functions.")


def _transfers(agreement: Agreement) -> Iterator[Block]:
    hosting = agreement.hosting
    yield Facts(hosting_rules(agreement))
    used = [
        f"{name} ({words(region)})"
        for name, region in (("Azure", hosting.azure_region), ("Power BI", hosting.powerbi_region))
        if region != "not_used"
    ]
    if used:
        yield Paragraph(
            f"{listed(used)}: these regions lie in the European Economic Area, outside the United Kingdom. The"
            " council's data protection officer states here on which adequacy regulations or safeguards the transfer"
            " rests.",
            important=True,
        )
    else:
        yield Paragraph("Neither platform is used, and the agreement provides for no transfer out of the country.")


def _security(agreement: Agreement) -> Iterator[Block]:
    yield Facts([*security_rules(agreement), *transfer_rules(agreement), *export_rules(agreement)])
    yield Table(
        ["Partner", "Works to", "Assured until"],
        [[one.name, words(one.assurance.scheme), one.assurance.expires] for one in agreement.partners],
    )
    yield Paragraph("What was checked at each publish, clause by clause, stands in its evidence pack.")
