"""Every rule folder is whole, named as a smell and documented, and its messages are well formed."""

from __future__ import annotations

import re

import pytest

from smelllint import catalogue
from smelllint.engine import lint
from smelllint.rule import FAMILIES
from smelllint.settings import Settings

RULES = catalogue.names()


def test_there_are_rules() -> None:
    assert len(RULES) >= 21


@pytest.mark.parametrize("name", RULES)
def test_the_folder_is_whole(name: str) -> None:
    held = {path.name for path in catalogue.folder(name).iterdir()}

    assert {"rule.py", "smelly.py", "lean.py", "README.md"} <= held


@pytest.mark.parametrize("name", RULES)
def test_the_name_reads_as_a_smell(name: str) -> None:
    """`ignore unbatched-inference` is a sentence; `use-batching` would be a cure."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert not re.match(r"(use|add|prefer|avoid|no|do|enable|disable)-", name)


@pytest.mark.parametrize("name", RULES)
def test_the_documentation_has_its_paragraphs(name: str) -> None:
    rule = catalogue.load(name)
    paragraphs = rule.doc.split("\n\n")

    assert rule.family in FAMILIES
    assert rule.imports
    assert len(paragraphs) >= 4
    assert paragraphs[0].endswith(".")
    assert any(paragraph.startswith("Leave it when") for paragraph in paragraphs)
    assert any(re.match(r"The fix is (safe|unsafe)|There is no fix", paragraph) for paragraph in paragraphs)


@pytest.mark.parametrize("name", RULES)
def test_the_messages_keep_the_convention(name: str) -> None:
    """Lower case start, no full stop, one quoted piece of the code; titles are imperative without a stop."""
    data = (catalogue.folder(name) / "smelly.py").read_bytes()
    settings = Settings(target="cuda")
    for found in lint("smelly.py", data, [catalogue.load(name)], settings).diagnostics:
        assert re.match(r"`|[a-z]", found.message)
        assert not found.message.endswith(".")
        assert found.message.count("`") == 2
        assert found.fix is None or (found.fix.title[0].isupper() and not found.fix.title.endswith("."))
