"""Do the two arms compute the same? Results to plain leaves, and leaves compared.

    leaves      tensors, arrays, frames, numbers, text, nested as they like -> [(place, value)]
    compare     two lists of leaves -> Agreement
    Agreement   identical, close, quality kept, or different with the first place that says so

This runs inside a worker: numpy is at hand there, because whatever made the arrays brought it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

TOLERANCE = 1e-3  # of the largest magnitude in the array: rounding of half precision, not of another model
QUALITY_LOSS = 0.02  # of the smelly arm's quality: what a lossy mend may cost before it is no mend

Leaf = tuple[str, Any]


class NotComparableError(Exception):
    """A result holds something of which nobody can say whether it is the same."""


@dataclass(frozen=True)
class Agreement:
    """How the results of both arms relate.

    kind         "identical", "close", "quality" (only the stated quality is kept) or "different"
    difference   the largest difference, as a share of the largest magnitude; None where shapes differ
    smelly_quality, lean_quality   what `quality(result)` said, higher is better
    detail       where the results differ first, in words
    """

    kind: str
    difference: float | None = None
    smelly_quality: float | None = None
    lean_quality: float | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


def leaves(value: Any, place: str = "result") -> Iterator[Leaf]:
    """The arrays and scalars of a nested result, each with the path that leads to it."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        yield place, value
    elif hasattr(value, "detach"):
        yield place, array_of_tensor(value)
    elif hasattr(value, "toarray"):  # a scipy sparse matrix
        yield place, value.toarray()
    elif isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], f"{place}[{key!r}]")
    elif hasattr(value, "columns") and hasattr(value, "to_numpy"):  # a data frame
        for column in value.columns:
            yield from leaves(value[column], f"{place}[{column!r}]")
    elif hasattr(value, "to_numpy"):  # a series or an index
        yield place, value.to_numpy()
    elif hasattr(value, "__array__"):
        import numpy

        yield place, numpy.asarray(value)
    elif isinstance(value, (list, tuple)):
        for at, item in enumerate(value):
            yield from leaves(item, f"{place}[{at}]")
    else:
        kind = type(value).__name__
        raise NotComparableError(f"{place} is a {kind}, which cannot be compared: return arrays or numbers")


def array_of_tensor(tensor: Any) -> Any:
    """A torch tensor as a numpy array; half precision widened, because numpy knows no bfloat16."""
    plain = tensor.detach().cpu()
    if plain.is_quantized:
        plain = plain.dequantize()
    if str(plain.layout) != "torch.strided":
        plain = plain.to_dense()
    if str(plain.dtype) in ("torch.bfloat16", "torch.float16"):
        plain = plain.float()
    return plain.numpy().copy()


def compare(smelly: list[Leaf], lean: list[Leaf]) -> Agreement:
    """How two results relate, leaf by leaf; the worst leaf decides."""
    if [place for place, _ in smelly] != [place for place, _ in lean]:
        return Agreement("different", detail=first_other_place(smelly, lean))
    worst, exact = 0.0, True
    for (place, one), (_, other) in zip(smelly, lean, strict=True):
        same, difference = compare_leaf(one, other)
        if difference is None or difference > TOLERANCE:
            return Agreement(
                "different", difference, detail=f"{place}: {describe(one)} and {describe(other)}"
            )
        worst, exact = max(worst, difference), exact and same
    return Agreement("identical" if exact else "close", worst)


def first_other_place(smelly: list[Leaf], lean: list[Leaf]) -> str:
    for (one, _), (other, _) in zip(smelly, lean, strict=False):
        if one != other:
            return f"the results are built differently: {one} and {other}"
    return f"the results have {len(smelly)} and {len(lean)} parts"


def compare_leaf(one: Any, other: Any) -> tuple[bool, float | None]:
    """Whether two leaves are identical, and their difference over the magnitude; None: no relation."""
    if isinstance(one, (str, bytes)) or isinstance(other, (str, bytes)) or one is None or other is None:
        return one == other, 0.0 if one == other else None
    import numpy

    first, second = numpy.asarray(one), numpy.asarray(other)
    if first.shape != second.shape:
        return False, None
    if first.dtype == second.dtype and first.tobytes() == second.tobytes():
        return True, 0.0
    if first.dtype.kind not in "fc" or second.dtype.kind not in "fc":
        return False, 0.0 if numpy.array_equal(first, second) else None
    return False, relative_difference(first, second)


def relative_difference(one: Any, other: Any) -> float | None:
    """The largest difference over the largest magnitude; NaN and infinity must stand in the same places."""
    import numpy

    finite = numpy.isfinite(one)
    if not numpy.array_equal(finite, numpy.isfinite(other)):
        return None
    if not numpy.array_equal(one[~finite], other[~finite], equal_nan=True):
        return None
    if not finite.any():
        return 0.0
    first, second = one[finite].astype(complex), other[finite].astype(complex)
    scale = float(max(abs(first).max(), abs(second).max()))
    return float(abs(first - second).max()) / scale if scale else 0.0


def describe(value: Any) -> str:
    """A leaf in a few words, for a message."""
    shape = getattr(value, "shape", ())
    if shape:
        return f"{value.dtype} of shape {tuple(shape)} starting {value.ravel()[:3].tolist()}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def compare_quality(smelly: float, lean: float) -> Agreement:
    """Whether the lean arm keeps the quality of the smelly one, within the stated loss."""
    if math.isnan(smelly) or math.isnan(lean):
        return Agreement("different", None, smelly, lean, "quality() answers NaN")
    if lean < smelly - QUALITY_LOSS * abs(smelly):
        return Agreement(
            "different",
            None,
            smelly,
            lean,
            f"the quality falls from {smelly:.4g} to {lean:.4g} (more than 2 %)",
        )
    return Agreement("quality", None, smelly, lean)
