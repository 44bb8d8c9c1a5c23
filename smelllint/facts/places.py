"""Places: where a node stands, and how often that place runs.

function, class_, statement, block     what is around it
loops, loop, outermost_loop            the loops and comprehensions around it, inside its function
often                                  ONCE, PER_ITEM, PER_BATCH, PER_EPOCH or UNKNOWN
iterates                               what a loop goes over
depends, invariant, carried            how an expression hangs on the loop around it
outlives                               whether a variable keeps what a round of the loop puts into it
item_loop                              the loop that hands out what an expression stands for, one item a round
branches                               the conditions that guard it
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.names import Names
from smelllint.facts.reaching import BLOCKS
from smelllint.facts.scopes import COMPREHENSIONS, dotted_name

Loop = cst.For | cst.While | cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
LOOP_TYPES = (cst.For, cst.While, *COMPREHENSIONS)
EPOCH_WORDS = ("epoch",)
WRAPPERS = frozenset(
    {
        "builtins.enumerate",
        "builtins.filter",
        "builtins.list",
        "builtins.sorted",
        "builtins.reversed",
        "builtins.iter",
        "builtins.zip",
    }
)
FEW = 10
PROGRESS = ("tqdm", "track", "trange", "progress")
MUTATORS = frozenset(
    {
        *("append", "appendleft", "extend", "insert", "add", "update", "push", "put", "setdefault", "write"),
        *("pop", "popleft", "popitem", "remove", "discard", "clear", "sort", "reverse", "read", "readline"),
    }
    | {"fit", "partial_fit", "set_params"}
)


class Iterates(Enum):
    """What a loop goes over."""

    EPOCHS = "epochs"
    LOADER = "loader"  # batches of a DataLoader
    CHUNKS = "chunks"  # slices of several items at a time
    RANGE = "range"  # numbers
    ROWS = "rows"  # the rows of a DataFrame
    ITEMS = "items"  # the elements of a collection, one by one
    STREAM = "stream"  # waits for a person or a socket, or has no end
    LITERAL = "literal"  # a few things written out
    UNKNOWN = "unknown"


# Rounds that bring no single item, and rounds that are few.
NOT_ITEMS = frozenset({Iterates.LOADER, Iterates.CHUNKS, Iterates.EPOCHS, Iterates.STREAM, Iterates.LITERAL})


# Functions and methods by what a loop over their result goes over.
CALLED = {
    Iterates.ROWS: ("iterrows", "itertuples"),
    Iterates.CHUNKS: ("batched", "chunked", "array_split", "DataLoader", "chunks", "chunk", "batch"),
    Iterates.STREAM: ("iter_lines", "recv", "listen", "stream", "count", "read_csv", "get"),
    Iterates.ITEMS: (
        *("glob", "rglob", "iterdir", "listdir", "readlines", "splitlines"),
        *("unique", "keys", "values", "items"),
    ),
}


class Often(Enum):
    """How often a place runs while the program does its work."""

    ONCE = "once"
    PER_ITEM = "per item"
    PER_BATCH = "per batch"
    PER_EPOCH = "per epoch"
    UNKNOWN = "unknown"


class Places:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds) -> None:
        self.names = names
        self.kinds = kinds
        self.tree = names.tree
        self._loops: dict[cst.CSTNode, list[Loop]] = {}

    # -- around -----------------------------------------------------------------------------------------

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The function or lambda whose body holds the node; None at module or class level."""
        scope = self.names.own_scope(self.names.scope(node))
        return scope if isinstance(scope, (cst.FunctionDef, cst.Lambda)) else None

    def class_(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class around the node."""
        return next((outer for outer in self.tree.ancestors(node) if isinstance(outer, cst.ClassDef)), None)

    def statement(self, node: cst.CSTNode) -> cst.BaseStatement:
        """The statement (a whole line, or a compound statement) that holds the node, the innermost one."""
        for outer in (node, *self.tree.ancestors(node)):
            if isinstance(outer, cst.BaseStatement):
                return outer
        raise ValueError("a node outside every statement")

    def block(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost block of statements around the node."""
        return next(outer for outer in self.tree.ancestors(node) if isinstance(outer, BLOCKS))

    def branches(self, node: cst.CSTNode) -> list[cst.If]:
        """The `if` statements around the node inside its function, innermost first."""
        return [outer for outer in self._inside_function(node) if isinstance(outer, cst.If)]

    def _inside_function(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        for outer in self.tree.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
                return
            yield outer

    # -- loops ------------------------------------------------------------------------------------------

    def loops(self, node: cst.CSTNode) -> list[Loop]:
        """The loops around the node inside its function, innermost first. The iterable of a loop, the
        condition of nothing but a `while`, and an `else` run outside of it; what ends in `break` after the
        first round is none."""
        if node not in self._loops:
            self._loops[node] = self._find_loops(node)
        return self._loops[node]

    def _find_loops(self, node: cst.CSTNode) -> list[Loop]:
        outer = self.tree.parent(node)
        if outer is None or isinstance(outer, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            return []
        if isinstance(outer, cst.CompFor) and node is outer.iter:
            around = self.tree.parent(outer)
            if isinstance(around, COMPREHENSIONS):  # what the first of its clauses goes over
                return self.loops(around)
        if isinstance(outer, LOOP_TYPES) and self._repeats(outer, node):
            return [outer, *self.loops(outer)]
        return self.loops(outer)

    def _repeats(self, loop: Loop, child: cst.CSTNode) -> bool:
        """Whether a loop runs what is right below it again and again."""
        if isinstance(loop, cst.For):
            return child is loop.body and not self._ends_at_once(loop)
        if isinstance(loop, cst.While):
            return child is not loop.orelse and not self._ends_at_once(loop)
        return True

    def _ends_at_once(self, loop: cst.For | cst.While) -> bool:
        """Whether a loop has no second round: its body ends in `break` or `return`, which nothing skips."""
        last = loop.body.body[-1]
        small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
        ends = isinstance(small, (cst.Break, cst.Return))
        return ends and not any(isinstance(node, cst.Continue) for node in self.tree.within(loop.body))

    def loop(self, node: cst.CSTNode) -> Loop | None:
        """The innermost loop or comprehension around the node."""
        return next(iter(self.loops(node)), None)

    def outermost_loop(self, node: cst.CSTNode) -> Loop | None:
        """The outermost loop or comprehension around the node inside its function."""
        return next(reversed(self.loops(node)), None)

    def iterable(self, loop: Loop) -> cst.BaseExpression | None:
        """What the loop goes over, behind enumerate, zip, filter, tqdm and the like; None for `while`."""
        if isinstance(loop, cst.While):
            return None
        return self.unwrapped(loop.iter if isinstance(loop, cst.For) else loop.for_in.iter)

    def unwrapped(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """What enumerate, zip, filter, tqdm and the like go over; of several things the first."""
        while (call := self._wrapping(node)) is not None:
            filtered = self.names.name(call.func) == "builtins.filter"
            node = call.args[-1 if filtered else 0].value
        return node

    def _wrapping(self, node: cst.BaseExpression) -> cst.Call | None:
        """The call of enumerate, tqdm and the like that an expression is, also one behind a variable:
        `bar = tqdm(loader)`."""
        if isinstance(node, cst.Name):
            found = self.names.bindings(node)
            plain = len(found) == 1 and found[0].how in ("assign", "with") and not found[0].index
            behind = found[0].value if plain else None
            return behind if isinstance(behind, cst.Call) and behind.args and self._watches(behind) else None
        return node if isinstance(node, cst.Call) and node.args and self._wraps(node) else None

    def unwatched(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """What a progress bar around an iterable shows the progress of."""
        while isinstance(node, cst.Call) and node.args and self._watches(node):
            node = node.args[0].value
        return node

    def _wraps(self, call: cst.Call) -> bool:
        return self.names.name(call.func) in WRAPPERS or self._watches(call)

    def _watches(self, call: cst.Call) -> bool:
        last = (self.names.name(call.func) or "").rpartition(".")[2]
        return last in PROGRESS and last != "trange"

    def target(self, loop: Loop) -> cst.CSTNode | None:
        """The loop's target; None for `while`."""
        if isinstance(loop, cst.While):
            return None
        return loop.target if isinstance(loop, cst.For) else loop.for_in.target

    def target_names(self, loop: Loop) -> frozenset[str]:
        """The names that the loop binds each round."""
        target = self.target(loop)
        if target is None:
            return frozenset()
        return frozenset(node.value for node in self.tree.within(target) if isinstance(node, cst.Name))

    def iterates(self, loop: Loop) -> Iterates:
        """What the loop goes over; UNKNOWN where the iterable does not tell."""
        if isinstance(loop, cst.While):
            return self._while(loop)
        node = self.iterable(loop)
        if node is None:
            return Iterates.UNKNOWN
        if self._counts_epochs(loop, node):
            return Iterates.EPOCHS
        if self._written_out(node):
            return Iterates.LITERAL
        kind = self.kinds.kind(node)
        if kind is Kind.DATALOADER:
            return Iterates.LOADER
        if self.names.name(node) == "sys.stdin":
            return Iterates.STREAM
        items = kind in (Kind.LIST, Kind.SERIES, Kind.NDARRAY, Kind.DATASET, Kind.HF_DATASET, Kind.TENSOR)
        found = Iterates.ITEMS if items else Iterates.UNKNOWN
        found = self._called(node) if isinstance(node, cst.Call) else found
        return self._by_name(loop, node) or found if found in (Iterates.ITEMS, Iterates.UNKNOWN) else found

    def _by_name(self, loop: Loop, node: cst.BaseExpression) -> Iterates | None:
        """What the names say: `for batch in ...`, `... in batches`, `... in train_loader`."""
        target = self.target(loop)
        handed = target.value.lower() if isinstance(target, cst.Name) else ""
        over = dotted_name(node).rpartition(".")[2].lower()
        if over.endswith("loader"):
            return Iterates.LOADER
        several = handed in ("batch", "chunk") or over.endswith(("batches", "chunks"))
        return Iterates.CHUNKS if several else None

    def _written_out(self, node: cst.BaseExpression) -> bool:
        """Whether it is a literal, or a variable that never holds anything but a short one."""
        literals = (cst.List, cst.Tuple, cst.Set, cst.Dict)
        if isinstance(node, literals):
            return True
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        value = (
            found[0].value if len(found) == 1 and found[0].how == "assign" and not found[0].index else None
        )
        if not isinstance(node, cst.Name) or not isinstance(value, literals):
            return False
        return 0 < len(value.elements) <= FEW and not any(self._changes(node))

    def _while(self, loop: cst.While) -> Iterates:
        names = {node.value.lower() for node in self.tree.within(loop.test) if isinstance(node, cst.Name)}
        if any("epoch" in name for name in names):
            return Iterates.EPOCHS
        forever = (isinstance(loop.test, cst.Name) and loop.test.value == "True") or isinstance(
            loop.test, cst.Integer
        )
        return Iterates.STREAM if forever else Iterates.UNKNOWN

    def _counts_epochs(
        self,
        loop: cst.For | cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp,
        node: cst.BaseExpression,
    ) -> bool:
        if not isinstance(loop, cst.For) or not isinstance(node, cst.Call):
            return False
        last = (self.names.name(node.func) or "").rpartition(".")[2]
        if last not in ("range", "trange", "count"):
            return False
        words = [
            *self.target_names(loop),
            *(n.value for n in self.tree.within(node) if isinstance(n, cst.Name)),
        ]
        return any(word in name.lower() for name in words for word in EPOCH_WORDS)

    def _called(self, call: cst.Call) -> Iterates:
        last = (dotted_name(call.func) or self._method(call)).rpartition(".")[2]
        if last in ("range", "trange"):
            return Iterates.CHUNKS if len(call.args) == 3 and self._strides(call) else Iterates.RANGE
        if last == "split":
            return self._split(call)
        return next((over for over, words in CALLED.items() if last in words), Iterates.UNKNOWN)

    @staticmethod
    def _method(call: cst.Call) -> str:
        return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""

    @staticmethod
    def _strides(call: cst.Call) -> bool:
        """Whether a range goes in steps of more than one."""
        step = call.args[2].value
        step = step.expression if isinstance(step, cst.UnaryOperation) else step
        return not (isinstance(step, cst.Integer) and step.value == "1")

    def _split(self, call: cst.Call) -> Iterates:
        """A tensor or array splits into stretches, a text into words; what a splitter gives is not known."""
        if self.names.name(call.func) in ("torch.split", "numpy.split"):
            return Iterates.CHUNKS
        split = self.kinds.kind(call.func.value) if isinstance(call.func, cst.Attribute) else Kind.UNKNOWN
        if split in (Kind.TENSOR, Kind.NDARRAY):
            return Iterates.CHUNKS
        texts = not call.args or isinstance(call.args[0].value, cst.SimpleString)
        return Iterates.ITEMS if split is Kind.TEXT or texts else Iterates.UNKNOWN

    def often(self, node: cst.CSTNode) -> Often:
        """How often the place runs: by the innermost loop around it that tells; ONCE outside every loop at
        module level; UNKNOWN in a function without one, which anybody may call."""
        loops = self.loops(node)
        for loop in loops:
            over = self.iterates(loop)
            if over in (Iterates.LOADER, Iterates.CHUNKS):
                return Often.PER_BATCH
            if over is Iterates.EPOCHS:
                return Often.PER_EPOCH
            if over in (Iterates.ITEMS, Iterates.ROWS):
                return Often.PER_ITEM
        return Often.ONCE if not loops and self.function(node) is None else Often.UNKNOWN

    # -- dependence -------------------------------------------------------------------------------------

    def depends(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether an expression inside the loop hangs on what the loop hands out, through variables too."""
        return self._reaches_target(node, loop, self.target_names(loop), set())

    def _reaches_target(
        self, node: cst.CSTNode, loop: Loop, targets: frozenset[str], seen: set[cst.CSTNode]
    ) -> bool:
        for name in self.tree.within(node):
            if not isinstance(name, cst.Name) or name in seen or self.is_label(name):
                continue
            seen.add(name)
            for binding in self.names.bindings(name):
                if binding.how == "for" and binding.name in targets and self._hands_out(loop, binding):
                    return True
                local = binding.value is not None and self.tree.inside(binding.node, loop)
                if (
                    local
                    and binding.value is not None
                    and self._reaches_target(binding.value, loop, targets, seen)
                ):
                    return True
        return False

    def _hands_out(self, loop: Loop, binding: Binding) -> bool:
        target = self.target(loop)
        return target is not None and self.tree.inside(binding.node, target)

    def is_label(self, name: cst.Name) -> bool:
        """Whether a Name node is the attribute of something or the keyword of an argument."""
        parent = self.tree.parent(name)
        attribute = isinstance(parent, cst.Attribute) and parent.attr is name
        return attribute or (isinstance(parent, cst.Arg) and parent.keyword is name)

    def invariant(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether an expression is the same in every round: it reads nothing that the loop binds or
        changes."""
        for name in self.tree.within(node):
            if not isinstance(name, cst.Name) or self.is_label(name):
                continue
            if any(self.tree.inside(binding.node, loop) for binding in self.names.bindings(name)):
                return False
            if any(self.tree.inside(change, loop) for change in self._changes(name)):
                return False
        return not any(self._may_differ(inner) for inner in self.tree.within(node))

    def _may_differ(self, node: cst.CSTNode) -> bool:
        """Whether evaluating it again may give something else: `next(it)`, `torch.randn(3)`, `xs.pop()`."""
        if not isinstance(node, cst.Call):
            return isinstance(node, (cst.Await, cst.Yield, cst.NamedExpr))
        name = self.names.name(node.func)
        libraries = self.names.libraries
        if libraries.in_set("inconstant", name) or libraries.in_set("random-factories", name):
            return True
        return isinstance(node.func, cst.Attribute) and self._mutates(node.func.attr.value)

    @staticmethod
    def _mutates(method: str) -> bool:
        """Whether a method changes its object, by its name: torch's end with one underscore."""
        return method in MUTATORS or (method.endswith("_") and not method.endswith("__"))

    def carried(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether an expression hangs on a value of an earlier round: a variable rebound later in the loop,
        or a container changed in it. What the loop itself hands out is not carried."""
        return self._carries(node, loop, self.target_names(loop), set())

    def _carries(
        self, node: cst.CSTNode, loop: Loop, targets: frozenset[str], seen: set[cst.CSTNode]
    ) -> bool:
        for name in self.tree.within(node):
            if not isinstance(name, cst.Name) or name in seen or self.is_label(name):
                continue
            seen.add(name)
            if name.value in targets:
                continue
            if self.names.carried_by(loop, name) or any(
                self.tree.inside(c, loop) for c in self._changes(name)
            ):
                return True
            for binding in self.names.bindings(name):
                value = binding.value if self.tree.inside(binding.node, loop) else None
                if value is not None and self._carries(value, loop, targets, seen):
                    return True
        return False

    def item_loop(self, node: cst.CSTNode) -> Loop | None:
        """The innermost loop that an expression hangs on, where each round brings one item. None where a
        round brings a batch, an epoch or what a stream sends, where the expression cuts out a batch or lists
        several things, and where it comes from an earlier round."""
        loops = self.loops(node)
        loop = next((loop for loop in loops if self.depends(node, loop)), None)
        if loop is None or self.iterates(loop) in NOT_ITEMS:
            return None
        if any(self.carried(node, around) for around in loops[: loops.index(loop) + 1]):
            return None
        return None if any(self._several(part, loop) for part in self._behind(node, loop, set())) else loop

    def _behind(self, node: cst.CSTNode, loop: Loop, seen: set[cst.CSTNode]) -> Iterator[cst.CSTNode]:
        """An expression, and those that its variables were given inside the loop."""
        yield node
        for name in self.tree.within(node):
            if not isinstance(name, cst.Name) or name in seen or self.is_label(name):
                continue
            seen.add(name)
            for binding in self.names.bindings(name):
                value = binding.value
                if binding.how == "assign" and value is not None and self.tree.inside(value, loop):
                    yield from self._behind(value, loop, seen)

    def _several(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether an expression lists several things, or is a stretch that the loop cuts out."""
        if isinstance(node, (cst.List, cst.Tuple)):
            return len(node.elements) > 2
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            return True
        slices = (inner for inner in self.tree.within(node) if isinstance(inner, cst.Slice))
        return any(self.depends(piece, loop) for piece in slices)

    def outlives(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether a variable or attribute (or the part of one: `x["k"]`) into which a round of the loop puts
        something still holds it in the next round: it is not made anew each time."""
        while isinstance(node, cst.Subscript):
            node = node.value
        if isinstance(node, cst.Name):
            found = [binding for binding in self.names.bindings(node) if binding.how != "augment"]
            return any(not self.tree.inside(binding.node, loop) for binding in found)
        if not isinstance(node, cst.Attribute):
            return False
        made = [use for use in self.names.uses(node) if isinstance(self.tree.parent(use), cst.AssignTarget)]
        return not any(self.block(use) is loop.body for use in made if not isinstance(loop, COMPREHENSIONS))

    def _changes(self, name: cst.Name) -> Iterator[cst.CSTNode]:
        """The places that change what a variable holds: `xs.append(...)`, `xs[i] = ...`, `x.y = ...`,
        `del xs[i]`, also in a part of it."""
        return (use for use in self.names.uses(name) if self._is_changed(use))

    def _is_changed(self, use: cst.CSTNode) -> bool:
        part, parent = use, self.tree.parent(use)
        while isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is part:
            if self.names.stored(parent):
                return True
            part, parent = parent, self.tree.parent(parent)
        called = isinstance(parent, cst.Call) and parent.func is part
        return called and isinstance(part, cst.Attribute) and self._mutates(part.attr.value)
