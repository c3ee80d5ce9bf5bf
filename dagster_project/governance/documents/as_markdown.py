"""A document as Markdown, for wikis and repositories. Whatever the agreement says can only ever be text in it."""

import re
from collections.abc import Sequence

from dagster_project.governance.documents.parts import Block, Bullets, Document, Facts, Paragraph, Picture, Table

# All that could be a mark, a tag, an entity or the edge of a cell, wherever it stands ...
_MARKS = re.compile(r"([\\`*_\[\]<>|~&])")
# ... and what is a mark only where a line begins: headings, lists, underlines, numbered lists.
_AT_THE_BEGINNING = re.compile(r"^([#+=-]|\d+(?=[.)](?:\s|$)))")


def as_markdown(document: Document) -> str:
    """The document in GitHub's Markdown."""
    lines = [f"# {escaped(document.title)}", escaped(document.about)]
    for section in document.sections:
        lines += [f"## {escaped(section.heading)}", *map(_block, section.blocks)]
    return "\n\n".join(lines) + "\n"


def escaped(value: object) -> str:
    """Any value as text on one line, None as a dash."""
    text = " ".join(("–" if value is None else str(value)).split())  # noqa: RUF001
    return _AT_THE_BEGINNING.sub(_stopped, _MARKS.sub(r"\\\1", text))


def _stopped(found: re.Match[str]) -> str:
    """`1.` is stopped behind its number, anything else before it."""
    mark = found.group(1)
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text, important):
            return f"{'> ' if important else ''}{escaped(text)}"
        case Bullets(entries):
            return "\n".join(f"- {escaped(entry)}" for entry in entries)
        case Facts(pairs):
            return "\n".join(f"- **{escaped(name)}**: {escaped(value)}" for name, value in pairs)
        case Table(heads, rows):
            return "\n".join([_row(heads), "| --- " * len(heads) + "|", *map(_row, rows)])
        case Picture(_, words, file):
            return f"![{escaped(words)}]({file})"


def _row(cells: Sequence[object]) -> str:
    """A cell may have lines of its own."""
    written = [
        "<br>".join(map(escaped, str(cell).split("\n"))) if cell is not None else escaped(None) for cell in cells
    ]
    return f"| {' | '.join(written)} |"
