"""The reference of all settings, from the code that reads them.

schema      the JSON Schema of a configuration: smelllint.schema.json, for editors
keys        every key as Markdown, for docs/configuration.md
options     the options of rules as Markdown, for the same page
commands    every command and its options as Markdown: docs/commands.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from typing import Any

import click

from smelllint import catalogue
from smelllint import keys as readers
from smelllint.cli import command
from smelllint.doc import doc_of
from smelllint.keys import KEYS, VERSIONS, known_words
from smelllint.settings import TARGETS, Settings

Schema = dict[str, Any]

NO_MORE_THAN_ALL = r"^\s*0*(?:100(?:\.0+)?|[0-9]{1,2}(?:\.[0-9]+)?)\s*%\s*$"
WORDS = "#/definitions/words"
COMMANDS = """\
# Commands

Exit codes, where a command says nothing else: 0 for nothing found, 1 for findings, 2 for an error: a mistake,
or a file that could not be dealt with. `smelllint --version` and `smelllint COMMAND --help` are what they are
everywhere.
"""


def schema() -> str:
    """The JSON Schema of a table of settings."""
    content = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://json.schemastore.org/smelllint.json",
        "title": "smelllint",
        "description": "Settings of smelllint: smelllint.toml, or [tool.smelllint] in pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(name) for name in KEYS},
        "definitions": {
            "words": {
                "type": "array",
                "items": {"type": "string", "enum": sorted(known_words())},
                "description": "Names of rules and families, `default`, `all`",
            }
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def keys() -> str:
    """Every key with its default and an example."""
    return "\n\n".join(part for name in KEYS for part in _key(name))


def options() -> str:
    """The options of all rules that have some."""
    rows = ["| rule | option | default |", "| --- | --- | --- |"]
    for name in catalogue.names():
        for option, default in sorted(catalogue.load(name).options.items()):
            rows.append(f"| [`{name}`](../rules/{name}/README.md) | `{option}` | `{json.dumps(default)}` |")
    return "\n".join(rows)


def commands() -> str:
    """Every command with its options."""
    return "\n\n".join([COMMANDS.rstrip(), *_command(command, ["smelllint"])]) + "\n"


# The schema. ------------------------------------------------------------------------------------------------


def _property(name: str) -> Schema:
    key = KEYS[name]
    default = {} if key.field is None else {"default": _default(name)}
    allowed = VALUES[key.read]()
    if "$ref" in allowed:
        allowed = {"allOf": [allowed]}  # beside a reference nothing else counts
    return {"description": key.about, **allowed, **default}


def _of_rules() -> Schema:
    """A table for each rule that has options, and none for the others."""
    tables = {
        name: {
            "description": doc_of(name).title,
            "type": "object",
            "additionalProperties": False,
            "properties": {
                option: {**_like(default), "default": default}
                for option, default in sorted(catalogue.load(name).options.items())
            },
        }
        for name in catalogue.names()
    }
    return {"type": "object", "additionalProperties": False, "properties": tables}


def _like(default: object) -> Schema:
    """What an option may be, by its default."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": kinds.get(type(default), "array")}


# What the schema allows wherever a reader is used.
VALUES: dict[Callable[..., Any], Callable[[], Schema]] = {
    readers.rule_words: lambda: {"$ref": WORDS},
    readers.strings: lambda: {"type": "array", "items": {"type": "string"}},
    readers.flag: lambda: {"type": "boolean"},
    readers.target: lambda: {"type": "string", "enum": list(TARGETS)},
    readers.min_saving: lambda: {"type": "string", "pattern": NO_MORE_THAN_ALL},
    readers.ignores: lambda: {"type": "object", "additionalProperties": {"$ref": WORDS}},
    readers.versions_and_limits: lambda: {
        "type": "object",
        "additionalProperties": {"type": "string", "pattern": f"^(?:{VERSIONS.pattern})$"},
    },
    readers.options: _of_rules,
}


# The pages. -------------------------------------------------------------------------------------------------


def _default(name: str) -> object:
    """The default of a key, as a configuration would write it."""
    field = next((one for one in fields(Settings) if one.name == KEYS[name].field), None)
    if field is None:
        return []  # extend-exclude, which Settings holds as a part of `exclude`
    value = field.default if field.default is not MISSING else {}
    if name == "min-saving":
        return f"{value:.0%}"
    return list(value) if isinstance(value, tuple) else value


def _key(name: str) -> Iterator[str]:
    key = KEYS[name]
    yield f"### `{name}`"
    yield key.about
    default = "{}" if key.field is None else json.dumps(_default(name))
    yield f"Default: `{default}`"
    yield f"```toml\n{key.example}\n```"


def _command(one: click.Command, path: list[str]) -> Iterator[str]:
    context = click.Context(one, info_name=" ".join(path))
    if len(path) > 1:
        yield f"{'#' * len(path)} `{' '.join(path)}`"
    if isinstance(one, click.Group):
        if len(path) > 1:
            yield _help(one)
        for name in one.list_commands(context):
            inner = one.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(inner, [*path, name])
        return
    yield _help(one)
    yield f"```console\n$ {' '.join([*path, *one.collect_usage_pieces(context)])}\n```"
    rows = [_row(record) for record in _records(one, context)]
    if rows:
        yield "\n".join(["| option | |", "| --- | --- |", *rows])


def _help(one: click.Command) -> str:
    """What a command says of itself, a paragraph a line."""
    paragraphs = (one.help or "").strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()).replace("\b ", "") for part in paragraphs)


def _records(one: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in one.params:
        if not isinstance(parameter, click.Option) or parameter.hidden:
            continue
        record = parameter.get_help_record(context)
        if record is not None:
            yield record


def _row(record: tuple[str, str]) -> str:
    name, text = (part.replace("|", "\\|") for part in record)
    return f"| `{name}` | {text} |"
