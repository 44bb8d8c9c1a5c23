"""What a run is told: one frozen, picklable `Settings` per configuration file.

    selection       which rules look at a file: names, families, `default`, `all`
    patterns        as in .gitignore, relative to `project_root`
    versions        what is known of the project's libraries; `at_least` answers with True, False or None

`smelllint.config` makes one from TOML and the command line.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from smelllint.errors import MistakeError
from smelllint.options import TARGETS as TARGETS
from smelllint.requirements import Version, at_least
from smelllint.suppress import UNUSED

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_STARS = 3  # in a name of a pattern
ALWAYS_EXCLUDED = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode",
    "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules",
    "site-packages", "venv",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What one project asks for. `versions` holds the lowest version a library can have, `limits` the first
    it cannot have; `config` is the file it was read from, None for the defaults; findings that are not proven
    to save the share `min_saving` are left out. `markdown` has folders searched for documents with code in
    them."""

    project_root: str = "."
    config: str | None = None
    select: tuple[str, ...] = ("default",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ALWAYS_EXCLUDED
    respect_gitignore: bool = True
    markdown: bool = False
    target: str = "auto"
    versions: Mapping[str, Version] = field(default_factory=dict)
    limits: Mapping[str, Version] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    min_saving: float = 0.0

    def selected(self, path: str, families: Mapping[str, str], defaults: Collection[str]) -> frozenset[str]:
        """The names of the rules that look at this file. `families` maps every rule's name to its family;
        `defaults` are those that are on unless asked for. `unused-suppression` counts as a default one."""
        known = {**families, UNUSED: UNUSED}
        defaults = {*defaults, UNUSED}
        chosen: set[str] = set()
        # From the broad word to the narrow one: a name that is selected outlives a family that is ignored.
        for words in (("default", "all"), frozenset(families.values()), known):
            wanted = [word for word in (*self.select, *self.extend_select) if word in words]
            unwanted = [word for word in self.ignore if word in words]
            chosen |= expand(wanted, known, defaults)
            chosen -= expand(unwanted, known, defaults)
        return frozenset(chosen - expand(self._ignored_in(path), known, defaults))

    def reports_unused(self, path: str) -> bool:
        """Whether suppressions of this file that silence nothing are reported."""
        return UNUSED in self.selected(path, {}, ())

    def excludes(self, path: str, *, directory: bool = False) -> bool:
        """Whether a file or folder is shut out by `exclude`, itself or by a folder it lies in."""
        return bool(self.exclude) and matches(self.exclude, self._relative(path), directory=directory)

    def at_least(self, library: str, version: Version) -> bool | None:
        """Whether the project has this version of a library or a newer one; None where nothing is known."""
        return at_least(version, self.versions.get(library), self.limits.get(library))

    def _ignored_in(self, path: str) -> list[str]:
        relative = self._relative(path) if self.per_file_ignores else ""
        return [
            word
            for glob, words in self.per_file_ignores.items()
            if matches((glob,), relative)
            for word in words
        ]

    def _relative(self, path: str) -> str:
        """The path as patterns see it; of a file outside the project only its name."""
        relative = path_from(self.project_root, path)
        return os.path.basename(path) if relative.startswith("..") else relative.replace(os.sep, "/")


def path_from(folder: str, path: str) -> str:
    """A path as it reads from a folder; as `os.path.relpath` has it, which takes ten times as long."""
    start = os.path.join(folder, "")
    plain = not path.endswith(os.sep) and f"{os.sep}." not in path and os.sep * 2 not in path
    return path[len(start) :] if plain and path.startswith(start) else os.path.relpath(path, folder)


def expand(words: Iterable[str], families: Mapping[str, str], defaults: Collection[str]) -> set[str]:
    """The rules that names, families, `default` and `all` stand for."""
    names: set[str] = set()
    for word in words:
        if word == "all":
            names.update(families)
        elif word == "default":
            names.update(defaults)
        else:
            names.update(name for name, family in families.items() if word in (name, family))
    return names


def matches(patterns: Sequence[str], path: str, *, directory: bool = False) -> bool:
    """Whether a relative path with `/` matches one of the patterns, which are written as in .gitignore."""
    plain, globs = _split(tuple(patterns))
    if not plain.isdisjoint(path.split("/")):
        return True
    return globs is not None and globs.match_file(path + "/" if directory else path)


def bearable(pattern: str) -> bool:
    """Whether a pattern can be matched in good time: each star multiplies it by the length of a name."""
    parts = [part for part in pattern.split("/") if part != "**"]
    return pattern.count("**") <= MAX_STARS and all(part.count("*") <= MAX_STARS for part in parts)


@lru_cache(maxsize=256)
def _split(patterns: tuple[str, ...]) -> tuple[frozenset[str], GitIgnoreSpec | None]:
    """Patterns that are mere names, and a matcher for the others: most projects need none, nor its import."""
    for pattern in patterns:
        if not bearable(pattern):
            raise MistakeError(f"`{pattern[:60]}` has more than {MAX_STARS} stars, which would take for ever")
    plain = frozenset(pattern for pattern in patterns if not set(pattern) & set("/*?[!#\\ "))
    if len(plain) == len(patterns) or any(pattern.startswith("!") for pattern in patterns):
        globs = tuple(patterns) if len(plain) < len(patterns) else ()
        plain = plain if not globs else frozenset()
    else:
        globs = tuple(pattern for pattern in patterns if pattern not in plain)
    if not globs:
        return plain, None
    from pathspec import GitIgnoreSpec

    return plain, GitIgnoreSpec.from_lines(globs)
