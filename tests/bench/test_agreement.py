"""What counts as the same result of both arms."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy
import pandas
import pytest
import torch
from scipy import sparse

from smelllint.bench.agreement import NotComparableError, compare, compare_quality, leaves


def relation(one: Any, other: Any) -> str:
    return compare(list(leaves(one)), list(leaves(other))).kind


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (torch.ones(3), torch.ones(3), "identical"),
        (torch.ones(3), torch.ones(3) + 1e-6, "close"),
        (torch.ones(3), torch.ones(3) * 1.01, "different"),
        (torch.ones(3), torch.ones(3, dtype=torch.float64), "close"),
        (torch.ones(3), torch.ones(3, dtype=torch.bfloat16), "identical"),
        (torch.ones(3, 1), torch.ones(3), "different"),
        (torch.ones(3, requires_grad=True), torch.ones(3), "identical"),
        (torch.eye(3).to_sparse(), torch.eye(3), "identical"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "different"),
        (numpy.array([1, 2]), numpy.array([1, 2], dtype="int32"), "close"),
        (numpy.array([1.0, numpy.nan]), numpy.array([1.0, numpy.nan]), "identical"),
        (numpy.array([1.0, numpy.nan]), numpy.array([1.0, 2.0]), "different"),
        (numpy.array([1.0, numpy.inf]), numpy.array([1.0, -numpy.inf]), "different"),
        (numpy.array([]), numpy.array([]), "identical"),
        (numpy.array(["a", "b"]), numpy.array(["a", "c"]), "different"),
        (sparse.eye(3), numpy.eye(3), "identical"),
        (pandas.DataFrame({"a": [1.0]}), pandas.DataFrame({"a": [1.0 + 1e-9]}), "close"),
        (pandas.DataFrame({"a": [1.0]}), pandas.DataFrame({"b": [1.0]}), "different"),
        (OrderedDict(a=[1, "x"]), {"a": (1, "x")}, "identical"),
        ((1, None, True), (1, None, True), "identical"),
        ([1.0, 2.0], [1.0], "different"),
        ("text", "test", "different"),
        (None, 0, "different"),
    ],
)
def test_two_results_are_related_by_their_worst_leaf(one: Any, other: Any, expected: str) -> None:
    assert relation(one, other) == expected


def test_a_difference_is_measured_against_the_largest_magnitude() -> None:
    found = compare(list(leaves(numpy.array([1000.0, 0.0]))), list(leaves(numpy.array([1000.0, 0.1]))))
    assert found.kind == "close"
    assert found.difference == pytest.approx(1e-4)


def test_what_cannot_be_compared_is_named_with_its_place() -> None:
    with pytest.raises(NotComparableError, match=r"result\['model'\]\[0\] is a Linear"):
        list(leaves({"model": [torch.nn.Linear(1, 1)]}))


def test_quality_may_fall_by_two_per_cent_and_no_more() -> None:
    assert compare_quality(0.90, 0.885).kind == "quality"
    assert compare_quality(0.90, 0.95).kind == "quality"
    assert compare_quality(0.90, 0.88).kind == "different"
    assert compare_quality(0.90, float("nan")).kind == "different"
    assert compare_quality(-1.0, -1.01).kind == "quality"
    assert compare_quality(-1.0, -1.03).kind == "different"
