"""Python files that are notebooks: cells under `# %%`, or in jupytext's light format.

    script(path, data)   the Source of such a file
    Script               the Source: every place in the text is the same place in the file

The cells are one program. Where plain Python does not read the file, the magics that stand bare in it are
masked (smelllint.magics) and cells of other languages are blanked; a magic behind a `#` is a comment like any
other. A fix may not reach from one cell into another, nor change whether a cell shows a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from smelllint.cells import ended, still_reads
from smelllint.edit import Edit, Edits, splice
from smelllint.magics import Masked, mask, parses
from smelllint.source import Source

LIGHT = re.compile(r"^#[ \t]*format_name: light\b", re.MULTILINE)
END = r"[^\r\n]*(?:\r\n|\r|\n|\Z)"
PERCENT_BORDER = re.compile(rf"^#[ \t]*%%{END}", re.MULTILINE)
LIGHT_BORDER = re.compile(rf"^# (?:\+|-(?![ \t]*[^ \t\r\n])){END}", re.MULTILINE)
NO_LINE_END = re.compile(r"[^\r\n]")


@lru_cache(maxsize=2)
def script(path: str, data: bytes) -> Script:
    """The script of a file. The last ones are kept: engine and report ask for the same."""
    return Script(path, data)


@dataclass(frozen=True)
class Cell:
    """A cell below its border: where it begins in the file, and what is linted of it."""

    start: int
    masked: Masked

    @property
    def end(self) -> int:
        return self.start + len(self.masked.code)

    def own(self, edit: Edit) -> Edit:
        """An edit of the file as one of the cell."""
        return Edit(edit.start - self.start, edit.end - self.start, edit.text)


class Script(Source):
    """A script of cells."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data)
        plain = parses(self.raw)
        self.cells = [Cell(start, linted(self.raw[start:end], plain)) for start, end in self._stretches()]
        self.text = "".join(self._covered())

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Where the cells begin and end; what stands above the first border is one too."""
        border = LIGHT_BORDER if LIGHT.search(self.raw) else PERCENT_BORDER
        start = 0
        for match in border.finditer(self.raw):
            yield start, match.start()
            start = match.end()
        yield start, len(self.raw)

    def _covered(self) -> Iterator[str]:
        """The text: borders as they are, cells as they are linted."""
        done = 0
        for cell in self.cells:
            yield self.raw[done : cell.start]
            yield cell.masked.code
            done = cell.end

    def accepts(self, edits: Edits) -> bool:
        """Each edit lies in one cell, none touches a magic, and each cell that stood by itself still does and
        shows its last value where it did before."""
        touched: dict[Cell, list[Edit]] = {}
        for edit in edits:
            cell = next((one for one in self.cells if one.start <= edit.start and edit.end <= one.end), None)
            if cell is None or not cell.masked.allows(cell.own(edit)):
                return False
            touched.setdefault(cell, []).append(cell.own(edit))
        return all(self._still_stands(cell, sorted(own)) for cell, own in touched.items())

    def _still_stands(self, cell: Cell, edits: Sequence[Edit]) -> bool:
        before, after = cell.masked.code, splice(cell.masked.code, edits)
        if ended(after) != after and cell is not self.cells[-1]:
            return False
        return not parses(before) or still_reads(before, ended(after))


def linted(source: str, plain: bool) -> Masked:
    """What is linted of a cell; `plain` says that Python reads the whole file as it is."""
    if plain or parses(source):
        return Masked(source)
    return mask(source) or Masked(NO_LINE_END.sub(" ", source), ((0, len(source)),))
