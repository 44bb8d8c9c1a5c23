"""Values: what an argument is, and what an expression is known to evaluate to. Absent is not unknown."""

from __future__ import annotations

import gc
from typing import Any

import libcst as cst
import pytest

from smelllint.facts import ABSENT, UNKNOWN
from tests.facts_helpers import facts_of, find_last


def argument_of(code: str, name: str = "k", at: int | None = None) -> Any:
    """The text of an argument of the last call of `f`, or how it is missing."""
    facts = facts_of(code)
    call = next(c for c in reversed(facts.nodes(cst.Call)) if facts.text(c.func) == "f")
    found = facts.argument(call, name, at)
    return facts.text(found) if isinstance(found, cst.BaseExpression) else found


@pytest.mark.parametrize(
    ("code", "at", "given"),
    [
        ("f(k=1)", None, "1"),
        ("f(1)", 0, "1"),
        ("f(0, 1)", 1, "1"),
        ("f(1)", None, ABSENT),
        ("f()", 0, ABSENT),
        ("f(a=1)", 0, ABSENT),
        ("f(*xs)", 0, UNKNOWN),
        ("f(*xs)", None, ABSENT),
        ("f(*xs, k=1)", 0, "1"),
        ("f(1, *xs)", 0, "1"),
        ("f(**options)", None, UNKNOWN),
        ("f(**{'k': 1})", None, "1"),
        ("f(**{'a': 1})", None, ABSENT),
        ("f(**{**options})", None, UNKNOWN),
        ("f(**{**options, 'k': 1})", None, "1"),
        ("f(**{name: 1})", None, UNKNOWN),
        ("options = {'k': 1}\nf(**options)", None, "1"),
        ("options = {'a': 1}\nf(**options)", None, ABSENT),
        ("options = dict(k=1)\nf(**options)", None, "1"),
        ("options = dict(a=1)\nf(**options)", None, ABSENT),
        ("options = dict(pairs)\nf(**options)", None, UNKNOWN),
        ("options = {}\noptions['k'] = 1\nf(**options)", None, UNKNOWN),
        ("options = dict()\noptions.update(k=1)\nf(**options)", None, UNKNOWN),
        ("options = {}\nfill(options)\nf(**options)", None, UNKNOWN),
        ("options = {}\nif a:\n    options = {'k': 1}\nf(**options)", None, UNKNOWN),
        ("def g(**options):\n    f(**options)", None, UNKNOWN),
        ("f(k=1, **options)", None, "1"),
    ],
)
def test_an_argument_is_given_absent_or_unknown(code: str, at: int | None, given: object) -> None:
    assert argument_of(code, at=at) == given


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1", 1),
        ("1.5", 1.5),
        ("-1", -1),
        ("'a' 'b'", "ab"),
        ("True", True),
        ("not True", False),
        ("None", None),
        ("2 * 3 + 1", 7),
        ("7 // 2", 3),
        ("[1, 'a']", [1, "a"]),
        ("(1, 2)", [1, 2]),
        ("1 / 0", UNKNOWN),
        ("'a' + 'b'", UNKNOWN),
        ("f'{a}'", UNKNOWN),
        ("[1, x]", UNKNOWN),
        ("[*x, 1]", UNKNOWN),
        ("not x", UNKNOWN),
        ("f()", UNKNOWN),
        ("x", UNKNOWN),
    ],
)
def test_literals_and_simple_arithmetic_have_values(code: str, value: object) -> None:
    facts = facts_of(f"use({code})\n")
    argument = facts.nodes(cst.Call)[0].args[0].value

    assert facts.value(argument) == value


def test_the_values_of_many_literals_leave_no_garbage() -> None:
    facts = facts_of(f"use({[*range(1_000), 1.5, 'a']})\n")
    gc.collect()

    facts.value(facts.nodes(cst.Call)[0].args[0].value)

    assert gc.collect() < 100


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("N = 4\nuse(N)", 4),
        ("N = 4\nM = N * 2\ndef f():\n    use(M)", 8),
        ("N: int = 4\nuse(N)", 4),
        ("a, N = 1, 4\nuse(N)", 4),
        ("class C:\n    N = 4\nuse(C.N)", 4),
        ("class C:\n    N = 4\n    def f(self):\n        use(self.N)", 4),
        ("class C:\n    def __init__(self):\n        self.N = 4\n    def f(self):\n        use(self.N)", 4),
        ("N = 4\nN = 5\nuse(N)", 5),
        ("N = 4\nif a:\n    N = 5\nuse(N)", UNKNOWN),
        ("N = 4\nN += 1\nuse(N)", UNKNOWN),
        ("def f(N=4):\n    use(N)", UNKNOWN),
        ("for N in x:\n    use(N)", UNKNOWN),
        ("N, M = x\nuse(N)", UNKNOWN),
        ("N = N\nuse(N)", UNKNOWN),
        ("use(args.N)", UNKNOWN),
    ],
)
def test_constants_of_the_file_have_values(code: str, value: object) -> None:
    facts = facts_of(code)
    call = next(c for c in facts.nodes(cst.Call) if facts.text(c.func) == "use")

    assert facts.value(call.args[0].value) == value


def test_resolve_gives_the_expression_behind_a_variable_or_the_variable_itself() -> None:
    facts = facts_of("a = make()\nb = a\nuse(b, c)\n")

    assert facts.text(facts.resolve(find_last(facts, "b"))) == "make()"
    assert facts.resolve(find_last(facts, "c")) is find_last(facts, "c")
