"""A search in every step for layers that were left out, where none ever is.

With `find_unused_parameters=True` every process goes through the whole graph after each forward pass, to see
which parameters took no part, and with several processes they ask each other about it. A model whose forward
pass always runs all of its layers has none. It is reported only where the whole model is seen.

Leave it when the loss leaves out a part of the model, or when layers are frozen and thawed while it trains.

The fix is unsafe: should a parameter be without a gradient after all, the next step stops with an error that
says so. The order in which gradients are added up between the processes may change as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts

ARGUMENT = "find_unused_parameters"
WRAPPER = "torch.nn.parallel.DistributedDataParallel"
# What may keep a layer out of a step.
CHOICES = (
    *(cst.If, cst.IfExp, cst.While, cst.Try, cst.Match, cst.Break, cst.Continue, cst.BooleanOperation),
    *(cst.Lambda, cst.FunctionDef, cst.Subscript, cst.With),
)
SEVERAL = (cst.Tuple, cst.List, cst.Dict, cst.Yield)
# What lets no gradient through.
DETACHING = ("detach", "data", "item", "argmax", "argsort", "numpy", "long", "int", "bool")
MAX_DEPTH = 5

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"find_unused_parameters"}),
    default=False,
)


@rule.on(cst.Call)
def searches_for_nothing(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, WRAPPER) or not call.args or call.args[0].star or freezes(facts):
        return
    searched = facts.argument(call, ARGUMENT)
    if not isinstance(searched, cst.BaseExpression) or facts.value(searched) is not True:
        return
    if not runs_whole(call.args[0].value, facts, MAX_DEPTH):
        return
    yield Smell(
        at=call,
        message=f"`{ARGUMENT}=True` goes through the graph in every step, though every layer takes part",
        fix=Fix.unsafe("Do not search", facts.drop_argument(call, ARGUMENT)),
    )


def freezes(facts: Facts) -> bool:
    """Whether the file switches gradients of parameters on or off."""
    return any("requires_grad" in node.attr.value for node in facts.nodes(cst.Attribute))


def runs_whole(model: cst.BaseExpression, facts: Facts, depth: int) -> bool:
    """Whether every parameter of a module is known to take part in each of its forward passes."""
    if not depth:
        return False
    class_ = facts.class_of(model)
    if class_ is not None:
        return class_runs_whole(class_, facts, depth)
    made = facts.origin(model)
    if made is None or not facts.in_set("plain-layers", made.func):
        return False
    parts = [arg.value for arg in made.args] if facts.calls(made, "torch.nn.Sequential") else []
    return all(runs_whole(part, facts, depth - 1) for part in parts)


def class_runs_whole(class_: cst.ClassDef, facts: Facts, depth: int) -> bool:
    """Whether the forward pass of a class uses everything that its constructor makes, without any choice, and
    gives one tensor."""
    methods = {node.name.value: node for node in facts.within(class_) if isinstance(node, cst.FunctionDef)}
    if methods.keys() != {"__init__", "forward"} or facts.base_names(class_) != {"torch.nn.Module"}:
        return False
    if any(isinstance(node, CHOICES) for method in methods.values() for node in facts.within(method.body)):
        return False
    results = facts.returns(methods["forward"])
    if len(results) != 1 or any(isinstance(node, SEVERAL) for node in facts.within(results[0])):
        return False
    made = dict(attributes(methods["__init__"], facts))
    layers = {name: value for name, value in made.items() if not is_number(value, facts)}
    if None in made or not all(runs_whole(value, facts, depth - 1) for value in layers.values()):
        return False
    return layers.keys() <= set(running(results[0], facts))


def attributes(init: cst.FunctionDef, facts: Facts) -> Iterator[tuple[str | None, cst.BaseExpression]]:
    """What a constructor makes, by the name of its attribute; None where that is not plain."""
    for node in facts.within(init):
        if isinstance(node, cst.Assign):
            target = node.targets[0].target
            if isinstance(target, cst.Name) and len(node.targets) == 1:
                continue
            own = isinstance(target, cst.Attribute) and len(node.targets) == 1
            yield target.attr.value if own and isinstance(target, cst.Attribute) else None, node.value
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.For)):
            yield None, cst.Name("None")
        elif isinstance(node, cst.Call) and facts.method_call(node, "register_parameter", "add_module"):
            yield None, node


def is_number(value: cst.BaseExpression, facts: Facts) -> bool:
    """Whether an attribute is a plain value of the constructor, which has no parameters."""
    return isinstance(facts.value(value), (int, float, str))


def running(result: cst.BaseExpression, facts: Facts) -> Iterator[str]:
    """The layers that a result was computed with, by the names of their attributes; none behind what lets no
    gradient through."""
    waiting: list[cst.CSTNode] = [result]
    seen: set[cst.CSTNode] = set()
    while waiting:
        for node in facts.within(waiting.pop()):
            if isinstance(node, cst.Attribute) and node.attr.value in DETACHING:
                return
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                own = isinstance(node.func.value, cst.Name) and node.func.value.value == "self"
                yield from [node.func.attr.value] if own else []
            values = [binding.value for binding in facts.bindings(node)] if isinstance(node, cst.Name) else []
            fresh = [value for value in values if value is not None and value not in seen]
            waiting += fresh
            seen.update(fresh)
