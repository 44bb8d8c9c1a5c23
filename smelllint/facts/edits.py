"""Edits: how fixes change text.

    replace(node, text)            another text for a node
    delete(start, end)             nothing where a stretch of text was
    add_argument(call, text)       one more argument, last
    drop_argument(call, name)      one argument fewer
    add_element(list, text)        one more element, last
    under(first, header, last)     statements indented below a new header line
    before(statement, text), after(statement, text)   new lines around a statement
    decorate(function, text)       a decorator line above the others
    import_name(module)            the name of a module in this file, and the edit that imports it where needed
    import_from(module, name)      the edit that imports one name of a module
    bound(name)                    how a thing of a library can be reached by what the file imports

Each gives the edits, or None where they would lose a comment or change a string: then there is no fix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from smelllint.edit import Edit, Edits
from smelllint.facts.names import Names, dotted_name
from smelllint.source import Source

ONE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")


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
        """The user's own spelling of a node."""
        start, end = self.tree.span(node)
        return self.whole[start:end]

    def bracketed(self, node: cst.CSTNode) -> tuple[int, int]:
        """The span of a node with the brackets that stand around it: `(a, b)` where the node is `a, b`."""
        start, end = self.tree.span(node)
        left, right = getattr(node, "lpar", ()), getattr(node, "rpar", ())
        return (self.tree.span(left[0])[0], self.tree.span(right[-1])[1]) if left else (start, end)

    def text_with(self, node: cst.CSTNode, part: cst.CSTNode, text: str) -> str:
        """The user's spelling of a node, with another text in the place of a part of it and its brackets."""
        (start, end), (first, last) = self.tree.span(node), self.bracketed(part)
        return self.whole[start:first] + text + self.whole[last:end]

    def replace(self, node: cst.CSTNode, text: str) -> Edits | None:
        """Put a text in the place of a node; None where a comment stands inside it."""
        start, end = self.tree.span(node)
        if self.has_comment(node):
            return None
        return (Edit(start, end, text),)

    def replace_span(self, start: int, end: int, text: str) -> Edits | None:
        """Put a text in the place of a stretch; None where it holds a comment."""
        return None if "#" in self.whole[start:end] else (Edit(start, end, text),)

    def has_comment(self, node: cst.CSTNode) -> bool:
        """Whether a comment stands inside a node. A `#` in a string counts as none."""
        start, end = self.tree.span(node)
        if "#" not in self.whole[start:end]:
            return False
        piece = list(self.whole[start:end])
        strings = (cst.SimpleString, cst.FormattedString)
        for inner in self.tree.within(node):
            if isinstance(inner, strings):
                a, b = self.tree.span(inner)
                piece[a - start : b - start] = " " * (b - a)
        return "#" in "".join(piece)

    # -- arguments --------------------------------------------------------------------------------------

    def add_argument(self, call: cst.Call, text: str) -> Edits | None:
        """Add an argument after the last one, on a line of its own where the last one has one."""
        _, end = self.tree.span(call)
        end -= self._closing(call)
        close = end - 1  # the call's own closing bracket
        if not call.args:
            inside = self.whole[self.tree.span(call.func)[1] : close]
            return (Edit(close, close, text),) if "#" not in inside else None
        last = call.args[-1]
        if last.star == "**" and "=" not in text:
            return None
        start_of_last, end_of_last = self._argument_span(last)
        tail = self.whole[end_of_last:close]
        own_line = self._starts_line(start_of_last) and len(call.args) > 0 and "\n" in tail
        comma = tail.lstrip().startswith(",")
        place = end_of_last + tail.index(",") + 1 if comma else end_of_last
        if not own_line:
            joined = f" {text}" if comma else f", {text}"
            return (Edit(place, place, joined),) if "#" not in tail else None
        line = f"{self.source.newline}{self.indent_at(start_of_last)}{text}"
        if comma:
            rest = ONE_LINE.match(self.whole, place)
            stop = rest.end() - len(self.source.newline) if rest and rest.group().endswith("\n") else place
            return (Edit(stop, stop, f"{line},"),) if stop < close else (Edit(place, place, f"{line},"),)
        return (Edit(place, place, f",{line}"),) if "#" not in tail else None

    def _closing(self, call: cst.Call) -> int:
        return 0  # spans leave out the brackets around an expression

    def _argument_span(self, arg: cst.Arg) -> tuple[int, int]:
        start, _ = self.tree.span(arg)
        value_start, value_end = self.tree.span(arg.value)
        # A bracketed value keeps its own brackets inside the argument.
        for bracket in arg.value.rpar if hasattr(arg.value, "rpar") else ():
            value_end = self.tree.span(bracket)[1] if bracket in self.tree._spans else value_end + 1
        return min(start, value_start), value_end

    def drop_argument(self, call: cst.Call, name: str) -> Edits | None:
        """Remove a keyword argument with its comma; None where a comment would go with it."""
        for place, arg in enumerate(call.args):
            if arg.keyword is None or arg.keyword.value != name:
                continue
            start, end = self._argument_span(arg)
            if place + 1 < len(call.args):
                return self.replace_span(start, self._argument_span(call.args[place + 1])[0], "")
            if place > 0:
                # The comma in front goes; a trailing comma stays.
                return self.replace_span(self._argument_span(call.args[place - 1])[1], end, "")
            tail = re.match(r"\s*,?\s*", self.whole[end:])
            return self.replace_span(start, end + (tail.end() if tail else 0), "")
        return None

    def add_element(self, list_: cst.List, text: str) -> Edits | None:
        """Add an element to a list on one line; None for one on several lines or one with a comment."""
        start, end = self.tree.span(list_)
        if "\n" in self.whole[start:end] or self.has_comment(list_):
            return None
        if not list_.elements:
            return (Edit(start, end, f"[{text}]"),)
        last = self.tree.span(list_.elements[-1].value)[1]
        return (Edit(last, last, f", {text}"),)

    # -- statements -------------------------------------------------------------------------------------

    def indent_at(self, offset: int) -> str:
        """The whitespace at the beginning of the line that holds an offset."""
        start = self.line_start(offset)
        match = re.compile(r"[ \t\f]*").match(self.whole, start)
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
        """One level of the file's indentation."""
        return self.tree.module.default_indent

    def own_lines(self, node: cst.CSTNode) -> bool:
        """Whether a statement has its lines to itself: no `;`, not in a one-line block."""
        start, end = self.tree.span(node)
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) > 1:
            return False
        rest = self.whole[end : self.line_end(end)].strip()
        return self._starts_line(start) and (not rest or rest.startswith("#"))

    def under(self, first: cst.CSTNode, header: str, last: cst.CSTNode | None = None) -> Edits | None:
        """Indent the statements from `first` to `last` (of one block) below a header line such as
        `with torch.no_grad():`. Comment lines that trail deeper than the statements move along; the inside of
        multi-line strings stays as it is."""
        last = last or first
        if not (self.own_lines(first) and self.own_lines(last)):
            return None
        start = self.line_start(self.tree.span(first)[0])
        indent = self.indent_at(start)
        end = self._with_trailing_comments(self.line_end(self.tree.span(last)[1]), indent)
        frozen = self._string_lines(first, last)
        edits = [Edit(start, start, f"{indent}{header}{self.source.newline}{self.indent_unit}")]
        offset = self.line_end(start)
        while offset < end:
            line = ONE_LINE.match(self.whole, offset)
            stop = line.end() if line else end
            if self.whole[offset:stop].strip() and offset not in frozen:
                edits.append(Edit(offset, offset, self.indent_unit))
            offset = stop
        return tuple(edits)

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
            if isinstance(node, (cst.SimpleString, cst.FormattedString)):
                start, end = self.tree.span(node)
                frozen.update(offset for offset in self.source.line_starts if start < offset < end)
        return frozen

    def before(self, statement: cst.CSTNode, text: str) -> Edits | None:
        """A new line, or lines, above a statement at its indentation, below the comments that belong to it."""
        if not self.own_lines(statement):
            return None
        start = self.line_start(self.tree.span(statement)[0])
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
        """Take a statement's lines out; None where a comment stands on them or it is alone in its block."""
        if not self.own_lines(statement) or self.has_comment(statement):
            return None
        parent = self.tree.parent(statement)
        if not isinstance(parent, (cst.IndentedBlock, cst.Module)) or len(parent.body) < 2:
            return None
        start, end = self.tree.span(statement)
        return self.replace_span(self.line_start(start), self.line_end(end), "")

    def decorate(self, function: cst.FunctionDef, text: str) -> Edits | None:
        """A decorator line above the function and its other decorators."""
        start = self.tree.span(function.decorators[0] if function.decorators else function)[0]
        if not self._starts_line(start):
            return None
        place = self.line_start(start)
        return (Edit(place, place, f"{self.indent_at(place)}{text}{self.source.newline}"),)

    # -- imports ----------------------------------------------------------------------------------------

    def import_name(self, module: str, at: cst.CSTNode | None = None) -> Imported:
        """How a module is called in this file at a place; with the edit that imports it where it is not."""
        for binding_name, canonical in self._module_names(at):
            if canonical == module:
                return Imported(binding_name, ())
        if "." in module:
            top = module.partition(".")[0]
            for node in self.tree.nodes(cst.Import):
                if any(dotted_name(alias.name) == module and alias.asname is None for alias in node.names):
                    return Imported(module, ())
            del top
        place = self._import_place()
        return Imported(module, (Edit(place, place, f"import {module}{self.source.newline}"),))

    def import_from(self, module: str, name: str) -> Edits:
        """The edit that imports one name of a module, after the other imports."""
        place = self._import_place()
        return (Edit(place, place, f"from {module} import {name}{self.source.newline}"),)

    def bound(self, canonical: str) -> str | None:
        """How a thing of a library, by its canonical name, can be reached through the file's top-level imports:
        `EarlyStopping`, `tf.keras.callbacks.EarlyStopping`; the shortest way, None where there is none."""
        parts = canonical.split(".")
        rests = [".".join(parts[place:]) for place in range(len(parts), -1, -1)]
        ways = [
            f"{name}.{rest}" if rest else name
            for name, imported in self._module_names(None)
            for rest in rests
            if self.names.libraries.canonical(f"{imported}.{rest}" if rest else imported) == canonical
        ]
        return min(ways, key=lambda way: (way.count("."), len(way)), default=None)

    def _module_names(self, at: cst.CSTNode | None) -> list[tuple[str, str]]:
        found = []
        table = self.names._scopes.get(self.tree.module, {})
        for name, bindings in table.items():
            if len(bindings) == 1 and bindings[0].how == "import" and bindings[0].canonical:
                found.append((name, bindings[0].canonical))
        return found

    def _import_place(self) -> int:
        """Just after the last import of the module's first run of imports, or after its docstring."""
        last: cst.CSTNode | None = None
        for statement in self.tree.module.body:
            if self._is_import(statement) or (last is None and self._is_docstring(statement)):
                last = statement
            elif last is not None and self._is_import(last):
                break
        if last is None:
            return self._after_header()
        return self.line_end(self.tree.span(last)[1])

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
