"""Edits: how fixes change text.

    replace(node, text)            another text for a node
    replace_span(start, end, text) another text for a stretch
    rename(call, name, text)       another function for a call, and one more argument, last
    add_argument(call, text)       one more argument, last
    drop_argument(call, name)      one argument fewer
    add_element(list, text)        one more element, last
    under(first, header, last)     statements indented below a new header line
    before(statement, text), after(statement, text)   new lines around a statement
    hoist(statement, above)        a statement moved to above another one
    decorate(function, text)       a decorator line above the others
    import_name(module)            the name of a module in this file, and the edit that imports it where
                                   needed
    import_from(module, name)      the edit that imports one name of a module
    bound(name)                    how a thing of a library can be reached by what the file imports

Each gives the edits, or None where they would lose a comment, change a string or touch another file: then
there is no fix.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import libcst as cst

from smelllint.edit import Edit, Edits
from smelllint.facts.names import Names
from smelllint.facts.scopes import dotted_name
from smelllint.source import Source

MAX_COLUMNS = 110
INDENT_UNIT = " " * 4
ONE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
INDENT = re.compile(r"[ \t\f]*")
KEYWORD = re.compile(r"([^\W\d]\w*)\s*=(?!=)|\*\*")
STRINGS = (cst.SimpleString, cst.FormattedString, cst.TemplatedString)


@dataclass(frozen=True)
class Imported:
    """A module's name in the file and the edits that bring it there, none where it is already imported."""

    name: str
    edits: Edits


class EditWords:
    """The words of this family, for one file."""

    def __init__(self, names: Names, source: Source) -> None:
        self.names = names
        self.tree = names.tree
        self.source = source
        self.whole = source.text

    def text(self, node: cst.CSTNode) -> str:
        """The author's own spelling of a node."""
        start, end = self.tree.span(node)
        return self.tree.file(node).text[start:end]

    def bracketed(self, node: cst.CSTNode) -> tuple[int, int]:
        """The span of a node with the brackets that stand around it: `(a, b)` where the node is `a, b`."""
        layout = self.tree.layout(node)
        same = layout.node(node)
        left: Sequence[cst.LeftParen] = getattr(same, "lpar", ())
        right: Sequence[cst.RightParen] = getattr(same, "rpar", ())
        return (layout.span(left[0])[0], layout.span(right[-1])[1]) if left else layout.span(same)

    def text_with(self, node: cst.CSTNode, part: cst.CSTNode, text: str) -> str:
        """The user's spelling of a node, with another text in the place of a part of it and its brackets."""
        (start, end), (first, last) = self.tree.span(node), self.bracketed(part)
        return self.whole[start:first] + text + self.whole[last:end]

    def replace(self, node: cst.CSTNode, text: str) -> Edits | None:
        """Put a text in the place of a node; None where a comment stands inside it."""
        if not self.tree.own(node) or self.has_comment(node):
            return None
        start, end = self.tree.span(node)
        return (Edit(start, end, text),)

    def rename(self, call: cst.Call, name: str, text: str) -> Edits | None:
        """Call something else with the same arguments and one more: what stands below the first one moves
        with it. None where a call has no arguments, as well."""
        renamed, told = self.replace(call.func, name), self.add_argument(call, text)
        if renamed is None or told is None or not call.args:
            return None
        start, end = self.tree.span(call.func)
        first = self._argument_span(call.args[0])[0]
        if self.line_start(first) != self.line_start(start):
            return (*renamed, *told)
        below, moved = " " * (first - self.line_start(first)), len(name) - (end - start)
        added = [
            Edit(e.start, e.end, re.sub(rf"(?<=\n){below}(?! )", below + " " * moved, e.text)) for e in told
        ]
        lines = self._lines_between(first, self.tree.span(call)[1]) - self._string_lines(call, call)
        aligned = [line for line in sorted(lines) if line > first and self.indent_at(line) == below]
        shifted = (Edit(line, line + max(0, -moved), " " * moved) for line in aligned)
        return (*renamed, *added, *shifted)

    def replace_span(self, start: int, end: int, text: str) -> Edits | None:
        """Put a text in the place of a stretch; None where it holds a comment."""
        return None if "#" in self.whole[start:end] else (Edit(start, end, text),)

    def has_comment(self, node: cst.CSTNode) -> bool:
        """Whether a comment stands inside a node. A `#` in a string counts as none."""
        start, end = self.tree.span(node)
        if "#" not in self.whole[start:end]:
            return False
        piece = list(self.whole[start:end])
        for inner in self.tree.within(node):
            if isinstance(inner, STRINGS):
                a, b = self.tree.span(inner)
                piece[a - start : b - start] = " " * (b - a)
        return "#" in "".join(piece)

    # -- arguments --------------------------------------------------------------------------------------

    def add_argument(self, call: cst.Call, text: str) -> Edits | None:
        """Add an argument after the last one, on a line of its own where the last one has one; None where it
        cannot stand there, and beside a comment that would change its place."""
        if not self.tree.own(call) or not self._can_follow(call, text):
            return None
        close = self.tree.span(call)[1] - 1
        if not call.args:
            inside = self.whole[self._open(call) : close]
            return (Edit(close, close, text),) if "#" not in inside else None
        start, end = self._argument_span(call.args[-1])
        tail = self.whole[end:close]
        comma = end + tail.index(",") + 1 if tail.lstrip().startswith(",") else None
        if self._starts_line(start) and re.search(r"[\r\n]", tail):
            line = f"{self.source.newline}{self.indent_at(start)}{text}"
            return self._add_line(line, end, comma, close)
        if "#" in tail:
            return None
        gap = self._gap(call, comma or end, text)
        return (Edit(end, end, f",{gap}{text}"),) if comma is None else (Edit(comma, comma, f"{gap}{text}"),)

    def _gap(self, call: cst.Call, place: int, text: str) -> str:
        """A space before a new argument, or where the line would grow too long a new line, on which it stands
        below the first argument."""
        start = self.line_start(place)
        first = self._argument_span(call.args[0])[0]
        below = self.whole[self.line_start(first) : first]
        too_long = place - start + len(text) + len(", )") > MAX_COLUMNS
        if not too_long or "\t" in below or not below.strip():
            return " "
        return f"{self.source.newline}{' ' * len(below)}"

    def _add_line(self, line: str, end: int, comma: int | None, close: int) -> Edits | None:
        """An argument on a line of its own, below the comment that may follow the last one's comma."""
        if comma is None:
            return (Edit(end, end, f",{line}"),) if "#" not in self.whole[end:close] else None
        stop = next(re.compile(r"[\r\n]|$").finditer(self.whole, comma)).start()
        place = stop if stop < close else comma
        return (Edit(place, place, f"{line},"),)

    def in_brackets(self, node: cst.BaseExpression) -> bool:
        """Whether round brackets of its own are around an expression."""
        return bool(cast("cst.BaseExpression", self.tree.layout(node).node(node)).lpar)

    def _can_follow(self, call: cst.Call, text: str) -> bool:
        """Whether Python takes one more argument at the end of a call."""
        keyword = KEYWORD.match(text)
        given = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        if keyword is None:
            return not given and not any(arg.star == "**" for arg in call.args)
        first = call.args[0].value if call.args else None
        bare = isinstance(first, cst.GeneratorExp) and not self.in_brackets(first)
        return not bare and keyword[1] not in given

    def _open(self, call: cst.Call) -> int:
        """The offset just after a call's opening bracket."""
        return self.whole.index("(", self.bracketed(call.func)[1]) + 1

    def _argument_span(self, arg: cst.Arg) -> tuple[int, int]:
        """An argument without its comma, with the brackets around its value."""
        first, last = self.bracketed(arg.value)
        return min(self.tree.span(arg)[0], first), last

    def drop_argument(self, call: cst.Call, name: str) -> Edits | None:
        """Remove a keyword argument with its comma; None where it is not given, and where a comment would go
        with it."""
        place = next((at for at, a in enumerate(call.args) if a.keyword and a.keyword.value == name), None)
        if place is None or not self.tree.own(call):
            return None
        start, end = self._argument_span(call.args[place])
        if place + 1 < len(call.args):
            return self.replace_span(start, self._argument_span(call.args[place + 1])[0], "")
        if place > 0:
            # The comma in front goes; a trailing comma stays.
            return self.replace_span(self._argument_span(call.args[place - 1])[1], end, "")
        return self.replace_span(self._open(call), self.tree.span(call)[1] - 1, "")

    def add_element(self, list_: cst.List, text: str) -> Edits | None:
        """Add an element to a list on one line; None for one on several lines or one with a comment."""
        start, end = self.tree.span(list_)
        if not self.tree.own(list_) or "\n" in self.whole[start:end] or self.has_comment(list_):
            return None
        if not list_.elements:
            return (Edit(start, end, f"[{text}]"),)
        last = self.tree.span(list_.elements[-1].value)[1]
        return (Edit(last, last, f", {text}"),)

    # -- statements -------------------------------------------------------------------------------------

    def indent_at(self, offset: int) -> str:
        """The whitespace at the beginning of the line that holds an offset."""
        start = self.line_start(offset)
        match = INDENT.match(self.whole, start)
        return match.group() if match else ""

    def line_start(self, offset: int) -> int:
        """The offset at which the line that holds an offset begins."""
        location = self.source.location(offset)
        return self.source.line_starts[location.row - 1]

    def line_end(self, offset: int) -> int:
        """The offset just after the line (its line end included) that holds an offset."""
        row = self.source.location(offset).row
        starts = self.source.line_starts
        return starts[row] if row < len(starts) else len(self.whole)

    def _starts_line(self, offset: int) -> bool:
        return not self.whole[self.line_start(offset) : offset].strip()

    @property
    def indent_unit(self) -> str:
        """One level of the file's indentation: that of its first block."""
        blocks = self.tree.nodes(cst.IndentedBlock)
        return self._block_indent(blocks[0]) if blocks else INDENT_UNIT

    def _block_indent(self, block: cst.IndentedBlock) -> str:
        """The indentation of the lines of a block."""
        return self.indent_at(self.tree.span(block.body[0])[0])

    def own_lines(self, node: cst.CSTNode) -> bool:
        """Whether a statement of a block has its lines to itself: no `;`, no `elif`, not in a one-line
        block."""
        if not self.tree.own(node) or not isinstance(self.tree.parent(node), (cst.IndentedBlock, cst.Module)):
            return False
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) > 1:
            return False
        start, end = self._statement_span(node)
        rest = self.whole[end : self.line_end(end)].strip()
        return self._starts_line(start) and (not rest or rest.startswith("#"))

    def _statement_span(self, node: cst.CSTNode) -> tuple[int, int]:
        """A statement with its decorators."""
        start, end = self.tree.span(node)
        decorators = getattr(node, "decorators", ())
        return (self.tree.span(decorators[0])[0] if decorators else start), end

    def under(self, first: cst.CSTNode, header: str, last: cst.CSTNode | None = None) -> Edits | None:
        """Indent the statements from `first` to `last` (of one block) below a header line such as
        `with torch.no_grad():`. Comment lines that trail deeper than the statements move along; the inside of
        multi-line strings stays as it is."""
        last = last or first
        if not (self.own_lines(first) and self.own_lines(last)):
            return None
        start = self.line_start(self._statement_span(first)[0])
        indent = self.indent_at(start)
        end = self._with_trailing_comments(self.line_end(self.tree.span(last)[1]), indent)
        head = start + len(indent)
        # One edit for header and first line: of two at one place the order would be that of their texts.
        unit = self._unit_around(first)
        edits = [Edit(head, head, f"{header}{self.source.newline}{indent}{unit}")]
        for offset in self._lines_between(start, end) - self._string_lines(first, last) - {start}:
            # Below the indentation that is there: tabs and spaces keep their order.
            place = offset + len(indent) if self.whole.startswith(indent, offset) else offset
            edits.append(Edit(place, place, unit))
        return tuple(sorted(edits))

    def _unit_around(self, node: cst.CSTNode) -> str:
        """One level of indentation as the block around a node has it: files of several hands differ."""
        blocks = [outer for outer in self.tree.ancestors(node) if isinstance(outer, cst.IndentedBlock)]
        if not blocks:
            return self.indent_unit
        around = self._block_indent(blocks[1]) if len(blocks) > 1 else ""
        return self._block_indent(blocks[0]).removeprefix(around)

    def _lines_between(self, start: int, end: int) -> set[int]:
        """The starts of the lines between two offsets that hold more than whitespace."""
        starts = self.source.line_starts
        lines = starts[bisect_left(starts, start) : bisect_left(starts, end)]
        return {line for line in lines if self.whole[line : self.line_end(line)].strip()}

    def _with_trailing_comments(self, end: int, indent: str) -> int:
        """Past the comment lines that follow a block and are indented deeper than its head."""
        offset = end
        while offset < len(self.whole):
            line = ONE_LINE.match(self.whole, offset)
            text = line.group() if line else ""
            stripped = text.strip()
            deeper = text.startswith(indent) and text[len(indent) : len(indent) + 1] in (" ", "\t")
            if stripped and not (stripped.startswith("#") and deeper):
                break
            offset += len(text)
            if stripped:
                end = offset
            if not text:
                break
        return end

    def _string_lines(self, first: cst.CSTNode, last: cst.CSTNode) -> set[int]:
        """The starts of lines that begin inside a string between two statements."""
        low, high = self.tree.order[first], self.tree.end(last)
        frozen: set[int] = set()
        for node in self.tree.all[low : high + 1]:
            if isinstance(node, STRINGS):
                start, end = self.tree.span(node)
                frozen.update(offset for offset in self.source.line_starts if start < offset < end)
        return frozen

    def before(self, statement: cst.CSTNode, text: str) -> Edits | None:
        """A new line, or lines, above a statement at its indentation, below the comments that belong to
        it."""
        if not self.own_lines(statement):
            return None
        start = self.line_start(self._statement_span(statement)[0])
        return (Edit(start, start, self._lines(text, self.indent_at(start))),)

    def after(self, statement: cst.CSTNode, text: str) -> Edits | None:
        """A new line, or lines, below a statement at its indentation."""
        if not self.own_lines(statement):
            return None
        start, end = self.tree.span(statement)
        place = self.line_end(end)
        lines = self._lines(text, self.indent_at(start))
        if place == len(self.whole) and not self.whole.endswith(("\n", "\r")):
            return (Edit(place, place, self.source.newline + lines[: -len(self.source.newline)]),)
        return (Edit(place, place, lines),)

    def _lines(self, text: str, indent: str) -> str:
        return "".join(
            f"{indent}{line}{self.source.newline}" if line else self.source.newline
            for line in text.split("\n")
        )

    def remove_statement(self, statement: cst.CSTNode) -> Edits | None:
        """Take a statement's lines out, and the blank lines above that are also below; None where a comment
        stands on them or it is alone in its block."""
        if not self.own_lines(statement) or self.has_comment(statement):
            return None
        parent = self.tree.parent(statement)
        if not isinstance(parent, (cst.IndentedBlock, cst.Module)) or len(parent.body) < 2:
            return None
        start, end = self._statement_span(statement)
        first, behind = self.line_start(start), self.line_end(end)
        return self.replace_span(self._without_blank_lines(first, behind), behind, "")

    def _without_blank_lines(self, start: int, end: int) -> int:
        """Back over as many blank lines above a stretch of lines as there are below it."""
        while start and end < len(self.whole):
            above, below = self.line_start(start - 1), self.line_end(end)
            if self.whole[above:start].strip() or self.whole[end:below].strip():
                break
            start, end = above, below
        return start

    def hoist(self, statement: cst.CSTNode, above: cst.CSTNode) -> Edits | None:
        """Move a statement to above another one, at that one's indentation, with the comments right above it
        and the one at its end. None where it is alone in its block or a string goes over several lines."""
        block = self.tree.parent(statement)
        alone = not isinstance(block, (cst.IndentedBlock, cst.Module)) or len(block.body) < 2
        own_lines = self.own_lines(statement) and self.own_lines(above)
        if alone or not own_lines or self._string_lines(statement, statement):
            return None
        first, last = self.tree.span(statement)
        start, end = self._with_leading_comments(self.line_start(first)), self.line_end(last)
        place = self.line_start(self.tree.span(above)[0])
        old, new = self.indent_at(first), self.indent_at(place)
        lines = self.whole[start:end].splitlines(keepends=True)
        if not self.whole[start:end].endswith(("\n", "\r")) or any(
            not line.startswith(old) for line in lines
        ):
            return None
        moved = "".join(new + line[len(old) :] for line in lines)
        return (Edit(place, place, moved), Edit(start, end, ""))

    def _with_leading_comments(self, start: int) -> int:
        """Back to the first of the comment lines right above a line, at its indentation."""
        indent = self.indent_at(start)
        while start and self.whole.startswith(f"{indent}#", self.line_start(start - 1)):
            start = self.line_start(start - 1)
        return start

    def decorate(self, function: cst.FunctionDef, text: str) -> Edits | None:
        """A decorator line above the function and its other decorators."""
        start = self.tree.span(function.decorators[0] if function.decorators else function)[0]
        if not self.tree.own(function) or not self._starts_line(start):
            return None
        place = self.line_start(start)
        return (Edit(place, place, f"{self.indent_at(place)}{text}{self.source.newline}"),)

    # -- imports ----------------------------------------------------------------------------------------

    def import_name(self, module: str, at: cst.CSTNode | None = None) -> Imported:
        """How a module is called in this file at a place; with the edit that imports it where it is not."""
        canonical = self.names.libraries.canonical
        imported = self._imported(at)
        for name, meaning in imported:
            if canonical(meaning) == canonical(module):
                return Imported(name, ())
        top = module.partition(".")[0]
        if (top, top) in imported and any(map(self._imports(module), self.tree.nodes(cst.Import))):
            return Imported(module, ())
        return Imported(module, self._import_line(f"import {module}"))

    def _imports(self, module: str) -> Callable[[cst.Import], bool]:
        """Whether an import at the module's own level makes `package.module` usable under its whole name."""

        def imports(node: cst.Import) -> bool:
            whole = any(dotted_name(alias.name) == module and alias.asname is None for alias in node.names)
            return whole and self.names.scope(node) is self.tree.module

        return imports

    def import_from(self, module: str, name: str) -> Edits:
        """The edit that imports one name of a module, after the other imports."""
        return self._import_line(f"from {module} import {name}")

    def _import_line(self, line: str) -> Edits:
        """A new import: below the last one of the module's first run of imports, else below its docstring or
        its head of comments, set off by blank lines."""
        newline = self.source.newline
        last = self._last_import()
        place = self.line_end(self.tree.span(last)[1]) if last is not None else self._after_header()
        text = f"{line}{newline}"
        if last is None or not self._is_import(last):
            code_follows = place < len(self.whole) and self.whole[place] not in "\r\n"
            text = f"{newline if last is not None else ''}{text}{newline if code_follows else ''}"
        if place == len(self.whole) and self.whole and not self.whole.endswith(("\n", "\r")):
            text = newline + text
        return (Edit(place, place, text),)

    def _imported(self, at: cst.CSTNode | None) -> list[tuple[str, str]]:
        """The names that imports have given a meaning when a place is run, with what they stand for."""
        imported = self.names.imports_at(at)
        return [one for one in imported if at is None or self.names.bound_before(one[0], at)]

    def bound(self, canonical: str, at: cst.CSTNode | None = None) -> str | None:
        """How a thing of a library, by its canonical name, can be reached at a place through the imports:
        `EarlyStopping`, `tf.keras.callbacks.EarlyStopping`; the shortest way, None where there is none."""
        parts = canonical.split(".")
        rests = [".".join(parts[place:]) for place in range(len(parts), -1, -1)]
        ways = [
            f"{name}.{rest}" if rest else name
            for name, imported in self._imported(at)
            for rest in rests
            if (not rest or not is_class_name(imported))
            and self.names.libraries.canonical(f"{imported}.{rest}" if rest else imported) == canonical
        ]
        return min(ways, key=lambda way: (way.count("."), len(way)), default=None)

    def _last_import(self) -> cst.CSTNode | None:
        """The last import of the module's first run of imports, else its docstring, else None."""
        last: cst.CSTNode | None = None
        for statement in self.tree.module.body:
            if self._is_import(statement) or (last is None and self._is_docstring(statement)):
                last = statement
            elif last is not None and self._is_import(last):
                break
        return last

    def _after_header(self) -> int:
        """Below a shebang, a coding line and the comments at the top."""
        offset = 0
        while self.whole.startswith("#", offset):
            offset = self.line_end(offset)
        return offset

    @staticmethod
    def _is_import(statement: cst.CSTNode) -> bool:
        return isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], (cst.Import, cst.ImportFrom)
        )

    @staticmethod
    def _is_docstring(statement: cst.CSTNode) -> bool:
        if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
            return False
        return isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))


def is_class_name(name: str) -> bool:
    """Whether the last part of a dotted name is spelt like a class, which holds no class of its library."""
    return name.rpartition(".")[2][:1].isupper()
