"""Random changes of real files: the tree of each changed text is that of a whole parse, node by node.

    python -m tests.reparsing FOLDER [STORIES] [CHANGES] [SEED]

A story changes one file again and again, as people do at a keyboard. Ends with an AssertionError at the first
difference, and tells the story's seed and file.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections import Counter
from pathlib import Path

import libcst as cst

from smelllint.reparse import Regrown, reparse
from smelllint.syntax import ParseError
from smelllint.tree import Tree, meaning, parse

LINES = (
    "x = 1", "# remark", "    # indented", "", "    ", "x = 1; y = 2", "for i in x: pass", "x = \\\n    1",
    "if x:\n    y = 2", "else:", "elif y:", "try:\n    x\nfinally:\n    y",
    "match x:\n    case 1:\n        y",
    "@dec\n# why\nclass A:\n    def m(self):\n        pass\n\n    # end", "async def g():\n  await x",
    "'''", "print('''a\nb''')", "x = [1,", "]", "\\", "\x0c",
)  # fmt: skip
PIECES = (*" \n\t#:()[]'\"\\x1=.,@;é😀", "    ", "\n    ", "\n\n", "# c", "\r\n", "\r")


def edited(text: str, chance: random.Random) -> str:
    """The text after what somebody may do to it with a keystroke or two."""
    lines = text.splitlines(keepends=True) or [""]
    at = chance.randrange(len(lines))
    to = at + chance.choice((1, 1, 1, 2, 3, 8))
    before, chosen, after = lines[:at], lines[at:to], lines[to:]
    kind = chance.random()
    if kind < 0.3:
        blank = lines[at][: len(lines[at]) - len(lines[at].lstrip(" \t"))]
        pad = blank if chance.random() < 0.6 else ""
        line = "\n".join(pad + part for part in chance.choice(LINES).split("\n"))
        return "".join((*before, f"{line}\n", *lines[at:]))
    if kind < 0.4:
        return "".join((*before, *after))
    if kind < 0.5:
        return "".join((*before, *chosen, *chosen, *after))
    if kind < 0.55:
        return "".join((*before, *(f"    {line}" for line in chosen), *after))
    if kind < 0.6:
        return "".join((*before, *(line.removeprefix("    ") for line in chosen), *after))
    if kind < 0.65:
        return "".join(
            (*before, lines[at].replace(lines[at].strip(), f"# {lines[at].strip()}"), *lines[at + 1 :])
        )
    place = chance.choice((0, len(text), *(chance.randrange(len(text) + 1) for _ in range(8))))
    if kind < 0.9:
        return text[:place] + chance.choice(PIECES) + text[place:]
    return text[:place] + text[place + chance.choice((1, 1, 2, 5)) :]


def parsed(text: str) -> Tree | ParseError:
    try:
        return parse(text)
    except ParseError as error:
        return error


def again(tree: Tree, text: str) -> Tree | ParseError:
    try:
        return reparse(tree, text)
    except ParseError as error:
        return error


def assert_alike(tree: Tree, fresh: Tree) -> None:
    """All that a tree knows is what the tree of a whole parse knows."""
    assert tree.text == fresh.text
    assert tree.line_starts == fresh.line_starts
    assert [type(node) for node in tree.all] == [type(node) for node in fresh.all]
    assert meaning(tree.module) == meaning(fresh.module)
    assert Tree(tree.module, tree.text).all == tree.all
    assert (tree._parents, tree._ends) == (fresh._parents, fresh._ends)
    assert tree.order == {node: place for place, node in enumerate(tree.all)}
    assert tree.by_type.keys() == fresh.by_type.keys()
    assert places(tree, fresh) == places(fresh, fresh)
    statements = [node for node in tree.all if node in (tree.rows or {})]
    for node in (*statements[:: len(statements) // 4 or 1], *tree._layouts):
        assert span(fresh, fresh.all[tree.order[node]]) in (span(tree, node), None)


def span(tree: Tree, node: cst.CSTNode) -> tuple[int, int] | None:
    """Where a node stands; None where LibCST does not read what Python does."""
    try:
        return tree.span(node)
    except ParseError:
        return None


def places(tree: Tree, fresh: Tree) -> tuple[object, ...]:
    """Where the nodes of each type are, and on which lines the statements."""
    by_type = [[tree.order[node] for node in tree.by_type[type_]] for type_ in fresh.by_type]
    return by_type, {tree.order[node]: lines for node, lines in (tree.rows or {}).items()}


def story(text: str, chance: random.Random, changes: int) -> Counter[str]:
    """How many of so many changes led to a regrown tree, to one of a whole parse, and to no Python."""
    tree = parse(text)
    outcomes: Counter[str] = Counter()
    for _ in range(changes):
        text = edited(text, chance)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python says of odd strings
            found, fresh = again(tree, text), parsed(text)
        if isinstance(fresh, ParseError):
            outcomes["broken"] += 1
            assert isinstance(found, ParseError)
            assert (found.name, found.message) == (fresh.name, fresh.message)
        else:
            assert isinstance(found, Tree)
            outcomes["regrown" if isinstance(found, Regrown) else "whole"] += 1
            if isinstance(found, Regrown):
                assert_alike(found, fresh)
            if isinstance(found, Regrown) or chance.random() < 0.2:
                tree = found
        if chance.random() < 0.8:
            text = tree.text
    return outcomes


def main(folder: str, stories: int = 500, changes: int = 40, seed: int = 0) -> None:
    """Tell stories of files of a folder, a kilobyte to thirty each."""
    paths = sorted(path for path in Path(folder).rglob("*.py") if 1_000 < path.stat().st_size < 30_000)
    outcomes: Counter[str] = Counter()
    for number in range(seed, seed + stories):
        chance = random.Random(number)
        path = chance.choice(paths)
        text = path.read_bytes().decode("utf-8", "replace")
        if isinstance(parsed(text), ParseError):
            continue
        try:
            outcomes += story(text, chance, changes)
        except AssertionError:
            print(f"\nseed {number}: {path}")
            raise
        print(f"\r{number - seed + 1} stories, {dict(outcomes)}", end="", flush=True)
    print()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
