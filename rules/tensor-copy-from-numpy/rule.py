"""An array that numpy fills or makes only for a tensor that copies it.

`torch.tensor` copies an array that nobody else holds, where `torch.from_numpy` takes its memory as it is. And
zeros, ones or random numbers that numpy makes are float64: they are written in twice the size, and read again
to be converted, where torch fills a tensor of the wanted type at once.

Leave it when the numbers have to be those that numpy draws. Places that run once are left alone, and so are
arrays that somebody else holds, and those that are not known to hold many numbers.

The fix is safe where torch fills what numpy filled: the same numbers of the same type. It is unsafe where
torch draws the random numbers, which are others, where a variable holds the shape, which may itself be an
array, and where a tensor may get the memory layout of a transposed array, which `view` does not take.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from libcst import Attribute, BaseExpression, Call, Integer, List, StarredElement, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits, Safety
from smelllint.facts import ABSENT, Facts

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

FILLERS = {"numpy.zeros": "zeros", "numpy.ones": "ones"}
DRAWERS = {
    "numpy.random.randn": "randn",
    "numpy.random.standard_normal": "randn",
    "numpy.random.normal": "randn",
    "numpy.random.rand": "rand",
    "numpy.random.random": "rand",
    "numpy.random.random_sample": "rand",
    "numpy.random.uniform": "rand",
}
# Where in their arguments makers take the shape; of those that are missing every argument is one side of it.
SHAPES = {
    "numpy.zeros": ("shape", 0),
    "numpy.ones": ("shape", 0),
    "numpy.random.standard_normal": ("size", 0),
    "numpy.random.random": ("size", 0),
    "numpy.random.random_sample": ("size", 0),
    "numpy.random.normal": ("size", 2),
    "numpy.random.uniform": ("size", 2),
}
# The distribution that a twin draws from.
STANDARD = {"numpy.random.normal": {"loc": 0, "scale": 1}, "numpy.random.uniform": {"low": 0, "high": 1}}
# Makers whose arrays lie in memory row by row, whatever they are made of.
ROW_BY_ROW = ("numpy.full", "numpy.arange", "numpy.linspace", "numpy.eye", "numpy.identity")
TYPES = {
    "numpy.float32": "torch.float32",
    "numpy.float64": "torch.float64",
    "builtins.float": "torch.float64",
    "numpy.int64": "torch.int64",
    "torch.float": "torch.float32",
    "torch.double": "torch.float64",
    "torch.long": "torch.int64",
}
TYPED = {
    "Tensor": "torch.float32",
    "FloatTensor": "torch.float32",
    "DoubleTensor": "torch.float64",
    "LongTensor": "torch.int64",
}
# Fewer numbers cost microseconds beside a step of milliseconds; a side that nobody knows may be a batch.
MANY, USUAL = 50_000, 32


@rule.on(Call)
def filled_or_copied(call: Call, facts: Facts) -> Iterator[Smell]:
    array = facts.tensor_of(call)
    if array is None or not facts.fresh(array) or not facts.repeated(call):
        return
    if isinstance(array, Call) and is_filled(array, call, facts):
        if is_large(array, facts):
            message = f"`{facts.text(array)}` is filled by numpy, then copied into a tensor"
            yield Smell(at=call, message=message, fix=fill_with_torch(call, array, facts))
    elif is_copied(call, array, facts):
        message = f"`{facts.text(call)}` copies an array that nobody else holds"
        yield Smell(at=call, message=message, fix=take_over(call, array, facts))


def is_filled(array: Call, call: Call, facts: Facts) -> bool:
    """Whether torch could fill the tensor: with what is the same everywhere, or with random numbers of a type
    that numpy does not draw."""
    drawn = facts.calls(array, *DRAWERS) and type_of_tensor(call, facts) == "torch.float32"
    return drawn or facts.calls(array, *FILLERS)


def is_copied(call: Call, array: BaseExpression, facts: Facts) -> bool:
    """Whether a tensor is a copy of an array and nothing else: neither of another type nor on another device.
    What `np.array` makes of a list costs so much more that the copy does not matter."""
    if not facts.calls(call, "torch.tensor") or facts.calls(array, "numpy.array"):
        return False
    if not facts.loops(call) and facts.class_(call) is None:
        return False
    if any(arg.star or (arg.keyword and arg.keyword.value not in ("data", "dtype")) for arg in call.args):
        return False
    asked = facts.argument(call, "dtype")
    return asked is ABSENT or type_of_tensor(call, facts) == type_of_array(array, facts)


def is_large(array: Call, facts: Facts) -> bool:
    """Whether so many numbers are asked for, side by side, that filling them takes time."""
    known = [facts.usual(side) for side in sides_of(array, facts)]
    return bool(known) and prod(side if isinstance(side, int) else USUAL for side in known) >= MANY


# -- shapes and types -----------------------------------------------------------------------------------


def shape_of(array: Call, facts: Facts) -> list[BaseExpression]:
    """The arguments that tell a filled array its shape."""
    place = SHAPES.get(facts.name(array.func) or "")
    if place is None:
        return [arg.value for arg in array.args]
    given = facts.argument(array, *place)
    return [given] if isinstance(given, BaseExpression) else []


def sides_of(array: Call, facts: Facts) -> list[BaseExpression]:
    """The sides that a filled array's shape spells out; none of a variable, or where a star hides some."""
    shape = shape_of(array, facts)
    if any(arg.star for arg in array.args):
        return []
    if facts.name(array.func) not in SHAPES:
        return shape
    spelt = shape[0] if shape else None
    if not isinstance(spelt, (Tuple, List)):
        return [spelt] if isinstance(spelt, Integer) else []
    starred = any(isinstance(element, StarredElement) for element in spelt.elements)
    return [] if starred else [element.value for element in spelt.elements]


def is_plain(shape: BaseExpression, facts: Facts) -> bool:
    """Whether it is a shape that torch takes as numpy does: no array, which numpy alone would take."""
    sized = facts.method_call(shape, "size") or facts.calls(shape, "builtins.len")
    written = isinstance(shape, (Tuple, List, Integer))
    return written or sized or (isinstance(shape, Attribute) and shape.attr.value == "shape")


def type_of_tensor(call: Call, facts: Facts) -> str | None:
    """The type that a tensor is made of, whatever the array's; None where that decides, or nothing tells."""
    dtype = facts.argument(call, "dtype")
    if isinstance(dtype, BaseExpression):
        name = facts.name(dtype)
        return TYPES.get(name or "", name)
    types = {TYPED.get((name or "").rpartition(".")[2]) for name in facts.may_name(call.func)}
    return types.pop() if len(types) == 1 else None


def type_of_array(array: BaseExpression, facts: Facts) -> str | None:
    """The type of an array's numbers in torch's words; None where nothing tells."""
    if not isinstance(array, Call):
        return None
    places = {"numpy.zeros": 1, "numpy.ones": 1}
    place = 0 if facts.method_call(array, "astype") else places.get(facts.name(array.func) or "")
    given = facts.argument(array, "dtype", place)
    if isinstance(given, BaseExpression):
        named = facts.value(given)
        return TYPES.get(f"numpy.{named}" if isinstance(named, str) else facts.name(given) or "")
    return "torch.float64" if given is ABSENT and facts.calls(array, *FILLERS, *DRAWERS) else None


# -- fixes ----------------------------------------------------------------------------------------------


def fill_with_torch(call: Call, array: Call, facts: Facts) -> Fix | None:
    name = facts.name(array.func) or ""
    twin = facts.bound(f"torch.{FILLERS.get(name) or DRAWERS[name]}", call)
    shape = shape_of(array, facts)
    if twin is None or not shape or not is_standard(array, facts) or call.args[0].value is not array:
        return None
    made = [facts.replace(call.func, twin), facts.replace(array, ", ".join(bracketed(shape, facts)))]
    if not is_told_its_type(call, facts):
        made.append(told_its_type(call, array, facts))
    same = name in FILLERS and all(is_plain(part, facts) for part in shape)
    return Fix.of(Safety.SAFE if same else Safety.UNSAFE, f"Fill it with `{twin}`", *made)


def is_standard(array: Call, facts: Facts) -> bool:
    """Whether nothing is asked for but a shape, a type, and the distribution that a twin draws from."""
    told = STANDARD.get(facts.name(array.func) or "", {})
    for place, (name, value) in enumerate(told.items()):
        given = facts.argument(array, name, place)
        if given is not ABSENT and (not isinstance(given, BaseExpression) or facts.value(given) != value):
            return False
    known = {"shape", "size", "dtype", *told}
    return all(arg.keyword is None or arg.keyword.value in known for arg in array.args)


def bracketed(shape: list[BaseExpression], facts: Facts) -> list[str]:
    spans = [facts.edits.bracketed(part) for part in shape]
    return [facts.source.text[start:end] for start, end in spans]


def is_told_its_type(call: Call, facts: Facts) -> bool:
    """Whether the type is given, or the default one, which `torch.Tensor` has as well."""
    return facts.argument(call, "dtype") is not ABSENT or facts.name(call.func) == "torch.Tensor"


def told_its_type(call: Call, array: Call, facts: Facts) -> Edits | None:
    """The type as an argument; none for a maker that also says on which device."""
    plain = facts.calls(call, "torch.tensor", "torch.as_tensor")
    typed = facts.calls(call, *(f"torch.{name}" for name in TYPED))
    known = type_of_array(array, facts) if plain else type_of_tensor(call, facts) if typed else None
    named = facts.bound(known, call) if known is not None else None
    return facts.add_argument(call, f"dtype={named}") if named is not None else None


def take_over(call: Call, array: BaseExpression, facts: Facts) -> Fix | None:
    taken = facts.bound("torch.from_numpy", call)
    if taken is None:
        return None
    made = [facts.replace(call.func, taken)]
    if facts.argument(call, "dtype") is not ABSENT:
        made.append(facts.drop_argument(call, "dtype"))
    if call.args[0].keyword is not None:
        return None
    safety = Safety.SAFE if lies_row_by_row(array, facts) else Safety.UNSAFE
    return Fix.of(safety, f"Take the array over with `{taken}`", *made)


def lies_row_by_row(array: BaseExpression, facts: Facts) -> bool:
    drawn = isinstance(array, Call) and (facts.name(array.func) or "").startswith("numpy.random.")
    return drawn or facts.calls(array, *ROW_BY_ROW) or facts.method_call(array, "copy", "flatten")
