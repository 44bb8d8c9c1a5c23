"""The tree: what can be parsed, the index over it, and spans that are those of the text."""

from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesmith import from_node

from smelllint.syntax import ParseError
from smelllint.tree import Tree, parse, whole

CODE = "@d\ndef f(a, *, b=1):\n    return [x for x in a if x]\n\nclass A(B, metaclass=M):\n    y: int = 2\n"


def texts(tree: Tree, type_: type[cst.CSTNode]) -> list[str]:
    return [tree.text[slice(*tree.span(node))] for node in tree.nodes(type_)]


def test_the_nodes_of_a_type_are_in_the_order_of_the_text() -> None:
    tree = parse("b = f(a)\nc = g(h(b))\n")

    assert texts(tree, cst.Call) == ["f(a)", "g(h(b))", "h(b)"]
    assert texts(tree, cst.Name) == ["b", "f", "a", "c", "g", "h", "b"]


def test_a_parent_comes_before_its_children_and_holds_them() -> None:
    tree = parse(CODE)

    for node in tree.all:
        for inner in tree.within(node):
            assert tree.inside(inner, node)
            assert tree.order[node] <= tree.order[inner] <= tree.end(node)
        parent = tree.parent(node)
        assert parent is None or tree.inside(node, parent)


def test_the_ancestors_are_the_parents_up_to_the_module() -> None:
    tree = parse("def f():\n    return x\n")
    name = tree.nodes(cst.Name)[-1]

    kinds = [type(node) for node in tree.ancestors(name)]
    assert kinds == [cst.Return, cst.SimpleStatementLine, cst.IndentedBlock, cst.FunctionDef, cst.Module]
    assert tree.parent(tree.module) is None


@pytest.mark.parametrize(
    "code",
    [
        CODE,
        "def f(a, /, b, *c, d=1, **e): pass\n",
        "f(a, k=v, *b, **c)\n",
        "a if b else c\n",
        "try:\n    a\nexcept E as e:\n    b\nelse:\n    c\nfinally:\n    d\n",
        "{k: v for k, v in x}\n",
        "lambda a, b=c: d\n",
        "with a as b, c as d: e\n",
        "for a in b:\n    c\nelse:\n    d\n",
        "x: int = a[b:c:d]\n",
    ],
)
def test_nodes_come_in_the_order_of_the_text(code: str) -> None:
    tree = parse(code)
    starts = [tree.span(name)[0] for name in tree.nodes(cst.Name)]

    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("x = ( f(a) )", "f(a)"),
        ("x = f(\n  a,\n)  # why\n", "f(\n  a,\n)"),
        ("if x:\n\tf(a)\n", "f(a)"),
        ("x = 1\r\nf(a)\r\n", "f(a)"),
        ("\f\nf(a)", "f(a)"),
        ("'é𝔸'; f(a)", "f(a)"),
    ],
)
def test_a_span_is_the_text_of_the_node_without_its_whitespace(code: str, text: str) -> None:
    tree = parse(code)

    assert texts(tree, cst.Call) == [text]
    assert tree.lossless


@given(from_node())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_programs_are_parsed_and_their_spans_nest(code: str) -> None:
    try:
        tree = parse(code)
    except ParseError:
        return
    for node in tree.all[1:]:
        if not isinstance(node, (cst.BaseExpression, cst.BaseStatement)):
            continue
        start, end = tree.span(node)
        assert 0 <= start <= end <= len(code)
    assert tree.lossless


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def f(:\n", "syntax-error"),
        ("print 'python 2'\n", "syntax-error"),
        ("x = " + "(" * 5000 + ")" * 5000, "syntax-error"),
        ("x = " + "(" * 160 + "1" + ",)" * 160, "too-complex"),
        ("x = " + "1 + " * 20_000 + "1", "too-complex"),
        ("x = " + " or ".join(["a"] * 600), "too-complex"),
        ("import " + ".".join(["a"] * 60), "too-complex"),
        ("del " + "(" * 20 + "a" + ",)" * 20, "too-complex"),
        ("x = [1 " + "for a in b " * 60 + "]", "too-complex"),
    ],
)
def test_what_cannot_be_parsed_is_named(code: str, name: str) -> None:
    with pytest.raises(ParseError) as caught:
        whole(code)

    assert caught.value.name == name
    assert len(caught.value.message) < 100


def test_a_syntax_error_has_its_place() -> None:
    with pytest.raises(ParseError) as caught:
        parse("x = 1\ny = = 2\n")

    assert caught.value.location is not None
    assert (caught.value.location.row, caught.value.location.column) == (2, 5)


@pytest.mark.parametrize(
    "code", ["", "\n", "# only a comment", "\f", "match x:\n    case [1, *y]:\n        pass\n"]
)
def test_small_and_modern_texts_are_parsed(code: str) -> None:
    assert parse(code).all
