"""Places: where a node stands, what its loops go over, how often it runs, and how it hangs on the loop."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts, Iterates, Often
from smelllint.facts.places import Loop
from tests.facts_helpers import facts_of, find, find_last, function

IMPORTS = """
import itertools
import torch
import numpy as np
import pandas as pd
from tqdm import tqdm
from torch.utils.data import DataLoader
"""


def loop_of(facts: Facts) -> Loop:
    """The outermost loop around the last `use(...)`."""
    call = next(c for c in reversed(facts.nodes(cst.Call)) if facts.text(c.func) == "use")
    loop = facts.outermost_loop(call)
    assert loop is not None
    return loop


def test_the_function_is_the_innermost_one_whose_body_holds_the_node() -> None:
    facts = facts_of("def f(x=one):\n    def g():\n        use(two)\n    [three for y in z]\nfour\n")

    assert facts.function(find(facts, "two")) is function(facts, "g")
    assert facts.function(find(facts, "three")) is function(facts, "f")
    assert facts.function(find(facts, "one")) is None
    assert facts.function(find(facts, "four")) is None


def test_a_lambda_is_a_function() -> None:
    facts = facts_of("f = lambda x: x + 1\n")

    assert isinstance(facts.function(find(facts, "x + 1")), cst.Lambda)


def test_the_class_and_the_block_around_a_node() -> None:
    facts = facts_of("class A:\n    def f(self):\n        use(1)\nuse(2)\n")

    assert facts.class_(find(facts, "use(1)")) is facts.nodes(cst.ClassDef)[0]
    assert facts.class_(find(facts, "use(2)")) is None
    assert facts.block(find(facts, "use(1)")) is function(facts, "f").body
    assert facts.block(find(facts, "use(2)")) is facts.tree.module


def test_the_statement_is_the_innermost_one() -> None:
    facts = facts_of("for x in y:\n    a = f(x)\n")

    assert isinstance(facts.statement(find(facts, "f(x)")), cst.SimpleStatementLine)
    assert isinstance(facts.statement(find(facts, "y")), cst.For)


def test_the_branches_end_at_the_function() -> None:
    facts = facts_of("if a:\n    def f():\n        if b:\n            use(1)\n")

    assert len(facts.branches(find(facts, "use(1)"))) == 1


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("for x in y:\n    use(x)", 1),
        ("for x in y:\n    for z in x:\n        use(z)", 2),
        ("[use(x) for x in y]", 1),
        ("[use(z) for x in y for z in x]", 1),
        ("[z for x in y for z in use(x)]", 1),
        ("[x for x in use(y)]", 0),
        ("for x in use(y):\n    pass", 0),
        ("while use(y):\n    pass", 1),
        ("for x in y:\n    pass\nelse:\n    use(x)", 0),
        ("for x in y:\n    def f():\n        use(x)", 0),
        ("for x in y:\n    use(x)\n    break", 0),
        ("def f():\n    for x in y:\n        return use(x)", 0),
        ("for x in y:\n    if bad(x):\n        continue\n    use(x)\n    break", 1),
        ("for x in y:\n    if use(x):\n        break", 1),
    ],
)
def test_the_loops_around_a_node_inside_its_function(code: str, count: int) -> None:
    facts = facts_of(code)
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")

    assert len(facts.loops(call)) == count


@pytest.mark.parametrize(
    ("iterable", "over"),
    [
        ("DataLoader(d)", Iterates.LOADER),
        ("tqdm(DataLoader(d))", Iterates.LOADER),
        ("enumerate(tqdm(DataLoader(d)))", Iterates.LOADER),
        ("range(0, n, 32)", Iterates.CHUNKS),
        ("range(n)", Iterates.RANGE),
        ("range(n, 0, -1)", Iterates.RANGE),
        ("torch.split(x, 8)", Iterates.CHUNKS),
        ("torch.zeros(9).split(3)", Iterates.CHUNKS),
        ("np.array_split(x, 8)", Iterates.CHUNKS),
        ("'a b'.split()", Iterates.ITEMS),
        ("text.split(',')", Iterates.ITEMS),
        ("[f(x) for x in y]", Iterates.ITEMS),
        ("sorted([f(x) for x in y])", Iterates.ITEMS),
        ("pd.read_csv('x').iterrows()", Iterates.ROWS),
        ("d.items()", Iterates.ITEMS),
        ("[1, 2]", Iterates.LITERAL),
        ("sys.stdin", Iterates.UNKNOWN),
        ("something", Iterates.UNKNOWN),
        ("make()", Iterates.UNKNOWN),
    ],
)
def test_what_a_loop_goes_over(iterable: str, over: Iterates) -> None:
    facts = facts_of(f"{IMPORTS}for x in {iterable}:\n    use(x)\n")

    assert facts.iterates(loop_of(facts)) is over


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("for epoch in range(9):\n    use(1)", Iterates.EPOCHS),
        ("for i in tqdm(range(n_epochs)):\n    use(1)", Iterates.EPOCHS),
        ("while epoch < 9:\n    use(1)", Iterates.EPOCHS),
        ("while True:\n    use(1)", Iterates.STREAM),
        ("while a < b:\n    use(1)", Iterates.UNKNOWN),
        ("bar = tqdm(DataLoader(d))\nfor x in bar:\n    use(1)", Iterates.LOADER),
        ("with tqdm(DataLoader(d)) as bar:\n    for x in bar:\n        use(1)", Iterates.LOADER),
        ("def f(xs: list[str]):\n    for x in xs:\n        use(1)", Iterates.ITEMS),
        ("import sys\nfor line in sys.stdin:\n    use(1)", Iterates.STREAM),
        ("for batch in batches:\n    use(1)", Iterates.CHUNKS),
        ("def f(train_loader):\n    for x, y in train_loader:\n        use(1)", Iterates.LOADER),
    ],
)
def test_loops_tell_by_their_form_what_they_go_over(code: str, over: Iterates) -> None:
    facts = facts_of(IMPORTS + code)

    assert facts.iterates(loop_of(facts)) is over


@pytest.mark.parametrize(
    ("code", "often"),
    [
        ("use(1)", Often.ONCE),
        ("for x in DataLoader(d):\n    use(1)", Often.PER_BATCH),
        ("for epoch in range(3):\n    use(1)", Often.PER_EPOCH),
        ("for epoch in range(3):\n    for x in DataLoader(d):\n        use(1)", Often.PER_BATCH),
        ("for r in pd.read_csv('x').itertuples():\n    use(1)", Often.PER_ITEM),
        ("for x in something:\n    use(1)", Often.UNKNOWN),
        ("def f():\n    use(1)", Often.UNKNOWN),
    ],
)
def test_how_often_a_place_runs(code: str, often: Often) -> None:
    facts = facts_of(IMPORTS + code)

    assert facts.often(find(facts, "use(1)")) is often


@pytest.mark.parametrize(
    ("body", "depends"),
    [
        ("use(x)", True),
        ("y = f(x)\n    use(y)", True),
        ("y = f(1)\n    use(y)", False),
        ("use(z.x)", False),
        ("use(f(x=1))", False),
        ("use([x for x in z])", False),
    ],
)
def test_an_expression_depends_on_what_the_loop_hands_out(body: str, depends: bool) -> None:
    facts = facts_of(f"for x in xs:\n    {body}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")

    assert facts.depends(call.args[0].value, loop_of(facts)) is depends


@pytest.mark.parametrize(
    ("body", "invariant"),
    [
        ("use(k)", True),
        ("use(f(k, 1))", True),
        ("use(x)", False),
        ("k.append(1)\n    use(k)", False),
        ("k.a.append(1)\n    use(k.a)", False),
        ("k[0] = 1\n    use(k)", False),
        ("k.a = 1\n    use(k.a)", False),
        ("k.a += 1\n    use(k.a)", False),
        ("k.a, b = 1, 2\n    use(k.a)", False),
        ("k.add_(1)\n    use(k)", False),
        ("k += 1\n    use(k)", False),
        ("y = 1\n    use(y)", False),
        ("use(torch.randn(3))", False),
        ("use(next(k))", False),
        ("use(input())", False),
        ("use(k.pop())", False),
        ("use((y := k))", False),
    ],
)
def test_an_expression_is_invariant_unless_something_in_it_may_change(body: str, invariant: bool) -> None:
    facts = facts_of(f"import torch\nk = make()\nfor x in xs:\n    {body}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")

    assert facts.invariant(call.args[0].value, loop_of(facts)) is invariant


@pytest.mark.parametrize(
    ("body", "carried"),
    [
        ("use(h)\n    h = f(x)", True),
        ("h = f(x)\n    use(h)", False),
        ("use(x)", False),
        ("h += f(x)\n    use(h)", True),
        ("y = h\n    h = f(x)\n    use(y)", True),
        ("use(h)\n    h.append(x)", True),
        ("h[0] = x\n    use(h)", True),
        ("use(h)", False),
        ("if a:\n        h = f(x)\n    use(h)", False),
    ],
)
def test_an_expression_is_carried_where_it_sees_an_earlier_round(body: str, carried: bool) -> None:
    facts = facts_of(f"h = 0\nfor x in xs:\n    {body}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")

    assert facts.carried(call.args[0].value, loop_of(facts)) is carried


def test_the_iterable_stands_behind_counters_and_progress_bars() -> None:
    facts = facts_of(f"{IMPORTS}for i, x in enumerate(tqdm(xs)):\n    use(x)\n")

    assert facts.iterable(loop_of(facts)) is find(facts, "xs")


def test_a_while_loop_has_no_iterable_and_binds_nothing() -> None:
    facts = facts_of("while a:\n    use(1)\n")

    assert facts.iterable(loop_of(facts)) is None
    assert facts.target_names(loop_of(facts)) == frozenset()


def test_the_target_names_are_all_that_a_round_binds() -> None:
    facts = facts_of("for i, (a, b) in xs:\n    use(1)\n")

    assert facts.target_names(loop_of(facts)) == {"i", "a", "b"}
    assert find_last(facts, "xs") is facts.iterable(loop_of(facts))
