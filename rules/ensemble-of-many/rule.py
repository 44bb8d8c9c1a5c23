"""A vote of many models where a few might do.

Every member of an ensemble is trained, and asked at every prediction, so the energy grows with their number.
The gain in quality does not: it comes from the first few that err differently, and falls off soon.

Leave it when each member was seen to earn its place on held-out data.

There is no fix: which members to keep, only a measurement of the quality tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Call, List, StarredElement, Tuple

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, UNKNOWN, Facts

rule = Rule(
    family="advice",
    imports=frozenset({"sklearn"}),
    words=frozenset({"VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor"}),
    options={"members": 3},
    default=False,
)

ENSEMBLES = (
    "sklearn.ensemble.VotingClassifier",
    "sklearn.ensemble.VotingRegressor",
    "sklearn.ensemble.StackingClassifier",
    "sklearn.ensemble.StackingRegressor",
)


@rule.on(Call)
def many_members(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, *ENSEMBLES):
        return
    given = facts.argument(call, "estimators", 0)
    if given is ABSENT or given is UNKNOWN:
        return
    members = facts.resolve(given)
    if not isinstance(members, (List, Tuple)):
        return
    if any(isinstance(member, StarredElement) for member in members.elements):
        return
    if len(members.elements) > int(str(facts.option("members"))):
        yield Smell(
            at=call, message=f"`{facts.text(call.func)}` asks {len(members.elements)} models every time"
        )
