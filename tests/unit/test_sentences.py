"""The signed text is cut the same way every time, and its hashes do not depend on how a word processor spells it."""

import hashlib

import pytest

from dagster_project.agreement.sentences import normalise, sentences, sha256_of

TEXT = """The sharing of cats and dogs.

Title:

The sharing of cats and dogs.

Who is meant? Mark tame ones with (T):

The animals are all in the house, including guests. They are as follows:

Cat (Indoors, not incl. Lions or tigers)

(T) Dog

  \u2022 Animals Act 1999, Section 2(1)(h), feed them. Water them
  \u2022 Collars Act (amended by: Leads Act) 2001

(1)           By collar. Where it has one
(2)           By colour

See https://example.org/cats.html . For dogs, use e.g. Brown's list; no others.

Powered by Catnip"""


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


def test_headings_entries_and_sentences_are_told_apart() -> None:
    assert texts(TEXT) == [
        "The sharing of cats and dogs.",
        "Title:",
        "The sharing of cats and dogs.",
        "Who is meant? Mark tame ones with (T):",
        "The animals are all in the house, including guests.",
        "They are as follows:",
        "Cat (Indoors, not incl. Lions or tigers)",
        "(T) Dog",
        "Animals Act 1999, Section 2(1)(h), feed them. Water them",
        "Collars Act (amended by: Leads Act) 2001",
        "(1) By collar. Where it has one",
        "(2) By colour",
        "See https://example.org/cats.html .",
        "For dogs, use e.g. Brown's list; no others.",
        "Powered by Catnip",
    ]


def test_a_unit_knows_its_heading_and_its_hash() -> None:
    found = sentences(TEXT)
    assert [sentence.heading for sentence in found[:4]] == [
        "",
        "Title",
        "Title",
        "Who is meant? Mark tame ones with (T)",
    ]
    assert found[-1].heading == "Who is meant? Mark tame ones with (T)"
    assert all(sentence.sha256 == hashlib.sha256(sentence.text.encode()).hexdigest() for sentence in found)


def test_a_line_with_a_colon_right_after_a_heading_introduces_and_is_no_heading() -> None:
    found = sentences("Rules:\n\nIn this order:\n\nFirst\n\nMore:\n\nLast")
    assert [sentence.heading for sentence in found] == ["Rules", "Rules", "Rules", "More", "More"]


@pytest.mark.parametrize(
    "spelling",
    [
        "The council\u2019s \u201cplan\u201d \u2013 for cafe\u0301s.",
        '\ufeffThe council\'s  "plan"\u00a0- for caf\u00e9s.  ',
        'The coun\u00adcil\'s\t"plan" \u2014 for caf\u00e9s.\u200b',
    ],
)
def test_spellings_that_look_alike_have_one_hash(spelling: str) -> None:
    assert normalise(spelling) == 'The council\'s "plan" - for caf\u00e9s.'
    assert [sentence.sha256 for sentence in sentences(spelling)] == [
        sha256_of('The council\'s "plan" - for caf\u00e9s.')
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n\n"])
def test_line_ends_do_not_matter(ends: str) -> None:
    assert sentences(ends.join(TEXT.split("\n"))) == sentences(TEXT)


@pytest.mark.parametrize(("old", "new"), [("guests", "quests"), ("(2)", "(3)"), ("Dog", "dog"), ("Lions", "Lions,")])
def test_any_other_change_shows(old: str, new: str) -> None:
    assert sentences(TEXT.replace(old, new, 1)) != sentences(TEXT)


@pytest.mark.parametrize("text", ["", "\n \n\t\n", "\ufeff"])
def test_nothing_gives_nothing(text: str) -> None:
    assert sentences(text) == []
