"""Inputs for the fuzz campaign: real programs, mutated; each follows from its seed alone.

Mutants(folders).input(seed)    a file's name and its bytes
"""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from smelllint.syntax import tokens
from tests.cli_helpers import SMELLY
from tests.hard.campaign import ROOT

SMALL, LARGE = 300, 8_000  # bytes of a program that is taken: enough to smell, little enough to be quick
ODD_WORDS = r"""( ) [ ] { } : , . ; @ = := -> ** * / \ ... ' " f' rb' lambda async await yield match case
type del not in is global nonlocal with for if else try except class def return import from self torch None
True 0x 1_0 1e400 0777"""
ODD_TOKENS = [*ODD_WORDS.split(), '"""', "\u5909", "\U0001f50b", "\x0c", "\t", "\r", "\x00", "\u2028"]
ODD_TOKENS += ["# type: ignore", "# smelllint: ignore", "# smelllint: ignore[", "# smelllint: ignore-file"]
CHECKOUT = (ROOT / "rules", ROOT / "fixtures")
LINE_ENDS = ("\n", "\r\n", "\r")
MAGICS = (
    "%matplotlib inline",
    "!pip install torch",
    "%%time",
    "%%bash",
    "?x",
    "x?",
    "a = !ls",
    "%timeit f(x)",
)


@dataclass
class Mutants:
    """The programs of some folders, and what becomes of them; `grammars` is how often a dozen programs are
    made from Python's grammar, which takes a second."""

    folders: Sequence[Path] = CHECKOUT
    grammars: int = 4
    programs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        paths = sorted(path for folder in self.folders for path in folder.rglob("*.py"))
        for path in paths:
            data = path.read_bytes() if path.is_file() else b""
            if SMALL < len(data) < LARGE and b"import" in data and path.name != "rule.py":
                self.programs.append(data.decode("utf-8", "replace"))

    def input(self, seed: int) -> tuple[str, bytes]:
        """The name and the bytes of an input."""
        chance = random.Random(seed)
        name, make = KINDS[seed % len(KINDS)]
        made = make(self, chance)
        data = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
        return f"{name}.{SUFFIXES.get(name, 'py')}", data

    def program(self, chance: random.Random) -> str:
        """One of the programs as it is."""
        return chance.choice(self.programs)

    # -- one function for each kind -----------------------------------------------------------------------

    def with_bytes(self, chance: random.Random) -> bytes:
        """Bytes changed, put in, taken away."""
        data = bytearray(self.program(chance).encode())
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    data.insert(at, chance.choice(b"()[]{}:,.\n\r\t \"'\\#=\x00\x0c\xff\xc3"))
                case 2:
                    del data[at : at + chance.choice((1, 1, 10, 100))]
                case _:
                    data[at:at] = data[at : at + chance.choice((1, 10, 100))]
            data = data or bytearray(b"\n")
        return bytes(data)

    def with_lines(self, chance: random.Random) -> str:
        """Lines taken away, doubled, moved, indented."""
        lines = self.program(chance).splitlines(keepends=True)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            match chance.randrange(5):
                case 0 if len(lines) > 1:
                    del lines[at]
                case 1:
                    lines.insert(other, lines[at])
                case 2:
                    lines[at], lines[other] = lines[other], lines[at]
                case 3:
                    lines[at] = chance.choice(("    ", " ", "\t")) + lines[at]
                case _:
                    lines[at] = lines[at].lstrip(" ")
        return "".join(lines)

    def with_tokens(self, chance: random.Random) -> str:
        """Tokens taken away, doubled, exchanged, put in."""
        text = self.program(chance)
        words = [match.group() for match in tokens(text)]
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            at = chance.randrange(len(words))
            match chance.randrange(5):
                case 0:
                    words[at] = ""
                case 1:
                    words.insert(at, words[at])
                case 2:
                    words[at] = chance.choice(words)
                case 3:
                    words[at] = chance.choice(ODD_TOKENS)
                case _:
                    words.insert(at, chance.choice(ODD_TOKENS))
        return "".join(words)

    def with_names(self, chance: random.Random) -> str:
        """Names exchanged: what remains is Python, and means something else."""
        text = self.program(chance)
        names = sorted(set(re.findall(r"\b[a-z_]\w+\b", text)))
        for _ in range(chance.choice((1, 2, 4))):
            text = re.sub(rf"\b{chance.choice(names)}\b", chance.choice(names), text)
        return text

    def with_statements(self, chance: random.Random) -> str:
        """Statements of one program in another, at the depth of the line that they follow."""
        lines = self.program(chance).splitlines(keepends=True)
        others = [
            line for line in self.program(chance).splitlines() if line.strip() and line[-1] not in ":([{,"
        ]
        for _ in range(chance.choice((1, 2, 4))):
            at = chance.randrange(len(lines))
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            lines.insert(at, f"{indent}{chance.choice(others or ['pass']).strip()}\n")
        return "".join(lines)

    def truncated(self, chance: random.Random) -> bytes:
        """The beginning of a program, as an editor or a full disk leaves it."""
        data = self.program(chance).encode()
        return data[: chance.randrange(len(data))]

    def joined(self, chance: random.Random) -> str:
        """Two or three programs in one file."""
        return "\n".join(self.program(chance) for _ in range(chance.choice((2, 2, 3))))

    def spelt(self, chance: random.Random) -> bytes:
        """The same program with other line ends, another encoding, odd white space."""
        text = self.program(chance)
        lines = text.splitlines()
        if chance.random() < 0.3:
            lines = [line + chance.choice(("", "", " ", "\t", "\x0c", "  # \u00e9\u5909")) for line in lines]
        end = chance.choice(LINE_ENDS)
        text = "".join(line + (end if chance.random() < 0.9 else chance.choice(LINE_ENDS)) for line in lines)
        text = text.rstrip("\r\n") if chance.random() < 0.3 else text
        match chance.randrange(4):
            case 0:
                return b"\xef\xbb\xbf" + text.encode()
            case 1:
                return b"# coding: latin-1\n" + text.encode("latin-1", "ignore")
            case 2:
                return b"# -*- coding: cp1251 -*-\n# \xe9\n" + text.encode("ascii", "ignore")
            case _:
                return text.encode()

    def grammar(self, chance: random.Random) -> str:
        """A program of Python's grammar behind one that smells."""
        programs = generated(chance.randrange(self.grammars))
        return f"{SMELLY}\n{chance.choice(programs)}" if programs else SMELLY

    def notebook(self, chance: random.Random) -> bytes:
        """A notebook of the pieces of a program, some of them magics, mutated in its bytes."""
        pieces = [piece for piece in re.split(r"\n{2,}(?=\S)", self.program(chance)) if piece.strip()]
        cells = []
        for piece in pieces:
            source = chance.choice(
                (piece, piece + "\n", f"{chance.choice(MAGICS)}\n{piece}", chance.choice(MAGICS))
            )
            kind = chance.choice(("code",) * 6 + ("markdown", "raw"))
            lines: str | list[str] = source.splitlines(keepends=True) if chance.random() < 0.8 else source
            cells.append({"cell_type": kind, "metadata": {}, "source": lines})
            if kind == "code":
                cells[-1].update(outputs=[], execution_count=None)
        content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        indent = chance.choice((None, 1, 2))
        data = bytearray(json.dumps(content, indent=indent, ensure_ascii=chance.random() < 0.5).encode())
        for _ in range(chance.choice((0, 0, 0, 1, 3))):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1))] = bytes([chance.choice(b'"\\,:{}[]()\nu0 ')])
        return bytes(data)

    def document(self, chance: random.Random) -> str:
        """Markdown with the pieces of a program in fences."""
        pieces = re.split(r"\n{2,}(?=\S)", self.program(chance))
        fence = chance.choice(("```", "~~~", "````"))
        indent = chance.choice(("", "", "  ", "- "))
        words = chance.choice(("python", "py", "Python title='a'", "{python}", ""))
        return "\n\n".join(f"{indent}{fence}{words}\n{piece}\n{fence}" for piece in pieces)


KINDS: tuple[tuple[str, Callable[[Mutants, random.Random], str | bytes]], ...] = (
    ("bytes", Mutants.with_bytes),
    ("lines", Mutants.with_lines),
    ("tokens", Mutants.with_tokens),
    ("names", Mutants.with_names),
    ("statements", Mutants.with_statements),
    ("truncated", Mutants.truncated),
    ("joined", Mutants.joined),
    ("spelt", Mutants.spelt),
    ("grammar", Mutants.grammar),
    ("notebook", Mutants.notebook),
    ("document", Mutants.document),
)
SUFFIXES = {"notebook": "ipynb", "document": "md"}


@cache
def generated(seed: int) -> list[str]:
    """Some programs of the grammar."""
    import hypothesis
    from hypothesis import HealthCheck, Phase, given
    from hypothesmith import from_grammar

    programs: list[str] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=12,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(from_grammar())
    def take(program: str) -> None:
        programs.append(program)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        take()
    return programs
