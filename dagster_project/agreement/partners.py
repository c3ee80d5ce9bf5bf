"""Who takes part: controllers, routes, privacy statements, assurance and sign-offs."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from dagster_project.agreement.item_settings import Extract
from dagster_project.agreement.parts import Code, Day, Identifier, Part, Text

PartnerKind = Literal[
    "temporary_accommodation", "social_housing", "childrens_social_care", "adult_social_care", "education"
]
SOURCE_OF_KIND: dict[str, str] = {
    "temporary_accommodation": "housing",
    "social_housing": "housing",
    "childrens_social_care": "csc",
    "adult_social_care": "asc",
    "education": "edu",
}
RESERVED_CODE = "reference"


class Delivery(Part):
    """How a partner's files arrive (clauses TR-01, TR-04). `reason`: why a council system does not deliver directly.

    `max_age_days`: extracts that this partner draws more seldom, or more often, than `freshness` has it for its kind.
    """

    route: Literal["direct", "sftp"]
    reason: str = ""
    max_age_days: dict[Extract, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)


class PrivacyStatement(Part):
    """Where the partner tells people of the sharing (CB-02), and the identifiers that are named there (MA-02).

    Without an address and a date the statement is not published, and the partner's data is held back.
    `tenancy_agreement` points to the wording in a housing partner's tenancy agreement.
    """

    url: Text | None = None
    published: Day | None = None
    tenancy_agreement: str = ""
    covers: frozenset[Identifier] = frozenset()


class Assurance(Part):
    """The security standard that the partner works to (clause SE-09). `note` says what is equivalent."""

    scheme: Literal["nhs_dspt", "iso27001", "equivalent"]
    expires: Day
    note: str = ""


class SignOff(Part):
    """A partner's dated consent to the agreement as it stands, at enactment or at a review (clause HD-04)."""

    date: Day
    by: Text


class Partner(Part):
    """An information asset owner and what it delivers (clauses HD-06, DC-01)."""

    code: Code
    name: Text
    asset_owner: Text
    kind: PartnerKind
    role: Literal["separate_controller", "joint_controller", "processor"]
    inside_council: bool
    person_id_namespace: Code | None = None
    delivery: Delivery
    privacy_statement: PrivacyStatement = PrivacyStatement()
    assurance: Assurance
    sign_offs: tuple[SignOff, ...] = Field(default=())

    @property
    def source(self) -> str:
        """The system family of the partner's records: housing, csc, asc or edu."""
        return SOURCE_OF_KIND[self.kind]

    @property
    def namespace(self) -> str:
        """The namespace of the partner's person ids; its own unless it shares one."""
        return self.person_id_namespace or self.code

    def has_published(self, as_at: date) -> bool:
        """Whether its privacy statement was published by that day (clause CB-02)."""
        statement = self.privacy_statement
        return statement.url is not None and statement.published is not None and statement.published <= as_at

    def signed(self, as_at: date) -> date | None:
        """Its newest sign-off up to that day."""
        return max((sign_off.date for sign_off in self.sign_offs if sign_off.date <= as_at), default=None)
