"""A CSV file that is parsed again, though it is known already.

To parse text is the dearest way to get at numbers: every character is looked at, every field converted. A
loop, a request handler or a second call that reads the same file with the same arguments pays for it again;
a table that is kept in memory, or in a cache such as `functools.cache`, is parsed once.

Leave it when something else writes the file in the meantime, or when the table is too large to keep.

There is no fix: where the table is kept, and whether what changes it needs a copy of its own, is for a person
to say. A file that many runs read is better kept as Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Why

rule = Rule(
    family="data",
    imports=frozenset({"pandas"}),
    words=frozenset({"read_csv", "read_table"}),
    devices=frozenset({"cpu"}),
)


@rule.on(Call)
def parsed_again(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.in_set("csv-readers", call.func) or facts.is_trial or facts.glanced(call):
        return
    if any(facts.argument(call, name) is not ABSENT for name in ("chunksize", "iterator")):
        return
    again = facts.reparsed(call)
    if again is None or again is Why.ITEM:  # the finding of dataset-io-in-getitem
        return
    if isinstance(again, Call) and facts.source.path.endswith(".ipynb"):  # cells that start afresh
        return
    path = facts.argument(call, "filepath_or_buffer", 0)
    if not isinstance(path, BaseExpression):
        return
    if again in (Why.REQUEST, Why.RERUN) and not isinstance(facts.value(path), str):  # one that was asked for
        return
    when = f"anew for every {again.value}" if isinstance(again, Why) else "again, though the table is there"
    yield Smell(at=call, message=f"`{facts.text(path)}` is parsed {when}")
