"""A full sort of which only the first few are used.

To sort n values takes in the order of n·log n steps, and the order of all but a few of them is thrown away.
`np.argpartition`, `np.partition` and `torch.topk` find the few in the order of n steps.

Leave it when there are hardly more values than are used, when equal values must keep their order, or beside
what takes far longer: in the midst of a network, for a figure.

The fix is unsafe: equal values may come in another order, and an empty vector of numpy's is refused. It is
given for a tensor, and for a vector of numpy's of which a slice takes the few largest or smallest.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import Facts, Few, Kind, Often, Sort

rule = Rule(
    family="classical",
    imports=frozenset({"numpy", "torch", "jax"}),
    words=frozenset({"argsort", "sort"}),
    signs=(frozenset({"= argsort()", "= sort()"}),),
)

STEPS = 8
ONLY_LOOKED_AT = (cst.Param, cst.Comparison, cst.ComparisonTarget, cst.FormattedStringExpression)
# What a model knows of each feature: few values, whatever is done with them.
OF_FEATURES = frozenset({"feature_importances_", "coef_", "explained_variance_ratio_"})


@rule.on(cst.Call)
def sorted_for_a_few(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    sort = facts.sorted_by(call)
    if sort is None or facts.is_trial or facts.often(call) is Often.ONCE or is_small(sort.values, facts):
        return
    if is_in_network(call, facts) or is_drawn(call, facts):
        return
    taken = facts.taken_few(sort)
    if not taken:
        return
    if any(one.count is not None and is_searched(one.count, sort, facts) for one in taken):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` sorts all values for the sake of a few",
        fix=choose(sort, taken, facts),
    )


def is_in_network(call: cst.Call, facts: Facts) -> bool:
    """Whether it is a step of a network's own pass: rows of scores, beside all the layers that made them."""
    function, class_ = facts.function(call), facts.class_(call)
    if not isinstance(function, cst.FunctionDef) or function.name.value != "forward" or class_ is None:
        return False
    own = "torch.autograd.Function" in facts.base_names(class_)
    return own or facts.instance_kind(class_) in (Kind.MODULE, Kind.HF_MODEL)


def is_drawn(call: cst.Call, facts: Facts) -> bool:
    """Whether its function draws a figure, which takes far longer than the sort."""
    function = facts.function(call)
    nodes = facts.within(function) if function is not None else []
    names = (facts.name(node.func) for node in nodes if isinstance(node, cst.Call))
    return any((name or "").startswith("matplotlib.") for name in names)


def is_small(values: cst.BaseExpression, facts: Facts) -> bool:
    """Whether there are few values, or making them took far longer than sorting them does."""
    made = maker(values, facts)
    if isinstance(made, (cst.List, cst.Tuple, cst.ListComp)):
        return True
    if any(isinstance(part, cst.Attribute) and part.attr.value in OF_FEATURES for part in facts.within(made)):
        return True
    if facts.method_call(made, "argsort", "predict", "predict_proba", "run"):
        return True
    found = facts.bindings(made) if isinstance(made, cst.Name) else []
    calls = [one.value for one in found if isinstance(one.value, cst.Call)]
    names = [facts.name(call.func) or "" for call in (*calls, made) if isinstance(call, cst.Call)]
    return any(name.endswith("argsort") or ".linalg." in name for name in names)


def maker(node: cst.BaseExpression, facts: Facts) -> cst.BaseExpression:
    """The expression that made an array, behind variables, signs, parts of it and `np.array`."""
    for _ in range(STEPS):
        if isinstance(node, cst.Subscript):
            node = node.value
        elif isinstance(node, cst.UnaryOperation):
            node = node.expression
        elif facts.calls(node, "numpy.array", "numpy.asarray", "numpy.abs", "numpy.squeeze"):
            assert isinstance(node, cst.Call)
            node = node.args[0].value if node.args else node
        else:
            node = facts.resolve(node)
    return node


def is_searched(count: cst.BaseExpression, sort: Sort, facts: Facts) -> bool:
    """Whether the same number has been asked for before, of a search, which then gave few values to sort."""
    function = facts.function(sort.call)
    if not isinstance(count, (cst.Name, cst.Attribute)) or function is None:
        return False
    before = [use for use in facts.uses(count) if facts.inside(use, function) and not facts.stored(use)]
    earlier = [facts.parent(use) for use in before if facts.order(use) < facts.order(sort.call)]
    return not all(isinstance(around, ONLY_LOOKED_AT) for around in earlier)


# -- the fix ------------------------------------------------------------------------------------------------


def choose(sort: Sort, taken: list[Few], facts: Facts) -> Fix | None:
    first = taken[0]
    if first.count is None or any(few.count is None for few in taken):
        return None
    count = facts.text(first.count)
    if not is_read(sort.values) or any(few.count and facts.text(few.count) != count for few in taken):
        return None
    if sort.tensor:
        return ask_topk(sort, taken, count, facts)
    plain = len(taken) == 1 and first.plain and sort.axis is None and first.of is sort.call
    if not plain:
        return None
    edits = (
        partition_places(sort, first, count, facts) if sort.places else partition(sort, first, count, facts)
    )
    return Fix.unsafe("Find the few without sorting the rest", edits)


def is_read(node: cst.BaseExpression) -> bool:
    """Whether naming it twice costs nothing: a variable, an attribute, or what is negated of one."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        node = node.expression
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def ask_topk(sort: Sort, taken: list[Few], count: str, facts: Facts) -> Fix | None:
    """`x.topk(min(k, x.shape[-1]))` in the place of the sort; a slice right behind it is needed no more."""
    if any(few.end or few.turned for few in taken):
        return None
    values = facts.text(sort.values)
    axis = facts.text(sort.axis) if sort.axis is not None else None
    atom = values if isinstance(sort.values, (cst.Name, cst.Attribute)) else f"({values})"
    given = [f"min({count}, {atom}.shape[{axis or -1}])"]
    given += [f"dim={axis}"] if axis is not None else []
    given += [] if sort.down else ["largest=False"]
    topk = f"{atom}.topk({', '.join(given)}){'.indices' if sort.places else ''}"
    slices = [uncut(few, facts) for few in taken if not isinstance(few.of, cst.Name)]
    return Fix.unsafe("Ask for the few", facts.replace(sort.call, topk), *slices)


def uncut(few: Few, facts: Facts) -> Edits | None:
    """Take out the slice of `values[:k]`."""
    assert isinstance(few.node, cst.Subscript)
    return facts.replace_span(facts.tree.span(few.node.value)[1], facts.tree.span(few.node)[1], "")


def partition(sort: Sort, few: Few, count: str, facts: Facts) -> Edits | None:
    """`np.sort(np.partition(x, -k)[-k:])` for `np.sort(x)[-k:]`."""
    if not isinstance(sort.call.func, cst.Attribute):
        return None
    numpy = facts.text(sort.call.func.value)
    chosen = f"{numpy}.partition({facts.text(sort.values)}, {bounds(sort, few, count, facts)}"
    return facts.replace(few.node, f"{numpy}.sort({chosen}){'[::-1]' if few.turned else ''}")


def partition_places(sort: Sort, few: Few, count: str, facts: Facts) -> Edits | None:
    """`top = np.argpartition(x, -k)[-k:]`, and a line below that sorts those by their values."""
    statement = facts.parent(few.node)
    target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
    named = isinstance(target, cst.Name) and isinstance(statement, cst.Assign) and len(statement.targets) == 1
    if not named or not isinstance(target, cst.Name) or facts.kind(sort.values) is not Kind.NDARRAY:
        return None
    top, values = target.value, facts.text(sort.values)
    numpy = facts.import_name("numpy", sort.call)
    chosen = f"{numpy.name}.argpartition({values}, {bounds(sort, few, count, facts)}"
    ordered = f"{numpy.name}.argsort({values}[{top}]){'[::-1]' if few.turned else ''}"
    replaced = facts.replace(few.node, chosen)
    below = facts.after(facts.statement(sort.call), f"{top} = {top}[{ordered}]")
    return (*replaced, *below, *numpy.edits) if replaced is not None and below is not None else None


def bounds(sort: Sort, few: Few, count: str, facts: Facts) -> str:
    """The place that parts the few from the rest, and the slice that takes them."""
    values = sort.values.expression if isinstance(sort.values, cst.UnaryOperation) else sort.values
    least = f"min({count}, len({facts.text(values)}))"
    return f"-{least})[-{count}:]" if few.end else f"{least} - 1)[:{count}]"
