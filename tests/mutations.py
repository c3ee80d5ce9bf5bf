"""For each enforced clause a way to break its control, and the check that must see it."""

from tests import gate_world as data
from tests.mutation_kit import (
    FCT,
    PERSON,
    SCHOOL,
    WORKER,
    Mutation,
    agreed,
    any_password,
    cell,
    code_with,
    dbt,
    edited,
    exported,
    identity,
    indicator,
    loader,
    plain_export,
    sftp,
)

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
    "LB-01": Mutation("run/lawful_basis", agreement={"lawful_basis/0/article": "6(1)(f)"}, unguarded="rules_basis"),
    "LB-02": Mutation(
        "run/special_category_basis", agreement={"lawful_basis/3/article": "9(2)(h)"}, unguarded="rules_basis"
    ),
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
    "F-17": indicator("is_disabled", "flag", "'X'"),
    "F-18": dbt(
        "mart_indicators/fct_person_indicators.disabilities_flagged",
        f"update {FCT} set is_disabled = 'N', disabilities = 'Hearing'",
        "fct_person_indicators",
    ),
    "F-19": indicator("has_child_protection_plan", "known", "'N'"),
    "F-20": indicator("is_child_in_care", "known", "'N'"),
    "F-21": indicator("is_child_in_need", "known", "'N'"),
    "F-22": indicator("is_at_risk_of_exploitation", "known", "'N'"),
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
    "F-28": indicator("total_absence_percent", "known", "'5'"),
    "F-29": indicator("lateness_percent", "known", "'5'"),
    "F-30": indicator("exclusions_current_year", "known", "'5'"),
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
    "ND-01": exported(
        "run/opt_out_applied", kind="planning_counts", function="planner", protection='{"adult_care": 3}'
    ),
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
    "SE-05": Mutation("run/exports_encrypted", patch=plain_export),
    "SE-06": exported("run/exports_by_whole_system_users", function="housing_officer"),
    "SE-07": exported("run/planning_exports_pseudonymised", kind="planning_rows", function="planner"),
    "SE-08": exported("run/exports_for_agreed_purposes", purpose="curiosity"),
    "SE-09": agreed("run/assurance_current", {"partners/0/assurance/expires": -1}),
}

CHANGED_LOG = """
    alter table control.access_log disable trigger rows_stay;
    update control.access_log set actor = {} where entry = 1;
    alter table control.access_log enable always trigger rows_stay
"""

# Further checks of a clause, each with a break of its own: who may read what, and the log of who did what.
FURTHER: dict[str, tuple[str, Mutation]] = {
    "a right by hand": (
        "SE-02",
        dbt("catalogue/access_as_agreed", f"grant select (visible_to) on {PERSON} to fn_planner"),
    ),
    "a role by hand": (
        "SE-01",
        Mutation(
            "catalogue/roles_as_registered",
            (("admin", "alter role fn_planner login"),),
            undo="alter role fn_planner nologin",
        ),
    ),
    "the mart that is read": (
        "SE-01",
        Mutation(
            "catalogue/published_access_stands",
            (("admin", "grant select on mart.dim_school to public"),),
            undo="revoke select on mart.dim_school from public",
        ),
    ),
    "a role after the gate": (
        "SE-01",
        Mutation(
            "run/access_stands",
            afterwards=(("admin", "alter role fn_planner bypassrls"),),
            undo="alter role fn_planner nobypassrls",
        ),
    ),
    "the log": (
        "SE-01",
        Mutation(
            "run/access_log_whole",
            (("admin", CHANGED_LOG.format("actor || ' and another'")),),
            undo=CHANGED_LOG.format("replace(actor, ' and another', '')"),
        ),
    ),
}
