"""`smelllint init`: a configuration to start from, with every line explained."""

from __future__ import annotations

from pathlib import Path

from smelllint.errors import MistakeError
from smelllint.read import read
from smelllint.write import replace_file

BODY = """\
# Rules, families, `default` or `all`; `smelllint rules` lists them.
select = ["default"]
ignore = []
# Patterns as in .gitignore, beside the usual ones (.venv, build, ...); .gitignore itself is respected.
extend-exclude = []
# The device the code runs on: cpu, cuda, mps, or auto for what the code shows.
target = "auto"
"""


class AlreadyThereError(MistakeError):
    """There is a configuration already; the message says where."""


def write_configuration(folder: Path) -> str:
    """Add a [tool.smelllint] table to pyproject.toml, or write a smelllint.toml; the name of the file."""
    own, project = folder / "smelllint.toml", folder / "pyproject.toml"
    if own.exists():
        raise AlreadyThereError("smelllint.toml is already there: edit it")
    if not project.is_file():
        own.write_text(BODY, encoding="utf-8")
        return own.name
    before = read(project)
    if b"[tool.smelllint" in before:
        raise AlreadyThereError("pyproject.toml already has a [tool.smelllint] table: edit it")
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    table = f"[tool.smelllint]\n{BODY}".encode()
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    replace_file(str(project), before, before + (gap + table).replace(b"\n", newline))
    return project.name
