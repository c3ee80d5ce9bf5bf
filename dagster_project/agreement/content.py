"""What is shared, how it is matched, how long it is held and who may see it."""

from typing import Literal

from pydantic import Field

from dagster_project.agreement.parts import Code, Day, Identifier, MartColumn, Part, Text


class DataSubjects(Part):
    """Whose data the joint system may hold; settles the two sentences that disagree (DS-01, RE-01)."""

    hold_while: Literal["temporary_accommodation", "social_housing"]


class Item(Part):
    """A data item of the agreement (clauses F-01 to F-30).

    `columns` are `table.column` of the mart. `excludes` names records that may never feed the item.
    """

    id: Code
    label: Text
    use: Literal["display", "match_only"]
    clause: str = Field(pattern=r"^F-\d{2}$")
    special_category: bool = False
    excludes: frozenset[Literal["youth_justice", "other_la"]] = frozenset()
    columns: tuple[MartColumn, ...] = ()


# The people whom a function sees: all, those known to the user's own partner, those in temporary accommodation, the
# user's or their team's open cases, or nobody.
Rows = Literal["all", "own_partner", "temporary_accommodation", "own_caseload", "own_team", "none"]


class Function(Part):
    """A job that people do with the data, and the items that it needs (clause SE-02).

    `purpose` is the id of a purpose; `rows` the people that its holders see; `export` what they may take out. A
    function with `rows: none` reads no table of the mart: its items are what its exports may be made of. `reads_logs`
    opens the access log, the register of users and the records of gate, publishes and evidence. `answers_requests`
    makes its holders the data stewards, who answer what people ask for under their rights.
    """

    id: Code
    name: Text
    purpose: Text
    rows: Rows
    export: Literal["none", "protected_xlsx", "pseudonymised"] = "none"
    reads_logs: bool = False
    answers_requests: bool = False
    items: tuple[Code, ...] = ()


class Approval(Part):
    """Who approved, and when."""

    by: Text
    date: Day


MatchMethod = Literal[
    "changed_last_name",
    "misspelt_last_name",
    "national_insurance_number",
    "number_and_name",
    "other_birth_date",
    "other_first_name",
    "preferred_or_former_name",
    "splink_alike",
    "splink_very_alike",
    "swapped_names",
    "whole_first_name",
]


class Method(Part):
    """A further way to match (clause MA-06), as the LA's IT team has approved it. What each does: `linkage_rules`."""

    id: MatchMethod
    action: Literal["link", "review"]
    approved: Approval


class Tier(Part):
    """A step of the matching ladder (clauses MA-01 to MA-06).

    `keys`: the identifiers it links by, if any. `methods`: what tier 5 does, one approval each.
    """

    tier: int = Field(ge=1, le=5)
    name: Code
    enabled: bool
    action: Literal["link", "review"] = "link"
    keys: tuple[Identifier, ...] = ()
    methods: tuple[Method, ...] = ()


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
    """Points of matching on which the text is silent. Each has a default and a reason in the shipped file."""

    nhs_allow_test_range: bool = False
    postcode_max_people: int = Field(default=10, ge=1)
    common_name_limit: int = Field(default=15, ge=1)
