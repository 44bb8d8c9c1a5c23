"""Arrays: which expressions are arrays, which are new, and what tensors are made of."""

from __future__ import annotations

import pytest

from tests.facts_helpers import facts_of, find, find_call, find_last

HEAD = """
import numpy as np
import torch
import torch as th
from numpy import zeros
from sentence_transformers import SentenceTransformer

def made(n):
    return np.zeros(n)

def one(n):
    return np.random.normal(0, n)

def f(a: np.ndarray, t: torch.Tensor, criterion: torch.nn.MSELoss, n, x):
    encoder = SentenceTransformer("m")
    held = np.ones(n)
    number = held[0]
    loss = criterion(t, t)
    """


def test_arrays_are_known() -> None:
    for text in (
        "a",
        "held",
        "zeros(n)",
        "np.stack(x)",
        "made(n)",
        "a / 255",
        "1 - a",
        "a[1:]",
        "a[:, 0]",
        "a.astype('f')",
        "a.reshape(-1)",
        "np.random.rand(3)",
        "np.random.normal(0, 1, n)",
        "np.random.normal(size=n)",
        "t.numpy()",
        "t.detach().cpu().numpy()",
        "encoder.encode(x)",
    ):
        facts = facts_of(f"{HEAD}return {text}\n")
        assert facts.is_array(find_last(facts, text)), text


@pytest.mark.parametrize(
    "text",
    [
        "n",
        "t",
        "number",
        "a[0]",
        "a[0] * 2",
        "np.random.rand()",
        "np.random.normal(0, 1)",
        "one(n)",
        "t.sum().numpy()",
        "t.mean().detach().numpy()",
        "loss.detach().numpy()",
        "t[0].numpy()",
        "x.numpy()",
        "np.load(x)",
    ],
)
def test_numbers_and_unknown_things_are_no_arrays(text: str) -> None:
    facts = facts_of(f"{HEAD}return {text}\n")

    assert not facts.is_array(find_last(facts, text))


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("np.zeros(n)", True),
        ("np.array(x)", True),
        ("np.random.rand(3)", True),
        ("a * 2", True),
        ("a.copy()", True),
        ("a.astype('f')", True),
        ("a.copy().reshape(2, 3)", True),
        ("a", False),
        ("a[1:]", False),
        ("a.reshape(2, 3)", False),
        ("a.astype('f', copy=False)", False),
        ("np.asarray(x)", False),
        ("np.transpose(a)", False),
        ("t.numpy()", False),
        ("number * 2", False),
    ],
)
def test_an_array_is_fresh_where_the_expression_makes_it(text: str, fresh: bool) -> None:
    facts = facts_of(f"{HEAD}return {text}\n")

    assert facts.fresh(find_last(facts, text)) is fresh


@pytest.mark.parametrize(
    "call",
    [
        "torch.tensor(x)",
        "th.as_tensor(x, dtype=th.float32)",
        "torch.tensor(data=x)",
        "torch.FloatTensor(x)",
        "torch.cuda.LongTensor(x)",
        "Tensor(x)",
    ],
)
def test_a_tensor_is_made_of_data(call: str) -> None:
    code = f"import torch, torch as th\nTensor = torch.cuda.FloatTensor if cuda else torch.Tensor\n{call}\n"
    facts = facts_of(code)

    given = facts.tensor_of(find_call(facts, call))

    assert given is not None
    assert facts.text(given) == "x"


@pytest.mark.parametrize(
    "call", ["torch.FloatTensor(3, 4)", "torch.stack(x)", "tensor(x)", "torch.tensor()", "Either(x)"]
)
def test_other_calls_make_no_tensor_of_data(call: str) -> None:
    code = f"import torch\nEither = torch.FloatTensor if cuda else list\n{call}\n"
    facts = facts_of(code)

    assert facts.tensor_of(find_call(facts, call)) is None


def test_the_elements_of_a_list_are_known() -> None:
    facts = facts_of("xs = [a]\nfor i in y:\n    xs.append(b)\nxs\n")

    assert [facts.text(element) for element in facts.elements(find(facts, "xs", 2))] == ["a", "b"]
