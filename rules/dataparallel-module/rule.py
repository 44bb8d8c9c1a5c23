"""Training on several accelerators from one process.

`nn.DataParallel` copies the whole model to every accelerator in each step, splits the batch on the first one
and gathers all outputs there. One Python process drives them all, so that they take turns in waiting for it.
With one process for each, as `DistributedDataParallel` has it, every accelerator keeps its model and only the
gradients are exchanged, while the backward pass still runs.

Leave it when there is only one accelerator, where it does nothing, or when the program cannot be started as
several processes.

There is no fix: the program has to be started once for every accelerator (`torchrun`), each process has to
read its own part of the data, and what is printed or stored has to be left to one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, CSTNode

from smelllint import Rule, Smell
from smelllint.facts import Device, Facts

TRAINING = ("parameters", "named_parameters", "train", "zero_grad")

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"DataParallel"}),
    default=False,
    devices=frozenset({"cuda"}),
)


@rule.on(Call)
def copies_the_model_in_each_step(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "torch.nn.DataParallel") or is_alone(call, facts):
        return
    # Without a training it may be there for the names of the weights in a checkpoint.
    if facts.is_trial or knows_better(facts) or not is_trained(call, facts):
        return
    # A notebook is one process.
    if facts.source.path.endswith(".ipynb") or facts.runs_on() is Device.CPU:
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` copies the model to every accelerator in each step",
    )


def is_trained(call: Call, facts: Facts) -> bool:
    """Whether the model, or the one that it is a part of, is handed to a training of this file."""
    model = facts.holder(call)
    while model is not None:
        if any(trains(use, facts) for use in facts.uses(model)):
            return facts.file_trains
        model = model.value if isinstance(model, Attribute) else None
    return False


def trains(use: CSTNode, facts: Facts) -> bool:
    """`model.parameters()`, for an optimizer; `model.train()`."""
    method = facts.parent(use)
    return isinstance(method, Attribute) and method.value is use and method.attr.value in TRAINING


def is_alone(call: Call, facts: Facts) -> bool:
    """Whether it is told to use one device, or may have been."""
    given = facts.argument(call, "device_ids", 1)
    if not isinstance(given, BaseExpression):
        return False
    devices = facts.value(given)
    return isinstance(devices, list) and len(devices) < 2


def knows_better(facts: Facts) -> bool:
    """Whether the file can also train with one process for every accelerator."""
    return facts.file_calls("process-per-device")
