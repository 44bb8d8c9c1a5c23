"""smelllint for programs. All of this is to be had from `smelllint` itself.

    check_source    what smells in a text
    fix_source      the text without what can be mended
    check_paths     what smells in files and folders
    settings_for    what the configuration says for a file

Findings are plain data: frozen, comparable, picklable. Nothing of the code is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from smelllint.config import Configurations, Overrides
from smelllint.diagnostic import FileReport
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome, examine, examine_all
from smelllint.files import find, shown
from smelllint.settings import Settings
from smelllint.source import BOM, encoded

AnyPath = str | os.PathLike[str]


def check_source(
    source: str | bytes, path: AnyPath = "source.py", *, settings: Settings | None = None
) -> FileReport:
    """What smells in a text: Python, or by the ending of the path a notebook or Markdown.

    The path need not be there. It says what the report calls the text, where its imports are looked for, and
    without `settings` which configuration holds. Offsets of findings and edits count the characters of the
    code, which is the text itself but for notebooks and a byte order mark. What could not be dealt with is in
    `troubles`; MistakeError is raised for a configuration that cannot be read.
    """
    return _examined(source, path, settings, fix=False, unsafe=False).report


def fix_source(
    source: str, path: AnyPath = "source.py", *, unsafe: bool = False, settings: Settings | None = None
) -> str:
    """The text once its findings are mended: safely, so that every result stays bit-identical, or with
    `unsafe` also where results may change. The same text where there is nothing to mend."""
    report = _examined(source, path, settings, fix=True, unsafe=unsafe).report
    if report.after is None:
        return source
    return BOM + report.after if source.startswith(BOM) else report.after


def check_paths(
    *paths: AnyPath, settings: Settings | None = None, jobs: int | None = 1
) -> Iterator[FileReport]:
    """A report for each file that the paths mean, as `smelllint check PATHS` finds them, in order.

    `jobs` processes share the work where there are many files, all processors with None. MistakeError is
    raised for a path that is not there, and for a configuration that cannot be read.
    """
    named = [os.fspath(path) for path in paths]
    for path in named:
        if not os.path.lexists(path):
            raise MistakeError(f"`{path}` does not exist")
    configurations = Configurations(Overrides())
    targets, troubles = find(named, lambda folder: settings or configurations.of(folder))
    for trouble in troubles:
        yield FileReport(trouble.path, troubles=(trouble,))
    asked = [Job(target.path, target.settings, named=target.named) for target in targets]
    for outcome in examine_all(asked, jobs):
        yield outcome.report


def settings_for(path: AnyPath = "source.py") -> Settings:
    """The settings that the nearest configuration gives a file, the defaults where there is none;
    `dataclasses.replace` makes others of them. MistakeError where the configuration cannot be read."""
    folder = os.path.dirname(os.path.abspath(path))
    return Configurations(Overrides()).of(folder)


def _examined(
    source: str | bytes, path: AnyPath, settings: Settings | None, *, fix: bool, unsafe: bool
) -> Outcome:
    data = encoded(source) if isinstance(source, str) else source
    absolute = os.path.abspath(path)
    job = Job(shown(absolute), settings or settings_for(path), data, fix, unsafe, named=True)
    return examine(job)
