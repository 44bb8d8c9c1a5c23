"""The catalogue: find and load rule folders.

home()      the folder of rule folders: beside the module in a wheel, the checkout's `rules/` otherwise
names()     the names of all rules; imports nothing
load(name)  one rule, its name and documentation filled in
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from smelllint.errors import MistakeError
from smelllint.rule import Rule


class CatalogueError(MistakeError):
    """A rule folder that is not one; the message names the file and the mend."""


@cache
def home() -> Path:
    """The folder that holds one folder per rule."""
    package = Path(__file__).parent
    checkout = package.parent / "rules"
    # An editable install also copies `rules/` into the package's place: the checkout is what is edited.
    return (
        checkout if (package.parent / "pyproject.toml").exists() and checkout.is_dir() else package / "rules"
    )


@cache
def names() -> tuple[str, ...]:
    """The names of all rules, sorted."""
    return tuple(sorted(path.parent.name for path in home().glob("*/rule.py")))


def folder(name: str) -> Path:
    """The folder of a rule."""
    return home() / name


@cache
def load(name: str) -> Rule:
    """Load one rule by its folder's name."""
    path = folder(name) / "rule.py"
    module_name = f"smelllint.rules.{name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise CatalogueError(f"{path}: no such rule")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    rule = getattr(module, "rule", None)
    if not isinstance(rule, Rule):
        raise CatalogueError(f"{path}: defines no `rule = Rule(...)`")
    rule.name = name
    rule.doc = (module.__doc__ or "").strip()
    return rule


def load_all(wanted: Iterable[str] | None = None) -> list[Rule]:
    """The wanted rules, all by default, in order of name."""
    return [load(name) for name in (sorted(wanted) if wanted is not None else names())]
