"""The table of what other linters find."""

from __future__ import annotations

import pytest

from smelllint import catalogue
from smelllint.author.peers import Peer, peers, related


@pytest.mark.parametrize("peer", peers(), ids=lambda peer: peer.name)
def test_every_rule_of_another_tool_has_ours_or_a_reason(peer: Peer) -> None:
    assert peer.rules
    for rule in peer.rules:
        assert bool(rule.ours) != bool(rule.why), rule.id
        assert set(rule.ours) <= set(catalogue.names()), rule.id


def test_a_rule_names_its_relatives() -> None:
    assert "creedengo" in related("inference-without-no-grad")
    assert "GCI100" in related("inference-without-no-grad")
    assert related("oversized-default-model") == ""
