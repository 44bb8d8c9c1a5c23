"""`%load_ext smelllint`: cells are linted where they are written.

Magic       %%smelllint lints a cell and then runs it, %smelllint lints all cells that were run
Seen        what was found in cells, as text and as HTML

The cells that were run before are the program that a cell belongs to: what they import and define is known.
Nothing is changed: a mend is shown as a diff.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from IPython.core.display_functions import display
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from smelllint.config import Configurations, Overrides
from smelllint.diagnostic import Diagnostic, Trouble
from smelllint.edit import Safety
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome, examine
from smelllint.report.concise import evidence
from smelllint.report.excerpt import Row, excerpt
from smelllint.report.full import tabless, window
from smelllint.report.html.elements import LINE_END, fragment, tag, words
from smelllint.report.hunks import Line, hunks
from smelllint.report.style import Style, harmless
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.words import counted

NAME = "notebook.ipynb"
SAFETIES = {
    Safety.SAFE: "safe: every result stays bit-identical",
    Safety.UNSAFE: "unsafe: results may change",
    Safety.SHOWN: "to be done by hand",
}
# Of the light and the dark themes of notebooks alike.
COLOURS = {
    "-": "background: rgba(248, 81, 73, .18)",
    "+": "background: rgba(46, 160, 67, .18)",
    "mark": "background: rgba(255, 193, 7, .35); color: inherit",
}


class RunFailedError(Exception):
    """Ends a cell whose code has already shown its error; says nothing more itself."""

    def _render_traceback_(self) -> list[str]:
        return []


@magics_class
class Magic(Magics):
    """%smelllint and %%smelllint."""

    @magic_arguments()
    @argument("--select", help="rules and families to check instead of the configured ones, or `all`")
    @argument("-n", "--no-run", action="store_true", help="lint the cell and do not run it")
    @line_cell_magic
    def smelllint(self, line: str, cell: str | None = None) -> None:
        """Lint this cell, then run it; as a line, lint all cells that were run so far."""
        asked = parse_argstring(self.smelllint, line)
        try:
            settings = chosen(asked.select)
            if cell is None:
                display(Seen(lint(self._run_before(), settings)))
                return
            # With its first line, so that lines count as they are seen.
            cells = [*self._run_before(cell), f"%%smelllint {line}\n{cell}"]
            display(Seen(lint(cells, settings), only=len(cells)))
        except MistakeError as error:
            raise UsageError(str(error)) from error
        if not asked.no_run and not self._session.run_cell(cell).success:
            raise RunFailedError

    @property
    def _session(self) -> InteractiveShell:
        assert self.shell is not None
        return self.shell

    def _run_before(self, cell: str = "") -> list[str]:
        """The cells that were run before this one, each at the place of its number. Of those that are alike
        only the last counts: it was run again."""
        history = self._session.history_manager
        cells: list[str] = [] if history is None else history.input_hist_raw[1:]
        # The cell that is being run is in the history already, unless it is run without leaving a trace.
        current = cells[-1] if cells else ""
        if cell and current.lstrip().startswith("%%smelllint") and cell.strip() in current:
            cells = cells[:-1]
        return ["" if one in cells[at + 1 :] else one for at, one in enumerate(cells)]


def chosen(select: str | None) -> Settings:
    """The settings of the working folder, with this selection if there is one; MistakeError for names of no
    rule."""
    names = None if select is None else tuple(filter(None, map(str.strip, select.split(","))))
    return Configurations(Overrides(select=names)).of(os.getcwd())


def lint(cells: Sequence[str], settings: Settings) -> Outcome:
    """What smells in cells of code, as one notebook."""
    empty: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": []}
    code = [{**empty, "execution_count": None, "source": cell} for cell in cells]
    notebook = {"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return examine(Job(NAME, settings, json.dumps(notebook).encode(), named=True))


class Seen:
    """What was found: in all cells, or in one only."""

    def __init__(self, outcome: Outcome, only: int | None = None) -> None:
        report = outcome.report
        self.outcome = outcome
        self.findings = [one for one in report.diagnostics if only in (None, one.cell)]
        self.troubles = [one for one in report.troubles if only in (None, one.cell) or one.cell is None]

    def __repr__(self) -> str:
        lines = [f"{place(trouble)}: {harmless(trouble.message)}" for trouble in self.troubles]
        for finding in self.findings:
            lines += [
                headline(finding),
                *code(finding, self.outcome.source),
                *mend(finding, self.outcome.source),
                "",
            ]
        return "\n".join([*lines, self._sum()])

    def _repr_html_(self) -> str:
        parts = [tag("p", tag("b", place(trouble)), f": {trouble.message}") for trouble in self.troubles]
        parts += [markup(finding, self.outcome.source) for finding in self.findings]
        return fragment(tag("div", parts, tag("p", self._sum())))

    def _sum(self) -> str:
        return f"smelllint: {counted(len(self.findings), 'smell') if self.findings else 'no smells'}"


def place(said: Diagnostic | Trouble) -> str:
    """`cell 3, line 2`."""
    row = "" if said.location is None else f", line {said.location.row}"
    return "notebook" if said.cell is None else f"cell {said.cell}{row}"


# As text. ---------------------------------------------------------------------------------------------------


def headline(finding: Diagnostic) -> str:
    return f"{place(finding)}: {finding.rule} {harmless(finding.message)}{evidence(finding, Style())}"


def code(finding: Diagnostic, source: Source) -> Iterator[str]:
    for row in excerpt(finding, source):
        shown, left, long = window(row.text, row.start or 0, row.end or 0)
        yield f"{row.number:>5} | {shown}".rstrip()
        if row.start is not None:
            yield f"{'':>5} | {' ' * left}{'^' * long}"


def mend(finding: Diagnostic, source: Source) -> Iterator[str]:
    if finding.fix is None:
        return
    yield f"{'':>5} = {harmless(finding.fix.title)} ({SAFETIES[finding.fix.safety]})"
    for hunk in hunks(source, finding.fix.edits):
        for line in hunk.lines:
            yield f"{line.number or '':>5} {line.sign} {harmless(tabless(line.text))}".rstrip()


# As HTML. ---------------------------------------------------------------------------------------------------


def markup(finding: Diagnostic, source: Source) -> Element:
    head = tag(
        "p",
        tag("b", place(finding)),
        " ",
        tag("code", finding.rule),
        " ",
        words(finding.message),
        evidence(finding, Style()),
    )
    if finding.fix is None:
        return tag("div", head, tag("pre", map(code_markup, excerpt(finding, source))))
    title = tag("p", tag("i", words(finding.fix.title), f" ({SAFETIES[finding.fix.safety]})"))
    lines = (line for hunk in hunks(source, finding.fix.edits) for line in hunk.lines)
    return tag("div", head, title, tag("pre", map(line_markup, lines)))


def code_markup(row: Row) -> Element:
    if row.start is None:
        return tag("span", f"{row.number:>4}  {tabless(row.text)}", LINE_END)
    before, inside, after = row.text[: row.start], row.text[row.start : row.end], row.text[row.end :]
    marked = tag("mark", tabless(inside), style=COLOURS["mark"])
    return tag("span", f"{row.number:>4}  {tabless(before)}", marked, tabless(after), LINE_END)


def line_markup(line: Line) -> Element:
    text = f"{line.number or '':>4} {line.sign} {tabless(line.text)}"
    return tag("span", text, LINE_END, style=COLOURS.get(line.sign))
