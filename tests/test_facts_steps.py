"""The loops in which something is trained, and what their rounds do."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts
from tests.facts_helpers import facts_of, find, find_call

LOOP = """
    import torch
    from torch import nn
    from torch.nn import functional as F

    model = nn.Linear(8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    for epoch in range(10):
        start(epoch)
        for step, (batch, labels) in enumerate(loader):
            {first}
            logits = model(batch)
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            {last}
        finish(epoch)
"""


def made(first: str = "pass", last: str = "mark(step)") -> Facts:
    return facts_of(LOOP.format(first=first, last=last))


def inner_loop(facts: Facts) -> cst.For:
    return facts.nodes(cst.For)[1]


def test_the_step_loop_is_the_innermost_one_that_runs_a_backward_pass() -> None:
    facts = made()

    assert facts.step_loop(find(facts, "mark(step)")) is inner_loop(facts)
    assert facts.step_loop(find(facts, "start(epoch)")) is None
    assert facts.step_loop(find(facts, "nn.Linear(8, 2)")) is None


def test_a_comprehension_inside_a_step_is_no_step_loop() -> None:
    facts = made(last="[mark(part) for part in logits]")

    assert facts.step_loop(find(facts, "mark(part)")) is None


def test_gradients_that_are_only_asked_for_make_no_step() -> None:
    facts = facts_of(
        """
        import torch
        for batch in loader:
            slope = torch.autograd.grad(energy(batch), batch)
            mark(batch)
        """
    )

    assert facts.step_loop(find(facts, "mark(batch)")) is None


def test_a_loop_that_only_steps_an_optimizer_is_no_step_loop() -> None:
    facts = facts_of(
        """
        import torch
        optimizer = torch.optim.SGD([weight], lr=0.1)
        for batch in loader:
            optimizer.step()
            mark(batch)
        """
    )

    assert facts.step_loop(find(facts, "mark(batch)")) is None


@pytest.mark.parametrize(
    "last",
    ["if step % 10 == 0: mark(step)", "mark(step) if step else None", "step and mark(step)"],
)
def test_a_condition_keeps_a_node_from_some_rounds(last: str) -> None:
    facts = made(last=last)

    assert not facts.every_round(find(facts, "mark(step)"), inner_loop(facts))


@pytest.mark.parametrize("first", ["if step: continue", "if step > 9: break"])
def test_what_follows_a_way_out_of_the_round_is_not_run_in_each(first: str) -> None:
    facts = made(first=first)

    assert not facts.every_round(find(facts, "mark(step)"), inner_loop(facts))


def test_a_way_out_of_the_round_further_down_takes_nothing_back() -> None:
    facts = made(first="mark(step)", last="if step > 9: break")

    assert facts.every_round(find(facts, "mark(step)"), inner_loop(facts))


@pytest.mark.parametrize("value", ["loss", "logits.argmax(1)", "(logits.argmax(1) == labels).sum()"])
def test_a_value_leads_back_to_the_forward_pass_of_its_round(value: str) -> None:
    facts = made(last=f"mark({value})")

    value_node = find_call(facts, f"mark({value})").args[0].value
    assert [facts.text(call) for call in facts.forwards(value_node, inner_loop(facts))] == ["model(batch)"]


@pytest.mark.parametrize("value", ["labels", "loss.item()", "logits.cpu().argmax(1)", "float(loss)"])
def test_what_comes_from_elsewhere_or_was_fetched_leads_to_none(value: str) -> None:
    facts = made(last=f"mark({value})")

    assert facts.forwards(find_call(facts, f"mark({value})").args[0].value, inner_loop(facts)) == []


@pytest.mark.parametrize(
    ("text", "tensor"),
    [("loss.item()", "loss"), ("float(loss)", "loss"), ("logits.cpu()", "logits"), ("loss.mean()", None)],
)
def test_fetching_copies_the_numbers_of_a_tensor_to_the_host(text: str, tensor: str | None) -> None:
    facts = made(last=text)

    fetched = facts.fetched(find_call(facts, text))
    assert (facts.text(fetched) if fetched is not None else None) == tensor
