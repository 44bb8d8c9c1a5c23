"""Where the values of a JSON text are written: just enough of a reader to edit some strings and no more.

    decode(text)         the whole value, each number a Number; ValueError where the text is no JSON
    members(text, at)    where the values of the object at an offset begin, by key
    items(text, at)      where the values of the array at an offset begin
    Literal              a string: its value, and where each of its characters is written
    written(text)        a string as it is written between the quotes

All but `decode` expect a text that `decode` has accepted.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

SPACE = re.compile(r"[ \t\n\r]*")
# A pair of surrogate escapes is one character.
CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


class Number(NamedTuple):
    """A number as it is spelt: nothing is rounded, NaN equals itself, and none is too long."""

    spelt: str


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


def decode(text: str) -> Any:
    """The value of a JSON text. ValueError, or RecursionError where it is nested too deeply."""
    return DECODER.decode(text)


def members(text: str, at: int) -> dict[str, int]:
    """Where the values of the object at this offset begin; of a key that is there twice, the last counts."""
    found: dict[str, int] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        colon = _skip(text, at)
        found[key] = _skip(text, colon + 1)
        at = _next(text, found[key])
    return found


def items(text: str, at: int) -> list[int]:
    """Where the values of the array at this offset begin."""
    found: list[int] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        found.append(at)
        at = _next(text, at)
    return found


class Literal:
    """A string in a JSON text: `text[start:end]` is what stands between its quotes."""

    def __init__(self, text: str, at: int) -> None:
        self.start = at + 1
        value, after = DECODER.raw_decode(text, at)
        self.value: str = value
        self.end = after - 1

    def offsets(self, text: str) -> list[int]:
        """Where each character of the value is written, and where the last one ends."""
        return [match.start() for match in CHARACTER.finditer(text, self.start, self.end)] + [self.end]


def written(text: str, *, ascii_only: bool) -> str:
    """A string as JSON writes it, without the quotes."""
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def _skip(text: str, at: int) -> int:
    """Past the white space."""
    match = SPACE.match(text, at)
    return match.end() if match else at


def _next(text: str, at: int) -> int:
    """Past the value at this offset and the comma after it."""
    _, end = DECODER.raw_decode(text, at)
    end = _skip(text, end)
    return _skip(text, end + 1) if text[end] == "," else end
