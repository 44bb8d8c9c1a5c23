"""Where reports go: `--output-format FORMAT` to standard output, `--output-format FORMAT=FILE` to a file.

outputs     what a command line asks for
Report      a format and its file
write       the reports that go to files, each whole or not at all
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smelllint.errors import MistakeError
from smelllint.report import FORMATS, render
from smelllint.report.style import Style
from smelllint.words import closest

if TYPE_CHECKING:
    from smelllint.examine import Outcome

DEFAULT = "full"


class OutputError(MistakeError):
    """A report that is not understood, or that cannot be written."""


@dataclass(frozen=True)
class Report:
    """A report that goes to a file."""

    format: str
    file: str


def outputs(asked: Sequence[str]) -> tuple[str, tuple[Report, ...]]:
    """The format for standard output, and the reports for files; OutputError names what is not understood."""
    printed: list[str] = []
    files: list[Report] = []
    for text in asked:
        name, equals, file = text.partition("=")
        if name not in FORMATS:
            mend = closest(name, FORMATS) or f"; there are {', '.join(FORMATS)}"
            raise OutputError(f"`{name}` is no output format{mend}")
        if equals and not file:
            raise OutputError(f"`{text}` names no file: write {name}=FILE")
        if file:
            files.append(Report(name, file))
        else:
            printed.append(name)
    if len(printed) > 1:
        raise OutputError(f"standard output takes one format: write {printed[-1]}=FILE to send it to a file")
    if len({os.path.abspath(report.file) for report in files}) < len(files):
        raise OutputError("two reports cannot go to one file")
    return (printed or [DEFAULT])[0], tuple(files)


def write(reports: Sequence[Report], outcomes: Sequence[Outcome], style: Style) -> None:
    """Write the reports; OutputError where one cannot be, and then its file is as it was."""
    for report in reports:
        lines = render(report.format, outcomes, style)
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace").decode()
        try:
            _put(os.path.realpath(report.file), text)
        except OSError as error:
            raise OutputError(f"`{report.file}` cannot be written: {error.strerror}") from error


def _put(path: str, text: str) -> None:
    if os.path.exists(path) and not os.path.isfile(path):
        # A pipe or a terminal: nothing can take its place, so it is written to.
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    from smelllint.write import write_whole

    write_whole(Path(path), text)
