"""Trainings: what trains all the weights of a model.

trained_by(call)   the optimizer, trainer or `fit` that is given all weights of the model that a call makes
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint.facts.gradient import Gradient
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.reach import Reach
from smelllint.facts.values import Values

RUNS = ("train", "fit")


class Trainings:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds, values: Values, reach: Reach, gradient: Gradient) -> None:
        self.tree = kinds.names.tree
        self.kinds = kinds
        self.values = values
        self.reach = reach
        self.gradient = gradient

    def trained_by(self, made: cst.Call) -> cst.Call | None:
        """The first optimizer that steps over all weights of the model that a call makes, trainer that is run
        on it, or `fit` of its own; None where none is known, and where some weights are frozen."""
        found = next(self._trainings(made), None)
        model = self.kinds.origins.holder(made)
        return None if model is not None and self.gradient.frozen(model) else found

    def _trainings(self, made: cst.Call) -> Iterator[cst.Call]:
        for call in self.tree.nodes(cst.Call):
            kind = self.kinds.kind(call)
            if kind is Kind.OPTIMIZER and self._steps_over(call, made):
                yield call
            if kind is Kind.TRAINER and self._runs_on(call, made):
                yield call
        yield from (handled.call for handled in self.reach.handled(made) if handled.method == "fit")

    def _steps_over(self, optimizer: cst.Call, made: cst.Call) -> bool:
        """Whether an optimizer is given `model.parameters()`, and something in the file runs backward."""
        given = self.values.argument(optimizer, "params", 0)
        weights = self.values.resolve(given) if isinstance(given, cst.BaseExpression) else None
        func = weights.func if isinstance(weights, cst.Call) else None
        if not isinstance(func, cst.Attribute) or func.attr.value != "parameters":
            return False
        return self.kinds.origins.origin(func.value) is made and bool(
            self.gradient.backwards(self.tree.module)
        )

    def _runs_on(self, trainer: cst.Call, made: cst.Call) -> bool:
        given = self.values.argument(trainer, "model", 0)
        if not isinstance(given, cst.BaseExpression) or self.kinds.origins.origin(given) is not made:
            return False
        return any(handled.method in RUNS for handled in self.reach.handled(trainer))
