"""A CSV file parsed by the engine that is written in Python.

`engine="python"` looks at every character in an interpreter; the default engine does the same in C, five to
ten times as fast. Only a separator that is a pattern, a footer to skip and a function for bad lines need the
slow one, and pandas falls back to it by itself where it has to.

Leave it when the file is malformed and only this engine gets through it.

The fix is unsafe: the engines may differ in the last digit of a number and in what they make of a line that
is not as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, ExceptHandler

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="data",
    imports=frozenset({"pandas"}),
    words=frozenset({"python"}),
    devices=frozenset({"cpu"}),
    signs=(frozenset({"'python'"}),),
)

# What only this engine can do, or what says that the file is not as it should be.
ITS_OWN = ("skipfooter", "on_bad_lines", "error_bad_lines", "warn_bad_lines", "encoding_errors", "dialect")
SPACES = r"\s+"


@rule.on(Call)
def python_engine(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.in_set("csv-readers", call.func) or facts.is_trial or facts.glanced(call):
        return
    engine = facts.argument(call, "engine")
    if not isinstance(engine, BaseExpression) or facts.value(engine) != "python":
        return
    if any(facts.argument(call, name) is not ABSENT for name in ITS_OWN) or not is_plain(call, facts):
        return
    if any(isinstance(outer, ExceptHandler) for outer in facts.ancestors(call)):  # the fast one has failed
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(facts.parent(engine) or call)}` parses in Python what C parses by default",
        fix=Fix.unsafe("Parse with the default engine", facts.drop_argument(call, "engine")),
    )


def is_plain(call: Call, facts: Facts) -> bool:
    """Whether the fields are known to be parted by one character, or by white space."""
    for name, place in (("sep", 1), ("delimiter", 2)):
        given = facts.argument(call, name, place)
        if given is ABSENT:
            continue
        text = facts.value(given) if isinstance(given, BaseExpression) else None
        if not isinstance(text, str) or not (text == SPACES or (len(text) == 1 and text.isascii())):
            return False
    return True
