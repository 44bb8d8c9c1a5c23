"""The keys of a configuration: what each may hold, and where in the text a mistake stands.

read_fields     a table -> the fields of `Settings` that it sets
Place           the text that the table comes from, so that an error can name the line
KEYS            every key: how its value is read, and what the reference says of it
ConfigError     file, line, what is wrong and how to mend it
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from smelllint import catalogue
from smelllint.errors import MistakeError
from smelllint.requirements import bounds, name_of
from smelllint.rule import FAMILIES
from smelllint.settings import TARGETS
from smelllint.suppress import UNUSED
from smelllint.words import closest, listed, share

Fields = dict[str, Any]

# What the version of a library reads like: at least one part has to say more than what it is not.
_NUMBER = r"\s*v?[0-9][0-9A-Za-z.*+!_-]*\s*"
_BOUND = rf"\s*(?:~=|===?|>=|<=|>|<|\^|~|){_NUMBER}"
_PART = rf"(?:{_BOUND}|\s*!={_NUMBER})"
VERSIONS = re.compile(rf"(?:{_PART},)*{_BOUND}(?:,{_PART})*")


class ConfigError(MistakeError):
    """A mistake in a configuration; its text is `file:line: what is wrong`."""


@dataclass(frozen=True)
class Place:
    """Where a table of settings stands, so that a mistake in it can be pointed at."""

    name: str
    text: str = ""
    prefix: tuple[str, ...] = ()

    def error(self, keys: Sequence[str], message: str, value: object = None) -> ConfigError:
        row = line_of(self.text, (*self.prefix, *keys), value)
        return ConfigError(f"{self.name}:{row}: {message}" if row else f"{self.name}: {message}")


def read_fields(table: object, place: Place) -> Fields:
    """The fields of `Settings` that a table sets; ConfigError for a key or a value that is not one."""
    if not isinstance(table, dict):
        raise place.error((), "has to be a table")
    fields: Fields = {}
    for key, value in table.items():
        if key not in KEYS:
            mend = closest(key, KEYS) or f"; the keys are {listed(sorted(KEYS))}"
            raise place.error((key,), f"unknown key `{key}`{mend}")
        fields = merge(fields, KEYS[key].fields(value, (key,), place))
    return fields


def merge(fields: Fields, over: Fields) -> Fields:
    """Two sets of fields: tables are joined, other values replaced."""
    merged = dict(fields)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


# Readers of values: (value, keys that lead to it, place) -> the field's value. ------------------------------


def strings(value: object, keys: tuple[str, ...], place: Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.error(keys, f'`{keys[-1]}` has to be a list of strings, such as ["..."]')
    return tuple(value)


def rule_words(value: object, keys: tuple[str, ...], place: Place) -> tuple[str, ...]:
    """Names of rules and families, `default`, `all`."""
    words = strings(value, keys or ("value",), place)
    known = known_words()
    for word in words:
        if word not in known:
            mend = closest(word, known) or "; `smelllint rules` lists them"
            raise place.error(keys, f"`{word}` is no rule and no family{mend}", word)
    return words


def flag(value: object, keys: tuple[str, ...], place: Place) -> bool:
    if not isinstance(value, bool):
        raise place.error(keys, f"`{keys[-1]}` has to be true or false")
    return value


def target(value: object, keys: tuple[str, ...], place: Place) -> str:
    if value not in TARGETS:
        raise place.error(keys, f"`target` has to be one of {listed(TARGETS)}{closest(str(value), TARGETS)}")
    return str(value)


def min_saving(value: object, keys: tuple[str, ...], place: Place) -> float:
    """A share of energy, written as a percentage."""
    found = share(value) if isinstance(value, str) else None
    if found is None:
        raise place.error(keys, '`min-saving` has to be a percentage, such as "10%"')
    return found


def _table(value: object, keys: tuple[str, ...], place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise place.error(keys, f"`{keys[-1]}` has to be a table")
    return value


def ignores(value: object, keys: tuple[str, ...], place: Place) -> dict[str, tuple[str, ...]]:
    return {
        glob: rule_words(words, (*keys, glob), place) for glob, words in _table(value, keys, place).items()
    }


def versions_and_limits(value: object, keys: tuple[str, ...], place: Place) -> Fields:
    """Both fields on versions from one table: library = "4.40" or ">=5,<6"."""
    versions, limits = {}, {}
    for library, specifier in _table(value, keys, place).items():
        if not isinstance(specifier, str) or not VERSIONS.fullmatch(specifier):
            raise place.error(
                (*keys, library), f'the version of `{library}` has to read like "4.40" or ">=5,<6"'
            )
        low, high = bounds(specifier)
        if low is not None:
            versions[name_of(library)] = low
        if high is not None:
            limits[name_of(library)] = high
    return {"versions": versions, "limits": limits}


def options(value: object, keys: tuple[str, ...], place: Place) -> dict[str, dict[str, object]]:
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


Reader = Callable[[object, tuple[str, ...], Place], Any]


@dataclass(frozen=True)
class Key:
    """A key: the field of `Settings` that it sets, None where what is read are fields already; how its value
    is read; what it is for; and an example, in TOML."""

    field: str | None
    read: Reader
    about: str
    example: str

    def fields(self, value: object, keys: tuple[str, ...], place: Place) -> Fields:
        found = self.read(value, keys, place)
        return {self.field: found} if self.field is not None else dict(found)


KEYS: Mapping[str, Key] = {
    "select": Key(
        "select",
        rule_words,
        "The rules that look at the code: names, families, `default` for those that are on unless asked for, "
        "and `all`.",
        'select = ["default", "unpinned-dataloader"]',
    ),
    "extend-select": Key(
        "extend_select", rule_words, "Rules and families on top of `select`.", 'extend-select = ["advice"]'
    ),
    "ignore": Key(
        "ignore",
        rule_words,
        "Rules and families to leave out. A rule that is selected by its name outlives a family that is "
        "ignored.",
        'ignore = ["tuning", "csv-reparsed"]',
    ),
    "per-file-ignores": Key(
        "per_file_ignores",
        ignores,
        "Rules and families to leave out in the files that a pattern matches.",
        'per-file-ignores = { "notebooks/" = ["all"], "bench_*.py" = ["data"] }',
    ),
    "exclude": Key(
        "exclude",
        strings,
        "Files and folders to leave out, in place of the usual ones. Patterns are those of `.gitignore`, "
        "from the folder of the configuration on.",
        'exclude = [".venv", "build"]',
    ),
    "extend-exclude": Key(
        "extend_exclude",
        strings,
        "Files and folders to leave out beside those of `exclude`.",
        'extend-exclude = ["third_party/", "*_generated.py"]',
    ),
    "respect-gitignore": Key(
        "respect_gitignore",
        flag,
        "Whether files that git ignores are left out.",
        "respect-gitignore = false",
    ),
    "markdown": Key(
        "markdown",
        flag,
        "Whether folders are searched for Markdown documents too. Those that are named are checked anyway.",
        "markdown = true",
    ),
    "target": Key(
        "target",
        target,
        "The device that the code is for. `auto` goes by what the code shows, and lets rules on a device be "
        "silent where it shows nothing.",
        'target = "cuda"',
    ),
    "min-saving": Key(
        "min_saving",
        min_saving,
        "Only what is proven to save this share of energy or more. Rules that are unproven count as saving "
        "nothing.",
        'min-saving = "10%"',
    ),
    "versions": Key(
        None,
        versions_and_limits,
        "What is known of the versions of libraries, in place of what the project's lock files and "
        "requirements say.",
        'versions = { torch = ">=2.4,<3", transformers = "5.1" }',
    ),
    "rules": Key(
        "options",
        options,
        "Options of single rules; the page of a rule lists them.",
        "rules.grid-search-explosion = { fits = 200 }",
    ),
}


@cache
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
