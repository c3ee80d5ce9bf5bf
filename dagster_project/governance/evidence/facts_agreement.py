"""Facts about the agreement itself: its standing, its basis, its answers. `run_facts` says what each proves."""

from collections.abc import Callable

from dagster_project.agreement.model import file_sha256
from dagster_project.agreement.register import shipped_register
from dagster_project.agreement.rules_basis import ARTICLES
from dagster_project.agreement.sentences import sentences
from dagster_project.agreement.signed_text import differences, signed_text, told_shortly
from dagster_project.agreement.standing import standing
from dagster_project.governance.evidence.world import Tally, World, all_hold

_AZURE, _POWER_BI = ("westeurope", "not_used"), ("northeurope", "not_used")


def title_stated(world: World) -> Tally:
    """HD-01."""
    header = world.agreement.agreement
    return all_hold([bool(header.title.strip()), header.id == world.record.run["agreement_id"]])


def version_recorded(world: World) -> Tally:
    """HD-02."""
    header, newest = world.agreement.agreement, world.agreement.agreement.history[-1]
    return all_hold(
        [
            header.version == newest.version == world.record.run["agreement_version"],
            newest.date <= world.as_at,
            bool(newest.comment.strip()),
        ]
    )


def text_unchanged(world: World) -> Tally:
    """HD-02."""
    header = world.agreement.agreement
    if header.text_file is None:
        return all_hold([world.agreement.example])
    return all_hold([file_sha256(world.settings.agreement_file.parent / header.text_file) == header.text_sha256])


def text_covered(world: World) -> Tally:
    """HD-02."""
    text = signed_text(world.agreement, world.settings.agreement_file)
    if text is None:
        return all_hold([world.agreement.example])
    found = differences(shipped_register(), text)
    return Tally(len(sentences(text)), len(found), told_shortly(found))


def enacted(world: World) -> Tally:
    """HD-03."""
    return all_hold([standing(world.agreement, world.as_at).enacted])


def review_current(world: World) -> Tally:
    """HD-04."""
    return all_hold([world.as_at <= standing(world.agreement, world.as_at).review_due])


def author_named(world: World) -> Tally:
    """HD-05."""
    return all_hold([bool(world.agreement.agreement.author.strip())])


def items_used(world: World) -> Tally:
    """PU-01."""
    used = {item for function in world.agreement.functions for item in function.items}
    powered = {item for power in world.agreement.powers for item in power.supports}
    return all_hold(item.id in used & powered for item in world.agreement.items if item.use == "display")


def dpia_referenced(world: World) -> Tally:
    """PU-02."""
    return all_hold([bool(world.agreement.dpia.ref.strip()), world.agreement.dpia.date <= world.as_at])


def lawful_basis(world: World) -> Tally:
    """LB-01."""
    return _articles(world, "LB-01", "personal")


def special_category_basis(world: World) -> Tally:
    """LB-02."""
    return _articles(world, "LB-02", "special_category")


def powers_mapped(world: World) -> Tally:
    """LB-03 to LB-18."""
    items = {item.id for item in world.agreement.items}
    powers = world.agreement.powers
    supported = {item for power in powers for item in power.supports}
    return all_hold(
        [*(bool(power.supports) and set(power.supports) <= items for power in powers), *(i in supported for i in items)]
    )


def power_fact(clause: str) -> Callable[[World], Tally]:
    """The fact that the agreement has a power of that clause (LB-03 to LB-18)."""

    def power_listed(world: World) -> Tally:
        return all_hold(bool(p.act.strip() and p.section.strip()) for p in world.agreement.powers if p.clause == clause)

    return power_listed


def guidance_fact(clause: str) -> Callable[[World], Tally]:
    """The fact that the agreement has guidance of that clause (LB-19 to LB-21)."""

    def guidance_listed(world: World) -> Tally:
        return all_hold(bool(entry.title.strip()) for entry in world.agreement.guidance if entry.clause == clause)

    return guidance_listed


def tier_5_approved(world: World) -> Tally:
    """MA-06."""
    return all_hold(
        not tier.enabled
        or (
            bool(tier.methods)
            and all(bool(m.approved.by.strip()) and m.approved.date <= world.as_at for m in tier.methods)
        )
        for tier in world.agreement.matching
        if tier.tier == 5
    )


def opt_out_answered(world: World) -> Tally:
    """ND-01."""
    answer = world.agreement.national_data_opt_out
    return all_hold([answer.setting != "not_applicable" or bool(answer.reason.strip())])


def regions_stated(world: World) -> Tally:
    """TR-02, TR-03."""
    hosting = world.agreement.hosting
    return all_hold([hosting.azure_region in _AZURE, hosting.powerbi_region in _POWER_BI])


def _articles(world: World, clause: str, covers: str) -> Tally:
    listed = {basis.article for basis in world.agreement.lawful_basis if basis.covers == covers}
    return all_hold(article in listed for article, of_clause in ARTICLES.items() if of_clause == clause)
