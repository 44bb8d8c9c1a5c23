"""A rule's documentation: the paragraphs of its docstring.

title           the first line: the smell
why             why it costs energy: every paragraph that is none of the others
leave           "Leave it when ...": when the code is right as it is
fix             "The fix is safe ...", "The fix is unsafe ..." or "There is no fix ...", and why; a fix that
                is one or the other, depending on the finding, says so in the same paragraph
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
        """Take a docstring apart; DocError names the part that is missing."""
        paragraphs = [part.strip() for part in text.strip().split("\n\n") if part.strip()]
        title, rest = (paragraphs[0], paragraphs[1:]) if paragraphs else ("", [])
        if "\n" in title or not title.endswith("."):
            raise DocError("has to begin with one line that names the smell and ends in a full stop")
        leave = next((part for part in rest if part.startswith(LEAVE)), None)
        if leave is None:
            raise DocError("lacks a paragraph that begins with `Leave it when`")
        fix = next((part for part in rest if FIX.match(part)), None)
        if fix is None:
            raise DocError(
                "lacks a paragraph that begins with `The fix is safe`, `... unsafe` or `There is no fix`"
            )
        why = tuple(part for part in rest if part not in (leave, fix))
        if not why:
            raise DocError("lacks a paragraph on why it costs energy")
        return cls(title, why, leave, fix, _safety(fix))


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
