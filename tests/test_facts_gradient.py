"""Gradient and phase: what is inference, what records gradients, what may train."""

from __future__ import annotations

from typing import cast

import libcst as cst
import pytest

from smelllint.facts import Facts, Phase
from tests.facts_helpers import facts_of, find


def phase_of(code: str, call: str = "net(x)") -> Phase:
    facts = facts_of(f"import torch\nfrom torch import nn\n{code}")
    return facts.phase(cast(cst.Call, find(facts, call)))


@pytest.mark.parametrize(
    "code",
    [
        "net = nn.Linear(1, 1)\nnet.eval()\nnet(x)",
        "net = nn.Linear(1, 1)\nnet.to(d).eval()\nnet(x)",
        "net = nn.Linear(1, 1).to(d).eval()\nnet(x)",
        "model = nn.Linear(1, 1)\nmodel.eval()\nnet = model\nnet(x)",
        "net = nn.Linear(1, 1)\nnet.train(False)\nnet(x)",
    ],
)
def test_a_model_in_evaluation_mode_infers(code: str) -> None:
    assert phase_of(code) is Phase.INFERENCE


@pytest.mark.parametrize(
    "code",
    [
        "net = nn.Linear(1, 1)\nnet(x)",
        "net = nn.Linear(1, 1)\nnet.parameters().eval()\nnet(x)",
        "net = nn.Linear(1, 1)\nnet.eval()\nwith torch.enable_grad():\n    net(x)",
        "net = nn.Linear(1, 1)\nnet.eval()\nnet(x).backward()",
        "net = nn.Linear(1, 1)\nnet.eval()\nx.requires_grad_()\nnet(x)",
    ],
)
def test_the_phase_is_not_known_without_evaluation_mode_or_where_gradients_are_wanted(code: str) -> None:
    assert phase_of(code) is Phase.UNKNOWN


def test_the_phase_of_a_part_of_a_module_is_that_of_its_caller() -> None:
    code = """
class Perceptual(nn.Module):
    def __init__(self):
        self.net = nn.Linear(1, 1).eval()
    def forward(self, x):
        return self.net(x)
"""

    assert phase_of(code, "self.net(x)") is Phase.UNKNOWN


def trains(body: str) -> bool:
    facts: Facts = facts_of(f"""
import torch
from torch import nn
from elsewhere import *
from elsewhere import evaluate, show

net = nn.Linear(1, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

def step(loss):
    loss.backward()

def score(batch):
    return net(batch).argmax()

for batch in batches:
    {body}
""")
    return facts.trains(facts.nodes(cst.For)[0])


@pytest.mark.parametrize(
    "body",
    [
        "net(batch).mean().backward()",
        "optimizer.step()",
        "net.train()",
        "step(batch)",
        "evaluate(net, batch)",
        "agent.learn(batch)",
        "train_one_epoch(batch)",
    ],
)
def test_a_backward_pass_a_switch_or_an_unseen_function_with_the_model_may_train(body: str) -> None:
    assert trains(body)


@pytest.mark.parametrize(
    "body", ["net(batch)", "net.eval()", "score(batch)", "show(batch)", "print(net)", "torch.save(net, path)"]
)
def test_a_forward_pass_and_known_functions_do_not_train(body: str) -> None:
    assert not trains(body)
