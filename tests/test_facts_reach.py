"""Reach: the file's own call graph."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts
from tests.facts_helpers import facts_of, find_call, function

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, size=3):
        self.size = size

    def forward(self, x):
        return self.helper(x)

    def helper(self, y):
        return y

    @staticmethod
    def plain(z):
        return z

def run(net, x, flag=None):
    return net(x)
"""


@pytest.mark.parametrize(
    ("code", "call", "name"),
    [
        ("run(1, 2)", "run(1, 2)", "run"),
        ("Net()(1)", "Net()(1)", "forward"),
        ("n = Net()\nn(1)", "n(1)", "forward"),
        ("n = Net().eval()\nn(1)", "n(1)", "forward"),
        ("n = Net()\nn.helper(1)", "n.helper(1)", "helper"),
        ("Net.plain(1)", "Net.plain(1)", "plain"),
        ("", "self.helper(x)", "helper"),
        ("def make():\n    return Net()\nm = make()\nm.helper(1)", "m.helper(1)", "helper"),
    ],
)
def test_a_call_runs_a_function_of_the_file(code: str, call: str, name: str) -> None:
    facts = facts_of(NET + code)

    assert facts.callee(find_call(facts, call)) is function(facts, name)


@pytest.mark.parametrize("call", ["elsewhere(1)", "unknown.helper(1)", "print(1)", "x[0](1)"])
def test_what_runs_elsewhere_is_not_known(call: str) -> None:
    facts = facts_of(f"{NET}{call}\n")

    assert facts.callee(find_call(facts, call)) is None


def callers(facts: Facts, name: str) -> list[str]:
    return [facts.text(call) for call in facts.callers(function(facts, name))]


def test_callers_are_the_calls_that_run_a_function() -> None:
    facts = facts_of(NET + "n = Net(7)\nn(1)\nn.helper(2)\nrun(n, 3)\nunknown.helper(4)\n")

    assert callers(facts, "run") == ["run(n, 3)"]
    assert callers(facts, "helper") == ["self.helper(x)", "n.helper(2)"]
    assert callers(facts, "forward") == ["net(x)", "n(1)"]
    assert callers(facts, "__init__") == ["Net(7)"]
    assert callers(facts, "plain") == []


@pytest.mark.parametrize(
    ("code", "name", "places"),
    [
        ("run(1, 2)", "run", []),
        ("map(run, xs)", "run", ["run"]),
        ("fast = torch.compile(run)", "run", ["run"]),
        ("unknown.helper(1)", "helper", ["unknown.helper(1)"]),
        ("Net().helper(1)", "helper", []),
        ("map(Net.helper, xs)", "helper", ["Net.helper"]),
        ("unknown.helper = 1", "helper", []),
    ],
)
def test_a_function_may_run_unseen(code: str, name: str, places: list[str]) -> None:
    """Where it is mentioned as a value, or where its name is called on who knows what."""
    facts = facts_of(f"{NET}{code}\n")

    assert [facts.text(place) for place in facts.reach.unseen(function(facts, name))] == places


def test_returns_leave_out_bare_ones_and_those_of_inner_functions() -> None:
    facts = facts_of("def f():\n    def g():\n        return 1\n    if a:\n        return\n    return 2\n")

    assert [facts.text(value) for value in facts.returns(function(facts, "f"))] == ["2"]


@pytest.mark.parametrize(
    ("calls", "param", "passed"),
    [
        ("run(a, b)", "x", ["b"]),
        ("run(a, x=b)", "x", ["b"]),
        ("run(a, b)\nrun(a, c)", "x", ["b", "c"]),
        ("run(a, b)", "flag", ["None"]),
        ("run(a, *rest)", "x", []),
        ("run(a, **rest)", "x", []),
        ("run(a, b)\nrun(*rest)", "x", []),
        ("", "x", []),
    ],
)
def test_what_the_calls_pass_for_a_parameter(calls: str, param: str, passed: list[str]) -> None:
    """Defaults count as passed; one call that cannot be told makes all unknown."""
    facts = facts_of(f"{NET}{calls}\n")
    node = next(p for p in function(facts, "run").params.params if p.name.value == param)

    assert [facts.text(value) for value in facts.passed(node)] == passed


@pytest.mark.parametrize(
    ("calls", "name", "param", "passed"),
    [
        ("Net().helper(a)", "helper", "y", ["x", "a"]),
        ("Net.helper(n, a)", "helper", "y", ["x", "a"]),
        ("Net.plain(a)", "plain", "z", ["a"]),
        ("Net(a)", "__init__", "size", ["a"]),
        ("Net()", "__init__", "size", ["3"]),
    ],
)
def test_methods_fill_their_first_parameter_themselves(
    calls: str, name: str, param: str, passed: list[str]
) -> None:
    facts = facts_of(f"{NET}{calls}\n")
    node = next(p for p in function(facts, name).params.params if p.name.value == param)

    assert [facts.text(value) for value in facts.passed(node)] == passed


def test_a_lambda_is_passed_nothing_that_is_known() -> None:
    facts = facts_of("f = lambda x: x\nf(1)\n")

    assert facts.passed(facts.nodes(cst.Param)[0]) == []
