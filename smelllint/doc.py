"""A rule's documentation: the parts of its docstring, which always come in the same order.

title           one line: the smell
why             one paragraph or more: why it costs energy
leave           "Leave it when ...": when the code is right as it is
fix             "The fix is safe: ...", "The fix is unsafe: ..." or "There is no fix: ..."
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smelllint import catalogue
from smelllint.errors import MistakeError

LEAVE = "Leave it when"
FIX = re.compile(r"The fix is (?:safe|unsafe)\b|There is no fix\b")


class DocError(MistakeError):
    """What a docstring lacks."""


@dataclass(frozen=True)
class Doc:
    """The parts, in Markdown; `safety` is safe, unsafe, both or none."""

    title: str
    why: tuple[str, ...]
    leave: str
    fix: str
    safety: str

    @classmethod
    def parse(cls, text: str) -> Doc:
        """Take a docstring apart; DocError names the part that is missing or out of place."""
        paragraphs = [part.strip() for part in text.strip().split("\n\n") if part.strip()]
        if len(paragraphs) < 4:
            raise DocError("needs four paragraphs: the smell, why it costs, `Leave it when`, and the fix")
        title, *why, leave, fix = paragraphs
        if "\n" in title or not title.endswith("."):
            raise DocError(f"begins with one line that ends in a full stop, not with {title!r}")
        if not leave.startswith(LEAVE):
            raise DocError(f"has {LEAVE!r} as its last paragraph but one, not {leave[:40]!r}")
        if not FIX.match(fix):
            openings = "`The fix is safe`, `The fix is unsafe` or `There is no fix`"
            raise DocError(f"has {openings} at the start of its last paragraph, not {fix[:40]!r}")
        return cls(title, tuple(why), leave, fix, _safety(fix))


def doc_of(name: str) -> Doc:
    """The documentation of a rule; DocError names the rule."""
    try:
        return Doc.parse(catalogue.load(name).doc)
    except DocError as error:
        raise DocError(f"the docstring of {name}/rule.py {error}") from error


def _safety(fix: str) -> str:
    if fix.startswith("There is no fix"):
        return "none"
    safe, unsafe = (re.search(rf"\b{word}\b", fix) for word in ("safe", "unsafe"))
    return "both" if safe and unsafe else "safe" if safe else "unsafe"
