"""The documents of an agreement, made from its file alone: pages, the same as Markdown, and the picture."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from dagster_project.agreement.model import Agreement, file_sha256, load_agreement
from dagster_project.agreement.register import opening, shipped_register
from dagster_project.agreement.sentences import sentences
from dagster_project.agreement.signed_text import signed_text
from dagster_project.governance.documents.agreement_page import about_line, agreement_page
from dagster_project.governance.documents.as_html import as_html
from dagster_project.governance.documents.as_markdown import as_markdown
from dagster_project.governance.documents.data_flow import data_flow
from dagster_project.governance.documents.parts import Document, Picture
from dagster_project.governance.documents.privacy_checklist import privacy_checklist
from dagster_project.governance.documents.processing_record import processing_record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.markup import element, join
from dagster_project.governance.evidence.page_shell import whole_page

INDEX = "index.html"


def render(file: Path, as_at: date) -> dict[str, str]:
    """Content by file name: each document as HTML and as Markdown, its pictures, and `index.html` with links to all.

    Nothing is read but the agreement file and the signed text that it names. The same files and day give the same
    content.

    Raises:
        AgreementError: the agreement or its text cannot be read, or breaks a rule.
    """
    agreement = load_agreement(file)
    made = [
        agreement_page(agreement, as_at, file_sha256(file), _headings(agreement, file)),
        processing_record(agreement, as_at),
        data_flow(agreement, as_at),
        privacy_checklist(agreement, as_at),
    ]
    files = {INDEX: _index(made, about_line(agreement, as_at))}
    for document in made:
        files[f"{document.name}.html"] = as_html(document)
        files[f"{document.name}.md"] = as_markdown(document)
        pictures = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
        files |= {picture.file: f"{picture.svg}\n" for picture in pictures}
    return files


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into the folder, which is made if it is not there; other files in it are left alone.

    Raises:
        GovernanceError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as fault:
        raise GovernanceError(
            f"The documents cannot be written into {folder} ({fault.strerror}): choose a folder that you may write to"
        ) from None


def _headings(agreement: Agreement, file: Path) -> dict[str, str]:
    """The whole headings of the signed text by their registered openings; empty without a text."""
    text, register = signed_text(agreement, file), shipped_register()
    found = sentences(text) if text is not None else []
    return {opening(register, sentence.heading): sentence.heading for sentence in found if sentence.heading}


def _index(documents: list[Document], about: str) -> str:
    entries = [
        element(
            "li",
            element("a", document.title, href=f"{document.name}.html"),
            " (",
            element("a", "Markdown", href=f"{document.name}.md"),
            ")",
        )
        for document in documents
    ]
    title = "Documents of the agreement"
    return whole_page(title, join((element("h1", title), element("p", about, class_="soft"), element("ul", *entries))))
