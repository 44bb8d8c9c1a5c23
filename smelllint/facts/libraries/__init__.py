"""Library knowledge as data: what the callables of torch, transformers, scikit-learn and the others give.

Each `<library>.toml` beside this file may hold

    [aliases]            a dotted prefix and the one that stands for it
    [calls]              a callable (globs allowed) and the kind that calling it gives; "arg0" gives its first
                         argument back, "args" gives its arguments back one by one
    [methods.<kind>]     a method of a kind and the kind that it gives; "self" gives the receiver back
    [attributes.<kind>]  the same for attributes
    [uses]               a kind and the methods that give it away on an object of unknown kind
    [sets]               named sets of callables (globs allowed) or methods, for facts and rules
    [rows]               a callable that gives a data set, and how many rows that has
"""

from __future__ import annotations

import re
import sys
from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache, cached_property
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HOME = Path(__file__).parent
SPECIAL = re.compile(r"[*?[]")
# In the order in which they are tried: the most literal characters first, the longest, the first added.
Glob = tuple[int, int, int, str, str]


@dataclass
class Globs:
    """Values by exact name or by glob; the exact name wins, then the glob with the most literal
    characters."""

    exact: dict[str, str] = field(default_factory=dict)
    globs: list[Glob] = field(default_factory=list)
    known: dict[str, str | None] = field(default_factory=dict)  # answers given before

    def add(self, pattern: str, value: str) -> None:
        if "*" in pattern or "[" in pattern:
            insort(self.globs, (-literal_length(pattern), -len(pattern), len(self.globs), pattern, value))
        else:
            self.exact[pattern] = value

    def get(self, name: str) -> str | None:
        if name in self.exact:
            return self.exact[name]
        if name not in self.known:
            self.known[name] = next((glob[-1] for glob in self.globs if fits(name, glob[-2])), None)
        return self.known[name]


def fits(name: str, pattern: str) -> bool:
    """Whether a name is one of those that a glob means; most fail at its first letters."""
    return name.startswith(SPECIAL.split(pattern, 1)[0]) and compiled(pattern).match(name) is not None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def literal_length(pattern: str) -> int:
    """How many characters of a glob stand for themselves."""
    return len(re.sub(r"\[[^]]*\]|[*?]", "", pattern))


@dataclass
class Libraries:
    """The tables of all libraries as one."""

    aliases: dict[str, str] = field(default_factory=dict)
    calls: Globs = field(default_factory=Globs)
    methods: dict[str, dict[str, str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    uses: dict[str, frozenset[str]] = field(default_factory=dict)
    sets: dict[str, Globs] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    canonicals: dict[str, str] = field(default_factory=dict)  # answers given before
    _tails: dict[str, frozenset[str] | None] = field(default_factory=dict)
    _giving: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict)

    def add(self, table: Mapping[str, Any]) -> None:
        """Add one library's tables."""
        self.aliases.update(table.get("aliases", {}))
        for pattern, kind in table.get("calls", {}).items():
            self.calls.add(pattern, kind)
        for part, into in (("methods", self.methods), ("attributes", self.attributes)):
            for kind, gives in table.get(part, {}).items():
                into.setdefault(kind, {}).update(gives)
        for kind, methods in table.get("uses", {}).items():
            self.uses[kind] = self.uses.get(kind, frozenset()) | frozenset(methods)
        self.rows.update(table.get("rows", {}))
        for name, members in table.get("sets", {}).items():
            for member in members:
                self.sets.setdefault(name, Globs()).add(member, member)

    def canonical(self, dotted: str) -> str:
        """The one name of a callable that libraries offer under several."""
        if dotted not in self.canonicals:
            self.canonicals[dotted] = self._canonical(dotted)
        return self.canonicals[dotted]

    def _canonical(self, dotted: str) -> str:
        head = dotted
        while head:
            if head in self.aliases:
                return self.canonical(self.aliases[head] + dotted[len(head) :])
            head = head.rpartition(".")[0]
        # transformers and timm re-export everything at the top: only the class name tells.
        match = re.match(r"(transformers|diffusers)\.(?:\w+\.)*([A-Z]\w*)(\..+)?$", dotted)
        if match:
            return f"{match[1]}.{match[2]}{match[3] or ''}"
        return dotted

    def knows(self, dotted: str) -> bool:
        """Whether any table says something of a callable."""
        return self.calls.get(dotted) is not None or any(
            table.get(dotted) is not None for table in self.sets.values()
        )

    @cached_property
    def tops(self) -> frozenset[str]:
        """The top-level modules that the tables speak of."""
        named = [*self.calls.exact, *(glob[-2] for glob in self.calls.globs), *self.aliases]
        return frozenset(name.partition(".")[0] for name in named if "*" not in name.partition(".")[0])

    def is_neutral(self, name: str | None) -> bool:
        """Whether a library's context manager is known to leave torch's own state (gradients, autocast)
        alone."""
        top = (name or "").partition(".")[0]
        standard = top in sys.stdlib_module_names and top != "contextlib"
        return standard or top == "builtins" or self.in_set("grad-neutral", name)

    def may_give(self, last: str, kinds: tuple[str, ...]) -> bool:
        """Whether something whose name ends in this word may give an object of one of these kinds."""
        key = (last, kinds)
        if key not in self._giving:
            self._giving[key] = self._may_give(last, kinds)
        return self._giving[key]

    def _may_give(self, last: str, kinds: tuple[str, ...]) -> bool:
        if any(methods.get(last) in kinds for methods in self.methods.values()):
            return True
        calls = [*self.calls.exact.items(), *(glob[-2:] for glob in self.calls.globs)]
        tails = {name.rpartition(".")[2] for name, kind in calls if kind in kinds}
        renamed = [new.rpartition(".")[2] for old, new in self.aliases.items() if old.endswith(f".{last}")]
        return any(compiled(tail).match(word) for tail in tails for word in (last, *renamed))

    def tails(self, names: Iterable[str]) -> frozenset[str]:
        """The last parts under which libraries offer some callables."""
        last = {name.rpartition(".")[2] for name in names}
        aliases = self.aliases.items()
        return frozenset(
            last | {old.rpartition(".")[2] for old, new in aliases if new.rpartition(".")[2] in last}
        )

    def tails_of_set(self, set_name: str) -> frozenset[str] | None:
        """The same of the members of a named set; None where a glob leaves the last part open."""
        if set_name not in self._tails:
            table = self.sets[set_name]
            named = [*table.exact, *(glob[-2] for glob in table.globs)]
            is_open = any(SPECIAL.search(name.rpartition(".")[2]) for name in named)
            self._tails[set_name] = None if is_open else self.tails(named)
        return self._tails[set_name]

    def in_set(self, set_name: str, name: str | None) -> bool:
        """Whether a name is in a named set; KeyError for a set that no library defines."""
        return name is not None and self.sets[set_name].get(name) is not None


@cache
def libraries() -> Libraries:
    """All tables, read once."""
    all_ = Libraries()
    for path in sorted(HOME.glob("*.toml")):
        with path.open("rb") as file:
            all_.add(tomllib.load(file))
    return all_
