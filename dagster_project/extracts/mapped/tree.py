"""Records of a delivered XML file, read unit by unit, so that memory holds one unit whatever the file's size.

Namespaces are left out. Entities, document types and anything that would be fetched are refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Any
from xml.sax.handler import ContentHandler

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.headers import normal
from dagster_project.extracts.mapped.source import MAX_XML, too_large
from dagster_project.extracts.reasons import RefusalReason

_CHUNK = 256 * 1024
_MAX_DEPTH = 64
_MAX_NODES = 200_000
_MAX_UNIT_TEXT = 32 * 2**20
_MAX_OUTSIDE = 1_000


@dataclass
class Node:
    """One element: `line` on which it begins, `order` among all elements of the file."""

    tag: str
    line: int
    order: int
    parent: "Node | None"
    text: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    def value(self) -> str:
        """Its own text."""
        return "".join(self.text).strip()

    def all(self, path: tuple[str, ...]) -> list["Node"]:
        """The elements at a path: names go down, `..` goes up, `.` stays."""
        found: list[Node] = [self]
        for step in path:
            if step == "..":
                found = [node.parent for node in found if node.parent is not None]
            elif step != ".":
                found = [child for node in found for child in node.children if child.tag == step]
        return found


def steps(path: str) -> tuple[str, ...]:
    """A path as the names that `Node.all` compares."""
    return tuple(step if step in (".", "..") else normal(step) for step in path.strip("/").split("/") if step)


def read_units(stream: BufferedReader, name: str, size: int, unit: str, outside: dict[str, str]) -> Iterator[Node]:
    """The units of a file. `outside` receives the text of elements outside of units, by their path without the root.

    Raises:
        DeliveryRefused: it is no well-formed XML, holds a document type or entities, or is built to exhaust us.
    """
    from xml.sax import SAXException

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    if size > MAX_XML:
        raise too_large(name, f"is over {MAX_XML >> 30} GiB")
    parser: Any = make_parser()
    parser.forbid_dtd = True
    # Fed piece by piece, the parser does not hand out its locator; it is one itself.
    handler = _Units(name, normal(unit), outside, parser.getLineNumber)
    parser.setContentHandler(handler)
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from handler.take()
        parser.close()
        yield from handler.take()
    except DefusedXmlException:
        raise DeliveryRefused(
            RefusalReason.UNREADABLE_FILE, f"{name}: holds a document type or entities, which no return needs"
        ) from None
    except (SAXException, ValueError, LookupError) as error:
        # The parser's text names a kind of fault and a place, but may quote; the place is enough.
        line = getattr(error, "getLineNumber", lambda: None)()
        raise DeliveryRefused(
            RefusalReason.UNREADABLE_FILE,
            f"{name}: is not well-formed XML{f' at line {line}' if line else ''}; export it again",
        ) from None


class _Units(ContentHandler):
    def __init__(self, name: str, unit: str, outside: dict[str, str], line: Callable[[], int]) -> None:
        super().__init__()
        self._name, self._unit, self._outside, self._line = name, unit, outside, line
        self._done: list[Node] = []
        self._stack: list[Node] = []
        self._order = self._nodes = self._length = 0
        self._root: Node | None = None

    def take(self) -> list[Node]:
        """The units that have ended since the last call."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the standard library's name
        self._order += 1
        tag = normal(name.rpartition(":")[2])
        parent = self._stack[-1] if self._stack else None
        node = Node(tag, self._line(), self._order, parent)
        if self._root is None and tag == self._unit and parent is not None:
            self._root, self._nodes, self._length = node, 0, 0
        if self._root is not None:
            self._nodes += 1
            if node is not self._root and parent is not None:
                parent.children.append(node)
            for key in attrs.getNames():
                mark = Node(normal(key.rpartition(":")[2]), node.line, self._order, node)
                mark.text.append(attrs.getValue(key))
                self._length += len(mark.text[0])
                node.children.append(mark)
        self._stack.append(node)
        if len(self._stack) > _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise too_large(self._name, f"line {node.line}: one record holds more elements than any return has")

    def characters(self, content: str) -> None:
        # Between units there is nothing but the layout, and much of it.
        if self._stack and (self._root is not None or content.strip()):
            self._length += len(content)
            if self._length > _MAX_UNIT_TEXT:
                raise too_large(self._name, "one record holds more text than any return has")
            self._stack[-1].text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        node = self._stack.pop()
        if node is self._root:
            self._done.append(node)
            self._root = None
            self._length = 0
            node.parent = None
        elif self._root is None:
            path = "/".join([*(above.tag for above in self._stack[1:]), node.tag])
            if (text := node.value()) and len(self._outside) < _MAX_OUTSIDE:
                self._outside.setdefault(path, text)
            self._length = 0
