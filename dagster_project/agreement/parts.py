"""What every section of the agreement is made of: strict parts, codes, dates."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

# An example counts its dates in days from the day of the run. Until that day is known they stand at this one,
# so far back that nobody can take such a date for a real one.
EXAMPLE_DAY_ZERO = date(1900, 1, 1)
FIRST_REAL_DAY = date(2000, 1, 1)
_MOST_DAYS = 20_000

Identifier = Literal["nhs_number", "upn", "social_care_id", "education_id", "nino"]
IDENTIFIERS: tuple[Identifier, ...] = ("nhs_number", "upn", "social_care_id", "education_id", "nino")

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MartColumn = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z0-9_]+$")]


class AgreementError(Exception):
    """The agreement file is missing or breaks a rule. The message names the clause, the place and the fix."""


class Part(BaseModel):
    """A section of the agreement: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _days_or_date(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError("is not a date")
    if isinstance(value, int):
        if abs(value) > _MOST_DAYS:
            raise ValueError("is not a date")
        return EXAMPLE_DAY_ZERO + timedelta(days=value)
    return value


Day = Annotated[
    date,
    BeforeValidator(_days_or_date),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date"}, {"type": "integer"}],
            "description": "YYYY-MM-DD. Only in an example: days from the day of the run, e.g. -30.",
        }
    ),
]


def one_year_after(day: date) -> date:
    """The same date of the next year; 29 February is followed by 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)
