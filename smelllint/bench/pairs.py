"""The folders with a smelly.py and a lean.py: the rules' own, and any that the user names.

Pair       one folder: its name, its two files, and the hash that ties evidence to them
find       pairs by name or path, or all of them
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smelllint import catalogue
from smelllint.errors import MistakeError
from smelllint.words import closest


class PairError(MistakeError):
    """No such pair; the message says what is near."""


@dataclass(frozen=True)
class Pair:
    """One smell as two runnable arms."""

    name: str
    folder: Path

    @property
    def smelly(self) -> Path:
        return self.folder / "smelly.py"

    @property
    def lean(self) -> Path:
        return self.folder / "lean.py"

    @property
    def digest(self) -> str:
        """The hash of both files; line ends do not count, since version control may change them."""
        state = hashlib.sha256()
        for path in (self.smelly, self.lean):
            text = path.read_bytes().replace(b"\r\n", b"\n")
            state.update(b"%d\n" % len(text) + text)
        return f"sha256:{state.hexdigest()}"

    @property
    def whole(self) -> bool:
        return self.smelly.is_file() and self.lean.is_file()


def shipped(root: Path | None = None) -> list[Pair]:
    """Every whole pair of the catalogue, by name."""
    folders = sorted((root or catalogue.home()).glob("*/smelly.py"))
    pairs = (Pair(path.parent.name, path.parent) for path in folders)
    return [pair for pair in pairs if pair.whole]


def find(names: Sequence[str], root: Path | None = None) -> list[Pair]:
    """The pairs that are named, each once, or all; PairError for a name that is none."""
    known = {pair.name: pair for pair in shipped(root)}
    if not names:
        return list(known.values())
    return list({name: one(name, known) for name in names}.values())


def one(name: str, known: dict[str, Pair]) -> Pair:
    """A pair by the name of its rule, or by the path of a folder of the user's own."""
    if name in known:
        return known[name]
    folder = Path(name)
    if folder.is_dir():
        pair = Pair(folder.resolve().name, folder.resolve())
        if pair.whole:
            return pair
        raise PairError(f"{name} has no smelly.py and lean.py to measure")
    mend = closest(name, known) or ": `smelllint rules` lists them"
    raise PairError(f"there is no rule {name} with a pair to measure{mend}")
