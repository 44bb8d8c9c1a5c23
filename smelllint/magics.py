"""IPython's own syntax, masked: code of the same length that plain Python reads.

    parses(code)    whether plain Python reads it
    mask(source)    a cell with its magics covered, None where its `%%` line says that it is no Python
    Masked          the code, what is covered in it, and where the editable part of it begins

A magic becomes a name of underscores: an expression of which nothing is known. What `%time` and `%timeit`
run stays. Only for cells that do not parse as they are: no magic is valid Python.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from smelllint.edit import Edit

Span = tuple[int, int]

# Below these `%%` lines stands Python of the same program.
PYTHON_CELLS = frozenset({
    "capture", "debug", "ipytest", "memit", "prun", "pyinstrument", "scalene", "smelllint", "snakeviz",
    "time", "timeit", "wandb",
})  # fmt: skip

END = r"(?:\r\n|\r|\n)"
REST = rf"(?:[^\\\r\n]|\\{END}|\\)*"  # to the end of the line, and of those that it goes on in
BLANK = r"[ \t]*"

CELL_MAGIC = re.compile(rf"(?:{BLANK}{END})*(?P<magic>%%(?P<name>\S*)[^\r\n]*){END}?")
COMMAND = re.compile(rf"{BLANK}(?P<magic>[%!?,;/]{REST})")
HELP = re.compile(rf"{BLANK}(?P<magic>%{{0,2}}[\w.*]+(?:\[-?\w+\])?\?\??){BLANK}(?=[#\r\n]|\Z)")
ASSIGNED = re.compile(
    rf"{BLANK}[A-Za-z_][\w., \t*]*(?:\[[^\]\r\n]*\][\w.]*)?{BLANK}={BLANK}(?P<magic>[!%]{REST})"
)
# Line magics that IPython knows without the `%`.
AUTOMATIC = re.compile(
    rf"{BLANK}(?P<magic>(?:pip|conda|mamba|cat|cd|cp|env|ls|man|mkdir|mv|rm|rmdir)[ \t]+"
    rf"(?!(?:and|as|for|if|in|is|not|or)\b|[=(\[.,:]){REST})"
)
TIMED = re.compile(r"%time(?:it)?(?:[ \t]+-[nrp][ \t]*\d+|[ \t]+-[tcqo]\b)*(?=[ \t]+[^\s-])")

TOKEN = re.compile(
    rf"""
      (?P<line>{END})
    | (?P<open>[(\[{{]) | (?P<close>[)\]}}])
    | \#[^\r\n]*
    | \"\"\"(?:\\.|[^\\])*?\"\"\" | '''(?:\\.|[^\\])*?'''
    | "(?:\\{END}|\\.|[^"\\\r\n])*" | '(?:\\{END}|\\.|[^'\\\r\n])*'
    | \\{END}
    | [^\\\r\n()\[\]{{}}\#"']+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Masked:
    """Code that plain Python may read. `spans` are the stretches that differ from the source; what lies
    before `top` is a `%%` line, which has to stay the first."""

    code: str
    spans: tuple[Span, ...] = ()
    top: int = 0

    def allows(self, edit: Edit) -> bool:
        """Whether an edit of the code leaves the magics alone, and copies none."""
        if edit.start < self.top or (self.spans and "___" in edit.text):
            return False
        return not any(start < edit.end and edit.start < end for start, end in self.spans)


def parses(code: str) -> bool:
    """Whether plain Python reads it; `await` and `return` outside of functions, too."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def mask(source: str) -> Masked | None:
    """Cover the magics of a cell; None for a cell of another language or program."""
    first = CELL_MAGIC.match(source)
    if first is None:
        return _covered(source, _magics(source, 0), 0)
    if first["name"] not in PYTHON_CELLS:
        return None
    return _covered(source, [(first.span("magic"), "_"), *_magics(source, first.end())], first.end())


def _covered(source: str, magics: list[tuple[Span, str]], top: int) -> Masked:
    code = list(source)
    for (start, end), filling in magics:
        code[start:end] = _cover(source[start:end], filling)
    return Masked("".join(code), tuple(span for span, _ in magics), top)


def _cover(magic: str, filling: str) -> str:
    """The filling on the first line, nothing on those that it goes on in, and the line ends as they are."""
    first, *more = re.split(f"({END})", magic)
    if filling == ";":
        return "_" * (len(first) - 1) + ";"
    return filling * len(first) + "".join(
        part if part.strip("\r\n") == "" else " " * len(part) for part in more
    )


def _magics(source: str, at: int) -> list[tuple[Span, str]]:
    """The magics at the beginnings of logical lines, each with what to cover it with."""
    found: list[tuple[Span, str]] = []
    depth, fresh = 0, True
    while at < len(source):
        if fresh and (magic := _magic(source, at)):
            found.append(magic)
            at, fresh = magic[0][1], False
            continue
        token = TOKEN.match(source, at)
        assert token is not None
        depth = max(0, depth + (token["open"] is not None) - (token["close"] is not None))
        fresh = token["line"] is not None and depth == 0
        at = token.end()
    return found


def _magic(source: str, at: int) -> tuple[Span, str] | None:
    """The magic on the line that begins here."""
    if match := COMMAND.match(source, at):
        return _timed(source, match.span("magic"), ";") or (match.span("magic"), "_")
    if match := ASSIGNED.match(source, at):
        return _timed(source, match.span("magic"), " ") or (match.span("magic"), "_")
    match = HELP.match(source, at) or AUTOMATIC.match(source, at)
    return (match.span("magic"), "_") if match and not parses(match["magic"]) else None


def _timed(source: str, magic: Span, filling: str) -> tuple[Span, str] | None:
    """The `%time` alone, where what it runs can be left to stand."""
    match = TIMED.match(source, *magic)
    before = "_;" if filling == ";" else "_ ="
    if match is None or not parses(before + source[match.end() : magic[1]]):
        return None
    return match.span(), filling
