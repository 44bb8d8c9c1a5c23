"""The search for anomalies left on for a whole training.

With anomaly detection on, PyTorch writes down the Python stack of every operation of the forward pass, and
looks through all gradients for NaN after every operation of the backward pass. It is made to find one error
once; every step pays for it.

Leave it when the training is the search for such an error.

The fix is unsafe: a NaN no longer stops the training where it first shows. It switches the search off and
keeps the line, for the next time.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, Call, CSTNode, Expr, FunctionDef, If, Name, With, WithItem

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="training",
    imports=frozenset({"torch", "lightning", "pytorch_lightning"}),
    words=frozenset({"detect_anomaly"}),
)

SWITCH, SEARCH = "torch.autograd.set_detect_anomaly", "torch.autograd.detect_anomaly"
MAX_CALLS = 6


@rule.on(Call)
def searches_all_the_time(call: Call, facts: Facts) -> Iterator[Smell]:
    if not (is_switched_on(call, facts) or is_asked_of_trainer(call, facts)):
        return
    if facts.is_trial or is_switched_off_again(facts) or not always_runs(call, facts, MAX_CALLS):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` is told to look for an anomaly in every step",
        fix=Fix.unsafe("Switch the search off", switch_off(call, facts)),
    )


def is_switched_on(call: Call, facts: Facts) -> bool:
    """Whether a call switches the search on from here on, or for the training inside a `with`."""
    parent = facts.parent(call)
    if not facts.calls(call, SWITCH, SEARCH) or not isinstance(parent, (Expr, WithItem)):
        return False
    if facts.calls(call, SWITCH) and not is_true(facts.argument(call, "mode", 0)):
        return False
    with_ = facts.parent(parent)
    return facts.trains(with_.body) if isinstance(with_, With) else facts.calls(call, SWITCH)


def is_asked_of_trainer(call: Call, facts: Facts) -> bool:
    made = facts.kind(call) is Kind.TRAINER and facts.calls(call, "lightning.Trainer")
    return made and is_true(facts.argument(call, "detect_anomaly"))


def is_true(node: object) -> bool:
    """Whether it is the literal True: a name stands for a switch that somebody turns."""
    return isinstance(node, Name) and node.value == "True"


def is_switched_off_again(facts: Facts) -> bool:
    """Whether the file also switches the search off, or on by a variable."""
    switches = [call for call in facts.nodes(Call) if facts.calls(call, SWITCH)]
    return not all(is_true(facts.argument(call, "mode", 0)) for call in switches)


def always_runs(node: CSTNode, facts: Facts, calls: int) -> bool:
    """Whether a place runs under no condition: at the module's own level, where something is trained, or in
    a function that such a place calls."""
    if not all(is_main(branch) for branch in facts.branches(node)):
        return False
    function = facts.function(node)
    if function is None:
        return facts.class_(node) is None
    if not isinstance(function, FunctionDef):
        return False
    if facts.trains(facts.class_(function) or function):
        return True
    return calls > 0 and any(always_runs(call, facts, calls - 1) for call in facts.callers(function))


def is_main(branch: If) -> bool:
    """Whether it is the `if __name__ == "__main__":` of a script."""
    left = getattr(branch.test, "left", None)
    return isinstance(left, Name) and left.value == "__name__"


def switch_off(call: Call, facts: Facts) -> Edits | None:
    for name, place in (("detect_anomaly", None), ("mode", 0)):
        given = facts.argument(call, name, place)
        if isinstance(given, Name) and is_true(given):
            return facts.replace(given, "False")
    if not isinstance(call.func, Attribute) or facts.argument(call, "check_nan", 0) is not ABSENT:
        return None
    return facts.replace(call, f"{facts.text(call.func.value)}.set_detect_anomaly(False)")
