"""Hints: what the bytes of a text tell of its signs, before Python reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesmith import from_grammar

from smelllint import declared
from smelllint.hints import Sight, hints
from smelllint.outline import outline_of

HOME = Path(__file__).parent.parent
SIGNS = frozenset(sign for rule in declared.rules() for choice in rule.signs for sign in choice)


def unhinted(text: str) -> set[str]:
    """The signs of rules that a text shows though its bytes hold no hint at them."""
    outline, sight = outline_of(text), Sight(text.encode())
    return {sign for sign in outline.signs & SIGNS if not sight.may_show(sign)} if outline else set()


@pytest.mark.parametrize("folder", ["rules", "fixtures", "smelllint", "tests"])
def test_there_is_a_hint_at_each_sign_that_a_program_shows(folder: str) -> None:
    shown = 0
    for path in HOME.glob(f"{folder}/**/*.py"):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not unhinted(text), path
        shown += len(getattr(outline_of(text), "signs", set()) & SIGNS)
    assert shown > 30


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(from_grammar())
def test_there_is_a_hint_at_each_sign_of_whatever_is_python(text: str) -> None:
    assert not unhinted(text)


@pytest.mark.parametrize(
    "text",
    [
        "for i in y:\n    x = np.append(x, i)",
        "for i in y: x = np.append(x, i)",
        "for i in y:\n    x = (\n        np.append(x, i)\n    )",
        "for i in y:\n    x = (\n\n        # one more\n        np.append(x, i)\n    )",
        "for i in y:\n    x = (  # one more\n        np.append(x, i)\n    )",
        "for i in y:\n    x = \\\n    np.append(x, i)",
        "for i in y:\n    x = (x if i else\n    np.append(x, i))",
        "for i in y:\n    x = (np\n    .append(x, i))",
        "for i in y:\n    x = np.append \\\n    (x, i)",
        "for i in y:\r\n    x = (\r\n        np.append(x, i)\r\n    )",
        "grow = np.append\nfor i in y:\n    x = grow(x)",
        "from numpy import append as grow\nfor i in y:\n    x = grow(x)",
    ],
)
def test_what_is_made_of_a_call_is_hinted_at(text: str) -> None:
    outline = outline_of(text)
    assert outline is not None
    assert "x = append(x)" in outline.signs
    assert Sight(text.encode()).may_show("x = append(x)")


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\nrows.append(x)",
        "for x in y:\n    rows.append(x)",
        "if x:\r\n    rows.append(x)\r\n",
        "f(\n    x\n)\n\n# one more\nself.rows['a'].append (x)",
        "appended = f(appendix)",
        "x = 1\nappend(x)",
    ],
)
def test_a_statement_by_itself_makes_nothing(text: str) -> None:
    assert not Sight(text.encode()).may_show("x = append(x)")
    assert not Sight(text.encode()).may_show("= append()")


@pytest.mark.parametrize(
    ("text", "nests"),
    [
        ("for i in x:\n for j in y:\n  z[i, j] = 1", True),
        ("while i:\n\twhile j:\n\t\tz[i][j] **= 1", True),
        ("async for i in x:\n for j in y:\n  z[i][\nj\n] \\\n = 1", True),
        ("for i in x:\n for j in y:\n  z[i, j] == 1", False),
        ("for i in x:\n z[i] = 1\nfor j in y:\n z[j] = 1", False),
        ("for i in x:\r for j in y:\r  z[i, j] = 1", True),
        ("for i in x:\n\f for j in y:\n  z[i, j] = 1", True),
    ],
)
def test_a_nest_is_one_loop_in_another_that_fills_places(text: str, nests: bool) -> None:
    assert Sight(text.encode()).nests() is nests


def test_a_sign_is_hinted_at_by_its_word() -> None:
    signs = (frozenset({"for cat()", "self stack()"}), frozenset({"'cpu'", "device="}), frozenset({"[x]"}))
    assert hints(Sight(b"cat device"), signs, frozenset())
    assert hints(Sight(b"stack"), signs, frozenset({"'cpu'"}))
    assert not hints(Sight(b"cat"), signs, frozenset())
    assert not hints(Sight(b"concat devices"), signs, frozenset())
    assert not hints(Sight("décat device".encode()), signs, frozenset())
    assert hints(Sight(b"epochs"), (frozenset({"for epoch"}),), frozenset())
    assert not hints(Sight(b"steps"), (frozenset({"for epoch"}),), frozenset())
