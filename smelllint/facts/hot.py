"""Hot paths: places that run again and again, though once would do.

hot(call)          why a call is run again and again with the same arguments; None where that is not known
repeated(node)     whether a place is seen to run again and again, whatever it works on
cached(function)   whether a decorator keeps what a function gave

A web handler runs for every request, `__getitem__` for every item, a function given to `apply` for every row,
a Streamlit script on every click; a function of the file runs as often as its callers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import chain

import libcst as cst

from smelllint.facts.batches import Batches
from smelllint.facts.kinds import MODULES, Kind, Kinds
from smelllint.facts.places import Iterates, Loop, Places
from smelllint.facts.reach import Reach
from smelllint.facts.values import Values

MAX_CALLERS = 3
WEB = frozenset({"fastapi", "flask", "starlette", "quart", "sanic", "litestar", "aiohttp", "blacksheep"})
ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "websocket", "api_route"})
VIEW_METHODS = frozenset({"get", "post", "put", "patch", "delete", "dispatch"})
# Functions that run once at the start of a program or of an object, unless the file calls them again.
STARTERS = frozenset(
    {
        "__init__",
        "__new__",
        "__post_init__",
        "__enter__",
        "__init_subclass__",
        "main",
        "prepare",
        "setup",
        "setUp",
        "reset_parameters",
    }
)
# What a framework calls once an epoch, or once a run.
RARE_HOOKS = re.compile(r"(?:^|_)epoch_(?:begin|start|end)$|^on_(?:fit|train|test)_(?:begin|start|end)$")


class Why(Enum):
    """Why a place runs again and again; the values finish the sentence "anew for every …"."""

    ROUND = "round of the loop"
    REQUEST = "request"
    ITEM = "item of the data set"
    ROW = "row"
    RERUN = "run of the script"


@dataclass(frozen=True)
class Hot:
    """A hot path: why it is one; the outermost loop around the place in which nothing changes; the function
    around the place that is run again."""

    why: Why
    loop: Loop | None = None
    function: cst.FunctionDef | None = None


class HotPaths:
    """The words of this family, for one file."""

    def __init__(
        self,
        places: Places,
        kinds: Kinds,
        reach: Reach,
        batches: Batches,
        values: Values,
        imports: frozenset[str],
    ) -> None:
        self.places = places
        self.kinds = kinds
        self.names = places.names
        self.tree = places.tree
        self.reach = reach
        self.batches = batches
        self.values = values
        self.libraries = kinds.libraries
        self.imports = imports

    def hot(self, call: cst.Call) -> Hot | None:
        """Why a call is run again and again with the same arguments. None where it may be run once, where a
        condition asks whether it has been, and where the arguments may differ from one time to the next."""
        loops = self.places.loops(call)
        if not loops:
            return None if self._asks_whether_there(call) else self._by_function(call, MAX_CALLERS)
        steady: Loop | None = None
        for loop in loops:
            if not self._steady(call, loop, made=call):
                break
            steady = loop
        return Hot(Why.ROUND, loop=steady) if steady is not None and self._goes_on(steady, call) else None

    def repeated(self, node: cst.CSTNode) -> bool:
        """Whether a place is seen to run again and again: in a loop of many rounds that are no epochs, in a
        method of a module, for requests, rows or items, in a function that such a place calls, and in one
        that only other files call. False for what runs once at the start, and where the file does not
        tell."""
        if any(not self._brief(loop) for loop in self.places.loops(node)):
            return True
        function = self.places.function(node)
        if function is None:
            return self._is_streamlit
        if isinstance(function, cst.Lambda):
            return self.batches.mapped(function) is not None or self.repeated(function)
        question = ("repeated", function)
        return self.kinds.questions.ask(question, lambda: self._runs_again(function), False, False)

    def _brief(self, loop: Loop) -> bool:
        return self.batches.few(loop) or self.places.iterates(loop) is Iterates.EPOCHS

    def _runs_again(self, function: cst.FunctionDef) -> bool:
        if self.cached(function):
            return False
        starts = function.name.value in STARTERS or RARE_HOOKS.search(function.name.value) is not None
        class_ = self.names.scope(function)
        if isinstance(class_, cst.ClassDef) and self.kinds.instance_kind(class_) in MODULES and not starts:
            return True
        if self._run_for(function) is not None:
            return True
        calls = self.reach.each_caller(function)
        callers = (call for call in calls if not self.tree.inside(call, function))
        alone = True
        for place in chain(callers, self.reach.unseen(function)):
            alone = False
            # Who is handed a function as a value may run it once: a thread, a process.
            if isinstance(place, cst.Call) and self.repeated(place):
                return True
        return alone and not starts

    # -- loops ------------------------------------------------------------------------------------------

    def _steady(self, node: cst.CSTNode, loop: Loop, made: cst.Call | None = None, steps: int = 5) -> bool:
        """Whether an expression is the same in every round, seen through the variables of the round; `made`
        is the call whose arguments are asked about."""
        for part in self.tree.within(node):
            if isinstance(part, (cst.Await, cst.Yield, cst.NamedExpr)):
                return False
            if isinstance(part, cst.Call) and part is not made and not self._plain(part):
                return False
            read = isinstance(part, cst.Name) and not self.places.is_label(part)
            if read and not self._steady_name(cst.ensure_type(part, cst.Name), loop, steps):
                return False
        return True

    def _steady_name(self, name: cst.Name, loop: Loop, steps: int) -> bool:
        bound = [binding for binding in self.names.bindings(name) if self.tree.inside(binding.node, loop)]
        if not bound:
            return self.places.invariant(name, loop)
        values = [binding.value for binding in bound if binding.how in ("assign", "with")]
        whole = steps > 0 and len(values) == len(bound)
        return whole and all(v is not None and self._steady(v, loop, None, steps - 1) for v in values)

    def _plain(self, call: cst.Call) -> bool:
        """Whether a call gives the same for the same arguments: a path, a file, a configuration."""
        if self.kinds.kind(call) in (Kind.CONFIG, Kind.DEVICE):
            return True
        return self.libraries.in_set("same-each-time", self.names.name(call.func)) or (
            isinstance(call.func, cst.Attribute) and call.func.attr.value in ("format", "joinpath", "resolve")
        )

    def _goes_on(self, loop: Loop, call: cst.Call) -> bool:
        """Whether a loop goes to its next round after a call: no condition around the call, no way out of the
        loop at it or after it."""
        conditions = [outer for outer in self.tree.ancestors(call) if isinstance(outer, (cst.If, cst.IfExp))]
        if any(self.tree.inside(outer, loop) for outer in conditions):
            return False
        ways_out = (node for node in self.tree.within(loop) if isinstance(node, (cst.Break, cst.Return)))
        return not any(self._leaves(node, loop, call) for node in ways_out)

    def _leaves(self, way_out: cst.CSTNode, loop: Loop, call: cst.Call) -> bool:
        if self.tree.order[way_out] < self.tree.order[call] and not self.tree.inside(call, way_out):
            return False
        if isinstance(way_out, cst.Return):
            return self.places.function(way_out) is self.places.function(loop)
        return self.places.loop(way_out) is loop

    # -- functions --------------------------------------------------------------------------------------

    def _by_function(self, call: cst.Call, steps: int) -> Hot | None:
        """Why the function around a call runs again and again; at module level, why the script does."""
        function = self.places.function(call)
        if function is None:
            return Hot(Why.RERUN) if self._is_streamlit else None
        if self._from_parameters(call, function):
            return None
        if isinstance(function, cst.Lambda):
            return Hot(Why.ROW) if self.batches.mapped(function) is not None else None
        if self.cached(function):
            return None
        why = self._run_for(function) or self._run_by_callers(function, steps)
        return Hot(why, function=function) if why is not None else None

    def _from_parameters(self, node: cst.CSTNode, function: cst.FunctionDef | cst.Lambda) -> bool:
        """Whether an expression hangs on what its function is given, `self` left out."""
        waiting, seen = [node], {node}
        while waiting:
            for name in self.tree.within(waiting.pop()):
                if not isinstance(name, cst.Name) or self.places.is_label(name):
                    continue
                for binding in self.names.bindings(name):
                    own = self.tree.inside(binding.node, function)
                    if own and binding.how == "param" and self.names.receiver_class(name) is None:
                        return True
                    if own and binding.value is not None and binding.value not in seen:
                        seen.add(binding.value)
                        waiting.append(binding.value)
        return False

    def cached(self, function: cst.FunctionDef) -> bool:
        """Whether a decorator keeps what a function gave: `functools.lru_cache`, `st.cache_resource`."""
        decorators = [item.decorator for item in function.decorators]
        named = [item.func if isinstance(item, cst.Call) else item for item in decorators]
        return any(self.libraries.in_set("caches", self.names.name(node)) for node in named)

    def _run_by_callers(self, function: cst.FunctionDef, steps: int) -> Why | None:
        """Why a function of the file is called again and again; None for one that is decorated."""
        if not steps or function.decorators:
            return None
        for caller in self.reach.callers(function):
            if self._asks_whether_there(caller):
                continue
            loop = self.places.loop(caller)
            if loop is not None and self._goes_on(loop, caller):
                return Why.ROUND
            around = self._around(caller, steps - 1) if loop is None else None
            if around is not None:
                return around
        return None

    def _around(self, caller: cst.Call, steps: int) -> Why | None:
        function = self.places.function(caller)
        if function is None:
            return Why.RERUN if self._is_streamlit else None
        if isinstance(function, cst.Lambda):
            return Why.ROW if self.batches.mapped(function) is not None else None
        if self.cached(function):
            return None
        return self._run_for(function) or self._run_by_callers(function, steps)

    def _run_for(self, function: cst.FunctionDef) -> Why | None:
        """For what a function is run again by code that is not in the file."""
        class_ = self.names.scope(function)
        if isinstance(class_, cst.ClassDef):
            if function.name.value == "__getitem__" and self.kinds.instance_kind(class_) is Kind.DATASET:
                return Why.ITEM
            bases = {name.rpartition(".")[2] for name in self.names.base_names(class_)}
            view = function.name.value in VIEW_METHODS and any(base.endswith("View") for base in bases)
            return Why.REQUEST if view else None
        uses = [use for use in self.names.uses(function.name) if use is not function.name]
        if self._is_handler(function) or any(self._is_given_to_interface(use) for use in uses):
            return Why.REQUEST
        return Why.ROW if any(self.batches.mapped(use) is not None for use in uses) else None

    # -- handlers ---------------------------------------------------------------------------------------

    def _is_handler(self, function: cst.FunctionDef) -> bool:
        """Whether a framework or service runs a function for every request."""
        params = [param.name.value for param in function.params.params]
        if params == ["event", "context"]:
            return True
        if "django" in self.imports and params[:1] == ["request"]:
            return True
        return any(self._is_route(item.decorator) for item in function.decorators)

    def _is_route(self, node: cst.BaseExpression) -> bool:
        """`@app.post("/predict")`: a path given to a method of a web framework's application."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or not node.args:
            return False
        path = self.values.value(node.args[0].value)
        routed = isinstance(path, str) and path.startswith("/")
        return routed and node.func.attr.value in ROUTES and bool(self.imports & WEB)

    def _is_given_to_interface(self, use: cst.CSTNode) -> bool:
        """Whether a function is named to an interface that runs it: `gr.Interface(fn=f)`, `button.click(f)`,
        `Depends(f)`."""
        arg = self.tree.parent(use)
        call = self.tree.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call) or not isinstance(arg, cst.Arg):
            return False
        first = arg is call.args[0] or (arg.keyword is not None and arg.keyword.value == "fn")
        if first and self.libraries.in_set("request-runners", self.names.name(call.func)):
            return True
        method = call.func.attr.value if isinstance(call.func, cst.Attribute) else None
        return first and "gradio" in self.imports and self.libraries.in_set("interface-events", method)

    @property
    def _is_streamlit(self) -> bool:
        """Whether the file is a script that Streamlit runs anew on every interaction."""
        if "streamlit" not in self.imports:
            return False
        shown = (call for call in self.tree.nodes(cst.Call) if isinstance(self.tree.parent(call), cst.Expr))
        return any((self.names.name(call.func) or "").startswith("streamlit.") for call in shown)

    def _asks_whether_there(self, node: cst.CSTNode) -> bool:
        """Whether a condition around a node may ask if what it makes is there: `if model is None`, `if key
        not in models`, `if not self.loaded`."""
        tests = [outer.test for outer in self.tree.ancestors(node) if isinstance(outer, (cst.If, cst.IfExp))]
        return any(self._is_presence(part) for test in tests for part in self.tree.within(test))

    def _is_presence(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.ComparisonTarget):
            return isinstance(node.operator, (cst.Is, cst.IsNot, cst.In, cst.NotIn))
        if isinstance(node, cst.Call):
            return self.names.name(node.func) == "builtins.hasattr"
        asked = isinstance(self.tree.parent(node), (cst.If, cst.IfExp)) and isinstance(
            node, (cst.Name, cst.Attribute)
        )
        return asked or (isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not))
