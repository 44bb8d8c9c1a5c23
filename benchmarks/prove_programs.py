"""`smelllint prove` on programs of other people, with small made-up data: what docs/proving.md shows.

    python benchmarks/prove_programs.py fetch FOLDER              clone the repositories to FOLDER/OWNER/NAME
    python benchmarks/prove_programs.py prove FOLDER [NAME]...    prove, and keep what was measured
    python benchmarks/prove_programs.py page                      write docs/proving.md from what was kept

programs/programs.toml is the table of the programs. Each is laid out in an empty folder with the data that
programs/made_up makes for it, and `smelllint prove` is run there; programs/results keeps what it measured. A
program needs the libraries that it imports; nothing is downloaded but the repositories.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from smelllint.bench.evidence import Memory
from smelllint.bench.report import memory_words, verdict_text
from smelllint.bench.statistics import Interval, Verdict
from smelllint.magics import mask

HERE = Path(__file__).parent / "programs"
PAGE = Path(__file__).parent.parent / "docs" / "proving.md"
ROUNDS = (5, 6)
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    # Relative, so that no run finds what another one has kept.
    "HF_HOME": ".cache",
    "HF_HUB_OFFLINE": "1",
}

COLUMNS = (
    "program",
    "fixes of",
    "fixes",
    "energy ratio",
    "verdict",
    "the original again",
    "memory",
    "outputs",
)


@dataclass(frozen=True)
class Program:
    """A row of programs.toml: its keys are told there."""

    name: str
    repo: str
    commit: str
    file: str
    rules: tuple[str, ...]
    what: str
    does: str
    made_up: str = ""
    changed: str = ""
    arguments: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()
    first: str = ""
    last: str = ""
    main: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    compare: tuple[str, ...] = ("stdout",)
    ignore: str = ""
    rounds: tuple[int, int] = ROUNDS

    @property
    def target(self) -> str:
        """The name of the file in the folder where it is proven."""
        return f"{self.name}.py" if self.cells else Path(self.file).name.replace(" ", "_")

    @property
    def result(self) -> Path:
        return HERE / "results" / f"{self.name}.json"

    def arguments_of_prove(self) -> list[str]:
        """What is typed behind `smelllint` in the folder of the program."""
        rounds = ["--rounds", *map(str, self.rounds)]
        compared = [part for name in self.compare for part in ("--compare", name)]
        compared += ["--ignore-lines", self.ignore] if self.ignore else []
        run = ["python", "seeded.py", "main.py" if self.main else self.target, *self.arguments]
        return ["prove", "--select", ",".join(self.rules), *rounds, *compared, self.target, "--", *run]


def programs() -> list[Program]:
    """The rows of the table."""
    rows = tomllib.loads((HERE / "programs.toml").read_text(encoding="utf-8"))["program"]
    return [Program(**{key: immutable(value) for key, value in row.items()}) for row in rows]


def immutable(value: Any) -> Any:
    return tuple(map(immutable, value)) if isinstance(value, list) else value


def fetch(folder: Path) -> None:
    """Clone each repository at its commit."""
    for repo, commit in sorted({(program.repo, program.commit) for program in programs()}):
        target = folder / repo
        if not target.exists():
            subprocess.run(["git", "clone", "--quiet", f"https://github.com/{repo}", str(target)], check=True)
        subprocess.run(["git", "-C", str(target), "checkout", "--quiet", commit], check=True)


def lay_out(program: Program, repository: Path, folder: Path) -> None:
    """The program, what it imports of its repository, its data, and what fixes the seeds, in one folder."""
    source = (repository / program.file).read_text(encoding="utf-8")
    text = program.first + (cut(source, program.cells) if program.cells else source)
    for old, new in program.replace:
        if old not in text:
            raise SystemExit(f"{program.name}: `{old}` is not in {program.file} any more")
        text = text.replace(old, new)
    (folder / program.target).write_text(
        f"{text}\n{program.last}\n" if program.last else text, encoding="utf-8"
    )
    for name in program.also:
        shutil.copy(repository / name, folder)
    shutil.copy(HERE / "seeded.py", folder)
    if program.main:
        shutil.copy(HERE / "main" / program.main, folder / "main.py")
    if program.made_up:
        subprocess.run([sys.executable, HERE / "made_up" / program.made_up], cwd=folder, check=True)


def cut(notebook: str, numbers: tuple[int, ...]) -> str:
    """Cells of a notebook as a script, without lines that hold magics."""
    cells = json.loads(notebook)["cells"]
    return "\n\n".join(without_magics("".join(cells[number - 1]["source"])) for number in numbers) + "\n"


def without_magics(source: str) -> str:
    masked = mask(source)
    assert masked is not None
    lines = zip(source.splitlines(), masked.code.splitlines(), strict=True)
    return "\n".join(line for line, covered in lines if line == covered)


def prove(program: Program, folder: Path) -> None:
    """Measure a program, and keep what came of it."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / program.name
        place.mkdir()
        lay_out(program, folder / program.repo, place)
        print("$ smelllint", *program.arguments_of_prove(), flush=True)
        arguments = [sys.executable if word == "python" else word for word in program.arguments_of_prove()]
        options = ["--output-format", "json"]
        done = subprocess.run(
            [sys.executable, "-m", "smelllint", arguments[0], *options, *arguments[1:]],
            cwd=place,
            env={**os.environ, **SETTINGS},
            stdout=subprocess.PIPE,
            check=True,
        )
    said = json.loads(done.stdout or "{}")
    if not said.get("proofs"):
        raise SystemExit(f"{program.name}: nothing was proven: do the rules find anything there?")
    said["command"] = ["smelllint", *program.arguments_of_prove()]
    kept = {"date": date.today().isoformat(), "machine": machine(), "prove": said}
    program.result.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(" | ".join(row(program, kept)), flush=True)


def machine() -> str:
    """What it was measured on, in words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} CPUs ({model}), Python {platform.python_version()}, one thread"


# -- the page ---------------------------------------------------------------------------------------------


def page() -> str:
    """docs/proving.md, from the table and what was kept."""
    kept = {program: json.loads(program.result.read_text(encoding="utf-8")) for program in programs()}
    rules = {rule for result in kept.values() for rule in proof_of(result)["rules"]}
    return (
        (HERE / "page.md")
        .read_text(encoding="utf-8")
        .format(
            programs=len(kept),
            rules=len(rules),
            table=table(kept),
            measured="\n".join(sorted(measured(kept))),
            told="\n\n".join(told(*pair) for pair in kept.items()),
        )
    )


def measured(kept: dict[Program, dict[str, Any]]) -> set[str]:
    return {f"Measured on {result['date']}: {result['machine']}." for result in kept.values()}


def table(kept: dict[Program, dict[str, Any]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row(*pair) for pair in kept.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def proof_of(result: dict[str, Any]) -> dict[str, Any]:
    """What was proven of all fixes together."""
    proof: dict[str, Any] = result["prove"]["proofs"][0]
    return proof


def row(program: Program, result: dict[str, Any]) -> tuple[str, ...]:
    """A program in the table, in the words of `smelllint prove`."""
    proof, same = proof_of(result), Interval(**result["prove"]["same"]["energy"])
    energy, verdict = Interval(**proof["energy"]), Verdict(proof["verdict"])
    trusted = result["prove"]["trusted"]
    return (
        f"[{program.name}](#{program.name})",
        ", ".join(f"[`{rule}`](../rules/{rule}/README.md)" for rule in proof["rules"]),
        str(proof["fixes"]),
        str(energy),
        verdict_text(energy, verdict) if trusted else "invalid",
        str(same),
        memory(result),
        outputs(result),
    )


def memory(result: dict[str, Any]) -> str:
    """Peak memory before and after, and what follows."""
    before, after = (
        [run["peak"] for run in runs] for runs in (result["prove"]["original"], proof_of(result)["runs"])
    )
    return memory_words(Memory((min(before), max(before)), (min(after), max(after)), 0, 0))


def outputs(result: dict[str, Any]) -> str:
    if not result["prove"]["repeats"]:
        return "vary by themselves"
    return "differ" if proof_of(result)["difference"] else "same"


def told(program: Program, result: dict[str, Any]) -> str:
    """A program in words."""
    command = " ".join(["$ smelllint", *program.arguments_of_prove()])
    words = " ".join(sentences(program, proof_of(result)))
    return f"### {program.name}\n\n{words}\n\n```console\n{command}\n```"


def sentences(program: Program, proof: dict[str, Any]) -> Iterator[str]:
    url = f"https://github.com/{program.repo}/blob/{program.commit}/{program.file}".replace(" ", "%20")
    cells = f", cells {', '.join(map(str, program.cells))}" if program.cells else ""
    yield f"{program.what}: [{Path(program.file).name}]({url}){cells} of {program.repo}."
    if program.main:
        runs = f"[main/{program.main}](../benchmarks/programs/main/{program.main})"
        yield f"It is no program by itself: {runs} runs it."
    if program.changed:
        yield f"Changed: {program.changed}."
    many = "fix" if proof["fixes"] == 1 else f"{proof['fixes']} fixes"
    yield f"The {many} {program.does}."
    if proof["difference"]:
        yield f"The outputs differ: {proof['difference']}."


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["fetch", "prove", "page"])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("."))
    parser.add_argument("names", nargs="*", metavar="NAME")
    asked = parser.parse_args()
    if asked.command == "fetch":
        fetch(asked.folder)
    elif asked.command == "page":
        PAGE.write_text(page(), encoding="utf-8")
    else:
        for program in programs():
            if not asked.names or program.name in asked.names:
                prove(program, asked.folder.resolve())


if __name__ == "__main__":
    main()
