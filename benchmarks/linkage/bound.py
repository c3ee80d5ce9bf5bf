"""The lower bound of a linkage: what must be done at the least, measured on the same server with the same records."""

import time
from pathlib import Path

import jinja2

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

_NO_JOIN = {"join": "", "postcode": "postcode"}
# Extract, source, and where its columns come from. An address table is joined once, by its first row.
_EXTRACTS = (
    (
        "hou_household_members as m", "housing",
        {"nino": "", "social_care_id": "", "education_id": "", "postcode": "a.postcode"}
        | {"join": " left join (select case_id, min(postcode) as postcode from raw.hou_ta_placements group by case_id)"
           " as a using (case_id)"},
    ),
    (
        "csc_persons as m", "csc",
        {"upn": "", "nino": "", "education_id": "", "postcode": "a.postcode"}
        | {"join": " left join (select person_id, min(postcode) as postcode from raw.csc_addresses group by person_id)"
           " as a using (person_id)"},
    ),
    ("asc_persons as m", "asc", {"nino": ""} | _NO_JOIN),
    ("edu_pupils as m", "edu", {"upn": "", "social_care_id": ""} | _NO_JOIN),
)  # fmt: skip


def measure_bound(settings: Settings) -> tuple[float, float]:
    """Seconds to standardise and seconds to group the keys, on the rows that stand in `raw`."""
    template = (Path(__file__).parent / "bound.sql").read_text(encoding="utf-8")
    statements = jinja2.Template(template).render(extracts=_EXTRACTS).split(";\n")
    seconds = {"standardise": 0.0, "group": 0.0}
    with connect(settings, "admin", autocommit=True) as conn:
        for statement in statements:
            if not statement.strip():
                continue
            begun = time.perf_counter()
            conn.execute(statement.encode())
            step = "group" if "bound.key_" in statement else "standardise"
            seconds[step] += time.perf_counter() - begun
        conn.execute("drop schema bound cascade")
    return seconds["standardise"], seconds["group"]
