"""What the tests of the command share: a smelly file, and ways to run the command on it.

SMELLY smells twice under `tensor-created-then-moved`: line 5 has a safe fix, line 6 an unsafe one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from smelllint.cli import command

RULE = "tensor-created-then-moved"
SMELLY = """\
import torch


def make(n):
    zeros = torch.zeros(n).to("cuda")
    noise = torch.randn(n).to("cuda")
    return zeros, noise
"""
SAFELY_FIXED = SMELLY.replace('torch.zeros(n).to("cuda")', 'torch.zeros(n, device="cuda")')
FIXED = SAFELY_FIXED.replace('torch.randn(n).to("cuda")', 'torch.randn(n, device="cuda")')
CLEAN = 'import torch\n\nprint(torch.zeros(3, device="cuda"))\n'


def smelllint(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run the command in this process, in the current folder."""
    return CliRunner().invoke(command, arguments, input=stdin)


def process(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return python("-m", "smelllint", *arguments, cwd=cwd, **environment)


def python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python where it finds this checkout."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder, by their paths in it; the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
