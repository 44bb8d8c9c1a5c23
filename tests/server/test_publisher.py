"""What is pushed: always the latest version in the end, however changes come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from lsprotocol.types import PublishDiagnosticsParams

from smelllint.diagnostic import FileReport
from smelllint.server.analyst import Analysis, Analyst
from smelllint.server.programs import PYTHON, Part, Program, PythonFile
from smelllint.server.publisher import Publisher
from smelllint.server.settings import Setup
from smelllint.server.text import Text
from smelllint.server.worker import Worker


class Quick(Analyst):
    """Says at once that there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(Worker(), Setup(), print)

    async def analysis(self, program: Program) -> Analysis:
        return Analysis(program.stamp, 0, FileReport(program.path))


def test_a_change_at_the_very_end_of_a_push_is_not_lost() -> None:
    async def story(steps: int) -> list[int | None]:
        told: list[int | None] = []

        def send(params: PublishDiagnosticsParams) -> None:
            told.append(params.version)

        publisher = Publisher(Quick(), send)
        program = PythonFile(Part("file:///a.py", 0, PYTHON, Text("x = 1\n")))

        def change() -> None:
            program.stamp += 1
            program.document.version = program.stamp
            publisher.changed(program)

        change()
        after(steps, change)
        await asyncio.sleep(0.05)
        return told

    # The change comes in after so many turns of the loop: before, during and after the end of the first push.
    for steps in range(12):
        assert asyncio.run(story(steps))[-1] == 2, steps


class Slow(Analyst):
    """Takes a while, and says that it took an hour."""

    def __init__(self) -> None:
        super().__init__(Worker(), Setup(), print)

    async def analysis(self, program: Program) -> Analysis:
        stamp = program.stamp
        await asyncio.sleep(0.01)
        return Analysis(stamp, 0, FileReport(program.path), seconds=3600.0)


@pytest.mark.parametrize(
    ("pause", "count"), [(0.1, 2), (0.001, 1)], ids=["after the answer", "before the answer"]
)
def test_only_who_types_faster_than_is_linted_has_to_wait(pause: float, count: int) -> None:
    async def story() -> int:
        told: list[int | None] = []
        publisher = Publisher(Slow(), lambda params: told.append(params.version))
        program = PythonFile(Part("file:///a.py", 0, PYTHON, Text("x = 1\n")))
        publisher.changed(program)
        await asyncio.sleep(pause)
        program.stamp += 1
        publisher.changed(program)
        await asyncio.sleep(0.2)
        return len(told)

    assert asyncio.run(story()) == count


def after(steps: int, call: Callable[[], None]) -> None:
    """Call after so many turns of the loop."""
    if steps == 0:
        call()
    else:
        asyncio.get_running_loop().call_soon(after, steps - 1, call)
