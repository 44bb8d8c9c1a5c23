"""What tools that keep their own pages of rules are told of ours.

Described       a rule in words: a title, why it costs, a page in Markdown
described       that of a rule, or of what the linter itself reports
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from smelllint import catalogue
from smelllint.suppress import UNUSED

UNUSED_TITLE = "A suppression that silences nothing."
UNUSED_PAGE = (
    "The comment names a rule that finds nothing here, or that does not exist. It hides smells that come "
    "later, so take it away."
)


@dataclass(frozen=True)
class Described:
    """A rule in words. `why` is plain text, `page` is Markdown."""

    name: str
    title: str
    why: str
    page: str
    family: str


@cache
def described(name: str) -> Described:
    """The words on a rule."""
    if name == UNUSED:
        return Described(name, UNUSED_TITLE, UNUSED_PAGE, f"# {name}\n\n{UNUSED_PAGE}\n", "suppression")
    from smelllint.author.pages import GENERATED, page
    from smelllint.doc import doc_of

    doc = doc_of(name)
    text = page(name).removeprefix(GENERATED).lstrip()
    why = "\n\n".join(" ".join(part.split()) for part in (*doc.why, doc.leave, doc.fix))
    return Described(name, doc.title, why, text, catalogue.load(name).family)
