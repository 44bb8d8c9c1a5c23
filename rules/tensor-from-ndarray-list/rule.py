"""A tensor made of a list of numpy arrays.

`torch.tensor` goes through a list number by number: it boxes every element of every array as a Python
object, asks for its type, and unboxes it again; torch itself warns that this is extremely slow. `np.array`
copies each array in one go, and the tensor is then made of one block of memory.

Leave it when there are a few numbers in all.

The fix is safe where the tensor is told its type. It is unsafe where the arrays decide: `np.array` of no
array at all is float64 where torch makes float32, and of integers beside float32 it is float64.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, List, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.edit import Safety
from smelllint.facts import Facts

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
        frozenset({"numpy", "to_numpy", "values"}),
    ),
)

FEW = 8
# Types into which torch and numpy convert every number alike.
EXACT = ("torch.float32", "torch.float", "torch.float64", "torch.double", "torch.int64", "torch.long")


@rule.on(Call)
def made_of_arrays(call: Call, facts: Facts) -> Iterator[Smell]:
    given = facts.tensor_of(call)
    if given is None:
        return
    arrays = facts.elements(given)
    if not arrays or not all(facts.is_array(array) for array in arrays):
        return
    if is_written_out(given, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` reads the numbers of the arrays one by one",
        fix=as_one_array(call, given, facts),
    )


def is_written_out(given: BaseExpression, facts: Facts) -> bool:
    """Whether it is a few arrays of a few numbers that stand in the code, and nothing else is put in."""
    arrays = written(given, facts)
    return arrays == facts.elements(given) and all(is_short(facts.resolve(array), facts) for array in arrays)


def is_short(made: BaseExpression, facts: Facts) -> bool:
    if not isinstance(made, Call) or not facts.calls(made, "numpy.array", "numpy.asarray"):
        return False
    return bool(made.args) and bool(written(made.args[0].value, facts))


def written(node: BaseExpression, facts: Facts) -> list[BaseExpression]:
    """The elements of a short list that stands in the code; none for any other."""
    listed = facts.resolve(node)
    if not isinstance(listed, (List, Tuple)) or len(listed.elements) > FEW:
        return []
    return [element.value for element in listed.elements]


def as_one_array(call: Call, given: BaseExpression, facts: Facts) -> Fix | None:
    numpy = facts.import_name("numpy", call)
    safety = Safety.SAFE if is_told_its_type(call, facts) else Safety.UNSAFE
    joined = facts.replace(given, f"{numpy.name}.array({facts.text(given)})")
    return Fix.of(safety, "Make one array of them first", joined, numpy.edits)


def is_told_its_type(call: Call, facts: Facts) -> bool:
    if all(facts.libraries.in_set("typed-tensor-makers", name) for name in facts.may_name(call.func)):
        return True
    dtype = facts.argument(call, "dtype")
    return isinstance(dtype, BaseExpression) and facts.name(dtype) in EXACT
