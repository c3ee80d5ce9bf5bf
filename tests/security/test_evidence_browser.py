"""The evidence page in a real browser: all of it is shown, nothing complains, nothing is asked of any host."""

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from dagster_project.agreement.register import load_register
from dagster_project.governance.documents.render import render as render_documents
from dagster_project.governance.evidence.page import render
from tests.agreement_kit import SHIPPED
from tests.evidence_kit import sample

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What the browser asks its own maker for, whatever page is open.
BROWSERS_OWN = re.compile(r"https?://([a-z0-9-]+\.)*(google|googleapis|gstatic)\.com(:\d+)?(/|$)")
# CI installs the browser (`make test`), so there its absence is a failure.
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine"
)


def opened(folder: Path, page: str) -> tuple[str, list[str], list[str]]:
    """The page as the browser has it, what its console says, and the addresses that were asked for."""
    (folder / "index.html").write_text(page, encoding="utf-8")
    log = folder / "net.json"
    done = subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--dump-dom"),
            f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={log}",
            (folder / "index.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    asked = set(re.findall(r'"url":"(https?:[^"]+)"', log.read_text(encoding="utf-8")))
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, said, sorted(address for address in asked if not BROWSERS_OWN.match(address))


def test_every_clause_is_shown_without_a_complaint_or_a_request(tmp_path: Path) -> None:
    page, said, asked = opened(tmp_path, render(sample(), "1" * 64))
    assert [clause.id for clause in load_register() if f">{clause.id}<" not in page] == []
    assert (said, asked) == ([], [])


@pytest.mark.parametrize("name", ["agreement.html", "data-flow.html"])
def test_the_agreements_documents_are_shown_without_a_complaint_or_a_request(tmp_path: Path, name: str) -> None:
    page, said, asked = opened(tmp_path, render_documents(SHIPPED, date(2026, 11, 22))[name])
    assert "Northbank Housing Association" in page
    assert (said, asked) == ([], [])


def test_the_watch_sees_a_request_and_a_complaint(tmp_path: Path) -> None:
    """The test above could fail: without the page's policy a picture is asked for, with it the console complains."""
    picture = '<img src="http://127.0.0.1:9/canary.png">'
    page = render(sample(), "1" * 64).replace("<body>", f"<body>{picture}")
    _, said, asked = opened(tmp_path, page)
    assert (len(said), asked) == (1, [])
    _, _, asked = opened(tmp_path, f"<!doctype html><body>{picture}")
    assert asked == ["http://127.0.0.1:9/canary.png"]
