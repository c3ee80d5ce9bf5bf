"""Rules on the matching ladder (MA-01 to MA-07)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.agreement.content import Tier
from dagster_project.agreement.parts import Identifier

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement

OTHER_METHODS = 5
KEYS_OF_TIER: dict[int, frozenset[Identifier]] = {
    1: frozenset({"upn", "nhs_number"}),
    2: frozenset({"education_id", "social_care_id"}),
    3: frozenset(),
    4: frozenset(),
}


def problems(agreement: "Agreement") -> Iterator[str]:
    """What is wrong with the ladder and with the identifiers that it links by."""
    tiers = [tier.tier for tier in agreement.matching]
    if tiers != [*range(1, OTHER_METHODS + 1)]:
        yield (
            "matching (clause MA-01): list each tier once, in order of reliability 1 to 5; one that is not used has"
            " enabled: false"
        )
    if not any(tier.enabled and tier.action == "link" for tier in agreement.matching):
        yield "matching (clause MA-01): no tier links, so nothing could ever be shown; enable at least one"
    for number, tier in enumerate(agreement.matching):
        yield from _tier(number, tier)
        yield from _stated(number, tier, agreement)
    yield from _items(agreement)


def _tier(number: int, tier: Tier) -> Iterator[str]:
    if tier.tier == OTHER_METHODS:
        yield from _methods(number, tier)
        return
    if tier.methods:
        yield f"matching.{number}.methods (clause MA-06): only tier 5 has methods; move them there"
    lawful = KEYS_OF_TIER[tier.tier]
    foreign = sorted(set(tier.keys) - lawful)
    if foreign:
        allowed = ", ".join(sorted(lawful)) or "no identifier"
        yield (
            f"matching.{number}.keys (clause MA-0{tier.tier + 1}): {', '.join(foreign)} may not link in tier"
            f" {tier.tier}, which links by {allowed}; remove it"
        )
    if lawful and not tier.keys:
        yield (
            f"matching.{number}.keys (clause MA-0{tier.tier + 1}): say by which identifiers tier {tier.tier} links:"
            f" {', '.join(sorted(lawful))}"
        )


def _methods(number: int, tier: Tier) -> Iterator[str]:
    ids = [method.id for method in tier.methods]
    if tier.enabled and not ids:
        yield (
            f"matching.{number}.methods (clause MA-06): tier 5 is on without a method that the LA's IT team approved;"
            " list {id: ..., action: review, approved: {by: name, date: ...}} for each, or write enabled: false"
        )
    for method in sorted({method for method in ids if ids.count(method) > 1}):
        yield f"matching.{number}.methods (clause MA-06): {method} is listed twice; keep the entry that was approved"
    for place, method in enumerate(tier.methods):
        if method.action == "link" and tier.action == "review":
            yield (
                f"matching.{number}.methods.{place}.action (clause MA-06): {method.id} is to link but tier 5 is set to"
                " review; write action: link for the tier, or review for the method"
            )
        if tier.enabled and not method.approved.by.strip():
            yield f"matching.{number}.methods.{place}.approved.by (clause MA-06): say who approved {method.id}"


def _stated(number: int, tier: Tier, agreement: "Agreement") -> Iterator[str]:
    if tier.tier != 1 or not tier.enabled:
        return
    stated = {identifier for partner in agreement.partners for identifier in partner.privacy_statement.covers}
    for identifier in sorted(set(tier.keys) - stated):
        yield (
            f"matching.{number}.keys (clause MA-02): {identifier} links in tier 1 but stands in no partner's privacy"
            " statement; add it to covers of the partners whose statement names it, or remove it from keys"
        )


def _items(agreement: "Agreement") -> Iterator[str]:
    listed = {item.id for item in agreement.items if item.use == "match_only"}
    for number, partner in enumerate(agreement.partners):
        for identifier in sorted(partner.privacy_statement.covers - listed):
            yield (
                f"partners.{number}.privacy_statement.covers (clause DS-02): {identifier} is no item for matching only"
                f" of this agreement; remove it, or add the item [{partner.code}]"
            )
