"""Pushes diagnostics, to clients that do not pull them.

A change is linted at once. Where changes come faster than they are linted, the next one waits as long as the
last took: then linting takes half of the time at most, and only the latest version is ever linted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lsprotocol.types import PublishDiagnosticsParams

from smelllint.server.analyst import Analyst
from smelllint.server.findings import diagnostics
from smelllint.server.programs import Program

Send = Callable[[PublishDiagnosticsParams], None]
LONGEST_REST = 1.0  # seconds


class Publisher:
    """One task for each program that has changed."""

    def __init__(self, analyst: Analyst, send: Send) -> None:
        self.analyst = analyst
        self.send = send
        self._tasks: dict[Program, asyncio.Task[None]] = {}

    def changed(self, program: Program) -> None:
        """The program, or what holds for it, has changed."""
        if program not in self._tasks:
            self._tasks[program] = asyncio.get_running_loop().create_task(self._publish(program))

    def gone(self, uri: str) -> None:
        """Nothing is said any more of a document or cell that the client has closed."""
        self.send(PublishDiagnosticsParams(uri, []))

    async def _publish(self, program: Program) -> None:
        try:
            await self._follow(program)
        finally:
            # At once, not in a callback of the task: a change may come in before that is called.
            del self._tasks[program]

    async def _follow(self, program: Program) -> None:
        """Publish until what is published is of the latest version."""
        while True:
            analysis = await self.analyst.analysis(program)
            if program.closed:
                return
            found = diagnostics(program, analysis.report)
            for part in program.parts:
                self.send(PublishDiagnosticsParams(part.uri, found[part.uri], part.version))
            if (analysis.stamp, analysis.generation) == (program.stamp, self.analyst.setup.generation):
                return
            await asyncio.sleep(min(analysis.seconds, LONGEST_REST))
