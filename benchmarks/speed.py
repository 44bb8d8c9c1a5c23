"""How fast `smelllint check` is, beside others of its kind and in itself: the table of docs/performance.md.

    python benchmarks/speed.py list                             the parts, and what each measures
    python benchmarks/speed.py measure [PART...] [OPTIONS]      measure parts, or all of them, and keep that
    python benchmarks/speed.py page                             write docs/performance.md and its pictures

Options of `measure`:
    --home FOLDER           where corpora and environments are kept between runs
    --repositories FOLDER   repositories by name, in place of those that would be fetched from GitHub
    --rounds N              rounds of each part, in place of its own number
    --resume                leave out what was measured in the last twelve hours

smelllint is installed from this checkout, and the others by version, into environments of their own. The
commands of a part take turns, round after round; what counts is the ratio within a round, told as the median
of the rounds with the least and the largest. Processor time is that of a command and all that it starts.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOME = HERE.parent
sys.path.insert(0, str(HERE))

import speed_corpora as corpora  # noqa: E402  (the scripts are no package)
import speed_page  # noqa: E402

RESULTS = HERE / "speed"
PEERS = ("torchfix==0.7.0", "fixit==2.2.1", "flake8==7.3.0", "ruff==0.17.5")
OURS = ("check", "--isolated", "--select", "all", "--exit-zero", "--quiet", "--output-format", "json")
FLAKE8 = ("--isolated", "--select", "TOR", "--exit-zero")
RUFF = ("check", "--isolated", "--select", "NPY,PERF", "--exit-zero", "--quiet")
WEB = ("django-5.2.19", "twisted-26.10.0")
REST = 3.0  # seconds after which files count as at rest
FRESH = 12 * 3600
SAMPLE = {"application": 0.6, "framework": 0.4, "mix": 0.6}  # megabytes for tools that take seconds for one
FLOOR = """
import ast, sys
from pathlib import Path
from smelllint import declared, gate
for path in Path(sys.argv[1]).rglob("*.py"):
    data = path.read_bytes()
    try:
        if gate.possible(data, declared.rules()):
            ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        continue
"""
# What is found in it rests on what the helper does.
IMPORTER = """\
import torch
from shared_helper import score

model = torch.nn.Linear(2, 2)
model.eval()
for batch in torch.utils.data.DataLoader([1, 2, 3]):
    score(model, batch)
"""
CLEAN = "import os\n\n\ndef main(paths):\n    return [os.stat(path) for path in paths if path]\n\n\n" * 12
Measured = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """A command of a comparison: its name, its words, and what is done before each time."""

    name: str
    words: tuple[str, ...]
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Bench:
    """Where things are: corpora, environments, a scratch folder that goes with the run."""

    home: Path
    repositories: Path | None
    scratch: Path
    rounds: int | None = None

    def corpus(self, name: str) -> Path:
        return corpora.corpus(name, self.home, self.repositories)

    def sample(self, name: str, megabytes: float) -> Path:
        place = self.scratch / f"{name}-{megabytes}"
        return place if place.exists() else corpora.sample(self.corpus(name), megabytes, place)

    def ours(self, *more: str) -> tuple[str, ...]:
        return (str(self.home / "ours" / "bin" / "smelllint"), *OURS, *more)

    def ruff(self, *more: str) -> tuple[str, ...]:
        return (str(self.home / "peers" / "bin" / "ruff"), *RUFF, *more)

    def python(self, environment: str) -> str:
        return str(self.home / environment / "bin" / "python")

    def cold(self, *more: str) -> tuple[str, ...]:
        return self.ours("--no-cache", *more)

    def peers(self, target: str) -> list[Command]:
        """The tools that take seconds for what we do in one."""
        python = self.python("peers")
        return [
            Command("torchfix", (python, "-m", "torchfix", "--select", "ALL", target)),
            Command(
                "flake8", (python, "-m", "flake8", "--isolated", "--select", "TOR", "--exit-zero", target)
            ),
            Command("fixit", (python, "-m", "fixit", "--quiet", "lint", target)),
        ]


# -- parts --------------------------------------------------------------------------------------------------


def beside_peers(bench: Bench, name: str) -> Measured:
    """Cold, all rules, one worker, against tools in Python, on a sample by hash."""
    tree = bench.sample(name, SAMPLE[name])
    ours = Command("smelllint", bench.cold("-j", "1", "."))
    return taken(bench, [ours, *bench.peers(".")], tree, rounds=2)


def beside_ruff(bench: Bench, name: str) -> Measured:
    """The same against ruff, and against `ast.parse` of what passes the gate, on up to 6 MB."""
    tree = bench.sample(name, 6.0)
    ours = Command("smelllint", bench.cold("-j", "1", "."))
    ruff = Command("ruff", bench.ruff("--no-cache", "."))
    floor = Command("ast", (bench.python("ours"), "-c", FLOOR, "."))
    return taken(bench, [ours, ruff, floor], tree, rounds=3)


def mix(bench: Bench) -> Measured:
    """Cold, on all processors, on the general mix; memory of the largest process too."""
    commands = [Command("smelllint", bench.cold(".")), Command("ruff", bench.ruff("--no-cache", "."))]
    return taken(bench, commands, bench.corpus("mix"), rounds=2)


def warm(bench: Bench, name: str) -> Measured:
    """Nothing changed since the last run."""
    tree = copied(bench.corpus(name), bench.scratch / f"warm-{name}")
    commands = [Command("smelllint", bench.ours(".")), Command("ruff", bench.ruff("."))]
    fill(commands, tree, bench)
    python = Command("python", (bench.python("ours"), "-c", "pass"))
    return taken(bench, [*commands, python], tree, rounds=15)


def changed(bench: Bench) -> Measured:
    """One file of some 4 000 changes, which others import."""
    tree = corpora.copies([(bench.corpus("application"), 400)], 10, bench.scratch / "changed")
    helper = tree / "copy0" / "shared_helper.py"
    helper.write_text("def score(model, batch):\n    return model(batch)\n")
    for number in range(5):
        (tree / "copy0" / f"importer{number}.py").write_text(IMPORTER)
    time.sleep(REST)
    ours = bench.ours(".")

    def change() -> None:
        helper.write_text(helper.read_text() + "\n")
        time.sleep(REST)

    def forget() -> None:
        shutil.rmtree(os.environ["SMELLLINT_CACHE_DIR"], ignore_errors=True)

    cold = Command("cold", ours, before=forget)
    return taken(bench, [cold, Command("changed", ours, before=change)], tree, rounds=2)


def clean_file(bench: Bench) -> Measured:
    """One clean file without machine learning, as a whole process; another file each time."""
    folder = bench.scratch / "clean"
    folder.mkdir()

    def renew() -> None:
        (folder / "clean.py").write_text(CLEAN + f"# {time.time_ns()}\n")

    commands = [
        Command("smelllint", (bench.ours()[0], "check", "clean.py"), before=renew),
        Command("python", (bench.python("ours"), "-c", "pass")),
        Command("ruff", (*bench.ruff("--no-cache"), "clean.py")),
    ]
    return taken(bench, commands, folder, rounds=25)


def ml_file(bench: Bench) -> Measured:
    """One file of some 300 lines with machine learning, as a whole process."""
    files = sorted(corpora.by_hash(bench.corpus("application")), key=lambda path: path.stat().st_size)
    file = next(path for path in files if fits(path.read_bytes()))
    folder = bench.scratch / "ml"
    corpora.put(file.read_bytes(), folder / "ml.py")
    ours = Command("smelllint", bench.cold("ml.py"))
    peers = [one for one in bench.peers("ml.py") if one.name != "fixit"]
    libcst = Command("libcst", (bench.python("ours"), "-c", "import libcst"))
    return taken(bench, [ours, *peers, libcst], folder, rounds=7)


def fits(data: bytes) -> bool:
    return 290 <= data.count(b"\n") <= 330 and b"import torch" in data and b"eval()" in data


def workers(bench: Bench) -> Measured:
    """One worker and two, on a part of the framework."""
    tree = bench.sample("framework", 8.0)
    commands = [Command(f"-j{number}", bench.cold("-j", str(number), ".")) for number in (1, 2)]
    return taken(bench, commands, tree, rounds=3)


def growth(bench: Bench) -> Measured:
    """1 000, 10 000 and 100 000 files made by copying, one in twenty of them application code: the first run,
    and the next."""
    found: Measured = {}
    parts = [(bench.corpus("mix") / package, 475) for package in WEB] + [(bench.corpus("application"), 50)]
    for number in (1, 10, 100):
        tree = corpora.copies(parts, number, bench.scratch / f"growth{number}")
        time.sleep(REST)
        commands = [Command("cold", bench.ours(".")), Command("warm", bench.ours("."))]
        part = taken(bench, commands, tree, rounds=1)
        for name, rows in part["rows"].items():
            found.setdefault("rows", {})[f"{name} {number * 1000}"] = rows
        found = {**part, "rows": found["rows"], "files": found.get("files", 0) + part["files"]}
        shutil.rmtree(tree)
    return found


PARTS: dict[str, Callable[[Bench], Measured]] = {
    "clean-file": clean_file,
    "ml-file": ml_file,
    **{f"peers-{name}": partial(beside_peers, name=name) for name in corpora.CORPORA},
    **{f"ruff-{name}": partial(beside_ruff, name=name) for name in corpora.CORPORA},
    "mix": mix,
    **{f"warm-{name}": partial(warm, name=name) for name in corpora.CORPORA},
    "changed": changed,
    "workers": workers,
    "growth": growth,
}


# -- measuring ----------------------------------------------------------------------------------------------


def taken(bench: Bench, commands: Sequence[Command], tree: Path, rounds: int) -> Measured:
    """What each command takes in each round: wall, processors, kilobytes of its largest process."""
    rows: dict[str, list[list[float]]] = {command.name: [] for command in commands}
    for _ in range(bench.rounds or rounds):
        for command in commands:
            if command.before is not None:
                command.before()
            rows[command.name].append(once(command, tree))
            wall, processors, _ = rows[command.name][-1]
            print(f"  {command.name:12} {wall:8.3f} s wall {processors:8.3f} s of processors", flush=True)
    return {
        **corpora.size(tree),
        "rows": rows,
        "taken": time.strftime("%Y-%m-%d"),
        "at": int(time.time()),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }


def once(command: Command, tree: Path) -> list[float]:
    """Seconds of the clock, seconds of processors, and kilobytes of the largest process, of one run."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command.words, cwd=tree, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        # 2: a file that is no Python of this version, which the others pass over or tell as a finding
        if process.returncode not in (0, 1, 2):
            said.seek(0)
            raise SystemExit(f"{command.name} failed: {said.read().decode(errors='replace')[-500:]}")
    return [round(wall, 4), round(usage.ru_utime + usage.ru_stime, 4), usage.ru_maxrss]


def copied(tree: Path, place: Path) -> Path:
    for path in corpora.python_files(tree):
        corpora.put(path.read_bytes(), place / path.relative_to(tree))
    return place


def fill(commands: Sequence[Command], tree: Path, bench: Bench) -> None:
    """Fill the caches, twice: what is written into a tree by one changes it for the others."""
    for _ in range(2):
        time.sleep(REST)
        for command in commands:
            once(command, tree)


def install(home: Path) -> None:
    """Environments with the peers, and with smelllint as this checkout has it."""
    if not (home / "peers" / "bin" / "ruff").exists():
        made(home / "peers", *PEERS)
    if not (home / "ours" / "bin" / "smelllint").exists():
        made(home / "ours", str(HOME))
    pip = [home / "ours" / "bin" / "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(HOME)]
    subprocess.run(pip, check=True)
    time.sleep(REST)


def made(place: Path, *packages: str) -> None:
    """A new environment with these packages. A recent pip: the programs that older ones make start slower."""
    venv.create(place, with_pip=True)
    for wanted in (("--upgrade", "pip"), packages):
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *wanted], check=True)


def measure(parts: Sequence[str], bench: Bench, *, resume: bool) -> None:
    install(bench.home)
    for name in parts:
        path = RESULTS / f"{name}.json"
        if resume and path.exists() and time.time() - json.loads(path.read_text())["at"] < FRESH:
            continue
        print(name, flush=True)
        with tempfile.TemporaryDirectory(dir=bench.home) as scratch:
            os.environ["SMELLLINT_CACHE_DIR"] = str(Path(scratch) / "cache")
            result = PARTS[name](replace(bench, scratch=Path(scratch)))
        path.write_text(json.dumps(result, indent=1) + "\n")
        speed_page.write()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("list", "measure", "page"))
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "smelllint-speed")
    parser.add_argument("--repositories", type=Path)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--resume", action="store_true")
    asked = parser.parse_intermixed_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; `list` names them")
    if asked.what == "list":
        for name, part in PARTS.items():
            print(f"{name:20} {inspect.getdoc(getattr(part, 'func', part))}")
    elif asked.what == "page":
        speed_page.write()
    else:
        asked.home.mkdir(parents=True, exist_ok=True)
        bench = Bench(asked.home.resolve(), asked.repositories, asked.home, asked.rounds)
        measure(asked.parts or list(PARTS), bench, resume=asked.resume)


if __name__ == "__main__":
    main()
