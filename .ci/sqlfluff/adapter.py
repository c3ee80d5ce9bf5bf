"""Stands in for dbt's `adapter` while sqlfluff reads the models, so that linting needs no database.

A dispatched macro becomes a call of a function of its name, or the word that it stands for: right for layout rules,
which is all that is checked.
"""

import re
from collections.abc import Callable

_WORDS = {"inlined": "not materialized", "written_out": "materialized"}
_SQL_TEXT = re.compile(r"[\w\s.,()'|:=<>+*/-]*")


def dispatch(name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """The macro `name` as a function that renders to `name(arguments)`.

    An argument that is no SQL, such as a pattern that the macro would put in quotes, becomes a plain string.
    """

    def render(*arguments: object) -> str:
        if name in _WORDS:
            return _WORDS[name]
        texts = (str(argument) for argument in arguments)
        return f"{name}({', '.join(text if _SQL_TEXT.fullmatch(text) else repr('x') for text in texts)})"

    return render
