"""A DataLoader that starts its workers anew in every epoch.

Each pass over a loader with workers forks or spawns them all, hands them the dataset, lets them import what
they need, and ends them with the last batch. With `persistent_workers=True` they are started once and go on
with the next epoch, what they have opened and cached included.

Leave it when the memory of the workers is wanted between the epochs, or when something outside tells the
dataset in each epoch what to give: workers that stay keep the dataset that they were started with.

The fix is unsafe: a loader draws a random number whenever it starts workers, so that what is drawn after it
differs, the order of shuffled samples included; what the dataset itself remembers or draws goes on where new
workers began again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from libcst import (
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    Call,
    CompFor,
    CSTNode,
    Element,
    For,
    FunctionDef,
    GeneratorExp,
    ListComp,
    Name,
    Return,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Iterates, Loop

rule = Rule(family="data", imports=frozenset({"torch"}), words=frozenset({"DataLoader"}))

LOADER = "torch.utils.data.DataLoader"
TRAINER = "lightning.Trainer"
PROCESSORS = ("os.cpu_count", "multiprocessing.cpu_count")
MAX_STEPS = 3


@rule.on(Call)
def started_every_epoch(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, LOADER) or facts.argument(call, "persistent_workers") is not ABSENT:
        return
    workers = facts.argument(call, "num_workers", 5)
    if not isinstance(workers, BaseExpression) or not is_some(workers, facts):
        return
    mentions = [Mention(call), *followed(Mention(call), facts, MAX_STEPS)]
    if is_streamed(call, facts) or is_told(call, mentions, facts):
        return
    own = set(epochs_around(Mention(call), facts, MAX_STEPS))
    if not any(repeated(mention, own, facts) for mention in mentions):
        return
    yield Smell(
        at=call,
        message=f"all `{facts.text(workers)}` workers are started anew in every epoch",
        fix=keep_workers(call, workers, facts),
    )


def is_some(workers: BaseExpression, facts: Facts) -> bool:
    """Whether there are workers, unless the command line or a caller says otherwise."""
    if facts.calls(workers, *PROCESSORS):
        return True
    if isinstance(workers, Call) and facts.calls(workers, "builtins.int") and workers.args:
        return is_some(workers.args[0].value, facts)
    number = facts.usual(workers)
    return isinstance(number, int) and number > 0


def keep_workers(call: Call, workers: BaseExpression, facts: Facts) -> Fix | None:
    # Without any workers `persistent_workers=True` is an error.
    known = isinstance(facts.value(workers), int) or facts.calls(workers, *PROCESSORS)
    kept = "True" if known else f"{facts.text(workers)} > 0"
    added = facts.add_argument(call, f"persistent_workers={kept}")
    return Fix.unsafe("Keep the workers for the next epoch", added)


# -- where a loader goes --------------------------------------------------------------------------------


class Mention(NamedTuple):
    """An expression that stands for a loader, and the calls that handed it to the functions around it."""

    node: CSTNode
    calls: tuple[Call, ...] = ()


def followed(made: Mention, facts: Facts, steps: int) -> Iterator[Mention]:
    """The mentions of a loader, through variables, parameters, and what functions of the file return."""
    for target, calls in targets(made, facts) if steps else []:
        for use in facts.followed(target):
            if use is not target and not facts.stored(use):
                mention = Mention(use, calls)
                yield mention
                yield from followed(mention, facts, steps - 1)


def targets(made: Mention, facts: Facts) -> list[Mention]:
    """The variables and parameters that an expression is given to."""
    node, calls = made
    parent = facts.parent(node)
    if isinstance(parent, Arg):
        call, param = facts.parent(parent), facts.parameter_for(parent)
        return [Mention(param.name, (call, *calls))] if param is not None and isinstance(call, Call) else []
    if isinstance(parent, Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
        return [Mention(target, calls)] if isinstance(target, (Name, Attribute)) else []
    function = facts.function(node)
    if not isinstance(function, FunctionDef):
        return []
    if isinstance(parent, Return):
        made_by = [Mention(call, calls[1:]) for call in calls[:1] or facts.callers(function)]
        return [target for call in made_by for target in targets(call, facts)]
    return unpacked(parent, function, facts) if isinstance(parent, Element) else []


def unpacked(element: Element, function: FunctionDef, facts: Facts) -> list[Mention]:
    """The variables that take an element of the tuple that a function returns."""
    pair = facts.parent(element)
    if not isinstance(pair, Tuple) or not isinstance(facts.parent(pair), Return):
        return []
    place = pair.elements.index(element)
    assigns = [facts.parent(call) for call in facts.callers(function)]
    taken = [assign.targets[0].target for assign in assigns if isinstance(assign, Assign)]
    return [
        Mention(target.elements[place].value)
        for target in taken
        if isinstance(target, Tuple) and len(target.elements) == len(pair.elements)
    ]


# -- epochs ---------------------------------------------------------------------------------------------


def repeated(mention: Mention, own: set[Loop], facts: Facts) -> bool:
    """Whether a loader is gone through here again and again, and is not made anew each time."""
    if is_fitted(mention.node, facts):
        return True
    if not is_gone_through(mention.node, facts) and not is_handed_away(mention.node, facts):
        return False
    return not own.issuperset(epochs_around(mention, facts, MAX_STEPS))


def epochs_around(mention: Mention, facts: Facts, steps: int) -> Iterator[Loop]:
    """The loops over epochs around a mention, those around the calls of its function included."""
    node, calls = mention
    for loop in facts.loops(node):
        if facts.iterates(loop) is Iterates.EPOCHS and not facts.few(loop, 1):
            yield loop
    function = facts.function(node)
    if steps and isinstance(function, FunctionDef):
        for call in calls[:1] or facts.callers(function):
            yield from epochs_around(Mention(call, calls[1:]), facts, steps - 1)


def is_gone_through(mention: CSTNode, facts: Facts) -> bool:
    """Whether a loop goes over it: `for batch in tqdm(loader)`, `for a, b in zip(one, loader)`."""
    for outer in facts.ancestors(mention):
        if isinstance(outer, (For, ListComp, GeneratorExp)):
            return facts.iterable(outer) is mention or is_zipped(mention, facts)
        if not isinstance(outer, (Arg, Call, CompFor)):
            return False
    return False


def is_zipped(mention: CSTNode, facts: Facts) -> bool:
    call = facts.parent(facts.parent(mention) or mention)
    return call is not None and facts.calls(call, "builtins.zip")


def is_handed_away(mention: CSTNode, facts: Facts) -> bool:
    """Whether a function of another file of the project takes it, as in `train_one_epoch(model, loader)`."""
    arg = facts.parent(mention)
    call = facts.parent(arg) if isinstance(arg, Arg) else None
    if not isinstance(call, Call) or not isinstance(call.func, Name) or facts.callee(call) is not None:
        return False
    name = facts.name(call.func) or "builtins."
    return not name.startswith("builtins.") and not facts.libraries.knows(name)


def is_fitted(mention: CSTNode, facts: Facts) -> bool:
    """Whether Lightning's trainer goes through it epoch by epoch."""
    arg = facts.parent(mention)
    call = facts.parent(arg) if isinstance(arg, Arg) else None
    trainer = facts.receiver(call, "fit") if call is not None else None
    made = facts.origin(trainer) if trainer is not None else None
    if made is None or not facts.calls(made, TRAINER):
        return False
    epochs = facts.argument(made, "max_epochs")
    if any(facts.argument(made, name) is not ABSENT for name in ("max_steps", "fast_dev_run")):
        return False
    return isinstance(epochs, BaseExpression) and facts.usual(epochs) != 1


# -- datasets that change -------------------------------------------------------------------------------


def is_streamed(call: Call, facts: Facts) -> bool:
    """Whether each worker goes through a stream of its own, which it may have come to the end of."""
    dataset = facts.argument(call, "dataset", 0)
    if not isinstance(dataset, BaseExpression):
        return True
    class_ = facts.class_of(dataset)
    if class_ is not None:
        return any(base.endswith("IterableDataset") for base in facts.base_names(class_))
    made = facts.origin(dataset)
    return made is not None and facts.argument(made, "streaming") is not ABSENT


def is_told(call: Call, mentions: list[Mention], facts: Facts) -> bool:
    """Whether the dataset is told something in the course of the epochs: `dataset.set_epoch(epoch)`."""
    dataset = facts.argument(call, "dataset", 0)
    seen = list(facts.uses(dataset)) if isinstance(dataset, (Name, Attribute)) else []
    seen += [part for mention in mentions if (part := dataset_of(mention.node, facts)) is not None]
    return any(is_changed(use, facts) for use in seen)


def dataset_of(loader: CSTNode, facts: Facts) -> Attribute | None:
    part = facts.parent(loader)
    return part if isinstance(part, Attribute) and part.attr.value == "dataset" else None


def is_changed(dataset: CSTNode, facts: Facts) -> bool:
    """Whether something is stored in it, or a method of it called, while epochs go by."""
    part = facts.parent(dataset)
    if not isinstance(part, Attribute) or part.value is not dataset:
        return False
    around = facts.parent(part)
    called = isinstance(around, Call) and around.func is part
    return (called or facts.stored(part)) and any(epochs_around(Mention(dataset), facts, MAX_STEPS))
