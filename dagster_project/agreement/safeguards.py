"""How data is moved, kept and let out: opt-out, transfer, security, exports, hosting."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dagster_project.agreement.parts import Part, Text


def _answer(value: Any) -> Any:
    # YAML reads a bare yes or no as true or false.
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


class OptOut(Part):
    """Whether the National Data Opt-Out is applied to health and care data for planning and research (ND-01).

    Only `yes` lets people whom adult social care knows into a planning export, once a check has cleared them.
    """

    setting: Annotated[Literal["yes", "no", "not_applicable"], BeforeValidator(_answer)]
    reason: str = ""


class PasswordRule(Part):
    """The least that a password must have (TR-09, TR-10)."""

    min_length: int = Field(ge=15)
    character_types: Literal[4]


class Transfer(Part):
    """How files travel (TR-05 to TR-08, TR-11, TR-12)."""

    cipher: Literal["aes-256"]
    hash: Literal["sha-2"]
    password: PasswordRule
    generic_account_names: Literal["refused"]
    clients: tuple[Literal["winscp", "filezilla"], ...] = Field(min_length=1)
    email_without_encryption_to: tuple[str, ...] = (".gov.uk",)


class Security(Part):
    """What nobody may do with the combined data (SE-01, SE-03, SE-04)."""

    access: Literal["defined_users"]
    printing: Literal["never"]
    removable_media: Literal["never"]


class Planning(Part):
    """What leaves for planning (SE-07): pseudonyms only, no small groups, rounded counts.

    A person has the same pseudonym in two exports only where they are for one purpose and in one `key_period`.
    """

    pseudonymised: Literal[True]
    k: int = Field(ge=5)
    min_cell: int = Field(ge=5)
    round_to: int = Field(ge=1)
    key_period: Literal["year", "quarter", "month"] = "year"


class Exports(Part):
    """How data may leave the dashboard (SE-05 to SE-07)."""

    format: Literal["xlsx"]
    password_protected: Literal[True]
    whole_system_users_only: Literal[True]
    keep_days: int = Field(default=30, ge=1, le=366)
    planning: Planning


class Hosting(Part):
    """Where servers stand (TR-02, TR-03); `not_used` for a platform that the council does without."""

    azure_region: Literal["westeurope", "not_used"]
    powerbi_region: Literal["northeurope", "not_used"]
    note: Text | None = None
