"""From configuration files and the command line to `Settings`.

    Overrides        what the command line says
    Configurations   folder -> Settings: the nearest `smelllint.toml`, or `pyproject.toml` with a
                     [tool.smelllint] table, alone; files further up are not merged in

What a table may hold is said in `smelllint.keys`. Nothing that a configuration names is imported or executed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from smelllint import seen
from smelllint.keys import ConfigError, Fields, Place, merge, min_saving, read_fields, rule_words
from smelllint.read import UnreadableError, leads_out, read
from smelllint.requirements import project_bounds
from smelllint.settings import Settings

MARKERS = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", ".git")
COMMAND_LINE = Place("--min-saving")


@dataclass(frozen=True)
class Overrides:
    """What the command line says; None where it is silent. `assignments` are `key=value` texts in TOML."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    target: str | None = None
    min_saving: str | None = None
    file: str | None = None
    assignments: tuple[str, ...] = ()
    isolated: bool = False


class Configurations:
    """The settings that hold in each folder."""

    def __init__(self, overrides: Overrides) -> None:
        self.overrides = overrides
        self.assigned = _assigned(overrides.assignments)
        for option in ("select", "extend_select", "ignore"):
            place = Place("--" + option.replace("_", "-"))
            rule_words(list(getattr(overrides, option) or ()), (), place)
        self.given = _file_fields(overrides.file) if overrides.file else None
        self._found: dict[str, tuple[str | None, Fields]] = {}
        self._marked: dict[str, str | None] = {}
        self._settings: dict[tuple[str | None, str], Settings] = {}

    def of(self, folder: str) -> Settings:
        """The settings for files in a folder, given by its absolute path."""
        config, fields = self._nearest(folder)
        project = self._project(folder) or (os.path.dirname(config) if config else os.getcwd())
        key = (config, project)
        if key not in self._settings:
            self._settings[key] = self._make(config, fields, project)
        return self._settings[key]

    def _make(self, config: str | None, fields: Fields, project: str) -> Settings:
        root = project
        if self.given is not None:
            root = os.getcwd()
        elif config is not None:
            root = os.path.dirname(config)
        return self._settled(Settings(project_root=root, config=config), fields, project)

    def of_texts(self) -> Settings:
        """The settings for code that comes from no folder: what was given, and nothing else."""
        return self._settled(Settings(config=self.overrides.file), self.given or {}, None)

    def _settled(self, settings: Settings, fields: Fields, project: str | None) -> Settings:
        """Settings with these fields, those of the command line, and the versions of a project."""
        merged = merge(fields, self.assigned)
        extra = (*merged.pop("extend_exclude", ()), *self.overrides.exclude)
        settings = replace(settings, **merged)
        if project is not None:
            settings = _with_versions(settings, project)
        return _on_command_line(settings, self.overrides, extra)

    def _nearest(self, folder: str) -> tuple[str | None, Fields]:
        if self.given is not None:
            return self.overrides.file, self.given
        if self.overrides.isolated:
            return None, {}
        if folder not in self._found:
            parent = os.path.dirname(folder)
            own = _folder_config(folder)
            self._found[folder] = own or ((None, {}) if parent == folder else self._nearest(parent))
        return self._found[folder]

    def _project(self, folder: str) -> str | None:
        """The nearest folder, this one or above, that looks like the root of a project."""
        if folder not in self._marked:
            parent = os.path.dirname(folder)
            within = os.path.join(folder, "")
            here = any(seen.exists(f"{within}{marker}") for marker in MARKERS)
            above = None if parent == folder else parent
            self._marked[folder] = folder if here else above and self._project(above)
        return self._marked[folder]


def _on_command_line(settings: Settings, overrides: Overrides, exclude: tuple[str, ...]) -> Settings:
    """The settings as the command line changes them: `--select` starts afresh, the others add."""
    if overrides.select is not None:
        settings = replace(settings, select=overrides.select, extend_select=(), ignore=())
    least = overrides.min_saving
    kept = tuple(word for word in settings.ignore if word not in overrides.extend_select)
    return replace(
        settings,
        extend_select=(*settings.extend_select, *overrides.extend_select),
        ignore=(*kept, *overrides.ignore),
        exclude=(*settings.exclude, *exclude),
        target=overrides.target or settings.target,
        min_saving=settings.min_saving
        if least is None
        else min_saving(least, ("--min-saving",), COMMAND_LINE),
    )


def _with_versions(settings: Settings, project: str) -> Settings:
    """The settings with what the project's files say of library versions, where they are not set."""
    found = project_bounds(Path(project))
    versions = {name: low for name, (low, _) in found.items() if low is not None}
    limits = {name: high for name, (_, high) in found.items() if high is not None}
    for name in {*settings.versions, *settings.limits}:
        versions.pop(name, None)
        limits.pop(name, None)
    return replace(settings, versions={**versions, **settings.versions}, limits={**limits, **settings.limits})


def _folder_config(folder: str) -> tuple[str, Fields] | None:
    """The configuration that a folder holds, smelllint.toml before pyproject.toml."""
    own = os.path.join(folder, "smelllint.toml")
    if seen.is_file(own):
        if leads_out(own):
            raise ConfigError(f"{_shown(own)}: is a link out of the repository; --config takes such files")
        return own, _file_fields(own)
    project = os.path.join(folder, "pyproject.toml")
    if seen.is_file(project) and not leads_out(project):
        text = _text(project)
        # A file that does not even hold the word is not ours to parse, nor to find fault with.
        if "smelllint" in text:
            table = _parse(project, text).get("tool", {}).get("smelllint")
            if table is not None:
                return project, read_fields(table, Place(_shown(project), text, ("tool", "smelllint")))
    return None


def _file_fields(path: str) -> Fields:
    text = _text(path)
    table = _parse(path, text)
    if os.path.basename(path) == "pyproject.toml":
        inner = table.get("tool", {}).get("smelllint", {})
        return read_fields(inner, Place(_shown(path), text, ("tool", "smelllint")))
    return read_fields(table, Place(_shown(path), text))


def _text(path: str) -> str:
    try:
        return read(path).decode("utf-8")
    except UnreadableError as error:
        raise ConfigError(f"{_shown(path)}: {error.message}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{_shown(path)}: is not UTF-8 as TOML has to be (byte {error.start})") from error


def _parse(path: str, text: str) -> dict[str, Any]:
    from smelllint.toml import TOMLDecodeError, loads

    try:
        return loads(text)
    except TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column \d+\)", str(error))
        reason = str(error).partition(" (at ")[0]
        row = f":{match[1]}" if match else ""
        raise ConfigError(f"{_shown(path)}{row}: is not TOML: {reason}") from error
    except RecursionError as error:
        raise ConfigError(f"{_shown(path)}: is nested too deep") from error


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _assigned(assignments: Iterable[str]) -> Fields:
    """The fields that `--config key=value` sets, one text after the other."""
    fields: Fields = {}
    for text in assignments:
        fields = merge(fields, read_fields(_parse(f"--config {text!r}", text), Place(f"--config {text!r}")))
    return fields
