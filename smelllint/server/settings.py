"""The settings that hold for each file: its configuration file's, and what the client says on top.

Setup     path -> Target, None where the file is left out; made anew when a configuration changes
Wishes    what the client may say in its initialization options or settings, under `smelllint`
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smelllint.config import Configurations, Overrides
from smelllint.errors import MistakeError
from smelllint.files import Target, find
from smelllint.settings import TARGETS
from smelllint.words import closest, listed

LISTS = {"select": "select", "extendSelect": "extend_select", "ignore": "ignore", "exclude": "exclude"}
STRINGS = {"config": "file", "target": "target"}
FLAGS = {"workspaceDiagnostics": False, "showSavings": True}  # and what holds where nothing is said


@dataclass(frozen=True)
class Wishes:
    """What the client asks for."""

    overrides: Overrides = field(default_factory=Overrides)
    workspace_diagnostics: bool = False
    show_savings: bool = True

    @classmethod
    def read(cls, options: object) -> Wishes:
        """Read the client's options; MistakeError names the one that is wrong."""
        if isinstance(options, Mapping) and "smelllint" in options:
            options = options["smelllint"]
        if options is None or options == []:  # an empty table of Lua's comes as a list
            return cls()
        if not isinstance(options, Mapping):
            raise MistakeError("the settings of the editor have to be an object")
        options = {key: value for key, value in options.items() if value is not None}
        known = (*LISTS, *STRINGS, *FLAGS)
        for key in options:
            if key not in known:
                raise MistakeError(
                    f"the editor sets `{key}`, which is no setting"
                    + (closest(str(key), known) or f"; the settings are {listed(known)}")
                )
        given: dict[str, Any] = {LISTS[key]: _words(options, key) for key in LISTS if key in options}
        given.update({STRINGS[key]: _string(options, key) for key in STRINGS if key in options})
        flags = [_flag(options, key, usual) for key, usual in FLAGS.items()]
        return cls(Overrides(**given), *flags)


@dataclass
class Setup:
    """The targets, kept until something changes. `generation` counts the changes."""

    wishes: Wishes = field(default_factory=Wishes)
    generation: int = 0
    _configurations: Configurations | None = None
    _targets: dict[str, Target | None] = field(default_factory=dict)

    def change(self, wishes: Wishes | None = None) -> None:
        """Forget what was read, because the files or the wishes are others now."""
        self.wishes = self.wishes if wishes is None else wishes
        self.generation += 1
        self._configurations = None
        self._targets = {}

    @property
    def configurations(self) -> Configurations:
        """MistakeError where the wishes cannot be met."""
        if self._configurations is None:
            self._configurations = Configurations(self.wishes.overrides)
        return self._configurations

    def target(self, path: str) -> Target | None:
        """What is to be linted under this path: nothing where it is excluded. MistakeError for a mistake in
        its configuration."""
        if path not in self._targets:
            found = [] if os.path.isdir(path) else self._find(path)
            self._targets[path] = found[0] if found else None
        return self._targets[path]

    def _find(self, path: str) -> list[Target]:
        return find([path], self.configurations.of, force_exclude=True)[0]


def _words(options: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = options[key]
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise MistakeError(f"the editor's setting `{key}` has to be a list of strings")
    return tuple(value)


def _string(options: Mapping[str, Any], key: str) -> str | None:
    value = options[key]
    if value is not None and not isinstance(value, str):
        raise MistakeError(f"the editor's setting `{key}` has to be a string")
    if key == "target" and value is not None and value not in TARGETS:
        raise MistakeError(f"the editor's setting `target` has to be one of {listed(TARGETS)}")
    return value


def _flag(options: Mapping[str, Any], key: str, usual: bool) -> bool:
    value = options.get(key, usual)
    if not isinstance(value, bool):
        raise MistakeError(f"the editor's setting `{key}` has to be true or false")
    return value
