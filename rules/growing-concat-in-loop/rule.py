"""An array that grows by one piece a round.

`torch.cat`, `np.append`, `np.vstack` and `pd.concat` cannot grow an array in place: each round copies all
that was there before, so that n pieces cost in the order of n² copies. Pieces that a list keeps until one
call joins them are copied once.

Leave it when the loop needs the whole array in each round (a decoder, a sliding window), runs a few times, or
runs a network in each round and keeps a few numbers an item, such as the probability of each class.

The fix is unsafe: pieces are kept, not copied, until they are joined, so that a piece which is overwritten in
place meanwhile shows what was written last. It is given where the loop does nothing else with the array.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from libcst import Arg, Assign, Attribute, BaseExpression, Call, FunctionDef, Name, Subscript, Try, With

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, UNKNOWN, Facts, Grad, Growth, Kind, Loop

rule = Rule(
    family="data",
    imports=frozenset({"torch", "numpy", "pandas", "tensorflow", "keras", "tf_keras", "jax"}),
    words=frozenset({"cat", "append", "stack"}),
    signs=(
        frozenset(
            {
                "x = append(x)",
                "x = cat(x)",
                "x = column_stack(x)",
                "x = concat(x)",
                "x = concatenate(x)",
                "x = dstack(x)",
                "x = hstack(x)",
                "x = row_stack(x)",
                "x = vstack(x)",
            }
        ),
    ),
)

LARGE = frozenset({Kind.HF_MODEL, Kind.SENTENCE_TRANSFORMER, Kind.CROSS_ENCODER, Kind.DIFFUSION_PIPELINE})
MAX_STEPS = 12  # from a piece back to what it is a copy of
PROBABILITIES = ("torch.nn.Softmax", "torch.nn.LogSoftmax")  # of classes, of which there are few
# How arrays are called that hold what a network knows of an item, not what it answers.
INNER = re.compile(r"hidden|embed|feature|activation|latent", re.IGNORECASE)


@rule.on(Call)
def grown_by_one_piece(call: Call, facts: Facts) -> Iterator[Smell]:
    growth = facts.growth(call)
    if growth is None:
        return
    grown = list(takewhile(lambda loop: facts.grows(growth, loop), facts.loops(call)))
    if all(facts.few(loop) for loop in grown) or any(
        is_beside_network(growth, loop, facts) for loop in grown
    ):
        return
    message = f"`{growth.target.value}` is copied whole in each round to grow by one piece"
    yield Smell(at=call, message=message, fix=join_once(growth, grown, facts))


def is_beside_network(growth: Growth, loop: Loop, facts: Facts) -> bool:
    """Whether each round runs a network beside which the copies cost next to nothing: a pretrained one; a
    small one of the file where the pieces are the classes that it chose or their probabilities; any other
    where nothing says that the pieces are more than a few numbers an item."""
    calls = [node for node in facts.within(loop) if isinstance(node, Call)]
    if any(is_large(facts.receiver(call, "generate", "encode") or call.func, facts) for call in calls):
        return True
    passes = [call for call in calls if facts.forward(call) is not None]
    if any(is_shown(call.func, facts) for call in passes):
        return all(is_choice(piece, facts) or is_of_classes(piece, facts) for piece in growth.pieces)
    return not is_deep(growth, facts) and bool(passes or is_without_gradients(growth, loop, facts))


def is_without_gradients(growth: Growth, loop: Loop, facts: Facts) -> bool:
    """Whether a round is under `torch.no_grad()`, or some of it: it runs a network, if one that the file does
    not show."""
    blocks = [node.body.body[0] for node in facts.within(loop) if isinstance(node, With)]
    return any(facts.grad(node) is Grad.OFF for node in (growth.call, *blocks))


def is_deep(growth: Growth, facts: Facts) -> bool:
    """Whether what grows is seen to be more than a row of classes an item: hidden states, embeddings, answers
    for each token."""
    if INNER.search(growth.target.value):
        return True
    around = [facts.parent(use) for use in facts.uses(growth.target)]
    called = [facts.parent(node) for node in around if isinstance(node, Arg)]
    axes = [facts.argument(call, "axis", 1) for call in called if isinstance(call, Call)]
    return any(isinstance(axis, BaseExpression) and facts.value(axis) == 2 for axis in axes)


def is_choice(piece: BaseExpression, facts: Facts) -> bool:
    """Whether it is made of class numbers: `scores.argmax(1)`, `scores.max(1)[1]`."""
    return any(facts.method_call(node, "argmax", "max") for node in facts.within(piece))


def is_of_classes(piece: BaseExpression, facts: Facts) -> bool:
    """Whether it is what a network answers whose last layer makes probabilities of classes."""
    answer = fetched(piece, facts)
    layers = [made.args for made in sequences(answer.func, facts)] if isinstance(answer, Call) else []
    return bool(layers) and all(args and facts.calls(args[-1].value, *PROBABILITIES) for args in layers)


def fetched(piece: BaseExpression, facts: Facts) -> BaseExpression:
    """What a piece is a plain copy of: the `x` of `x.data.cpu().numpy()`."""
    for _ in range(MAX_STEPS):
        piece = facts.resolve(piece)
        tensor = facts.receiver(piece, "detach", "cpu", "numpy")
        if isinstance(piece, Attribute) and piece.attr.value == "data":
            tensor = piece.value
        if tensor is None:
            break
        piece = tensor
    return piece


def is_shown(model: BaseExpression, facts: Facts) -> bool:
    """Whether the file shows the layers of a network, in its class or where it is made."""
    return facts.class_of(model) is not None or bool(sequences(model, facts))


def sequences(model: BaseExpression, facts: Facts) -> list[Call]:
    """The calls that make a network of the layers that they are given."""
    stored = [facts.parent(facts.parent(use) or use) for use in facts.uses(model) if facts.stored(use)]
    made = [node.value for node in stored if isinstance(node, Assign)]
    return [node for node in made if isinstance(node, Call) and facts.calls(node, "torch.nn.Sequential")]


def is_large(model: BaseExpression, facts: Facts) -> bool:
    class_ = facts.class_of(model)
    parts = (node for node in facts.within(class_) if isinstance(node, Call)) if class_ is not None else ()
    return facts.kind(model) in LARGE or any(facts.kind(part) in LARGE for part in parts)


def join_once(growth: Growth, grown: list[Loop], facts: Facts) -> Fix | None:
    alone = list(takewhile(lambda loop: facts.alone(growth, loop), grown))
    parts = f"{growth.target.value}_parts"
    joined = joining(growth, parts, facts)
    if not alone or joined is None or not growth.first or not facts.free(parts, growth.call):
        return None
    loop = alone[-1]
    others = [
        arg.value for arg in growth.call.args if arg.value not in (growth.holder, growth.own, *growth.pieces)
    ]
    if not all(facts.invariant(value, loop) for value in others):
        return None
    if is_tried(loop, facts) or any(overwritten(piece, loop, facts) for piece in growth.pieces):
        return None
    pieces = [facts.text(piece) for piece in growth.pieces]
    take = f"append({pieces[0]})" if len(pieces) == 1 else f"extend([{', '.join(pieces)}])"
    return Fix.unsafe(
        "Keep the pieces in a list and join them once",
        started(growth, loop, parts, facts),
        facts.replace(growth.statement, f"{parts}.{take}"),
        facts.after(loop, f"{growth.target.value} = {joined}"),
    )


def started(growth: Growth, loop: Loop, parts: str, facts: Facts) -> Edits | None:
    """What was there before the loop is the first piece: it decides the type, and what no round leaves."""
    start = facts.start(growth, loop)
    if start is None:
        return facts.before(loop, f"{parts} = [{growth.target.value}]")
    return facts.replace(start, f"{parts} = [{facts.text(start.value)}]")


def joining(growth: Growth, parts: str, facts: Facts) -> str | None:
    """The call that joins a list of pieces as the call in the loop does; None where it has no such twin."""
    call = growth.call
    if growth.holder is not None:
        return facts.text_with(call, growth.holder, parts)
    # `append` flattens all it joins unless it is told an axis; so does `concatenate` for the axis None.
    if not isinstance(call.func, Attribute) or facts.kind(call.func.value) is Kind.DATAFRAME:
        return None
    axis = facts.argument(call, "axis", 2)
    if axis is UNKNOWN:
        return None
    # `append` flattens a matrix into a vector, and `concatenate` refuses to.
    if axis is ABSENT and any(facts.in_set("matrices", node.func) for node in facts.nodes(Call)):
        return None
    along = facts.text(axis) if isinstance(axis, BaseExpression) else "None"
    return f"{facts.text(call.func.value)}.concatenate({parts}, axis={along})"


def is_tried(loop: Loop, facts: Facts) -> bool:
    """Whether the function goes on after an error in the loop, with what there is by then."""
    outer = takewhile(lambda node: not isinstance(node, FunctionDef), facts.ancestors(loop))
    return any(isinstance(node, Try) for node in outer)


def overwritten(piece: BaseExpression, loop: Loop, facts: Facts) -> bool:
    """Whether a piece is, or is cut out of, something from outside that the loop changes."""
    while isinstance(piece, Subscript):
        piece = piece.value
    if not isinstance(piece, Name) or any(facts.inside(b.node, loop) for b in facts.bindings(piece)):
        return False
    return not facts.invariant(piece, loop)
