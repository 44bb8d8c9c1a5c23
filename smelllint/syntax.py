"""Syntax: is it Python, and can the parser bear it? Python's own parser tells, ten times faster than libcst.

python(text)    Python's own tree of a text; ParseError for what is no Python
guard(text)     the same; ParseError also for what is known to crash or hang the native parser, and for what
                would fill the memory
readable(text)  whether it is Python, of this version or a newer one
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter

from smelllint.diagnostic import Location

# Deeper than any real program (8 000 real files: at most 35), shallower than what hurts the parser.
MAX_DEPTH = 150
MAX_PATTERN_DEPTH = 6
MAX_OPERANDS = 500
MAX_FORS = 50
MAX_DOTS = 50
# Redundant brackets are in no tree, and each level doubles the parser's time.
MAX_TARGET_BRACKETS = 8
# Twice the largest of those files; ten seconds and a gigabyte are near from here.
MAX_NODES = 120_000
# Python's parser takes most of a kilobyte for a token.
MAX_TOKENS = 600_000
LARGE = 500_000  # characters; a smaller text cannot hold so many tokens
# What Python says of syntax that a newer one knows (PEP 701, 758, 798) ...
NEWER_MESSAGES = re.compile(
    r"^f-string|unterminated (triple-quoted )?(f-)?string|must be parenthesized|unpacking cannot be used"
)
# ... and how the rest of it begins: PEP 695, 750, 810, and `case +1`.
NEWER_CODE = (
    r"^[ \t]*type[ \t]+\w|\b(?:def|class)[ \t]+\w+[ \t]*\[|\b[tT][rR]?[\"']|\b[rR][tT][\"']"
    r"|^[ \t]*lazy[ \t]|\bcase[ \t]+[^:]*\+"
)
# Syntax newer than the running Python is left to libcst, on text that it can bear as far as tokens tell.
MAX_UNSEEN = 250_000  # characters
MAX_BRACKETS_UNSEEN = 30
MAX_TOKENS_UNSEEN = 2_000  # in a logical line
MAX_ELIFS_UNSEEN = 500

TOKEN = r"""
    (?P<layout> \#[^\r\n]* | \\(?:\r\n|\r|\n) | [^\S\r\n]+ )
    | (?P<string> \"{3} (?:[^\\]|\\.)*? (?:\"{3}|\Z) | '{3} (?:[^\\]|\\.)*? (?:'{3}|\Z)
        | "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'? )
    | (?P<end> \r\n|\r|\n )
    | (?P<open> [(\[{] ) | (?P<close> [)\]}] )
    | (?P<word> \w+ ) | (?P<sign> . )
"""
LINE_END = re.compile(r"\r\n|\r|\n")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
IMPORTS = (ast.Import, ast.ImportFrom)
SUSPECT = frozenset({*COMPREHENSIONS, *IMPORTS, ast.BoolOp, ast.match_case, ast.Match, ast.Delete})


class ParseError(Exception):
    """The text cannot be parsed: a stable name for the trouble, what is wrong, and where."""

    def __init__(self, name: str, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.location = location


def guard(text: str) -> ast.Module | None:
    """Python's tree of a text; None where only a newer Python reads it. ParseError for what is no Python, and
    for what would crash or hang the native parser or fill the memory."""
    module = python(text)
    if module is not None:
        require_bearable(module, text)
    return module


def python(text: str) -> ast.Module | None:
    """The same, whatever the native parser would say to it."""
    if dense(text):
        raise ParseError("too-complex", f"holds more than {MAX_TOKENS:,} words and signs; exclude it")
    try:
        return pythons(text)
    except SyntaxError as error:
        if not newer_syntax(text, error):
            location = Location(error.lineno or 1, max(error.offset or 1, 1))
            raise ParseError("syntax-error", str(error.msg), location) from error
        return None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ParseError(
            "too-complex", f"is nested too deeply to be parsed ({type(error).__name__})"
        ) from error


@lru_cache(maxsize=1)
def pythons(text: str) -> ast.Module:
    """Python's own tree of a text, of which nothing may be changed; whatever `ast.parse` raises. The last one
    is kept: several ask for it, one right after the other."""
    return ast.parse(text)


def dense(text: str) -> bool:
    """Whether a text holds more than Python's own parser should be given: its tree would fill the memory."""
    return len(text) > LARGE and sum(token["layout"] is None for token in tokens(text)) > MAX_TOKENS


def tokens(text: str) -> Iterator[re.Match[str]]:
    """The tokens of a text, Python or not, as far as a pattern can tell."""
    return re.finditer(TOKEN, text, re.VERBOSE | re.DOTALL)  # compiled by the first who asks


def readable(text: str) -> bool:
    """Whether the running Python reads a text, or a newer one would."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return newer_syntax(text, error)
    except (ValueError, RecursionError, MemoryError):
        return False
    return True


def newer_syntax(text: str, error: SyntaxError) -> bool:
    """Whether libcst accepts a text that the running Python does not, which said so."""
    # Half-typed code is asked about again and again, and libcst is slow to refuse it.
    newer = NEWER_MESSAGES.search(str(error.msg)) or re.search(NEWER_CODE, text, re.MULTILINE)
    if not newer or not bearable_unseen(text):
        return False
    from smelllint.native import in_deep_thread, parse_module

    try:
        in_deep_thread(lambda: parse_module(text))
    except ParseError:  # whatever it says of broken text, Python has said it better
        return False
    return True


# -- by the tree ------------------------------------------------------------------------------------------


def require_bearable(module: ast.Module, text: str) -> None:
    """ParseError where the tree says that the native parser would not bear the text."""
    depth = nodes = 0
    level: list[ast.AST] = [module]
    hidden: list[tuple[int, int, int, int]] = []
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH:
            raise ParseError("too-complex", f"is nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise ParseError("too-complex", f"holds more than {MAX_NODES:,} expressions; exclude it")
        for node in level:
            if type(node) in SUSPECT:
                reason = unbearable(node)
                if reason:
                    raise ParseError("too-complex", reason, Location(getattr(node, "lineno", 1), 1))
                if isinstance(node, (ast.Match, ast.Delete)):
                    hidden += targets(node)
        level = below(level)
    if hidden:
        require_shallow(text, hidden)


def below(level: list[ast.AST]) -> list[ast.AST]:
    """The nodes right inside some nodes: what `ast.iter_child_nodes` gives, in a third of the time."""
    found: list[ast.AST] = []
    for node in level:
        for value in PARTS[type(node)](node):
            if isinstance(value, ast.AST):
                found.append(value)
            elif type(value) is list:
                found += [item for item in value if isinstance(item, ast.AST)]
    return found


class Parts(dict[type[ast.AST], Callable[[ast.AST], tuple[object, ...]]]):
    """What gives the values of a node's fields, by its type. Only those: nodes without any are shared by all
    trees of the process, and other libraries hang on them what they like."""

    def __missing__(self, type_: type[ast.AST]) -> Callable[[ast.AST], tuple[object, ...]]:
        self[type_] = values_of(type_._fields)
        return self[type_]


def values_of(names: Sequence[str]) -> Callable[[object], tuple[object, ...]]:
    """What gives the values of attributes, in order."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda node: (getattr(node, names[0]),)) if names else (lambda _: ())


PARTS = Parts()


def unbearable(node: ast.AST) -> str | None:
    """Why the parser would crash or hang on this node, None where it would not."""
    if isinstance(node, ast.BoolOp) and len(node.values) > MAX_OPERANDS:
        return f"has a condition of more than {MAX_OPERANDS} operands"
    if isinstance(node, ast.match_case) and levels(node.pattern) > MAX_PATTERN_DEPTH:
        return f"has a pattern nested more than {MAX_PATTERN_DEPTH} levels deep"
    if isinstance(node, COMPREHENSIONS) and len(node.generators) > MAX_FORS:
        return f"has a comprehension of more than {MAX_FORS} loops"
    if isinstance(node, IMPORTS) and any(n.name.count(".") > MAX_DOTS for n in node.names):
        return f"imports a name of more than {MAX_DOTS} dots"
    return None


def levels(pattern: ast.pattern) -> int:
    """How deep a pattern is nested, counted up to just above the limit."""
    deepest, level = 0, list[ast.AST]([pattern])
    while level and deepest <= MAX_PATTERN_DEPTH:
        deepest += 1
        level = below(level)
    return deepest


def targets(node: ast.Match | ast.Delete) -> Iterator[tuple[int, int, int, int]]:
    """Where the patterns of a match or the targets of a del stand, whatever brackets are around them: first
    and last line and column, as the tree counts them."""
    if isinstance(node, ast.Delete):
        yield node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0
        return
    before: ast.expr | ast.stmt = node.subject
    for case in node.cases:
        pattern = case.pattern
        yield before.end_lineno or 0, before.end_col_offset or 0, pattern.end_lineno, pattern.end_col_offset
        before = case.body[-1]


def require_shallow(text: str, places: list[tuple[int, int, int, int]]) -> None:
    """ParseError where one of these places holds brackets in brackets, too many for the parser."""
    lines = LINE_END.split(text)
    for first, start, last, end in places:
        part = [line.encode() for line in lines[first - 1 : last]]
        part[-1] = part[-1][:end]
        part[0] = part[0][start:]
        if deepest_brackets(b"\n".join(part).decode()) > MAX_TARGET_BRACKETS:
            message = f"has a case or del with more than {MAX_TARGET_BRACKETS} levels of brackets"
            raise ParseError("too-complex", message, Location(first, 1))


def deepest_brackets(text: str) -> int:
    """The deepest nesting of brackets, those in strings and comments left out."""
    deepest = level = 0
    for token in tokens(text):
        if token["open"]:
            level += 1
            deepest = max(deepest, level)
        elif token["close"]:
            level -= 1
    return deepest


# -- by the tokens ----------------------------------------------------------------------------------------


def bearable_unseen(text: str) -> bool:
    """Whether libcst can bear a text that Python did not read: small, shallow, of short statements."""
    if len(text) > MAX_UNSEEN:
        return False
    level = length = elifs = 0
    target = False
    for token in tokens(text):
        word = token["word"]
        level += 1 if token["open"] else -1 if token["close"] else 0
        if token["layout"] is None and token["end"] is None:
            length += 1
        if level <= 0 and (token["end"] or token["sign"] in (";", ":")):
            level = length = 0
            target = False
        target = target or word in ("case", "del")
        elifs += word == "elif"
        deepest = MAX_TARGET_BRACKETS if target else MAX_BRACKETS_UNSEEN
        if level > deepest or length > MAX_TOKENS_UNSEEN or elifs > MAX_ELIFS_UNSEEN:
            return False
    return True
