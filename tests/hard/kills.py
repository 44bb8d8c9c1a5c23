"""Runs of `--fix` that are killed at random moments: every file is whole, and the next run leaves no litter.

    python -m tests.hard.kills [N] [--seed S]     N kills (1 000), and write results/kills.json

Each run mends the files of a folder; half of them are killed at any moment, half while files are written.
Afterwards each file is what it was or what it becomes. Then a run is let through: all files are mended, and
nothing else lies in the folder.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from smelllint.cli import command
from tests.cli_helpers import FIXED, RULE, SMELLY
from tests.hard.campaign import keep

FILES = 6
LARGE = 40  # times the smell in the large file: several pages of memory, which a write may leave half done
FIX = ("check", "--isolated", "--select", RULE, "--fix", "--unsafe-fixes", "-q")


def contents() -> dict[str, tuple[bytes, bytes]]:
    """The files by name, before and after."""
    before, after = SMELLY.encode(), FIXED.encode()
    files = {f"f{number}.py": (before, after) for number in range(FILES)}
    files["crlf.py"] = before.replace(b"\n", b"\r\n"), after.replace(b"\n", b"\r\n")
    head, _, body = SMELLY.partition("\n\n\n")
    fixed_body = FIXED.partition("\n\n\n")[2]
    large = [f"{head}\n\n\n{text * LARGE}".encode() for text in (body, fixed_body)]
    files["large.py"] = large[0], large[1]
    return files


def lay(folder: Path) -> None:
    """The folder before a run: files, and a link to one elsewhere in it."""
    for name, (before, _) in contents().items():
        (folder / name).write_bytes(before)
    link = folder / "link.txt"
    if not link.is_symlink():
        link.symlink_to("f0.py")


def killed(folder: Path, moment: float, *, writing: bool, by: int = signal.SIGKILL) -> int:
    """Fork a run and send it a signal, so many seconds after its start or its first write; its status."""
    child = os.fork()
    if child == 0:
        _run(folder)
    if writing:
        first = folder / "crlf.py"
        before = contents()["crlf.py"][0]
        deadline = time.monotonic() + 60
        while first.read_bytes() == before and time.monotonic() < deadline:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.0005)
    time.sleep(moment)
    os.kill(child, by)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(folder: Path) -> None:
    """A run in this very process, which is a copy: never returns."""
    code = 99
    try:
        devices = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(devices, stream)
        code = CliRunner().invoke(command, (*FIX, str(folder))).exit_code
    finally:
        os._exit(code)


def flaws(folder: Path) -> Iterator[str]:
    """What is neither as it was nor as it becomes, and what should not be there; temporary files aside."""
    for name, allowed in contents().items():
        if (folder / name).read_bytes() not in allowed:
            yield f"{name} is neither the old nor the new"
    for path in folder.iterdir():
        if path.name not in contents() and path.name != "link.txt" and not path.name.endswith(".smelllint"):
            yield f"{path.name} was not there before"


def flaws_after(folder: Path) -> Iterator[str]:
    """What is not mended, or lies about, once a run was let through."""
    for name, (_, after) in contents().items():
        if (folder / name).read_bytes() != after:
            yield f"{name} is not mended by the next run"
    for path in folder.iterdir():
        if path.name not in contents() and path.name != "link.txt":
            yield f"{path.name} is left after the next run"


def trial(
    folder: Path, chance: random.Random, length: float, *, by: int = signal.SIGKILL
) -> dict[str, object]:
    """One run that is killed, and one that is not."""
    lay(folder)
    writing = chance.random() < 0.5
    moment = chance.uniform(0, length / 3 if writing else length)
    status = killed(folder, moment, writing=writing, by=by)
    found = list(flaws(folder))
    litter = any(path.name.endswith(".smelllint") for path in folder.iterdir())
    mended = sum((folder / name).read_bytes() == after for name, (_, after) in contents().items())
    killed(folder, 0, writing=False, by=0)  # signal 0: none
    found += flaws_after(folder)
    return {"status": status, "litter": litter, "between": 0 < mended < len(contents()), "flaws": found}


def length_of_a_run(folder: Path) -> float:
    """Seconds that a run takes which nobody kills."""
    lay(folder)
    began = time.monotonic()
    killed(folder, 0, writing=False, by=0)
    return time.monotonic() - began


def trials(number: int, seed: int, *, by: int = signal.SIGKILL) -> dict[str, object]:
    """So many kills: how many of them struck, and all that was found wrong."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with TemporaryDirectory() as held:
        folder = Path(held)
        lay(folder)
        CliRunner().invoke(command, (*FIX, str(folder)))  # what is loaded now need not be loaded by each
        length = length_of_a_run(folder)
        for at in range(number):
            result = trial(folder, chance, length, by=by)
            counts["struck"] += result["status"] == -by
            counts["between"] += bool(result["between"])
            counts["litter"] += bool(result["litter"])
            found = result["flaws"]
            assert isinstance(found, list)
            wrong += [f"{at}: {flaw}" for flaw in found]
    return {"trials": number, "seed": seed, **counts, "flaws": wrong}


def main() -> None:
    """Kill, and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = trials(asked.number, asked.seed)
    print(found)
    keep("kills", found)
    sys.exit(1 if found["flaws"] else 0)


if __name__ == "__main__":
    main()
