"""Hints: whether a text may show the signs of a rule, as its bytes tell, before Python reads it.

    hints(sight, signs, given)    whether each of these sets has a sign that is hinted at, or that is given
    Sight(data)                   what the bytes of a file show, each looked for once

For what the signs are, see `smelllint.outline`: of one that a text shows, there is a hint in its bytes. Most
files end here that say the words of a rule: the word is a part of another one, a list is appended to and not
an array, one loop is no nest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property

from smelllint.outline import Signs
from smelllint.phrases import AFTER

WORD = re.compile(rb"\w+")
# Of letters beyond ASCII no more is known than that they are letters.
LETTERS = frozenset(byte for byte in range(256) if byte >= 0x80 or WORD.match(bytes([byte])))
LOOP = re.compile(rb"^([ \t]*)(?:for|while|async)\b", re.MULTILINE)
FILLS = re.compile(rb"\][ \t)\\\r\n]*(?:\*\*|//|<<|>>|[-+*/@%&|^])?=(?!=)")
# A line at whose end a statement ends, or the head of a block: it ends in no open bracket and no operator, in
# no word with which an expression goes on, nor in a comment, which hides what is before it.
ENDED = re.compile(rb"[^#]*[\w)\]}'\":]")
GOES_ON = re.compile(rb"(?:.*\W)?(?:else|if|and|or|not|in|is|await|lambda|return|yield|from|assert)")
OPENS = re.compile(rb"\s*(?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b")
METHOD_OF = re.compile(rb"[ \t]*(?:[\w\x80-\xff\[\]'\"]+\.)*")  # `rows[0].`
CALLED = re.compile(rb"[ \t]*\(")


class Sight:
    """What the bytes of a file show."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._words: dict[str, bool] = {}

    def has(self, word: str) -> bool:
        """Whether a word occurs, whatever it is a part of."""
        if word not in self._words:
            self._words[word] = word.encode() in self.data
        return self._words[word]

    @cached_property
    def imports(self) -> frozenset[bytes]:
        """The words on the lines that import, wherever on them (`try: import torch`)."""
        text = self.data
        if b"\\" in text or b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b" ")
        words: set[bytes] = set()
        place = text.find(b"import")
        while place >= 0:
            end = text.find(b"\n", place)
            end = len(text) if end < 0 else end
            words.update(WORD.findall(text, text.rfind(b"\n", 0, place) + 1, end))
            place = text.find(b"import", end)
        return frozenset(words)

    # -- signs ------------------------------------------------------------------------------------------

    def may_show(self, sign: str) -> bool:
        """Whether there is a hint at a sign."""
        if sign in SHAPES:
            return SHAPES[sign](self)
        word = word_of(sign)
        return self.uses(word) if sign.startswith(("= ", "x = ")) else self.says(word)

    def says(self, word: bytes) -> bool:
        """Whether a word stands by itself."""
        return next(self.places(word), None) is not None

    def uses(self, word: bytes) -> bool:
        """Whether a word stands where something is done with what a call of it gives: anywhere but at the end
        of a statement's beginning, `rows.append(`."""
        return any(not self.is_idle(start, start + len(word)) for start in self.places(word))

    def places(self, word: bytes) -> Iterator[int]:
        """Where a word stands by itself."""
        for found in whole(word).finditer(self.data):
            place = found.start()
            if not place or self.data[place - 1] not in LETTERS:
                yield place

    def is_idle(self, start: int, end: int) -> bool:
        """Whether a statement begins with the word that stands here, or with that of which it is a method,
        and calls it."""
        if not CALLED.match(self.data, end):
            return False
        line = self.data.rfind(b"\n", 0, start) + 1
        if not METHOD_OF.fullmatch(self.data, line, start):
            return False
        above = self.code_above(line)
        if not ENDED.fullmatch(above) or GOES_ON.fullmatch(above):
            return False
        return not above.endswith(b":") or OPENS.match(above) is not None

    def code_above(self, line: int) -> bytes:
        """The last line with code on it above the line that begins here."""
        found = b""
        while line and (not found or found.lstrip().startswith(b"#")):
            start = self.data.rfind(b"\n", 0, line - 1) + 1
            found = self.data[start:line].rstrip()
            line = start
        return found

    def nests(self) -> bool:
        """Whether one loop stands in another one, and something stores into a place."""
        if not FILLS.search(self.data):
            return False
        if b"\f" in self.data or b"\r" in self.data:  # they may begin a line, and indent it anew
            return True
        around: list[int] = []
        for loop in LOOP.finditer(self.data):
            indent = len(loop[1])
            while around and around[-1] >= indent:
                around.pop()
            if around:
                return True
            around.append(indent)
        return False


# Signs that are no words, and what they take at the least. A loop stands in nearly every file, and where none
# does, Python reads the file all the same: one that imports torch and is broken is to be told.
SHAPES: dict[str, Callable[[Sight], bool]] = {
    "for": lambda sight: True,
    "for epoch": lambda sight: b"epoch" in sight.data.lower(),
    "x[i][j] =": Sight.nests,
    "x[:, -1]": lambda sight: True,
    "x[None]": lambda sight: True,
    "[x]": lambda sight: True,
}


def hints(sight: Sight, signs: Signs, given: frozenset[str]) -> bool:
    """Whether each of these sets has a sign that is hinted at, or that is given."""
    return all(any(sign in given or sight.may_show(sign) for sign in choice) for choice in signs)


@cache
def whole(word: bytes) -> re.Pattern[bytes]:
    """A word that ends with itself. What it begins after is looked at later: a pattern is found sooner that
    begins with letters."""
    return re.compile(re.escape(word) + AFTER)


@cache
def word_of(sign: str) -> bytes:
    """The word without which a text does not show a sign: `cat` of `for cat()` and of `x = cat(x)`."""
    words: list[str] = re.findall(r"\w+", sign.partition("(")[0])
    return words[-1].encode()
