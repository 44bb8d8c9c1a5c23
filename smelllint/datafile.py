"""Files of data: what YAML, JSON and TOML hold, in plain dicts and lists.

    parse(data, dialect)   what the bytes of a file hold
    OPAQUE                 in the place of what the file alone does not tell

Dialects are named by who reads the file: `yaml` (PyYAML), `omegaconf`, `json`, `toml`. Nothing that a file
says is run: a tag that is none of YAML's own is OPAQUE, and so is a file that is no such data.

PyYAML comes with LibCST. It is imported when the first YAML file is met, which most lints never do.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from smelllint.toml import loads

if TYPE_CHECKING:
    import yaml

MOST_MERGED = 10_000  # entries that `<<` may bring to a mapping: a few lines can multiply without end
# OmegaConf reads 1e-3 as a number, as YAML 1.2 does; to PyYAML it is a text.
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$")


class Opaque(Enum):
    """The one value that stands for what is not known."""

    OPAQUE = "opaque"


OPAQUE: Final = Opaque.OPAQUE


def parse(data: bytes, dialect: str) -> Any:
    """What the bytes of a file hold; OPAQUE where they are no data of that dialect."""
    try:
        text = data.decode("utf-8-sig")
        return _yaml(text, dialect) if dialect in ("yaml", "omegaconf") else _plain(text, dialect)
    except (ValueError, RecursionError):  # of bytes that are no text, too, and of JSON and TOML
        return OPAQUE


def _plain(text: str, dialect: str) -> Any:
    return json.loads(text) if dialect == "json" else loads(text)


def _yaml(text: str, dialect: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=_loader(dialect))
    except yaml.YAMLError:
        return OPAQUE


@cache
def _loader(dialect: str) -> type[yaml.SafeLoader]:
    """PyYAML's safe loader, which makes plain data only. Not the one in C, whose stack a file may outgrow."""
    import yaml

    class Loader(yaml.SafeLoader):
        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            super().flatten_mapping(node)
            if len(node.value) > MOST_MERGED:
                raise yaml.YAMLError("merges too much")

    Loader.add_constructor(None, lambda loader, node: OPAQUE)
    if dialect == "omegaconf":
        Loader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+0123456789."))
    return Loader
