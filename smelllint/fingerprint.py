"""What a finding is known by when lines move, files are renamed, and code is carried elsewhere.

    Identity        rule, code and scope of a finding, and the how manyth of its kind in the file it is
    identities      those of all findings of a file
    line_hashes     the hash of every line that GitHub's code scanning goes by (its upload action computes the
                    same): over 100 characters from the line on, white space left out, and how often it came

The code is that of the row on which a finding starts, without white space: indenting it or moving it changes
nothing, touching it does. The scope is the chain of functions and classes around it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smelllint.diagnostic import Diagnostic
from smelllint.source import Source

DEFINITION = re.compile(r"\s*(?:async\s+def|def|class)\s+(\w+)")
BLOCK, FACTOR, MASK = 100, 37, 2**64 - 1
END_OF_FILE = 65535


@dataclass(frozen=True)
class Identity:
    """`number` counts from 1 the findings of a file that are otherwise alike."""

    rule: str
    code: str
    scope: str
    number: int = 1

    def digest(self, path: str) -> str:
        """A hash of the finding in its file."""
        return digest(path, self.rule, self.code, self.scope, str(self.number))


def identities(diagnostics: Iterable[Diagnostic], source: Source) -> dict[Diagnostic, Identity]:
    """What each finding of a file is known by."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = {}
    for diagnostic in diagnostics:
        row = source.location(diagnostic.start).row
        key = (diagnostic.rule, digest("".join(source.shown_line(row).split()))[:16], scope(source, row))
        seen[key] += 1
        found[diagnostic] = Identity(*key, seen[key])
    return found


def scope(source: Source, row: int) -> str:
    """The functions and classes around a row, as `Class.method`; empty at the top of a module."""
    names = []
    depth = _depth(source.shown_line(row))
    for above in range(row - 1, 0, -1):
        line = source.shown_line(above)
        if depth == 0:
            break
        if not line.strip() or _depth(line) >= depth:
            continue
        definition = DEFINITION.match(line)
        if definition:
            depth = _depth(line)
            names.append(definition[1])
    return ".".join(reversed(names))


def line_hashes(text: str) -> Iterator[str]:
    """The hash of each line, `<hexadecimal>:<how manyth>`. The last line may be empty."""
    units = [*_units(text), END_OF_FILE]
    starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == ord("\n"))]
    seen: Counter[int] = Counter()
    for start in starts:
        value = 0
        for unit in (units[start : start + BLOCK] + [0] * BLOCK)[:BLOCK]:
            value = (value * FACTOR + unit) & MASK
        seen[value] += 1
        yield f"{value:x}:{seen[value]}"


def _units(text: str) -> Iterator[int]:
    """The UTF-16 units of a text without blanks and tabs, each line end a line feed."""
    plain = re.sub(r"[ \t]", "", re.sub(r"\r\n?", "\n", text))
    data = plain.encode("utf-16-le", "surrogatepass")
    return (data[at] | data[at + 1] << 8 for at in range(0, len(data), 2))


def _depth(line: str) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())


def digest(*parts: str) -> str:
    """A short hash of some texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
