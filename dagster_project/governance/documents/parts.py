"""What a document is made of, apart from how it is written: sections of paragraphs, lists, facts, tables, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.governance.evidence.markup import Markup


@dataclass(frozen=True)
class Paragraph:
    """A few sentences. `important` ones are set apart."""

    text: str
    important: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    entries: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    pairs: Sequence[tuple[str, object]]


@dataclass(frozen=True)
class Table:
    """A table of text."""

    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Picture:
    """A picture, which in Markdown is a file beside the document."""

    svg: Markup
    words: str
    file: str


Block = Paragraph | Bullets | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """One document. `name` is the name of its file without ending; `about` says in a line what it is and for when."""

    name: str
    title: str
    about: str
    sections: Sequence[Section]
