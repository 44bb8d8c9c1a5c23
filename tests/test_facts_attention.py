"""Attention: where a file writes it out, and where it only looks like it."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tests.facts_helpers import facts_of

HEAD = """
import torch
from torch import nn
from torch.nn import functional as F

class Layer(nn.Module):
    def __init__(self):
        self.drop = nn.Dropout(0.1)
        self.learnt = nn.Parameter(torch.ones(8, 1, 1))
        self.bias = nn.Linear(8, 8)

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask=None):
"""


def products(body: str) -> list[str]:
    facts = facts_of(HEAD + textwrap.indent(textwrap.dedent(body), "        "))
    found = [facts.written_out(call) for call in facts.nodes(cst.Call)]
    return [facts.text(product) for product in found if product is not None]


@pytest.mark.parametrize(
    "body",
    [
        "return F.softmax(q @ k.transpose(-2, -1), dim=-1) @ v",
        "return F.softmax(8 * (q @ k.transpose(-2, -1)), dim=-1) @ v",
        "w = torch.softmax(q @ k.transpose(-2, -1) + mask, -1)\nreturn w @ v",
        "w = self.drop((q @ k.transpose(-2, -1)).softmax(dim=-1))\nreturn torch.matmul(w, v)",
        "w = nn.Softmax(dim=-1)(q @ k.transpose(-2, -1)).to(v.dtype)\nreturn w.matmul(v)",
        """
        s = q @ k.transpose(-2, -1)
        if mask is not None:
            s = s.masked_fill(mask, -1e9)
        s += mask
        return F.softmax(s, dim=-1) @ v
        """,
    ],
)
def test_values_weighed_by_the_likeness_of_queries_and_keys(body: str) -> None:
    assert products(body) == ["q @ k.transpose(-2, -1)"]


def test_keys_may_be_turned_beforehand() -> None:
    assert products("k = k.permute(0, 1, 3, 2)\nreturn F.softmax(q @ k, dim=-1) @ v") == ["q @ k"]


@pytest.mark.parametrize(
    "body",
    [
        "return F.softmax(q @ k, dim=-1) @ v",
        "return F.softmax(q @ k.transpose(-2, -1), dim=1) @ v",
        "return v @ F.softmax(q @ k.transpose(-2, -1), dim=-1)",
        "w = F.softmax(q @ k.transpose(-2, -1), dim=-1)\nreturn w @ v, w",
        "return F.softmax(torch.tanh(q @ k.transpose(-2, -1)), dim=-1) @ v",
        "return F.softmax(q @ k.transpose(-2, -1) * self.learnt, dim=-1) @ v",
        "return F.softmax(q @ k.transpose(-2, -1) + self.bias(mask), dim=-1) @ v",
        "b = self.bias(mask)\nreturn F.softmax(q @ k.transpose(-2, -1) + b, dim=-1) @ v",
        "s = q @ k.transpose(-2, -1)\ns += self.bias(mask)\nreturn F.softmax(s, dim=-1) @ v",
        "s = q @ k.transpose(-2, -1) if mask else q\nreturn F.softmax(s, dim=-1) @ v",
        "s = q\nif mask:\n    s = q @ k.transpose(-2, -1)\nreturn F.softmax(s, dim=-1) @ v",
        "w = F.softmax(q @ k.transpose(-2, -1), dim=-1)\nreturn F.relu(w) @ v",
        "F.softmax(q @ k.transpose(-2, -1), dim=-1)",
    ],
)
def test_what_no_fused_kernel_computes_is_left_alone(body: str) -> None:
    assert products(body) == []
