"""How fast `smelllint check` is beside others of its kind, on the same files, in the same minutes.

    python benchmarks/speed.py measure FOLDER... [--rounds N] [--peers FOLDER]   measure, keep the results
    python benchmarks/speed.py page                                              write docs/performance.md

The Python files of the folders are copied into one tree, and every command runs on that, one after the other,
round after round. What counts is processor time, of the command and all it starts; the ratio is taken within
a round, and told as the median of the rounds with the least and the largest. Peers are installed by version
into an environment of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
RESULTS = HOME / "benchmarks" / "speed" / "results.json"
PAGE = HOME / "docs" / "performance.md"
PEERS = ("torchfix==0.7.0", "fixit==2.2.1", "flake8==7.3.0", "ruff==0.17.5")
OURS = ("check", "--isolated", "--select", "all", "--exit-zero", "--quiet", "--output-format", "json")
FLOOR = """
import ast, sys
from pathlib import Path
from smelllint import declared, gate
for path in Path(sys.argv[1]).rglob("*.py"):
    data = path.read_bytes()
    try:
        if gate.possible(data, declared.rules()):
            ast.parse(data)
    except (SyntaxError, ValueError):
        continue
"""


@dataclass(frozen=True)
class Command:
    """A command of the comparison: what it is called, how it is run on a tree, and what it is compared by."""

    name: str
    words: tuple[str, ...]
    wall: bool = False


@dataclass(frozen=True)
class Target:
    """How many times faster than a peer we mean to be; below 1, how many times slower we may be."""

    what: str
    ours: str
    peer: str
    least: float
    aim: float


TARGETS = (
    Target("TorchFix, all rules", "smelllint", "torchfix", 20, 60),
    Target("Fixit, default rules", "smelllint", "fixit", 20, 80),
    Target("flake8 with TorchFix", "smelllint", "flake8", 10, 35),
    Target("ruff `--select NPY,PERF`", "smelllint", "ruff", 1 / 25, 1 / 8),
    Target("`ast.parse` of what passes the gate", "smelllint", "ast", 0, 1 / 4),
    Target("ruff, warm (wall)", "smelllint warm", "ruff warm", 1 / 2, 1 / 1.2),
    Target("one worker (wall, two workers)", "smelllint -j2", "smelllint -j1", 1.7, 1.85),
)


def commands(peers: Path) -> list[Command]:
    """What is run in every round."""
    python, programs = str(peers / "bin" / "python"), peers / "bin"
    ours = (sys.executable, "-m", "smelllint", *OURS)
    ruff = (str(programs / "ruff"), "check", "--isolated", "--select", "NPY,PERF", "--exit-zero", "--quiet")
    return [
        Command("smelllint", (*ours, "--no-cache", "-j", "1")),
        Command("smelllint -j1", (*ours, "--no-cache", "-j", "1"), wall=True),
        Command("smelllint -j2", (*ours, "--no-cache", "-j", "2"), wall=True),
        Command("smelllint warm", ours, wall=True),
        Command("ruff", (*ruff, "--no-cache")),
        Command("ruff warm", ruff, wall=True),
        Command("ast", (sys.executable, "-c", FLOOR)),
        Command("torchfix", (python, "-m", "torchfix", "--select", "ALL")),
        Command("flake8", (python, "-m", "flake8", "--isolated", "--select", "TOR", "--exit-zero")),
        Command("fixit", (python, "-m", "fixit", "--quiet", "lint")),
    ]


# -- measuring ----------------------------------------------------------------------------------------------


def measure(folders: Sequence[Path], rounds: int, peers: Path) -> dict[str, Any]:
    """The seconds of each command in each round, on one tree of the folders' files."""
    install(peers)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        files = [copy(path, folder, tree) for folder in folders for path in sorted(folder.rglob("*.py"))]
        os.environ["SMELLLINT_CACHE_DIR"] = str(Path(scratch) / "cache")
        os.environ["PYTHONPATH"] = str(HOME)
        warm_up(commands(peers), tree)
        seconds: dict[str, list[float]] = {}
        for _ in range(rounds):
            for command in commands(peers):
                seconds.setdefault(command.name, []).append(timed(command, tree))
                print(f"{command.name:16} {seconds[command.name][-1]:8.2f} s", flush=True)
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        return {
            "repositories": sorted(folder.name for folder in folders),
            "files": len(files),
            "lines": lines,
            "bytes": sum(path.stat().st_size for path in files),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "peers": PEERS,
            "taken": time.strftime("%Y-%m-%d"),
            "load": round(os.getloadavg()[0], 1),
            "seconds": seconds,
        }


def install(peers: Path) -> None:
    """An environment with the peers in these versions."""
    if not (peers / "bin" / "ruff").exists():
        venv.create(peers, with_pip=True)
        subprocess.run([peers / "bin" / "pip", "install", "--quiet", *PEERS], check=True)


def copy(path: Path, folder: Path, tree: Path) -> Path:
    """A file at its place in the tree."""
    place = tree / folder.name / path.relative_to(folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)
    return place


def warm_up(all_of_them: Sequence[Command], tree: Path) -> None:
    """Fill the caches of those that have one, and of the system; a while at rest, so that stamps count."""
    time.sleep(3)
    for command in all_of_them:
        if "warm" in command.name:
            timed(command, tree)


def timed(command: Command, tree: Path) -> float:
    """The seconds that a command takes on the tree: of processors, or of the clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        [*command.words, str(tree)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode not in (0, 1):
        raise SystemExit(f"{command.name} failed: {ended.stderr.decode(errors='replace')[-500:]}")
    return wall if command.wall else after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# -- telling ------------------------------------------------------------------------------------------------


def ratios(seconds: dict[str, list[float]], target: Target) -> list[float]:
    """How many times faster we were than a peer, round by round."""
    return [peer / ours for ours, peer in zip(seconds[target.ours], seconds[target.peer], strict=True)]


def factor(ratio: float) -> str:
    return f"{ratio:.3g}x faster" if ratio >= 1 else f"{1 / ratio:.3g}x slower"


def row(target: Target, seconds: dict[str, list[float]]) -> str:
    found = ratios(seconds, target)
    middle = statistics.median(found)
    reached = "aim" if middle >= target.aim else "yes" if middle >= target.least else "no"
    wanted = factor(target.least) if target.least else "told"
    told = f"**{factor(middle)}** ({min(found):.3g} to {max(found):.3g})"
    return (
        f"| {target.what} | {told} | {wanted} | {factor(target.aim)} | {reached if target.least else '-'} |"
    )


def page(results: dict[str, Any]) -> str:
    """docs/performance.md."""
    seconds = results["seconds"]
    rounds = len(next(iter(seconds.values())))
    head = (
        f"{results['files']} files, {results['lines']:,} lines, {results['bytes'] / 1e6:.1f} MB of "
        f"application code: {', '.join(results['repositories'])}. Python {results['python']}, "
        f"{results['processors']} processors, load {results['load']}, taken on {results['taken']}, "
        f"{rounds} rounds."
    )
    table = [row(target, seconds) for target in TARGETS]
    medians = [f"| {name} | {statistics.median(found):.2f} |" for name, found in seconds.items()]
    return "\n".join([*INTRODUCTION, head, "", *HEADER, *table, "", *SECONDS, *medians, ""])


INTRODUCTION = (
    "# How fast it is",
    "",
    "<!-- Generated: python benchmarks/speed.py page -->",
    "",
    "All rules of smelllint, cold and without its cache unless said, against others on the same files in "
    "the same minutes: `python benchmarks/speed.py measure FOLDER...`. Processor time of one worker, unless "
    "the wall clock is named. Ratios are medians of the rounds, with the least and the largest.",
    "",
    "What keeps it fast: a gate of words on the raw bytes; signs that Python's own parser must show; LibCST "
    "only for the files that are left; a cache that knows what each result rests on. "
    "`smelllint check --profile` tells where the time goes on your code.",
    "",
)
HEADER = ("| against | smelllint is | at least | aim | reached |", "| --- | --- | --- | --- | --- |")
SECONDS = ("| command | seconds |", "| --- | --- |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("measure", "page"))
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "smelllint-peers")
    asked = parser.parse_args()
    if asked.what == "measure":
        results = measure([folder.resolve() for folder in asked.folders], asked.rounds, asked.peers)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    main()
