"""Which graph a value holds, when a backward pass has used it up, and what a loop keeps on."""

from __future__ import annotations

from typing import cast

import libcst as cst
import pytest

from smelllint.facts import Facts, Kind
from tests.facts_helpers import facts_of, find

LOOP = """
    import torch
    from torch import nn
    from torch.nn import functional as F

    model = nn.Linear(8, 2)

    def train(loader, optimizer, accelerator, scaler, criterion, weight):
        kept = []
        for batch, labels in loader:
            logits = model(batch)
            {loss}
            {backward}
            kept.append({value})
        return kept
"""


def made(
    value: str,
    loss: str = "loss = F.cross_entropy(logits, labels)",
    backward: str = "loss.backward()",
) -> Facts:
    return facts_of(LOOP.format(value=value, loss=loss, backward=backward))


def kept(facts: Facts) -> cst.BaseExpression:
    calls = (call for call in facts.nodes(cst.Call) if facts.text(call.func) == "kept.append")
    return next(calls).args[0].value


def ties(facts: Facts) -> list[str]:
    return [facts.text(tie) for tie in facts.ties(kept(facts))]


@pytest.mark.parametrize(
    "value",
    [
        "logits",
        "logits.cpu()",
        "logits[:, 0]",
        "F.softmax(logits, dim=1)",
        "torch.cat([logits, batch])",
        "-logits",
    ],
)
def test_a_value_is_tied_to_the_forward_pass_it_comes_from(value: str) -> None:
    assert ties(made(value)) == ["model(batch)"]


@pytest.mark.parametrize(
    "value",
    [
        "logits.detach()",
        "logits.data",
        "logits.argmax(1)",
        "logits.cpu().detach().numpy()",
        "logits.softmax(1).tolist()",
        "logits.max(1)[1]",
        "torch.max(logits, 1)",
        "labels",
        "float(loss)",
        "loss.item()",
        "anything(logits)",
    ],
)
def test_a_detached_or_unknown_value_has_no_ties(value: str) -> None:
    assert ties(made(value)) == []


def test_no_graph_is_made_under_no_grad() -> None:
    facts = facts_of("""
        import torch
        from torch import nn
        model = nn.Linear(8, 2)
        with torch.no_grad():
            logits = model(batch)
        kept.append(logits)
    """)

    assert ties(facts) == []


def test_a_variable_that_is_a_number_by_now_has_no_ties() -> None:
    assert ties(made("loss", backward="loss.backward(); loss = loss.item()")) == []


@pytest.mark.parametrize(
    ("loss", "backward"),
    [
        ("loss = F.cross_entropy(logits, labels)", "loss.backward()"),
        ("loss = criterion(logits, labels)", "scaler.scale(loss).backward()"),
        ("loss = criterion(logits, labels)", "accelerator.backward(loss)"),
        ("loss = criterion(logits, labels)", "(loss / 4).backward()"),
        ("loss = criterion(logits, labels)", "total = 0.5 * loss + logits.pow(2).mean(); total.backward()"),
        ("loss = criterion(logits, labels)", "torch.autograd.backward(loss)"),
    ],
)
def test_a_loss_is_what_a_backward_pass_starts_from(loss: str, backward: str) -> None:
    facts = made("loss", loss, backward)

    assert ties(facts) == ["loss"]
    assert facts.spent(facts.ties(kept(facts))[0], facts.nodes(cst.For)[0])


def test_a_factor_of_the_loss_is_no_loss() -> None:
    facts = made("weight", backward="(weight * loss).backward()")

    assert not facts.is_loss(kept(facts))


def test_the_graph_of_the_outputs_is_spent_with_the_loss_made_of_them() -> None:
    facts = made("logits", "loss = criterion(logits, labels)")

    assert facts.spent(facts.ties(kept(facts))[0], facts.nodes(cst.For)[0])


@pytest.mark.parametrize("backward", ["loss.backward(retain_graph=True)", "pass", "optimizer.step()"])
def test_a_graph_is_not_spent_by_what_keeps_it(backward: str) -> None:
    facts = made("logits", backward=backward)

    assert not facts.spent(facts.ties(kept(facts))[0], facts.nodes(cst.For)[0])


def test_what_a_backward_pass_starts_from_is_differentiated() -> None:
    facts = made("logits", backward="torch.cat(kept).sum().backward()")

    assert facts.differentiated(find(facts, "kept", 1))
    assert not facts.differentiated(find(facts, "labels", 1))


@pytest.mark.parametrize(
    ("code", "kept_on"),
    [
        ("total = 0\nfor x in xs:\n    total += x", True),
        ("for x in xs:\n    total = 0\n    total += x", False),
        ("total = 0\nfor x in xs:\n    total += x\n    if x:\n        total = 0", True),
        ("sums = {}\nfor x in xs:\n    total = 0\n    sums['total'] += x", True),
        ("class A:\n    def f(self):\n        for x in xs:\n            self.total += x", True),
        (
            "class A:\n  def f(self):\n    for x in xs:\n      self.total = 0\n      self.total += x",
            False,
        ),
    ],
)
def test_what_is_bound_outside_a_loop_outlives_its_rounds(code: str, kept_on: bool) -> None:
    facts = facts_of(code)
    target = facts.nodes(cst.AugAssign)[0].target

    assert facts.outlives(target, cast(cst.For, facts.nodes(cst.For)[0])) is kept_on


@pytest.mark.parametrize(
    ("code", "elsewhere"),
    [
        ("import torch\ntorch.zeros(3)", False),
        ("import torch\ntorch.set_default_device('cuda')\ntorch.zeros(3)", True),
        ("import torch\nwith torch.device('meta'):\n    torch.zeros(3)", True),
        ("import torch\nwith torch.no_grad():\n    torch.zeros(3)", False),
    ],
)
def test_tensors_are_made_on_the_cpu_unless_something_says_otherwise(code: str, elsewhere: bool) -> None:
    facts = facts_of(code)

    assert facts.default_device(find(facts, "torch.zeros(3)")) is elsewhere


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        ("self.layer(x)", Kind.TENSOR),
        ("self.layer(x), x", Kind.TUPLE),
        ("{'scores': self.layer(x)}", Kind.DICT),
    ],
)
def test_a_forward_pass_gives_what_the_forward_of_its_class_returns(returned: str, kind: Kind) -> None:
    facts = facts_of(f"""
        from torch import nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(8, 2)
            def forward(self, x):
                return {returned}
        net = Net()
        print(net(batch))
    """)

    assert facts.kind(find(facts, "net(batch)")) is kind
