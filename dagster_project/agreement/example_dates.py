"""The dates of an agreement: finding them, and moving those of an example to the day of a run."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

from dagster_project.agreement.parts import Part

PartT = TypeVar("PartT", bound=Part)


def dates_of(part: Part, place: str = "") -> Iterator[tuple[str, date]]:
    """Each date with its place, such as `partners.0.assurance.expires`."""
    for name in type(part).model_fields:
        yield from _dates(getattr(part, name), f"{place}.{name}" if place else name)


def moved(part: PartT, by: timedelta) -> PartT:
    """The same part with every date moved."""
    return part.model_copy(update={name: _moved(getattr(part, name), by) for name in type(part).model_fields})


def _dates(value: Any, place: str) -> Iterator[tuple[str, date]]:
    if isinstance(value, date):
        yield place, value
    elif isinstance(value, Part):
        yield from dates_of(value, place)
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from _dates(entry, f"{place}.{number}")


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, date):
        return value + by
    if isinstance(value, Part):
        return moved(value, by)
    if isinstance(value, tuple):
        return tuple(_moved(entry, by) for entry in value)
    return value
