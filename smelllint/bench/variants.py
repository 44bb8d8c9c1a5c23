"""The variants of a working tree that are compared: as it is, and mended by these rules or those.

Variant     a name, the rules whose fixes are in it, and the files that differ from the tree
mendable    which rules have a fix to offer, and in which files
mended      the files as the fixes of some rules would leave them
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from smelllint import engine
from smelllint.config import Configurations, Overrides
from smelllint.examine import Job, examine
from smelllint.files import Target, find

ORIGINAL, AGAIN, ALL = "original", "again", "all"


@dataclass(frozen=True)
class Variant:
    """One state of the tree; `files` maps absolute paths to the bytes before and after."""

    name: str
    rules: tuple[str, ...] = ()
    files: dict[Path, tuple[bytes, bytes]] = field(default_factory=dict)
    fixes: int = 0


def targets(paths: Sequence[str], select: tuple[str, ...] | None) -> list[Target]:
    """The files under the paths, each with the settings that hold for it."""
    found, _ = find(paths, Configurations(Overrides(select=select)).of)
    return found


def mendable(found: Iterable[Target], unsafe: bool) -> list[str]:
    """The rules with a fix that could be applied, by name."""
    rules = set()
    for target in found:
        report = examine(Job(target.path, target.settings)).report
        rules |= {one.rule for one in report.diagnostics if engine.applicable(one.fix, unsafe)}
    return sorted(rules)


def mended(name: str, rules: Sequence[str], found: Iterable[Target], unsafe: bool) -> Variant:
    """The tree as the fixes of these rules, and of no others, would leave it."""
    files: dict[Path, tuple[bytes, bytes]] = {}
    fixes = 0
    for target in found:
        path = Path(target.path).resolve()
        before = path.read_bytes()
        only = replace(target.settings, select=tuple(rules), extend_select=(), ignore=())
        outcome = examine(Job(target.path, only, before, fix=True, unsafe=unsafe))
        if outcome.report.after is not None and outcome.data is not None:
            files[path] = (before, outcome.data)
            fixes += outcome.report.fixed
    return Variant(name, tuple(rules), files, fixes)
