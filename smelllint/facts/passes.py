"""Passes: where a data loader goes, and how often a loop goes over it.

loader_mentions(call)  the expressions of the file that stand for the loader a call makes, that call first
goes_over(mention)     the loop that goes over a loader where it is mentioned
epochs(mention)        the loops over epochs around a mention, also around the calls of its function
to_accelerator(call)   whether a call moves something to an accelerator
fed(loop)              the moves to an accelerator of what a loop hands out
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from smelllint.facts.batches import Batches
from smelllint.facts.devices import Device, Devices
from smelllint.facts.kinds import Kinds
from smelllint.facts.places import Iterates, Loop, Places
from smelllint.facts.reach import Reach
from smelllint.facts.values import Values

MAX_STEPS = 3
AWAY = (Device.ACCELERATOR, Device.EITHER)


class Mention(NamedTuple):
    """An expression that stands for an object, and the calls that handed it to the functions around it."""

    node: cst.CSTNode
    calls: tuple[cst.Call, ...] = ()


class Passes:
    """The words of this family, for one file."""

    def __init__(
        self,
        places: Places,
        kinds: Kinds,
        values: Values,
        reach: Reach,
        batches: Batches,
        devices: Devices,
    ) -> None:
        self.places = places
        self.names = places.names
        self.tree = places.tree
        self.kinds = kinds
        self.values = values
        self.reach = reach
        self.batches = batches
        self.devices = devices

    # -- where a loader goes ----------------------------------------------------------------------------

    def loader_mentions(self, call: cst.Call) -> list[Mention]:
        """The mentions of what a call makes, through variables, parameters, and what functions of the file
        return."""
        made = Mention(call)
        return [made, *self._followed(made, MAX_STEPS)]

    def _followed(self, made: Mention, steps: int) -> Iterator[Mention]:
        for target, calls in self._targets(made) if steps else []:
            for use in self.names.followed(target):
                if use is not target and not self.names.stored(use):
                    mention = Mention(use, calls)
                    yield mention
                    yield from self._followed(mention, steps - 1)

    def _targets(self, made: Mention) -> list[Mention]:
        """The variables and parameters that an expression is given to."""
        node, calls = made
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Arg):
            call, param = self.tree.parent(parent), self.reach.parameter_for(parent)
            if param is None or not isinstance(call, cst.Call):
                return []
            return [Mention(param.name, (call, *calls))]
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            return [Mention(target, calls)] if isinstance(target, (cst.Name, cst.Attribute)) else []
        function = self.places.function(node)
        if not isinstance(function, cst.FunctionDef):
            return []
        if isinstance(parent, cst.Return):
            made_by = [Mention(call, calls[1:]) for call in calls[:1] or self.reach.callers(function)]
            return [target for call in made_by for target in self._targets(call)]
        return self._unpacked(parent, function) if isinstance(parent, cst.Element) else []

    def _unpacked(self, element: cst.Element, function: cst.FunctionDef) -> list[Mention]:
        """The variables that take an element of the tuple that a function returns."""
        pair = self.tree.parent(element)
        if not isinstance(pair, cst.Tuple) or not isinstance(self.tree.parent(pair), cst.Return):
            return []
        place = pair.elements.index(element)
        assigns = [self.tree.parent(call) for call in self.reach.callers(function)]
        taken = [assign.targets[0].target for assign in assigns if isinstance(assign, cst.Assign)]
        return [
            Mention(target.elements[place].value)
            for target in taken
            if isinstance(target, cst.Tuple) and len(target.elements) == len(pair.elements)
        ]

    # -- how often it is gone through -------------------------------------------------------------------

    def goes_over(self, mention: cst.CSTNode) -> Loop | None:
        """The loop that goes over what is mentioned: `for batch in tqdm(loader)`, also one of several things
        zipped."""
        for outer in self.tree.ancestors(mention):
            if isinstance(outer, (cst.For, cst.ListComp, cst.GeneratorExp)):
                over = self.places.iterable(outer) is mention or self._is_zipped(mention)
                return outer if over else None
            if not isinstance(outer, (cst.Arg, cst.Call, cst.CompFor)):
                return None
        return None

    def _is_zipped(self, mention: cst.CSTNode) -> bool:
        call = self.tree.parent(self.tree.parent(mention) or mention)
        return isinstance(call, cst.Call) and self.names.name(call.func) == "builtins.zip"

    def epochs(self, mention: Mention) -> list[Loop]:
        """The loops over more than one epoch around a mention, those around the calls of its function
        included: the calls that handed it over where these are known, else all of them."""
        return list(self._epochs(mention, MAX_STEPS))

    def _epochs(self, mention: Mention, steps: int) -> Iterator[Loop]:
        node, calls = mention
        for loop in self.places.loops(node):
            if self.places.iterates(loop) is Iterates.EPOCHS and not self.batches.few(loop, 1):
                yield loop
        function = self.places.function(node)
        if steps and isinstance(function, cst.FunctionDef):
            for call in calls[:1] or self.reach.callers(function):
                yield from self._epochs(Mention(call, calls[1:]), steps - 1)

    # -- what a loop feeds to an accelerator ------------------------------------------------------------

    def to_accelerator(self, call: cst.Call) -> bool:
        """Whether a call moves something to an accelerator, where there is one."""
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in ("to", "cuda"):
            return False
        if call.func.attr.value == "cuda":
            return True
        given = self.values.argument(call, "device", 0)
        if not isinstance(given, cst.BaseExpression) or not self.devices.is_device(given):
            return False
        return self.devices.device(given) in AWAY

    def fed(self, loop: Loop) -> list[cst.Call]:
        """The moves to an accelerator of what a `for` loop hands out, or a part of it."""
        calls = [node for node in self.tree.within(loop) if isinstance(node, cst.Call)]
        return [call for call in calls if self.to_accelerator(call) and self._is_handed_out(call, loop)]

    def _is_handed_out(self, call: cst.Call, loop: Loop) -> bool:
        if not isinstance(call.func, cst.Attribute) or self.kinds.is_module(call.func.value):
            return False
        return self.places.depends(call.func.value, loop)
