"""How data is let go where the text is silent (clauses RE-01 to RE-08)."""

from typing import Literal

from pydantic import Field

from dagster_project.agreement.parts import Part


class RetentionSettings(Part):
    """Points of retention on which the agreement's text is silent. Each has a default and a reason in the shipped file.

    `raw_keep_days`: how long delivered rows and files of people who are linked to nobody in scope stay; 0 means that
    they go with the publish. `ta_gap_days` and `ta_grace_days`: days after the end of a stay during which data is still
    held and shown to nobody. `ta_stale_days`: days after which an open stay in a closed case is somebody's to look at.
    `leap_birthday`: the day on which people born on 29 February reach an age in a common year.
    """

    raw_keep_days: int = Field(default=7, ge=0, le=366)
    ta_gap_days: int = Field(default=0, ge=0, le=90)
    ta_grace_days: int = Field(default=0, ge=0, le=90)
    ta_stale_days: int = Field(default=30, ge=1)
    leap_birthday: Literal["mar1", "feb28"] = "mar1"
