"""Rules on partners: roles, routes, privacy statements, assurance (HD-06, DC-01, CB-02, MA-02, TR-01, SE-09)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.agreement.item_settings import extracts_of
from dagster_project.agreement.partners import RESERVED_CODE, Partner

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement


def problems(agreement: "Agreement") -> Iterator[str]:
    """What is wrong with the partners, alone and together."""
    codes = [partner.code for partner in agreement.partners]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        yield f"partners (clause HD-06): listed more than once: {', '.join(repeated)}; keep one entry each"
    for number, partner in enumerate(agreement.partners):
        for place, message in _of(partner):
            yield f"partners.{number}{place}: {message} [{partner.code}]"
    yield from _together(agreement)


def _of(partner: Partner) -> Iterator[tuple[str, str]]:
    statement = partner.privacy_statement
    if partner.code == RESERVED_CODE:
        yield ".code (clause HD-06)", "this code is kept for public reference data; choose another"
    if (statement.url is None) != (statement.published is None):
        yield ".privacy_statement (clause CB-02)", "address and date belong together; write both url and published"
    elif statement.url is None and statement.covers:
        yield (
            ".privacy_statement.covers (clause MA-02)",
            "identifiers are listed, but no published statement; write url and published, or empty the list",
        )
    if not partner.inside_council and partner.delivery.route == "direct":
        yield (
            ".delivery.route (clause TR-04)",
            "a partner outside the council delivers to the drop-box; write sftp",
        )
    if partner.inside_council and partner.delivery.route == "sftp" and not partner.delivery.reason:
        yield (
            ".delivery.reason (clause TR-01)",
            "council systems deliver directly where possible; write why this one cannot, or use direct",
        )
    for extract in sorted(set(partner.delivery.max_age_days) - set(extracts_of(partner.kind))):
        yield (
            ".delivery.max_age_days (clause RE-01)",
            f"{extract} is no extract of {partner.kind} partners; name one of its own",
        )
    if partner.assurance.scheme == "equivalent" and not partner.assurance.note:
        yield ".assurance.note (clause SE-09)", "say which standard is held to be equivalent"


def _together(agreement: "Agreement") -> Iterator[str]:
    kinds = {partner.kind for partner in agreement.partners}
    roles = [partner.role for partner in agreement.partners]
    if agreement.data_subjects.hold_while == "temporary_accommodation" and "temporary_accommodation" not in kinds:
        yield (
            "data_subjects.hold_while (clause DS-01): no partner is of kind temporary_accommodation, so nobody could"
            " be shown; add that partner, or write social_housing"
        )
    if not kinds - {"temporary_accommodation", "social_housing"}:
        yield "partners (clause HD-06): only housing takes part; add the social care or education partner that shares"
    if roles.count("joint_controller") == 1:
        yield (
            "partners (clause DC-01): one joint_controller cannot be joint with anybody;"
            " write separate_controller, or correct the other roles"
        )
    if set(roles) == {"processor"}:
        yield "partners (clause DC-01): every partner is a processor; say who the controllers are"
    for number, partner in enumerate(agreement.partners):
        sources = {other.source for other in agreement.partners if other.namespace == partner.namespace}
        if len(sources) > 1:
            yield (
                f"partners.{number}.person_id_namespace (clause MA-03): systems of different services cannot share"
                f" one numbering of people; give each its own [{partner.code}]"
            )
