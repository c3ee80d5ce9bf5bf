"""The agreement as people read it: under the headings of the signed text, with the clauses that each part has."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from dagster_project.agreement.model import Agreement
from dagster_project.agreement.register import Clause, shipped_register
from dagster_project.agreement.standing import standing
from dagster_project.governance.documents import sections_rules, sections_standing
from dagster_project.governance.documents.parts import Block, Document, Facts, Paragraph, Section, Table

Builder = Callable[[Agreement], Iterator[Block]]

# By the registered opening of the heading: what the part is about, where the opening alone does not say it.
PARTS: Mapping[str, tuple[str, Builder]] = MappingProxyType(
    {
        "Title": ("", sections_standing.title),
        "Version": ("", sections_standing.version),
        "Date of Enactment": ("", sections_standing.enactment),
        "Renewal": ("", sections_standing.renewal),
        "Author": ("", sections_standing.author),
        "Partners": ("", sections_standing.partners),
        "Purpose Introduction": ("", sections_standing.introduction),
        "Data Controllers": ("", sections_standing.controllers),
        "Purpose Detail": ("", sections_standing.purposes),
        "Consent Basis": ("", sections_standing.consent),
        "What is the Lawful Basis": ("articles of the UK GDPR", sections_standing.lawful_basis),
        "What statutory acts": ("powers", sections_standing.powers),
        "Statutory Guidance": ("", sections_standing.guidance),
        "Who are the data subjects": ("and what is shared", sections_rules.data_subjects),
        "How will data be matched": ("the ladder", sections_rules.matching),
        "For personal identifiable": ("the National Data Opt-Out", sections_rules.opt_out),
        "What Data Retention": ("how long data is kept", sections_rules.retention),
        "How will the data be securely": ("transfer and hosting", sections_rules.transfer),
        "What security measures": ("access, exports, assurance", sections_rules.security),
    }
)
SILENT = "Settings on which the text is silent"


def agreement_page(agreement: Agreement, as_at: date, file_sha256: str, headings: Mapping[str, str]) -> Document:
    """The agreement as it reads on that day.

    `headings` maps registered openings to the whole headings of the signed text, and is empty without a text.
    """
    dated, register = agreement.on(as_at), shipped_register()
    sections = [Section("How it stands", list(_standing(agreement, as_at, file_sha256)))]
    for opening in register.headings:
        about, build = PARTS[opening]
        clauses = [clause for clause in register.clauses if clause.heading == opening]
        heading = headings.get(opening) or (f"{opening} … ({about})" if about else opening)
        sections.append(Section(heading, [*build(dated), _clauses(clauses)]))
    sections.append(Section(SILENT, list(sections_rules.settings(dated))))
    return Document("agreement", dated.agreement.title, about_line(agreement, as_at), sections)


def about_line(agreement: Agreement, as_at: date) -> str:
    """Which agreement a document is made from."""
    return f"{agreement.agreement.id}, version {agreement.agreement.version}, as it stands on {as_at}"


def _standing(agreement: Agreement, as_at: date, file_sha256: str) -> Iterator[Block]:
    stands = standing(agreement, as_at)
    yield Facts(
        [
            ("In force", "yes" if stands.in_force else "no"),
            ("Review due by", stands.review_due),
            ("SHA-256 of the agreement file", file_sha256),
        ]
    )
    for sentence in (*stands.refusals, *stands.held_partners.values(), *stands.warnings):
        yield Paragraph(sentence, important=True)


def _clauses(clauses: list[Clause]) -> Table:
    heads, rows = ["Clause", "Duty, in our words", "Class"], [[one.id, one.words, one.kind] for one in clauses]
    if any(one.not_built for one in clauses):
        heads, rows = (
            [*heads, "Not built yet"],
            [[*row, one.not_built or ""] for row, one in zip(rows, clauses, strict=True)],
        )
    return Table(heads, rows)
