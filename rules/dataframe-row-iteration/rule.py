"""Arithmetic done row by row on a table whose columns know it.

`iterrows`, `itertuples` and `apply(..., axis=1)` wrap each row in an object and run Python once per row: two
to three orders of magnitude more work than the same operator on whole columns, which runs once, in C.

Leave it when a row leaves the table (a request, a file, an object), when a row needs the row before, or when
the table has a handful of rows.

The fix is unsafe: whole columns keep their own types where a row gives all its fields one type, and a
division by zero gives infinity where a row of Python objects would raise. It is given for a lambda of
arithmetic and comparisons; loops, `and`, `or` and `if` have several twins over columns, and choosing is left
to a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Assign, Call, For, GeneratorExp, Lambda, ListComp, Return

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Rows

rule = Rule(
    family="data",
    imports=frozenset({"pandas"}),
    words=frozenset({"iterrows", "itertuples", "apply"}),
    devices=frozenset({"cpu"}),
    signs=(frozenset({"apply()", "iterrows()", "itertuples()"}),),
)


@rule.on(For, ListComp, GeneratorExp)
def row_loop(loop: For | ListComp | GeneratorExp, facts: Facts) -> Iterator[Smell]:
    rows = facts.rows(loop)
    if rows is None or facts.few(loop) or not facts.elementwise(rows):
        return
    taken = facts.text(rows.table)
    yield Smell(
        at=loop, message=f"rows of `{taken}` are taken one by one for what whole columns can do at once"
    )


@rule.on(Lambda)
def row_lambda(function: Lambda, facts: Facts) -> Iterator[Smell]:
    rows = facts.rows(function)
    if rows is None or not facts.elementwise(rows):
        return
    call = facts.mapped(function)
    assert call is not None
    message = f"`{facts.text(function.body)}` is computed row by row, yet whole columns can do it at once"
    yield Smell(at=call, message=message, fix=compute_on_columns(call, function, rows, facts))


def compute_on_columns(call: Call, function: Lambda, rows: Rows, facts: Facts) -> Fix | None:
    text = facts.over_columns(function.body, rows)
    if text is None:
        return None
    alone = isinstance(facts.parent(call), (Assign, Arg, Return))
    return Fix.unsafe("Compute on whole columns", facts.replace(call, text if alone else f"({text})"))
