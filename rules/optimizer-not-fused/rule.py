"""Adam over large embeddings that goes through the weights a dozen times a step.

Adam computes two moving averages, a root, a quotient and a sum for every weight, and does so for each row of
an embedding, also for those that no batch has touched. By default PyTorch runs one operation after another,
each of which reads and writes all the weights. With `fused=True` one pass does it all. For a network that is
mostly embeddings the optimizer takes the larger part of a step.

Leave it when PyTorch is older than 2.4, or when a framework around the optimizer takes no fused one.

The fix is unsafe: fused arithmetic rounds the last digits differently.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, ClassDef, CSTNode, Name

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"Embedding"}),
)

OPTIMIZERS = ("torch.optim.Adam", "torch.optim.AdamW")
WAYS = ("fused", "foreach", "capturable", "differentiable")
# Frameworks that choose the device themselves, or look into the optimizer; devices that lack the step.
FRAMEWORKS = frozenset(
    {
        *("accelerate", "lightning", "pytorch_lightning", "ignite", "skorch", "deepspeed", "horovod"),
        *("torch_xla", "torch_directml", "intel_extension_for_pytorch", "opacus", "ray"),
        "torchtext",  # ends with PyTorch 2.3
    }
)
# Who says one of these may leave rows, or whole embeddings, out of a step.
SPARES = ("sparse", "requires_grad_", "freeze")
EMBEDDINGS = ("torch.nn.Embedding", "torch.nn.EmbeddingBag")
# From here on the weights are worth a pass less.
ROWS, WIDTH = 2000, 16


@rule.on(Call)
def steps_by_operation(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, *OPTIMIZERS) or any(facts.argument(call, way) is not ABSENT for way in WAYS):
        return
    if facts.is_trial or is_bound(facts) or facts.at_least("torch", 2, 4) is False:
        return
    params = facts.argument(call, "params", 0)
    model = facts.receiver(params, "parameters") if isinstance(params, Call) else None
    stepped = any(done.method == "step" for done in facts.handled(call))
    if model is None or not stepped or is_moved_later(model, call, facts):
        return
    if not has_large_embedding(model, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` steps through the embeddings one operation after another",
        fix=Fix.unsafe("Fuse the step: `fused=True`", facts.add_argument(call, "fused=True")),
    )


def is_bound(facts: Facts) -> bool:
    """Whether a framework takes the optimizer over, or gradients may leave out rows."""
    if facts.imports & FRAMEWORKS:
        return True
    if any(word in name.value.lower() for name in facts.nodes(Name) for word in SPARES):
        return True
    switches = [node for node in facts.nodes(Attribute) if node.attr.value == "requires_grad"]
    return any(facts.stored(switch) for switch in switches)


def is_moved_later(model: BaseExpression, call: Call, facts: Facts) -> bool:
    """Whether a model goes to its device only after the optimizer has seen its weights."""
    moves = (facts.parent(use) for use in facts.uses(model) if facts.order(use) > facts.order(call))
    return any(isinstance(move, Attribute) and move.attr.value in ("to", "cuda") for move in moves)


def has_large_embedding(model: BaseExpression, facts: Facts) -> bool:
    """Whether the class of a model, or that of one of its parts, holds an embedding that is not known to be
    small."""
    waiting, seen = [facts.class_of(model)], set[CSTNode]()
    while waiting:
        class_ = waiting.pop()
        if not isinstance(class_, ClassDef) or class_ in seen:
            continue
        seen.add(class_)
        calls = [node for node in facts.within(class_) if isinstance(node, Call)]
        if any(is_large_embedding(call, facts) for call in calls):
            return True
        parts = [facts.definition(call.func) for call in calls]
        waiting += [part for part in parts if isinstance(part, ClassDef)]
    return False


def is_large_embedding(call: Call, facts: Facts) -> bool:
    if not facts.calls(call, *EMBEDDINGS):
        return False
    given = (facts.argument(call, "num_embeddings", 0), facts.argument(call, "embedding_dim", 1))
    rows, width = (facts.usual(size) if isinstance(size, BaseExpression) else None for size in given)
    return not (isinstance(rows, int) and rows < ROWS) and not (isinstance(width, int) and width < WIDTH)
