"""Which versions of its libraries a project asks for, as far as its files say so clearly.

    lock files          poetry.lock, uv.lock, pdm.lock, Pipfile.lock: the very version
    requirements        pyproject.toml (dependencies, extras, groups, Poetry's), requirements*.txt

Versions are tuples without zeros at the end: 5.0 is (5,). Where files differ, what all of them allow counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smelllint import seen
from smelllint.read import UnreadableError, leads_out, read

Version = tuple[int, ...]
Bounds = tuple["Version | None", "Version | None"]  # the lowest there can be, and the first there cannot be

ANYTHING: Bounds = (None, None)
REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<bounds>[^;#@)\\]*?)(?:\s--|[;#@)\\]|$)"
)
SPECIFIER = re.compile(r"\s*(?P<operator>~=|===?|>=|<=|!=|>|<|\^|~|)\s*v?(?P<version>\d[\w.*+!-]*)\s*$")
LOCKED = re.compile(r'^\[\[package\]\]\s*^name = "([^"]+)"\s*^version = "([^"]+)"', re.MULTILINE)


def at_least(version: Version, lowest: Version | None, limit: Version | None) -> bool | None:
    """Whether a library from `lowest` on and before `limit` has this version; None: unknown."""
    wanted = trimmed(version)
    if lowest is not None and lowest >= wanted:
        return True
    if limit is not None and limit <= wanted:
        return False
    return None


def bounds(specifiers: str) -> Bounds:
    """What `>=4.40,<5` allows; what it does not say, or says in a way not understood, is None."""
    low, high = ANYTHING
    for part in specifiers.split(","):
        match = SPECIFIER.match(part)
        if match is None:
            continue
        lowest, limit = _meaning(match["operator"], match["version"])
        low = max(filter(None, (low, lowest)), default=None)
        high = min(filter(None, (high, limit)), default=None)
    return low, high


def project_bounds(root: Path) -> dict[str, Bounds]:
    """What the files of a project allow of each library; a lock file outdoes the others."""
    return {**_union(_requirements(root)), **_union(_locked(root))}


def name_of(library: str) -> str:
    """The one way a library's name is spelt."""
    return re.sub(r"[-_.]+", "-", library).lower()


def parse_version(text: str) -> Version:
    """The leading numbers of a version."""
    match = re.match(r"\d+(?:\.\d+)*", text)
    return trimmed(tuple(map(int, match.group().split(".")))) if match else ()


def trimmed(version: Version) -> Version:
    """A version without zeros at its end, so that 5 and 5.0 are equal."""
    end = len(version)
    while end > 1 and version[end - 1] == 0:
        end -= 1
    return version[:end]


def _meaning(operator: str, text: str) -> Bounds:
    """The bounds that one specifier sets."""
    version = parse_version(text)
    written = [int(part) for part in re.findall(r"\d+", text.partition("*")[0])] or [0]
    just_after = (*version, 0)  # nothing lies between: versions have no zeros at their end
    if operator in ("", "==", "===") and "*" in text:
        return version, _next(written, len(written))
    if operator in ("", "==", "==="):
        return version, just_after
    if operator == "~=":
        return version, _next(written, max(len(written) - 1, 1))
    if operator == "^":
        significant = next((at for at, part in enumerate(written, 1) if part), len(written))
        return version, _next(written, significant)
    if operator == "~":
        return version, _next(written, min(len(written), 2))
    return {
        ">=": (version, None),
        ">": (version, None),
        "<": (None, version),
        "<=": (None, just_after),
    }.get(operator, ANYTHING)


def _next(written: list[int], length: int) -> Version:
    """The first version after all that begin with these numbers."""
    return trimmed((*written[: length - 1], written[length - 1] + 1))


def _union(found: Iterable[tuple[str, Bounds]]) -> dict[str, Bounds]:
    union: dict[str, Bounds] = {}
    for name, (low, high) in found:
        if name not in union:
            union[name] = (low, high)
            continue
        other_low, other_high = union[name]
        union[name] = (
            None if low is None or other_low is None else min(low, other_low),
            None if high is None or other_high is None else max(high, other_high),
        )
    return union


def _text(path: Path) -> str:
    """The text of a file, empty where it cannot be had: a version that is not known is not an error."""
    if leads_out(str(path)):
        return ""
    try:
        return read(path).decode("utf-8", "replace")
    except UnreadableError:
        return ""


def _locked(root: Path) -> Iterator[tuple[str, Bounds]]:
    for name in ("poetry.lock", "uv.lock", "pdm.lock"):
        for library, version in LOCKED.findall(_text(root / name)):
            yield name_of(library), bounds(f"=={version}")
    for section in ("default", "develop"):
        packages = _json(_text(root / "Pipfile.lock")).get(section)
        for library, entry in packages.items() if isinstance(packages, dict) else ():
            if isinstance(entry, dict):
                yield name_of(library), bounds(str(entry.get("version", "")))


def _json(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _requirements(root: Path) -> Iterator[tuple[str, Bounds]]:
    seen.note(str(root))
    seen.note(str(root / "requirements"))
    for path in sorted({*root.glob("requirements*.txt"), *root.glob("requirements/*.txt")}):
        for line in _text(path).splitlines():
            yield from _requirement(line)
    text = _text(root / "pyproject.toml")
    if "dependenc" in text:
        yield from _pyproject(text)


def _requirement(line: object) -> Iterator[tuple[str, Bounds]]:
    match = REQUIREMENT.match(line) if isinstance(line, str) else None
    if match:
        yield name_of(match["name"]), bounds(match["bounds"])


def _pyproject(text: str) -> Iterator[tuple[str, Bounds]]:
    from smelllint.toml import TOMLDecodeError, loads

    try:
        data = loads(text)
    except (TOMLDecodeError, RecursionError):
        return
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    groups = {**_table(project, "optional-dependencies"), **_table(data, "dependency-groups")}
    for lines in (project.get("dependencies"), *groups.values()):
        for line in lines if isinstance(lines, list) else ():
            yield from _requirement(line)
    named = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    named += [_table(poetry, "group", group, "dependencies") for group in _table(poetry, "group")]
    for table in named:
        for library, entry in table.items():
            version = entry.get("version") if isinstance(entry, dict) else entry
            if isinstance(version, str):
                yield name_of(library), bounds(version)


def _table(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A table within tables, empty where there is none."""
    for key in keys:
        inner = data.get(key)
        data = inner if isinstance(inner, dict) else {}
    return data
