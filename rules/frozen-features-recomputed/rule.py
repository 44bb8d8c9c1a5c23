"""A frozen network that runs over the same data in every epoch.

A network that is not trained gives the same features for the same data. Where only a head on top of it
learns, the network below, by far the larger part of the work, runs again for every epoch to compute what the
first epoch has computed. With features that are computed once and kept the later epochs cost no more than
the head.

Leave it when the data are augmented anew in each epoch, or when the features of the whole data set fit
neither into memory nor onto the disk.

There is no fix: where the features are kept, and in which shape, is for the author to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import Arg, Attribute, BaseExpression, Call, CSTNode, For, Name

from smelllint import Rule, Smell
from smelllint.facts import Facts, Grad, Kind, Mention

rule = Rule(
    family="training",
    imports=frozenset({"torch", "transformers"}),
    words=frozenset({"no_grad", "inference_mode", "set_grad_enabled"}),
)

# Methods that hand on the same numbers.
MOVES = (
    "to",
    "cuda",
    "float",
    "half",
    "view",
    "reshape",
    "flatten",
    "squeeze",
    "unsqueeze",
    "items",
    "contiguous",
)
DRAWN = re.compile(r"random|augment|jitter|noise|mixup|erasing|crop_or|lambda", re.IGNORECASE)
# In a class of the file also what somebody else may have filled with random transforms.
HIDDEN = re.compile(r"random|augment|jitter|noise|mixup|transform", re.IGNORECASE)


@rule.on(Call)
def computed_every_epoch(call: Call, facts: Facts) -> Iterator[Smell]:
    batches = facts.loop(call)
    loader = facts.iterable(batches) if isinstance(batches, For) else None
    if not isinstance(batches, For) or loader is None or facts.branches(call):
        return
    if facts.kind(loader) is not Kind.DATALOADER or not facts.backwards(batches):
        return
    network = facts.forward(call)
    if network is None or facts.grad(call) is not Grad.OFF or not facts.epochs(Mention(batches.iter)):
        return
    if not all(is_handed_out(arg.value, batches, facts) for arg in call.args):
        return
    if is_settled(network, facts) and is_the_same(loader, facts):
        message = f"`{facts.text(call)}` computes the same features again in every epoch"
        yield Smell(at=call, message=message)


# -- the input ------------------------------------------------------------------------------------------


def is_handed_out(node: CSTNode, batches: For, facts: Facts) -> bool:
    """Whether an input is what the loader hands out, at most moved or in another shape."""
    return facts.depends(node, batches) and all(
        is_as_it_came(inner, batches, facts) for inner in facts.within(node)
    )


def is_as_it_came(node: CSTNode, batches: For, facts: Facts) -> bool:
    if isinstance(node, Call):
        return facts.method_call(node, *MOVES)
    if not isinstance(node, Name) or facts.places.is_label(node):
        return True
    made = [binding for binding in facts.bindings(node) if facts.inside(binding.node, batches.body)]
    return all(
        binding.how == "assign"
        and binding.value is not None
        and is_moved(binding.value, node, batches, facts)
        for binding in made
    )


def is_moved(value: CSTNode, node: Name, batches: For, facts: Facts) -> bool:
    """Whether a value is a part of the batch, moved: `x = x.to(device)`, `x = batch["x"].cuda()`."""
    calls = [inner for inner in facts.within(value) if isinstance(inner, Call)]
    if not all(facts.method_call(inner, *MOVES) for inner in calls):
        return False
    names = [inner for inner in facts.within(value) if isinstance(inner, Name) and inner.value != node.value]
    return all(facts.places.is_label(name) or is_as_it_came(name, batches, facts) for name in names)


# -- the network ----------------------------------------------------------------------------------------


def is_settled(network: BaseExpression, facts: Facts) -> bool:
    """Whether a network is switched to inference, and nothing that the file shows trains it or writes to
    it."""
    made = facts.origin(network)
    handed = (
        [mention.node for mention in facts.loader_mentions(facts.finished(made))] if made is not None else []
    )
    mentions = dict.fromkeys([*handed, *facts.uses(network)])
    if any(is_touched(mention, facts) for mention in mentions):
        return False
    switches = [switch for mention in mentions for switch in switches_of(mention, facts)]
    methods = {switch.func.attr.value for switch in switches if isinstance(switch.func, Attribute)}
    pretrained = made is not None and facts.method_call(made, "from_pretrained")
    return methods == {"eval"} or (pretrained and not methods)


def switches_of(mention: CSTNode, facts: Facts) -> list[Call]:
    """The `.eval()` and `.train()` calls on a network, also those chained to the call that makes it."""
    if isinstance(mention, Call):
        return [link for link in facts.chain(mention) if facts.method_call(link, "eval", "train")]
    return facts.switches(mention) if isinstance(mention, (Name, Attribute)) else []


def is_touched(mention: CSTNode, facts: Facts) -> bool:
    """Whether a network is given to an optimizer or to a function of unknown doings, or loads other weights
    while a loop runs."""
    parent = facts.parent(mention)
    if isinstance(parent, Arg):
        return facts.parameter_for(parent) is None
    if not isinstance(parent, Attribute) or parent.value is not mention:
        return False
    call = facts.parent(parent)
    if parent.attr.value in ("parameters", "named_parameters"):
        return isinstance(call, Call) and isinstance(facts.parent(call), Arg)
    return parent.attr.value == "load_state_dict" and bool(facts.loops(mention))


# -- the data -------------------------------------------------------------------------------------------


def is_the_same(loader: BaseExpression, facts: Facts) -> bool:
    """Whether a loader is known to hand out the same data in every epoch, in whatever order."""
    made = facts.origin(loader)
    if made is None or not facts.calls(made, "torch.utils.data.DataLoader"):
        return False
    if DRAWN.search(facts.text(made)):
        return False
    dataset = facts.argument(made, "dataset", 0)
    return isinstance(dataset, BaseExpression) and draws_nothing(dataset, facts)


def draws_nothing(dataset: BaseExpression, facts: Facts) -> bool:
    class_ = facts.class_of(dataset)
    if class_ is not None:
        return HIDDEN.search(facts.text(class_)) is None
    source = facts.origin(dataset)
    if source is None:
        return False
    if facts.calls(source, "torch.utils.data.TensorDataset"):
        return True
    if not (facts.name(source.func) or "").startswith("torchvision.datasets."):
        return False
    transforms = [arg.value for arg in source.args if arg.keyword and "transform" in arg.keyword.value]
    positional = [arg for arg in source.args[1:] if arg.keyword is None]
    return not positional and not any(DRAWN.search(facts.text(facts.resolve(given))) for given in transforms)
