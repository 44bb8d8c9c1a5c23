"""Trainings: what trains all the weights of a model."""

from __future__ import annotations

import pytest

from tests.facts_helpers import facts_of, find_call

MADE = 'AutoModel.from_pretrained("a/b")'
HEAD = f"""\
import torch
from transformers import AutoModel, Trainer
model = {MADE}
"""


@pytest.mark.parametrize(
    ("code", "by"),
    [
        ("o = torch.optim.SGD(model.parameters())\nloss.backward()", "torch.optim.SGD(model.parameters())"),
        ("w = model.parameters()\no = torch.optim.SGD(w)\no.step()", "torch.optim.SGD(w)"),
        (
            "model = model.to('cuda')\no = torch.optim.SGD(model.parameters())\no.step()",
            "torch.optim.SGD(model.parameters())",
        ),
        ("t = Trainer(model=model)\nt.train()", "Trainer(model=model)"),
        ("Trainer(model).train()", "Trainer(model)"),
        ("o = torch.optim.SGD(model.parameters())", None),
        ("o = torch.optim.SGD(model.head.parameters())\no.step()", None),
        ("o = torch.optim.SGD(w for w in model.parameters() if w.requires_grad)\no.step()", None),
        ("o = torch.optim.SGD(other.parameters())\no.step()", None),
        ("model.requires_grad_(False)\no = torch.optim.SGD(model.parameters())\no.step()", None),
        ("t = Trainer(model=model)\nt.evaluate()", None),
        ("model = wrap(model)\nTrainer(model).train()", None),
    ],
)
def test_a_model_is_trained_by_what_is_given_all_its_weights(code: str, by: str | None) -> None:
    facts = facts_of(HEAD + code)
    training = facts.trained_by(find_call(facts, MADE))

    assert (facts.text(training) if training is not None else None) == by


def test_a_keras_model_is_trained_by_its_fit() -> None:
    facts = facts_of("import keras\nmodel = keras.applications.ResNet50(weights=None)\nmodel.fit(x, y)\n")
    training = facts.trained_by(find_call(facts, "keras.applications.ResNet50(weights=None)"))

    assert training is not None
    assert facts.text(training) == "model.fit(x, y)"
