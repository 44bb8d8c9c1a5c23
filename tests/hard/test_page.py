"""The page tells what the campaigns found."""

from __future__ import annotations

from tests.hard.page import PAGE, page


def test_the_page_is_what_the_results_say() -> None:
    """`python -m tests.hard.page` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
