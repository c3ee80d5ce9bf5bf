"""For each enforced clause a way to break its control, and the check that must see it.

The world that is broken is the gate's small one (tests/gate_world.py): whatever is not said here is sound.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dagster_project.settings import Settings
from tests import gate_world as data

FCT = "mart_candidate.fct_person_indicators"
PERSON = "mart_candidate.dim_person"
ADDRESS = "mart_candidate.bridge_person_address"
WORKER = "mart_candidate.bridge_person_caseworker"
SCHOOL = "mart_candidate.dim_school"
Patch = Callable[[pytest.MonkeyPatch, Settings, Path], None]


@dataclass(frozen=True)
class Mutation:
    """One broken control.

    `check` is the name of the check that must fail. `sql` holds statements by login, done after the world was built;
    `agreement` values by their place in the agreement file (`partners/0/role`), under which the world is built;
    `patch` breaks the product's own files or rules; `tables` are those whose expectations the gate has to run; `undo`
    repairs, as administrator, what building the world anew does not.
    """

    check: str
    sql: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    agreement: Mapping[str, Any] = field(default_factory=dict)
    patch: Patch | None = None
    undo: str = ""


def dbt(check: str, statement: str, *tables: str) -> Mutation:
    """A fault that a model could have: in a table of dbt's, found by a check of its suite or of the catalogue."""
    return Mutation(check, (("hl_dbt", statement),), tables)


def loader(check: str, statement: str, *tables: str) -> Mutation:
    """A fault in the agreement's tables or in what landing recorded."""
    return Mutation(check, (("hl_loader", statement),), tables)


def agreed(check: str, agreement: Mapping[str, Any], *sql: tuple[str, str]) -> Mutation:
    """An agreement file that says something else, under which all went on as before."""
    return Mutation(check, sql, agreement=agreement)


def indicator(column: str, kind: str, value: str) -> Mutation:
    """A value that the column may not have, for somebody whom only adults' care knows."""
    statement = f"update {FCT} set {column} = {value} where person_key = '{data.ALONE}'"
    return dbt(f"mart_indicators/fct_person_indicators.{column}.{kind}", statement, "fct_person_indicators")


def identity(column: str, value: str) -> Mutation:
    """Something that no housing record says of the person."""
    statement = f"update {PERSON} set {column} = {value} where person_key = '{data.ADULT}'"
    return dbt(f"mart_people/dim_person.{column}.as_housing_has_it", statement, "dim_person")


def cell(clause: str, value: str) -> Mutation:
    """A number for matching only, in the midst of a text that an officer reads."""
    statement = f"update {ADDRESS} set town = 'Fakeshire ({value})' where person_key = '{data.ALONE}'"
    return dbt(f"mart_identifiers/no_{clause}_value", statement, "dim_person")


def sftp(check: str, **transport: str) -> Mutation:
    """A delivery that came by SFTP, where one thing was not negotiated as it must be."""
    good = {
        "cipher": "aes256-ctr",
        "mac": "hmac-sha2-512-etm@openssh.com",
        "kex": "curve25519-sha256",
        "host_key_type": "ssh-ed25519",
        "host_key_fingerprint": "SHA256:" + "a" * 43,
    }
    pairs = ", ".join(f"'{name}', '{value}'" for name, value in {**good, **transport}.items())
    return loader(check, f"update control.deliveries set route = 'sftp', transport = jsonb_build_object({pairs})")


def code_with(line: str) -> Patch:
    """The product with one more module."""

    def patch(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
        del settings
        package = folder / "dagster_project"
        package.mkdir()
        (package / "more.py").write_text(line + "\n", encoding="utf-8")
        monkeypatch.setattr("dagster_project.governance.evidence.facts_product._PACKAGES", ("dagster_project", package))

    return patch


def any_password(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
    """A rule for passwords that lets everything pass."""
    del settings, folder
    monkeypatch.setattr("dagster_project.governance.evidence.facts_product.check_password", lambda *_: None)


def edited(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
    """The agreement file, with a word changed after the run began."""
    del monkeypatch, folder
    with settings.agreement_file.open("a", encoding="utf-8") as file:
        file.write("# one more word\n")


LINK_OF_TIER_2 = "update matched.links set tier = 2, rule = 'social_care_id' where link_id = 'l2'"
ALONE_UNLINKED = f"delete from matched.person_records where person_key = '{data.ALONE}' and source = 'asc'"
UNCOVERED = (
    "update agreement.lawful_identifiers set allowed = false where identifier = '{}' and partner = 'fakeshire_csc'"
)
UNPUBLISHED = """
    insert into agreement.partners
    values ('fakeshire_edu', 'Education', 'education', 'edu', 'joint_controller', 'fakeshire_edu', 'direct')
"""
LOGIN = "create role reporting login; grant fn_housing_officer to reporting"

# What a clause of an item comes to that no suite has a rule for: its function reads what was agreed, no more or less.
A_RIGHT_LESS = dbt(
    "catalogue/columns_of_fn_housing_officer",
    f"revoke select (gender) on {PERSON} from fn_housing_officer",
)

MUTATIONS: dict[str, Mutation] = {
    # What the agreement is, who takes part, what it is for.
    "HD-02": Mutation("gate/agreement_unchanged", patch=edited),
    "HD-03": agreed("run/enacted", {"agreement/enacted": 1, "agreement/review_by": 300}),
    "HD-04": agreed("run/review_current", {"agreement/review_by": -1}),
    "HD-06": dbt(
        "staged_education/stg_edu_pupils.signed_partner",
        "update staged.stg_edu_pupils set partner = 'a_stranger'",
        "stg_edu_pupils",
    ),
    "DC-01": loader("run/controllers_listed", "update agreement.partners set role = 'processor'"),
    "PU-05": dbt("run/no_score_column", f"alter table {PERSON} add housing_priority integer"),
    "CB-02": agreed(
        "run/privacy_statements", {"partners/5/privacy_statement/published": 30}, ("hl_loader", UNPUBLISHED)
    ),
    "LB-01": agreed("run/lawful_basis", {"lawful_basis/0/article": "6(1)(f)"}),
    "LB-02": agreed("run/special_category_basis", {"lawful_basis/3/article": "9(2)(h)"}),
    # Whose data, and which items.
    "DS-01": dbt(
        "mart_people/dim_person.in_scope",
        "delete from matched.scope_housing_records where record_id = 'M3'",
        "dim_person",
    ),
    "DS-02": dbt(
        "staged_education/stg_edu_pupils.columns",
        "alter table staged.stg_edu_pupils add religion text",
        "stg_edu_pupils",
    ),
    "DS-03": Mutation(
        "catalogue/no_other_functions",
        (
            ("admin", "create role fn_planning nologin"),
            ("hl_dbt", f"grant select (has_ehcp) on {FCT} to fn_planning"),
        ),
        undo="drop owned by fn_planning; drop role fn_planning",
    ),
    "F-01": identity("first_name", "'Zed'"),
    "F-02": identity("last_name", "'Zed'"),
    "F-03": identity("date_of_birth", "date '1990-05-02'"),
    "F-04": identity("gender", "'female'"),
    "F-05": indicator("is_in_temporary_accommodation", "flag", "'X'"),
    "F-06": indicator("is_in_rent_arrears", "flag", "'X'"),
    "F-07": dbt(
        "mart_indicators/fct_person_indicators.plan_needs_arrears",
        f"update {FCT} set has_arrears_payment_plan = 'Y', is_in_rent_arrears = 'N'",
        "fct_person_indicators",
    ),
    "F-08": indicator("is_at_risk_of_eviction", "flag", "'X'"),
    "F-09": dbt(
        "mart_dimensions/bridge_person_address.in_hiding",
        "update staged.stg_asc_persons set restricted = true",
        "bridge_person_address",
    ),
    "F-10": cell("f_10", data.NINO),
    "F-11": cell("f_11", data.NHS_NUMBER),
    "F-12": cell("f_12", data.UPN),
    "F-13": cell("f_13", data.SOCIAL_CARE_ID),
    "F-14": cell("f_14", data.EDUCATION_ID),
    "F-15": indicator("has_ehcp", "known", "'N'"),
    "F-16": indicator("send_type", "known", "'Autistic spectrum disorder'"),
    "F-17": loader("run/special_categories_marked", "update agreement.data_items set special_category = false"),
    "F-18": loader("run/special_categories_marked", "update agreement.data_items set special_category = false"),
    "F-19": indicator("has_child_protection_plan", "known", "'N'"),
    "F-20": indicator("is_child_in_care", "known", "'N'"),
    "F-21": indicator("is_child_in_need", "known", "'N'"),
    "F-22": A_RIGHT_LESS,
    "F-23": indicator("is_known_to_services", "flag", "'X'"),
    "F-24": dbt(
        "mart_dimensions/bridge_person_caseworker.no_excluded_team",
        f"update {WORKER} set team = 'Youth Justice Service'",
        "bridge_person_caseworker",
    ),
    "F-25": dbt(
        "mart_dimensions/bridge_person_caseworker.person_shown",
        f"update {WORKER} set person_key = 'p9'",
        "bridge_person_caseworker",
    ),
    "F-26": dbt(
        "mart_indicators/fct_person_indicators.current_school.said",
        f"update {FCT} set current_school = null",
        "fct_person_indicators",
    ),
    "F-27": indicator("current_school_postcode", "known", "'AA1 2AB'"),
    "F-28": A_RIGHT_LESS,
    "F-29": A_RIGHT_LESS,
    "F-30": A_RIGHT_LESS,
    # Matching.
    "MA-01": dbt(
        "matched/person_records.no_partner_twice",
        f"insert into matched.person_records values ('{data.CHILD}', 'fakeshire_csc', 'csc', 'CSC-700009', 3)",
        "person_records",
    ),
    "MA-02": loader("matched/links.identifier_lawful", UNCOVERED.format("upn"), "links"),
    "MA-03": Mutation(
        "matched/links.identifier_lawful",
        (("hl_dbt", LINK_OF_TIER_2), ("hl_loader", UNCOVERED.format("social_care_id"))),
        ("links",),
    ),
    "MA-04": loader("matched/links.tier_allowed", "update agreement.match_rules set enabled = tier <> 3", "links"),
    "MA-05": loader("matched/links.tier_allowed", "update agreement.match_rules set enabled = tier <> 4", "links"),
    "MA-06": dbt("matched/links.tier_allowed", "update matched.links set tier = 5 where link_id = 'l4'", "links"),
    "MA-07": dbt("mart_people/dim_person.linked", ALONE_UNLINKED, "dim_person"),
    # Keeping, moving and storing.
    "RE-01": dbt(
        "mart_people/dim_person.housed_now",
        "update staged.stg_hou_ta_placements set end_date = '2026-11-20' where case_id = 'C2'",
        "dim_person",
    ),
    "TR-04": sftp("run/host_key_recorded", host_key_fingerprint=""),
    "TR-05": sftp("run/transport_aes256", cipher="aes128-ctr"),
    "TR-06": sftp("run/transport_sha2", mac="hmac-sha1"),
    "TR-07": Mutation("run/logins_personal", (("admin", LOGIN),), undo="drop role reporting"),
    "TR-08": Mutation("run/logins_personal", (("admin", LOGIN),), undo="drop role reporting"),
    "TR-09": Mutation("run/password_policy", patch=any_password),
    "TR-10": Mutation("run/password_policy", patch=any_password),
    "TR-12": Mutation("run/no_mail", patch=code_with("import smtplib")),
    # Security.
    "SE-01": dbt("catalogue/no_public_rights", f"grant select on {SCHOOL} to public"),
    "SE-02": A_RIGHT_LESS,
    "SE-08": loader("run/purposes_limited", "update agreement.functions set purpose = 'Curiosity'"),
    "SE-09": agreed("run/assurance_current", {"partners/0/assurance/expires": -1}),
}
