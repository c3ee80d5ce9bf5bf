"""Rules on dates, versions and the signed text (clauses HD-02 to HD-04)."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from dagster_project.agreement.example_dates import dates_of
from dagster_project.agreement.parts import FIRST_REAL_DAY, one_year_after

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement


def problems(agreement: "Agreement") -> Iterator[str]:
    """What is wrong with the header."""
    wrong_form = list(_dates_in_form(agreement))
    yield from wrong_form
    if not wrong_form:
        yield from _review(agreement)
        yield from _history(agreement)
    yield from _text(agreement)
    if agreement.settings.nhs_allow_test_range and not agreement.example:
        yield (
            "settings.nhs_allow_test_range (clause MA-02): NHS numbers of the test range belong to invented people;"
            " set it to false, or mark the file with example: true"
        )


def _dates_in_form(agreement: "Agreement") -> Iterator[str]:
    for place, day in dates_of(agreement):
        if agreement.example and day >= FIRST_REAL_DAY:
            yield (
                f"{place} (clause HD-03): an example counts days from the day of the run, such as -30;"
                " write a number, or remove example: true if this council is real"
            )
        if not agreement.example and day < FIRST_REAL_DAY:
            yield (
                f"{place} (clause HD-03): write the date as YYYY-MM-DD, after 2000;"
                " a number of days is for an example only"
            )


def _review(agreement: "Agreement") -> Iterator[str]:
    header = agreement.agreement
    signed = [partner.signed(date.max) or header.enacted for partner in agreement.partners]
    last_agreed = max(header.enacted, min(signed))
    if header.review_by > one_year_after(last_agreed):
        yield (
            "agreement.review_by (clause HD-04): is later than a year after the agreement was last agreed by all"
            " partners; bring it forward, or add each partner's new sign-off"
        )
    if header.review_by <= header.enacted:
        yield "agreement.review_by (clause HD-04): does not come after the enactment; write the date of the next review"


def _history(agreement: "Agreement") -> Iterator[str]:
    header = agreement.agreement
    versions = [change.version for change in header.history]
    repeated = sorted({version for version in versions if versions.count(version) > 1})
    if repeated:
        yield (
            f"agreement.history (clause HD-02): version {', '.join(repeated)} is listed more than once;"
            " give each change a version of its own"
        )
    if versions[-1] != header.version:
        yield (
            f"agreement.version (clause HD-02): is {header.version}, but the newest entry of agreement.history is"
            f" {versions[-1]}; add the missing entry, or correct the version"
        )
    if any(later.date < earlier.date for earlier, later in pairwise(header.history)):
        yield "agreement.history (clause HD-02): put the versions in order of date, the oldest first"


def _text(agreement: "Agreement") -> Iterator[str]:
    header = agreement.agreement
    if (header.text_file is None) != (header.text_sha256 is None):
        yield (
            "agreement.text_sha256 (clause HD-02): text_file and text_sha256 belong together;"
            " write both (sha256sum prints the hash)"
        )
    elif header.text_file is None and not agreement.example:
        yield "agreement.text_file (clause HD-02): is missing; name the file with the signed text, and its text_sha256"
    newest = header.history[-1].text_sha256
    if header.text_sha256 != newest:
        yield (
            "agreement.text_sha256 (clause HD-02): is not the hash that the newest entry of agreement.history has;"
            " a changed text needs a new version with its own entry and text_sha256"
        )
    earlier = {change.text_sha256 for change in header.history[:-1]} - {None}
    if newest in earlier:
        yield (
            "agreement.history (clause HD-02): two versions have the same text_sha256;"
            " a version of the text is a new text: correct the hash, or remove the entry"
        )
