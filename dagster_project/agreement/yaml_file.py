"""Reading the agreement's YAML. A key that stands twice is refused: YAML itself would drop the first without a word."""

from typing import Any

import yaml


class _Loader(yaml.CSafeLoader):
    """The safe loader in its quick form, so that no other reader of YAML is changed."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
    if repeated:
        line = node.start_mark.line + 1
        raise yaml.YAMLError(f"{', '.join(repeated)} is written twice in the section at line {line}; keep one")
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str) -> Any:
    """The data of a YAML text.

    Raises:
        yaml.YAMLError: it is not YAML, or a key stands twice in one section.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
