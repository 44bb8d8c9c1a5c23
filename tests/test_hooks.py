"""The hooks, run by pre-commit itself on a small repository. Needs the package registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli_helpers import CLEAN, RULE, SAFELY_FIXED, SMELLY, write

CHECKOUT = Path(__file__).parent.parent
PARTS = ("smelllint", "rules", "pyproject.toml", ".pre-commit-hooks.yaml", "README.md", "LICENSE")


def run(*command: str, cwd: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    identity = {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "PRE_COMMIT_HOME": str(home or cwd), "NO_COLOR": "1"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PYTHONPATH"):
        environment.pop(name, None)
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def repository(folder: Path) -> Path:
    """Make a folder with files a git repository with one commit."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        done = run("git", *command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def test_pre_commit_runs_both_hooks(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, hooks / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, hooks / part)
    repository(hooks)
    user = write(tmp_path / "user", {"smelly.py": SMELLY, "clean.py": CLEAN, "notes.txt": SMELLY})
    write(user, {"old/smelly.py": SMELLY, "smelllint.toml": 'extend-exclude = ["old"]\n'})
    repository(user)

    def try_repo(hook: str) -> subprocess.CompletedProcess[str]:
        command = ("-m", "pre_commit", "try-repo", str(hooks), hook, "--all-files", "--verbose")
        return run(sys.executable, *command, cwd=user, home=tmp_path / "home")

    checked = try_repo("smelllint")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert f"smelly.py:5:13: {RULE} [*]" in checked.stdout
    assert "Found 2 smells in 1 of 2 files." in checked.stdout
    assert (user / "smelly.py").read_text() == SMELLY

    mended = try_repo("smelllint-fix")
    assert mended.returncode == 1
    assert "files were modified by this hook" in mended.stdout
    assert (user / "smelly.py").read_text() == SAFELY_FIXED
    assert (user / "old/smelly.py").read_text() == SMELLY
