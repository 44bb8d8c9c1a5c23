"""Pieces of a text that Python can read one by one: its definitions, and of classes their members.

    pieces(text)    them, in order; as few as one

A text that is edited again and again stays the same in nearly all of them. They are found by the looks of
lines alone, so a piece may turn out to be no Python by itself: a string may look like whatever. Where each of
them is Python, together they mean what the text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

DEFINITION = re.compile(r"^(?:@|(?:async[ \t]+)?def\b|class\b)", re.MULTILINE)
MEMBER = re.compile(r"^    (?:@|(?:async[ \t]+)?def\b|class\b)", re.MULTILINE)
# A class whose members are indented by four blanks; by less, what is might be inside of one.
CLASS = re.compile(
    r"^class\b [^\n()\[\]]* (?:\([^\n()\[\]]*\))? [ \t]*:[ \t]* (?:\#[^\n]*)?\n"
    r"(?:[ \t]*(?:\#[^\n]*)?\n)* [ ]{4}(?=[^\s\#])",
    re.VERBOSE | re.MULTILINE,
)
BODY = "    pass\n"  # of a class that has lost its members
FRAME = "if 1:\n"  # around members
LEFT = re.compile(r"^[^\s#]", re.MULTILINE)  # code that is not indented


def pieces(text: str) -> Iterator[str]:
    """The pieces of a text, of classes their members by themselves."""
    for piece in definitions(text, DEFINITION, len(text)):
        yield from members(piece)


def members(piece: str) -> Iterator[str]:
    """The members of a class, each in a block; other pieces as they are."""
    head = CLASS.search(piece)
    left = LEFT.search(piece, head.end()) if head else None
    first, *others = definitions(piece, MEMBER, left.start() if left else len(piece)) if head else (piece,)
    yield f"{first}{BODY}" if others else first
    for other in others:
        yield f"{FRAME}{other}"


def definitions(text: str, pattern: re.Pattern[str], end: int) -> list[str]:
    """A text, cut before what looks like definitions with their decorators, as far as `end`."""
    cuts, decorated = [0], False
    for match in pattern.finditer(text, 0, end):
        if not decorated and match.start():
            cuts.append(match.start())
        decorated = match.group().endswith("@")
    return [text[start:stop] for start, stop in pairwise([*cuts, len(text)])]
