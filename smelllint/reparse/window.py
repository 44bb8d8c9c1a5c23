"""The stretch of a text that a change leaves in doubt, and how it is parsed by itself.

    windows(tree, text)   the windows in which the change can be seen whole, the smallest one first
    Window.parsed()       the statements in it, as a whole parse would give them

The statements around a change are parsed in a frame: blocks as deep and as indented as those around them, and
a `pass` in the place of the statement that follows, which takes the comments and blank lines before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import libcst as cst

from smelllint.reparse.layout import (
    ExtentState,
    Layout,
    UncertainError,
    layout_of,
    measured,
    printed,
    require,
)
from smelllint.syntax import MAX_DEPTH, guard
from smelllint.tree import Tree, in_deep_thread, parse_module

Block = cst.Module | cst.IndentedBlock
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

# Where libcst keeps less than the text holds, and where lines end for some readers only.
ODD = re.compile(r"\r(?!\n)|\f|\\\r?\n[ \t]*(?:\r?\n|\Z)")
COMMENT_NEXT = re.compile(r"(?:[ \t]*\r?\n)*[ \t]*#")
MAX_NODES = 60_000  # of Python's own tree: half of what `guard` lets pass
MAX_CHARACTERS = 500_000


# -- which statements -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """`old[start:end]` became `new[start:end + shift]`. `layout` is that of the old tree."""

    tree: Tree
    new: str
    layout: Layout
    start: int
    end: int

    @classmethod
    def of(cls, tree: Tree, text: str) -> Change:
        """The smallest change that makes a tree's text another."""
        require(bool(tree.module.body) and len(text) <= MAX_CHARACTERS)
        start, end = changed(tree.text, text)
        require(2 * (end - start) <= len(tree.text))  # another text is parsed faster than compared
        return cls(tree, text, layout_of(tree), start, end)

    @property
    def old(self) -> str:
        return self.tree.text

    @property
    def shift(self) -> int:
        return len(self.new) - len(self.old)

    def first(self, statement: cst.CSTNode) -> int:
        """Where a statement begins, its leading lines included."""
        return self.layout.first[self.tree.order[statement]]

    def last(self, statement: cst.CSTNode) -> int:
        """Where the last line of a statement ends."""
        return self.layout.last[self.tree.order[statement]]

    def word(self, statement: cst.CSTNode) -> int:
        """Where the first word of a statement begins."""
        decorators = getattr(statement, "decorators", ())
        return self.layout.start[self.tree.order[decorators[0] if decorators else statement]]


@dataclass(frozen=True)
class Level:
    """A block, of which a change touches the statements from `at` to `to`. `pads` are the indentations of the
    blocks around it and of itself."""

    block: Block
    pads: tuple[str, ...]
    at: int
    to: int

    @property
    def touched(self) -> Sequence[Statement]:
        return cast("Sequence[Statement]", self.block.body[self.at : self.to + 1])

    @property
    def successor(self) -> Statement | None:
        """The statement behind them."""
        behind = self.block.body[self.to + 1 : self.to + 2]
        return cast("Statement", behind[0]) if behind else None


def levels(change: Change) -> Iterator[Level]:
    """The blocks around a change, from the outside in."""
    level: Level | None = _level(change, change.tree.module, ())
    while level is not None:
        yield level
        level = _inner(change, level)


def _level(change: Change, block: Block, pads: tuple[str, ...]) -> Level:
    firsts = [change.first(statement) for statement in block.body]
    at = max(bisect_right(firsts, change.start) - 1, 0)
    if at and change.start <= change.word(block.body[at]):
        at -= 1  # comments may become the end of what is before them
    return Level(block, pads, at, max(bisect_right(firsts, change.end) - 1, at))


def _inner(change: Change, level: Level) -> Level | None:
    """The block of the only statement that is touched, where the change lies inside it."""
    if level.at != level.to:
        return None
    for block in blocks(level.touched[0]):
        if change.first(block.body[0]) <= change.start and change.end <= change.last(block.body[-1]):
            indent = change.tree.module.default_indent if block.indent is None else block.indent
            return _level(change, block, (*level.pads, "".join(level.pads[-1:]) + indent))
    return None


def blocks(statement: cst.CSTNode) -> Iterator[cst.IndentedBlock]:
    """The blocks of a statement and of its clauses, not those inside them, and none of a `match`."""
    waiting: list[cst.CSTNode] = [statement]
    while waiting:
        node = waiting.pop()
        for name in ("body", "orelse", "finalbody", "handlers"):
            value = getattr(node, name, None)
            if isinstance(value, cst.IndentedBlock):
                yield value
            elif name == "handlers":
                waiting += value or ()
            elif isinstance(value, (cst.If, cst.Else, cst.Finally)):
                waiting.append(value)


# -- the window -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parsed:
    """What came of a window: the statements, the `pass` behind them, what else the block owns now, and where
    everything was printed."""

    statements: list[Statement]
    state: ExtentState
    stub: Statement | None = None
    owned: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The new text from `start` on, as far as it is in doubt, with `head` before it and `tail` behind it."""

    change: Change
    level: Level
    start: int
    inner: str
    head: str
    tail: str

    def parsed(self) -> Parsed:
        """The statements; UncertainError where they do not stand as they should, ParseError and SyntaxError
        where there are none."""
        text = f"{self.head}{self.inner}{self.tail}"
        self._require_bearable(text)
        module = in_deep_thread(lambda: parse_module(text))
        before = self.change.tree.module
        require(module.default_newline == before.default_newline)
        require(module.default_indent == before.default_indent)
        state = printed(module)
        require("".join(state.tokens) == text)
        return self._in_blocks(module, state) if self.level.pads else self._outermost(module, state)

    def _require_bearable(self, text: str) -> None:
        """What the whole text would be refused for, the window is."""
        around = len(list(self.change.tree.ancestors(self.level.block)))
        depth, nodes = measured(text)
        require(depth + around <= MAX_DEPTH and nodes + self.change.layout.nodes <= MAX_NODES)
        guard(text)

    def _in_blocks(self, module: cst.Module, state: ExtentState) -> Parsed:
        level, behind = self.level, module.body[2:]
        require(len(behind) == (level.successor is None))
        body, footer = module.body[1:2], module.footer
        indent = None
        for _ in level.pads:
            require(len(body) == 1 and not footer)
            frame = body[0]
            if not isinstance(frame, cst.If) or frame.orelse or not isinstance(frame.body, cst.IndentedBlock):
                raise UncertainError
            block = frame.body
            body, footer, indent = cast("Sequence[Statement]", block.body), block.footer, block.indent
        require(indent == cast("cst.IndentedBlock", level.block).indent)
        found = list(body[1 if level.at else 0 :])
        if behind:
            require(not behind[0].leading_lines)
            return Parsed(found, state, owned={"footer": footer})
        require(not footer)
        return Parsed(found[:-1], state, _stub(found))

    def _outermost(self, module: cst.Module, state: ExtentState) -> Parsed:
        found = cast("list[Statement]", list(module.body))
        if self.level.at == 0:
            require(not module.footer and len(found) > 2)  # the first one of all owns no leading lines
            return Parsed(found[:-2], state, _stub(found[:-1]), {"header": module.header})
        require(not module.header)
        if self.level.successor is None:
            owned = {"footer": module.footer, "has_trailing_newline": module.has_trailing_newline}
            return Parsed(found[2:], state, owned=owned)
        require(not module.footer)
        return Parsed(found[2:-1], state, _stub(found))


def _stub(statements: list[Statement]) -> Statement:
    """The `pass` behind the statements of a window."""
    last = statements[-1] if statements else None
    require(isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[0], cst.Pass))
    return cast("Statement", last)


def windows(tree: Tree, text: str) -> Iterator[Window]:
    """The windows on the change that makes a tree's text another, the smallest one first."""
    change = Change.of(tree, text)
    for level in reversed(list(levels(change))):
        window = _window(change, level)
        if window is not None:
            yield window
    raise UncertainError


def _window(change: Change, level: Level) -> Window | None:
    """The window on a level; None where more than its statements is in doubt."""
    top = not level.pads and level.at == 0
    cut = _cut(change, level)
    if cut is None or (top and level.successor is None):
        return None
    start = 0 if top else change.first(level.touched[0])
    inner = change.new[start : cut + change.shift]
    whole_lines = inner.endswith("\n") and not inner.endswith(("\\\n", "\\\r\n"))
    if ODD.search(inner) or not (whole_lines or cut == len(change.old)):
        return None
    return Window(change, level, start, inner, "" if top else _head(change, level), _tail(change, level))


def _cut(change: Change, level: Level) -> int | None:
    """Where a window ends in the old text: before the next statement of the block, or with the last line of
    the block where the change lies before the end of that line and no comment comes after it."""
    old = change.old
    if level.successor is not None:
        pad = "".join(level.pads[-1:])
        word = change.word(level.successor)
        start = word - len(pad)
        return start if old[start - 1 : word] == f"\n{pad}" else None
    if isinstance(level.block, cst.Module):
        return len(old)
    last = change.last(level.touched[-1])
    line_end = last - (2 if old[last - 2 : last] == "\r\n" else 1)
    if old[last - 1 : last] != "\n" or change.end > line_end:
        return None
    return None if level.block.footer or COMMENT_NEXT.match(old, last) else last


def _head(change: Change, level: Level) -> str:
    """Blocks around the statements, and a statement before them where there is one."""
    newline = change.tree.module.default_newline
    around = "".join(f"{pad}if 1:{newline}" for pad in ("", *level.pads)[:-1])
    before = "".join(level.pads[-1:]) + f"pass{newline}" if level.at else ""
    return f"{_example(change)}{around}{before}"


def _tail(change: Change, level: Level) -> str:
    """A statement in the place of the one that follows, be it outside of the block."""
    newline = change.tree.module.default_newline
    if level.successor is None:
        return f"pass{newline}" if level.pads else ""
    example = "" if level.pads or level.at else _example(change)
    return "".join(level.pads[-1:]) + f"pass{newline}{example}"


def _example(change: Change) -> str:
    """A block that is indented as the file is by default: libcst goes by the first one."""
    module = change.tree.module
    return f"if 1:{module.default_newline}{module.default_indent}pass{module.default_newline}"


# -- two texts --------------------------------------------------------------------------------------------


def changed(old: str, new: str) -> tuple[int, int]:
    """The smallest stretch of the old text outside of which the two are alike."""
    start = alike(old, new, min(len(old), len(new)))
    most = min(len(old), len(new)) - start
    return start, len(old) - alike(old[::-1], new[::-1], most)


def alike(one: str, other: str, most: int) -> int:
    """How many characters two texts have in common from the beginning, so many at most."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
