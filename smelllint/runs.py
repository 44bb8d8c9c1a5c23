"""The order in which the cells of a notebook were run, where it is not the one that they stand in.

    Run                          a cell: its number, its execution count, its code
    doubt(runs, number, names)   what the counts say against reading a cell after those above it
    names_at(code, row)          the names that a statement reads

A notebook is read from the top, as it runs when somebody opens it anew. Its counts tell how it was run last.
They matter to a finding where a name that it reads comes from one cell by the one, from another by the other.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Run:
    """A cell that was run: `number` counts all cells from 1, `count` is its execution count."""

    number: int
    count: int
    code: str


def doubt(runs: Sequence[Run], number: int, names: Sequence[str]) -> str | None:
    """Why what a cell read may not be what the cells above it make; None where nothing speaks for that."""
    this = next((run for run in runs if run.number == number), None)
    if this is None or in_order(runs):
        return None
    return next(filter(None, (_contradiction(runs, this, name) for name in names)), None)


def in_order(runs: Sequence[Run]) -> bool:
    counts = [run.count for run in runs]
    return counts == sorted(counts)


def _contradiction(runs: Sequence[Run], this: Run, name: str) -> str | None:
    """Where a name comes from by the order of the runs, if that is not where it comes from by reading."""
    makers = [run for run in runs if name in made(run.code)]
    if this in makers:
        return None
    above = max((run for run in makers if run.number < this.number), key=lambda run: run.number, default=None)
    before = max((run for run in makers if run.count < this.count), key=lambda run: run.count, default=None)
    if above == before:
        return None
    if above is not None and above.count > this.count:
        return f"cell {above.number}, which makes `{name}`, was last run after this one"
    assert before is not None
    where = "below " if before.number > this.number else ""
    return f"`{name}` was last made by cell {before.number} {where}when this one was run"


@lru_cache(maxsize=256)
def made(code: str) -> frozenset[str]:
    """The names that a cell gives a value, imports not counted."""
    table = scope(code)
    symbols = table.get_symbols() if table else []
    return frozenset(one.get_name() for one in symbols if one.is_assigned() and not one.is_imported())


def names_at(code: str, row: int) -> list[str]:
    """The notebook's names that the statement on a row (from 1) of a cell reads, in the order of its text."""
    return list(dict.fromkeys(_read(code, row)))


def _read(code: str, row: int) -> Iterator[str]:
    for statement in ast.parse(code).body:
        if statement.lineno <= row <= (statement.end_lineno or row):
            asked = frozenset(_asked(scope(ast.unparse(statement))))
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and node.id in asked:
                    yield node.id


def _asked(table: symtable.SymbolTable | None) -> Iterator[str]:
    """What a scope and those in it ask of the outermost one."""
    if table is None:
        return
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (outermost or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _asked(inner)


def scope(code: str) -> symtable.SymbolTable | None:
    """The names of code that parses; None where Python would refuse how it uses them."""
    try:
        return symtable.symtable(code, "cell", "exec")
    except SyntaxError:
        return None
