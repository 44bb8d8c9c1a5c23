"""Gradients of weights that no optimizer holds.

An optimizer that is given the head of a network alone leaves all other weights as they are. Yet as long as
these ask for gradients, every backward pass goes down through the whole network, computes a gradient as large
as each of its weights, and keeps all the activations that this takes. Frozen, the network below the head is
only run forward.

Leave it when something that this file does not show reads those gradients, or trains the rest later.

The fix is unsafe: the head learns the same, but whoever asks the other weights for their gradients, or clips
the gradients of the whole network together, finds only those of the head. It freezes the network just above
the optimizer. In a LightningModule and under DistributedDataParallel, where that would come too late, there
is no fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from libcst import (
    Add,
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    BinaryOperation,
    Call,
    ClassDef,
    CSTNode,
    Dict,
    FunctionDef,
    GeneratorExp,
    List,
    Name,
    SimpleString,
    Subscript,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Grad, Kind

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({".parameters()"}),
)

# What the networks of the model libraries call the layers on top.
HEADS = frozenset({"fc", "classifier", "head", "heads", "score", "lm_head", "qa_outputs", "last_linear"})
MODEL_ZOOS = ("torchvision.models.", "timm.", "transformers.")
# Who says one of these may have frozen the rest already, or wants its gradients.
FREEZES = ("freeze", "frozen", "requires_grad", "trainable")
STOPS = frozenset({"no_grad", "inference_mode", "set_grad_enabled", "detach"})
READS = frozenset(
    {"grad", "add_param_group", "register_hook", "register_full_backward_hook", "peft", "get_peft_model"}
)
LISTINGS = ("parameters", "named_parameters", "modules", "named_modules", "children", "named_children")
CONTAINERS = ("torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict")
CLIPS = ("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_value_")


@rule.on(Call)
def trains_the_head_alone(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.makes(call, Kind.OPTIMIZER) or optimizers(facts) != [call]:
        return
    trained = owners(facts.argument(call, "params", 0), facts)
    model = whole(trained, facts)
    if model is None or may_be_frozen(facts) or lists_parameters(call, facts) or goes_elsewhere(model, facts):
        return
    if not (has_more(model, trained, facts) and learns(call, model, facts)):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(model)}` is trained in part, yet the gradients of all of it are computed",
        fix=freeze_the_rest(call, model, trained, facts),
    )


def optimizers(facts: Facts) -> list[Call]:
    return [call for call in facts.nodes(Call) if facts.makes(call, Kind.OPTIMIZER)]


def owners(params: object, facts: Facts) -> list[BaseExpression]:
    """The modules whose parameters an optimizer is given; none where it may be given others too."""
    if not isinstance(params, BaseExpression):
        return []
    params = facts.resolve(params)
    owner = facts.receiver(params, "parameters")
    if owner is not None:
        return [owner] if isinstance(params, Call) and not params.args else []
    if isinstance(params, Dict):
        return owners(facts.entry(params, "params"), facts)
    if isinstance(params, BinaryOperation) and isinstance(params.operator, Add):
        return all_owners([params.left, params.right], facts)
    if isinstance(params, (List, Tuple)):
        return all_owners([element.value for element in params.elements], facts)
    if isinstance(params, Call) and facts.calls(params, "builtins.list", "itertools.chain"):
        return all_owners([arg.value for arg in params.args if not arg.star], facts)
    return []


def all_owners(parts: Iterable[BaseExpression], facts: Facts) -> list[BaseExpression]:
    found = [owners(part, facts) for part in parts]
    return [owner for part in found for owner in part] if all(found) else []


def whole(trained: list[BaseExpression], facts: Facts) -> BaseExpression | None:
    """The network of which all the trained modules are parts; None where there is no such one."""
    wholes = [layer.value for part in trained if (layer := attribute(part)) is not None]
    if not wholes or len(wholes) < len(trained) or not facts.is_module(wholes[0]):
        return None
    return wholes[0] if all(facts.same(one, wholes[0]) for one in wholes) else None


def attribute(part: BaseExpression) -> Attribute | None:
    """`model.fc` for itself and for a part of it: `model.fc[3]`. A wrapper's `.module` is no part."""
    while isinstance(part, Subscript):
        part = part.value
    return part if isinstance(part, Attribute) and part.attr.value != "module" else None


def may_be_frozen(facts: Facts) -> bool:
    """Whether the file speaks of freezing, or of the gradients of single weights."""
    spoken = [node.value for node in facts.nodes(Name)]
    quoted = [node.value for node in facts.nodes(SimpleString) if len(node.value) < 50]
    if any(word in name.lower() for name in (*spoken, *quoted) for word in FREEZES):
        return True
    return not READS.isdisjoint(spoken)


def lists_parameters(call: Call, facts: Facts) -> bool:
    """Whether the file goes through weights other than to hand them to this optimizer, to clip their
    gradients or to count them."""
    listings = [node for node in facts.nodes(Attribute) if node.attr.value in LISTINGS]
    params = facts.argument(call, "params", 0)
    given = facts.resolve(params) if isinstance(params, BaseExpression) else call
    return not all(
        facts.inside(listing, call) or facts.inside(listing, given) or is_bystander(listing, facts)
        for listing in listings
    )


def is_bystander(listing: Attribute, facts: Facts) -> bool:
    around = [node for node in facts.ancestors(listing) if isinstance(node, (Call, GeneratorExp))]
    if any(facts.calls(node, *CLIPS) for node in around):
        return True
    counted = next((node.elt for node in around if isinstance(node, GeneratorExp)), None)
    return counted is not None and facts.method_call(counted, "numel", "nelement")


def goes_elsewhere(model: BaseExpression, facts: Facts) -> bool:
    """Whether the network is given to a function that the file does not show, which might freeze it."""
    maker = facts.origin(model)
    for arg in facts.nodes(Arg):
        call = facts.parent(arg)
        if not isinstance(call, Call) or not isinstance(arg.value, (Name, Attribute)):
            continue
        if not (facts.same(arg.value, model) or (maker is not None and facts.origin(arg.value) is maker)):
            continue
        known = (facts.name(call.func) or "").partition(".")[0] in (*facts.libraries.tops, "builtins")
        if not known and facts.callee(call) is None and facts.appends_to(call) is None:
            return True
    return False


def has_more(model: BaseExpression, trained: list[BaseExpression], facts: Facts) -> bool:
    """Whether the network has weights besides those trained, on the way of the same forward pass."""
    names = {layer.attr.value for part in trained if (layer := attribute(part)) is not None}
    class_ = facts.class_of(model)
    if class_ is not None:
        return any(feeds(function, names, class_, facts) for function in methods(class_, facts))
    maker = facts.origin(model)
    made = facts.name(maker.func) if maker is not None else None
    return (made or "").startswith(MODEL_ZOOS) and all(
        name in HEADS or is_replaced(model, name, facts) for name in names
    )


def is_replaced(model: BaseExpression, layer: str, facts: Facts) -> bool:
    """Whether the file puts a layer of its own on the network: `model.last = nn.Linear(...)`."""
    targets = [assign.targets[0].target for assign in facts.nodes(Assign)]
    return any(
        isinstance(target, Attribute) and target.attr.value == layer and facts.same(target.value, model)
        for target in targets
    )


def methods(class_: ClassDef, facts: Facts) -> list[FunctionDef]:
    """The methods of a class in which gradients may flow; none where it cuts them off somewhere."""
    inside = facts.within(class_)
    if any(isinstance(node, Name) and node.value in STOPS for node in inside):
        return []
    return [node for node in inside if isinstance(node, FunctionDef) and facts.class_(node) is class_]


def feeds(function: FunctionDef, trained: set[str], class_: ClassDef, facts: Facts) -> bool:
    """Whether the output of other layers with weights is what the trained ones are run on."""
    heads = [call for call in layers(function, facts) if own_layer(call) in trained]
    return any(
        own_layer(call) not in trained and has_weights(call, facts)
        for head in heads
        for arg in head.args
        for call in made_of(arg.value, facts)
    )


def layers(node: CSTNode, facts: Facts) -> list[Call]:
    calls = [call for call in facts.within(node) if isinstance(call, Call)]
    return [call for call in calls if own_layer(call)]


def own_layer(call: Call) -> str:
    """The layer that `self.head(x)` runs; "" for any other call."""
    func = call.func
    own = isinstance(func, Attribute) and isinstance(func.value, Name) and func.value.value == "self"
    return func.attr.value if own and isinstance(func, Attribute) else ""


def made_of(node: CSTNode, facts: Facts) -> list[Call]:
    """The calls of own layers from whose results a value is made, through the variables of the function."""
    found: list[Call] = []
    waiting, seen = [node], {node}
    while waiting:
        for inner in facts.within(waiting.pop()):
            if isinstance(inner, Call) and own_layer(inner):
                found.append(inner)
            values = [b.value for b in facts.bindings(inner) if b.value] if isinstance(inner, Name) else []
            fresh = [value for value in values if value not in seen]
            seen.update(fresh)
            waiting += fresh
    return found


def has_weights(call: Call, facts: Facts) -> bool:
    """Whether a layer is one of a library, or is made of some, that learns something."""
    maker = facts.origin(call.func) if facts.is_module(call.func) else None
    if maker is None:
        return False
    parts = [node for node in facts.within(facts.class_of(call.func) or maker) if isinstance(node, Call)]
    names = [facts.name(part.func) or "" for part in parts]
    return any(
        name.startswith((*MODEL_ZOOS, "torch.nn.")) and not facts.libraries.in_set("weightless-modules", name)
        for name in names
        if name not in CONTAINERS
    )


def learns(call: Call, model: BaseExpression, facts: Facts) -> bool:
    """Whether the network as a whole is run in training, and backward passes go through it."""
    if is_lightning(model, facts):
        function = facts.function(call)
        return isinstance(function, FunctionDef) and function.name.value == "configure_optimizers"
    maker = facts.origin(model)
    for run in facts.nodes(Call):
        module = facts.forward(run)
        if module is None or facts.grad(run) is not Grad.ON:
            continue
        same = facts.same(module, model) or (maker is not None and facts.origin(module) is maker)
        if same and facts.spent(run, facts.tree.module):
            return True
    return False


def is_lightning(model: BaseExpression, facts: Facts) -> bool:
    class_ = facts.class_of(model)
    return class_ is not None and any(base.startswith("lightning.") for base in facts.base_names(class_))


def freeze_the_rest(
    call: Call, model: BaseExpression, trained: list[BaseExpression], facts: Facts
) -> Fix | None:
    wrapped = any(node.value == "DistributedDataParallel" for node in facts.nodes(Name))
    if wrapped or is_lightning(model, facts):
        return None
    lines = [f"{facts.text(model)}.requires_grad_(False)"]
    lines += [f"{facts.text(part)}.requires_grad_(True)" for part in trained]
    return Fix.unsafe(
        "Freeze the network but for what is trained",
        facts.before(facts.statement(call), "\n".join(lines)),
    )
