"""Batches that go to a GPU from memory that is not pinned.

The GPU can fetch data by itself only from pinned memory. A batch that lies elsewhere is first copied to a
pinned buffer by the driver, while the program waits. With `pin_memory` the loader puts batches into pinned
memory in a thread beside the training, and `non_blocking=True` lets the copy to the GPU overlap with it.

Leave it when memory is short, when the batches are already on the GPU, or when copying them is a trifle
beside what the network does.

The fix is unsafe: batches of types of one's own are pinned only if they say how, and pinned memory is taken
from all other programs.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="data",
    imports=frozenset({"torch"}),
    words=frozenset({"DataLoader"}),
    devices=frozenset({"cuda"}),
    default=False,
)


@rule.on(Call)
def fetched_from_plain_memory(call: Call, facts: Facts) -> Iterator[Smell]:
    if (
        not facts.calls(call, "torch.utils.data.DataLoader")
        or facts.argument(call, "pin_memory", 7) is not ABSENT
    ):
        return
    if lies_on_gpu(call, facts):
        return
    loops = [facts.goes_over(mention.node) for mention in facts.loader_mentions(call)]
    moves = [move for loop in loops if loop is not None for move in facts.fed(loop)]
    if not moves:
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(moves[0])}` waits for a batch from memory that is not pinned",
        fix=pin(call, facts),
    )


def lies_on_gpu(call: Call, facts: Facts) -> bool:
    """Whether the data may be on the GPU before they are loaded, where nothing can be pinned."""
    dataset = facts.argument(call, "dataset", 0)
    if not isinstance(dataset, BaseExpression) or facts.argument(call, "collate_fn", 6) is not ABSENT:
        return True
    class_ = facts.class_of(dataset)
    if class_ is not None:
        return any(facts.method_call(node, "to", "cuda") for node in facts.within(class_))
    made = facts.origin(dataset)
    return made is not None and any(is_moved(arg.value, facts) for arg in made.args)


def is_moved(tensor: BaseExpression, facts: Facts) -> bool:
    """Whether a tensor is moved to the GPU where it stands, or anywhere under its name."""
    calls = [node for node in facts.within(tensor) if isinstance(node, Call)]
    methods = [facts.parent(use) for use in facts.uses(tensor)]
    calls += [
        call for method in methods if method is not None and isinstance(call := facts.parent(method), Call)
    ]
    return any(facts.to_accelerator(call) for call in calls)


def pin(call: Call, facts: Facts) -> Fix | None:
    """Where there is no GPU, pinning would only be warned of."""
    asked = facts.bound("torch.cuda.is_available", call)
    added = facts.add_argument(call, f"pin_memory={asked}()") if asked is not None else None
    return Fix.unsafe("Pin the batches where there is a GPU", added)
