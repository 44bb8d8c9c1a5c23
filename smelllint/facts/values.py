"""Values: what an argument is, and what an expression is known to evaluate to.

argument(call, name, at)   the expression given, ABSENT, or UNKNOWN (hidden in *args or **kwargs)
entry(dict, key)           the same for what a dict literal holds under a key
value(expr)                the Python value of literals, constants of the file and simple arithmetic; UNKNOWN
setting(expr)              what a settings file of the project holds for it; UNKNOWN
usual(expr)                the value, with settings, and with the defaults of parameters, command-line options
                           and fields of configuration classes
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from smelllint.facts.names import Names

if TYPE_CHECKING:
    from smelllint.facts.configs import Configs
    from smelllint.facts.kinds import Kinds


class Missing(Enum):
    """Two ways not to have an argument, which are not the same."""

    ABSENT = "absent"  # known not to be given
    UNKNOWN = "unknown"  # may or may not be given


ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN
Argument = cst.BaseExpression | Missing
MAX_STEPS = 12
CASTS: dict[str, Callable[[Any], Any]] = {"builtins.int": int, "builtins.float": float}
ARITHMETIC: dict[type[cst.BaseBinaryOp], Callable[[Any, Any], Any]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.FloorDivide: operator.floordiv,
}


class Values:
    """The words of this family, for one file."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.kinds: Kinds  # set by Facts: what made an object tells its fields
        self.configs: Configs  # and what the settings files of the project say

    def argument(self, call: cst.Call, name: str, at: int | None = None) -> Argument:
        """The argument given by keyword, or at position `at` (from 0). UNKNOWN behind `*args` or `**kwargs`
        that no dict literal of the file explains."""
        unknown = False
        for place, arg in enumerate(call.args):
            if arg.keyword is not None:
                if arg.keyword.value == name:
                    return arg.value
            elif arg.star == "**":
                given = self.entry(arg.value, name)
                if isinstance(given, cst.BaseExpression):
                    return given
                unknown = unknown or given is UNKNOWN
            elif arg.star == "*":
                unknown = unknown or at is not None
            elif at is not None and place == at and not unknown:
                return arg.value
        return UNKNOWN if unknown else ABSENT

    def entry(self, node: cst.BaseExpression, name: str) -> Argument:
        """What a dict holds under a key: the expression, ABSENT, or UNKNOWN where it is no dict literal of
        the file, or may be written to."""
        literal = self.resolve(node)
        if self._grows(node):
            return UNKNOWN
        if isinstance(literal, cst.Call) and self.names.name(literal.func) == "builtins.dict":
            plain = all(arg.keyword is not None or arg.star == "**" for arg in literal.args)
            return self.argument(literal, name) if plain else UNKNOWN
        if not isinstance(literal, cst.Dict):
            return self.configs.given(node, name)
        found: Argument = ABSENT
        for element in literal.elements:
            key = self.value(element.key) if isinstance(element, cst.DictElement) else UNKNOWN
            if key is UNKNOWN:
                found = UNKNOWN
            elif key == name:
                found = element.value
        return found

    def _grows(self, node: cst.BaseExpression) -> bool:
        """Whether a dict may be written to after its literal: `d["k"] = v`, `d.update(...)`, `fill(d)`."""
        for use in self.names.uses(node):
            parent = self.names.tree.parent(use)
            if isinstance(parent, (cst.Subscript, cst.Attribute)) and parent.value is use:
                return True
            if isinstance(parent, cst.Arg) and parent.star != "**" and not self._only_reads(parent):
                return True
        return False

    def _only_reads(self, arg: cst.Arg) -> bool:
        """Whether an argument goes to a callable of the library tables, which does not write to it."""
        call = self.names.tree.parent(arg)
        name = self.names.name(call.func) if isinstance(call, cst.Call) else None
        return name is not None and self.names.libraries.calls.get(name) is not None

    def resolve(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """The expression behind a variable that has only one binding to a plain value; else the node
        itself."""
        for _ in range(MAX_STEPS):
            behind = self._behind(node)
            if behind is None:
                return node
            node = behind
        return node

    def _behind(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        if isinstance(node, cst.Name):
            found = self.names.bindings(node)
        elif isinstance(node, cst.Attribute):
            class_ = self.names.receiver_class(node.value) or self.names.definition(node.value)
            members = self.names.links.members(node, node)
            found = members
            if isinstance(class_, cst.ClassDef) and not members:
                found = self.names.attribute_bindings(class_, node.attr.value)
        else:
            return None
        if len(found) != 1 or found[0].how != "assign" or found[0].index:
            return None
        return found[0].value

    def usual(self, node: cst.CSTNode) -> Any:
        """What the expression evaluates to unless a caller or the command line says otherwise: its value,
        with the settings of the project, and with defaults in the place of parameters, of options such as
        `args.epochs` and of fields such as `config.epochs`; else UNKNOWN."""
        return self.value(node, defaults=True)

    def setting(self, node: cst.BaseExpression) -> Any:
        """What a settings file of the project holds for an expression such as `config["epochs"]`; else
        UNKNOWN. A fix should not write it down: it is there to be changed."""
        return self.configs.value(self.resolve(node))

    def value(self, node: cst.CSTNode, steps: int = MAX_STEPS, defaults: bool = False) -> Any:
        """What the expression evaluates to: numbers, strings, booleans, None, lists of these (also for tuples
        and sets); else UNKNOWN."""
        if steps == 0 or not isinstance(node, cst.BaseExpression):
            return UNKNOWN
        node = self.resolve(node)
        if isinstance(node, (cst.Integer, cst.Float, cst.SimpleString, cst.ConcatenatedString)):
            return self._literal(node)
        if isinstance(node, cst.Name):
            constants = {"True": True, "False": False, "None": None}
            if node.value in constants:
                return constants[node.value]
        if isinstance(node, cst.UnaryOperation):
            inner = self.value(node.expression, steps - 1, defaults)
            if isinstance(inner, (int, float)) and isinstance(node.operator, cst.Minus):
                return -inner
            return (not inner) if isinstance(node.operator, cst.Not) and inner is not UNKNOWN else UNKNOWN
        if isinstance(node, cst.BinaryOperation):
            return self._arithmetic(node, steps, defaults)
        if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
            return self._items(node, steps)
        known = self._cast(node, steps, defaults) if isinstance(node, cst.Call) else UNKNOWN
        if known is UNKNOWN and defaults:
            known = self.configs.value(node, usual=True)
        if known is not UNKNOWN:
            return known
        default = self._default(node) if defaults else None
        return self.value(default, steps - 1) if default is not None else UNKNOWN

    def _cast(self, call: cst.Call, steps: int, defaults: bool) -> Any:
        """The number that `int(...)` or `float(...)` makes of a value."""
        cast = CASTS.get(self.names.name(call.func) or "")
        if cast is None or len(call.args) != 1 or call.args[0].star or call.args[0].keyword is not None:
            return UNKNOWN
        value = self.value(call.args[0].value, steps - 1, defaults)
        try:
            return cast(value) if isinstance(value, (int, float, str)) else UNKNOWN
        except (ValueError, OverflowError):
            return UNKNOWN

    def _default(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """The default of the parameter, the command-line option or the field that an expression reads."""
        if isinstance(node, cst.Name):
            found = self.names.bindings(node)
            return found[0].value if len(found) == 1 and found[0].how == "param" else None
        if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
            return None
        field = self._field(node.value, node.attr.value)
        if field is not None:
            return field
        made = self.kinds.origins.origin(node.value)
        for place in (node, *([made] if made is not None else [])):
            option = self._option(node.attr.value, place)
            if option is not None:
                default = self.argument(option, "default")
                return default if isinstance(default, cst.BaseExpression) else None
        return None

    def _option(self, name: str, near: cst.CSTNode) -> cst.Call | None:
        """The `add_argument(...)` of a command-line option, in the file of a node."""
        for call in self.names.tree.nodes(cst.Call, near=near):
            if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "add_argument":
                continue
            options = [self.value(arg.value) for arg in call.args if arg.keyword is None and not arg.star]
            if name in {option_name(option) for option in options if isinstance(option, str)}:
                return call
        return None

    def _field(self, config: cst.Name, name: str) -> cst.BaseExpression | None:
        """What an object of a class of the project has in a field: what it was made with, else the default
        that its class gives; None for a field that is written to, or set by methods."""
        class_, made = self.kinds.origins.class_of(config), self.kinds.origins.origin(config)
        if class_ is None or made is None or self._written(config, name):
            return None
        given = self.argument(made, name)
        if given is not ABSENT:
            return given if isinstance(given, cst.BaseExpression) else None
        found = self.names.attribute_bindings(class_, name)
        positional = any(arg.keyword is None for arg in made.args)
        return found[0].value if len(found) == 1 and found[0].how == "assign" and not positional else None

    def _written(self, config: cst.Name, name: str) -> bool:
        parents = ((use, self.names.tree.parent(use)) for use in self.names.uses(config))
        return any(
            isinstance(parent, cst.Attribute)
            and parent.value is use
            and parent.attr.value == name
            and self.names.stored(parent)
            for use, parent in parents
        )

    def _items(self, node: cst.Tuple | cst.List | cst.Set, steps: int) -> Any:
        if any(isinstance(element, cst.StarredElement) for element in node.elements):
            return UNKNOWN
        items = [self.value(element.value, steps - 1) for element in node.elements]
        return UNKNOWN if any(item is UNKNOWN for item in items) else items

    @staticmethod
    def _literal(node: cst.Integer | cst.Float | cst.SimpleString | cst.ConcatenatedString) -> Any:
        if isinstance(node, cst.ConcatenatedString):
            return node.evaluated_value if node.evaluated_value is not None else UNKNOWN
        try:
            # What `literal_eval` makes for each literal is garbage in a circle.
            literal = ast.parse(node.value, mode="eval").body
        except (ValueError, SyntaxError):
            return UNKNOWN
        return literal.value if isinstance(literal, ast.Constant) else UNKNOWN

    def _arithmetic(self, node: cst.BinaryOperation, steps: int, defaults: bool) -> Any:
        operation = ARITHMETIC.get(type(node.operator))
        left, right = (self.value(side, steps - 1, defaults) for side in (node.left, node.right))
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operation is None or not numbers:
            return UNKNOWN
        try:
            return operation(left, right)
        except ArithmeticError:
            return UNKNOWN


def option_name(option: str) -> str:
    """The attribute under which argparse keeps an option: `n_epochs` for `--n-epochs`."""
    return option.lstrip("-").replace("-", "_")
