"""smelllint: finds energy smells in AI code, mends them, and proves that the mending saves.

For programs: check_source, fix_source, check_paths, settings_for, and the plain data that they give back. For
rules: Rule, Smell, Fix, Edit. In Jupyter: `%load_ext smelllint`.
"""

import sys

# `python -m smelllint` puts the working folder before the standard library: what a repository calls `typing`
# or `libcst` must not be taken for it. That is why nothing is imported before, not even from `__future__`.
if sys.argv[:1] == ["-m"] and "smelllint" in sys.orig_argv and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

TYPE_CHECKING = False  # `typing` takes as long to import as Python to start

if TYPE_CHECKING:
    from typing import Any

    from smelllint.api import check_paths, check_source, fix_source, settings_for
    from smelllint.diagnostic import Diagnostic, FileReport, Location, Trouble
    from smelllint.edit import Edit, Edits, Fix, Safety
    from smelllint.errors import MistakeError
    from smelllint.rule import Rule, Smell
    from smelllint.settings import Settings

__version__ = "0.1.0"
__all__ = [
    "Diagnostic",
    "Edit",
    "Edits",
    "FileReport",
    "Fix",
    "Location",
    "MistakeError",
    "Rule",
    "Safety",
    "Settings",
    "Smell",
    "Trouble",
    "__version__",
    "check_paths",
    "check_source",
    "fix_source",
    "settings_for",
]
MODULES = {
    "api": ("check_paths", "check_source", "fix_source", "settings_for"),
    "diagnostic": ("Diagnostic", "FileReport", "Location", "Trouble"),
    "edit": ("Edit", "Edits", "Fix", "Safety"),
    "errors": ("MistakeError",),
    "rule": ("Rule", "Smell"),
    "settings": ("Settings",),
}


def __getattr__(name: str) -> object:
    # Whoever asks for the version, or imports one module, does not wait for the others.
    from importlib import import_module

    for module, names in MODULES.items():
        if name in names:
            return getattr(import_module(f"smelllint.{module}"), name)
    raise AttributeError(f"module `smelllint` has no `{name}`")


def __dir__() -> list[str]:
    return [*__all__, "load_ipython_extension"]


def load_ipython_extension(shell: "Any") -> None:
    """What `%load_ext smelllint` calls."""
    from smelllint.jupyter import Magic

    shell.register_magics(Magic)
