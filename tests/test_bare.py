"""Bare nodes are what LibCST makes of a text, node by node, but for the layout."""

from __future__ import annotations

import ast
import dataclasses
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesmith import from_grammar

from smelllint.bare import Bare, UnsureError
from smelllint.native import deep_recursion
from smelllint.syntax import MAX_DEPTH, ParseError, guard
from smelllint.tree import MARKS, Tree, meaning, meaningful_fields, parse, whole

HOME = Path(__file__).parent.parent
OURS = sorted(
    path
    for folder in ("smelllint", "rules", "fixtures", "tests")
    for path in (HOME / folder).rglob("*.py")
    if path.stat().st_size < 20_000 and "notebooks" not in path.parts
)


def said(node: cst.CSTNode) -> Iterator[tuple[str, object]]:
    """What is compared of a node: its fields with a meaning, of nodes and sequences only what they are."""
    names = {field.name for field in dataclasses.fields(node)} & {
        *meaningful_fields(type(node)),
        *MARKS.split(),
    }
    for name in sorted(names):
        value = getattr(node, name)
        if isinstance(value, (list, tuple)):
            yield name, len(value)
        else:
            value = (
                unicodedata.normalize("NFKC", value) if isinstance(value, str) else value
            )  # as Python does
            yield name, type(value) if isinstance(value, cst.CSTNode) else value


def assert_same(text: str) -> None:
    with deep_recursion():
        mine = Tree(Bare(text).module(ast.parse(text)), text)
    real = whole(text)
    assert [type(node) for node in mine.all] == [type(node) for node in real.all]
    assert mine._parents == real._parents
    for one, other in zip(mine.all, real.all, strict=True):
        assert list(said(one)) == list(said(other))


CODE = [
    "a; b; c\nd\n",
    "if a: b; c\nelif d:\n    e\nelse: f\n",
    "if a:\n    b\nelse:\n    if c: d\n",
    "for a, *b in c, d: pass\nelse: pass\n",
    "while a:\n    break\nelse: pass\n",
    "async def f():\n    async with a as b, c: await d\n",
    "async def f():\n    async for x in y: yield x\n    [x async for x in y]\n",
    "with (a as b, c as (d, e)):\n    pass\n",
    "with (a, b): pass\n",
    "with (a): pass\n",
    "try:\n    a\nexcept (B, C) as d: e\nexcept F:\n    raise\nelse: g\nfinally:\n    raise h from i\n",
    "def f(a, /, b: int = 1, *args: c, d, e=2, **f: g) -> h: return a, *b\n",
    "def f(*, a): return\n",
    "def f(a=1, /): yield\n",
    "lambda: (yield)\nlambda a, *b, c=1, **d: e\n",
    "@a.b(c)\n@d\nclass A(B, *c, metaclass=D, **e): x: int\n",
    "class A: pass\n",
    "f(a, *b, c=d, *e, **g)\nf(x for x in y)\nf((x for x in y), z)\n",
    "x[a], x[a, b], x[(a, b)], x[(a), (b)], x[(a, b), c], x[a,], x[()], x[:], x[a:b, ::c], x[...]\n",
    "{**a, 'b': c}; {a, *b}; {}; [*a, b]; (); (a,)\n",
    "{a: b for a in c if d if e for f in g}; {a for a in b}\n",
    "a < b != c is not d not in e\nnot a and b and c or d\na or (b or c)\n",
    "-a ** ~b @ c // +d % e << f >> g & h | i ^ j\n",
    "a += 1; b -= 1; c *= 1; d /= 1; e //= 1; f %= 1; g **= 1; h @= 1\n",
    "i <<= 1; j >>= 1; k &= 1; l |= 1; m ^= 1\n",
    "a: int; b: int = 1; c.d: int = 2\n",
    "a = b = c, d = e\n(a, [b, *c]) = d\n",
    "del a\ndel a, b\ndel (a, b)\ndel [a]\n",
    "import a.b.c as d, e\nfrom . import f\nfrom ..g.h import (i as j, k,)\nfrom l import *\n",
    "global a, b\n",
    "assert a, b\nassert c\n",
    "'a' \"b\"\nb'c' b'd'\n'''e\nf''' 'g'\n",
    r"""''; ""; r'\a'; '\''; '"'; "'"; u'a'; Rb'b' """,
    "f'a{b!r:>{c}}d' 'e' f\"{g=}\"\n(f'a'\n 'b')\n",
    "1, 0x1F, 1_000, 1., 1e3, 1j, True, None, ...\n",
    "x = (yield a)\nx = yield\nx = await_\n",
    "def f():\n    yield from a\n    return (b)\n",
    "(a := b)\nprint(a := b)\n",
    "ä = 'ö'; é(a, b)\nx['ü', (a)]\n",
    "if a:\r\n    b\r\n    c; d\r\n",
    "if a:\n\tb\n\n# comment\n\tc  # another\n",
    "x = (  # why\n    a\n    + b\n)\n",
]


@pytest.mark.parametrize("text", CODE)
def test_bare_nodes_are_those_of_libcst(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize("path", OURS[::25], ids=lambda path: str(path.relative_to(HOME)))
def test_real_files_have_the_same_nodes(path: Path) -> None:
    assert_same(path.read_text(encoding="utf-8"))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(from_grammar())
def test_generated_programs_have_the_same_nodes_or_are_left_to_libcst(text: str) -> None:
    try:
        tree = parse(text)
        real = whole(text)
    except ParseError:
        return
    assert [type(node) for node in tree.all] == [type(node) for node in real.all]
    assert [list(said(node)) for node in tree.all] == [list(said(node)) for node in real.all]


@pytest.mark.parametrize(
    "text",
    [
        "match a:\n    case 1: pass\n",
        "if a: b; \\\n  c\n",
        "del a,\n",
        "def f():\n    for x in y:\n        del x,\n        g(x)\n",
    ],
)
def test_a_statement_of_which_pythons_tree_does_not_tell_is_left_to_libcst(text: str) -> None:
    before, behind = "(b)\nif c:\n  d\n", "e = ( f)\n"
    tree, real = parse(before + text + behind), whole(before + text + behind)

    assert tree.rows is not None
    assert set(tree.rows) <= set(tree.all)
    assert [list(said(node)) for node in tree.all] == [list(said(node)) for node in real.all]
    assert [tree.span(node) for node in tree.all] == [real.span(node) for node in real.all]


def test_where_lines_alone_do_not_tell_the_file_is_left_to_libcst() -> None:
    text = "a; \\\nb\n"
    with pytest.raises(UnsureError):
        Bare(text).module(ast.parse(text))
    assert parse(text).module.code == text


def test_a_file_of_many_such_statements_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, text = parses(monkeypatch), "if a:\n    del b,\n" * 100

    assert parse(text).module.code == text
    assert len(parsed) < 30


def test_layout_that_is_not_there_is_no_default() -> None:
    call = parse("f(a)\n").nodes(cst.Call)[0]
    with pytest.raises(AttributeError):
        _ = call.lpar


LAYOUTS = [
    "x = (f( a ,\n  b))\n",
    "@d  # why\n# and\n@e\ndef f(a, *, b=1):  # c\n    # d\n    return [x for x in a if x]\n    # e\n# f\n",
    "class A(B, metaclass=M):\n\ty: int = 2; z = (3)\n\n\n\tdef f(self): pass\n",
    "if a:\n  if b:\n        c()\n  elif d: e\n  else:\n   (f)\ng\n",
    "try:\n    a\nexcept (B, C) as d: e\nelse:\n    f\nfinally:\n    g( ) ;\n",
    "def f():\n    x = '''\na\n  b''' + (\n1)\n# c\n    return x, \\\n y\n",
    "for x in (a,\n  b): pass\nwith (a as b): c\nasync def f(): await ( g )",
    "if a:\r\n    b(c)  # d\r\n\r\n    (e)\r\nf\r\n",
    "if a:\n    b\n\x0c\n    c(d)\n\x0c\nclass A:\n    \x0c\n    x = (1)\n",
    "'é𝔸'; f(a)\nif b: 'é'; (c)\nif d:\n    'é𝔸'; (e)",
    "match a:\n    case [1, *b] if (c):\n        d((e))\n",
    "x = f'{ (a) !r:>{ b }} {c=}' 'd'\n(lambda a, / , b = ( 1 ): (yield))\n",
    "if a:\r    (b)\rc\r",
    "@(\n  d\n)\ndef f(): ( a )\n",
]


@pytest.mark.parametrize("text", [*LAYOUTS, *CODE])
def test_spans_and_brackets_are_those_of_the_whole_file(text: str) -> None:
    assert_same_layout(text)


@pytest.mark.parametrize("path", OURS[7::40], ids=lambda path: str(path.relative_to(HOME)))
def test_real_files_have_the_same_layout(path: Path) -> None:
    assert_same_layout(path.read_text(encoding="utf-8"))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(from_grammar())
def test_generated_programs_have_the_same_layout(text: str) -> None:
    try:
        assert_same_layout(text)
    except ParseError:
        return


def assert_same_layout(text: str) -> None:
    """Every node stands where it stands in the tree that LibCST makes of the whole text, in as many brackets,
    which stand where they do there; asked of each statement by itself."""
    tree, real = parse(text), whole(text)
    with patch.object(tree, "_is_cheap", lambda statement: statement is not tree.module):
        for mine, its in zip(tree.all, real.all, strict=True):
            assert tree.span(mine) == real.span(its)
            assert brackets(tree, mine) == brackets(real, its)


def brackets(tree: Tree, node: cst.CSTNode) -> list[tuple[int, int]]:
    layout = tree.layout(node)
    found = (getattr(layout.node(node), name, ()) for name in ("lpar", "rpar"))
    return [layout.span(each) for side in found if isinstance(side, Sequence) for each in side]


def test_only_the_statement_around_a_node_is_parsed_for_its_span(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = parses(monkeypatch)
    tree = parse("def f():\n    if a:\n        (b)\n        c\n\ndef g():\n    d\n" + "e\n" * 9)
    name = tree.nodes(cst.Name)[2]

    assert tree.copy().span(name) == tree.span(name) == (28, 29)
    assert parsed == ["if 1:\n        (b)\n"]


def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that LibCST parses from now on."""
    parsed: list[str] = []
    real = cst.parse_module

    def parse_module(text: str) -> cst.Module:
        parsed.append(text)
        return real(text)

    monkeypatch.setattr(cst, "parse_module", parse_module)
    return parsed


def test_where_most_statements_are_asked_about_the_file_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = parse("(a)\n" * 100)
    parsed = parses(monkeypatch)

    assert [tree.span(name) for name in tree.nodes(cst.Name)][-1] == (397, 398)
    assert 5 < len(parsed) < 30
    assert max(parsed, key=len) == tree.text


def test_a_node_of_a_linked_file_has_the_layout_of_its_own_file() -> None:
    tree, other = parse("a = 1\n"), parse("(b) = (c)\n")
    tree.link(other)
    name = other.nodes(cst.Name)[0]
    assert tree.layout(name) is other.layout(name)
    assert tree.span(name) == (1, 2)


def test_the_meaning_of_code_does_not_change_with_its_layout() -> None:
    one, other, third = (
        parse(text).nodes(cst.Call)[0] for text in ("f(a, b=c)\n", "f( (a),\n b = c)\n", "f(a, c)\n")
    )
    assert meaning(one) == meaning(other)
    assert meaning(one) != meaning(third)


def test_what_other_libraries_hang_on_pythons_nodes_is_no_part_of_a_tree() -> None:
    """`ast.Load()` is one object in the whole process."""
    named = ast.parse("x", mode="eval").body
    assert isinstance(named, ast.Name)
    shared: Any = named.ctx
    shared.parent = ast.parse(" + ".join("a" * 140))
    try:
        assert guard("f(a)\n" * 3_000) is not None
    finally:
        del shared.parent


@pytest.mark.parametrize(
    "text", ["x = " + " + ".join("a" * 300), "x = a" + ".b" * 420, "a" + "(b" * 90 + ")" * 90]
)
def test_nests_are_no_deeper_than_libcst_is_given(text: str) -> None:
    """What is made of deeper ones would be too deep for those who ask about it."""
    tree = readable(text)
    assert tree is None or deepest(tree) <= 3 * MAX_DEPTH


def readable(text: str) -> Tree | None:
    """What a text is parsed to; none of one that is told to be too complex."""
    try:
        return parse(text)
    except ParseError as error:
        if error.name != "too-complex":
            raise
    return None


def deepest(tree: Tree) -> int:
    """How many nodes the deepest one of a tree is within."""
    return max(sum(1 for _ in tree.ancestors(node)) for node in tree.all)
