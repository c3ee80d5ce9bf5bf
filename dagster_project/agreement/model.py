"""The agreement file as typed data: the only place where a council's rules are written down.

Unknown keys are refused, so a misspelt rule can never be silently ignored.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

PartnerKind = Literal[
    "temporary_accommodation", "social_housing", "childrens_social_care", "adult_social_care", "education"
]
Identifier = Literal["nhs_number", "upn", "social_care_id", "education_id", "nino"]

SOURCE_OF_KIND: dict[str, str] = {
    "temporary_accommodation": "housing",
    "social_housing": "housing",
    "childrens_social_care": "csc",
    "adult_social_care": "asc",
    "education": "edu",
}

RESERVED_CODE = "reference"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
MartColumn = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z0-9_]+$")]


class AgreementError(Exception):
    """The agreement file is missing or breaks a rule. The message names the place and the fix."""


class Part(BaseModel):
    """A section of the agreement: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(Part):
    """Which agreement this is (clauses HD-01, HD-02)."""

    id: Code
    title: str = Field(min_length=1)
    version: str = Field(min_length=1)


class Delivery(Part):
    """How a partner's files arrive (clauses TR-01, TR-04)."""

    route: Literal["direct", "sftp"]


class PrivacyStatement(Part):
    """The identifiers that the partner's published privacy statement covers (clause MA-02)."""

    covers: frozenset[Identifier] = frozenset()


class Partner(Part):
    """An information asset owner and what it delivers (clauses HD-06, DC-01)."""

    code: Code
    name: str = Field(min_length=1)
    kind: PartnerKind
    role: Literal["separate_controller", "joint_controller", "processor"]
    person_id_namespace: Code | None = None
    delivery: Delivery
    privacy_statement: PrivacyStatement

    @property
    def source(self) -> str:
        """The system family of the partner's records: housing, csc, asc or edu."""
        return SOURCE_OF_KIND[self.kind]

    @property
    def namespace(self) -> str:
        """The namespace of the partner's person ids; its own unless it shares one."""
        return self.person_id_namespace or self.code


class DataSubjects(Part):
    """Whose data the joint system may hold; settles the two sentences that disagree (DS-01, RE-01)."""

    hold_while: Literal["temporary_accommodation", "social_housing"]


class Item(Part):
    """A data item of the agreement (clauses F-01 to F-30). `columns` are `table.column` of the mart."""

    id: Code
    label: str = Field(min_length=1)
    use: Literal["display", "match_only"]
    clause: str = Field(pattern=r"^F-\d{2}$")
    special_category: bool = False
    columns: tuple[MartColumn, ...] = ()


class Function(Part):
    """A job that people do with the data, and the items that it needs (clause SE-02)."""

    id: Code
    name: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    items: tuple[Code, ...] = Field(min_length=1)


class Tier(Part):
    """A step of the matching ladder (clauses MA-01 to MA-06)."""

    tier: int = Field(ge=1, le=5)
    name: Code
    enabled: bool
    action: Literal["link", "review"] = "link"


class RetentionRule(Part):
    """How long a class of records may be held (clauses RE-01 to RE-08)."""

    rule: str = Field(pattern=r"^R\d$")
    domain: Code
    trigger_event: Code
    period_years: int = Field(default=0, ge=0)
    period_days: int = Field(default=0, ge=0)
    note: str = ""


class Landing(Part):
    """What is tolerated at the door."""

    max_rejected_percent: float = Field(default=2.0, ge=0, le=100)


class Settings(Part):
    """Points on which the agreement's text is silent. Each has a default and a reason in the shipped file."""

    arrears_min: float = Field(default=0.01, gt=0)
    balance_max_age_days: int = Field(default=14, ge=1)
    notice_valid_months: int = Field(default=12, ge=1)
    cin_basis: Literal["plan", "episode"] = "plan"
    nhs_allow_test_range: bool = False
    postcode_max_people: int = Field(default=10, ge=1)
    common_name_limit: int = Field(default=15, ge=1)


class Agreement(Part):
    """The whole agreement."""

    agreement: Header
    partners: tuple[Partner, ...] = Field(min_length=1)
    data_subjects: DataSubjects
    items: tuple[Item, ...] = Field(min_length=1)
    functions: tuple[Function, ...] = Field(min_length=1)
    matching: tuple[Tier, ...] = Field(min_length=1)
    retention: tuple[RetentionRule, ...] = Field(min_length=1)
    landing: Landing = Landing()
    settings: Settings = Settings()

    def partner(self, code: str) -> Partner:
        """The partner of that code.

        Raises:
            AgreementError: the code is not a partner of this agreement (clause HD-06).
        """
        for partner in self.partners:
            if partner.code == code:
                return partner
        raise AgreementError(f"'{code}' is not a partner of '{self.agreement.id}': add it under partners first")

    @model_validator(mode="after")
    def _cross_rules(self) -> "Agreement":
        codes = [partner.code for partner in self.partners]
        _refuse_repeats("partners", codes)
        if RESERVED_CODE in codes:
            raise ValueError(f"partners: the code '{RESERVED_CODE}' is kept for public reference data; choose another")
        _refuse_repeats("items", [item.id for item in self.items])
        _refuse_repeats("functions", [function.id for function in self.functions])
        _refuse_repeats("retention", [rule.rule for rule in self.retention])
        tiers = [tier.tier for tier in self.matching]
        if tiers != sorted(set(tiers)):
            raise ValueError("matching: list each tier once, in order of reliability 1 to 5 (clause MA-01)")
        self._check_items()
        return self

    def _check_items(self) -> None:
        items = {item.id: item for item in self.items}
        for item in self.items:
            if item.use == "match_only" and item.columns:
                raise ValueError(
                    f"items: {item.id} is for matching only and may have no mart column (clause {item.clause})"
                )
        for function in self.functions:
            for item_id in function.items:
                if item_id not in items:
                    raise ValueError(f"functions: {function.id} lists the unknown item {item_id}")
                if items[item_id].use == "match_only":
                    raise ValueError(
                        f"functions: {function.id} lists {item_id}, which is for matching only"
                        f" (clause {items[item_id].clause}); remove it"
                    )


def _refuse_repeats(section: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{section}: listed more than once: {', '.join(repeated)}")


def load_agreement(path: Path) -> Agreement:
    """Read and check an agreement file.

    Raises:
        AgreementError: the file is missing, is not YAML, or breaks a rule; the message says where.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AgreementError(f"no agreement file at {path}: name one with --agreement FILE") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AgreementError(f"{path.name} is not a readable YAML file: {error}") from None
    try:
        return Agreement.model_validate(raw)
    except ValidationError as error:
        raise AgreementError(f"{path.name}: {_in_words(error)}") from None


def file_sha256(path: Path) -> str:
    """Hash of the agreement file as it stands on disk: 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        place = ".".join(str(step) for step in problem["loc"])
        lines.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    return "; ".join(lines)
