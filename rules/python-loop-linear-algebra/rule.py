"""Linear algebra spelt as loops of Python.

A loop that fills a matrix cell by cell with products or distances runs the interpreter for every pair, and a
call into the library on top: two to three orders of magnitude more work than `A @ B`, `X @ Y.T` or
`scipy.spatial.distance.cdist(X, Y)`, which do all pairs at once, in C.

Leave it when there are a handful of pairs, or when the loop is there to show how the product is made.

There is no fix: which call does it at once hangs on the shapes of the arrays, which a person knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import libcst as cst

from smelllint import Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="classical",
    imports=frozenset({"numpy", "torch", "jax"}),
    words=frozenset({"range", "enumerate"}),
    devices=frozenset({"cpu"}),
    signs=(frozenset({"x[i][j] ="}),),
)

ARRAYS = frozenset({Kind.NDARRAY, Kind.TENSOR})
# What compiles the loops, so that they are not Python's.
COMPILERS = ("numba.", "taichi.", "torch.jit.", "triton.", "jax.jit", "cython.")
PRODUCTS = ("numpy.dot", "numpy.matmul", "torch.matmul", "torch.mm", "scipy.spatial.distance.cdist")
# What makes one number of the rows of a pair …
REDUCERS = frozenset(
    {
        *("numpy.dot", "numpy.inner", "numpy.vdot", "numpy.sum", "numpy.mean", "numpy.linalg.norm"),
        *("torch.dot", "torch.sum", "torch.norm", "torch.linalg.norm", "torch.matmul", "numpy.matmul"),
        *("scipy.spatial.distance.euclidean", "scipy.spatial.distance.cosine"),
        *("scipy.spatial.distance.cityblock", "scipy.spatial.distance.sqeuclidean"),
        *("scipy.linalg.norm", "torch.dist", "jax.numpy.dot", "jax.numpy.sum", "jax.numpy.linalg.norm"),
    }
)
REDUCING = frozenset({"dot", "sum", "mean", "norm"})
# … and what is done to the numbers one by one, which whole arrays know as well.
ELEMENTWISE = frozenset(
    {
        *("numpy.sqrt", "numpy.abs", "numpy.exp", "numpy.square", "numpy.power", "numpy.subtract"),
        *("numpy.multiply", "numpy.log", "math.sqrt", "math.exp", "builtins.abs", "builtins.float"),
        *("torch.sqrt", "torch.abs", "torch.exp", "torch.square"),
    }
)
GIVING_ITSELF = frozenset({"item", "abs", "sqrt", "exp", "square", "flatten", "squeeze"})
CALLED = 3  # functions of the file that are looked into, one in the other
SMALL = 400


@dataclass(frozen=True)
class Round:
    """A loop that counts: `for i in range(n)`, `for i, row in enumerate(rows)`."""

    loop: cst.For
    index: str
    row: str | None


@rule.on(cst.Assign, cst.AugAssign)
def computed_cell_by_cell(statement: cst.Assign | cst.AugAssign, facts: Facts) -> Iterator[Smell]:
    target = statement.target if isinstance(statement, cst.AugAssign) else statement.targets[0].target
    matrix, indices = cell(target)
    if matrix is None or facts.is_trial:
        return
    nest = [found for loop in facts.loops(statement) if (found := counted(loop, facts)) is not None]
    rounds = [one for one in nest if one.index in indices]
    if len(rounds) != 2:
        return
    bases = summed(statement, nest, indices, facts) or paired(statement, rounds, facts)
    outer = rounds[-1].loop
    if not bases or is_compiled(statement, facts) or is_shown(bases, facts):
        return
    if facts.kind(matrix) not in ARRAYS or any(facts.few(one.loop) for one in nest):
        return
    if is_small(matrix, facts) or any(
        is_small(base, facts) or not facts.invariant(base, outer) for base in bases
    ):
        return
    yield Smell(at=outer, message=f"`{facts.text(target)}` is computed in Python, one cell a round")


def counted(loop: cst.CSTNode, facts: Facts) -> Round | None:
    if not isinstance(loop, cst.For):
        return None
    over = facts.places.unwatched(loop.iter)
    if facts.calls(over, "builtins.range") and isinstance(loop.target, cst.Name):
        return Round(loop, loop.target.value, None)
    names = [element.value for element in loop.target.elements] if isinstance(loop.target, cst.Tuple) else []
    if not facts.calls(over, "builtins.enumerate") or len(names) != 2:
        return None
    index, row = names
    if not isinstance(index, cst.Name) or not isinstance(row, cst.Name):
        return None
    return Round(loop, index.value, row.value)


def cell(node: cst.CSTNode) -> tuple[cst.BaseExpression | None, tuple[str, ...]]:
    """The matrix and the names of the places of `C[i, j]` or `C[i][j]`."""
    places: tuple[str, ...] = ()
    while isinstance(node, cst.Subscript):
        found = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
        names = tuple(place.value for place in found if isinstance(place, cst.Name))
        if len(names) < len(node.slice):
            return None, ()
        node, places = node.value, (*names, *places)
    known = isinstance(node, (cst.Name, cst.Attribute)) and len(places) == 2
    return (node, places) if known and isinstance(node, cst.BaseExpression) else (None, ())


def is_small(matrix: cst.BaseExpression, facts: Facts) -> bool:
    """Whether it is made with a handful of cells: `np.zeros((4, 4))`, `np.array([[0, 1], [1, 0]])`."""
    made = facts.resolve(matrix)
    if not isinstance(made, cst.Call) or not made.args:
        return False
    first = made.args[0].value
    if isinstance(first, (cst.List, cst.Tuple)) and facts.calls(made, "numpy.array", "torch.tensor"):
        return True
    sizes = facts.value(first)
    known = isinstance(sizes, list) and all(isinstance(size, int) for size in sizes)
    return known and prod(sizes) <= SMALL


# -- products of matrices -----------------------------------------------------------------------------------


def summed(
    statement: cst.Assign | cst.AugAssign, nest: list[Round], indices: tuple[str, ...], facts: Facts
) -> list[cst.BaseExpression]:
    """The factors of `C[i, j] += A[i, k] * B[k, j]`; empty for any other statement."""
    added = addend(statement, facts)
    if not isinstance(added, cst.BinaryOperation) or not isinstance(added.operator, cst.Multiply):
        return []
    (left, first), (right, second) = cell(added.left), cell(added.right)
    along = [one.index for one in nest if one.index in first and one.index in second]
    if left is None or right is None or len(along) != 1 or along[0] in indices:
        return []
    others = {*first, *second} - {along[0]}
    return [left, right] if others == set(indices) else []


def addend(statement: cst.Assign | cst.AugAssign, facts: Facts) -> cst.BaseExpression | None:
    """What a statement adds to a cell: `C[i, j] += x`, `C[i, j] = C[i, j] + x`."""
    if isinstance(statement, cst.AugAssign):
        return statement.value if isinstance(statement.operator, cst.AddAssign) else None
    value = statement.value
    if not isinstance(value, cst.BinaryOperation) or not isinstance(value.operator, cst.Add):
        return None
    same = facts.text(value.left) == facts.text(statement.targets[0].target)
    return value.right if same else None


# -- pairs of rows ------------------------------------------------------------------------------------------


def paired(
    statement: cst.Assign | cst.AugAssign, rounds: list[Round], facts: Facts
) -> list[cst.BaseExpression]:
    """The arrays whose rows are taken two by two and made into a number; empty for any other statement."""
    if isinstance(statement, cst.AugAssign):
        return []
    formula = Formula(facts, rounds)
    known = formula.reads(statement.value, CALLED)
    return formula.bases if known and formula.reduces and len(formula.seen) == 2 else []


class Formula:
    """A walk through an expression made of rows: which it reads, and whether it makes a number of them."""

    def __init__(self, facts: Facts, rounds: list[Round]) -> None:
        self.facts = facts
        self.rounds = rounds
        self.seen: set[str] = set()
        self.bases: list[cst.BaseExpression] = []
        self.reduces = False

    def reads(self, node: cst.BaseExpression, steps: int, params: frozenset[str] = frozenset()) -> bool:
        """Whether all of it is rows, numbers, and what whole arrays can do to them."""
        if isinstance(node, (cst.Integer, cst.Float)) or self.row(node):
            return True
        if isinstance(node, cst.Name) and node.value in params:
            return True
        if isinstance(node, cst.BinaryOperation):
            self.reduces |= isinstance(node.operator, cst.MatrixMultiply)
            return self.reads(node.left, steps, params) and self.reads(node.right, steps, params)
        if isinstance(node, cst.UnaryOperation):
            return self.reads(node.expression, steps, params)
        if isinstance(node, cst.Call):
            return self.call(node, steps, params)
        return isinstance(node, (cst.Name, cst.Attribute)) and not params and self.is_constant(node)

    def row(self, node: cst.BaseExpression) -> bool:
        """`x[i]`, `x[i, :]`, or the row that `enumerate` hands out."""
        for one in self.rounds:
            if isinstance(node, cst.Name) and node.value == one.row:
                self.seen.add(one.index)
                over = self.facts.iterable(one.loop)
                self.bases += [over] if over is not None else []
                return True
            if isinstance(node, cst.Subscript) and is_row(node, one.index):
                self.seen.add(one.index)
                self.bases.append(node.value)
                return isinstance(node.value, (cst.Name, cst.Attribute))
        return False

    def call(self, call: cst.Call, steps: int, params: frozenset[str]) -> bool:
        name = self.facts.name(call.func)
        values = [arg.value for arg in call.args if arg.keyword is None]
        if name in REDUCERS or name in ELEMENTWISE:
            self.reduces |= name in REDUCERS
            return all(self.reads(value, steps, params) for value in values)
        receiver = self.facts.receiver(call, *REDUCING, *GIVING_ITSELF) if name is None else None
        if receiver is not None:
            self.reduces |= self.facts.method_call(call, *REDUCING)
            return all(self.reads(value, steps, params) for value in (receiver, *values))
        return self.function(call, values, steps, params)

    def function(
        self, call: cst.Call, values: list[cst.BaseExpression], steps: int, params: frozenset[str]
    ) -> bool:
        """Whether a function of the file returns such an expression of its parameters, and nothing more."""
        function = self.facts.callee(call)
        if not steps or not isinstance(function, cst.FunctionDef) or not isinstance(call.func, cst.Name):
            return False
        results = self.facts.returns(function)
        body = [line for line in function.body.body if not is_docstring(line)]
        names = frozenset(param.name.value for param in function.params.params)
        short = len(results) == 1 and len(body) == 1
        return (
            short
            and all(self.reads(value, steps, params) for value in values)
            and self.reads(results[0], steps - 1, names)
        )

    def is_constant(self, node: cst.BaseExpression) -> bool:
        return all(self.facts.invariant(node, one.loop) for one in self.rounds)


def is_row(node: cst.Subscript, index: str) -> bool:
    first, *rest = (part.slice for part in node.slice)
    here = isinstance(first, cst.Index) and isinstance(first.value, cst.Name) and first.value.value == index
    return here and all(isinstance(cut, cst.Slice) and cut.lower is cut.upper is None for cut in rest)


def is_docstring(line: cst.CSTNode) -> bool:
    expression = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(expression, cst.Expr) and isinstance(expression.value, cst.SimpleString)


# -- where a loop is as it should be ------------------------------------------------------------------------


def is_compiled(node: cst.CSTNode, facts: Facts) -> bool:
    """Whether the loop is no loop of Python's: a decorator or a call compiles the function around it."""
    for function in facts.ancestors(node):
        if not isinstance(function, cst.FunctionDef):
            continue
        decorators = [item.decorator for item in function.decorators]
        named = [facts.name(item.func if isinstance(item, cst.Call) else item) for item in decorators]
        handed = [facts.parent(use) for use in facts.uses(function.name)]
        if None in named or any(isinstance(use, cst.Arg) for use in handed):
            return True
        if any((name or "").startswith(COMPILERS) for name in named):
            return True
    return False


def is_shown(bases: list[cst.BaseExpression], facts: Facts) -> bool:
    """Whether the file multiplies the same arrays as a whole as well: then the loop shows how it is done."""
    texts = {facts.text(base) for base in bases}
    operations = [node for node in facts.nodes(cst.BinaryOperation) if is_product(node)]
    calls = [call for call in facts.nodes(cst.Call) if facts.calls(call, *PRODUCTS)]
    pairs = [[node.left, node.right] for node in operations]
    pairs += [[arg.value for arg in call.args[:2]] for call in calls]
    return any(all(facts.text(untransposed(side)) in texts for side in pair) for pair in pairs)


def is_product(node: cst.BinaryOperation) -> bool:
    return isinstance(node.operator, cst.MatrixMultiply)


def untransposed(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.value if isinstance(node, cst.Attribute) and node.attr.value == "T" else node
