"""The setup that docs/editors.md tells readers to copy: the tests run that, so that it cannot go stale."""

from __future__ import annotations

from markdown_it import MarkdownIt

from tests.clients.truth import CHECKOUT

PAGE = CHECKOUT / "docs" / "editors.md"


def setup(heading: str, language: str) -> str:
    """The code in this language under a heading of the page, from the heading to the next."""
    tokens = MarkdownIt().parse(PAGE.read_text(encoding="utf-8"))
    under, found = "", []
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            under = tokens[number + 1].content
        if token.type == "fence" and token.info == language and under == heading:
            found.append(token.content)
    assert found, f"docs/editors.md has no {language} under {heading!r}"
    return "\n".join(found)
