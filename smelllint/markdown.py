"""Markdown: a Source whose text is the Python of all its code blocks, the rest blanked out.

    markdown(path, data)   the document
    Markdown               the Source: every place in the text is the same place in the file

The blocks are one program, as a reader takes them. Only fenced blocks that say that they are Python and begin
at the margin count; one that does not parse is an excerpt and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from smelllint.edit import Edit, Edits, splice
from smelllint.magics import parses
from smelllint.source import Source

LANGUAGES = ("python", "python3", "py")
NO_LINE_END = re.compile(r"[^\r\n]")
WORD = re.compile(r"\w+")
LEADING_SPACE = re.compile(r"(?:\A|[\r\n]) ")


@lru_cache(maxsize=2)
def markdown(path: str, data: bytes) -> Markdown:
    """The document of a file. The last ones are kept: gate, engine and report ask for the same."""
    return Markdown(path, data)


class Markdown(Source):
    """A document with code in it."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data)
        self.blocks = [block for block in self._fences() if parses(self.raw[slice(*block)])]
        self.text = "".join(self._blanked())

    def _fences(self) -> Iterator[tuple[int, int]]:
        """Where the code of each fenced block of Python begins and ends."""
        from markdown_it import MarkdownIt

        starts = [*self.line_starts, len(self.raw)]
        for token in MarkdownIt("commonmark").parse(self.raw):
            word = WORD.match(token.info.strip())
            if token.type != "fence" or token.map is None or not word or word[0].lower() not in LANGUAGES:
                continue
            first = token.map[0] + 1
            start, end = starts[first], starts[first + token.content.count("\n")]
            # Inside a list or a quotation, the lines of the file have more on them than the code.
            if self.raw[start:end].splitlines() == token.content.splitlines():
                yield start, end

    def _blanked(self) -> Iterator[str]:
        """The text with spaces in the place of everything but code."""
        done = 0
        for start, end in self.blocks:
            yield NO_LINE_END.sub(" ", self.raw[done:start])
            yield self.raw[start:end]
            done = end
        yield NO_LINE_END.sub(" ", self.raw[done:])

    def accepts(self, edits: Edits) -> bool:
        """Each edit lies in one block, and each block still reads as it is written and ends its last line."""
        touched: dict[tuple[int, int], list[Edit]] = {}
        for edit in edits:
            block = next((one for one in self.blocks if one[0] <= edit.start and edit.end <= one[1]), None)
            if block is None:
                return False
            touched.setdefault(block, []).append(Edit(edit.start - block[0], edit.end - block[0], edit.text))
        return all(self._still_reads(block, own) for block, own in touched.items())

    def _still_reads(self, block: tuple[int, int], edits: Sequence[Edit]) -> bool:
        after = splice(self.raw[slice(*block)], sorted(edits))
        # Below an indented fence, as many spaces are no part of the code.
        if self.shown_line(self.location(block[0]).row - 1).startswith(" ") and LEADING_SPACE.search(after):
            return False
        return parses(after) and after.endswith(("\n", "\r")) and "```" not in after and "~~~" not in after
