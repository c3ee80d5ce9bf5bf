"""The agreement's clock: is it in force on a day, what is due, and whose data is held (HD-03, HD-04, CB-02, SE-09)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from dagster_project.agreement.model import Agreement
from dagster_project.agreement.partners import Partner
from dagster_project.agreement.parts import one_year_after

WARNING_DAYS = (7, 30, 60)
# A sign-off is one of the review if it is dated no earlier than the first warning of it.
REVIEW_OPENS = timedelta(days=60)


@dataclass(frozen=True)
class Standing:
    """How the agreement stands on a day.

    `enacted`: runs may begin. `in_force`: they may also publish. `refusals` say why not, `warnings` what is due.
    `held_partners` maps partner code to the reason why its deliveries are refused; `withheld_partners` are those of
    them whose data that was loaded earlier is not used either. `review_due` is the last day before a review is owed.
    """

    enacted: bool
    in_force: bool
    review_due: date
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    held_partners: dict[str, str] = field(default_factory=dict)
    withheld_partners: dict[str, str] = field(default_factory=dict)


def standing(agreement: Agreement, as_at: date) -> Standing:
    """How the agreement stands on that London date."""
    dated = agreement.on(as_at)
    header = dated.agreement
    enacted = as_at >= header.enacted
    due = review_due(dated, as_at)
    refusals = [] if enacted else [_before(header.enacted, as_at)]
    if as_at > due:
        refusals.append(_overdue(dated, due, as_at))
    withheld = {partner.code: reason for partner in dated.partners if (reason := _withheld(partner, as_at))}
    held = {partner.code: reason for partner in dated.partners if (reason := _held(partner, as_at))}
    if not enacted:
        held = {partner.code: refusals[0] for partner in dated.partners}
    return Standing(
        enacted=enacted,
        in_force=not refusals,
        review_due=due,
        refusals=tuple(refusals),
        warnings=tuple(_warnings(dated, as_at, due)),
        held_partners=held | withheld,
        withheld_partners=withheld,
    )


def review_due(dated: Agreement, as_at: date) -> date:
    """The last day on which the agreement is in force.

    The date of the review, until every partner has signed it off; then a year from the first of these signatures.
    """
    signed = [_reviewed(dated, partner, as_at) for partner in dated.partners]
    days = [day for day in signed if day is not None]
    return one_year_after(min(days)) if len(days) == len(signed) else dated.agreement.review_by


def _reviewed(dated: Agreement, partner: Partner, as_at: date) -> date | None:
    """When the partner signed off the review; None while it has not. Signing at the enactment is no review."""
    signed, header = partner.signed(as_at), dated.agreement
    if signed is None or signed <= header.enacted or signed < header.review_by - REVIEW_OPENS:
        return None
    return signed


def _before(enacted: date, as_at: date) -> str:
    return (
        f"The agreement comes into force on {enacted} (clause HD-03), and this run is for {as_at}:"
        " nothing is loaded or published before; wait, or correct agreement.enacted"
    )


def _overdue(dated: Agreement, due: date, as_at: date) -> str:
    unsigned = [partner.code for partner in dated.partners if _reviewed(dated, partner, as_at) is None]
    who = ", ".join(unsigned or [partner.code for partner in dated.partners])
    return (
        f"The agreement was due for review by {due} (clause HD-04): nothing is published until each partner has"
        f" signed it off. Add a dated entry under sign_offs of {who}"
    )


def _withheld(partner: Partner, as_at: date) -> str:
    if partner.has_published(as_at):
        return ""
    return (
        f"{partner.code} has no published privacy statement on {as_at} (clause CB-02): its data is held back until"
        " url and published are written under its privacy_statement"
    )


def _held(partner: Partner, as_at: date) -> str:
    expires = partner.assurance.expires
    if as_at > expires:
        return (
            f"the security assurance of {partner.code} expired on {expires} (clause SE-09): its deliveries are held"
            " until its assurance is renewed and the new date written under assurance.expires"
        )
    if partner.signed(as_at) is None:
        return (
            f"{partner.code} has not signed the agreement by {as_at} (clause HD-04): its deliveries are held until"
            " a dated entry stands under its sign_offs"
        )
    return ""


def _warnings(dated: Agreement, as_at: date, due: date) -> Iterator[str]:
    if dated.example:
        yield "This is the example of an invented council (example: true): its dates move with the day of the run"
    if dated.agreement.text_file is None:
        yield "No signed text is named (clause HD-02), so none is held against the clauses: only an example may do so"
    if notice := _notice(due, as_at):
        yield f"The review of the agreement is due by {due}, {notice} (clause HD-04): each partner signs it off"
    for partner in dated.partners:
        if notice := _notice(partner.assurance.expires, as_at):
            yield (
                f"The security assurance of {partner.code} expires on {partner.assurance.expires}, {notice}"
                " (clause SE-09): after it, its deliveries are held"
            )
    for guidance in dated.guidance:
        if as_at > guidance.review_by:
            yield f"See that {guidance.id} is the current edition, and move its review_by (clause {guidance.clause})"
    for power in dated.powers:
        if not power.supports:
            yield f"The power {power.id} supports no item (clause {power.clause}): name the items, or remove it"


def _notice(last_day: date, as_at: date) -> str:
    """`in 25 days, 30-day notice`, from sixty days before the last day on; empty outside that time."""
    left = (last_day - as_at).days
    if left < 0 or left > WARNING_DAYS[-1]:
        return ""
    notice = next(days for days in WARNING_DAYS if left <= days)
    return f"{'today' if left == 0 else f'in {left} days'}, {notice}-day notice"
