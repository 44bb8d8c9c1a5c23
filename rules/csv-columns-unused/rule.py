"""Columns of a CSV file that are parsed and never used.

`pandas.read_csv` splits, converts and stores every column of a file. Of the columns that `usecols` leaves out
it looks for the ends only: no text becomes a number, and nothing is kept in memory.

Leave it when the file has hardly any other columns, or is small and read once.

The fix is unsafe: with `usecols` pandas no longer refuses a line with too many fields, and a column that is
missing is noticed by the reader, not by what asks for it. It is given where the reader is not told to count
columns, and where no row is taken as a whole, whose fields get one type that hangs on all columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from libcst import Assign, Attribute, BaseExpression, Call, CSTNode, Subscript

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Taken

rule = Rule(
    family="data",
    imports=frozenset({"pandas"}),
    words=frozenset({"read_csv", "read_table"}),
    devices=frozenset({"cpu"}),
)

MOST = 0.75  # of the columns: whoever uses as many as that saves next to nothing
PIECEMEAL = ("usecols", "chunksize", "iterator")


@rule.on(Call)
def columns_unused(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.in_set("csv-readers", call.func) or facts.is_trial or facts.glanced(call):
        return
    if any(facts.argument(call, name) is not ABSENT for name in PIECEMEAL) or not has_names(call, facts):
        return
    if facts.reparsed(call) is not None:  # the finding of csv-reparsed
        return
    taken = facts.taken(call)
    if taken is None or not taken.columns or not has_others(call, taken, facts) or is_cut(call, facts):
        return
    used = "one is" if len(taken.columns) == 1 else f"{len(taken.columns)} are"
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` parses every column of the file, of which only {used} used",
        fix=name_columns(call, taken, facts),
    )


def is_cut(call: Call, facts: Facts) -> bool:
    """Whether only the first rows are kept: `nrows` would save what `usecols` does, and more."""
    holder = facts.holder(call)
    reads = facts.reads(holder) if holder is not None else []
    return any(is_kept_head(facts.parent(read), facts) for read in reads)


def is_kept_head(node: CSTNode | None, facts: Facts) -> bool:
    """`table = table.head(1000)`, not a mere look at a table."""
    call = facts.parent(node) if isinstance(node, Attribute) and node.attr.value == "head" else None
    return isinstance(call, Call) and isinstance(facts.parent(call), Assign)


def has_names(call: Call, facts: Facts) -> bool:
    """Whether the columns have names: those of the first line, or those that the call gives."""
    header = facts.argument(call, "header")
    if facts.argument(call, "names") is not ABSENT:
        return given_names(call, facts) is not None
    return header is ABSENT or (isinstance(header, BaseExpression) and facts.value(header) in (0, "infer"))


def given_names(call: Call, facts: Facts) -> list[str] | None:
    names = facts.argument(call, "names")
    return facts.named_columns(names) if isinstance(names, BaseExpression) else None


def has_others(call: Call, taken: Taken, facts: Facts) -> bool:
    """Whether the file is known to have columns that are not used: they are named, or what is used is chosen
    from among them."""
    named = given_names(call, facts)
    if named is not None:
        return set(taken.columns) < set(named) and len(taken.columns) < MOST * len(named)
    if any(set(taken.columns) <= set(chosen) for chosen in taken.selected):
        return True
    # One column of a table that has no name, and whose index is not the only other one.
    parent = facts.parent(call)
    return isinstance(parent, (Subscript, Attribute)) and facts.argument(call, "index_col") is ABSENT


def name_columns(call: Call, taken: Taken, facts: Facts) -> Fix | None:
    columns = [*taken.columns]
    for name in ("index_col", "parse_dates"):
        given = facts.argument(call, name)
        if given is ABSENT:
            continue
        used = facts.named_columns(given) if isinstance(given, BaseExpression) else None
        if used is None:
            return None
        columns += [column for column in used if column not in columns]
    if taken.rowwise or facts.argument(call, "date_parser") is not ABSENT:
        return None
    listed = json.dumps(columns, ensure_ascii=False)
    return Fix.unsafe("Parse the columns that are used", facts.add_argument(call, f"usecols={listed}"))
