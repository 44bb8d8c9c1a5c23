"""What rules say of themselves is read without importing them."""

from __future__ import annotations

import ast

import pytest

from smelllint import catalogue, declared


@pytest.mark.parametrize("name", catalogue.names())
def test_a_rule_is_declared_plainly_and_read_right(name: str) -> None:
    """One that is not is imported, and libcst with it, for every file that is checked."""
    rule = catalogue.load(name)
    path = catalogue.folder(name) / "rule.py"

    said = declared.declaration(ast.parse(path.read_bytes()))

    assert said == {field: getattr(rule, field) for field in said}
    assert {"family", "imports"} <= set(said)


def test_all_rules_are_declared() -> None:
    found = declared.rules()

    assert tuple(rule.name for rule in found) == catalogue.names()
    assert all(not rule.checks for rule in found)


def test_what_is_not_understood_is_imported_after_all() -> None:
    with pytest.raises(ValueError):
        declared.declaration(ast.parse("rule = Rule(family='data', imports=imports_of(torch))"))
