"""The report as one self-contained page beside the evidence of its publish."""

from dagster_project.governance.evidence.markup import Markup, element, join, table
from dagster_project.governance.evidence.page_shell import whole_page
from dagster_project.governance.linkage.picture import picture
from dagster_project.governance.linkage.report import LinkageReport
from dagster_project.governance.linkage.words import NOTES, tables

PAGE = "linkage.html"


def render(report: LinkageReport) -> str:
    """The page as HTML."""
    title = f"Linkage of publish {report.now.publish_id}"
    body = join(
        (
            element("h1", "How records were linked"),
            element("p", f"{title}, as at {report.now.as_at}", class_="soft"),
            _compared(report),
            # All text in it was escaped when it was drawn.
            element("div", Markup(picture(report.now)), class_="wide"),
            *(join((element("h2", one.title), table("", one.heads, one.rows))) for one in tables(report)),
            element("h2", "To read it rightly"),
            *(element("p", note) for note in NOTES),
        ),
        "\n",
    )
    return whole_page(title, body)


def _compared(report: LinkageReport) -> Markup:
    if report.last is None:
        return element("p", "The first publish: there is none to compare with.")
    return element("p", f"Compared with publish {report.last.publish_id}, as at {report.last.as_at}.")
