"""Bare nodes: LibCST's syntax nodes without their layout, made of what Python's own parser gives.

    Bare(text).module(module)   LibCST's Module of a text that Python has parsed; UnsureError where a part of
                                it can only be told by LibCST, and not by itself
    Bare.rows                   the lines of each statement

Python parses ten times as fast as LibCST, most of whose time goes into the whitespace and punctuation that
nobody asks for until something is found. The nodes made here are of LibCST's types, with the same fields that
have a meaning, in the same order; those of layout (commas, brackets, blanks) are not set at all, so that to
ask for one is an error rather than a lie.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

import libcst as cst

from smelllint import native
from smelllint.syntax import MAX_DOTS, MAX_FORS, MAX_OPERANDS, ParseError

Built = Any  # a node of LibCST's, of whatever type
Statements = Sequence[ast.stmt]
Rows = dict[cst.CSTNode, tuple[int, int]]

SIMPLE = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Assert, ast.Delete),
    *(ast.Pass, ast.Break, ast.Continue, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal),
)
# One string literal and nothing beside it.
LITERAL = re.compile(
    r"""[rRbBuU]{0,2}(?:
        \"(?!\"\")(?:[^"\\\r\n]|\\.)*\" | '(?!'')(?:[^'\\\r\n]|\\.)*'
        | \"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3} )""",
    re.VERBOSE | re.DOTALL,
)


MOST_TOLD = 20  # statements that are given to LibCST one by one
MOST_PARSED = 2_000  # characters of an f-string that is given to LibCST as it is


class UnsureError(Exception):
    """Python's tree does not tell what LibCST would make of a place."""


def maker(type_: type[cst.CSTNode], *fields: str) -> Callable[..., Built]:
    """What makes a node of a type with values for these fields, in order, and leaves the others unset."""
    new = cast("Callable[[type[cst.CSTNode]], cst.CSTNode]", object.__new__)
    setters = [getattr(type_, name).__set__ for name in fields]  # the types are frozen, their slots are not
    if len(setters) == 1:
        set_only = setters[0]

        def make_one(value: Any) -> Built:
            node = new(type_)
            set_only(node, value)
            return node

        return make_one
    if len(setters) == 2:
        set_first, set_second = setters

        def make_two(first: Any, second: Any) -> Built:
            node = new(type_)
            set_first(node, first)
            set_second(node, second)
            return node

        return make_two

    def make(*values: Any) -> Built:
        node = new(type_)
        for set_, value in zip(setters, values, strict=True):
            set_(node, value)
        return node

    return make


NAME = maker(cst.Name, "value")
ATTRIBUTE = maker(cst.Attribute, "value", "attr")
CALL = maker(cst.Call, "func", "args")
ARG = maker(cst.Arg, "value", "keyword", "star")
INTEGER = maker(cst.Integer, "value")
FLOAT = maker(cst.Float, "value")
IMAGINARY = maker(cst.Imaginary, "value")
STRING = maker(cst.SimpleString, "value")
ELLIPSIS = maker(cst.Ellipsis)
SUBSCRIPT = maker(cst.Subscript, "value", "slice")
ELEMENT_OF_SUBSCRIPT = maker(cst.SubscriptElement, "slice")
INDEX = maker(cst.Index, "value", "star")
SLICE = maker(cst.Slice, "lower", "upper", "step")
TUPLE, LIST, SET = (maker(type_, "elements") for type_ in (cst.Tuple, cst.List, cst.Set))
ELEMENT = maker(cst.Element, "value")
STARRED = maker(cst.StarredElement, "value")
DICT = maker(cst.Dict, "elements")
DICT_ELEMENT = maker(cst.DictElement, "key", "value")
STARRED_IN_DICT = maker(cst.StarredDictElement, "value")
COMPREHENSIONS = {
    ast.ListComp: maker(cst.ListComp, "elt", "for_in"),
    ast.SetComp: maker(cst.SetComp, "elt", "for_in"),
    ast.GeneratorExp: maker(cst.GeneratorExp, "elt", "for_in"),
}
DICT_COMPREHENSION = maker(cst.DictComp, "key", "value", "for_in")
COMP_FOR = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous")
COMP_IF = maker(cst.CompIf, "test")
BINARY = maker(cst.BinaryOperation, "left", "operator", "right")
BOOLEAN = maker(cst.BooleanOperation, "left", "operator", "right")
UNARY = maker(cst.UnaryOperation, "operator", "expression")
COMPARISON = maker(cst.Comparison, "left", "comparisons")
COMPARED = maker(cst.ComparisonTarget, "operator", "comparator")
CHOICE = maker(cst.IfExp, "test", "body", "orelse")
LAMBDA = maker(cst.Lambda, "params", "body")
AWAIT = maker(cst.Await, "expression")
YIELD = maker(cst.Yield, "value")
FROM = maker(cst.From, "item")
WALRUS = maker(cst.NamedExpr, "target", "value")
ANNOTATION = maker(cst.Annotation, "annotation")
PARAM = maker(cst.Param, "name", "annotation", "default", "star")
PARAM_STAR = maker(cst.ParamStar)
PARAMETERS = maker(
    cst.Parameters, "params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params", "posonly_ind"
)
MODULE = maker(cst.Module, "body")
BLOCK = maker(cst.IndentedBlock, "body")
SUITE = maker(cst.SimpleStatementSuite, "body")
LINE = maker(cst.SimpleStatementLine, "body")
FUNCTION = maker(
    cst.FunctionDef, "name", "params", "body", "decorators", "returns", "asynchronous", "type_parameters"
)
CLASS = maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators", "type_parameters")
DECORATOR = maker(cst.Decorator, "decorator")
IF = maker(cst.If, "test", "body", "orelse")
ELSE = maker(cst.Else, "body")
FOR = maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
WHILE = maker(cst.While, "test", "body", "orelse")
WITH = maker(cst.With, "items", "body", "asynchronous")
WITH_ITEM = maker(cst.WithItem, "item", "asname")
AS_NAME = maker(cst.AsName, "name")
TRY = maker(cst.Try, "body", "handlers", "orelse", "finalbody")
TRY_STAR = maker(cst.TryStar, "body", "handlers", "orelse", "finalbody")
HANDLER = maker(cst.ExceptHandler, "body", "type", "name")
HANDLER_STAR = maker(cst.ExceptStarHandler, "body", "type", "name")
FINALLY = maker(cst.Finally, "body")
EXPRESSION = maker(cst.Expr, "value")
ASSIGN = maker(cst.Assign, "targets", "value")
TARGET = maker(cst.AssignTarget, "target")
ANNOTATED = maker(cst.AnnAssign, "target", "annotation", "value")
AUGMENTED = maker(cst.AugAssign, "target", "operator", "value")
RETURN = maker(cst.Return, "value")
RAISE = maker(cst.Raise, "exc", "cause")
ASSERT = maker(cst.Assert, "test", "msg")
DELETE = maker(cst.Del, "target")
WORDS = {ast.Pass: maker(cst.Pass), ast.Break: maker(cst.Break), ast.Continue: maker(cst.Continue)}
IMPORT = maker(cst.Import, "names")
IMPORT_FROM = maker(cst.ImportFrom, "module", "names", "relative")
ALIAS = maker(cst.ImportAlias, "name", "asname")
STAR = maker(cst.ImportStar)
GLOBAL, NONLOCAL = maker(cst.Global, "names"), maker(cst.Nonlocal, "names")
NAME_ITEM = maker(cst.NameItem, "name")

# Nodes that say nothing but their type; one is as good as another.
ASYNC = maker(cst.Asynchronous)()
DOT = maker(cst.Dot)()
SLASH = maker(cst.ParamSlash)()
OPERATORS: dict[type[ast.AST], Built] = {
    python: maker(theirs)()
    for python, theirs in (
        *((ast.Add, cst.Add), (ast.Sub, cst.Subtract), (ast.Mult, cst.Multiply), (ast.Div, cst.Divide)),
        *((ast.FloorDiv, cst.FloorDivide), (ast.Mod, cst.Modulo), (ast.Pow, cst.Power)),
        *((ast.LShift, cst.LeftShift), (ast.RShift, cst.RightShift), (ast.MatMult, cst.MatrixMultiply)),
        *((ast.BitOr, cst.BitOr), (ast.BitAnd, cst.BitAnd), (ast.BitXor, cst.BitXor)),
        *((ast.And, cst.And), (ast.Or, cst.Or), (ast.Not, cst.Not), (ast.Invert, cst.BitInvert)),
        *((ast.UAdd, cst.Plus), (ast.USub, cst.Minus)),
        *((ast.Lt, cst.LessThan), (ast.Gt, cst.GreaterThan), (ast.Eq, cst.Equal)),
        *((ast.LtE, cst.LessThanEqual), (ast.GtE, cst.GreaterThanEqual)),
        *((ast.In, cst.In), (ast.NotIn, cst.NotIn), (ast.Is, cst.Is), (ast.IsNot, cst.IsNot)),
    )
} | {ast.NotEq: maker(cst.NotEqual, "value")("!=")}
AUGMENTS: dict[type[ast.AST], Built] = {
    python: maker(theirs)()
    for python, theirs in (
        *((ast.Add, cst.AddAssign), (ast.Sub, cst.SubtractAssign), (ast.Mult, cst.MultiplyAssign)),
        *((ast.Div, cst.DivideAssign), (ast.FloorDiv, cst.FloorDivideAssign), (ast.Mod, cst.ModuloAssign)),
        *((ast.Pow, cst.PowerAssign), (ast.LShift, cst.LeftShiftAssign), (ast.RShift, cst.RightShiftAssign)),
        *((ast.MatMult, cst.MatrixMultiplyAssign), (ast.BitOr, cst.BitOrAssign)),
        *((ast.BitAnd, cst.BitAndAssign), (ast.BitXor, cst.BitXorAssign)),
    )
}


class Bare:
    """What makes the nodes of one text, as far as they have a meaning, from Python's tree of it.

    rows   the first and last line of each statement that has lines of its own, from 1
    """

    def __init__(self, text: str) -> None:
        self.rows: Rows = {}
        self.told = 0  # how many statements LibCST was asked about
        self.lines = text.encode().splitlines(keepends=True)  # as Python counts them: in bytes of UTF-8

    def module(self, module: ast.Module) -> cst.Module:
        return cast("cst.Module", MODULE(self.statements(module.body)))

    def source(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        first, last = node.lineno - 1, cast("int", node.end_lineno) - 1
        if first == last:
            return self.lines[first][node.col_offset : node.end_col_offset].decode()
        parts = [self.lines[first][node.col_offset :], *self.lines[first + 1 : last]]
        return b"".join([*parts, self.lines[last][: node.end_col_offset]]).decode()

    def parsed(self, text: str) -> Built:
        """What LibCST makes of an expression."""
        try:
            return cst.parse_expression(text)
        except Exception as error:
            raise UnsureError(text) from error

    # -- blocks -----------------------------------------------------------------------------------------

    def statements(self, body: Statements) -> tuple[Built, ...]:
        """Statements on lines of their own; the simple ones of a line together."""
        return tuple(map(self.on_its_lines, by_line(body)))

    def on_its_lines(self, line: Statements) -> Built:
        """A compound statement, or the simple ones of a line; what Python's tree does not tell of, LibCST
        does."""
        first, last = first_row(line[0]), cast("int", line[-1].end_lineno)
        self.require_line_of_its_own(line[0])
        known = len(self.rows)
        try:
            built = self.line(line) if isinstance(line[0], SIMPLE) else self.compound(line[0])
        except UnsureError:
            self.rows = dict(list(self.rows.items())[:known])  # of what is inside, nothing is left
            built = self.told_by_libcst(first, last)
        self.rows[built] = first, last
        return built

    def line(self, statements: Statements) -> Built:
        return LINE(tuple(STATEMENTS[type(statement)](self, statement) for statement in statements))

    def compound(self, statement: ast.stmt) -> Built:
        build = COMPOUND.get(type(statement))
        if build is None:
            raise UnsureError(type(statement).__name__)
        return build(self, statement)

    def told_by_libcst(self, first: int, last: int) -> Built:
        """What LibCST makes of the lines of a statement; of many, it is asked for the whole file instead."""
        self.told += 1
        require(self.told <= MOST_TOLD, "many statements")
        try:
            lines = b"".join(self.lines[first - 1 : last]).decode()
            return native.in_deep_thread(lambda: native.statement(lines))[2]
        except ParseError as error:
            raise UnsureError(error.message) from error

    def require_line_of_its_own(self, statement: ast.stmt) -> None:
        before = self.lines[statement.lineno - 1][: statement.col_offset]
        continued = statement.lineno > 1 and self.lines[statement.lineno - 2].rstrip(b"\r\n").endswith(b"\\")
        if continued or (before.strip(b" \t\f") and not before.startswith(b"\xef\xbb\xbf")):
            raise UnsureError("a statement that does not begin its line")

    def block(self, body: Statements) -> Built:
        """The body of a compound statement: an indented block, or what stands behind its colon."""
        first = body[0]
        if not isinstance(first, SIMPLE):
            return BLOCK(self.statements(body))
        if not self.lines[first.lineno - 1][: first.col_offset].strip(b" \t\f"):
            return BLOCK(self.statements(body))
        if any(before.end_lineno != after.lineno for before, after in pairwise(body)):
            raise UnsureError("statements behind a colon, on several lines")
        return SUITE(tuple(STATEMENTS[type(statement)](self, statement) for statement in body))

    def otherwise(self, body: Statements) -> Built:
        return ELSE(self.block(body)) if body else None

    # -- compound statements ----------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Built:
        if getattr(node, "type_params", None):
            raise UnsureError("type parameters")
        return FUNCTION(
            NAME(node.name),
            self.parameters(node.args),
            self.block(node.body),
            self.decorators(node),
            ANNOTATION(self.expression(node.returns)) if node.returns is not None else None,
            ASYNC if isinstance(node, ast.AsyncFunctionDef) else None,
            None,
        )

    def decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Sequence[Built]:
        return tuple(DECORATOR(self.expression(decorator)) for decorator in node.decorator_list)

    def class_(self, node: ast.ClassDef) -> Built:
        if getattr(node, "type_params", None):
            raise UnsureError("type parameters")
        return CLASS(
            NAME(node.name),
            self.block(node.body),
            tuple(map(self.argument, node.bases)),
            tuple(map(self.keyword, node.keywords)),
            self.decorators(node),
            None,
        )

    def if_(self, node: ast.If) -> Built:
        return IF(self.expression(node.test), self.block(node.body), self.or_else(node.orelse))

    def or_else(self, body: Statements) -> Built:
        """`elif ...:` or `else: ...`"""
        only = body[0] if len(body) == 1 else None
        if isinstance(only, ast.If) and self.lines[only.lineno - 1].startswith(b"elif", only.col_offset):
            return self.if_(only)
        return self.otherwise(body)

    def for_(self, node: ast.For | ast.AsyncFor) -> Built:
        return FOR(
            self.expression(node.target),
            self.expression(node.iter),
            self.block(node.body),
            self.otherwise(node.orelse),
            ASYNC if isinstance(node, ast.AsyncFor) else None,
        )

    def while_(self, node: ast.While) -> Built:
        return WHILE(self.expression(node.test), self.block(node.body), self.otherwise(node.orelse))

    def with_(self, node: ast.With | ast.AsyncWith) -> Built:
        asynchronous = ASYNC if isinstance(node, ast.AsyncWith) else None
        return WITH(tuple(map(self.with_item, node.items)), self.block(node.body), asynchronous)

    def with_item(self, item: ast.withitem) -> Built:
        bound = item.optional_vars
        asname = AS_NAME(self.expression(bound)) if bound is not None else None
        return WITH_ITEM(self.expression(item.context_expr), asname)

    def try_(self, node: ast.Try) -> Built:
        starred = type(node) is not ast.Try
        make, handler = (TRY_STAR, HANDLER_STAR) if starred else (TRY, HANDLER)
        return make(
            self.block(node.body),
            tuple(self.handler(each, handler) for each in node.handlers),
            self.otherwise(node.orelse),
            FINALLY(self.block(node.finalbody)) if node.finalbody else None,
        )

    def handler(self, node: ast.ExceptHandler, make: Callable[..., Built]) -> Built:
        name = AS_NAME(NAME(node.name)) if node.name is not None else None
        return make(self.block(node.body), self.perhaps(node.type), name)

    # -- simple statements ------------------------------------------------------------------------------

    def expression_statement(self, node: ast.Expr) -> Built:
        return EXPRESSION(self.expression(node.value))

    def assign(self, node: ast.Assign) -> Built:
        targets = tuple(TARGET(self.expression(target)) for target in node.targets)
        return ASSIGN(targets, self.expression(node.value))

    def annotated(self, node: ast.AnnAssign) -> Built:
        annotation = ANNOTATION(self.expression(node.annotation))
        return ANNOTATED(self.expression(node.target), annotation, self.perhaps(node.value))

    def augmented(self, node: ast.AugAssign) -> Built:
        target = self.expression(node.target)
        return AUGMENTED(target, AUGMENTS[type(node.op)], self.expression(node.value))

    def return_(self, node: ast.Return) -> Built:
        return RETURN(self.perhaps(node.value))

    def raise_(self, node: ast.Raise) -> Built:
        cause = FROM(self.expression(node.cause)) if node.cause is not None else None
        return RAISE(self.perhaps(node.exc), cause)

    def assert_(self, node: ast.Assert) -> Built:
        return ASSERT(self.expression(node.test), self.perhaps(node.msg))

    def delete(self, node: ast.Delete) -> Built:
        if len(node.targets) > 1:
            return DELETE(TUPLE(tuple(map(self.element, node.targets))))
        if self.source(node).rstrip().endswith(","):
            raise UnsureError("del of one with a comma")
        return DELETE(self.expression(node.targets[0]))

    def word(self, node: ast.stmt) -> Built:
        return WORDS[cast("type[ast.Pass]", type(node))]()

    def import_(self, node: ast.Import) -> Built:
        return IMPORT(tuple(map(alias, node.names)))

    def import_from(self, node: ast.ImportFrom) -> Built:
        names = STAR() if node.names[0].name == "*" else tuple(map(alias, node.names))
        return IMPORT_FROM(dotted(node.module) if node.module else None, names, (DOT,) * node.level)

    def global_(self, node: ast.Global | ast.Nonlocal) -> Built:
        make = GLOBAL if isinstance(node, ast.Global) else NONLOCAL
        return make(tuple(NAME_ITEM(NAME(name)) for name in node.names))

    # -- parameters and arguments -----------------------------------------------------------------------

    def parameters(self, node: ast.arguments) -> Built:
        positional = [*node.posonlyargs, *node.args]
        defaults = [*[None] * (len(positional) - len(node.defaults)), *node.defaults]
        built = [self.param(*pair) for pair in zip(positional, defaults, strict=True)]
        only = len(node.posonlyargs)
        star: Built = cst.MaybeSentinel.DEFAULT
        if node.vararg is not None:
            star = self.param(node.vararg, None, "*")
        elif node.kwonlyargs:
            star = PARAM_STAR()
        return PARAMETERS(
            tuple(built[only:]),
            star,
            tuple(self.param(*pair) for pair in zip(node.kwonlyargs, node.kw_defaults, strict=True)),
            self.param(node.kwarg, None, "**") if node.kwarg is not None else None,
            tuple(built[:only]),
            SLASH if only else cst.MaybeSentinel.DEFAULT,
        )

    def param(self, node: ast.arg, default: ast.expr | None, star: str = "") -> Built:
        if isinstance(node.annotation, ast.Starred):
            raise UnsureError("an annotation with a star")
        annotation = ANNOTATION(self.expression(node.annotation)) if node.annotation is not None else None
        return PARAM(NAME(node.arg), annotation, self.perhaps(default), star)

    def arguments(self, node: ast.Call) -> tuple[Built, ...]:
        """The arguments of a call as they stand: stars may follow keywords."""
        args, keywords = node.args, node.keywords
        if not keywords:
            return tuple(map(self.argument, args))
        if not args or (args[-1].lineno, args[-1].col_offset) < (keywords[0].lineno, keywords[0].col_offset):
            return (*map(self.argument, args), *map(self.keyword, keywords))
        mixed: list[ast.expr | ast.keyword] = [*args, *keywords]
        mixed.sort(key=lambda each: (each.lineno, each.col_offset))
        return tuple(
            self.keyword(each) if isinstance(each, ast.keyword) else self.argument(each) for each in mixed
        )

    def argument(self, node: ast.expr) -> Built:
        if isinstance(node, ast.Starred):
            return ARG(self.expression(node.value), None, "*")
        return ARG(self.expression(node), None, "")

    def keyword(self, node: ast.keyword) -> Built:
        if node.arg is None:
            return ARG(self.expression(node.value), None, "**")
        return ARG(self.expression(node.value), NAME(node.arg), "")

    # -- expressions ------------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Built:
        build = EXPRESSIONS.get(type(node))
        if build is None:
            raise UnsureError(type(node).__name__)
        return build(self, node)

    def perhaps(self, node: ast.expr | None) -> Built:
        return self.expression(node) if node is not None else None

    def name(self, node: ast.Name) -> Built:
        return NAME(node.id)

    def attribute(self, node: ast.Attribute) -> Built:
        return ATTRIBUTE(self.expression(node.value), NAME(node.attr))

    def call(self, node: ast.Call) -> Built:
        return CALL(self.expression(node.func), self.arguments(node))

    def constant(self, node: ast.Constant) -> Built:
        value = node.value
        if isinstance(value, (str, bytes)):
            return self.string(node)
        if value is None or isinstance(value, bool):
            return NAME(str(value))
        if value is ...:
            return ELLIPSIS()
        make = INTEGER if isinstance(value, int) else FLOAT if isinstance(value, float) else IMAGINARY
        return make(self.source(node))

    def string(self, node: ast.expr) -> Built:
        """A literal, or several that stand side by side."""
        text = self.source(node)
        if LITERAL.fullmatch(text):
            return STRING(text)
        if len(text) > MOST_PARSED and isinstance(node, ast.JoinedStr):
            raise UnsureError("a long f-string")  # which may hold whatever the parser does not bear
        return self.parsed(f"({text})")

    def subscript(self, node: ast.Subscript) -> Built:
        return SUBSCRIPT(self.expression(node.value), tuple(map(self.element_of_subscript, self.axes(node))))

    def axes(self, node: ast.Subscript) -> Sequence[ast.expr]:
        """What stands between the brackets and commas: `x[1, 2]` has two, `x[(1, 2)]` one."""
        inner = node.slice
        if not isinstance(inner, ast.Tuple):
            return [inner]
        if not inner.elts or not self.in_brackets(inner):
            return inner.elts or [inner]
        # It begins with a bracket, which may be its own or that of its first element.
        around = self.parsed(f"x[{self.source(inner)}]")
        return [inner] if len(around.slice) == 1 else inner.elts

    def in_brackets(self, node: ast.Tuple) -> bool:
        first = node.elts[0]
        begins = (first.lineno, first.col_offset) != (node.lineno, node.col_offset)
        return begins and self.lines[node.lineno - 1].startswith(b"(", node.col_offset)

    def element_of_subscript(self, node: ast.expr) -> Built:
        if isinstance(node, ast.Slice):
            parts = self.perhaps(node.lower), self.perhaps(node.upper), self.perhaps(node.step)
            return ELEMENT_OF_SUBSCRIPT(SLICE(*parts))
        if isinstance(node, ast.Starred):
            return ELEMENT_OF_SUBSCRIPT(INDEX(self.expression(node.value), "*"))
        return ELEMENT_OF_SUBSCRIPT(INDEX(self.expression(node), None))

    def tuple_(self, node: ast.Tuple) -> Built:
        return TUPLE(tuple(map(self.element, node.elts)))

    def list_(self, node: ast.List) -> Built:
        return LIST(tuple(map(self.element, node.elts)))

    def set_(self, node: ast.Set) -> Built:
        return SET(tuple(map(self.element, node.elts)))

    def element(self, node: ast.expr) -> Built:
        if isinstance(node, ast.Starred):
            return STARRED(self.expression(node.value))
        return ELEMENT(self.expression(node))

    def dict_(self, node: ast.Dict) -> Built:
        return DICT(tuple(self.entry(*pair) for pair in zip(node.keys, node.values, strict=True)))

    def entry(self, key: ast.expr | None, value: ast.expr) -> Built:
        if key is None:
            return STARRED_IN_DICT(self.expression(value))
        return DICT_ELEMENT(self.expression(key), self.expression(value))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Built:
        return COMPREHENSIONS[type(node)](self.expression(node.elt), self.comp_for(node.generators))

    def dict_comprehension(self, node: ast.DictComp) -> Built:
        key, value = self.expression(node.key), self.expression(node.value)
        return DICT_COMPREHENSION(key, value, self.comp_for(node.generators))

    def comp_for(self, generators: Sequence[ast.comprehension]) -> Built:
        require(len(generators) <= MAX_FORS, "a comprehension of many loops")
        inner: Built = None
        for node in reversed(generators):
            ifs = tuple(COMP_IF(self.expression(test)) for test in node.ifs)
            asynchronous = ASYNC if node.is_async else None
            inner = COMP_FOR(
                self.expression(node.target), self.expression(node.iter), ifs, inner, asynchronous
            )
        return inner

    def binary(self, node: ast.BinOp) -> Built:
        return BINARY(self.expression(node.left), OPERATORS[type(node.op)], self.expression(node.right))

    def boolean(self, node: ast.BoolOp) -> Built:
        require(len(node.values) <= MAX_OPERANDS, "a condition of many operands")
        operator = OPERATORS[type(node.op)]
        first, *others = node.values
        built = self.expression(first)
        for other in others:
            built = BOOLEAN(built, operator, self.expression(other))
        return built

    def unary(self, node: ast.UnaryOp) -> Built:
        return UNARY(OPERATORS[type(node.op)], self.expression(node.operand))

    def comparison(self, node: ast.Compare) -> Built:
        pairs = zip(node.ops, node.comparators, strict=True)
        others = tuple(COMPARED(OPERATORS[type(op)], self.expression(other)) for op, other in pairs)
        return COMPARISON(self.expression(node.left), others)

    def choice(self, node: ast.IfExp) -> Built:
        return CHOICE(self.expression(node.test), self.expression(node.body), self.expression(node.orelse))

    def lambda_(self, node: ast.Lambda) -> Built:
        return LAMBDA(self.parameters(node.args), self.expression(node.body))

    def await_(self, node: ast.Await) -> Built:
        return AWAIT(self.expression(node.value))

    def yield_(self, node: ast.Yield) -> Built:
        return YIELD(self.perhaps(node.value))

    def yield_from(self, node: ast.YieldFrom) -> Built:
        return YIELD(FROM(self.expression(node.value)))

    def walrus(self, node: ast.NamedExpr) -> Built:
        return WALRUS(self.expression(node.target), self.expression(node.value))


def by_line(body: Statements) -> Iterator[list[ast.stmt]]:
    """The statements of a block: compound ones one by one, simple ones by the line that they share."""
    line: list[ast.stmt] = []
    for statement in body:
        if line and isinstance(statement, SIMPLE) and statement.lineno == line[-1].end_lineno:
            line.append(statement)
            continue
        if line:
            yield line
        line = [statement]
    if line:
        yield line


def first_row(statement: ast.stmt) -> int:
    """The line on which a statement begins, its decorators included."""
    decorators = getattr(statement, "decorator_list", ())
    return min(statement.lineno, decorators[0].lineno) if decorators else statement.lineno


def require(sure: bool, what: str) -> None:
    """UnsureError unless a part of the tree is as flat as it looks."""
    if not sure:
        raise UnsureError(what)


def alias(node: ast.alias) -> Built:
    asname = AS_NAME(NAME(node.asname)) if node.asname is not None else None
    return ALIAS(dotted(node.name), asname)


def dotted(name: str) -> Built:
    """`a.b.c` as names and attributes."""
    first, *others = name.split(".")
    require(len(others) <= MAX_DOTS, "an import of many dots")
    built = NAME(first)
    for other in others:
        built = ATTRIBUTE(built, NAME(other))
    return built


COMPOUND: dict[type[ast.AST], Callable[..., Built]] = {
    ast.FunctionDef: Bare.function,
    ast.AsyncFunctionDef: Bare.function,
    ast.ClassDef: Bare.class_,
    ast.If: Bare.if_,
    ast.For: Bare.for_,
    ast.AsyncFor: Bare.for_,
    ast.While: Bare.while_,
    ast.With: Bare.with_,
    ast.AsyncWith: Bare.with_,
    ast.Try: Bare.try_,
}
if hasattr(ast, "TryStar"):
    COMPOUND[ast.TryStar] = Bare.try_
STATEMENTS: dict[type[ast.AST], Callable[..., Built]] = {
    ast.Expr: Bare.expression_statement,
    ast.Assign: Bare.assign,
    ast.AnnAssign: Bare.annotated,
    ast.AugAssign: Bare.augmented,
    ast.Return: Bare.return_,
    ast.Raise: Bare.raise_,
    ast.Assert: Bare.assert_,
    ast.Delete: Bare.delete,
    ast.Import: Bare.import_,
    ast.ImportFrom: Bare.import_from,
    ast.Global: Bare.global_,
    ast.Nonlocal: Bare.global_,
    **dict.fromkeys(WORDS, Bare.word),
}
EXPRESSIONS: dict[type[ast.AST], Callable[..., Built]] = {
    ast.Name: Bare.name,
    ast.Attribute: Bare.attribute,
    ast.Call: Bare.call,
    ast.Constant: Bare.constant,
    ast.JoinedStr: Bare.string,
    ast.Subscript: Bare.subscript,
    ast.Tuple: Bare.tuple_,
    ast.List: Bare.list_,
    ast.Set: Bare.set_,
    ast.Dict: Bare.dict_,
    **dict.fromkeys(COMPREHENSIONS, Bare.comprehension),
    ast.DictComp: Bare.dict_comprehension,
    ast.BinOp: Bare.binary,
    ast.BoolOp: Bare.boolean,
    ast.UnaryOp: Bare.unary,
    ast.Compare: Bare.comparison,
    ast.IfExp: Bare.choice,
    ast.Lambda: Bare.lambda_,
    ast.Await: Bare.await_,
    ast.Yield: Bare.yield_,
    ast.YieldFrom: Bare.yield_from,
    ast.NamedExpr: Bare.walrus,
}
