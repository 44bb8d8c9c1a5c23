"""Syntax: is it Python, and can the parser bear it? Python's own parser tells, ten times faster than libcst.

guard(text)    ParseError for what is no Python, and for what is known to crash or hang the native parser
"""

from __future__ import annotations

import ast
import re

from smelllint.diagnostic import Location

# Deeper than any real program (8 000 real files: at most 35), shallower than what hurts the parser.
MAX_DEPTH = 150
MAX_PATTERN_DEPTH = 6
MAX_OPERANDS = 500
MAX_FORS = 50
MAX_DOTS = 50
MAX_CASE_BRACKETS = 8
# Syntax newer than the running Python is left to libcst, on text whose brackets it can bear.
MAX_BRACKETS_UNSEEN = 30


class ParseError(Exception):
    """The text cannot be parsed: a stable name for the trouble, what is wrong, and where."""

    def __init__(self, name: str, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.location = location


def guard(text: str) -> None:
    """Refuse what is no Python, and what is known to crash or hang the native parser."""
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        if not newer_syntax(text):
            location = Location(error.lineno or 1, max(error.offset or 1, 1))
            raise ParseError("syntax-error", str(error.msg), location) from error
        return
    except (ValueError, RecursionError, MemoryError) as error:
        raise ParseError(
            "too-complex", f"is nested too deeply to be parsed ({type(error).__name__})"
        ) from error
    if depth(module) > MAX_DEPTH:
        raise ParseError("too-complex", f"is nested more than {MAX_DEPTH} levels deep")
    for node in ast.walk(module):
        reason = unbearable(node)
        if reason:
            raise ParseError("too-complex", reason, Location(getattr(node, "lineno", 1), 1))
    if "case" in text and case_brackets(text) > MAX_CASE_BRACKETS:
        raise ParseError("too-complex", f"has a case with more than {MAX_CASE_BRACKETS} levels of brackets")


def newer_syntax(text: str) -> bool:
    """Whether libcst accepts a text that the running Python does not."""
    if bracket_depth(text) > MAX_BRACKETS_UNSEEN or case_brackets(text) > MAX_CASE_BRACKETS:
        return False
    import libcst as cst

    try:
        cst.parse_module(text)
    except Exception:  # whatever it says of broken text, Python has said it better
        return False
    return True


def bracket_depth(text: str) -> int:
    """The deepest nesting of brackets, those in strings and comments included."""
    deepest = level = 0
    for bracket in re.findall(r"[()\[\]{}]", text):
        level += 1 if bracket in "([{" else -1
        deepest = max(deepest, level)
    return deepest


def case_brackets(text: str) -> int:
    """The deepest nesting of brackets in a `case` line."""
    return max((bracket_depth(line) for line in re.findall(r"^[ \t]*case\b.*", text, re.M)), default=0)


def depth(module: ast.AST) -> int:
    """Levels of the tree, counted up to just above the limit."""
    deepest, level = 0, [module]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


def unbearable(node: ast.AST) -> str | None:
    """Why the parser would crash or hang on this node, None where it would not."""
    if isinstance(node, ast.BoolOp) and len(node.values) > MAX_OPERANDS:
        return f"has a condition of more than {MAX_OPERANDS} operands"
    if isinstance(node, ast.match_case) and depth(node.pattern) > MAX_PATTERN_DEPTH:
        return f"has a pattern nested more than {MAX_PATTERN_DEPTH} levels deep"
    if isinstance(node, ast.Delete) and depth(node) > MAX_PATTERN_DEPTH + 2:
        return f"has a del target nested more than {MAX_PATTERN_DEPTH} levels deep"
    comprehension = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    if isinstance(node, comprehension) and len(node.generators) > MAX_FORS:
        return f"has a comprehension of more than {MAX_FORS} loops"
    if isinstance(node, (ast.Import, ast.ImportFrom)) and any(
        n.name.count(".") > MAX_DOTS for n in node.names
    ):
        return f"imports a name of more than {MAX_DOTS} dots"
    return None
