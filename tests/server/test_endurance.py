"""A short run of the two long scripts: random sessions, and messages that are wrong."""

from __future__ import annotations

import asyncio

import pytest

from tests.server import junk, sessions


@pytest.mark.parametrize("seed", range(6))
def test_sessions_agree_with_check(seed: int) -> None:
    assert asyncio.run(sessions.play(seed, edits=40)) == 4


def test_wrong_messages_are_answered() -> None:
    assert junk.main(count=400) == 0
