"""From configuration files and the command line to `Settings`.

    Overrides        what the command line says
    Configurations   folder -> Settings: the nearest `smelllint.toml`, or `pyproject.toml` with a
                     [tool.smelllint] table, alone; files further up are not merged in
    ConfigError      file, line, what is wrong and how to mend it

Nothing that a configuration names is imported or executed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from smelllint import catalogue
from smelllint.errors import MistakeError
from smelllint.read import UnreadableError, read
from smelllint.requirements import ANYTHING, bounds, name_of, project_bounds
from smelllint.rule import FAMILIES
from smelllint.settings import TARGETS, Settings
from smelllint.suppress import UNUSED
from smelllint.words import closest, listed

MARKERS = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", ".git")
Fields = dict[str, Any]


class ConfigError(MistakeError):
    """A mistake in a configuration; its text is `file:line: what is wrong`."""


@dataclass(frozen=True)
class Overrides:
    """What the command line says; None where it is silent. `assignments` are `key=value` texts in TOML."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    target: str | None = None
    file: str | None = None
    assignments: tuple[str, ...] = ()
    isolated: bool = False


@dataclass(frozen=True)
class Place:
    """Where a table of settings stands, so that a mistake in it can be pointed at."""

    name: str
    text: str = ""
    prefix: tuple[str, ...] = ()

    def error(self, keys: Sequence[str], message: str, value: object = None) -> ConfigError:
        row = line_of(self.text, (*self.prefix, *keys), value)
        return ConfigError(f"{self.name}:{row}: {message}" if row else f"{self.name}: {message}")


class Configurations:
    """The settings that hold in each folder."""

    def __init__(self, overrides: Overrides) -> None:
        self.overrides = overrides
        self.assigned = _assigned(overrides.assignments)
        for option in ("select", "extend_select", "ignore"):
            place = Place("--" + option.replace("_", "-"))
            _words(list(getattr(overrides, option) or ()), (), place)
        self.given = _file_fields(overrides.file) if overrides.file else None
        self._found: dict[str, tuple[str | None, Fields]] = {}
        self._marked: dict[str, str | None] = {}
        self._settings: dict[tuple[str | None, str], Settings] = {}

    def of(self, folder: str) -> Settings:
        """The settings for files in a folder, given by its absolute path."""
        config, fields = self._nearest(folder)
        project = self._project(folder) or folder
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
        merged = merge(fields, self.assigned)
        extra = (*merged.pop("extend_exclude", ()), *self.overrides.exclude)
        settings = Settings(project_root=root, config=config, **merged)
        return _on_command_line(_with_versions(settings, project), self.overrides, extra)

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
            here = any(os.path.exists(os.path.join(folder, marker)) for marker in MARKERS)
            above = None if parent == folder else parent
            self._marked[folder] = folder if here else above and self._project(above)
        return self._marked[folder]


def _on_command_line(settings: Settings, overrides: Overrides, exclude: tuple[str, ...]) -> Settings:
    """The settings as the command line changes them: `--select` starts afresh, the others add."""
    if overrides.select is not None:
        settings = replace(settings, select=overrides.select, extend_select=(), ignore=())
    kept = tuple(word for word in settings.ignore if word not in overrides.extend_select)
    return replace(
        settings,
        extend_select=(*settings.extend_select, *overrides.extend_select),
        ignore=(*kept, *overrides.ignore),
        exclude=(*settings.exclude, *exclude),
        target=overrides.target or settings.target,
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


def merge(fields: Fields, over: Fields) -> Fields:
    """Two sets of fields: tables are joined, other values replaced."""
    merged = dict(fields)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _folder_config(folder: str) -> tuple[str, Fields] | None:
    """The configuration that a folder holds, smelllint.toml before pyproject.toml."""
    own = os.path.join(folder, "smelllint.toml")
    if os.path.isfile(own):
        return own, _file_fields(own)
    project = os.path.join(folder, "pyproject.toml")
    if os.path.isfile(project):
        text = _text(project)
        # A file that does not even hold the word is not ours to parse, nor to find fault with.
        if "smelllint" in text:
            table = _parse(project, text).get("tool", {}).get("smelllint")
            if table is not None:
                return project, _fields(table, Place(_shown(project), text, ("tool", "smelllint")))
    return None


def _file_fields(path: str) -> Fields:
    text = _text(path)
    table = _parse(path, text)
    if os.path.basename(path) == "pyproject.toml":
        inner = table.get("tool", {}).get("smelllint", {})
        return _fields(inner, Place(_shown(path), text, ("tool", "smelllint")))
    return _fields(table, Place(_shown(path), text))


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
        fields = merge(fields, _fields(_parse(f"--config {text!r}", text), Place(f"--config {text!r}")))
    return fields


def _fields(table: object, place: Place) -> Fields:
    """The fields of `Settings` that a table sets; ConfigError for a key or a value that is not one."""
    if not isinstance(table, dict):
        raise place.error((), "has to be a table")
    fields: Fields = {}
    for key, value in table.items():
        if key not in READERS:
            mend = closest(key, READERS) or f"; the keys are {listed(sorted(READERS))}"
            raise place.error((key,), f"unknown key `{key}`{mend}")
        fields = merge(fields, READERS[key](value, (key,), place))
    return fields


# Readers of values: (value, keys that lead to it, place) -> the field's value. ------------------------------


def _strings(value: object, keys: tuple[str, ...], place: Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.error(keys, f'`{keys[-1]}` has to be a list of strings, such as ["..."]')
    return tuple(value)


def _words(value: object, keys: tuple[str, ...], place: Place) -> tuple[str, ...]:
    """Names of rules and families, `default`, `all`."""
    words = _strings(value, keys or ("value",), place)
    known = known_words()
    for word in words:
        if word not in known:
            mend = closest(word, known) or "; `smelllint rules` lists them"
            raise place.error(keys, f"`{word}` is no rule and no family{mend}", word)
    return words


def _flag(value: object, keys: tuple[str, ...], place: Place) -> bool:
    if not isinstance(value, bool):
        raise place.error(keys, f"`{keys[-1]}` has to be true or false")
    return value


def _target(value: object, keys: tuple[str, ...], place: Place) -> str:
    if value not in TARGETS:
        raise place.error(keys, f"`target` has to be one of {listed(TARGETS)}{closest(str(value), TARGETS)}")
    return str(value)


def _table(value: object, keys: tuple[str, ...], place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise place.error(keys, f"`{keys[-1]}` has to be a table")
    return value


def _ignores(value: object, keys: tuple[str, ...], place: Place) -> dict[str, tuple[str, ...]]:
    return {glob: _words(words, (*keys, glob), place) for glob, words in _table(value, keys, place).items()}


def _versions(value: object, keys: tuple[str, ...], place: Place) -> Fields:
    """Both fields on versions from one table: library = "4.40" or ">=5,<6"."""
    versions, limits = {}, {}
    for library, specifier in _table(value, keys, place).items():
        low, high = bounds(specifier) if isinstance(specifier, str) else ANYTHING
        if (low, high) == ANYTHING:
            raise place.error(
                (*keys, library), f'the version of `{library}` has to read like "4.40" or ">=5,<6"'
            )
        if low is not None:
            versions[name_of(library)] = low
        if high is not None:
            limits[name_of(library)] = high
    return {"versions": versions, "limits": limits}


def _options(value: object, keys: tuple[str, ...], place: Place) -> dict[str, dict[str, object]]:
    return {
        rule: _rule_options(rule, table, (*keys, rule), place)
        for rule, table in _table(value, keys, place).items()
    }


def _rule_options(rule: str, value: object, keys: tuple[str, ...], place: Place) -> dict[str, object]:
    names = catalogue.names()
    if rule not in names:
        raise place.error(keys, f"`{rule}` is no rule{closest(rule, names)}")
    known = catalogue.load(rule).options
    table = _table(value, keys, place)
    for option, given in table.items():
        if option not in known:
            mend = closest(option, known) or (
                "; it has none" if not known else f"; it has {listed(sorted(known))}"
            )
            raise place.error((*keys, option), f"`{rule}` has no option `{option}`{mend}")
        if not _alike(given, known[option]):
            wanted = type(known[option]).__name__
            raise place.error(
                (*keys, option), f"`{option}` has to be of type {wanted}, as its default {known[option]!r}"
            )
    return table


def _alike(given: object, default: object) -> bool:
    """Whether a value has the type of an option's default; a whole number will do for a float."""
    if isinstance(default, float):
        return isinstance(given, (int, float)) and not isinstance(given, bool)
    if isinstance(default, (list, tuple, set, frozenset)):
        return isinstance(given, list)
    return type(given) is type(default)


Reader = Callable[[object, tuple[str, ...], Place], Fields]


def _field(name: str, reader: Callable[[object, tuple[str, ...], Place], Any]) -> Reader:
    """A reader that sets one field of `Settings`."""
    return lambda value, keys, place: {name: reader(value, keys, place)}


READERS: Mapping[str, Reader] = {
    "select": _field("select", _words),
    "extend-select": _field("extend_select", _words),
    "ignore": _field("ignore", _words),
    "per-file-ignores": _field("per_file_ignores", _ignores),
    "exclude": _field("exclude", _strings),
    "extend-exclude": _field("extend_exclude", _strings),
    "respect-gitignore": _field("respect_gitignore", _flag),
    "target": _field("target", _target),
    "versions": _versions,
    "rules": _field("options", _options),
}


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Everything that may be selected or ignored."""
    return frozenset({*catalogue.names(), *FAMILIES, UNUSED, "default", "all"})


# Where a key stands in the text: tomllib does not say. -----------------------------------------------------

KEY = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
HEADER = re.compile(rf"\s*\[\[?\s*({KEY}(?:\s*\.\s*{KEY})*)\s*\]")
ASSIGNMENT = re.compile(rf"\s*({KEY}(?:\s*\.\s*{KEY})*)\s*=")


def line_of(text: str, keys: tuple[str, ...], value: object = None) -> int | None:
    """The row, from 1, of a key, or of a string in its value; of the innermost table where the key itself is
    written in a way not followed here; None without a text."""
    table: tuple[str, ...] = ()
    best, depth = None, 0
    lines = text.splitlines()
    for row, line in enumerate(lines, 1):
        header, assignment = HEADER.match(line), ASSIGNMENT.match(line)
        if header:
            table = _dotted(header[1])
        if not header and not assignment:
            continue
        path = table if header or not assignment else (*table, *_dotted(assignment[1]))
        if len(path) > depth and path == keys[: len(path)]:
            best, depth = row, len(path)
    if best is None or not isinstance(value, str):
        return best
    quoted = re.compile(rf"""["']{re.escape(value)}["']""")
    return next((row for row in range(best, len(lines) + 1) if quoted.search(lines[row - 1])), best)


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(KEY, text))
