"""The setup that docs/editors.md tells readers to copy: the tests run that, so that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt

from tests.clients.truth import CHECKOUT

PAGE = CHECKOUT / "docs" / "editors.md"


def setup(heading: str, language: str) -> str:
    """The code in this language under a heading of the page, from the heading to the next."""
    found = [code for under, said, code in examples() if (under, said) == (heading, language)]
    assert found, f"docs/editors.md has no {language} under {heading!r}"
    return "\n".join(found)


def examples() -> Iterator[tuple[str, str, str]]:
    """Heading, language and code of every example of the page."""
    tokens = MarkdownIt().parse(PAGE.read_text(encoding="utf-8"))
    heading = ""
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = tokens[number + 1].content
        if token.type == "fence":
            yield heading, token.info, token.content
