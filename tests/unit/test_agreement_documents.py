"""The documents of an agreement: all that it says is in them, and it can only ever be text there."""

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from dagster_project.agreement.register import load_register, shipped_register
from dagster_project.cli import app
from dagster_project.governance.documents.agreement_page import PARTS
from dagster_project.governance.documents.render import render
from dagster_project.governance.documents.words import words
from tests.agreement_kit import SHIPPED, changed, real, shipped, write
from tests.page_kit import read

DAY = date(2026, 11, 22)
NASTY = "<script>alert('x')</script>\"&|*_[a](javascript:b)"
# Where the file holds names of its own for things, which people read as labels.
OWN_NAMES = re.compile(r"(^|\.)(id|items|supports|keys|covers|purpose|scheme|namespace)(\.|$)")


def documents(folder: Path, change: dict[str, Any], data: dict[str, Any] | None = None) -> dict[str, str]:
    return render(write(folder, changed(data or shipped(), change)), DAY)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return render(SHIPPED, DAY)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The documents of an agreement that holds marks of HTML and Markdown wherever it holds free text."""
    places = ["agreement/title", "agreement/author", "partners/0/name", "partners/0/asset_owner",
              "partners/0/privacy_statement/url", "partners/0/privacy_statement/tenancy_agreement",
              "partners/0/sign_offs/0/by", "purposes/0/text", "dpia/ref", "consent/stated_in", "lawful_basis/0/name",
              "powers/0/act", "powers/0/section", "guidance/0/title", "items/0/label", "functions/0/name",
              "national_data_opt_out/reason", "retention/0/note", "hosting/note"]  # fmt: skip
    return documents(tmp_path_factory.mktemp("nasty"), dict.fromkeys(places, NASTY))


def said(data: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each text of the file with its place."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        here = f"{place}.{name}" if place else str(name)
        if isinstance(value, str):
            yield here, value
        elif isinstance(value, dict | list):
            yield from said(value, here)


def test_the_documents_are_there_as_pages_and_as_markdown(files: dict[str, str]) -> None:
    names = ("agreement", "processing-record", "data-flow", "privacy-statements")
    assert set(files) == {f"{name}.{end}" for name in names for end in ("html", "md")} | {"index.html", "data-flow.svg"}
    assert render(SHIPPED, DAY) == files
    assert set(read(files["index.html"]).addresses) - {"data:,"} == set(files) - {"index.html", "data-flow.svg"}


def test_every_heading_of_the_text_and_every_clause_is_on_the_agreement_page(files: dict[str, str]) -> None:
    assert set(PARTS) == set(shipped_register().headings)
    text = read(files["agreement.html"]).words
    assert [heading for heading in PARTS if heading not in text] == []
    assert [clause.id for clause in load_register() if clause.id not in text or clause.words not in text] == []


@pytest.mark.parametrize("end", ["html", "md"])
def test_whatever_the_agreement_says_is_on_its_page(files: dict[str, str], end: str) -> None:
    page = files[f"agreement.{end}"]
    shown = read(page).words if end == "html" else re.sub(r"\\(?=[^a-zA-Z0-9\s])|<br>", "", page)
    missing = [
        (place, value)
        for place, value in said(shipped())
        if not OWN_NAMES.search(place) and value not in shown and words(value) not in shown
    ]
    assert missing == [], "show it in governance/documents, or say in OWN_NAMES why not"
    assert all(item["label"] in shown for item in shipped()["items"])


def test_dates_are_those_of_the_day_that_was_asked_for(files: dict[str, str]) -> None:
    assert "2026-06-25" in files["agreement.html"]
    assert not re.search(r"\b1[89]\d\d-\d\d-\d\d", "".join(files.values()))
    assert "2026-06-26" in render(SHIPPED, date(2026, 11, 23))["agreement.html"]


def test_a_signed_text_gives_its_own_headings(tmp_path: Path) -> None:
    text = "What is the Lawful Basis of this test?:\nNone.\n"
    digest = sha256(text.encode()).hexdigest()
    data = real(text_sha256=digest)
    data["agreement"]["history"][0]["text_sha256"] = digest
    page = read(render(write(tmp_path, data, text=text), DAY)["agreement.html"]).words
    assert "What is the Lawful Basis of this test?" in page
    assert "What statutory acts … (powers)" in page


def test_pages_fetch_and_run_nothing(nasty: dict[str, str]) -> None:
    own = set(nasty)
    for name, content in nasty.items():
        if not name.endswith(".html"):
            continue
        reader = read(content)
        assert not {"script", "img", "iframe", "object", "form", "image", "use"} & set(reader.tags)
        assert all(one.startswith(("#", "data:,")) or one in own for one in reader.addresses), name
        assert "default-src 'none'" in content
        assert not re.search(r"@import|url\((?!#)|<[^>]*\son\w+=", content)


def test_in_html_text_is_only_ever_text(nasty: dict[str, str]) -> None:
    for name in ("agreement.html", "processing-record.html", "privacy-statements.html", "data-flow.html"):
        assert "<script" not in nasty[name]
        # The picture breaks long words into lines.
        assert name == "data-flow.html" or NASTY in read(nasty[name]).words


def test_in_markdown_text_is_only_ever_text(nasty: dict[str, str]) -> None:
    for name in ("agreement.md", "processing-record.md", "privacy-statements.md", "data-flow.md"):
        tokens = MarkdownIt("commonmark").enable("table").parse(nasty[name])
        parts = [part for token in tokens for part in (token, *(token.children or ()))]
        kinds = {part.type for part in parts}
        assert not {"link_open", "em_open", "html_block", "code_inline"} & kinds, name
        # The break inside a cell is the one tag that is ours.
        assert {part.content for part in parts if part.type == "html_inline"} <= {"<br>"}
        assert any(NASTY in part.content for part in parts if part.type == "text") or _joined(parts, NASTY), name


def _joined(parts: list[Any], wanted: str) -> bool:
    """An escaped mark begins a text of its own."""
    return wanted in "".join(part.content for part in parts if part.type in ("text", "text_special"))


def test_a_table_keeps_its_columns_whatever_stands_in_a_cell(nasty: dict[str, str]) -> None:
    rows = re.findall(r"(?m)^\|.*\|$", nasty["agreement.md"])
    cut = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    heads = [number for number, row in enumerate(rows) if set(row) <= set("| -")]
    for head, end in zip(heads, [*(number - 1 for number in heads[1:]), len(rows)], strict=True):
        assert set(cut[head - 1 : end]) == {cut[head]}


def test_the_picture_is_sound_xml_in_which_text_is_text(nasty: dict[str, str]) -> None:
    root = ElementTree.fromstring(nasty["data-flow.svg"])
    assert not [node for node in root.iter() if node.tag.endswith(("script", "foreignObject", "image", "use"))]
    assert "<script>alert" in " ".join(node.text or "" for node in root.iter())


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Controllers (Article 30(1)(a))", "Northbank Housing Association separate controller"),
        ("Processors (Article 30(2))", "No partner of the agreement is a processor"),
        ("Purposes of the processing (Article 30(1)(b))", "Weigh the priority of families"),
        ("Categories of data subjects (Article 30(1)(c))", "People whom the council has placed in temporary"),
        ("Categories of personal data (Article 30(1)(c))", "EHCP Flag special category data shown"),
        ("Recipients (Article 30(1)(d))", "Special category data seen by: Housing officer EHCP Flag"),
        ("Transfers and hosting (Article 30(1)(e))", "Western Europe (Azure region westeurope)"),
        ("Time limits for erasure (Article 30(1)(f))", "R1 education birth date 25 years"),
        ("Security measures (Article 30(1)(g))", "Passwords 15 characters or more, of all 4 types"),
        ("Lawful basis (Articles 6 and 9)", "9(2)(g) Substantial public interest special category data"),
    ],
)
def test_the_record_answers_each_part_of_article_30(files: dict[str, str], heading: str, says: str) -> None:
    text = read(files["processing-record.html"]).words
    _, menu, part = text.split(heading)
    assert says in part
    assert says not in menu


def test_a_processor_is_recorded_as_one(tmp_path: Path) -> None:
    text = read(documents(tmp_path, {"partners/2/role": "processor"})["processing-record.html"]).words
    assert "For which controller" in text and "No partner of the agreement is a processor" not in text


def test_without_cloud_there_is_no_transfer(tmp_path: Path) -> None:
    hosting = {"azure_region": "not_used", "powerbi_region": "not_used"}
    text = read(documents(tmp_path, {"hosting": hosting})["processing-record.html"]).words
    assert "no transfer out of the country" in text and "European Economic Area" not in text


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["agreement", "render", *arguments])
    return result.exit_code, result.output


def test_the_command_writes_the_files(tmp_path: Path, files: dict[str, str]) -> None:
    out = tmp_path / "deep" / "documents"
    code, told = run(str(SHIPPED), "--out", str(out), "--as-at", "2026-11-22")
    assert code == 0 and "begin with" in told
    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == files


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    for arguments, reason in (
        (["--out", str(tmp_path / "taken")], "choose a folder that you may write to"),
        (["--out", str(tmp_path), "--as-at", "soon"], "write it as YYYY-MM-DD"),
        ([str(write(tmp_path, changed(shipped(), {"consent/gathered": True}))), "--out", str(tmp_path)], "CB-01"),
    ):
        code, told = run(*arguments)
        assert code == 1 and reason in told
