"""What a rule is: a name, a family, the words that gate it, and checks on kinds of syntax nodes.

A rule lives in `rules/<name>/rule.py` and says `rule = Rule(...)`; `@rule.on(Call)` registers a check, a
function of a node and the facts that yields `Smell`s. The catalogue fills in the name and the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from smelllint.edit import Fix

if TYPE_CHECKING:
    from libcst import CSTNode

    from smelllint.facts import Facts

FAMILIES = (
    "inference",
    "precision",
    "model-size",
    "training",
    "data",
    "tuning",
    "generation",
    "classical",
    "serving",
    "advice",
)
ADVICE = "advice"  # choices of design rather than lines of code: never on unless asked for

Check = Callable[[Any, "Facts"], Iterable["Smell"]]
C = TypeVar("C", bound=Check)


@dataclass(frozen=True)
class Smell:
    """One finding of a rule: where, what (lower case, no full stop, one quoted piece of the user's code), and
    how to mend it."""

    at: CSTNode
    message: str
    fix: Fix | None = None


@dataclass
class Rule:
    """A rule.

    imports   a file that imports none of these top-level modules cannot smell; it is not even parsed
    words     a file that contains none of these words cannot smell; empty means any file with the imports
    signs     a file smells only where it shows one sign of each of these sets: see `smelllint.outline`
    options   the rule's settings with their defaults: `[tool.smelllint.rules.<name>]`
    default   whether the rule may be on unless asked for: off for what is seldom worth a change, or where
              only a device that was not measured tells; evidence that it saves nothing turns it off as well
    devices   the devices that the smell is about (cpu, cuda, mps): what is measured elsewhere says nothing of
              it; empty means any
    """

    family: str
    imports: frozenset[str]
    words: frozenset[str] = frozenset()
    signs: tuple[frozenset[str], ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    default: bool = True
    devices: frozenset[str] = frozenset()
    name: str = ""
    doc: str = ""
    checks: list[tuple[type[CSTNode], Check]] = field(default_factory=list)

    def on(self, *types: type[CSTNode]) -> Callable[[C], C]:
        """Register a check for nodes of exactly these types."""

        def register(check: C) -> C:
            self.checks.extend((type_, check) for type_ in types)
            return check

        return register
