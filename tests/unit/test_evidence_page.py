"""The evidence page: everything is there, everything is escaped, nothing is fetched."""

import re
from datetime import datetime

import pytest

from dagster_project.agreement.register import load_register
from dagster_project.governance.evidence.canonical import canonical, sha256
from dagster_project.governance.evidence.page import render
from dagster_project.governance.evidence.record import safe
from tests.evidence_kit import sample
from tests.page_kit import read

NASTY = "<script>alert('x')</script>\"&"


def test_every_clause_and_every_heading_is_on_the_page() -> None:
    pack = sample()
    reader = read(render(pack, "1" * 64))
    for one in load_register():
        assert one.id in reader.text
        assert one.heading in reader.text
        assert one.words in reader.text
    assert "1" * 64 in reader.text
    for name in ("PASS", "FAIL", "NOT EVIDENCED", "NOT BUILT"):
        assert name in reader.text
    assert str(pack["counts"]["PASS"]) in reader.text


def test_delivery_shows_hash_route_and_what_was_negotiated() -> None:
    text = " ".join(read(render(sample(), "1" * 64)).text)
    for shown in ("b" * 64, "sftp", "aes256-ctr", "hmac-sha2-512", "SHA256:abc", "412", "2026-11-22T09:30:00Z"):
        assert shown in text


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = render(sample(), "1" * 64)
    reader = read(page)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)
    assert not {"script", "img", "iframe", "object", "form", "video"} & set(reader.tags)
    assert all(address.startswith(("#", "data:,")) for address in reader.addresses)
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("where", ["title", "words"])
def test_text_is_only_ever_text(where: str) -> None:
    page = render(sample(**{where: NASTY}), "1" * 64)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;" in page
    assert NASTY in read(page).text


def test_the_same_pack_gives_the_same_bytes() -> None:
    assert canonical(sample()) == canonical(sample())
    assert render(sample(), "1" * 64) == render(sample(), "1" * 64)
    assert sha256(canonical({"b": 1, "a": 2})) == sha256(canonical({"a": 2, "b": 1}))


def test_moments_without_a_zone_and_other_things_have_no_place() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical({"at": datetime(2026, 1, 1)})
    with pytest.raises(TypeError, match="no place"):
        canonical({"at": object()})


def test_only_counts_and_our_own_names_are_taken_from_a_check() -> None:
    observed = {"element_count": 5, "raised": False, "table": "mart.dim_person", "sample": "Quillfeather", "list": [1]}
    assert safe(observed) == {"element_count": 5, "raised": False, "table": "mart.dim_person"}
