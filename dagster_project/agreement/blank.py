"""The blank agreement that `hearthlink agreement init` writes."""

from functools import cache
from importlib.resources import files

from dagster_project.agreement import yaml_file


def blank_agreement() -> str:
    """The text of the template: what every council shares is filled in, the rest is empty with a comment."""
    return files("dagster_project.agreement").joinpath("template.yaml").read_text(encoding="utf-8")


@cache
def offered_columns() -> frozenset[str]:
    """Every `table.column` of the mart that an agreement may show: the template lists all that the models derive."""
    return frozenset(name for item in yaml_file.parse(blank_agreement())["items"] for name in item.get("columns", ()))
