"""Mutants of the modules that change files and silence findings: how many of them the tests notice.

    python -m tests.hard.mutation     run mutmut (5 minutes), and write results/mutation.json

mutmut (`pip install mutmut==3.8.1`) works on a copy of the repository, with the tests of these modules only.
Those of its mutants that no test can tell from the original are listed with reasons in equivalents.toml,
and count as not noticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.hard.campaign import ROOT, keep

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MODULES = ("edit", "suppress")
COPIED = ("smelllint", "rules", "tests", "templates", "pyproject.toml", "README.md")
LEAST = 0.80  # of the mutants have to be noticed
NOTICED = ("killed", "timeout", "segfault")
RESULT = re.compile(r"^\s*smelllint\.(?P<name>\S+): (?P<outcome>.+)$", re.MULTILINE)
MANGLED = re.compile(r"\.x(?:ǁ(?P<class>\w+)ǁ|_)(?P<function>\w+)__mutmut_\d+$")


@dataclass(frozen=True)
class Mutant:
    """A change of one line in a function, which is named with its module."""

    function: str
    before: str
    after: str


def configuration() -> str:
    """What mutmut is told."""
    modules = ", ".join(f'"smelllint/{name}.py"' for name in MODULES)
    tests = ", ".join(f'"tests/test_{name}.py"' for name in MODULES)
    return f"""
[tool.mutmut]
source_paths = ["smelllint"]
only_mutate = [{modules}]
also_copy = ["rules", "templates", "README.md"]
pytest_add_cli_args_test_selection = [{tests}]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist"]
"""


def lay(folder: Path) -> None:
    """A copy of the repository, as far as the tests need it."""
    for name in COPIED:
        whole = (ROOT / name).is_dir()
        (shutil.copytree if whole else shutil.copy)(ROOT / name, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(configuration())


def mutmut(folder: Path, *arguments: str) -> str:
    """What mutmut prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "mutmut", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return run.stdout


def outcomes(folder: Path) -> dict[str, str]:
    """What came of each mutant, by its name."""
    mutmut(folder, "run", "--max-children", "2")
    told = mutmut(folder, "results", "--all", "true")
    return {match["name"]: match["outcome"] for match in RESULT.finditer(told)}


def shown(folder: Path, name: str) -> Mutant:
    """What a mutant changes."""
    lines = mutmut(folder, "show", f"smelllint.{name}").splitlines()
    before, after = (
        " ".join(line[1:].strip() for line in lines if re.match(rf"\{sign}[^-+]", line)) for sign in "-+"
    )
    mangled = MANGLED.search(name)
    assert mangled is not None, name
    place = filter(None, (name.partition(".")[0], mangled["class"], mangled["function"]))
    return Mutant(".".join(place), before, after)


def equivalents() -> dict[Mutant, str]:
    """The mutants that cannot be noticed, with the reason."""
    rows = tomllib.loads(Path(__file__).with_name("equivalents.toml").read_text(encoding="utf-8"))["mutant"]
    return {Mutant(row["function"], row["before"], row["after"]): row["reason"] for row in rows}


def table(found: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each module how many mutants it has, and how many of them were noticed."""
    for module in MODULES:
        counts = Counter(
            outcome in NOTICED for name, outcome in found.items() if name.startswith(f"{module}.")
        )
        yield module, {"mutants": counts.total(), "noticed": counts[True]}


def campaign() -> dict[str, Any]:
    """Mutate, and tell what was not noticed."""
    with TemporaryDirectory() as held:
        folder = Path(held)
        lay(folder)
        found = outcomes(folder)
        left = [shown(folder, name) for name, outcome in found.items() if outcome not in NOTICED]
    reasons = equivalents()
    modules = dict(table(found))
    mutants, noticed = (sum(row[name] for row in modules.values()) for name in ("mutants", "noticed"))
    return {
        "tool": f"mutmut {version('mutmut')}",
        "modules": modules,
        "mutants": mutants,
        "noticed": noticed,
        "equivalent": [{**vars(mutant), "reason": reasons[mutant]} for mutant in left if mutant in reasons],
        "left": [vars(mutant) for mutant in left if mutant not in reasons],
        "outdated": [vars(mutant) for mutant in reasons if mutant not in left],
    }


def main() -> None:
    """Run the campaign, and keep what was found."""
    found = campaign()
    print(f"{found['noticed']} of {found['mutants']}, {len(found['equivalent'])} equivalent")
    for said in ("left", "outdated"):
        for mutant in found[said]:
            print(f"{said}: {mutant}")
    keep("mutation", found)
    sys.exit(1 if found["noticed"] < LEAST * found["mutants"] or found["outdated"] else 0)


if __name__ == "__main__":
    main()
