"""The primer: what smelllint finds in real repositories, judged by a reader, and what it misses.

python tests/primer/primer.py COMMAND DIR

    fetch     clone the repositories of corpora.toml at their commits into DIR
    compare   lint them and compare with verdicts.toml: what is new, what is gone, the precision by rule
    recall    compare with recall.toml, which was read before any output was seen
    fixes     make every fix, unsafe ones too: the result compiles, and a second run changes nothing

`compare` exits 1 where a finding has no verdict yet, and prints those as rows to be pasted into verdicts.toml
once somebody has read them in their context.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from smelllint import catalogue, engine
from smelllint.settings import Settings

HERE = Path(__file__).parent
SLIGHT = ("minor:", "weak:")  # how a reader marks a smell that is real, but worth next to nothing
NEAR = 3  # a finding this many lines from where a reader put it is the same one


@dataclass(frozen=True, order=True)
class Finding:
    """A finding, or a smell that a reader saw, at a pinned commit; in a notebook the line is its cell's."""

    repo: str
    path: str
    line: int
    rule: str
    cell: int = 0


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def corpora() -> list[dict[str, Any]]:
    """The pinned repositories."""
    rows: list[dict[str, Any]] = table("corpora.toml")["corpus"]
    return rows


def checkout(directory: Path, repo: str) -> Path:
    return directory / repo.rpartition("/")[2]


def fetch(directory: Path) -> None:
    """Clone each repository at its commit."""
    for row in corpora():
        target = checkout(directory, row["repo"])
        if not target.exists():
            subprocess.run(
                ["git", "clone", "--quiet", f"https://github.com/{row['repo']}", str(target)], check=True
            )
        subprocess.run(["git", "-C", str(target), "checkout", "--quiet", row["commit"]], check=True)


def findings(directory: Path) -> dict[Finding, str]:
    """What the default selection finds, with the messages."""
    found: dict[Finding, str] = {}
    known = set(catalogue.names())
    for row in corpora():
        root = checkout(directory, row["repo"])
        command = [sys.executable, "-m", "smelllint", "check", "--output-format", "json", "--exit-zero", "."]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        for item in json.loads(done.stdout or "[]"):
            if item["rule"] not in known:
                continue
            path = Path(item["filename"]).relative_to(root.resolve()).as_posix()
            line, cell = item["location"]["row"], item["cell"] or 0
            found[Finding(row["repo"], path, line, item["rule"], cell)] = item["message"]
    return found


def verdicts() -> dict[Finding, dict[str, Any]]:
    """What readers said of findings."""
    return {
        Finding(row["repo"], row["path"], row["line"], row["rule"], row.get("cell", 0)): row
        for row in table("verdicts.toml").get("finding", [])
    }


def compare(directory: Path) -> int:
    """New findings, gone ones, and the precision by rule."""
    found, judged = findings(directory), verdicts()
    unjudged = sorted(set(found) - set(judged))
    for finding in unjudged:
        print("[[finding]]")
        print(f'repo = "{finding.repo}"\npath = "{finding.path}"')
        if finding.cell:
            print(f"cell = {finding.cell}")
        print(f'line = {finding.line}\nrule = "{finding.rule}"')
        print(f'# {found[finding]}\nverdict = ""\nreason = ""\n')
    for finding in sorted(set(judged) - set(found)):
        print(f"gone: {finding} ({judged[finding]['verdict']}: {judged[finding]['reason']})")
    kept = [judged[finding] for finding in found if finding in judged]
    print_precision(kept)
    print(f"{len(found)} findings, {len(unjudged)} without a verdict")
    return 1 if unjudged else 0


def print_precision(rows: list[dict[str, Any]]) -> None:
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_rule[row["rule"]][row["verdict"]] += 1
        by_rule["all"][row["verdict"]] += 1
    for rule in sorted(by_rule):
        real, false = by_rule[rule]["real"], by_rule[rule]["false"]
        print(f"{rule:40} real {real:4} false {false:3} precision {real / max(1, real + false):.1%}")


def recall(directory: Path) -> int:
    """Which of the smells that a reader saw are found, by rule."""
    found = findings(directory)
    caught: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    plain: Counter[bool] = Counter()  # caught or not, of what the reader called neither minor nor weak
    for row in table("recall.toml")["file"]:
        for smell in row["smells"]:
            rule = smell["rule"]
            seen[rule] += 1
            hit = any(
                one.repo == row["repo"]
                and one.path == row["path"]
                and one.rule == rule
                and abs(one.line - smell["line"]) <= NEAR
                for one in found
            )
            caught[rule] += hit
            plain[hit] += not smell["why"].startswith(SLIGHT)
            if not hit:
                print(f"missed: {row['repo']}/{row['path']}:{smell['line']} {rule}: {smell['why']}")
        for near in row.get("not", []):
            for one in found:
                if (one.repo, one.path, one.rule, one.line) == (
                    row["repo"],
                    row["path"],
                    near["rule"],
                    near["line"],
                ):
                    print(f"FALSE ALARM: {one.repo}/{one.path}:{one.line} {one.rule}: {near['why']}")
    for rule in sorted(seen):
        print(f"{rule:40} {caught[rule]:3} of {seen[rule]:3}")
    total = sum(seen.values())
    print(f"{sum(caught.values())} of {total} caught ({sum(caught.values()) / total:.0%})")
    share = plain[True] / sum(plain.values())
    print(f"{plain[True]} of {sum(plain.values())} caught ({share:.0%}) of those neither minor nor weak")
    return 0


def files(directory: Path) -> Iterator[Path]:
    for row in corpora():
        yield from sorted(checkout(directory, row["repo"]).rglob("*.py"))


def fixes(directory: Path) -> int:
    """Every fix of every rule: the result compiles, only the edits differ, a second run changes nothing."""
    rules = catalogue.load_all()
    settings = Settings()
    count = failures = 0
    for path in files(directory):
        data = path.read_bytes()
        report = engine.mend(str(path), data, rules, settings, unsafe=True)
        failures += sum(trouble.name == "fix-failed" for trouble in report.troubles)
        if report.after is None or report.before is None:
            continue
        count += report.fixed
        ast.parse(report.after)
        again = engine.mend(str(path), report.after.encode("utf-8"), rules, settings, unsafe=True)
        if again.after is not None:
            failures += 1
            print(f"{path}: a second run changes it again")
    print(f"{count} fixes, {failures} failures")
    return 1 if failures else 0


def main(command: str, directory: str) -> int:
    if command == "fetch":
        fetch(Path(directory))
        return 0
    return {"compare": compare, "recall": recall, "fixes": fixes}[command](Path(directory))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
