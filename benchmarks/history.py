"""`--changed-since` and baselines on the history of real repositories: what benchmarks/history/*.json holds.

    python benchmarks/history.py REPOSITORY [--commits 200] [--out FILE]
    python benchmarks/history.py --table FILE...

REPOSITORY is a git repository on this machine. For each of its newest commits that touch Python files or
notebooks, its parent and itself are checked out, and the files that it touches are checked: as they are,
since the parent, and against a baseline that was made at the parent. What the change brings and takes away
has to be the difference of the two plain runs; a finding for which it is not is put down with the reason:

    elsewhere   the line was not touched: another line made it a smell. Only the baseline tells of it
    renamed     the code moved to another file and into another function: new for both, and gone
    unexplained anything else, which is a defect

Rules are all on, so that there is something to find. A run that was cut off goes on where FILE ends.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from smelllint import catalogue
from smelllint.cli import command

CODE = (".py", ".pyi", ".ipynb")
CHECKED_OUT = (
    "*.py",
    "*.pyi",
    "*.ipynb",
    "requirements*.txt",
    "pyproject.toml",
    "*.lock",
    "setup.cfg",
    ".gitignore",
)
BASELINE = "smelllint-baseline.json"
# What runs would import one by one otherwise.
IMPORTED = ("smelllint.check", "smelllint.engine", "smelllint.examine", "smelllint.facts")


@dataclass(frozen=True)
class Finding:
    """A finding of a run: where, which rule, and the code of its row without white space."""

    path: str
    row: int
    rule: str
    code: str

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.code


@dataclass
class Commit:
    """What was found of one commit: how many findings before and after, what the two whole runs differ in,
    what each option told of, and the reasons for what they do not agree in."""

    name: str
    before: int = 0
    after: int = 0
    added: int = 0
    removed: int = 0
    since: int = 0
    baseline: int = 0
    gone: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)


class Checkout:
    """A work tree of a repository in which commits are checked out and checked."""

    def __init__(self, repository: str, folder: Path) -> None:
        self.folder = folder
        settings = folder.parent / "all.toml"
        settings.write_text('select = ["all"]\n', encoding="utf-8")
        self.all = ("--config", str(settings))
        run("git", "clone", "--quiet", "--no-checkout", repository, str(folder), cwd=folder.parent)
        self.git("sparse-checkout", "set", "--no-cone", *CHECKED_OUT)

    def git(self, *arguments: str) -> str:
        return run("git", "-c", "core.quotePath=false", *arguments, cwd=self.folder).stdout

    def commits(self, number: int) -> list[str]:
        """The newest commits with one parent that touch code, oldest first."""
        patterns = [f"*{suffix}" for suffix in CODE]
        listed = self.git("rev-list", "--no-merges", "--min-parents=1", f"-{number}", "HEAD", "--", *patterns)
        return listed.split()[::-1]

    def at(self, revision: str) -> None:
        self.git("checkout", "--quiet", "--force", "--detach", revision)
        self.git("clean", "-qfdx")

    def touched(self, commit: str) -> set[str]:
        """The paths of code that a commit adds, changes, removes or renames, old names and new ones."""
        listed = self.git("diff", "--name-only", "--no-renames", "-z", f"{commit}~1", commit)
        return {path for path in listed.split("\0") if path.endswith(CODE)}

    def added_lines(self, commit: str) -> set[tuple[str, int]]:
        """The lines that git shows as added, renames followed."""
        shown = self.git("diff", "--unified=0", "--find-renames", "--no-color", f"{commit}~1", commit)
        lines, path = set(), ""
        for line in shown.splitlines():
            if line.startswith("+++ "):
                path = line[6:].rstrip("\t")
            elif line.startswith("@@ "):
                first, _, count = line.split(" ")[2][1:].partition(",")
                lines |= {(path, int(first) + more) for more in range(int(count or 1))}
        return lines

    def there(self, paths: Iterable[str]) -> list[str]:
        """Those of some paths that are in the work tree now."""
        return sorted(path for path in paths if (self.folder / path).is_file())

    def folder_of(self, path: str) -> str:
        """The nearest folder of a path that is there."""
        parents = (parent for parent in Path(path).parents if (self.folder / parent).is_dir())
        return str(next(parents))

    def found(self, places: Sequence[str], *options: str) -> list[Finding]:
        """The findings of a run in this work tree."""
        if not places:
            return []
        words = ("check", *self.all, "--exit-zero", "--output-format", "json", *options, "--", *places)
        said = smelllint(*words, cwd=self.folder)
        return [self._finding(one) for one in json.loads(said)]

    def _finding(self, one: dict[str, Any]) -> Finding:
        path = os.path.relpath(one["filename"], self.folder.resolve())
        row, source = physical_row(one, self.folder / path)
        return Finding(path, row, one["rule"], "".join(source.split()))


def physical_row(one: dict[str, Any], path: Path) -> tuple[int, str]:
    """The row of a finding in its file, from 1, and the code there. Of a notebook the row in its JSON text is
    looked up by the code, which is all that a comparison needs."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if one.get("cell") is None:
        row = one["location"]["row"]
        return row, lines[row - 1]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "".join(cells[one["cell"] - 1]["source"]).splitlines()[one["location"]["row"] - 1]
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    rows = [row for row, line in enumerate(lines, 1) if quoted in line]
    return (rows[0] if len(rows) == 1 else 0), text


def compared(checkout: Checkout, commit: str) -> Commit:
    """What is found of one commit."""
    touched = checkout.touched(commit)
    checkout.at(f"{commit}~1")
    places = checkout.there(touched)
    before = checkout.found(places)
    kept = b""
    if before:
        smelllint("baseline", "create", *checkout.all, "--", *places, cwd=checkout.folder)
        kept = (checkout.folder / BASELINE).read_bytes()
    checkout.at(commit)
    places = checkout.there(touched)
    after = checkout.found(places)
    if not before and not after:
        return Commit(commit)
    since = checkout.found(places, "--changed-since", f"{commit}~1")
    against, gone = after, 0
    if kept:
        (checkout.folder / BASELINE).write_bytes(kept)
        against = checkout.found(places, "--baseline", BASELINE)
        gone = pruned(checkout, places)
    return judged(checkout, commit, before, after, since, against, gone)


def pruned(checkout: Checkout, touched: Sequence[str]) -> int:
    """How many smells of the baseline leave it with this commit. A file that is gone is missed by a run that
    looks at its folder."""
    known = json.loads((checkout.folder / BASELINE).read_bytes())["smells"]
    files = {smell["path"] for smell in known}
    there = checkout.there(files)
    places = {*touched, *there, *map(checkout.folder_of, files.difference(there))}
    smelllint("baseline", "prune", *checkout.all, "--", *sorted(places), cwd=checkout.folder)
    return len(known) - len(json.loads((checkout.folder / BASELINE).read_bytes())["smells"])


def judged(
    checkout: Checkout,
    commit: str,
    before: Sequence[Finding],
    after: Sequence[Finding],
    since: Sequence[Finding],
    against: Sequence[Finding],
    gone: int,
) -> Commit:
    """The comparison of the runs, with a reason for everything in which they differ."""
    old, new = (Counter(one.key for one in runs) for runs in (before, after))
    added, removed = new - old, old - new
    lines = checkout.added_lines(commit)
    told = Commit(
        commit, len(before), len(after), added.total(), removed.total(), len(since), len(against), gone
    )
    reasons: Counter[str] = Counter()
    for option, brought in (("since", since), ("baseline", against)):
        keys = Counter(one.key for one in brought)
        for key in (added - keys).elements():
            untouched = [one for one in after if one.key == key and (one.path, one.row) not in lines]
            reason = "elsewhere" if option == "since" and untouched else "unexplained"
            reasons[f"{option}: {reason}"] += 1
            if reason == "unexplained":
                told.unexplained.append(f"{option} lacks {key}")
        for key in (keys - added).elements():
            paths = {one.path for one in before if one.key == key}
            moved = any(one.key == key and one.path not in paths for one in brought)
            reason = "renamed" if moved else "unexplained"
            reasons[f"{option}: {reason}"] += 1
            if reason == "unexplained":
                told.unexplained.append(f"{option} tells of {key}")
    # What moved beyond recognition is new on one side and gone on the other.
    if gone - removed.total() != len(against) - added.total():
        told.unexplained.append(f"{gone} left the baseline where {removed.total()} are gone")
    told.reasons = dict(sorted(reasons.items()))
    return told


def smelllint(*words: str, cwd: Path) -> str:
    """What a run of smelllint prints. It is forked off this process, which has everything imported."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        child, code = os.fork(), 2
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(wrong.fileno(), 2)
            os.chdir(cwd)
            try:
                command(list(words), prog_name="smelllint")
            except SystemExit as ended:
                code = ended.code
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(int(code or 0))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        wrong.seek(0)
        printed = said.read()
        if os.waitstatus_to_exitcode(status) == 2 and not printed:
            raise SystemExit(f"smelllint {' '.join(words)}: {wrong.read()}")
        return printed


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, errors="replace", check=True)


HEADS = (
    "history", "commits", "with smells", "smells added", "removed", "told since the parent",
    "told against the baseline", "left the baseline", "unexplained",
)  # fmt: skip


def table(files: Sequence[Path]) -> Iterator[str]:
    """What was found, as a Markdown table."""
    yield f"| {' | '.join(HEADS)} |"
    yield "| --- " * len(HEADS) + "|"
    for file in files:
        history = json.loads(file.read_text(encoding="utf-8"))
        rows = history["commits"]
        sums = [sum(row[name] for row in rows) for name in ("added", "removed", "since", "baseline", "gone")]
        busy = sum(1 for row in rows if row["before"] or row["after"])
        unexplained = sum(len(row["unexplained"]) for row in rows)
        cells = (history["name"], len(rows), busy, *sums, unexplained)
        yield f"| {' | '.join(map(str, cells))} |"


def _done(out: Path) -> list[Commit]:
    """What an earlier run has done."""
    return [Commit(**row) for row in json.loads(out.read_text(encoding="utf-8"))["commits"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--name", default="", help="what the table calls it")
    parser.add_argument("--table", type=Path, nargs="+")
    asked = parser.parse_args()
    if asked.table:
        print("\n".join(table(asked.table)))
        return
    os.environ["SMELLLINT_DATA_DIR"] = os.devnull
    for module in IMPORTED:
        import_module(module)
    for name in catalogue.names():
        catalogue.load(name)
    with tempfile.TemporaryDirectory() as folder:
        checkout = Checkout(os.path.abspath(asked.repository), Path(folder) / "checkout")
        done = _done(asked.out) if asked.out and asked.out.exists() else []
        for commit in checkout.commits(asked.commits):
            if any(one.name == commit for one in done):
                continue
            done.append(compared(checkout, commit))
            print(json.dumps(asdict(done[-1])), flush=True)
            if asked.out:
                content = {"name": asked.name or asked.repository, "commits": [asdict(one) for one in done]}
                asked.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
