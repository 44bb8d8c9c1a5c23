"""Messages from and to a pair of streams, each with a header that says its length.

messages(stream)    the bodies, in order, until the stream ends; headers that make no sense are skipped
run(protocol, ...)  the conversation, to its end; the exit code
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import BinaryIO

from smelllint.server.protocol import Protocol

LENGTH = re.compile(rb"\s*content-length\s*:\s*(\d{1,10})\s*", re.IGNORECASE)
LIMIT = 1 << 30  # bytes of a message
BROKEN = 1  # the exit code where the client goes without a word


class Writer:
    """A stream that whole messages are written to."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def write(self, data: bytes) -> None:
        self.stream.write(data)
        self.stream.flush()

    def close(self) -> None:
        """The stream is not ours to close."""


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the messages."""
    length: int | None = None
    for header in iter(stream.readline, b""):
        if header.strip():
            match = LENGTH.fullmatch(header)
            length = int(match[1]) if match and int(match[1]) <= LIMIT else length
            continue
        if length is not None:
            body = stream.read(length)
            if len(body) < length:
                return
            yield body
        length = None


def run(protocol: Protocol, incoming: BinaryIO, outgoing: BinaryIO) -> int:
    """Listen until the client says goodbye or is gone."""
    return asyncio.run(_converse(protocol, incoming, outgoing))


async def _converse(protocol: Protocol, incoming: BinaryIO, outgoing: BinaryIO) -> int:
    loop = asyncio.get_running_loop()
    code: asyncio.Future[int] = loop.create_future()

    def leave(value: int) -> None:
        if not code.done():
            code.set_result(value)

    def receive(body: bytes) -> None:
        try:
            protocol.receive(body)
        except BrokenPipeError:
            leave(BROKEN)

    def listen() -> None:
        for body in messages(incoming):
            loop.call_soon_threadsafe(receive, body)
        loop.call_soon_threadsafe(leave, BROKEN)

    protocol.leave = leave
    protocol.set_writer(Writer(outgoing))
    threading.Thread(target=listen, name="listener", daemon=True).start()
    return await code
