"""Comments that silence a finding, and the ones that no longer do.

    # smelllint: ignore[name, other] reason   after code: the statement it stands in (of a block, its header)
                                              on its own line: the statement or whole block that follows
    # smelllint: ignore-file[name] reason     on its own line, not indented: the whole file

Without names it silences every rule. `suppressions` finds them with the tokenizer, `apply` splits findings
into those that stay and reports on suppressions that did nothing.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from smelllint.diagnostic import Diagnostic
from smelllint.edit import Edit, Fix
from smelllint.source import Source
from smelllint.words import closest, listed

MARK = b"smelllint:"  # a file without it needs no look for suppressions
UNUSED = "unused-suppression"
FAMILY = "suppression"

DIRECTIVE = re.compile(
    r"#\s*smelllint:\s*(?P<word>[\w-]+)[ \t]*(?P<list>\[(?P<names>[^\]#]*)\])?(?P<reason>[^#]*)",
    re.IGNORECASE,
)
CLAUSES = frozenset({"elif", "else", "except", "finally"})
LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER})


class Kind(Enum):
    """How much a suppression covers."""

    LINE = "line"
    BLOCK = "block"
    FILE = "file"


@dataclass(frozen=True)
class Suppression:
    """One suppression: `names` empty means every rule; `start:end` is its text, without other remarks of the
    comment. Findings that start on rows `first_row` to `last_row` are covered, none where that is empty."""

    kind: Kind
    names: frozenset[str]
    reason: str
    start: int
    end: int
    first_row: int
    last_row: int

    def covers(self, diagnostic: Diagnostic, row: int) -> bool:
        """Whether it silences a finding that starts on this row."""
        named = not self.names or diagnostic.rule in self.names
        return named and self.first_row <= row <= self.last_row


@dataclass(frozen=True)
class Line:
    """A logical line: its rows, how deep it is indented, its first word."""

    first_row: int
    last_row: int
    depth: int
    word: str


def suppressions(source: Source) -> list[Suppression]:
    """All suppressions of a file, in order; none where the text cannot be tokenized."""
    lines, comments = _tokens(source)
    return [
        suppression
        for token in comments
        for match in DIRECTIVE.finditer(token.string)
        if (suppression := _suppression(source, token, match, lines)) is not None
    ]


def logical_lines(source: Source) -> list[Line]:
    """The logical lines of a file, in order; none where the text cannot be tokenized."""
    return _tokens(source)[0]


def apply(
    diagnostics: Iterable[Diagnostic],
    found: Sequence[Suppression],
    known: Collection[str],
    source: Source,
    active: Collection[str] | None = None,
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Split findings: those that stay, and reports on suppressions that silenced nothing.

    `known` are the names of all rules. `active` are those that were run on this file (None: all): nothing is
    said of a suppression of a rule that was not run.
    """
    used: set[tuple[int, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        row = source.location(diagnostic.start).row
        silenced = [at for at, one in enumerate(found) if one.covers(diagnostic, row)]
        used.update((at, diagnostic.rule) for at in silenced)
        if not silenced:
            kept.append(diagnostic)
    unused = [
        report
        for at, one in enumerate(found)
        for report in _reports(source, one, {rule for index, rule in used if index == at}, known, active)
        if not _excused(report, source, found)
    ]
    return kept, unused


def _reports(
    source: Source, one: Suppression, used: set[str], known: Collection[str], active: Collection[str] | None
) -> Iterator[Diagnostic]:
    """What there is to say of one suppression that silenced the `used` rules."""
    if one.kind is Kind.FILE and not one.last_row:
        message = f"`{_said(source, one)}` counts only on a line of its own that is not indented"
        yield _report(source, one, message, None)
        return
    for name in sorted(one.names - set(known) - {UNUSED}):
        yield _report(source, one, f"`{name}` is no rule{closest(name, known)}", None)
    if not one.names:
        if not used:
            yield _report(source, one, f"`{_said(source, one)}` silences nothing", _removal(source, one))
        return
    judged = set(known if active is None else active) & set(known) & one.names
    idle = judged - used
    if idle:
        said = f"`{_said(source, one)}` silences nothing"
        if idle == one.names:
            yield _report(source, one, said, _removal(source, one))
        else:
            yield _report(source, one, f"{said} of {listed(sorted(idle))}", _without(source, one, idle))


def _excused(report: Diagnostic, source: Source, found: Sequence[Suppression]) -> bool:
    """Whether a suppression that names `unused-suppression` itself covers the report."""
    row = source.location(report.start).row
    return any(UNUSED in one.names and one.covers(report, row) for one in found)


def _report(source: Source, one: Suppression, message: str, fix: Fix | None) -> Diagnostic:
    cell, location = source.in_cell(source.location(one.start))
    _, end_location = source.in_cell(source.location(one.end))
    return Diagnostic(
        path=source.path,
        rule=UNUSED,
        family=FAMILY,
        message=message,
        start=one.start,
        end=one.end,
        location=location,
        end_location=end_location,
        fix=fix if fix and source.accepts(fix.edits) else None,
        cell=cell,
    )


def _said(source: Source, one: Suppression) -> str:
    """The suppression as it is written, without its reason."""
    match = DIRECTIVE.match(source.text, one.start, one.end)
    assert match is not None
    return match.group()[: match.start("reason") - match.start()].removeprefix("#").strip()


def _removal(source: Source, one: Suppression) -> Fix | None:
    """Take the suppression away: its line where nothing else is on it, else the space before it too."""
    row = source.location(one.start).row
    line_start = source.line_starts[row - 1]
    line_end = line_start + len(source.line(row))
    before, after = source.text[line_start : one.start], source.text[one.end : line_end]
    if not before.strip() and not after.strip():
        next_start = source.line_starts[row] if row < len(source.line_starts) else len(source.text)
        return Fix.safe("Remove the suppression", (Edit(line_start, next_start, ""),))
    if after.strip():
        return Fix.safe("Remove the suppression", (Edit(one.start, line_end - len(after.lstrip()), ""),))
    return Fix.safe("Remove the suppression", (Edit(line_start + len(before.rstrip()), line_end, ""),))


def _without(source: Source, one: Suppression, idle: set[str]) -> Fix | None:
    """Take the idle names out of the list, and leave the others as they are written."""
    match = DIRECTIVE.match(source.text, one.start, one.end)
    assert match is not None
    names = [name.strip() for name in match["names"].split(",")]
    rest = ", ".join(name for name in names if name and name not in idle)
    title = f"Take {listed(sorted(idle))} out of the suppression"
    return Fix.safe(title, (Edit(match.start("names"), match.end("names"), rest),))


def _tokens(source: Source) -> tuple[list[Line], list[tokenize.TokenInfo]]:
    """Logical lines and comments. Rows are the source's: the tokenizer alone would not end a line at a CR."""
    text = "".join(source.line(row) + "\n" for row in range(1, len(source.line_starts) + 1))
    lines: list[Line] = []
    comments: list[tokenize.TokenInfo] = []
    depth = 0
    first: tokenize.TokenInfo | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                comments.append(token)
            elif token.type == tokenize.INDENT:
                depth += 1
            elif token.type == tokenize.DEDENT:
                depth -= 1
            elif token.type == tokenize.NEWLINE:
                if first is not None:  # a backslash alone goes on with a line that a comment may fill
                    lines.append(Line(first.start[0], token.start[0], depth, first.string))
                first = None
            elif token.type not in LAYOUT:
                first = first or token
    except (tokenize.TokenError, SyntaxError):
        return [], []
    return lines, comments


def _suppression(
    source: Source, token: tokenize.TokenInfo, match: re.Match[str], lines: Sequence[Line]
) -> Suppression | None:
    """The suppression that a comment spells, or None where the word after `smelllint:` is not ours."""
    row, column = token.start
    word = match["word"]
    if word not in ("ignore", "ignore-file"):
        return None
    offset = source.line_starts[row - 1] + column
    start, end = offset + match.start(), offset + match.start() + len(match.group().rstrip())
    names = frozenset(filter(None, map(str.strip, (match["names"] or "").split(","))))
    kind, first_row, last_row = _reach(word, row, column, lines)
    return Suppression(kind, names, match["reason"].strip(), start, end, first_row, last_row)


def _reach(word: str, row: int, column: int, lines: Sequence[Line]) -> tuple[Kind, int, int]:
    """How much a comment on this row covers: kind, first and last row."""
    at = bisect_left(lines, row, key=lambda line: line.last_row)
    within = at < len(lines) and lines[at].first_row <= row
    if word == "ignore-file":
        top = column == 0 and not within
        return (Kind.FILE, 1, lines[-1].last_row if lines else row) if top else (Kind.FILE, 1, 0)
    if within:
        return Kind.LINE, lines[at].first_row, lines[at].last_row
    if at == len(lines):
        return Kind.BLOCK, 1, 0
    return Kind.BLOCK, row, _last_row(lines, at)


def _last_row(lines: Sequence[Line], at: int) -> int:
    """The last row of the statement that begins with this logical line, decorators and clauses included."""
    depth = lines[at].depth
    decorated = lines[at].word == "@"
    end = at
    for after in lines[at + 1 :]:
        if after.depth < depth:
            break
        if after.depth == depth and not decorated and after.word not in CLAUSES:
            break
        if after.depth == depth:
            decorated = decorated and after.word == "@"
        end += 1
    return lines[end].last_row
