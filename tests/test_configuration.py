"""The reference of settings: each key is told, each example holds, the schema refuses what the tool does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smelllint import catalogue
from smelllint.initial import BODY
from smelllint.keys import KEYS, VERSIONS, ConfigError, Place, known_words, read_fields
from smelllint.settings import TARGETS, Settings
from smelllint.toml import loads
from tests.cli_helpers import smelllint

CHECKOUT = Path(__file__).parent.parent
SCHEMA = json.loads((CHECKOUT / "smelllint.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
REFERENCE = (CHECKOUT / "docs/configuration.md").read_text(encoding="utf-8")
DOCUMENTS = [*(CHECKOUT / "docs").glob("*.md"), CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md"]


def allowed(table: dict[str, Any]) -> bool:
    """Whether the tool takes a table of settings."""
    try:
        read_fields(table, Place("x"))
    except ConfigError:
        return False
    return True


# The page. --------------------------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_told_with_an_example_that_holds(name: str) -> None:
    key = KEYS[name]
    table = loads(key.example)

    assert f"\n### `{name}`\n\n{key.about}\n" in REFERENCE
    assert list(table) == [name]
    assert allowed(table)
    assert VALIDATOR.is_valid(table)
    assert SCHEMA["properties"][name]["description"] == key.about


@pytest.mark.parametrize("name", KEYS)
def test_a_default_in_the_schema_is_what_holds_without_the_key(name: str) -> None:
    field = KEYS[name].field
    assert ("default" in SCHEMA["properties"][name]) == (field is not None)
    if field is None:
        return

    read = read_fields({name: SCHEMA["properties"][name]["default"]}, Place("x"))

    assert read == {field: getattr(Settings(), field, ())}  # extend-exclude ends as a part of `exclude`


def test_every_option_of_a_rule_is_told() -> None:
    for name in catalogue.names():
        told = SCHEMA["properties"]["rules"]["properties"][name]["properties"]
        assert set(told) == set(catalogue.load(name).options)
        for option, default in catalogue.load(name).options.items():
            assert f"](../rules/{name}/README.md) | `{option}` | `{json.dumps(default)}` |" in REFERENCE
            assert VALIDATOR.is_valid({"rules": {name: {option: told[option]["default"]}}})


def _examples() -> list[Any]:
    found = []
    for document in DOCUMENTS:
        blocks = re.findall(r"^```toml\n(.*?)^```", document.read_text(encoding="utf-8"), re.M | re.S)
        for number, block in enumerate(blocks):
            table = loads(block)
            if "language" not in table:  # of an editor
                found.append(pytest.param(table, id=f"{document.name}-{number}"))
    return found


@pytest.mark.parametrize("table", _examples())
def test_every_example_of_the_documents_holds(table: dict[str, Any]) -> None:
    own = table["tool"]["smelllint"] if "tool" in table else table

    assert allowed(own)
    assert VALIDATOR.is_valid(own)


def test_what_init_writes_holds() -> None:
    assert VALIDATOR.is_valid(loads(BODY))


def test_every_command_and_option_is_told() -> None:
    told = (CHECKOUT / "docs/commands.md").read_text(encoding="utf-8")

    for line in smelllint("check", "--help").stdout.splitlines():
        for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", line):
            assert option == "--help" or re.search(rf"\| `(?:-\w, )?{option}\b", told), option
    for name in re.findall(r"^  ([\w-]+)  ", smelllint("--help").stdout.partition("Commands:")[2], re.M):
        assert f"\n## `smelllint {name}`\n" in told


def test_every_variable_of_the_environment_is_told() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "smelllint").rglob("*.py")]

    named = {name for source in sources for name in re.findall(r"\bSMELLLINT_[A-Z_]+\b", source)}

    assert named >= {"SMELLLINT_DATA_DIR"}
    for name in named:
        assert f"\n| `{name}` | " in REFERENCE


# What the schema refuses the tool refuses too, and the other way round. -------------------------------------

text = st.text(max_size=8)
word = st.sampled_from(sorted(known_words())) | text
near_share = st.from_regex(r"\A *[0-9]{1,3}(\.[0-9]{1,2})? *%? *\Z")
near_version = st.from_regex(VERSIONS, fullmatch=True, alphabet="0123456789.,<>=!~^*v a") | st.text(
    "0123456789.,<>=!~^*v a", max_size=10
)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=5
)


def options() -> st.SearchStrategy[dict[str, Any]]:
    """Tables of rules whose options are nearly right."""
    with_options = sorted(name for name in catalogue.names() if catalogue.load(name).options)
    known = sorted({option for name in with_options for option in catalogue.load(name).options})
    value = st.booleans() | st.integers() | st.just([]) | st.just("a") | st.just(1.5)
    return st.dictionaries(
        st.sampled_from(with_options) | text,
        st.dictionaries(st.sampled_from(known), value, max_size=2) | plain,
        max_size=2,
    )


words = st.lists(word, max_size=3)
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "select": words,
    "extend-select": words,
    "ignore": words,
    "per-file-ignores": st.dictionaries(text, words, max_size=2),
    "exclude": st.lists(text | plain, max_size=3),
    "extend-exclude": st.lists(text | plain, max_size=3),
    "respect-gitignore": st.booleans(),
    "markdown": st.booleans(),
    "target": st.sampled_from(TARGETS) | text,
    "min-saving": near_share | near_share.map(lambda share: f"{share}%"),
    "versions": st.dictionaries(text, near_version, max_size=2),
    "rules": options(),
}


def test_every_key_is_tried() -> None:
    assert list(STRATEGIES) == list(KEYS)


@pytest.mark.parametrize("name", STRATEGIES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_schema_and_the_tool_refuse_the_same(name: str, data: st.DataObject) -> None:
    table = {name: data.draw(STRATEGIES[name] | anything)}

    assert VALIDATOR.is_valid(table) == allowed(table), table


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(list(KEYS)) | text, anything, max_size=3))
def test_they_refuse_the_same_keys(table: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(table) == allowed(table)


@pytest.mark.parametrize("table", [[], "x", 1, None])
def test_what_is_no_table_is_refused_by_both(table: Any) -> None:
    assert not VALIDATOR.is_valid(table)
    assert not allowed(table)


@pytest.mark.parametrize(
    ("versions", "fine"), [(">=4,", False), (">=4 or so, <5", False), ("!=4", False), ("!=4,>3", True)]
)
def test_a_version_that_is_only_half_understood_is_a_mistake(versions: str, fine: bool) -> None:
    assert allowed({"versions": {"torch": versions}}) == fine
