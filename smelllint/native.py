"""LibCST's own parser, which is native, on a stack that it does not outgrow.

parse_module(text)    LibCST's parse; ParseError where it gives up
statement(lines)      the same of the whole lines of one statement, however deep it is indented
in_deep_thread(work)  `work()`, where the native parser has room
deep_recursion()      Python may recurse as deep as the guarded trees go
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar, cast

import libcst as cst

from smelllint.syntax import ParseError, guard

T = TypeVar("T")

# The native parser recurses on the thread's own stack.
STACK_BYTES = 256 << 20
RECURSION_LIMIT = 20_000
PATIENCE = (0.001, 0.01, 0.1, 1.0, 0.0)  # seconds to wait for room, one time after the other
FRAME = "if 1:\n"  # around statements that are indented


def parse_module(text: str) -> cst.Module:
    """LibCST's parse, whatever it raises turned into a ParseError."""
    try:
        return cst.parse_module(text)
    except Exception as error:
        # Python accepts the text, so this is a limit of the parser, never the user's syntax error.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ParseError("parser-limit", f"is valid Python, but the parser gave up: {reason}") from error


def statement(lines: str) -> tuple[str, cst.Module, cst.CSTNode]:
    """The statement that stands on some whole lines, with the text that was parsed, which ends with them, and
    its module. ParseError where they are no single statement, or the parser cannot bear them."""
    head = FRAME if lines.startswith((" ", "\t")) else ""
    text = head + lines
    guard(text)
    module = parse_module(text)
    found: Sequence[cst.CSTNode] = module.body
    if head and len(found) == 1:
        found = cast("cst.If", found[0]).body.body
    if len(found) != 1:
        raise ParseError("parser-limit", "is no single statement")
    return text, module, found[0]


def in_deep_thread(work: Callable[[], T]) -> T:
    """Run on a thread with a stack that the native parser does not outgrow."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # handed to the caller's thread
            failure.append(error)

    started(run).join()
    if failure:
        raise failure[0]
    return result[0]


def started(run: Callable[[], None]) -> threading.Thread:
    """A thread with a deep stack that runs this; MemoryError where there is no room for the stack. That of a
    thread before may still be there: it goes a little later than the thread is told to be done."""
    for patience in PATIENCE:
        thread = start(run)
        if thread is not None:
            return thread
        time.sleep(patience)
    raise MemoryError("there is no room for a deep stack")


def start(run: Callable[[], None]) -> threading.Thread | None:
    """The same at once; None where there is no room now."""
    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=run, daemon=True)  # an interrupt does not wait for it
        thread.start()
    except RuntimeError:
        return None
    finally:
        threading.stack_size(before)
    return thread


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python recurse as deep as the guarded trees go."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
