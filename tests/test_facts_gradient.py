"""Gradient and phase: what is inference, what records gradients, what may train."""

from __future__ import annotations

from typing import cast

import libcst as cst
import pytest

from smelllint.facts import Facts, Grad, Phase
from tests.facts_helpers import facts_of, find, find_call


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


HEAD = """
import contextlib
import time
import torch
import torch as th
from contextlib import nullcontext
from torch import nn, no_grad, no_grad as quiet
from elsewhere import Frozen, eval_mode, smart_inference
import lightning as L
net = nn.Linear(1, 1)
"""


def grad_of(code: str) -> Grad:
    """Whether gradients are recorded at the first `work(...)`."""
    facts = facts_of(HEAD + code)
    return facts.grad(next(call for call in facts.nodes(cst.Call) if facts.text(call.func) == "work"))


@pytest.mark.parametrize(
    ("header", "grad"),
    [
        ("with torch.no_grad():", Grad.OFF),
        ("with th.no_grad():", Grad.OFF),
        ("with no_grad():", Grad.OFF),
        ("with quiet():", Grad.OFF),
        ("with torch.inference_mode():", Grad.OFF),
        ("with torch.inference_mode(mode=False):", Grad.ON),
        ("with torch.inference_mode(flag):", Grad.UNKNOWN),
        ("with torch.autograd.no_grad():", Grad.OFF),
        ("with torch.enable_grad():", Grad.ON),
        ("with torch.set_grad_enabled(False):", Grad.OFF),
        ("with torch.set_grad_enabled(True):", Grad.ON),
        ("with torch.set_grad_enabled(phase == 'train'):", Grad.UNKNOWN),
        ("with open('x') as f, torch.no_grad():", Grad.OFF),
        ("with torch.no_grad(), torch.autocast('cuda'):", Grad.OFF),
        ("with torch.no_grad(), torch.enable_grad():", Grad.ON),
        ("with torch.autocast('cuda'):", Grad.ON),
        ("with open('x') as f:", Grad.ON),
        ("with nullcontext():", Grad.ON),
        ("with time.clock():", Grad.ON),
        ("with eval_mode(net):", Grad.UNKNOWN),
        ("with something:", Grad.UNKNOWN),
        ("with torch.no_grad() if flag else nullcontext():", Grad.UNKNOWN),
        ("with contextlib.ExitStack() as stack:", Grad.UNKNOWN),
        ("with torch.something_new():", Grad.UNKNOWN),
        ("if flag:", Grad.ON),
    ],
)
def test_a_block_switches_gradients(header: str, grad: Grad) -> None:
    """One that the file does not explain may do so."""
    assert grad_of(f"{header}\n    work(1)\n") is grad


@pytest.mark.parametrize(
    ("code", "grad"),
    [
        ("ctx = torch.no_grad()\nwith ctx:\n    work(1)", Grad.OFF),
        ("with torch.no_grad():\n    with torch.enable_grad():\n        work(1)", Grad.ON),
        ("with torch.no_grad():\n    pass\nwork(1)", Grad.ON),
        ("with torch.no_grad():\n    def f():\n        work(1)", Grad.ON),
        ("with torch.no_grad():\n    f = lambda: work(1)", Grad.UNKNOWN),
        ("class Timer:\n    def __enter__(self): pass\nwith Timer():\n    work(1)", Grad.ON),
        ("class Quiet(Frozen): pass\nwith Quiet():\n    work(1)", Grad.UNKNOWN),
        (
            "class A:\n    def __enter__(self):\n        torch.set_grad_enabled(a)\nwith A():\n    work(1)",
            Grad.UNKNOWN,
        ),
        ("import accelerate\na = accelerate.Accelerator()\nwith a.autocast():\n    work(1)", Grad.ON),
    ],
)
def test_blocks_hold_for_what_runs_in_them(code: str, grad: Grad) -> None:
    assert grad_of(code) is grad


@pytest.mark.parametrize(
    ("decorator", "grad"),
    [
        ("@torch.no_grad()", Grad.OFF),
        ("@torch.no_grad", Grad.OFF),
        ("@torch.inference_mode()", Grad.OFF),
        ("@torch.set_grad_enabled(False)", Grad.OFF),
        ("@torch.enable_grad()", Grad.ON),
        ("@torch.compile", Grad.ON),
        ("@staticmethod", Grad.ON),
        ("@app.post('/predict')", Grad.ON),
        ("@smart_inference()", Grad.UNKNOWN),
        ("@eval_mode", Grad.UNKNOWN),
    ],
)
def test_a_decorator_switches_gradients(decorator: str, grad: Grad) -> None:
    """A decorator of unknown origin may do so where it is named like it."""
    assert grad_of(f"{decorator}\ndef f():\n    work(1)\n") is grad


@pytest.mark.parametrize(
    ("calls", "grad"),
    [
        ("f()", Grad.ON),
        ("with torch.no_grad():\n    f()", Grad.OFF),
        ("with torch.no_grad():\n    f()\nf()", Grad.UNKNOWN),
        ("@torch.no_grad()\ndef g():\n    f()", Grad.OFF),
        ("def g():\n    f()\nwith torch.no_grad():\n    g()", Grad.OFF),
        ("def g():\n    f()\n    g()", Grad.ON),
        ("torch.no_grad()(f)()", Grad.UNKNOWN),
        ("with torch.no_grad():\n    run(f)", Grad.UNKNOWN),
        ("run(f)", Grad.ON),
        ("", Grad.ON),
    ],
)
def test_a_function_runs_with_the_gradients_of_its_callers(calls: str, grad: Grad) -> None:
    assert grad_of(f"def f():\n    work(1)\n{calls}\n") is grad


@pytest.mark.parametrize(
    ("calls", "grad"),
    [
        ("with torch.no_grad():\n    A().f()", Grad.OFF),
        ("with torch.no_grad():\n    unknown.f()", Grad.UNKNOWN),
        ("A().f()", Grad.ON),
    ],
)
def test_a_method_runs_with_the_gradients_of_its_callers(calls: str, grad: Grad) -> None:
    assert grad_of(f"class A:\n    def f(self):\n        work(1)\n{calls}\n") is grad


@pytest.mark.parametrize(
    ("name", "grad"),
    [("validation_step", Grad.OFF), ("training_step", Grad.ON), ("helper", Grad.UNKNOWN)],
)
def test_lightning_runs_its_hooks_with_and_without_gradients(name: str, grad: Grad) -> None:
    assert grad_of(f"class M(L.LightningModule):\n    def {name}(self, b):\n        work(1)\n") is grad


def test_a_method_of_a_module_is_called_by_who_knows_whom() -> None:
    assert grad_of("class M(nn.Module):\n    def forward(self, x):\n        work(1)\n") is Grad.UNKNOWN


def test_a_method_that_switches_to_evaluation_is_called_for_inference() -> None:
    code = "class M(nn.Module):\n    def predict(self, x):\n        self.eval()\n        work(1)\n"

    assert grad_of(code) is Grad.ON


@pytest.mark.parametrize(
    ("code", "grad"),
    [
        ("torch.set_grad_enabled(False)\nwork(1)", Grad.OFF),
        ("work(1)\ntorch.set_grad_enabled(False)", Grad.ON),
        ("torch.set_grad_enabled(False)\ntorch.set_grad_enabled(True)\nwork(1)", Grad.ON),
        ("if flag:\n    torch.set_grad_enabled(False)\nwork(1)", Grad.UNKNOWN),
        ("for x in y:\n    work(1)\n    torch.set_grad_enabled(False)", Grad.UNKNOWN),
        ("torch.set_grad_enabled(False)\ndef f():\n    work(1)", Grad.OFF),
        ("if flag:\n    torch.set_grad_enabled(False)\ndef f():\n    work(1)", Grad.UNKNOWN),
        ("def g():\n    torch.set_grad_enabled(False)\nwork(1)", Grad.UNKNOWN),
        ("torch.set_grad_enabled(False)\nwith torch.enable_grad():\n    work(1)", Grad.ON),
    ],
)
def test_a_global_switch_holds_once_it_has_surely_run(code: str, grad: Grad) -> None:
    assert grad_of(code) is grad


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("net = nn.Linear(1, 1)\nnet.train()\nnet(x)", Phase.TRAINING),
        ("net = nn.Linear(1, 1)\nnet.train(flag)\nnet(x)", Phase.UNKNOWN),
        ("net = nn.Linear(1, 1)\nif a:\n    net.eval()\nnet(x)", Phase.INFERENCE),
        ("net = nn.Linear(1, 1)\nnet.eval()\nfor i in y:\n    net(x)\n    net.train()", Phase.INFERENCE),
        ("net = nn.Linear(1, 1)\nnet.eval()\nfor i in y:\n    net(x)\n    loss.backward()", Phase.UNKNOWN),
        (
            "def make():\n    m = nn.Linear(1, 1)\n    m.eval()\n    return m\nnet = make()\nnet(x)",
            Phase.INFERENCE,
        ),
        (
            "def make():\n    m = nn.Linear(1, 1)\n    m.train()\n    return m\nnet = make()\nnet(x)",
            Phase.UNKNOWN,
        ),
        ("def f(net):\n    net(x)\nm = nn.Linear(1, 1)\nm.eval()\nf(m)", Phase.INFERENCE),
        ("def f(net):\n    net(x)\nm = nn.Linear(1, 1)\nm.train()\nf(m)", Phase.TRAINING),
        ("def f(net: nn.Module):\n    net(x)", Phase.UNKNOWN),
        ("from transformers import AutoModel\nnet = AutoModel.from_pretrained('a')\nnet(x)", Phase.INFERENCE),
    ],
)
def test_the_phase_follows_the_switches_of_the_model(code: str, phase: Phase) -> None:
    assert phase_of(code) is phase


def test_an_optimizer_of_unknown_make_is_known_by_its_name() -> None:
    facts = facts_of("def f(optimizer, env):\n    optimizer.step()\n    env.step()\n")

    assert [facts.text(call) for call in facts.backwards(facts.tree.module)] == ["optimizer.step()"]


def test_forward_is_a_call_of_a_module_or_of_its_forward_method() -> None:
    facts = facts_of(f"{HEAD}net(1)\nnet.forward(2)\nnet.to(3)\nunknown(4)\n")
    texts = ["net(1)", "net.forward(2)", "net.to(3)", "unknown(4)"]
    models = [facts.forward(find_call(facts, text)) for text in texts]

    assert [model is not None for model in models] == [True, True, False, False]


def test_a_function_that_goes_back_speaks_against_inference() -> None:
    facts = facts_of(
        """
        import torch
        from torch import nn

        def step(out):
            out.sum().backward()

        def other(out):
            step(out)

        net = nn.Linear(2, 2)
        net.eval()
        out = net(torch.ones(2))
        other(out)
        """
    )
    assert facts.phase(find_call(facts, "net(torch.ones(2))")) is Phase.UNKNOWN


def test_a_function_that_trained_before_does_not() -> None:
    facts = facts_of(
        """
        import torch
        from torch import nn

        def train(net):
            net(torch.ones(2)).sum().backward()

        net = nn.Linear(2, 2)
        train(net)
        net.eval()
        out = net(torch.ones(2))
        """
    )
    assert facts.phase(find_call(facts, "net(torch.ones(2))", 1)) is Phase.INFERENCE
