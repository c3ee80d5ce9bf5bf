"""The data flow as SVG: four columns of boxes, from partners to functions. Its text can only ever be text."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dagster_project.governance.evidence.markup import Markup, element

_WIDTH, _MARGIN, _TOP = 1280, 20, 150
_TITLE, _LINE = 13, 11
# Space that a letter takes, as a share of its size; wide enough for Verdana.
_LETTER = 0.58
_PAD, _GAP, _STEP = 11, 16, 30


@dataclass(frozen=True)
class Box:
    """One box. `key` names what it is connected by; a held one is drawn with a broken line."""

    title: str
    lines: Sequence[str] = ()
    key: str = ""
    is_held: bool = False


@dataclass(frozen=True)
class _Look:
    left: int
    width: int
    fill: str
    edge: str


@dataclass(frozen=True)
class _Placed:
    box: Box
    look: _Look
    top: float

    @property
    def height(self) -> float:
        return _height(self.box, self.look)

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    @property
    def right(self) -> int:
        return self.look.left + self.look.width


_RULES = _Look(390, 870, "#fff3e2", "#b0671f")
_PARTNERS = _Look(_MARGIN, 300, "#eef1f4", "#3d5166")
_DOORS = _Look(400, 190, "#ffffff", "#3d5166")
_LAYERS = _Look(670, 270, "#ffffff", "#3d5166")
_GATE = _Look(670, 270, "#fde7e7", "#a33a3a")
_MART = _Look(670, 270, "#e3f3e8", "#2f7a4d")
_FUNCTIONS = _Look(1020, 240, "#eef1f4", "#3d5166")
_EVIDENCE = _Look(1020, 240, "#fff3e2", "#b0671f")


def picture(
    title: str,
    rules: Box,
    partners: Sequence[Box],
    doors: Sequence[Box],
    layers: Sequence[Box],
    evidence: Box,
    functions: Sequence[Box],
) -> Markup:
    """The whole picture.

    A partner's key is that of its door. Of the layers the last is the mart and the one before it the gate, from which
    the evidence comes.
    """
    left = list(_stack(_by_door(partners, doors), _PARTNERS, _TOP))
    looks = [*[_LAYERS] * (len(layers) - 2), _GATE, _MART]
    middle = list(_down(layers, looks))
    gate, mart = middle[-2:]
    proof = _Placed(evidence, _EVIDENCE, gate.middle - _height(evidence, _EVIDENCE) / 2)
    readers = list(_stack(functions, _FUNCTIONS, proof.top + proof.height + _STEP + _GAP))
    entries = list(_beside(doors, left))
    top = _Placed(rules, _RULES, _MARGIN)
    boxes = [top, *left, *entries, *middle, proof, *readers]
    height = max(one.top + one.height for one in boxes) + _MARGIN
    headings = [("Partners", left[0]), ("How files arrive", entries[0]), ("Layers", middle[0])]
    headings += [("What is proven", proof), ("Who sees what", readers[0])]
    arrows = [
        _down_arrow(_LAYERS.left + _LAYERS.width // 2, top.top + top.height, _TOP, "rule"),
        *(_arrow(one, door) for door in entries for one in left if one.box.key == door.box.key),
        *(_arrow(door, middle[0]) for door in entries),
        *(
            _down_arrow(above.look.left + above.look.width // 2, above.top + above.height, below.top, "flow")
            for above, below in pairwise(middle)
        ),
        _arrow(gate, proof, "rule"),
        *(_arrow(mart, reader) for reader in readers),
    ]
    return element(
        "svg",
        element("title", title, id="flow-title"),
        _markers(),
        element("rect", x="0", y="0", width=str(_WIDTH), height=_n(height), fill="#ffffff"),
        *(_text(words, first.look.left, first.top - 9, _TITLE, "bold", "#55636f") for words, first in headings),
        *arrows,
        *(_drawn(one) for one in boxes),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {_n(height)}",
        width=str(_WIDTH),
        height=_n(height),
        role="img",
        aria_labelledby="flow-title",
        font_family="Verdana, DejaVu Sans, sans-serif",
    )


def _stack(boxes: Sequence[Box], look: _Look, top: float) -> Iterator[_Placed]:
    for box in boxes:
        yield (placed := _Placed(box, look, top))
        top += placed.height + _GAP


def _down(boxes: Sequence[Box], looks: Sequence[_Look]) -> Iterator[_Placed]:
    top: float = _TOP
    for box, look in zip(boxes, looks, strict=True):
        yield (placed := _Placed(box, look, top))
        top += placed.height + _STEP


def _by_door(partners: Sequence[Box], doors: Sequence[Box]) -> list[Box]:
    """Partners of one door stand together, so that few lines cross."""
    return [one for door in doors for one in partners if one.key == door.key]


def _beside(doors: Sequence[Box], partners: Sequence[_Placed]) -> Iterator[_Placed]:
    """A door stands beside the middle of the partners that use it, and below the door before it."""
    free: float = _TOP
    for door in doors:
        middles = [one.middle for one in partners if one.box.key == door.key]
        wanted = sum(middles) / len(middles) - _height(door, _DOORS) / 2
        yield (placed := _Placed(door, _DOORS, max(free, wanted)))
        free = placed.top + placed.height + _GAP


def _wrapped(box: Box, look: _Look) -> tuple[list[str], list[str]]:
    def letters(size: int) -> int:
        return int((look.width - 2 * _PAD) / (size * _LETTER))

    titles = textwrap.wrap(box.title, letters(_TITLE)) or [""]
    # Each line is marked where it begins. SVG swallows the spaces that would indent its rest.
    lines = [line for text in box.lines for line in textwrap.wrap(f"· {text}", letters(_LINE))]
    return titles, lines


def _height(box: Box, look: _Look) -> float:
    titles, lines = _wrapped(box, look)
    return 2 * _PAD + len(titles) * (_TITLE + 4) + len(lines) * (_LINE + 4) - 2


def _drawn(one: _Placed) -> Markup:
    look, (titles, lines) = one.look, _wrapped(one.box, one.look)
    parts = [
        element(
            "rect",
            x=str(look.left),
            y=_n(one.top),
            width=str(look.width),
            height=_n(one.height),
            rx="8",
            fill=look.fill,
            stroke=look.edge,
            stroke_dasharray="6 4" if one.box.is_held else "",
        )
    ]
    y = one.top + _PAD - 2
    for line in titles:
        y += _TITLE + 4
        parts.append(_text(line, look.left + _PAD, y - 2, _TITLE, "bold", "#1b2733"))
    for line in lines:
        y += _LINE + 4
        parts.append(_text(line, look.left + _PAD, y - 2, _LINE, "normal", "#36434f"))
    return element("g", *parts)


def _text(words: str, x: float, y: float, size: int, weight: str, colour: str) -> Markup:
    return element("text", words, x=_n(x), y=_n(y), font_size=str(size), font_weight=weight, fill=colour)


def _arrow(start: _Placed, end: _Placed, kind: str = "flow") -> Markup:
    x1, y1, x2, y2 = start.right, start.middle, end.look.left - 2, end.middle
    bend = (x1 + x2) / 2
    path = f"M{_n(x1)} {_n(y1)}C{_n(bend)} {_n(y1)} {_n(bend)} {_n(y2)} {_n(x2)} {_n(y2)}"
    return _path(path, kind, is_held=start.box.is_held)


def _down_arrow(x: float, y1: float, y2: float, kind: str) -> Markup:
    return _path(f"M{_n(x)} {_n(y1)}V{_n(y2 - 2)}", kind)


def _path(path: str, kind: str, *, is_held: bool = False) -> Markup:
    return element(
        "path",
        d=path,
        fill="none",
        stroke="#b0671f" if kind == "rule" else "#3d5166",
        stroke_width="1.5",
        stroke_dasharray="4 4" if kind == "rule" or is_held else "",
        # What is held does not arrive.
        marker_end="" if is_held else f"url(#{kind})",
    )


def _markers() -> Markup:
    return element(
        "defs",
        *(
            element(
                "marker",
                element("path", d="M0 0 8 4 0 8z", fill=colour),
                id=kind,
                viewBox="0 0 8 8",
                refX="7",
                refY="4",
                markerWidth="7",
                markerHeight="7",
                orient="auto",
            )
            for kind, colour in (("flow", "#3d5166"), ("rule", "#b0671f"))
        ),
    )


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
