"""Why the sharing is lawful: purposes, impact assessment, consent, lawful bases, powers and guidance."""

from typing import Literal

from pydantic import Field

from dagster_project.agreement.parts import Code, Day, Part, Text


class Purpose(Part):
    """What the data may be used for (PU-05, SE-08). Functions and exports may name no other purpose."""

    id: Code
    text: Text


class Dpia(Part):
    """Where the impact assessment lies (PU-02). Its contents, such as hosts and transfer methods, stay there."""

    ref: Text
    date: Day
    transfer_methods_ref: str = ""


class Consent(Part):
    """Consent is not gathered (CB-01), so it can be no basis; `stated_in` says where people are told."""

    gathered: Literal[False]
    stated_in: Text


class LawfulBasis(Part):
    """An article of the UK GDPR and the data that rests on it (LB-01, LB-02)."""

    article: str = Field(pattern=r"^[69]\([12]\)(\([a-j]\))?$")
    covers: Literal["personal", "special_category"]
    name: Text


class Power(Part):
    """A statutory power and the items that it supports (LB-03 to LB-18)."""

    id: Code
    clause: str = Field(pattern=r"^LB-\d{2}$")
    act: Text
    section: Text
    supports: tuple[Code, ...]


class Guidance(Part):
    """Statutory guidance (LB-19 to LB-21), and by when somebody sees that it is still the current edition."""

    id: Code
    clause: str = Field(pattern=r"^LB-\d{2}$")
    title: Text
    review_by: Day
