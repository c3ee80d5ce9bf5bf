"""How large a change from one publish to the next may be before a person has to look at it."""

from pydantic import Field

from dagster_project.agreement.parts import Part


class Holds(Part):
    """What holds a publish until somebody approves it. Each has a default and a reason in the shipped file.

    `volume_factor` is a factor both ways; extracts and marts below `volume_min_rows` rows, before and after, are not
    judged by it. The number of questions for review is judged by it upwards only. `broken_references_percent` is of the
    rows of one partner's extract that point to another extract. `flag_points` are percentage points of the share of Y
    among the people for whom a flag is known, and of the share of people who are linked, judged downwards only;
    a share of fewer than `flag_min_people` is not judged.
    """

    volume_factor: int = Field(default=10, ge=2)
    volume_min_rows: int = Field(default=50, ge=1)
    broken_references_percent: float = Field(default=5.0, ge=0, le=100)
    flag_points: float = Field(default=10.0, gt=0, le=100)
    flag_min_people: int = Field(default=100, ge=1)
