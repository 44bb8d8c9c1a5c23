"""Phrases: whether something that is looked for may stand in a file, as its bytes tell.

    stand(data, phrases)    whether all of them do

A phrase is spelled like the code that it is about:

    Net            the word
    Net(           something of that name is called
    .step          an attribute of that name
    import nets    an import says the word

What they find may be in a comment or a string; what they do not find is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Of letters beyond ASCII no more is known here than that they are letters.
BEFORE, AFTER = rb"(?<![\w\x80-\xff])", rb"(?![\w\x80-\xff])"
BLANK = rb"[\s\\]*"  # lines may be continued
ON_A_LINE = rb"(?:\A|[\r\n;:])[ \t]*(?:from|import)\b[^\r\n]*"
IN_BRACKETS = rb"\bimport[ \t]*\([^)]*"


def stand(data: bytes, phrases: Iterable[str]) -> bool:
    """Whether all the phrases may stand in the bytes of a file."""
    searches = [pattern(phrase) for phrase in phrases]
    return all(word in data for word, _ in searches) and all(shape.search(data) for _, shape in searches)


@lru_cache(maxsize=2_000)
def pattern(phrase: str) -> tuple[bytes, re.Pattern[bytes]]:
    """The word of a phrase, which is quick to look for, and the shape in which it must stand."""
    word = phrase.removeprefix("import ").removeprefix(".").removesuffix("(").encode()
    whole = BEFORE + re.escape(word) + AFTER
    if phrase.startswith("import "):
        return word, re.compile(b"(?:%s|%s)%s" % (ON_A_LINE, IN_BRACKETS, whole))
    if phrase.startswith("."):
        return word, re.compile(rb"\." + BLANK + re.escape(word) + AFTER)
    return word, re.compile(whole + BLANK + rb"\(" if phrase.endswith("(") else whole)
