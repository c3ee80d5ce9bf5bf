"""The blank agreement that `hearthlink agreement init` writes."""

from importlib.resources import files


def blank_agreement() -> str:
    """The text of the template: what every council shares is filled in, the rest is empty with a comment."""
    return files("dagster_project.agreement").joinpath("template.yaml").read_text(encoding="utf-8")
