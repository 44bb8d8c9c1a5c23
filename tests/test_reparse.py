"""The tree of a changed text is that of a whole parse, node by node, whatever the change."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from smelllint.project import own_tree
from smelllint.reparse import Regrown, changed, reparse
from smelllint.source import Source
from smelllint.syntax import ParseError
from smelllint.tree import parse
from tests.reparsing import assert_alike, story

ROOT = Path(__file__).parent.parent
REAL = [
    *("smelllint/edit.py", "smelllint/magics.py", "smelllint/pool.py"),
    *("rules/growing-concat-in-loop/smelly.py", "fixtures/unbatched-encode/aliases.py", "tests/conftest.py"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", REAL)
def test_a_changed_text_has_the_tree_of_a_whole_parse(name: str, newline: str) -> None:
    text = (ROOT / name).read_text().replace("\n", newline)

    outcomes = story(text, random.Random(f"{name} {newline!r}"), changes=40)

    assert outcomes["regrown"] > 4
    assert outcomes["broken"] > 4


CLASS = """\
import a


class A:
    x = 1

    def f(self, y):
        # about y
        if y:
            return 1
        # and now
        return 2

    @a.b
    def g(self):
        for z in self.x:
            print(z)


A()
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 1", "return 10"),
        ("return 2\n", "return 2  # why\n"),
        ("return 2\n", "return 2\n        return 3\n"),
        ("return 2\n", "return 2\n        # the end\n"),
        ("return 2\n", "return 2\n    # of f\n"),
        ("        # and now\n", "            # and now\n"),
        ("        # about y\n", "# about y\n"),
        ("            return 1\n", "            return 1\n        else:\n            return 0\n"),
        ("    @a.b\n", "    # more\n    @a.b\n"),
        ("    @a.b\n", ""),
        ("print(z)\n", "print(z)\n\n            z\n"),
        ("    x = 1\n", ""),
        ("import a\n", "# first\nimport a\n"),
        ("import a\n", "import a, b\n"),
        ("A()\n", "A()"),
        ("A()\n", "A()\n\nB()\n# end\n"),
        ("z in self.x:", "z in '''a\nb''':"),
        ("class A:\n", "class A(B):\n"),
        ("for z in self.x:", "for z in (self.x or\n                  ()):"),
    ],
)
def test_only_what_is_touched_is_parsed(old: str, new: str) -> None:
    tree = parse(CLASS)

    found = reparse(tree, CLASS.replace(old, new, 1))

    assert isinstance(found, Regrown)
    assert_alike(found, parse(found.text))
    assert len(set(found.all) & set(tree.all)) >= 4


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", ""),
        ("x = 1\n", "# x = 1\n"),
        ("if x:\n    y\nz\n", "if x:\n    y\n    z\n"),
        ("x = 1\ny\n", "x = 1\n\x0c\ny\n"),
        ("x = 1\ny\n", "x = 1 \\\n\ny\n"),
        ("x = 1\r\ny\n", "x = 1\r\ry\n"),
        ("x\nif a:\n    y\nz\n", "x\nif a:\n    y\nelse:\n    w\nz\n"),
    ],
)
def test_what_is_uncertain_is_parsed_whole(before: str, after: str) -> None:
    found = reparse(parse(before), after)

    assert not isinstance(found, Regrown)
    assert_alike(found, parse(after))


@pytest.mark.parametrize("folder", ["", "none/"], ids=["saved", "of no folder yet"])
def test_a_file_that_is_looked_at_again_is_parsed_as_far_as_it_has_changed(
    folder: str, tmp_path: Path
) -> None:
    path = str(tmp_path / folder / "a.py")
    first, again = (own_tree(Source(path, text.encode())) for text in (CLASS, f"{CLASS}B()\n"))

    assert not isinstance(first, Regrown)
    assert isinstance(again, Regrown)
    assert again.text == f"{CLASS}B()\n"


def test_what_is_no_python_says_why() -> None:
    with pytest.raises(ParseError) as caught:
        reparse(parse("x = 1\ny = 2\n"), "x = 1\ny = (\n")

    assert caught.value.name == "syntax-error"
    assert caught.value.location is not None
    assert caught.value.location.row == 2


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("abc", "abxc", (2, 2)),
        ("aaa", "aa", (2, 3)),
        ("", "x", (0, 0)),
        ("ab", "ab", (2, 2)),
        ("ab", "cd", (0, 2)),
    ],
)
def test_the_smallest_change(old: str, new: str, place: tuple[int, int]) -> None:
    assert changed(old, new) == place
