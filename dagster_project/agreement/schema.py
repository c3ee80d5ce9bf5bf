"""The form of an agreement file as JSON Schema, with which editors help whoever fills one in."""

from typing import Any

from dagster_project.agreement.model import Agreement


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the file. Rules between sections are checked by `hearthlink agreement check`."""
    schema = Agreement.model_json_schema()
    # In YAML a bare yes or no is a boolean.
    answer = schema["$defs"]["OptOut"]["properties"]["setting"]
    answer["enum"] = [*answer["enum"], True, False]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Hearthlink agreement",
    }
