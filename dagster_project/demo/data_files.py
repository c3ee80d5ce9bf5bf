"""Reads the hand-made tables beside this package; cached, and never read at import."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def table(name: str) -> dict[str, Any]:
    """One YAML table by name, such as `names`."""
    text = files("dagster_project.demo").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def words(value: str | list[str]) -> list[str]:
    """A comma-separated entry as a list."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [word.strip() for word in value.split(",") if word.strip()]
