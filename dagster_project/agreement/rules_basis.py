"""Rules on purposes, lawful bases and powers (PU-01, PU-05, LB-01 to LB-21)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement

# What the signed text names; without one of them its clause could never be evidenced.
ARTICLES = {"6(1)(c)": "LB-01", "6(1)(e)": "LB-01", "9(2)(c)": "LB-02", "9(2)(g)": "LB-02"}
POWER_CLAUSES = tuple(f"LB-{number:02}" for number in range(3, 19))
GUIDANCE_CLAUSES = tuple(f"LB-{number}" for number in range(19, 22))


def problems(agreement: "Agreement") -> Iterator[str]:
    """What is wrong with the reasons for sharing."""
    yield from _repeats("purposes", "PU-05", [purpose.id for purpose in agreement.purposes])
    yield from _repeats("powers", "LB-03", [power.id for power in agreement.powers])
    yield from _repeats("guidance", "LB-19", [guidance.id for guidance in agreement.guidance])
    yield from _purposes(agreement)
    yield from _articles(agreement)
    yield from _powers(agreement)
    yield from _clauses("powers", POWER_CLAUSES, [power.clause for power in agreement.powers])
    yield from _clauses("guidance", GUIDANCE_CLAUSES, [guidance.clause for guidance in agreement.guidance])


def _repeats(section: str, clause: str, names: Sequence[str]) -> Iterator[str]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        yield f"{section} (clause {clause}): listed more than once: {', '.join(repeated)}; keep one entry each"


def _purposes(agreement: "Agreement") -> Iterator[str]:
    known = [purpose.id for purpose in agreement.purposes]
    for number, function in enumerate(agreement.functions):
        if function.purpose not in known:
            yield (
                f"functions.{number}.purpose (clause PU-05): is no purpose of this agreement;"
                f" choose one of {', '.join(known)}, or add it under purposes [{function.id}]"
            )


def _articles(agreement: "Agreement") -> Iterator[str]:
    for number, basis in enumerate(agreement.lawful_basis):
        right = "personal" if basis.article.startswith("6") else "special_category"
        if basis.covers != right:
            yield (
                f"lawful_basis.{number}.covers (clause {'LB-01' if right == 'personal' else 'LB-02'}):"
                f" Article {basis.article} is a basis for {right} data; correct article or covers"
            )
    articles = {basis.article for basis in agreement.lawful_basis}
    if not any(article.startswith("6") for article in articles):
        yield "lawful_basis (clause LB-01): no basis for personal data; add the Article 6 basis of the signed text"
    for article, clause in ARTICLES.items():
        if article not in articles:
            yield f"lawful_basis (clause {clause}): Article {article} of the signed text is not listed; add it"
    special = [item.id for item in agreement.items if item.special_category]
    if special and not any(article.startswith("9") for article in articles):
        yield (
            f"lawful_basis (clause LB-02): {', '.join(special)} are special category data without an Article 9 basis;"
            " add it, or do not share these items"
        )


def _clauses(section: str, wanted: Sequence[str], listed: Sequence[str]) -> Iterator[str]:
    for clause in wanted:
        if clause not in listed:
            yield f"{section} (clause {clause}): no entry carries out this clause of the signed text; add it"
    for number, clause in enumerate(listed):
        if clause not in wanted:
            yield (
                f"{section}.{number}.clause (clause {clause}): is none of {wanted[0]} to {wanted[-1]};"
                " correct it, or remove the entry"
            )


def _powers(agreement: "Agreement") -> Iterator[str]:
    known = {item.id for item in agreement.items}
    supported: set[str] = set()
    for number, power in enumerate(agreement.powers):
        unknown = sorted(set(power.supports) - known)
        supported |= set(power.supports)
        if unknown:
            yield (
                f"powers.{number}.supports (clause {power.clause}): unknown item {', '.join(unknown)};"
                f" correct the name, or remove it [{power.id}]"
            )
    for number, item in enumerate(agreement.items):
        if item.id not in supported:
            yield (
                f"items.{number} (clause PU-01): no power supports {item.id} ({item.clause});"
                " add it to supports of the power that lets you share it, or remove the item"
            )
