"""What there is to look at: the items of all sources, one after the other.

Sources     what was named on the command line, and how it is read
kinds       a folder; a file of Python; .jsonl, .ndjson (also .gz) and .parquet, which hold texts; .txt, a
            list of such, one in a line

A source that turns out to be unreadable is an item that says so, and so is a configuration with a mistake in
one repository of many. What can be seen before anything is done is a mistake of the user's, `require`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smelllint.audit.shards import Item
from smelllint.audit.texts import BrokenSourceError, Columns, SourceMistakeError, Text, json_lines
from smelllint.check import near
from smelllint.config import Configurations
from smelllint.diagnostic import Trouble
from smelllint.errors import MistakeError
from smelllint.examine import Job
from smelllint.files import find
from smelllint.settings import Settings

JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
PARQUET = ".parquet"
LIST = ".txt"
UNREADABLE = "unreadable-source"


@dataclass(frozen=True)
class Sources:
    """Sources by their paths, with the configurations that hold for their files and the columns in which
    texts stand."""

    paths: Sequence[str]
    configurations: Configurations
    columns: Columns

    def require(self) -> None:
        """SourceMistakeError for a source that is not there, or not what it says."""
        for path in self.paths:
            if not os.path.lexists(path):
                raise SourceMistakeError(f"`{path}` does not exist{near(path)}")
            if holds_texts(path):
                try:
                    next(texts_of(path, self.columns), None)
                except BrokenSourceError as error:
                    raise SourceMistakeError(f"`{path}` {error}") from error

    def items(self) -> Iterator[Item]:
        """All that is to be looked at, in order."""
        for path in dict.fromkeys(self.paths):
            if _is_list(path):
                yield from self._of_list(path)
            else:
                yield from self._of(path)

    def _of_list(self, path: str) -> Iterator[Item]:
        """The items of the sources that a file names."""
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                for line in file:
                    named = line.rstrip("\r\n")
                    if named.strip() and not named.startswith("#"):
                        yield from self._of(named)
        except OSError as error:
            yield unreadable(path, f"cannot be read: {error.strerror}")

    def _of(self, path: str) -> Iterator[Item]:
        if _is_list(path):
            yield unreadable(path, "is a list in a list; name it beside the other")
        elif holds_texts(path):
            yield from self._of_texts(path)
        elif os.path.lexists(path):
            yield from self._of_files(path)
        else:
            yield unreadable(path, "does not exist")

    def _of_texts(self, path: str) -> Iterator[Item]:
        settings = self.configurations.of_texts()
        try:
            for text in texts_of(path, self.columns):
                yield _item(path, text, settings)
        except (BrokenSourceError, MistakeError) as error:
            yield unreadable(path, str(error).removeprefix(f"`{path}` "))

    def _of_files(self, path: str) -> Iterator[Item]:
        """The files of a folder, as `check` finds them, or the one that was named."""
        wrong: dict[str, Item] = {}

        def settings_of(folder: str) -> Settings:
            try:
                return self.configurations.of(folder)
            except MistakeError as error:
                trouble = Trouble(path, "unreadable-configuration", f"{error}; the defaults hold instead")
                wrong.setdefault(str(error), Item(path, trouble=trouble))
                return self.configurations.of_texts()

        targets, troubles = find([path], settings_of)
        yield from wrong.values()
        for trouble in troubles:
            yield Item(path, trouble=trouble)
        for target in targets:
            yield Item(path, Job(target.path, target.settings, named=target.named))


def texts_of(path: str, columns: Columns) -> Iterator[Text]:
    """The texts of a file of many."""
    if path.endswith(PARQUET):
        from smelllint.audit.parquet import texts

        return texts(path, columns)
    return json_lines(path, columns)


def holds_texts(path: str) -> bool:
    return path.endswith((*JSON_LINES, PARQUET)) and os.path.isfile(path)


def unreadable(path: str, message: str) -> Item:
    """A source of which nothing, or nothing more, can be looked at."""
    return Item(path, trouble=Trouble(path, UNREADABLE, message))


def _is_list(path: str) -> bool:
    return path.endswith(LIST) and os.path.isfile(path)


def _item(source: str, text: Text, settings: Settings) -> Item:
    name = text.path or f"record-{text.record}.py"
    if text.data is None:
        return Item(
            source, trouble=Trouble(name, "unreadable-text", text.lack), record=text.record, name=name
        )
    job = Job(beyond_reach(source, name), settings, text.data)
    return Item(source, job, record=text.record, name=name)


def beyond_reach(source: str, name: str) -> str:
    """A path for a text that says what its own says, and leads nowhere: in a file there are no folders. So
    nothing on this machine is taken for what the text imports."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return os.path.join(os.path.abspath(source), *(parts or ["text.py"]))
