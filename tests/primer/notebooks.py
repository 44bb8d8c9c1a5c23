"""The primer's notebooks: each is linted without a crash, and a fix changes no byte but those it mends.

    python tests/primer/notebooks.py DIR... > tests/primer/notebooks.toml

Every fix of every rule is made, unsafe ones too. What comes of it is looked at from outside, by means of
nbformat and of Python's own json, ast and difflib, not of smelllint's: the result is a valid notebook where
the notebook was one; no byte outside of the sources of cells differs, and of these only lines that the edit
changed; each cell that Python could read is still read; a second run changes nothing. Prints, as TOML, how
many fixes were made, and how many findings of which rule had one.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from smelllint import catalogue, engine
from smelllint.read import UnreadableError, read
from smelllint.rule import Rule
from smelllint.settings import Settings

CRASHES = ("rule-crashed", "fix-failed")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+|\s+', re.DOTALL)
CELL_MAGIC = re.compile(r"\A\s*%%")
LINE_MAGIC = re.compile(r"^[ \t]*[!%?].*|^[ \t]*[\w.]+\?{1,2}[ \t]*$", re.MULTILINE)
ASSIGNED_MAGIC = re.compile(r"(?<==)[ \t]*[!%].*")


@dataclass
class Told:
    """What is known of all notebooks so far."""

    linted: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    fixes: int = 0
    mended_rules: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Raw:
    """A notebook as it is written: `frame` is all but the strings of cells' sources, `cells` holds these, a
    list for each cell, and `gaps` what stands between two of them."""

    frame: str
    cells: list[list[str]]
    gaps: list[set[str]]


def raw(text: str) -> Raw:
    """Cut a notebook's JSON text into its frame and the strings of its cells."""
    frame: list[str] = []
    cells: list[list[str]] = []
    gaps: list[set[str]] = []
    path: list[str | int] = []  # the keys and indices of where we are; "" where a key is still to come
    gap: list[str] | None = None
    for token in TOKEN.findall(text):
        inside = len(path) in (3, 4) and path[0] == "cells" and path[2] == "source"
        if inside and token[0] == '"':
            if gap is None or len(path) == 3:
                cells.append([])
                gaps.append(set())
            elif gap:
                gaps[-1].add("".join(gap))
            cells[-1].append(token)
            gap = []
        elif inside and gap is not None and len(path) == 4 and token != "]":
            gap.append(token)
        else:
            if inside and gap is not None:
                frame += gap
            gap = None
            frame.append(token)
        move(path, token)
    return Raw("".join(frame), cells, gaps)


def move(path: list[str | int], token: str) -> None:
    """Where we are after a token."""
    if token == "{":
        path.append("")
    elif token == "[":
        path.append(0)
    elif token in "]}":
        path.pop()
    elif token == "," and isinstance(path[-1], int):
        path[-1] += 1
    elif token == ",":
        path[-1] = ""
    elif token[0] == '"' and path and path[-1] == "":
        path[-1] = json.loads(token)


def unlike(before: str, after: str) -> Iterator[str]:
    """How a mended notebook differs where it must not."""
    one, other = raw(before), raw(after)
    if one.frame != other.frame:
        yield "bytes outside of the sources of cells differ"
    if len(one.cells) != len(other.cells):
        yield "a source was made or lost"
        return
    for number, (old, new) in enumerate(zip(one.cells, other.cells, strict=True), 1):
        if changes(old, new) != changes([*map(json.loads, old)], [*map(json.loads, new)]):
            yield f"source {number}: a line that was not mended is spelt anew"
        if one.gaps[number - 1] and not other.gaps[number - 1] <= one.gaps[number - 1]:
            yield f"source {number}: its lines are set anew"


def changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    return [
        code for code in difflib.SequenceMatcher(None, old, new, False).get_opcodes() if code[0] != "equal"
    ]


def readable(source: str) -> bool | None:
    """Whether Python reads a cell, its magics left out; None where the cell is of another language."""
    if CELL_MAGIC.match(source):
        return None
    for text in (source, ASSIGNED_MAGIC.sub(" 0", LINE_MAGIC.sub(lambda line: kept(line[0]), source))):
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        return True
    return False


def kept(line: str) -> str:
    """A magic's place, with its indentation."""
    return line[: len(line) - len(line.lstrip())] + "pass"


def valid(text: str) -> bool:
    try:
        nbformat.validate(nbformat.reads(text, as_version=nbformat.NO_CONVERT))
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, ValueError, KeyError, AttributeError):
        return False
    return True


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def wrong(before: str, after: str) -> Iterator[str]:
    """What is wrong with a mended notebook."""
    if valid(before) and not valid(after):
        yield "no valid notebook any more"
    yield from unlike(before, after)
    for number, (old, new) in enumerate(zip(sources(before), sources(after), strict=True), 1):
        if readable(old) and not readable(new):
            yield f"cell of code {number}: Python does not read it any more"


def look(path: Path, rules: Sequence[Rule], told: Told) -> None:
    """Lint and mend one notebook."""
    try:
        data = read(path)
    except UnreadableError as error:
        told.troubles[error.name] += 1
        return
    report = engine.mend(str(path), data, rules, Settings(), unsafe=True, named=True)
    told.linted += 1
    told.troubles.update(trouble.name for trouble in report.troubles)
    told.failures += [f"{path}: {one.message}" for one in report.troubles if one.name in CRASHES]
    if report.after is None or report.before is None:
        return
    told.mended += 1
    told.fixes += report.fixed
    told.mended_rules.update(mended_rules(path, data, rules))
    told.failures += [f"{path}: {reason}" for reason in wrong(report.before, report.after)]
    again = engine.mend(str(path), report.after.encode(), rules, Settings(), unsafe=True)
    if again.after is not None:
        told.failures.append(f"{path}: a second run changes it again")


def mended_rules(path: Path, data: bytes, rules: Sequence[Rule]) -> Counter[str]:
    """The rules of the findings that had a fix; one fix may mend several, or make room for another."""
    found = engine.lint(str(path), data, rules, Settings()).diagnostics
    return Counter(one.rule for one in found if engine.applicable(one.fix, unsafe=True))


def notebooks(directories: Sequence[str]) -> Iterator[Path]:
    """The notebooks below these folders, each text once, without the copies that Jupyter keeps."""
    seen: set[bytes] = set()
    for directory in directories:
        for path in sorted(Path(directory).resolve().rglob("*.ipynb")):
            if not path.is_file() or ".ipynb_checkpoints" in path.parts:
                continue
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest not in seen:
                seen.add(digest)
                yield path


def summary(told: Told) -> Iterator[str]:
    """What came of it, as TOML."""
    yield "# Generated by tests/primer/notebooks.py: notebooks of corpora.toml and of repositories like them."
    yield f"linted = {told.linted}\nmended = {told.mended}"
    yield f"fixes = {told.fixes}\nfailures = {len(told.failures)}"
    for name, counts in (("troubles", told.troubles), ("findings_mended", told.mended_rules)):
        yield f"\n[{name}]"
        yield from (f"{key} = {count}" for key, count in sorted(counts.items()))


def main(directories: Sequence[str]) -> int:
    rules, told = catalogue.load_all(), Told()
    for path in notebooks(directories):
        look(path, rules, told)
    print(*summary(told), sep="\n")
    print(*told.failures, sep="\n", file=sys.stderr)
    return 1 if told.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
