"""What builds, tests and releases is what somebody looked at: pinned by commits and by hashes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    from tomllib import loads
else:
    from tomli import loads

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
LOCKS = sorted((ROOT / ".ci").glob("*.txt"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")


def locked(lock: Path) -> dict[str, tuple[str, str]]:
    """The packages of a lock file: version, and all that is said of it."""
    entries = re.split(r"(?m)^(?=[a-z0-9])", lock.read_text(encoding="utf-8"))[1:]
    found = (re.match(r"([\w.-]+)==([^ ;\\]+)", entry) for entry in entries)
    return {
        canonicalize_name(match[1]): (match[2], entry)
        for match, entry in zip(found, entries, strict=True)
        if match
    }


def wanted() -> Iterator[Requirement]:
    """What the project and its development ask for."""
    project = loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        requirement = Requirement(line)
        if requirement.name != project["name"]:
            yield requirement


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commits_and_nothing_is_allowed_by_default(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    uses = [line.strip().removeprefix("- ") for line in text.splitlines() if "uses:" in line]

    assert uses
    assert all(PINNED.fullmatch(line) for line in uses), uses
    assert yaml.safe_load(text)["permissions"] == {}


def test_workflows_and_the_action_have_no_weakness_that_zizmor_knows() -> None:
    program = Path(sys.executable).with_name("zizmor")

    done = subprocess.run(
        [program, "--offline", "--no-progress", "--quiet", ROOT / ".github", ROOT / "action.yml"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_of_a_lock_has_its_hashes(lock: Path) -> None:
    packages = locked(lock)

    assert packages
    assert [name for name, (_, entry) in packages.items() if "--hash=sha256:" not in entry] == []
    assert "://" not in lock.read_text(encoding="utf-8")


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """`.ci/lock` writes it anew."""
    packages = locked(ROOT / ".ci" / "locked.txt")

    missing = [str(one) for one in wanted() if canonicalize_name(one.name) not in packages]
    assert [one for one in missing if "python_version" not in one] == []
    for requirement in wanted():
        name = canonicalize_name(requirement.name)
        if name in packages:
            assert requirement.specifier.contains(packages[name][0], prereleases=True), requirement


def test_the_threats_name_tests_that_exist() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests/)?(?:hard/)?test_\w+\.py)`", text))

    assert len(named) >= 5
    for name in named:
        assert list(ROOT.glob(f"**/{name}")), name
