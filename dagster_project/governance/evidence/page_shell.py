"""One self-contained page: its own style, no script, and a policy that lets it ask nobody for anything."""

from dagster_project.governance.evidence.markup import Markup, element, join
from dagster_project.governance.evidence.page_style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def whole_page(title: str, parts: Markup, style: str = "") -> str:
    """The page as HTML. `style` is added to the common one and is written as it stands, so it may hold no value."""
    head = join(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Markup('<link rel="icon" href="data:,">'),
            element("title", title),
            Markup(f"<style>{STYLE}{style}</style>"),
        )
    )
    return f'<!doctype html>\n<html lang="en-GB">\n{element("head", head)}\n{element("body", parts)}\n</html>\n'
