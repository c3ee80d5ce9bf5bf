"""HTML put together so that text can only ever be text."""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """HTML that was made here. Everything else is text and is escaped."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Any value as escaped text; markup stays as it is, None is a dash."""
    if isinstance(value, Markup):
        return value
    return Markup("–" if value is None else escape(str(value)))  # noqa: RUF001


def element(name: str, *children: object, **attributes: str) -> Markup:
    """`<name …>children</name>`; `class_` is written `class`, other underscores become dashes."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value
    )
    return Markup(f"<{name}{written}>{''.join(map(text, children))}</{name}>")


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Parts one after the other, with (escaped) text between them."""
    return Markup(text(between).join(map(text, parts)))


def code(value: object) -> Markup:
    """A hash, a name of the system or another literal."""
    return text(None) if value in (None, "") else element("code", value)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], class_: str = "") -> Markup:
    """A table; an empty caption is left out. A head that begins with `#`, which is not shown, is of numbers."""
    numbers = [head.startswith("#") for head in heads]
    top = join(
        element("th", head.lstrip("#"), scope="col", class_="number" if number else "")
        for head, number in zip(heads, numbers, strict=True)
    )
    body = join(
        element(
            "tr",
            *(
                element("td", cell, class_="number" if number else "")
                for cell, number in zip(row, numbers, strict=True)
            ),
        )
        for row in rows
    )
    head = element("thead", element("tr", top))
    top_line = element("caption", caption) if caption else ""
    made = element("table", top_line, head, element("tbody", body), class_=class_)
    return element("div", made, class_="wide")


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """A list of names and values."""
    return element("dl", *(join((element("dt", name), element("dd", value))) for name, value in pairs))
