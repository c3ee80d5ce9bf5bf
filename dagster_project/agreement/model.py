"""The agreement file as typed data: the only place where a council's rules are written down.

Unknown keys are refused, so a misspelt rule can never be silently ignored. Each section has its own module.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, PrivateAttr, ValidationError, model_validator

from dagster_project.agreement import rules, yaml_file
from dagster_project.agreement.basis import Consent, Dpia, Guidance, LawfulBasis, Power, Purpose
from dagster_project.agreement.content import DataSubjects, Function, Item, Landing, RetentionRule, Settings, Tier
from dagster_project.agreement.example_dates import moved
from dagster_project.agreement.header import Header
from dagster_project.agreement.holds import Holds
from dagster_project.agreement.item_settings import Extract, Freshness, ItemSettings
from dagster_project.agreement.partners import SOURCE_OF_KIND, Partner, PartnerKind
from dagster_project.agreement.parts import (
    EXAMPLE_DAY_ZERO,
    IDENTIFIERS,
    AgreementError,
    Identifier,
    Part,
)
from dagster_project.agreement.register import shipped_register
from dagster_project.agreement.retention_settings import RetentionSettings
from dagster_project.agreement.rules_matching import KEYS_OF_TIER
from dagster_project.agreement.safeguards import Exports, Hosting, OptOut, Security, Transfer
from dagster_project.agreement.signed_text import differences, read_text, told_shortly
from dagster_project.agreement.wording import in_words

__all__ = [
    "IDENTIFIERS",
    "SOURCE_OF_KIND",
    "Agreement",
    "AgreementError",
    "Function",
    "Identifier",
    "Item",
    "Partner",
    "PartnerKind",
    "file_sha256",
    "load_agreement",
]


class Agreement(Part):
    """The whole agreement.

    `example` marks an invented council: its dates are days from the day of the run, so it never expires. They
    have no meaning before `on` has fixed that day.
    """

    example: bool = False
    agreement: Header
    partners: tuple[Partner, ...] = Field(min_length=1)
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    dpia: Dpia
    consent: Consent
    lawful_basis: tuple[LawfulBasis, ...] = Field(min_length=1)
    powers: tuple[Power, ...] = Field(min_length=1)
    guidance: tuple[Guidance, ...] = Field(min_length=1)
    data_subjects: DataSubjects
    items: tuple[Item, ...] = Field(min_length=1)
    functions: tuple[Function, ...] = Field(min_length=1)
    matching: tuple[Tier, ...] = Field(min_length=1)
    unlinked_people: Literal["not_displayed"]
    national_data_opt_out: OptOut
    retention: tuple[RetentionRule, ...] = Field(min_length=1)
    transfer: Transfer
    security: Security
    exports: Exports
    hosting: Hosting
    landing: Landing = Landing()
    holds: Holds = Holds()
    freshness: Freshness = Freshness()
    retention_settings: RetentionSettings = RetentionSettings()
    item_settings: ItemSettings = ItemSettings()
    settings: Settings = Settings()

    _day_zero: date = PrivateAttr(default=EXAMPLE_DAY_ZERO)

    def partner(self, code: str) -> Partner:
        """The partner of that code.

        Raises:
            AgreementError: the code is not a partner of this agreement (clause HD-06).
        """
        for partner in self.partners:
            if partner.code == code:
                return partner
        raise AgreementError(
            f"'{code}' is not a partner of '{self.agreement.id}' (clause HD-06): add it under partners first"
        )

    @property
    def shown_columns(self) -> frozenset[str]:
        """Every `table.column` of the mart that shows an item."""
        return frozenset(column for item in self.items for column in item.columns)

    def max_age_days(self, partner: Partner, extract: Extract) -> int:
        """The age in days beyond which the partner's file of that extract says nothing about today."""
        own = partner.delivery.max_age_days.get(extract)
        return self.freshness.of(partner.kind) if own is None else own

    def purpose_of(self, function: Function) -> str:
        """The function's purpose in words (clause PU-05)."""
        return next((purpose.text for purpose in self.purposes if purpose.id == function.purpose), function.purpose)

    def usable_identifiers(self, partner: Partner) -> frozenset[Identifier]:
        """The identifiers of the partner's records that may link or veto (clause MA-02).

        Its privacy statement covers them, and the ladder names them as keys if it is for a tier to name them.
        """
        named = {key for tier in self.matching for key in tier.keys}
        return partner.privacy_statement.covers - (frozenset().union(*KEYS_OF_TIER.values()) - named)

    def on(self, as_at: date) -> Self:
        """The agreement as it reads on that London date: an example's dates become dates, a real one's stay."""
        if not self.example:
            return self
        dated = moved(self, as_at - self._day_zero)
        dated._day_zero = as_at
        return dated

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        found = rules.problems(self)
        if found:
            raise ValueError("\n".join(found))
        return self


def load_agreement(path: Path) -> Agreement:
    """Read and check an agreement file, and the signed text that it names.

    Raises:
        AgreementError: the file is missing, is not YAML, or breaks a rule; the message says which clause, where
            and what to do, one line per problem.
    """
    try:
        raw = yaml_file.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AgreementError(f"no agreement file at {path}: name one with --agreement FILE") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise AgreementError(f"{path.name} is not a readable YAML file: {error}") from None
    try:
        agreement = Agreement.model_validate(raw)
    except ValidationError as error:
        raise AgreementError(in_words(path.name, error, raw)) from None
    _check_text(path, agreement)
    return agreement


def file_sha256(path: Path) -> str:
    """Hash of the agreement file as it stands on disk: 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_text(path: Path, agreement: Agreement) -> None:
    """The signed text is the one that this version was made for (clause HD-02)."""
    name, expected = agreement.agreement.text_file, agreement.agreement.text_sha256
    if name is None:
        return
    text = path.parent / name
    if not text.is_file():
        raise AgreementError(
            f"{path.name}: agreement.text_file (clause HD-02): there is no file {name}; put the signed text there"
        )
    found = file_sha256(text)
    if found != expected:
        sentences = told_shortly(differences(shipped_register(), read_text(text)))
        raise AgreementError(
            f"{path.name}: agreement.text_sha256 (clause HD-02): the signed text has changed"
            f" ({sentences or 'in its spacing or marks only'}). Have the partners agree to it, add a version to"
            f" agreement.history, and set text_sha256 there and here to {found}"
        )
