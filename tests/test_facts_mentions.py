"""Mentions: which places read what one assignment gives."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts
from tests.facts_helpers import facts_of, find_call


def lines(facts: Facts, nodes: list[cst.CSTNode]) -> list[str]:
    return [facts.text(facts.statement(node)).strip() for node in nodes]


def test_readers_see_this_assignment_and_no_other() -> None:
    facts = facts_of("""
        x = make(1)
        first(x)
        x = make(2)
        second(x)
    """)

    assert lines(facts, facts.mentions(find_call(facts, "make(1)"))) == ["first(x)"]
    assert lines(facts, facts.mentions(find_call(facts, "make(2)"))) == ["second(x)"]


def test_an_expression_that_is_assigned_to_nothing_is_its_own_mention() -> None:
    facts = facts_of("first(make(1))")
    call = find_call(facts, "make(1)")

    assert facts.mentions(call) == [call]


def test_an_annotated_variable_is_followed_like_any_other() -> None:
    facts = facts_of("x: int = make(1)\nfirst(x)\n")

    assert lines(facts, facts.mentions(find_call(facts, "make(1)"))) == ["first(x)"]


def test_readers_know_the_round_before() -> None:
    facts = facts_of("""
        for item in items:
            first(x)
            x = make(1)
    """)

    assert lines(facts, facts.mentions(find_call(facts, "make(1)"))) == ["first(x)"]


def test_the_only_mention_is_the_one_that_reads() -> None:
    facts = facts_of("def f():\n    x = make(1)\n    return x.y\n")

    only = facts.only_mention(find_call(facts, "make(1)"))

    assert only is not None
    assert facts.text(facts.statement(only)).strip() == "return x.y"


@pytest.mark.parametrize(
    "code",
    [
        "x = make(1)\nfirst(x)\nsecond(x)\n",
        "x = make(1)\nif y:\n    x = 2\nfirst(x)\n",
        "x = make(1)\ndef f():\n    return x\n",
        "x = make(1)\n",
        "x.y = make(1)\nfirst(x.y)\n",
        "x, y = make(1)\nfirst(x)\n",
    ],
)
def test_there_is_no_only_mention_of_what_else_is_read_or_held(code: str) -> None:
    facts = facts_of(code)

    assert facts.only_mention(find_call(facts, "make(1)")) is None
