"""What the agreement is, since when, and how it has changed (clauses HD-01 to HD-05)."""

from pydantic import Field

from dagster_project.agreement.parts import Code, Day, Part, Sha256, Text


class Change(Part):
    """A row of the version table (clause HD-02). `text_sha256` is the hash of the text that this version signed."""

    date: Day
    version: Text
    comment: Text
    text_sha256: Sha256 | None = None


class Header(Part):
    """Which agreement this is (HD-01, HD-02), by whom (HD-05), from when (HD-03) and its next review (HD-04).

    `text_file` is the signed text, beside the agreement file unless its path says otherwise; `text_sha256` the
    SHA-256 of its bytes. `history` runs from the oldest version to the newest.
    """

    id: Code
    title: Text
    version: Text
    author: Text
    enacted: Day
    review_by: Day
    history: tuple[Change, ...] = Field(min_length=1)
    text_file: Text | None = None
    text_sha256: Sha256 | None = None
