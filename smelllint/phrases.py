"""Phrases: whether something that is looked for may stand in a file, as its bytes tell.

    stand(data, phrases)    whether all of them do
    words_in(data)          the words that a phrase may be about

A phrase is spelled like the code that it is about:

    Net            the word
    Net(           something of that name is called
    .step          an attribute of that name
    import nets    an import says the word

What they find may be in a comment or a string; what they do not find is not there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from functools import lru_cache

# Of letters beyond ASCII no more is known here than that they are letters.
BEFORE, AFTER = rb"(?<![\w\x80-\xff])", rb"(?![\w\x80-\xff])"
WORDS = re.compile(rb"[\w\x80-\xff]+")
BLANK = rb"[\s\\]*"  # lines may be continued
ON_A_LINE = rb"(?:\A|[\r\n;:])[ \t]*(?:from|import)\b[^\r\n]*"
IN_BRACKETS = rb"\bimport[ \t]*\([^)]*"


def stand(data: bytes, phrases: Collection[str]) -> bool:
    """Whether all the phrases may stand in the bytes of a file."""
    # Most words are nowhere in a file, and to compile a shape takes longer than to look for its word.
    return all(word_of(phrase) in data for phrase in phrases) and all(
        shape_of(phrase).search(data) for phrase in phrases
    )


def word_of(phrase: str) -> bytes:
    """The word of a phrase; names of files need not be text."""
    return os.fsencode(phrase.removeprefix("import ").removeprefix(".").removesuffix("("))


def words_in(data: bytes) -> set[bytes]:
    """All words of a file that may be the word of a phrase."""
    return set(WORDS.findall(data))


@lru_cache(maxsize=2_000)
def shape_of(phrase: str) -> re.Pattern[bytes]:
    """The shape in which the word of a phrase must stand."""
    word = re.escape(word_of(phrase))
    whole = BEFORE + word + AFTER
    if phrase.startswith("import "):
        return re.compile(b"(?:%s|%s)%s" % (ON_A_LINE, IN_BRACKETS, whole))
    if phrase.startswith("."):
        return re.compile(rb"\." + BLANK + word + AFTER)
    return re.compile(whole + BLANK + rb"\(" if phrase.endswith("(") else whole)
