"""A data set whose rows go to the tokenizer one by one.

`map` calls its function once a row unless it is told `batched=True`. Each call pays for taking the row out of
the table, for the way into the Rust tokenizer and back, and for writing the row again; and a tokenizer that
is handed one text has nothing to spread over the cores. A batch pays all of it once for a thousand rows.

Leave it when a row must be worked on by itself, or is so large that a thousand do not fit into memory.

The fix is unsafe: a column whose rows are lists of texts would be read in another way. It is given for a
function that only hands columns to a tokenizer, and columns and encodings on: any other sees single values
where a batch brings lists, and has to be written anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, RowMapping

rule = Rule(
    family="data",
    imports=frozenset({"datasets"}),
    words=frozenset({".map"}),
    devices=frozenset({"cpu"}),
)


@rule.on(Call)
def one_row_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    mapping = facts.row_mapping(call)
    if mapping is None or mapping.batched is not False or is_small(mapping, facts):
        return
    tokenised = facts.tokenised(mapping)
    if tokenised is None or runs_a_network(mapping, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(tokenised)}` is given one row a call, where a batched map gives it a thousand",
        fix=hand_over_batches(mapping, facts),
    )


def is_small(mapping: RowMapping, facts: Facts) -> bool:
    """Whether there are few rows, or so many that they are streamed, perhaps for the first few alone."""
    made = facts.made_by(mapping.rows)
    streamed = any(facts.argument(call, "streaming") is not ABSENT for call in made)
    return streamed or facts.few_rows(mapping.rows)


def runs_a_network(mapping: RowMapping, facts: Facts) -> bool:
    """Whether a row takes so long that the tokenizer does not matter."""
    calls = [node for node in facts.within(mapping.function) if isinstance(node, Call)]
    return any(facts.forward(call) is not None or facts.method_call(call, "generate") for call in calls)


def hand_over_batches(mapping: RowMapping, facts: Facts) -> Fix | None:
    call = mapping.call
    if not facts.is_alike(mapping) or facts.argument(call, "drop_last_batch") is not ABSENT:
        return None
    given = facts.argument(call, "batched")
    told = facts.replace(given, "True") if isinstance(given, BaseExpression) else None
    return Fix.unsafe("Hand over the rows in batches", told or facts.add_argument(call, "batched=True"))
