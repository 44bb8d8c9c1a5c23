"""The outline of a file: what Python's own parser shows of it, thirteen times sooner than libcst.

    shows(text, signs, given)    whether each of these sets has a sign that the text shows, or that is given

A rule names the signs without which its file cannot smell; most files that pass the gate of words end here,
before anything is parsed for real. A sign is spelled like the code that it is about:

    cat             the word stands for something: a name, an attribute, a keyword, an import
    cat=            a keyword argument
    'cpu'           a string that begins so
    cat()           something of that name is called, or handed on under whatever other name
    for cat()       the same in a loop or comprehension of the function that it stands in
    def cat()       the same in a loop, or in a function, which may be called in one
    self cat()      the same in a function that is no `__init__`
    = cat()         the same where what it gives is assigned, or a part of it is taken
    for             there is a loop
    for epoch       one that counts what is called epochs
    x = cat(x)      a loop gives a variable what such a call makes of it
    x[i][j] =       two loops, one in the other, fill cells whose places two variables tell
    x[:, -1]        the last position of something with several axes
    x[None]         a subscript that adds an axis, or takes one item as a batch
    [x]             a list or tuple of one

Where Python cannot read the text, because its syntax is newer or for whatever reason, everything is possible.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from smelllint.pieces import pieces
from smelllint.syntax import dense, pythons, values_of

LOOPS = frozenset({ast.For, ast.AsyncFor, ast.While})
COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
# Fields without anything to see in them; annotations call nothing, and are looked at apart.
BARREN = frozenset(
    {
        *("ctx", "op", "ops", "kind", "type_comment", "type_ignores", "simple", "is_async", "level"),
        *("id", "attr", "arg", "name", "asname", "module", "annotation", "returns"),
    }
)
Signs = Sequence[frozenset[str]]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def shows(text: str, signs: Signs, given: frozenset[str] = frozenset()) -> bool:
    """Whether each of these sets has a sign that the text shows, or that is given."""
    if not signs:
        return True
    outline = outline_of(text)
    if outline is None:
        return True
    return all(not outline.signs.isdisjoint(choice) or not given.isdisjoint(choice) for choice in signs)


@lru_cache(maxsize=4)
def outline_of(text: str) -> Outline | None:
    """The outline of a text; None where Python cannot read it."""
    if dense(text):
        return None
    try:
        return Outline(traces_in_pieces(text) or [Traces(pythons(text))])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_in_pieces = False


def keep_pieces() -> None:
    """From now on, keep what the pieces of a text show: it will be edited, and asked about again."""
    global _in_pieces
    _in_pieces = True


def traces_in_pieces(text: str) -> list[Traces]:
    """What the pieces of a text show; nothing where it is not to be kept, or where one is no Python."""
    found: list[Traces] = []
    for piece in pieces(text) if _in_pieces else ():
        shown = traces(piece)
        if shown is None:
            return []
        found.append(shown)
    return found


@lru_cache(maxsize=4_000)
def traces(piece: str) -> Traces | None:
    """What a piece of a text shows; None where Python cannot read it by itself."""
    try:
        return Traces(ast.parse(piece))
    except SyntaxError:
        return None


class Outline:
    """The signs of a file: `signs`."""

    def __init__(self, parts: Iterable[Traces]) -> None:
        all_ = Traces(ast.Module([], []))
        for part in parts:
            all_.add(part)
        self.signs = all_.signs | all_.words
        # A plain name is a library's only if an import gives it; other ways hand on the library's own name.
        handed = all_.handed | (all_.plain if "*" in all_.imported else all_.plain & all_.imported)
        for where, names in all_.called.items():
            self.signs.update(f"{where}{name}()" for name in names | handed)
        if all_.fed:
            self.signs.update(f"x = {name}(x)" for name in all_.fed | handed)


class Traces:
    """What the nodes of a tree show, one by one."""

    def __init__(self, module: ast.Module) -> None:
        self.signs: set[str] = set()
        self.words: set[str] = set()
        self.called: dict[str, set[str]] = {where: set() for where in ("", "def ", "self ", "for ", "= ")}
        self.fed: set[str | None] = set()  # what makes something of the variable that it is for
        self.handed: set[str] = set()
        self.plain: set[str] = set()  # names that are handed on, whatever they name
        self.imported: set[str] = set()
        self._callees: set[int] = set()
        self._kept: set[int] = set()  # what is assigned, and what a part is taken of
        self._look_through(module)

    def add(self, other: Traces) -> None:
        """Take in what another tree shows."""
        for name in ("signs", "words", "fed", "handed", "plain", "imported"):
            getattr(self, name).update(getattr(other, name))
        for where, names in other.called.items():
            self.called[where] |= names

    def _look_through(self, module: ast.Module) -> None:
        """Visit every node, with what is around it: how many loops of its function, and the function's
        name."""
        stack: list[tuple[ast.AST, int, str]] = [(module, 0, "")]
        while stack:
            node, loops, inner = stack.pop()
            type_ = type(node)
            look = LOOKS.get(type_)
            if look is not None:
                look(self, node, loops, inner)
            if type_ in FUNCTIONS:
                loops, inner = 0, getattr(node, "name", "lambda")
            elif type_ in LOOPS or type_ in COMPREHENSIONS:
                self.signs.add("for")
                if counts_epochs(node):
                    self.signs.add("for epoch")
                loops += 1
            for value in PARTS[type_](node):
                if isinstance(value, ast.AST):
                    stack.append((value, loops, inner))
                elif type(value) is list:
                    stack += [(item, loops, inner) for item in value if isinstance(item, ast.AST)]

    # -- what each type of node shows -------------------------------------------------------------------

    def _name(self, node: ast.Name, loops: int, inner: str) -> None:
        self.words.add(node.id)
        if type(node.ctx) is ast.Load and id(node) not in self._callees:
            self.plain.add(node.id)

    def _attribute(self, node: ast.Attribute, loops: int, inner: str) -> None:
        self.words.add(node.attr)
        self._kept.add(id(node.value))
        if type(node.ctx) is ast.Load and id(node) not in self._callees:
            self.handed.add(node.attr)

    def _keyword(self, node: ast.keyword, loops: int, inner: str) -> None:
        if node.arg is not None:
            self.words.add(node.arg)
            self.signs.add(f"{node.arg}=")

    def _alias(self, node: ast.alias, loops: int, inner: str) -> None:
        self.words.update(node.name.split("."))
        name = node.name.rpartition(".")[2]
        self.imported.add(name)
        if node.asname is not None:
            self.handed.add(name)

    def _import(self, node: ast.ImportFrom, loops: int, inner: str) -> None:
        self.words.update((node.module or "").split("."))

    def _display(self, node: ast.List | ast.Tuple, loops: int, inner: str) -> None:
        if len(node.elts) == 1:
            self.signs.add("[x]")

    def _definition(self, node: Definition, loops: int, inner: str) -> None:
        self.words.add(node.name)
        self._annotated(getattr(node, "returns", None))

    def _argument(self, node: ast.arg, loops: int, inner: str) -> None:
        self.words.add(node.arg)
        self._annotated(node.annotation)

    def _annotation(self, node: ast.AnnAssign, loops: int, inner: str) -> None:
        self._annotated(node.annotation)

    def _annotated(self, annotation: ast.expr | None) -> None:
        for node in ast.walk(annotation) if annotation is not None else ():
            if isinstance(node, (ast.Name, ast.Attribute)):
                self.words.add(last_name(node) or "")

    def _constant(self, node: ast.Constant, loops: int, inner: str) -> None:
        if isinstance(node.value, str):
            self.signs.add(f"'{node.value[:40].partition(':')[0]}'")

    def _call(self, node: ast.Call, loops: int, inner: str) -> None:
        name = last_name(node.func)
        if name is not None:
            self._callees.add(id(node.func))
            self.called[""].add(name)
            if loops:
                self.called["for "].add(name)
            if loops or inner:
                self.called["def "].add(name)
            if inner and inner != "__init__":
                self.called["self "].add(name)
            if id(node) in self._kept:
                self.called["= "].add(name)

    def _assign(self, node: ast.Assign, loops: int, inner: str) -> None:
        self._kept.add(id(node.value))
        if not loops:
            return
        target = node.targets[0]
        if loops > 1 and is_cell(target):
            self.signs.add("x[i][j] =")
        if isinstance(target, ast.Name):
            self.fed.update(fed(target.id, node.value))

    def _augmented(self, node: ast.AugAssign, loops: int, inner: str) -> None:
        if loops > 1 and is_cell(node.target):
            self.signs.add("x[i][j] =")

    def _subscript(self, node: ast.Subscript, loops: int, inner: str) -> None:
        self._kept.add(id(node.value))
        axes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(axes) > 1 and any(is_minus_one(axis) for axis in axes):
            self.signs.add("x[:, -1]")
        first = axes[0] if axes else None
        none = isinstance(first, ast.Constant) and first.value is None
        cut = isinstance(first, ast.Slice) and first.lower is not None
        if none or cut or isinstance(first, ast.List):
            self.signs.add("x[None]")


LOOKS: Mapping[type[ast.AST], Callable[..., None]] = {
    ast.Name: Traces._name,
    ast.Attribute: Traces._attribute,
    ast.keyword: Traces._keyword,
    ast.alias: Traces._alias,
    ast.ImportFrom: Traces._import,
    ast.List: Traces._display,
    ast.Tuple: Traces._display,
    ast.FunctionDef: Traces._definition,
    ast.AsyncFunctionDef: Traces._definition,
    ast.ClassDef: Traces._definition,
    ast.arg: Traces._argument,
    ast.AnnAssign: Traces._annotation,
    ast.Constant: Traces._constant,
    ast.Call: Traces._call,
    ast.Assign: Traces._assign,
    ast.AugAssign: Traces._augmented,
    ast.Subscript: Traces._subscript,
}


class Parts(dict[type[ast.AST], Callable[[ast.AST], tuple[object, ...]]]):
    """What gives the parts of a node in which there is anything to see, by its type."""

    def __missing__(self, type_: type[ast.AST]) -> Callable[[ast.AST], tuple[object, ...]]:
        names = [] if type_ is ast.Constant else [name for name in type_._fields if name not in BARREN]
        self[type_] = values_of(names)
        return self[type_]


PARTS = Parts()


def last_name(node: ast.expr) -> str | None:
    """`cat` of `torch.cat`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def fed(name: str, value: ast.expr) -> Iterator[str | None]:
    """What is called to make a variable's value of the variable; None stands for what has no name."""
    for side in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
        if isinstance(side, ast.Call):
            mentions = (inner.id for inner in ast.walk(side) if isinstance(inner, ast.Name))
            if name in mentions:
                yield last_name(side.func)


def is_cell(node: ast.expr) -> bool:
    """Whether two variables or more tell the place: `x[i, j]`, `x[i][j]`."""
    places: list[ast.expr] = []
    while isinstance(node, ast.Subscript):
        places += node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        node = node.value
    return len(places) > 1 and all(isinstance(place, ast.Name) for place in places)


def is_minus_one(node: ast.expr) -> bool:
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.USub):
        return False
    return isinstance(node.operand, ast.Constant) and node.operand.value == 1


def counts_epochs(loop: ast.AST) -> bool:
    """`for epoch in ...`, `for i in range(epochs)`, `while epoch < 10`."""
    heads = (getattr(loop, name, None) for name in ("target", "iter", "test"))
    nodes = [node for head in heads if head is not None for node in ast.walk(head)]
    return any("epoch" in (last_name(node) or "").lower() for node in nodes if isinstance(node, ast.expr))
