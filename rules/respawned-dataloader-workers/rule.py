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

from libcst import Arg, Attribute, BaseExpression, Call, CSTNode, Name

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Loop, Mention

rule = Rule(family="data", imports=frozenset({"torch"}), words=frozenset({"DataLoader"}), default=False)

LOADER = "torch.utils.data.DataLoader"
TRAINER = "lightning.Trainer"
PROCESSORS = ("os.cpu_count", "multiprocessing.cpu_count")


@rule.on(Call)
def started_every_epoch(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, LOADER) or facts.argument(call, "persistent_workers") is not ABSENT:
        return
    workers = facts.argument(call, "num_workers", 5)
    if not isinstance(workers, BaseExpression) or not is_some(workers, facts):
        return
    mentions = facts.loader_mentions(call)
    if is_streamed(call, facts) or is_told(call, mentions, facts):
        return
    own = set(facts.epochs(Mention(call)))
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


# -- epochs ---------------------------------------------------------------------------------------------


def repeated(mention: Mention, own: set[Loop], facts: Facts) -> bool:
    """Whether a loader is gone through here again and again, and is not made anew each time."""
    if is_fitted(mention.node, facts):
        return True
    if facts.goes_over(mention.node) is None and not is_handed_away(mention.node, facts):
        return False
    return not own.issuperset(facts.epochs(mention))


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
    return (called or facts.stored(part)) and bool(facts.epochs(Mention(dataset)))
