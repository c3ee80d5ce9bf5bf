"""A document as one self-contained page. Whatever the agreement says can only ever be text on it."""

from dagster_project.governance.documents.parts import Block, Bullets, Document, Facts, Paragraph, Picture, Table
from dagster_project.governance.evidence.markup import Markup, element, facts, join, table
from dagster_project.governance.evidence.page_shell import whole_page

_STYLE = """
figure { margin: 1rem 0; overflow-x: auto; } figure svg { display: block; max-width: 100%; height: auto; }
td { white-space: pre-line; }
"""


def as_html(document: Document) -> str:
    """The page as HTML: no script, nothing that is fetched."""
    anchors = [f"part-{number}" for number, _ in enumerate(document.sections, start=1)]
    links = [
        element("li", element("a", section.heading, href=f"#{anchor}"))
        for section, anchor in zip(document.sections, anchors, strict=True)
    ]
    menu = element("nav", element("ol", *links), aria_label="Parts of this document")
    body = [element("h1", document.title), element("p", document.about, class_="soft"), menu]
    for section, anchor in zip(document.sections, anchors, strict=True):
        body += [element("h2", section.heading, id=anchor), *map(_block, section.blocks)]
    return whole_page(document.title, join(body, "\n"), _STYLE)


def _block(block: Block) -> Markup:
    match block:
        case Paragraph(text, important):
            return element("p", text, class_="note" if important else "")
        case Bullets(entries):
            return element("ul", *(element("li", entry) for entry in entries))
        case Facts(pairs):
            return facts(pairs)
        case Table(heads, rows):
            return table("", heads, rows)
        case Picture(svg):
            return element("figure", svg)
