"""LibCST's nodes, made quick to ask about.

    quicken(class_)    do so with a class of nodes, and all that derive from it

A linter asks nodes for little else than their type and their identity, millions of times, and LibCST answers
both in Python: `isinstance` goes through the machinery of abstract classes, though nothing is ever registered
with them, and `__hash__` is a method that returns the identity. Here the interpreter's own answers, which are
the same, take their place: a quarter of the time of a run.
"""

from __future__ import annotations

from abc import ABCMeta

import libcst as cst

HASH = cst.CSTNode.__hash__


class Quick(ABCMeta):
    """Abstract classes whose instances are told by inheritance alone."""

    __instancecheck__ = type.__instancecheck__


def quicken(class_: type[object]) -> None:
    """Give a class and all that derive from it the interpreter's answers."""
    if type(class_) is ABCMeta:
        type.__setattr__(class_, "__class__", Quick)
    if vars(class_).get("__hash__") is HASH:
        type.__setattr__(class_, "__hash__", object.__hash__)
    derived: type[object]
    for derived in class_.__subclasses__():
        quicken(derived)
