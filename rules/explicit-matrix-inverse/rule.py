"""A matrix that is inverted to be multiplied once.

To invert a matrix takes about three times the steps of solving for one right-hand side, and its rounding
errors are larger. In `inv(X.T @ X) @ X.T @ y` the products go from the left as well: the whole of
`inv(X.T @ X) @ X.T` is computed for the sake of one vector.

Leave it when the inverse itself is wanted (its diagonal, say), when it serves many right-hand sides, or when
the matrix has a handful of rows.

The fix is unsafe: it gives other last digits, as a rule better ones. It is given where no variable holds the
inverse.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Often

rule = Rule(
    family="classical",
    imports=frozenset({"numpy", "scipy", "torch", "jax"}),
    words=frozenset({"inv"}),
    signs=(frozenset({"inv()"}),),
)

SOLVERS = {
    "numpy.linalg.inv": "numpy.linalg.solve",
    "scipy.linalg.inv": "scipy.linalg.solve",
    "torch.linalg.inv": "torch.linalg.solve",
    "torch.inverse": "torch.linalg.solve",
    "jax.numpy.linalg.inv": "jax.numpy.linalg.solve",
}
PRODUCTS = ("numpy.dot", "numpy.matmul", "torch.matmul", "torch.mm", "jax.numpy.dot", "jax.numpy.matmul")
IDENTITIES = ("numpy.eye", "numpy.identity", "torch.eye", "jax.numpy.eye")
VECTORS = ("numpy.ones", "numpy.zeros", "numpy.arange", "numpy.linspace")
FEW_ROWS = 8
ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


@rule.on(cst.Call)
def inverted_to_multiply(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if facts.name(call.func) not in SOLVERS or len(call.args) != 1 or facts.is_trial:
        return
    if facts.often(call) is Often.ONCE:  # a script that shows how it is done
        return
    matrix = call.args[0].value
    behind = facts.resolve(matrix)
    if not is_gram(behind, facts) or is_tiny(behind, facts):
        return
    inverse = mention(call, facts)
    factors = right_factors(inverse, facts) if inverse is not None else []
    if inverse is None or not factors or is_check(inverse, matrix, facts):
        return
    if len(factors) == 1 and transposed(factors[0], facts) is not None:  # as many right-hand sides as rows
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(matrix)}` is inverted for the sake of one product",
        fix=solve(call, matrix, facts) if inverse is call else None,
    )


# -- matrices that grow with the data -----------------------------------------------------------------------


def is_gram(node: cst.BaseExpression, facts: Facts) -> bool:
    """Whether it is `X.T @ X`, `X.T @ W @ X` or `X @ X.T`, or a multiple of it, with or without something
    added, as a regression inverts it."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return any(is_gram(facts.resolve(side), facts) for side in (node.left, node.right))
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.Multiply, cst.Divide)):
        return is_gram(node.left, facts)
    factors = product(node, facts)
    if len(factors) < 2:
        return False
    first, last = factors[0], factors[-1]
    turned = transposed(first, facts)
    if turned is not None:
        return facts.text(turned) == facts.text(last)
    turned = transposed(last, facts)
    return len(factors) == 2 and turned is not None and facts.text(turned) == facts.text(first)


def is_tiny(node: cst.BaseExpression, facts: Facts) -> bool:
    """Whether it tells that it has a handful of rows: `X.T @ X + 0.1 * np.eye(3)`, `X = np.array([[1, x] for
    x in xs])`."""
    calls = [part for part in facts.within(node) if isinstance(part, cst.Call) and part.args]
    sizes = [facts.value(call.args[0].value) for call in calls if facts.calls(call, *IDENTITIES)]
    names = [part for part in facts.within(node) if isinstance(part, cst.Name)]
    sizes += [columns(facts.resolve(name), facts) for name in names]
    return any(isinstance(rows, int) and rows <= FEW_ROWS for rows in sizes)


def columns(matrix: cst.BaseExpression, facts: Facts) -> int | None:
    """How many columns a matrix is written with: `np.array([[1, x] for x in xs])`, `np.c_[np.ones(n), t]` of
    vectors; None where that is not seen."""
    if facts.calls(matrix, "numpy.array") and isinstance(matrix, cst.Call) and matrix.args:
        made = matrix.args[0].value
        row = made.elt if isinstance(made, cst.ListComp) else None
        return len(row.elements) if isinstance(row, (cst.List, cst.Tuple)) else None
    if not isinstance(matrix, cst.Subscript) or facts.name(matrix.value) != "numpy.c_":
        return None
    parts = [part.slice.value for part in matrix.slice if isinstance(part.slice, cst.Index)]
    vectors = all(facts.calls(part, *VECTORS) for part in parts)
    return len(parts) if vectors and len(parts) == len(matrix.slice) else None


def product(node: cst.BaseExpression, facts: Facts) -> list[cst.BaseExpression]:
    """The factors of a product of matrices, in order; of any other expression itself."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.MatrixMultiply):
        return [*product(node.left, facts), *product(node.right, facts)]
    if isinstance(node, cst.Call) and facts.calls(node, *PRODUCTS) and len(node.args) == 2:
        return [factor for arg in node.args for factor in product(arg.value, facts)]
    multiplied = facts.receiver(node, "dot")
    if multiplied is not None and isinstance(node, cst.Call) and len(node.args) == 1:
        return [*product(multiplied, facts), *product(node.args[0].value, facts)]
    return [node]


def transposed(node: cst.BaseExpression, facts: Facts) -> cst.BaseExpression | None:
    """What `X.T`, `X.t()`, `X.transpose()` and `np.transpose(X)` transpose."""
    if isinstance(node, cst.Attribute) and node.attr.value in ("T", "mT"):
        return node.value
    if facts.calls(node, "numpy.transpose") and isinstance(node, cst.Call) and len(node.args) == 1:
        return node.args[0].value
    return facts.receiver(node, "t", "transpose") if isinstance(node, cst.Call) and not node.args else None


# -- what becomes of the inverse ----------------------------------------------------------------------------


def mention(call: cst.Call, facts: Facts) -> cst.BaseExpression | None:
    """The place where the inverse is used: the call itself, or the only mention of a variable that holds it,
    reached as often as the call; None where it is used several times."""
    parent = facts.parent(call)
    if not isinstance(parent, cst.Assign):
        return call
    target = parent.targets[0].target
    if len(parent.targets) > 1 or not isinstance(target, cst.Name):
        return None
    reads = [use for use in facts.uses(target) if use is not target]
    if len(reads) != 1 or not isinstance(reads[0], cst.Name) or facts.stored(reads[0]):
        return None
    use = reads[0]
    together = facts.function(use) is facts.function(call) and facts.loops(use) == facts.loops(call)
    return use if together else None


def right_factors(node: cst.BaseExpression, facts: Facts) -> list[cst.BaseExpression]:
    """What an expression, or something that stands before it, is multiplied by, one factor after the
    other."""
    before = facts.parent(node)
    if isinstance(before, cst.BinaryOperation) and before.right is node:
        node = before if isinstance(before.operator, cst.MatrixMultiply) else node
    factors: list[cst.BaseExpression] = []
    while (step := multiplied_by(node, facts)) is not None:
        node, factor = step
        factors.append(factor)
    return factors


def is_check(inverse: cst.CSTNode, matrix: cst.BaseExpression, facts: Facts) -> bool:
    """Whether the inverse is multiplied by the matrix itself, to see whether it is one."""
    parent = facts.parent(inverse)
    around = facts.parent(parent) if isinstance(parent, (cst.Arg, cst.Attribute)) else parent
    others = product(around, facts) if isinstance(around, cst.BaseExpression) else []
    return any(facts.text(other) == facts.text(matrix) for other in others if other is not inverse)


def multiplied_by(node: cst.CSTNode, facts: Facts) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """The product that an expression is the left side of, and its right side."""
    parent = facts.parent(node)
    if isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.MatrixMultiply):
        return (parent, parent.right) if parent.left is node else None
    call = facts.parent(parent) if isinstance(parent, (cst.Attribute, cst.Arg)) else None
    if not isinstance(call, cst.Call):
        return None
    if isinstance(parent, cst.Attribute):
        method = call.func is parent and parent.attr.value == "dot" and len(call.args) == 1
        return (call, call.args[0].value) if method else None
    first = facts.calls(call, *PRODUCTS) and len(call.args) == 2 and call.args[0] is parent
    return (call, call.args[1].value) if first else None


# -- the fix ------------------------------------------------------------------------------------------------


def solve(call: cst.Call, matrix: cst.BaseExpression, facts: Facts) -> Fix | None:
    """`np.linalg.solve(A, B @ y)` for `np.linalg.inv(A) @ B @ y`, and the same behind another factor."""
    solver = facts.bound(SOLVERS[facts.name(call.func) or ""], call)
    before = facts.parent(call)
    node: cst.BaseExpression = call
    lead = ""
    if isinstance(before, cst.BinaryOperation) and before.right is call:
        node, lead = before, f"{whole(before.left, facts)} @ "
    right: str | None = None
    while (step := multiplied_by(node, facts)) is not None:
        alone = right is None and multiplied_by(step[0], facts) is None
        node, factor = step
        right = facts.text(factor) if alone else joined(right, factor, node, facts)
    if solver is None or right is None:
        return None
    solved = f"{lead}{solver}({whole(matrix, facts)}, {right})"
    return Fix.unsafe("Solve for the right-hand side", facts.replace(node, solved))


def joined(left: str | None, factor: cst.BaseExpression, product: cst.BaseExpression, facts: Facts) -> str:
    """The product so far times one more factor, spelt as the code spells it."""
    text = whole(factor, facts)
    if isinstance(product, cst.BinaryOperation):
        return text if left is None else f"{left} @ {text}"
    if left is None:
        return text if isinstance(factor, ATOMS) else f"({text})"
    assert isinstance(product, cst.Call)
    dotted = facts.method_call(product, "dot") and not facts.calls(product, *PRODUCTS)
    return f"{left}.dot({text})" if dotted else f"{facts.text(product.func)}({left}, {text})"


def whole(node: cst.BaseExpression, facts: Facts) -> str:
    """The text of an expression with the brackets around it."""
    start, end = facts.edits.bracketed(node)
    return facts.source.text[start:end]
