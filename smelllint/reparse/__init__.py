"""The tree of a text that has changed a little: only the statements that the change touches are parsed.

    reparse(tree, text)   the tree of a text, from that of the text before; ParseError as `tree.parse` has it

    layout    where each node of a tree begins and ends
    window    the stretch of the text that a change leaves in doubt, and how it is parsed
    graft     what came of it, put in the place of what was there

What comes out is what a whole parse would give, node by node. Where that is not certain, the whole is parsed.
"""

from __future__ import annotations

from smelllint.reparse.graft import Graft
from smelllint.reparse.layout import UncertainError
from smelllint.reparse.window import windows
from smelllint.syntax import ParseError
from smelllint.tree import Tree, deep_recursion, parse


def reparse(tree: Tree, text: str) -> Tree:
    """The tree of a text, from the tree of one that differs little from it."""
    try:
        tree = tree.whole
        with deep_recursion():
            window = next(windows(tree, text))
            return Graft(tree, window, window.parsed()).tree(text)
    except (UncertainError, ParseError, SyntaxError, ValueError, RecursionError, MemoryError):
        return parse(text)  # which says what is wrong, if anything is
