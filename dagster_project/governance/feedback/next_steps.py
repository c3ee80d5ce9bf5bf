"""What a partner can do about the fate of its delivery, in sentences."""

from collections.abc import Iterator

from dagster_project.extracts.reasons import RefusalReason
from dagster_project.governance.feedback.findings import Findings

RESULT_WORDS = {
    "loaded": "ACCEPTED",
    "duplicate": "NOT NEEDED: its content is loaded already",
    "older": "NOT USED: newer content of yours is loaded",
    "refused": "REFUSED: nothing of it is loaded",
}
# What is wrong lies between packing and arrival, not in the system that the files come from.
_SEND_AGAIN = (
    RefusalReason.SIZE_DIFFERS,
    RefusalReason.HASH_DIFFERS,
    RefusalReason.FILE_MISSING,
    RefusalReason.TRANSFER_REFUSED,
)


def next_steps(findings: Findings, listed: str) -> list[str]:
    """Sentences in the order in which to act; `listed` is the file with the rejected rows."""
    return list(_STEPS[findings.delivery.status](findings, listed))


def _loaded(findings: Findings, listed: str) -> Iterator[str]:
    faults = [found for found in findings.identifiers if found.invalid or found.placeholder]
    if findings.rejected:
        yield (
            f"Correct the {len(findings.rejected):,} row(s) listed in {listed} in your own system: until then they are"
            " missing here. Your next delivery brings them; nothing has to be sent for it."
        )
    for found in faults:
        yield (
            f"Look at {found.identifier}: {found.invalid:,} invalid and {found.placeholder:,} placeholder value(s)."
            " Leave the cell empty where the true value is not known."
        )
    if any(found.unlawful for found in findings.identifiers):
        names = ", ".join(found.identifier for found in findings.identifiers if found.unlawful)
        yield (
            f"Your privacy statement does not cover {names}, so it links nobody. Leave the column empty, or have the"
            " council's information governance lead look at the statement."
        )
    for found in findings.broken:
        yield (
            f"Deliver what {found.rows:,} row(s) of {found.extract} point to ({found.subject}), or leave those rows"
            " out: until then they tell nothing of anybody."
        )
    if not (findings.rejected or faults or findings.broken):
        yield "Nothing. Deliver again when the next extract is due."


def _duplicate(findings: Findings, listed: str) -> Iterator[str]:
    yield "Nothing, if your data has not changed since. The newer date of your extract is noted."
    yield "If it has changed, look at your export: it wrote the same files as before."


def _older(findings: Findings, listed: str) -> Iterator[str]:
    yield "Nothing, if you sent a newer extract after this one."
    yield "If this should be the newest, pack it again with its right extract date and deliver it."


def _refused(findings: Findings, listed: str) -> Iterator[str]:
    code = findings.delivery.reason_code
    if code == RefusalReason.PARTNER_HELD:
        yield "Nothing is wrong with the files. Ask the council's information governance lead what the agreement lacks."
        return
    if code in (RefusalReason.MAPPING_UNUSABLE, RefusalReason.MAPPING_FAILED):
        yield "The fault is in the mapping, not in the files: have whoever keeps it mend it. Then the same files load."
    elif code in _SEND_AGAIN:
        yield "Send the files of this delivery again, the manifest last. If the reason comes back, pack them anew."
    else:
        yield "Correct what the reason names, in your own system or export, and pack the files again."
    if findings.rejected:
        yield f"The rows at fault that were found stand in {listed}; there may be more after them."
    yield "Deliver under the next number. What you delivered before stays in use until then."
    yield "Please do not wait for the next turn: while this delivery is your newest, nothing is published for anybody."


_STEPS = {"loaded": _loaded, "duplicate": _duplicate, "older": _older, "refused": _refused}
