"""A GPU that waits while the training itself decodes the next images.

Without `num_workers` a `DataLoader` prepares each batch in the program that trains: files are opened, images
decoded and transformed while the GPU does nothing and draws its idle power. Workers prepare the next batches
while the network runs on this one.

Leave it when the data are quick to prepare, when they are few, or when no cores are free for workers.

There is no fix: how many workers pay depends on the cores, the memory and the data.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="data",
    imports=frozenset({"torch"}),
    words=frozenset({"DataLoader"}),
    devices=frozenset({"cuda"}),
    default=False,
)


@rule.on(Call)
def prepared_in_between(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "torch.utils.data.DataLoader"):
        return
    dataset = facts.argument(call, "dataset", 0)
    if facts.argument(call, "num_workers", 5) is not ABSENT or not isinstance(dataset, BaseExpression):
        return
    if decodes(dataset, facts) and feeds_every_epoch(call, facts):
        message = f"`{facts.text(call)}` decodes files while the GPU waits for the batch"
        yield Smell(at=call, message=message)


def feeds_every_epoch(call: Call, facts: Facts) -> bool:
    """Whether an accelerator is fed from a loader in epoch after epoch."""
    mentions = facts.loader_mentions(call)
    loops = [(facts.goes_over(mention.node), mention) for mention in mentions]
    return any(loop is not None and facts.fed(loop) and facts.epochs(mention) for loop, mention in loops)


def decodes(dataset: BaseExpression, facts: Facts) -> bool:
    """Whether a data set opens and decodes a file for each of its items."""
    made = facts.origin(dataset)
    if made is not None and facts.in_set("decoding-datasets", made.func):
        return True
    class_ = facts.class_of(dataset)
    item = facts.names.method(class_, "__getitem__") if class_ is not None else None
    if class_ is None or item is None or facts.instance_kind(class_) is not Kind.DATASET:
        return False
    return any(isinstance(node, Call) and facts.in_set("decoders", node.func) for node in facts.within(item))
