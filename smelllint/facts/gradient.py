"""Gradient and phase: is a backward pass recorded here, and is one wanted?

grad(node)       ON, OFF or UNKNOWN: with-blocks, decorators, callers, global switches, frameworks' hooks
phase(call)      TRAINING, INFERENCE or UNKNOWN for a forward pass: `.eval()` and `.train()`, backward passes
forward(call)    the module that a call runs forward
switches(expr)   the `.eval()` and `.train()` calls on the same model
backwards(node)  the calls inside a node that run a backward pass or an optimizer's step
trains(node)     whether anything inside a node may train, in functions that it calls too
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import libcst as cst

from smelllint.facts.flows import End, Flows
from smelllint.facts.kinds import MODULES, Kind, Kinds
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names
from smelllint.facts.places import Places
from smelllint.facts.reach import NO_MODULES, Reach
from smelllint.facts.scopes import dotted_name
from smelllint.facts.values import UNKNOWN, Values

MAX_CALLS = 6
TRAINING_WORDS = ("train", "fit", "learn", "optimi")


class Grad(Enum):
    """Whether operations are recorded for a backward pass."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class Phase(Enum):
    """What a forward pass is for."""

    TRAINING = "training"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


class Gradient:
    """The words of this family, for one file."""

    def __init__(
        self,
        names: Names,
        kinds: Kinds,
        values: Values,
        places: Places,
        reach: Reach,
        flows: Flows,
        libraries: Libraries,
    ) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.places = places
        self.reach = reach
        self.flows = flows
        self.libraries = libraries
        self.tree = names.tree
        self._asking: dict[cst.CSTNode, bool] = {}
        self._switching: dict[cst.Module, list[cst.Call]] = {}
        self._backwards: dict[cst.Module, list[cst.Call]] = {}

    # -- gradient context -------------------------------------------------------------------------------

    def grad(self, node: cst.CSTNode) -> Grad:
        """Whether gradients are recorded at a place, as far as this file tells. A function that nobody in the
        file calls is taken to be called with gradients on, as Python does by default; not so the methods of a
        module, which other modules call. UNKNOWN under a context manager that the file does not explain, and
        where callers disagree."""
        said = self._context(node) or self._switched(node)
        if said is not None:
            return said
        function = self.places.function(node)
        if function is None:
            return Grad.ON
        if isinstance(function, cst.Lambda):
            return Grad.UNKNOWN if self._context(function) is not None else self.grad(function)
        found = self.kinds.questions.ask(
            ("grad", function), lambda: self._function(function), circular=None, unknown=Grad.UNKNOWN
        )
        return found or Grad.UNKNOWN

    def _context(self, node: cst.CSTNode) -> Grad | None:
        """What the with-blocks around a node inside its function say; None where they say nothing."""
        child: cst.CSTNode = node
        for outer in self.tree.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
                return None
            if isinstance(outer, cst.With) and child is outer.body:
                states = [self._manager(item.item) for item in reversed(outer.items)]
                said = [state for state in states if state is not None]
                if said:
                    return said[0]
            child = outer
        return None

    def _manager(self, node: cst.BaseExpression, steps: int = 3) -> Grad | None:
        """What a context manager does to gradients; None for one that leaves them alone."""
        call = node if isinstance(node, cst.Call) else None
        name = self.names.name(call.func if call is not None else node)
        if self.libraries.in_set("grad-off", name):
            mode = self.values.argument(call, "mode", 0) if call is not None else UNKNOWN
            return self._flag(mode, off_when=True) if isinstance(mode, cst.BaseExpression) else Grad.OFF
        if self.libraries.in_set("grad-on", name):
            return Grad.ON
        if name == "torch.set_grad_enabled" and call is not None and call.args:
            return self._flag(call.args[0].value, off_when=False)
        if self.libraries.is_neutral(name):
            return None
        if isinstance(node, cst.IfExp) and steps:
            sides = {self._manager(node.body, steps - 1), self._manager(node.orelse, steps - 1)}
            return sides.pop() if len(sides) == 1 else Grad.UNKNOWN
        behind = self.values.resolve(node)
        if behind is not node and steps:
            return self._manager(behind, steps - 1)
        # Somebody's own context manager: it may well switch gradients off.
        return None if call is not None and self._harmless(call) else Grad.UNKNOWN

    def _harmless(self, call: cst.Call) -> bool:
        """Whether a context manager of this file has nothing in it that could switch gradients, or is one of
        an accelerator's."""
        if isinstance(call.func, cst.Attribute) and self.kinds.kind(call.func.value) is Kind.ACCELERATOR:
            return True
        definition = self.names.definition(call.func)
        if definition is None or (isinstance(definition, cst.ClassDef) and definition.bases):
            return False
        inside = self.tree.within(definition)
        words = [node.value for node in inside if isinstance(node, cst.Name)]
        enters = any(isinstance(node, cst.With) for node in inside)
        return not enters and not any("grad" in word or "inference" in word for word in words)

    def _flag(self, node: cst.BaseExpression, off_when: bool) -> Grad:
        value = self.values.value(node)
        if not isinstance(value, bool):
            return Grad.UNKNOWN
        return Grad.OFF if value is off_when else Grad.ON

    def _switched(self, node: cst.CSTNode) -> Grad | None:
        """What the last `torch.set_grad_enabled(...)` statement says; UNKNOWN unless it surely ran before."""
        said: Grad | None = None
        function = self.places.function(node)
        for call in self._grad_switches(self.names.module(node)):
            where = self.places.function(call)
            if where is not None and where is not function:
                return Grad.UNKNOWN
            if where is function and self.tree.order[call] > self.tree.order[node]:
                if any(self.tree.inside(call, loop) for loop in self.places.loops(node)):
                    return Grad.UNKNOWN
                continue
            surely = self._ran_before(call, node) if where is function else not self.places.branches(call)
            said = self._flag(call.args[0].value, off_when=False) if surely else Grad.UNKNOWN
        return said

    def _grad_switches(self, module: cst.Module) -> list[cst.Call]:
        """The statements of a file that switch gradients."""
        if module not in self._switching:
            self._switching[module] = [
                call
                for call in self.tree.nodes(cst.Call, near=module)
                if call.args
                and isinstance(self.tree.parent(call), cst.Expr)
                and self.names.name(call.func) == "torch.set_grad_enabled"
            ]
        return self._switching[module]

    def _function(self, function: cst.FunctionDef) -> Grad | None:
        """What its decorators, the framework or its callers say; None where only itself calls it."""
        decorated = self._decorators(function)
        if decorated is not None:
            return decorated
        hooked = self._hooked(function)
        if hooked is not None:
            return Grad.ON if hooked is Phase.TRAINING else Grad.OFF
        home, here, agreed = self.names.module(function), False, None
        for state, module in self._states(function):
            if state is Grad.UNKNOWN or agreed not in (None, state):
                return Grad.UNKNOWN
            agreed, here = state, here or module is home
        if here or agreed is Grad.OFF or not self._is_called_by_modules(function):
            return agreed or Grad.ON
        return Grad.UNKNOWN  # who else calls it, and for what, no file tells

    def _states(self, function: cst.FunctionDef) -> Iterator[tuple[Grad, cst.Module | None]]:
        """What the places say that run a function, with the files of those that surely do."""
        for call in self.reach.each_caller(function):
            if not self.tree.inside(call, function):
                yield self.grad(call), self.names.module(call)
        for place in self.reach.unseen(function):
            yield self._unseen(place), None

    def _unseen(self, place: cst.CSTNode) -> Grad:
        """The gradients at a place that may run a function: a call of its name, or a mention of it as a
        value, which may be wrapped in something that switches them."""
        around = self.tree.parent(place)
        wrapper = self.tree.parent(around) if isinstance(around, cst.Arg) else None
        if isinstance(wrapper, cst.Call) and self._about_gradients(wrapper.func):
            return Grad.UNKNOWN
        return Grad.ON if self.grad(place) is Grad.ON else Grad.UNKNOWN

    def _is_called_by_modules(self, function: cst.FunctionDef) -> bool:
        """Whether it is a method of a module, which others may call for training: it does not switch to
        evaluation itself."""
        class_ = self.places.class_(function)
        if class_ is None or self.kinds.instance_kind(class_) not in MODULES:
            return False
        return not any(self._trains(switch) is False for switch in self.switches_in(function))

    def _decorators(self, function: cst.FunctionDef) -> Grad | None:
        for item in function.decorators:
            node = item.decorator
            state = self._manager(node) if self._about_gradients(node) else None
            if state is not None:
                return state
        return None

    def _about_gradients(self, node: cst.BaseExpression) -> bool:
        """Whether a decorator may be about gradients: torch's own, or one of unknown origin named like it."""
        func = node.func if isinstance(node, cst.Call) else node
        name = self.names.name(func)
        if name is not None and name.startswith("torch."):
            return (
                any(self.libraries.in_set(s, name) for s in ("grad-off", "grad-on"))
                or name == "torch.set_grad_enabled"
            )
        words = " ".join(n.value for n in self.tree.within(func) if isinstance(n, cst.Name)).lower()
        return any(word in words for word in ("grad", "inference", "eval", "ctx", "context"))

    def _hooked(self, function: cst.FunctionDef) -> Phase | None:
        """What Lightning runs a method for, without gradients unless it is training; None for other
        methods."""
        class_ = self.places.class_(function)
        if class_ is None or not any(b.startswith("lightning.") for b in self.names.base_names(class_)):
            return None
        if function.name.value == "training_step":
            return Phase.TRAINING
        return Phase.INFERENCE if self.libraries.in_set("gradless-hooks", function.name.value) else None

    def undifferentiated(self, call: cst.CSTNode) -> bool:
        """Whether every use of a result is seen and none lets a gradient through: it is only compared,
        printed, detached, turned into numbers."""
        ends = self.flows.ends(call)
        return End.DETACHED in ends and ends <= {End.DETACHED, End.DISCARDED}

    def frozen(self, model: cst.BaseExpression) -> bool:
        """Whether the file switches off the gradients of a model's parameters: nothing is recorded for
        those."""
        for use in self.names.uses(model):
            attribute = self.tree.parent(use)
            call = self.tree.parent(attribute) if attribute is not None else None
            if (
                not isinstance(attribute, cst.Attribute)
                or attribute.value is not use
                or not isinstance(call, cst.Call)
            ):
                continue
            if attribute.attr.value == "requires_grad_" and call.args:
                return self.values.value(call.args[0].value) is False
            loop = self.tree.parent(call)
            if attribute.attr.value in ("parameters", "named_parameters") and isinstance(loop, cst.For):
                return any(self._freezes(node) for node in self.tree.within(loop.body))
        chain = self.kinds.origins.chain(model)
        return any(self._freezes(node) for call in chain for node in (call, call.func))

    def _freezes(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Attribute):
            wanted = node.targets[0].target.attr.value == "requires_grad"
            return wanted and self.values.value(node.value) is False
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            wanted = node.func.attr.value == "requires_grad_" and bool(node.args)
            return wanted and self.values.value(node.args[0].value) is False
        return False

    # -- phase ------------------------------------------------------------------------------------------

    def forward(self, call: cst.Call) -> cst.BaseExpression | None:
        """The module that a call runs forward: `model(x)`, `model.forward(x)`; None for any other call."""
        func = call.func
        if isinstance(func, cst.Attribute) and func.attr.value in NO_MODULES:
            return None
        if self.kinds.kind(func) in MODULES:
            return func
        if (
            isinstance(func, cst.Attribute)
            and func.attr.value == "forward"
            and self.kinds.is_module(func.value)
        ):
            return func.value
        return None

    def phase(self, call: cst.Call) -> Phase:
        """What a forward pass is for; UNKNOWN unless the file says so and nothing speaks against it."""
        model = self.forward(call)
        return self._phase(call, model, MAX_CALLS) if model is not None else Phase.UNKNOWN

    def _phase(self, node: cst.CSTNode, model: cst.BaseExpression, calls: int) -> Phase:
        function = self.places.function(node)
        here = [switch for switch in self.switches(model) if self.places.function(switch) is function]
        before = [switch for switch in here if self._ran_before(switch, node)]
        if before:
            return self._after(before[-1], node)
        if any(self._trains(switch) is not False for switch in here):
            return Phase.UNKNOWN
        hooked = self._hooked(function) if isinstance(function, cst.FunctionDef) else None
        return hooked or self._by_callers(node, model, calls) or self._by_making(node, model)

    def switches(self, model: cst.BaseExpression) -> list[cst.Call]:
        """The `.eval()` and `.train()` calls on the same model, on the object it is part of, or on the
        variable that it is another name of, in order."""
        found: list[cst.Call] = []
        part: cst.BaseExpression | None = model
        while part is not None:
            found += [call for use in self.names.uses(part) for call in self._switches_of(use)]
            part = part.value if isinstance(part, cst.Attribute) else self._renamed(part)
        return sorted(set(found), key=self.tree.order.__getitem__)

    def _switches_of(self, use: cst.CSTNode) -> Iterator[cst.Call]:
        """The switches in the calls chained to a mention of a model: `model.to(device).eval()`."""
        method, call = self._called(use)
        while call is not None:
            if method in ("eval", "train"):
                yield call
            elif self.libraries.methods["module"].get(method) != "self":
                return
            method, call = self._called(call)

    def _called(self, node: cst.CSTNode) -> tuple[str, cst.Call | None]:
        """The method that is called on an expression, and that call."""
        attribute = self.tree.parent(node)
        call = self.tree.parent(attribute) if attribute is not None else None
        if not isinstance(attribute, cst.Attribute) or attribute.value is not node:
            return "", None
        called = isinstance(call, cst.Call) and call.func is attribute
        return attribute.attr.value, call if called and isinstance(call, cst.Call) else None

    def _renamed(self, node: cst.CSTNode) -> cst.BaseExpression | None:
        """The variable of which a name is another name: `model` after `net = model`."""
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        value = found[0].value if len(found) == 1 and found[0].how == "assign" else None
        same = isinstance(value, (cst.Name, cst.Attribute)) and self.names.symbol(value) != self.names.symbol(
            node
        )
        return value if same else None

    def _trains(self, switch: cst.Call) -> bool | None:
        """Whether `.train(...)` / `.eval()` switches training on; None where its argument is not known."""
        if isinstance(switch.func, cst.Attribute) and switch.func.attr.value == "eval":
            return False
        if not switch.args:
            return True
        mode = self.values.value(switch.args[0].value)
        return mode if isinstance(mode, bool) else None

    def _ran_before(self, switch: cst.Call, node: cst.CSTNode) -> bool:
        """Whether a switch has surely run when control first reaches the node: its block encloses the
        node."""
        if self.tree.order[switch] > self.tree.order[node]:
            return False
        region: cst.CSTNode = switch
        for outer in self.tree.ancestors(switch):
            if isinstance(outer, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)):
                around = self.tree.parent(outer)
                if isinstance(around, (cst.With, cst.Try)) and not self.tree.inside(node, outer):
                    continue
                region = outer
                break
        return self.tree.inside(node, region)

    def _after(self, switch: cst.Call, node: cst.CSTNode) -> Phase:
        trains = self._trains(switch)
        if trains is None:
            return Phase.UNKNOWN
        if trains:
            return Phase.TRAINING
        block = self.places.block(switch)
        start, stop = self.tree.order[switch], self.tree.end(block)
        later = [
            other
            for other in self.switches_in(block)
            if self._trains(other) is not False and self.tree.order[other] > self.tree.order[node]
        ]
        if later:
            stop = min(stop, self.tree.order[later[0]])
        if any(start < self.tree.order[back] <= stop for back in self.backwards(block)):
            return Phase.UNKNOWN
        if any(self.backwards(function) for function in self._called_between(start, stop)):
            return Phase.UNKNOWN
        return Phase.UNKNOWN if self._wants_gradient(node) else Phase.INFERENCE

    def _called_between(self, start: int, stop: int) -> Iterator[cst.FunctionDef]:
        """The functions of the project that the calls between two places run, directly or through each
        other."""
        for node in self.tree.all[start : stop + 1]:
            function = self.reach.callee(node) if isinstance(node, cst.Call) else None
            if isinstance(function, cst.FunctionDef):
                yield function
                yield from self.reach.reached(function.body)

    def switches_in(self, node: cst.CSTNode) -> list[cst.Call]:
        """Every `.train(...)` and `.eval()` call inside a node, whatever the model."""
        return [
            call
            for call in self.tree.within(node)
            if isinstance(call, cst.Call)
            and isinstance(call.func, cst.Attribute)
            and call.func.attr.value in ("train", "eval")
            and len(call.args) <= 1
        ]

    def _wants_gradient(self, node: cst.CSTNode) -> bool:
        """Whether the result meets a backward pass, or an input was asked for its gradient."""
        if End.BACKWARD in self.flows.ends(node):
            return True
        function = self.places.function(node) or self.names.module(node)
        if function not in self._asking:
            self._asking[function] = any(map(self._asks_for_gradient, self.tree.within(function)))
        return self._asking[function]

    def _asks_for_gradient(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Call) and self.libraries.in_set("grad-on", self.names.name(node.func)):
            return True
        if isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "requires_grad":
            return self.values.value(node.value) is not False
        if isinstance(node, cst.Attribute) and node.attr.value in ("requires_grad_", "retain_grad"):
            call = self.tree.parent(node)
            frozen = (
                isinstance(call, cst.Call) and call.args and self.values.value(call.args[0].value) is False
            )
            return not frozen
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Attribute):
            target = node.targets[0].target
            return target.attr.value == "requires_grad" and self.values.value(node.value) is not False
        return False

    def _by_callers(self, node: cst.CSTNode, model: cst.BaseExpression, calls: int) -> Phase | None:
        """The phase at the calls of the function that is given the model; None where nobody gives it."""
        function = self.places.function(node)
        if not isinstance(function, cst.FunctionDef) or not isinstance(model, cst.Name) or not calls:
            return None
        params = [b.node for b in self.names.bindings(model) if isinstance(b.node, cst.Param)]
        if not params or self.backwards(function) or self._wants_gradient(node):
            return None
        given = self.reach.given(params[0]) if isinstance(params[0], cst.Param) else []
        phases = {self._phase(call, argument, calls - 1) for call, argument in given}
        return phases.pop() if len(phases) == 1 else None

    def _by_making(self, node: cst.CSTNode, model: cst.BaseExpression) -> Phase:
        """The phase of a model that is put into evaluation mode where it is made, in a file that never
        trains."""
        if self.file_trains or self._wants_gradient(node):
            return Phase.UNKNOWN
        class_ = self.places.class_(node)
        if class_ is not None and self.kinds.instance_kind(class_) in MODULES:
            return Phase.UNKNOWN  # a module is a part of whatever its caller does
        trail = self.kinds.origins.trail(model)
        parts = [part for part in (model, *trail) if isinstance(part, (cst.Name, cst.Attribute))]
        switches = [switch for part in parts for switch in self.switches(part)]
        if any(self._trains(switch) is not False for switch in switches):
            return Phase.UNKNOWN
        chain = [link for link in reversed(trail) if isinstance(link, cst.Call)]
        chained = any(isinstance(c.func, cst.Attribute) and c.func.attr.value == "eval" for c in chain)
        made = self.names.name(chain[0].func) if chain else None
        if switches or chained or self.libraries.in_set("loads-in-eval-mode", made):
            return Phase.INFERENCE
        return Phase.UNKNOWN

    @property
    def file_trains(self) -> bool:
        """Whether anything in the file runs a backward pass, steps an optimizer or builds a trainer."""
        if self._file_trains is None:
            made = (self.kinds.kind(call) for call in self.tree.nodes(cst.Call))
            self._file_trains = bool(self.backwards(self.tree.module)) or any(
                kind in (Kind.TRAINER, Kind.OPTIMIZER) for kind in made
            )
        return self._file_trains

    _file_trains: bool | None = None

    def backwards(self, node: cst.CSTNode) -> list[cst.Call]:
        """The calls inside a node that run a backward pass or step an optimizer."""
        module = self.names.module(node)
        if module not in self._backwards:
            calls = self.tree.nodes(cst.Call, near=module)
            self._backwards[module] = [call for call in calls if self.is_backward(call)]
        return [call for call in self._backwards[module] if self.tree.inside(call, node)]

    def trains(self, node: cst.CSTNode, calls: int = MAX_CALLS) -> bool:
        """Whether anything inside a node may train: a backward pass, a switch to training, a function of this
        file that does so, an unseen one that is given a model or an optimizer or is named like training."""
        inside = [call for call in self.tree.within(node) if isinstance(call, cst.Call)]
        return any(self._may_train(call, calls) for call in inside)

    def _may_train(self, call: cst.Call, calls: int) -> bool:
        if self.is_backward(call):
            return True
        function = self.reach.callee(call)
        if isinstance(function, cst.FunctionDef):
            return calls == 0 or self.trains(function.body, calls - 1)
        last = dotted_name(call.func).rpartition(".")[2]
        if last in ("eval", "train") and len(call.args) <= 1:
            return self._trains(call) is not False
        if self.forward(call) is not None or self._known(call.func):
            return False
        given = {self.kinds.kind(arg.value) for arg in call.args}
        return bool(given & {*MODULES, Kind.OPTIMIZER}) or any(word in last for word in TRAINING_WORDS)

    def _known(self, func: cst.BaseExpression) -> bool:
        name = self.names.name(func)
        return name is not None and (name.startswith("builtins.") or self.libraries.knows(name))

    def is_backward(self, call: cst.Call) -> bool:
        """Whether a call runs a backward pass or an optimizer's step."""
        if self.libraries.in_set("backward", self.names.name(call.func)):
            return True
        if not isinstance(call.func, cst.Attribute):
            return False
        if call.func.attr.value in ("backward", "manual_backward"):
            return True
        if call.func.attr.value != "step":
            return False
        kind = self.kinds.kind(call.func.value)
        named = "optim" in dotted_name(call.func.value).lower()
        return kind is Kind.OPTIMIZER or (kind is Kind.UNKNOWN and named)
