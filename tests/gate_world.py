"""The rows of the gate's small invented world: a family of two and somebody alone, all in temporary accommodation."""

from datetime import date
from typing import Any

AS_AT = date(2026, 11, 20)
PUBLISH_ID = "p_20261120_0001"
NHS_NUMBER = "9990001234"
UPN = "A999000100001"
NINO = "QQ123456C"
SOCIAL_CARE_ID = "CSC-700001"
EDUCATION_ID = "EDU-800001"
ADULT, CHILD, ALONE = ("p00000000000000000001", "p00000000000000000002", "p00000000000000000003")
FAMILY, SINGLE = "h00000000000000000001", "h00000000000000000002"

SQL_TYPES = {"string": "text", "date": "date", "number": "numeric", "boolean": "boolean"}
MART_TYPES = {
    "date_of_birth": "date",
    "people": "integer",
    "data_as_at": "date",
    "calendar_date": "date",
    "is_as_at": "boolean",
    "calendar_year": "integer",
    "month_number": "integer",
    "arrears_min": "numeric",
    "balance_max_age_days": "integer",
    "notice_valid_months": "integer",
    "factor_months": "integer",
    "use_factors": "boolean",
    "disability_needs_record": "boolean",
    "count_lunchtime": "boolean",
    "total_absence_percent": "numeric",
    "lateness_percent": "numeric",
    "exclusions_current_year": "integer",
    "as_at": "date",
    "started_at": "timestamptz",
    "visible_to": "text[]",
}
TABLES = """
    select oid::regclass::text from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('staged', 'matched', 'mart_candidate')
"""
MATCHED = r"""
    create table staged.linkage_reasons as select 'ambiguous_key'::text as reason;
    create table staged.excluded_teams as select 'youth\s*justice'::text as pattern;
    create table staged.linkage_rules as select unnest(array[
        'nhs_number', 'upn', 'duplicate_record', 'birth_date_and_name', 'postcode_and_name']) as rule;
    create table matched.person_records (person_key text, partner text, source text, record_id text, tier integer);
    create table matched.link_explanations (
        person_key text, partner text, source text, record_id text, link_path text, explanation text, steps integer,
        weakest_tier integer);
    create table matched.person_key_records (record_hash text, person_key text);
    create table matched.people (person_key text, is_published boolean, died_on date);
    create table matched.scope_housing_records (
        partner text, record_id text, is_in_temporary_accommodation boolean);
    create table matched.links (
        link_id text, left_source text, left_partner text, left_record_id text, right_source text, right_partner text,
        right_record_id text, rule text, tier integer, evidence jsonb);
    create table matched.review_queue (
        item_id text, reason text, rule text, left_source text, left_partner text, left_record_id text,
        right_source text, right_partner text, right_record_id text, tier integer, evidence jsonb,
        opened_at timestamptz);
    create table matched.linkage_counts as
        select measure, 'all' as breakdown, 'all' as category, 3::bigint as counted, null::bigint as out_of
        from unnest(array['people', 'linked_people', 'people_in_review', 'links', 'review_items']) as measure;
    create table matched.linkage_report as
        select measure, breakdown, category, true as is_suppressed, null::bigint as counted from matched.linkage_counts;
"""
DELIVERED = {
    "hou_homeless_cases": [{"case_id": "C1", "application_date": date(2026, 1, 5)}, {"case_id": "C2"}],
    "hou_household_members": [
        {
            "person_id": "M1",
            "case_id": "C1",
            "nino": NINO,
            "legal_first_name": "Ada",
            "legal_last_name": "Marlowe",
            "date_of_birth": date(1990, 5, 1),
        },
        {
            "person_id": "M2",
            "case_id": "C1",
            "nhs_number": NHS_NUMBER,
            "legal_first_name": "Bo",
            "date_of_birth": date(2015, 5, 1),
        },
        {"person_id": "M3", "case_id": "C2", "joined_date": date(2026, 2, 1), "preferred_first_name": "Cy"},
    ],
    "hou_ta_placements": [
        {"placement_id": "T1", "case_id": "C1", "start_date": date(2026, 3, 1)},
        {"placement_id": "T2", "case_id": "C2", "start_date": date(2026, 3, 1), "end_date": date(2026, 12, 31)},
    ],
    "csc_persons": [{"person_id": SOCIAL_CARE_ID, "nhs_number": "999 000 1234", "upn": UPN, "restricted": False}],
    "edu_pupils": [
        {
            "person_id": EDUCATION_ID,
            "upn": UPN,
            "laestab": "9999001",
            "entry_date": date(2024, 9, 1),
            "date_of_birth": date(2015, 5, 1),
        }
    ],
    "asc_persons": [
        {"person_id": "ASC-600001", "nino": NINO, "restricted": False},
        {"person_id": "ASC-600003", "restricted": False},
    ],
}
PARTNER_OF_KIND = {
    "temporary_accommodation": "fakeshire_ta",
    "childrens_social_care": "fakeshire_csc",
    "adult_social_care": "fakeshire_asc",
    "education": "fakeshire_edu",
}
RECORDS = [
    (ADULT, "fakeshire_ta", "housing", "M1", 0),
    (ADULT, "fakeshire_asc", "asc", "ASC-600001", 3),
    (CHILD, "fakeshire_ta", "housing", "M2", 0),
    (CHILD, "fakeshire_csc", "csc", SOCIAL_CARE_ID, 1),
    (CHILD, "fakeshire_edu", "edu", EDUCATION_ID, 1),
    (ALONE, "fakeshire_ta", "housing", "M3", 0),
    (ALONE, "fakeshire_asc", "asc", "ASC-600003", 4),
]
FLAGS = {"nhs_number": "agree", "last_name": "missing", "postcode": "conflict"}
# Record, links on the way to it, and how weak the weakest is.
EXPLAINED = [
    ("M1", "", 0),
    ("ASC-600001", "l1", 3),
    ("M2", "", 0),
    (SOCIAL_CARE_ID, "l2", 1),
    (EDUCATION_ID, "l2 l3", 1),
    ("M3", "", 0),
    ("ASC-600003", "l4", 4),
]
LINKS = [
    ("l1", "housing", "fakeshire_ta", "M1", "asc", "fakeshire_asc", "ASC-600001", "birth_date_and_name", 3),
    ("l2", "housing", "fakeshire_ta", "M2", "csc", "fakeshire_csc", SOCIAL_CARE_ID, "nhs_number", 1),
    ("l3", "csc", "fakeshire_csc", SOCIAL_CARE_ID, "edu", "fakeshire_edu", EDUCATION_ID, "upn", 1),
    ("l4", "housing", "fakeshire_ta", "M3", "asc", "fakeshire_asc", "ASC-600003", "postcode_and_name", 4),
]
SHOWN = {"address_status": "shown", "address_line_1": "1 Quay Row", "town": "Fakeshire", "postcode": "AA1 1AA"}
MART: dict[str, list[dict[str, Any]]] = {
    "dim_person": [
        {"person_key": ADULT, "household_key": FAMILY, "first_name": "Ada", "date_of_birth": date(1990, 5, 1)},
        {"person_key": CHILD, "household_key": FAMILY, "first_name": "Bo", "date_of_birth": date(2015, 5, 1)},
        {"person_key": ALONE, "household_key": SINGLE, "first_name": "Cy"},
    ],
    "fct_person_indicators": [
        {"person_key": ADULT, "household_key": FAMILY, "is_in_rent_arrears": "Y", "has_arrears_payment_plan": "Y"},
        {
            "person_key": CHILD,
            "household_key": FAMILY,
            "school_key": "s1",
            "has_ehcp": "Y",
            "send_type": "Autistic spectrum disorder",
            "has_child_protection_plan": "N",
            "current_school": "Quayside Primary",
            "assigned_caseworkers": "Priya Marlowe",
        },
        {"person_key": ALONE, "household_key": SINGLE, "is_known_to_services": "N"},
    ],
    "bridge_person_address": [{"person_key": key, "partner": partner, **SHOWN} for key, partner, _, _, _ in RECORDS],
    "bridge_person_caseworker": [{"person_key": CHILD, "team": "Early help", "worker_name": "Priya Marlowe"}],
    "dim_household": [
        {"household_key": FAMILY, "partner": "fakeshire_ta", "people": 2},
        {"household_key": SINGLE, "partner": "fakeshire_ta", "people": 1},
    ],
    "dim_school": [{"school_key": "s1", "school_name": "Quayside Primary", "school_postcode": "AA1 2AB"}],
    "dim_date": [{"calendar_date": date(2026, 11, 19), "is_as_at": False}, {"calendar_date": AS_AT, "is_as_at": True}],
}
