"""How items are worked out where the text is silent, and how old a file may be (clauses F-05 to F-30)."""

from datetime import date
from typing import Any, Literal, get_args

from pydantic import Field, field_validator

from dagster_project.agreement.parts import Part

SupportReason = Literal["physical", "sensory", "learning_disability", "memory", "mental_health"]
LatenessCode = Literal["L", "U"]


class ItemSettings(Part):
    """Points on which the agreement's text is silent. Each has a default and a reason in the shipped file.

    Amounts are pounds, ages days or months as their names say. `ay_start` is the first day of an academic year, MM-DD.
    """

    arrears_min: float = Field(default=0.01, gt=0)
    balance_max_age_days: int = Field(default=14, ge=1)
    notice_valid_months: int = Field(default=12, ge=1)
    cin_basis: Literal["plan", "episode"] = "plan"
    use_factors: bool = True
    factor_months: int = Field(default=12, ge=1)
    disabled_psr: tuple[SupportReason, ...] = ("physical", "sensory", "learning_disability")
    disability_needs_record: bool = True
    absence_scope: Literal["current_school", "all_schools"] = "current_school"
    lateness_codes: tuple[LatenessCode, ...] = Field(default=("L", "U"), min_length=1)
    count_lunchtime: bool = True
    ay_start: str = Field(default="09-01", pattern=r"^\d{2}-\d{2}$")

    def as_row(self) -> dict[str, Any]:
        """The one row of `agreement.item_settings`; lists as text, joined by `, `."""
        return {
            name: ", ".join(value) if isinstance(value, tuple) else value for name, value in self.model_dump().items()
        }

    @field_validator("ay_start")
    @classmethod
    def _is_a_day_of_late_summer(cls, value: str) -> str:
        """The law begins the school year with the first term after July (Education Act 1996 s579)."""
        try:
            day = date.fromisoformat(f"2001-{value}")
        except ValueError:
            raise ValueError("is no day of the year; write MM-DD, such as 09-01") from None
        if not date(2001, 8, 1) <= day <= date(2001, 9, 30):
            raise ValueError("an academic year begins in August or September; write MM-DD, such as 09-01")
        return value


class Freshness(Part):
    """The age in days beyond which a partner's file says nothing about today, by kind of partner.

    A partner may have an age of its own for an extract: `partners.delivery.max_age_days`.
    """

    temporary_accommodation: int = Field(default=3, ge=1)
    social_housing: int = Field(default=10, ge=1)
    childrens_social_care: int = Field(default=3, ge=1)
    adult_social_care: int = Field(default=10, ge=1)
    education: int = Field(default=10, ge=1)

    def of(self, kind: str) -> int:
        """The age for a kind of partner."""
        ages: dict[str, int] = self.model_dump()
        return ages[kind]


Extract = Literal[
    "hou_homeless_cases",
    "hou_household_members",
    "hou_ta_placements",
    "ren_tenancies",
    "ren_tenants",
    "ren_balances",
    "ren_arrangements",
    "ren_actions",
    "csc_persons",
    "csc_addresses",
    "csc_disabilities",
    "csc_referrals",
    "csc_assessments",
    "csc_cin_plans",
    "csc_cp_plans",
    "csc_cla_episodes",
    "csc_risk_flags",
    "csc_involvements",
    "asc_persons",
    "asc_events",
    "asc_involvements",
    "edu_pupils",
    "edu_attendance",
    "edu_exclusions",
    "edu_sen",
    "edu_ehe_cme",
]
PREFIX_OF_KIND = {
    "temporary_accommodation": "hou_",
    "social_housing": "ren_",
    "childrens_social_care": "csc_",
    "adult_social_care": "asc_",
    "education": "edu_",
}


def extracts_of(kind: str) -> tuple[Extract, ...]:
    """The extracts that partners of a kind deliver."""
    return tuple(extract for extract in get_args(Extract) if extract.startswith(PREFIX_OF_KIND[kind]))
