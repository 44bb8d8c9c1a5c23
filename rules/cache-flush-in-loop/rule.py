"""Memory that is cleared out in every step of a loop.

`gc.collect()` goes through all objects of the program, of which a program that has imported its libraries has
hundreds of thousands: that takes longer than a step of a small network, and what the step has left behind is
freed without it, as soon as the last name for it is gone. `empty_cache()` waits for the accelerator and gives
its memory back to the driver, from which the next step asks for it again.

Leave it when memory runs out without it, as where the shapes of the batches differ so much that the memory
breaks into pieces.

The fix is unsafe: the numbers stay the same, but a program that keeps hold of its old batches, or fills its
accelerator to the brim, may run out of memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Iterates

COLLECT = "gc.collect"

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"empty_cache", "collect"}),
)


@rule.on(cst.Call)
def clears_in_every_step(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not isinstance(facts.parent(call), cst.Expr) or not (clears(call, facts) or is_helper(call, facts)):
        return
    loop, whole = facts.loop(call), statement(call, facts)
    if not isinstance(loop, (cst.For, cst.While)) or not facts.every_round(whole, loop):
        return
    if facts.is_trial or is_about_memory(facts) or not is_step(loop, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` {effect(call, facts)} in every step",
        fix=Fix.unsafe("Leave the memory to the libraries", facts.remove_statement(whole)),
    )


def effect(call: cst.Call, facts: Facts) -> str:
    if facts.in_set("cache-flushes", call.func):
        return "gives back memory that the next step asks for again,"
    return "goes through all objects" if facts.calls(call, COLLECT) else "clears out memory"


def clears(call: cst.Call, facts: Facts) -> bool:
    return facts.calls(call, COLLECT) or facts.in_set("cache-flushes", call.func)


def is_helper(call: cst.Call, facts: Facts) -> bool:
    """Whether a call runs a function of this file that does nothing but clear out memory."""
    name = facts.last_name(call.func)
    functions = [one for one in facts.nodes(cst.FunctionDef) if one.name.value == name]
    if not any(only_clears(function, facts) for function in functions):
        return False
    function = facts.callee(call)  # the dearest of these questions comes last
    return isinstance(function, cst.FunctionDef) and function in functions and only_clears(function, facts)


def only_clears(function: cst.FunctionDef, facts: Facts) -> bool:
    done = [node for node in facts.within(function.body) if isinstance(node, cst.Call)]
    beside = [node for node in done if not clears(node, facts)]
    return len(beside) < len(done) and all(facts.in_set("beside-flushes", node.func) for node in beside)


def statement(call: cst.Call, facts: Facts) -> cst.BaseStatement:
    """The line of a call, or the `if torch.cuda.is_available():` that holds nothing else."""
    line = facts.statement(call)
    guard = next(iter(facts.branches(call)), None)
    if guard is None or guard.orelse is not None or not facts.in_set("asks-for-device", called(guard.test)):
        return line
    return guard if len(guard.body.body) == 1 else line


def called(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.func if isinstance(node, cst.Call) else node


def is_step(loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether each round of a loop is a step of a training, or one more pass of the same models."""
    inside = [node for node in facts.within(loop.body) if isinstance(node, cst.Call)]
    if any(makes_model(call, facts) for call in inside) or facts.iterates(loop) is Iterates.LITERAL:
        return False
    passes = [
        call for call in inside if facts.forward(call) is not None or call in facts.backwards(loop.body)
    ]
    return any(facts.loop(call) is loop for call in passes)


def makes_model(call: cst.Call, facts: Facts) -> bool:
    """Whether a call makes or loads a model: what it has left behind may fill the accelerator."""
    return facts.is_module(call) and facts.chain(call) == [call]


def is_about_memory(facts: Facts) -> bool:
    """Whether the file measures memory, or has taken the collection into its own hands."""
    return facts.file_calls("memory-measures") or facts.file_calls("collection-switches")
