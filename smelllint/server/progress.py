"""How far a long request is, for clients that show it.

work_done(server, token, title)    tells of the begin and the end; `step` tells of the way, and whether the
                                   user wants no more
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lsprotocol.types import (
    ProgressToken,
    WorkDoneProgressBegin,
    WorkDoneProgressEnd,
    WorkDoneProgressReport,
)
from pygls.lsp.server import LanguageServer


class WorkDone:
    """Progress under a token; nothing is told where there is none."""

    def __init__(self, server: LanguageServer, token: ProgressToken | None) -> None:
        self.progress = server.work_done_progress
        self.token = token
        self.percentage = -1

    def step(self, done: int, total: int) -> bool:
        """Tell how many files are done, once for each per cent; whether to go on."""
        if self.token is None:
            return True
        percentage = 100 * done // max(total, 1)
        if percentage > self.percentage:
            self.percentage = percentage
            said = WorkDoneProgressReport(message=f"{done}/{total} files", percentage=percentage)
            self.progress.report(self.token, said)
        return not self.progress.tokens[self.token].cancelled()


@contextmanager
def work_done(server: LanguageServer, token: ProgressToken | None, title: str) -> Iterator[WorkDone]:
    """Progress from begin to end, whatever happens in between."""
    work = WorkDone(server, token)
    if token is None:
        yield work
        return
    work.progress.begin(token, WorkDoneProgressBegin(title=title, percentage=0, cancellable=True))
    try:
        yield work
    finally:
        work.progress.end(token, WorkDoneProgressEnd())
        work.progress.tokens.pop(token, None)
