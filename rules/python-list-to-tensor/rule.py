"""Numbers that go from an array through a Python list into a tensor.

`tolist`, `list(...)` and a comprehension box every number as a Python object, and `torch.tensor` unboxes them
one by one; each element of a list of tensors is even asked for its number by itself, which on an accelerator
waits for the device every time. The array or the stacked tensors hold the same numbers in one block.

Leave it when there are a few numbers in all.

The fix is unsafe: a list hides what type of numbers an array holds, and `torch.stack` wants at least one
tensor. It is given where the tensor is told its type, and for tensors that are known to be single numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, List, ListComp, Name, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="data",
    imports=frozenset({"torch"}),
    words=frozenset({"ensor"}),
    signs=(
        frozenset(
            {
                "BFloat16Tensor()",
                "BoolTensor()",
                "ByteTensor()",
                "CharTensor()",
                "DoubleTensor()",
                "FloatTensor()",
                "HalfTensor()",
                "IntTensor()",
                "LongTensor()",
                "ShortTensor()",
                "Tensor()",
                "as_tensor()",
                "tensor()",
            }
        ),
    ),
)

FEW = 4
WHOLE = frozenset({Kind.TENSOR, Kind.NDARRAY})
TABLES = frozenset({Kind.DATAFRAME, Kind.SERIES})
REDUCTIONS = ("mean", "sum", "norm")


@rule.on(Call)
def through_a_list(call: Call, facts: Facts) -> Iterator[Smell]:
    given = facts.tensor_of(call)
    source = listed(given, facts) if given is not None else None
    if given is None or source is None or not is_numeric(source, facts):
        return
    message = f"the numbers of `{facts.text(source)}` go through a Python list into a tensor"
    yield Smell(at=call, message=message, fix=take_whole(call, given, source, facts))


@rule.on(Call)
def tensor_of_tensors(call: Call, facts: Facts) -> Iterator[Smell]:
    given = facts.tensor_of(call)
    elements = facts.elements(given) if given is not None else []
    if given is None or not elements or not all(facts.is_tensor(element) for element in elements):
        return
    if is_short(given, facts) or listed(given, facts) is not None:
        return
    message = f"`{facts.text(call)}` fetches the numbers of its tensors one by one"
    yield Smell(at=call, message=message, fix=stack_them(call, given, elements, facts))


# -- from an array to a list ----------------------------------------------------------------------------


def listed(given: BaseExpression, facts: Facts) -> BaseExpression | None:
    """The tensor or array whose numbers a list holds: `x.tolist()`, `list(x)`, `[i for i in x]`."""
    made = facts.resolve(given)
    taken = facts.receiver(made, "tolist")
    if taken is None and isinstance(made, Call) and facts.calls(made, "builtins.list") and made.args:
        taken = made.args[0].value
    if taken is None and isinstance(made, ListComp) and is_unchanged(made, facts):
        taken = made.for_in.iter
    return taken if taken is not None and facts.kind(taken) in WHOLE else None


def is_unchanged(made: ListComp, facts: Facts) -> bool:
    """Whether a comprehension takes every item as it is, or as a Python number: `[float(x) for x in xs]`."""
    clause, element = made.for_in, made.elt
    if clause.ifs or clause.inner_for_in is not None or not isinstance(clause.target, Name):
        return False
    item = facts.receiver(element, "item") or element
    if isinstance(item, Call) and facts.calls(item, "builtins.float", "builtins.int") and len(item.args) == 1:
        item = item.args[0].value
    return isinstance(item, Name) and item.value == clause.target.value


def is_numeric(source: BaseExpression, facts: Facts) -> bool:
    """Whether it is no column of a table, whose objects may be lists themselves."""
    made = facts.resolve(source)
    return not any(
        isinstance(node, BaseExpression) and facts.kind(node) in TABLES for node in facts.within(made)
    )


def is_short(given: BaseExpression, facts: Facts) -> bool:
    written = facts.resolve(given)
    if not isinstance(written, (List, Tuple)):
        return False
    return 0 < len(written.elements) <= FEW and len(facts.elements(given)) <= len(written.elements)


# -- fixes ----------------------------------------------------------------------------------------------


def take_whole(call: Call, given: BaseExpression, source: BaseExpression, facts: Facts) -> Fix | None:
    """An array in the place of its list, where that decides neither the type nor whether it is copied."""
    if facts.kind(source) is not Kind.NDARRAY or facts.resolve(given) is not given:
        return None
    if not facts.calls(call, "torch.tensor") or facts.argument(call, "dtype") is ABSENT:
        return None
    start, end = facts.edits.bracketed(source)
    return Fix.unsafe("Take the array itself", facts.replace(given, facts.source.text[start:end]))


def stack_them(call: Call, given: BaseExpression, elements: list[BaseExpression], facts: Facts) -> Fix | None:
    stack = facts.bound("torch.stack", call)
    alone = len(call.args) == 1 and call.args[0].keyword is None and facts.calls(call, "torch.tensor")
    if stack is None or not alone or not all(is_one_number(element, facts) for element in elements):
        return None
    text = f"{stack}({facts.text(given)}).detach().cpu()"
    return Fix.unsafe("Stack the tensors", facts.replace(call, text))


def is_one_number(element: BaseExpression, facts: Facts) -> bool:
    """Whether a tensor is known to be a single number: a loss, or a sum or mean over everything."""
    made = facts.resolve(element)
    if not isinstance(made, Call):
        return False
    if facts.method_call(made, *REDUCTIONS):
        return not made.args
    detached = facts.receiver(made, "detach", "cpu", "clone")
    return facts.kind(made.func) is Kind.LOSS if detached is None else is_one_number(detached, facts)
