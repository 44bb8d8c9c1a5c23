"""Sorts: what a call sorts, and what is taken of the result."""

from __future__ import annotations

import pytest

from smelllint.facts import Facts, Few, Sort
from tests.facts_helpers import facts_of, find_call

HEAD = """
import numpy as np
import torch
def f(x: np.ndarray, t: torch.Tensor, u, k: int = 5, n=None):
    y = {}
    return y
f(a, b, c, n=7)
"""


def sort_in(code: str, sort: str) -> tuple[Facts, Sort | None]:
    facts = facts_of(HEAD.format(code))
    return facts, facts.sorted_by(find_call(facts, sort))


def taken(code: str, sort: str) -> list[Few]:
    facts, found = sort_in(code, sort)
    assert found is not None
    return facts.taken_few(found)


@pytest.mark.parametrize(
    ("sort", "places", "tensor", "down"),
    [
        ("np.sort(x)", False, False, False),
        ("np.argsort(-x)", True, False, False),
        ("x.argsort()", True, False, False),
        ("u.argsort()", True, False, False),
        ("torch.sort(t)", False, True, False),
        ("torch.sort(t, 0, True)", False, True, True),
        ("t.sort(descending=True)", False, True, True),
        ("t.argsort(dim=1, descending=True)", True, True, True),
        ("u.argsort(descending=True)", True, True, True),
        ("u.sort(descending=True)", False, True, True),
    ],
)
def test_sorts_are_known(sort: str, places: bool, tensor: bool, down: bool) -> None:
    _, found = sort_in(sort, sort)

    assert found is not None
    assert (found.places, found.tensor, found.down) == (places, tensor, down)


@pytest.mark.parametrize(
    "call",
    [
        "u.sort()",
        "sorted(x)",
        "np.sort(x, kind='stable')",
        "np.argsort(x, 0, 'stable')",
        "torch.sort(t, stable=True)",
        "t.sort(descending=u)",
        "t.argsort(**u)",
        "np.argsort(*u)",
    ],
)
def test_other_calls_and_particular_sorts_are_not(call: str) -> None:
    assert sort_in(call, call)[1] is None


@pytest.mark.parametrize(
    ("code", "sort", "end", "turned"),
    [
        ("np.argsort(x)[:5]", "np.argsort(x)", False, False),
        ("np.argsort(x)[0:k]", "np.argsort(x)", False, False),
        ("np.argsort(x)[:n]", "np.argsort(x)", False, False),
        ("np.argsort(x)[:min(u, 9)]", "np.argsort(x)", False, False),
        ("np.argsort(x)[-k:]", "np.argsort(x)", True, False),
        ("np.argsort(x)[::-1][:5]", "np.argsort(x)", True, True),
        ("np.argsort(x)[-5:][::-1]", "np.argsort(x)", True, True),
        ("np.argsort(x)[::-1][:5][::-1]", "np.argsort(x)", True, False),
        ("np.sort(x)[0]", "np.sort(x)", False, False),
        ("np.sort(x)[-1]", "np.sort(x)", True, False),
        ("np.sort(x)[::-1][0]", "np.sort(x)", True, False),
        ("np.sort(x, axis=1)[:, :5]", "np.sort(x, axis=1)", False, False),
        ("torch.sort(t)[0][:5]", "torch.sort(t)", False, False),
        ("torch.sort(t).indices[..., :5]", "torch.sort(t)", False, False),
    ],
)
def test_a_few_are_taken_of_an_end(code: str, sort: str, end: bool, turned: bool) -> None:
    found = taken(code, sort)

    assert [(few.end, few.turned) for few in found] == [(end, turned)]


@pytest.mark.parametrize(
    ("body", "sort", "times"),
    [
        ("np.argsort(x)\n    z = y[:5], y[-5:]\n    y = 1", "np.argsort(x)", 2),
        ("np.argsort(x)[::-1]\n    z = y[:5]\n    y = 1", "np.argsort(x)", 1),
        ("torch.sort(t)\n    z = y.values[:5], y[1][:5]\n    y = 1", "torch.sort(t)", 2),
        ("0\n    v, i = torch.sort(t)\n    z = v[:5], i[:5]", "torch.sort(t)", 2),
    ],
)
def test_a_few_are_taken_through_variables(body: str, sort: str, times: int) -> None:
    assert len(taken(body, sort)) == times


@pytest.mark.parametrize(
    ("code", "sort"),
    [
        ("np.argsort(x)", "np.argsort(x)"),
        ("np.argsort(x)[5:]", "np.argsort(x)"),
        ("np.argsort(x)[:-5]", "np.argsort(x)"),
        ("np.argsort(x)[::2]", "np.argsort(x)"),
        ("np.argsort(x)[3]", "np.argsort(x)"),
        ("np.argsort(x)[:u]", "np.argsort(x)"),
        ("np.argsort(x)[:5000]", "np.argsort(x)"),
        ("np.argsort(x)[-u:]", "np.argsort(x)"),
        ("np.argsort(x, axis=1)[:5]", "np.argsort(x, axis=1)"),
        ("np.argsort(x, axis=0)[:, :5]", "np.argsort(x, axis=0)"),
        ("torch.sort(t)[:5]", "torch.sort(t)"),
        ("torch.sort(t)[0]", "torch.sort(t)"),
        ("np.argsort(x)\n    z = y[:5], y", "np.argsort(x)"),
    ],
)
def test_more_than_a_few_are_taken(code: str, sort: str) -> None:
    assert taken(code, sort) == []
