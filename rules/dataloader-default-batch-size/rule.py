"""A DataLoader that hands out one sample at a time because nobody told it otherwise.

The batch size of a `DataLoader` is one unless it is given. A network then pays the way from Python to every
one of its layers for a single sample, an accelerator is all but idle, and training steps the optimizer as
often as there are samples. A batch costs hardly more than a sample.

Leave it when the samples are whole batches already, or when single samples are what is studied.

There is no fix: which size fits depends on the memory and, for training, changes what is learnt.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, List

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Loop

rule = Rule(family="data", imports=frozenset({"torch"}), words=frozenset({"DataLoader"}))

# What says how many samples, or which, are put together.
TOLD = {"batch_size": 1, "sampler": 3, "batch_sampler": 4, "collate_fn": 6}
# Data sets whose samples are all of one size.
PICTURES = ("MNIST", "FashionMNIST", "KMNIST", "QMNIST", "EMNIST", "CIFAR10", "CIFAR100", "SVHN", "USPS")
FEW = 16


@rule.on(Call)
def one_sample_a_batch(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "torch.utils.data.DataLoader"):
        return
    if any(facts.argument(call, name, at) is not ABSENT for name, at in TOLD.items()):
        return
    dataset = facts.argument(call, "dataset", 0)
    if not isinstance(dataset, BaseExpression) or not fits_in_batches(dataset, facts):
        return
    loops = [facts.goes_over(mention.node) for mention in facts.loader_mentions(call)]
    if any(loop is not None and runs_a_network(loop, facts) for loop in loops):
        yield Smell(at=call, message=f"`{facts.text(call)}` hands a network one sample at a time")


def fits_in_batches(dataset: BaseExpression, facts: Facts) -> bool:
    """Whether a data set is known to hold many samples of one size."""
    made = facts.origin(dataset)
    if made is None:
        return False
    if facts.calls(made, *(f"torchvision.datasets.{name}" for name in PICTURES)):
        return True
    if not facts.calls(made, "torch.utils.data.TensorDataset"):
        return False
    return not any(is_short(arg.value, facts) for arg in made.args)


def is_short(tensor: BaseExpression, facts: Facts) -> bool:
    """Whether a tensor is known to have a few rows, or not to be seen at all."""
    made = facts.resolve(tensor)
    if not isinstance(made, Call) or not made.args:
        return False
    given = facts.resolve(made.args[0].value)
    rows = len(given.elements) if isinstance(given, List) else facts.value(given)
    return isinstance(rows, int) and rows <= FEW


def runs_a_network(loop: Loop, facts: Facts) -> bool:
    """Whether a network is run on what a loop hands out."""
    calls = [node for node in facts.within(loop) if isinstance(node, Call)]
    return any(
        facts.forward(call) is not None and any(facts.depends(arg.value, loop) for arg in call.args)
        for call in calls
    )
