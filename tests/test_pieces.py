"""What the pieces of a text show, one by one, is what the whole text shows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from smelllint import outline
from smelllint.outline import Outline, Traces, keep_pieces, traces_in_pieces
from smelllint.pieces import pieces

HOME = Path(__file__).parent.parent
OURS = sorted(path for folder in ("smelllint", "rules", "tests") for path in (HOME / folder).rglob("*.py"))

CLASS = """\
import torch

@a
@b(
    1
)
class A(B):  # why

    x = 1
    for i in y:
        torch.cat(i)

    @d(
        1
    )
    def f(self):
        for i in y:
            torch.stack(i)

    # about g
    async def g(self): pass
    h = [c for c in d]

for i in z:
    torch.zeros(i)
"""
# In all of them, a loop or function begins before what looks like a definition, and goes on behind it.
AROUND = [
    "class A:\n  for i in y:\n    x = 1\n    def g(self): pass\n    torch.cat(i)\n",
    "class A:\n  def f(self):\n    x = 1\n    def g(self): pass\n    torch.cat(i)\n",
    "class A(\n    B):\n  def f(self):\n    x = 1\n    def g(self): pass\n    torch.cat(i)\n",
    "class A:\n    x = 1\n\nfor i in z:\n    x = 1\n    def g(self): pass\n    torch.cat(i)\n",
    "class A:\n    x\n    def f(self): pass\n\nfor i in z:\n    x = 1\n    class B: x\n    torch.cat(i)\n",
    "for i in z:\n    x = '''\ndef g(): pass\n'''\n    torch.cat(i)\n",
    "for i in z:\n    x = '''\n'''; y = '''\ndef g(): pass\n''''''\n'''\n    torch.cat(i)\n",
    "def f():\n\tx = 1\n\tdef g(self): pass\n\ttorch.cat(i)\n",
    "for i in (\n1,\n2):\n    def g(self): pass\n    torch.cat(i)\n",
    "x = \\\n1\nfor i in \\\nz:\n    class A:\n        x\n    torch.cat(i)\n",
]


@pytest.fixture(autouse=True)
def _in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "_in_pieces", False)
    keep_pieces()


@pytest.mark.parametrize("text", [CLASS, CLASS.replace("\n", "\r\n"), "", "# x", *AROUND])
def test_pieces_show_what_the_text_shows(text: str) -> None:
    assert_same_signs(text)


@pytest.mark.parametrize("path", OURS[::12], ids=lambda path: str(path.relative_to(HOME)))
def test_real_files_show_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert_same_signs(text)
    assert_same_signs(text.replace("    ", "  "))


def assert_same_signs(text: str) -> None:
    found = traces_in_pieces(text)
    if found:
        assert Outline(found).signs == Outline([Traces(ast.parse(text))]).signs


def test_classes_are_read_member_by_member() -> None:
    assert len(list(pieces(CLASS))) == 4
    assert len(traces_in_pieces(CLASS)) == 4


def test_only_what_has_changed_is_read_again() -> None:
    text = (HOME / "smelllint/outline.py").read_text(encoding="utf-8")
    assert traces_in_pieces(text)
    before = outline.traces.cache_info()

    assert traces_in_pieces(text.replace("node.attr", "node.value", 1))

    after = outline.traces.cache_info()
    assert after.misses == before.misses + 1
    assert after.hits > before.hits + 20


def test_what_is_no_python_piece_by_piece_is_read_as_a_whole() -> None:
    text = "import torch\nx = '''\ndef f():\n'''\ntorch.cat(x)\n"
    assert not traces_in_pieces(text)
    found = outline.outline_of(text)
    assert found is not None
    assert "cat()" in found.signs
