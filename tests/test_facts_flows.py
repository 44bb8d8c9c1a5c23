"""Flows: where a value ends."""

from __future__ import annotations

import pytest

from smelllint.facts.flows import End
from tests.facts_helpers import facts_of, find

DISCARDED, DETACHED, BACKWARD = End.DISCARDED, End.DETACHED, End.BACKWARD
RETURNED, STORED, PASSED, UNKNOWN = End.RETURNED, End.STORED, End.PASSED, End.UNKNOWN


def ends_of(code: str) -> set[End]:
    """The ends of the first `net(x)` in a function."""
    indented = "\n".join(f"    {line}" for line in code.split("\n"))
    facts = facts_of(
        f"import torch\nfrom torch import nn\nnet = nn.Linear(1, 1)\ndef f(x, y, self):\n{indented}\n"
    )
    return set(facts.ends(find(facts, "net(x)")))


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("net(x)", {DISCARDED}),
        ("out = net(x)", {DISCARDED}),
        ("out = net(x)\ndel out", {DISCARDED}),
        ("net(x).item()", {DETACHED}),
        ("return net(x).argmax(1)", {DETACHED}),
        ("return net(x).detach().cpu()", {DETACHED}),
        ("return net(x).cpu()", {RETURNED}),
        ("print(net(x))", {DETACHED}),
        ("float(net(x))", {DETACHED}),
        ("return net(x) > 0", {DETACHED}),
        ("return f'{net(x)}'", {DETACHED}),
        ("return net(x).shape", {DETACHED}),
        ("return torch.argmax(net(x), 1)", {DETACHED}),
        ("return torch.softmax(net(x), 1)", {RETURNED}),
        ("if net(x):\n    pass", {DETACHED}),
        ("y[net(x)]", {DETACHED}),
        ("a, b = net(x).max(1)\nreturn b", {DETACHED, DISCARDED}),
        ("a, b = net(x).max(1)\nreturn a", {DETACHED, RETURNED}),
        ("return net(x).max(1)[1]", {DETACHED}),
        ("return net(x).max(1).indices", {DETACHED}),
        ("return torch.max(net(x), 1)[1]", {DETACHED}),
        ("net(x).backward()", {BACKWARD}),
        ("loss = net(x).sum()\nloss.backward()", {BACKWARD}),
        ("scaler.scale(net(x)).backward()", {BACKWARD}),
        ("accelerator.backward(net(x))", {BACKWARD}),
        ("self.manual_backward(net(x))", {BACKWARD}),
        ("return net(x)", {RETURNED}),
        ("yield net(x)", {RETURNED}),
        ("return net(x), 1", {RETURNED}),
        ("return net(x) if y else None", {RETURNED}),
        ("return -net(x) + 1", {RETURNED}),
        ("return await_me(net(x))", {PASSED}),
        ("elsewhere(net(x))", {PASSED}),
        ("y.append(net(x))", {STORED}),
        ("terms = y + [net(x)]\nreturn sum(terms).argmax(1)", {DETACHED}),
        ("terms = []\nterms += [net(x)]\nreturn torch.cat(terms).argmax(1)", {DETACHED}),
        ("terms = y + [net(x)]\nsum(terms).backward()", {BACKWARD}),
        ("terms = y + [net(x)]\nreturn terms", {RETURNED}),
        ("terms = y + [net(x)]\nkeep(terms)", {PASSED}),
        ("self.terms += [net(x)]", {STORED}),
        ("self.out = net(x)", {STORED}),
        ("y[0] = net(x)", {STORED}),
        ("return [net(x) for i in y]", {STORED}),
        ("total = torch.zeros(1)\ntotal.add_(net(x))", {STORED}),
        ("total = 0\ntotal += net(x)\nreturn total", {RETURNED}),
        ("self.total += net(x)", {STORED}),
        ("loss_fn = nn.CrossEntropyLoss()\nloss_fn(net(x), y).item()", {DETACHED}),
        ("out = net(x)\nprint(out)\nreturn out", {DETACHED, RETURNED}),
        ("out = net(x)\nout = 1\nreturn out", {DISCARDED}),
        ("if (out := net(x)) is None:\n    return out", {DETACHED, RETURNED}),
        ("with net(x) as out:\n    pass", {UNKNOWN}),
        ("return lambda: net(x)", {UNKNOWN}),
    ],
)
def test_where_a_value_ends(code: str, ends: set[End]) -> None:
    assert ends_of(code) == ends


def test_a_value_that_goes_round_in_a_loop_is_followed_once() -> None:
    assert ends_of("h = net(x)\nfor i in y:\n    h = torch.relu(h)\nreturn h") >= {RETURNED}


def test_many_uses_of_many_variables_are_followed_at_once() -> None:
    """Each mention is followed once: without that, twenty steps of three uses would take 3^20."""
    steps = [f"v{i + 1} = v{i} + v{i} * v{i}" for i in range(20)]

    assert ends_of("\n".join(["v0 = net(x)", *steps, "return v20"])) >= {RETURNED}


@pytest.mark.parametrize(
    ("call", "container"),
    [("xs.append(y)", "xs"), ("xs.append(*y)", None), ("xs.extend(y)", None), ("f(y)", None)],
)
def test_an_append_names_the_list_it_appends_to(call: str, container: str | None) -> None:
    facts = facts_of(f"{call}\n")
    found = facts.appends_to(find(facts, call))

    assert (facts.text(found) if found is not None else None) == container
