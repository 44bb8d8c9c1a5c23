"""`smelllint new-rule NAME`: a rule that already runs, to be turned into the one that is wanted.

It looks for one call by its canonical name and replaces it; the pair and the fixture show exactly that, so
that every test passes from the start and the first change is a change, not a search for what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from smelllint import catalogue
from smelllint.author.pages import page
from smelllint.author.sources import FILE
from smelllint.errors import MistakeError
from smelllint.rule import FAMILIES
from smelllint.words import closest, listed

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")

RULE = '''\
"""A concatenation of one tensor.

`torch.cat` copies what it is given, and of a single tensor the copy is all that it makes. (What the smell is,
and why it costs energy.)

Leave it when the copy is wanted because one of the two is written to later.

The fix is unsafe: afterwards both names mean the same memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Call, List, StarredElement

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts

rule = Rule(family="{family}", imports=frozenset({{"torch"}}), words=frozenset({{"cat"}}))


@rule.on(Call)
def {function}(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "torch.cat") or not call.args:
        return
    parts = call.args[0].value
    if not isinstance(parts, List) or len(parts.elements) != 1:
        return
    only = parts.elements[0]
    if isinstance(only, StarredElement):
        return
    yield Smell(
        at=call,
        message=f"`{{facts.text(call)}}` copies a single tensor",
        fix=Fix.unsafe("Use the tensor itself", facts.replace(call, facts.text(only.value))),
    )
'''

SMELLY = '''\
"""Work through a tensor. (Both files of the pair are the same but for what the fix changes.)"""

import torch


def prepare(device: str) -> tuple[torch.Tensor]:
    torch.manual_seed(0)
    return (torch.randn(1024, 1024, device=device),)


def work(features: torch.Tensor) -> torch.Tensor:
    joined = {joined}
    return joined.sum(dim=0)
'''

SOURCES = """\
[[source]]
title = "PyTorch: torch.cat"
link = "https://docs.pytorch.org/docs/stable/generated/torch.cat.html"
says = "what the call gives back (a study, a page of documentation or a discussion behind the rule)"
"""

SPELLINGS = '''\
"""Lines that must fire end in a mark, all others must stay silent."""

import torch as t
from torch import cat


def joined(one, other):
    first = {first}  # smell: {name}
    second = {second}  # smell: {name}
    return cat([first, second, other])
'''

METHODS = '''\
"""Places where the smell hides. (Decorators, nested functions, chains: whatever your smell has.)"""

import torch


class Joiner:
    def join(self, one):
        def inner():
            return {inner}  # smell: {name}

        return inner()
'''

LOOKALIKES = '''\
"""What looks like the smell and is none: the false alarms that must not happen."""

import torch


def cat(parts):
    return parts[0]


def joined(one, parts):
    return cat([one]), torch.cat(parts), torch.cat([*parts])
'''


class ScaffoldError(MistakeError):
    """Why there is no new rule; the message says how to mend it."""


def scaffold(name: str, family: str) -> list[Path]:
    """Write the files of a new rule into the checkout; where they are."""
    _require(name, family)
    rules = catalogue.home()
    fixtures = rules.parent / "fixtures" / name
    words = {"name": name, "family": family, "function": name.replace("-", "_")}
    files = {
        rules / name / "rule.py": RULE.format(**words),
        rules / name / "smelly.py": SMELLY.format(joined="torch.cat([features])"),
        rules / name / "lean.py": SMELLY.format(joined="features"),
        rules / name / FILE: SOURCES,
        fixtures / "spellings.py": SPELLINGS.format(
            **words, first="cat([one])", second="t.cat([one], dim=0)"
        ),
        fixtures / "spellings.fixed.py": SPELLINGS.format(**words, first="one", second="one"),
        fixtures / "methods.py": METHODS.format(**words, inner="torch.cat([one])"),
        fixtures / "methods.fixed.py": METHODS.format(**words, inner="one"),
        fixtures / "lookalikes.py": LOOKALIKES,
    }
    _write(files)
    readme = rules / name / "README.md"
    _write({readme: page(name)})
    return [*files, readme]


def _require(name: str, family: str) -> None:
    if not (catalogue.home().parent / "pyproject.toml").is_file():
        raise ScaffoldError("a rule is added in a checkout: clone the repository and install it with `-e`")
    if not NAME.fullmatch(name):
        raise ScaffoldError(
            f"`{name}` does not name a smell in lower case words, such as `growing-concat-in-loop`"
        )
    if family not in FAMILIES:
        raise ScaffoldError(
            f"`{family}` is no family{closest(family, FAMILIES)}; they are {listed(FAMILIES)}"
        )
    if (catalogue.home() / name).exists():
        raise ScaffoldError(f"`{name}` is already there: choose another name, or edit it")


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
