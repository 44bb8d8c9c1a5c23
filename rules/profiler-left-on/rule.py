"""A profiler whose records nobody reads.

A profiler is called at the beginning and the end of every operation, or of every Python call, and keeps a
record of each in memory. Over a whole training these are millions. They show only where somebody asks for
them: a table, an exported trace, a handler that is told when a trace is ready.

Leave it when something that this file does not show reads the records.

There is no fix: whether the profiler goes, or the table that was once printed comes back, is the author's to
say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, Call, CSTNode, Name, With, WithItem

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"profile(", "Profile("}),
)

PROFILERS = ("torch.profiler.profile", "torch.autograd.profiler.profile", "cProfile.Profile")
# What a profiler is told while it records.
ORDERS = frozenset({"start", "stop", "step", "enable", "disable", "clear", "__enter__", "__exit__"})
# Arguments with which it hands its records on, or may record little or nothing.
HANDS_ON = ("on_trace_ready", "schedule", "execution_trace_observer", "custom_trace_id_callback")


@rule.on(Call)
def records_for_nobody(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, *PROFILERS) or facts.argument(call, "enabled", 0) is not ABSENT:
        return
    if any(facts.argument(call, name) is not ABSENT for name in HANDS_ON):
        return
    if facts.is_trial or facts.branches(call) or is_read(call, facts) or not trains(call, facts):
        return
    yield Smell(at=call, message=f"nobody reads what `{facts.text(call.func)}` records of the training")


def is_read(call: Call, facts: Facts) -> bool:
    """Whether the profiler is used for more than to record, or is handed to somebody."""
    item = facts.parent(call)
    if isinstance(item, WithItem):
        holder = item.asname.name if item.asname is not None else None
        return holder is not None and not (isinstance(holder, Name) and is_ordered(holder, facts))
    variable = facts.holder(call)
    return not isinstance(variable, Name) or not is_ordered(variable, facts)


def is_ordered(holder: Name, facts: Facts) -> bool:
    """Whether a variable that holds a profiler is only told to record: `prof.step()`."""
    return all(
        isinstance(order := facts.parent(use), Attribute) and order.attr.value in ORDERS
        for use in facts.reads(holder)
    )


def trains(call: Call, facts: Facts) -> bool:
    """Whether a training runs while it records: in its `with` block, or in the function that starts it."""
    with_ = next((node for node in facts.ancestors(call) if isinstance(node, With)), None)
    if isinstance(facts.parent(call), WithItem) and with_ is not None:
        return facts.trains(with_.body)
    around: CSTNode = facts.function(call) or facts.tree.module
    return facts.trains(around)
