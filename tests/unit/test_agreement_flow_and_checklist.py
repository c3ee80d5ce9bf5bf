"""The data flow and the privacy-statement checklist: they say what this agreement says, not what the example says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from dagster_project.agreement.model import Agreement
from dagster_project.governance.documents.data_flow import data_flow
from dagster_project.governance.documents.parts import Document, Picture, Table
from dagster_project.governance.documents.privacy_checklist import Need, needs, privacy_checklist
from tests.agreement_kit import agreement_of, changed, real, shipped

DAY = date(2026, 11, 22)
TA, HOMES, NORTHBANK, CSC, ASC, EDU = (entry["name"] for entry in shipped()["partners"])


def example(**places: Any) -> Agreement:
    """The shipped agreement with values set at places such as `partners__0__code`."""
    return agreement_of(changed(shipped(), {place.replace("__", "/"): value for place, value in places.items()}))


def need(agreement: Agreement, identifier: str) -> Need:
    (found,) = [one for one in needs(agreement.on(DAY), DAY) if one.identifier == identifier]
    return found


def names(partners: tuple[Any, ...]) -> set[str]:
    return {partner.name for partner in partners}


def to_do(agreement: Agreement, partner: str) -> dict[str, str]:
    """What a partner has to do, by the name of the identifier."""
    document = privacy_checklist(agreement, DAY)
    (section,) = [section for section in document.sections if section.heading == partner]
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    return {str(row[0]): str(row[-1]) for row in table.rows}


def test_in_the_example_everything_that_is_held_is_stated() -> None:
    for one in needs(example().on(DAY), DAY):
        assert (one.silent, one.idle) == ((), ())
        assert one.works is (one.identifier != "nino")
    assert set(to_do(example(), CSC).values()) == {"nothing"}


def test_a_pupil_number_that_one_statement_leaves_out_links_nobody_and_is_to_be_named() -> None:
    agreement = example(partners__3__privacy_statement__covers=["nhs_number", "social_care_id"])
    upn = need(agreement, "upn")
    assert (names(upn.ready), names(upn.silent), upn.works) == ({EDU}, {CSC}, False)
    told = to_do(agreement, CSC)
    assert "name it in the statement, then write it under covers: tier 1" in told["Unique Pupil Number"]
    assert EDU in told["Unique Pupil Number"]
    assert "if it shall contradict wrong links" in told["National Insurance Number"]


def test_a_system_id_needs_the_system_that_gives_it() -> None:
    """Two housing systems may both note a pupil's id; without the education system it leads nowhere."""
    covers = ["nhs_number", "upn", "social_care_id"]
    found = need(example(partners__5__privacy_statement__covers=covers), "education_id")
    assert names(found.silent) == {EDU}
    assert len(found.ready) > 1
    assert not found.works


def test_what_no_extract_has_is_to_be_taken_out_of_the_statement() -> None:
    told = to_do(example(partners__0__privacy_statement__covers=["nhs_number", "upn"]), TA)
    assert told["Unique Pupil Number"].startswith("take it out")
    assert "tier 2" in told["Social Care System ID"]


def test_a_tier_that_is_off_asks_for_nothing() -> None:
    agreement = example(matching__1__enabled=False, partners__0__privacy_statement__covers=["nhs_number"])
    assert need(agreement, "education_id").tier is None
    assert to_do(agreement, TA)["Education Data System ID"] == "nothing: no tier that is on links by it"


def test_a_statement_that_is_not_published_covers_nothing() -> None:
    data = changed(real(), {"partners/5/privacy_statement/published": "2026-12-01"})
    found = need(agreement_of(data), "upn")
    assert (names(found.silent), found.works) == ({EDU}, False)
    document = privacy_checklist(agreement_of(data), DAY)
    (section,) = [section for section in document.sections if section.heading == EDU]
    assert "nothing of this partner's data is used" in str(section.blocks[0])


def drawing(document: Document) -> Any:
    (picture,) = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    return ElementTree.fromstring(picture.svg)


def boxes(root: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box; the first rectangle is the ground."""
    for rect in [node for node in root.iter() if node.tag.endswith("rect")][1:]:
        x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        yield x, y, x + width, y + height


def words_of(root: Any) -> str:
    return " ".join(node.text or "" for node in root.iter() if node.tag.endswith("text"))


def crowded() -> Agreement:
    """Many partners and functions, with long names."""
    data = real()
    partners, functions = data["partners"], data["functions"]
    for number in range(5):
        partners.append(
            {**partners[2], "code": f"landlord_{number}", "name": f"Landlord {number} " + "of a long name " * 6}
        )
        functions.append(
            {**functions[0], "id": f"function_{number}", "name": f"Function {number} " + "with more words " * 5}
        )
    return agreement_of(data)


@pytest.mark.parametrize("agreement", [example(), crowded()], ids=["example", "crowded"])
def test_boxes_lie_apart_and_inside_the_picture(agreement: Agreement) -> None:
    root = drawing(data_flow(agreement, DAY))
    _, _, width, height = map(float, root.get("viewBox").split())
    found = list(boxes(root))
    assert len(found) == 1 + len(agreement.partners) + 2 + 6 + 1 + len(agreement.functions)
    for number, (left, top, right, bottom) in enumerate(found):
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
        for other in found[number + 1 :]:
            assert other[0] >= right or other[2] <= left or other[1] >= bottom or other[3] <= top


def test_every_partner_and_function_is_drawn_and_connected() -> None:
    agreement = crowded()
    root = drawing(data_flow(agreement, DAY))
    said = words_of(root)
    for one in (*agreement.partners, *agreement.functions):
        assert all(word in said for word in one.name.split())
    arrows = [node for node in root.iter() if node.tag.endswith("path") and node.get("marker-end")]
    # From the rules, from each partner, from two doors, five down the layers, to the evidence, to each function.
    assert len(arrows) == 1 + len(agreement.partners) + 2 + 5 + 1 + len(agreement.functions)


def test_the_picture_follows_the_agreement() -> None:
    said = words_of(drawing(data_flow(example(), DAY)))
    assert "linked by tier 1, 2, 3 and 4" in said and "National Insurance" in said
    changed_one = example(
        matching__3__action="review", items__0__columns=[], data_subjects__hold_while="social_housing"
    )
    told = words_of(drawing(data_flow(changed_one, DAY)))
    assert "linked by tier 1, 2 and 3" in told and "put before a person: tier 4" in told
    assert "Tenants of social housing" in told
    count = sum(bool(item.columns) for item in example().items)
    assert f"{count} items in" in said and f"{count - 1} items in" in told


def test_a_partner_that_is_held_is_drawn_as_held(tmp_path: Path) -> None:
    data = changed(real(), {"partners/2/assurance/expires": "2026-11-21"})
    root = drawing(data_flow(agreement_of(data), DAY))
    held = [node for node in root.iter() if node.tag.endswith("rect") and node.get("stroke-dasharray")]
    assert len(held) == 1 and "held: nothing is taken in" in words_of(root)
    arrows = [node for node in root.iter() if node.tag.endswith("path") and node.get("marker-end")]
    assert len(arrows) == len(data["partners"]) - 1 + 1 + 2 + 5 + 1 + len(data["functions"])


def test_the_list_says_what_the_picture_says() -> None:
    document = data_flow(example(), DAY)
    (table,) = [b for section in document.sections for b in section.blocks if isinstance(b, Table)]
    steps = {(row[0], row[1]) for row in table.rows}
    assert {(NORTHBANK, "SFTP drop-box"), (EDU, "Folder of the partner"), ("gate", "mart"), ("mart", "Housing officer"),
            ("gate", "Evidence pack"), ("SFTP drop-box", "raw")} <= steps  # fmt: skip
