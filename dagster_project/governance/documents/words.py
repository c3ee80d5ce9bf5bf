"""Codes of the agreement file in words, and lists as people write them."""

from collections.abc import Iterable

from dagster_project.agreement.model import Agreement, Function
from dagster_project.agreement.partners import Partner

_WORDS = {
    "childrens_social_care": "children's social care",
    "direct": "directly, between council systems",
    "sftp": "by the SFTP drop-box",
    "nhs_dspt": "NHS Data Security and Protection Toolkit",
    "iso27001": "ISO/IEC 27001",
    "equivalent": "an equivalent standard",
    "personal": "personal data",
    "special_category": "special category data",
    "display": "shown",
    "match_only": "for matching only, never shown",
    "link": "links",
    "review": "is put before a person",
    "protected_xlsx": "as a password-protected XLSX file",
    "pseudonymised": "pseudonymised",
    "other_la": "other authorities",
    "youth_justice": "Youth Justice",
    "westeurope": "Western Europe (Azure region westeurope)",
    "northeurope": "Northern Europe (region northeurope)",
    "upn_or_nhs_number": "UPN or NHS number",
    "system_ids": "ids of the education and social care systems",
    "birth_date_and_name": "birth date, legal last name and first three letters of the legal first name",
    "postcode_and_name": "home postcode, legal last name and first three letters of the legal first name",
    "other_method": "another method that the council's IT team names",
    "aes-256": "AES-256",
    "sha-2": "SHA-2",
    "winscp": "WinSCP",
    "filezilla": "FileZilla",
    "xlsx": "XLSX",
}
_PEOPLE = {
    "all": "everybody in scope",
    "own_partner": "whoever the user's own partner holds a record of",
    "temporary_accommodation": "whoever is in temporary accommodation now",
    "own_caseload": "the user's own caseload, which is their open cases",
    "own_team": "the open cases of the user's own team",
    "none": "nobody",
}


def words(code: str) -> str:
    """A code of the file as people say it."""
    return _WORDS.get(code, code.replace("_", " "))


def people_seen(function: Function) -> str:
    """Whom a function sees (SE-02)."""
    return _PEOPLE[function.rows]


def listed(entries: Iterable[str], none: str = "none") -> str:
    """`a, b and c`; `none` for an empty list."""
    given = list(entries)
    return " and ".join([*([", ".join(given[:-1])] if given[:-1] else []), given[-1]]) if given else none


def label(agreement: Agreement, item: str) -> str:
    """The text's own name of an item; its id if the agreement has no such item."""
    return next((found.label for found in agreement.items if found.id == item), words(item))


def labels(agreement: Agreement, items: Iterable[str], none: str = "none") -> str:
    """The names of items, in the agreement's order."""
    wanted = set(items)
    return listed((item.label for item in agreement.items if item.id in wanted), none)


def scope(agreement: Agreement) -> str:
    """Who is a data subject, in a sentence."""
    if agreement.data_subjects.hold_while == "temporary_accommodation":
        return "People whom the council has placed in temporary accommodation, for as long as they are"
    return "Tenants of social housing, and people whom the council has placed in temporary accommodation"


def is_housing(partner: Partner) -> bool:
    """Whether the partner is one of the housing partners."""
    return partner.source == "housing"


def years_or_days(years: int, days: int) -> str:
    """`25 years`; `none` for neither."""
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((years, "year"), (days, "day")) if count]
    return listed(parts)
