"""Findings in groups.

Standing    how far it is proven that mending a finding saves energy
RuleGroup   the findings of a rule, and what is known of it
by_rule     the largest saving first, then the most findings
by_folder   folders, of long lists of them the upper ones
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from smelllint.doc import Doc, doc_of
from smelllint.edit import Safety
from smelllint.proof import Proofs, Proven
from smelllint.report.described import UNUSED_PAGE, UNUSED_TITLE
from smelllint.report.findings import Finding
from smelllint.suppress import UNUSED

MOST_FOLDERS = 15
UNUSED_DOC = Doc(UNUSED_TITLE, (UNUSED_PAGE,), "", "", "safe")


class Standing(Enum):
    """What is proven of a finding, on the device that its code runs on."""

    SAVES = "proven to save energy"
    MEASURED = "measured, without a sure saving"
    UNPROVEN = "not measured"

    @classmethod
    def of(cls, finding: Finding) -> Standing:
        proven = finding.diagnostic.proven
        if finding.saving > 0:
            return cls.SAVES
        return cls.MEASURED if proven is not None and proven.speaking else cls.UNPROVEN


@dataclass(frozen=True)
class RuleGroup:
    """A rule with its findings, of which there is at least one."""

    name: str
    findings: Sequence[Finding]

    @cached_property
    def doc(self) -> Doc:
        """Its documentation, each part on one line."""
        doc = UNUSED_DOC if self.name == UNUSED else doc_of(self.name)
        why = tuple(" ".join(part.split()) for part in doc.why)
        return replace(doc, why=why, leave=" ".join(doc.leave.split()), fix=" ".join(doc.fix.split()))

    @cached_property
    def standings(self) -> Counter[Standing]:
        return Counter(map(Standing.of, self.findings))

    @cached_property
    def mends(self) -> Counter[Safety | None]:
        """How many have a fix of which safety."""
        fixes = (finding.diagnostic.fix for finding in self.findings)
        return Counter(None if fix is None else fix.safety for fix in fixes)

    @property
    def saving(self) -> float:
        return max(finding.saving for finding in self.findings)

    @cached_property
    def proofs(self) -> Proofs:
        """Those that speak of one of the findings at least."""
        speaking = {proof.device: proof for proven in self.proven for proof in proven.speaking}
        return tuple(speaking[device] for device in sorted(speaking))

    @cached_property
    def unproven(self) -> list[str]:
        """What nothing was measured of: `unproven on cuda`."""
        said = {finding.evidence for finding in self.findings if Standing.of(finding) is Standing.UNPROVEN}
        return sorted(said)

    @cached_property
    def proven(self) -> list[Proven]:
        return [proven for finding in self.findings if (proven := finding.diagnostic.proven) is not None]


def by_rule(found: Sequence[Finding]) -> list[RuleGroup]:
    """The findings by rule; those of a rule stay in their order."""
    rules: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        rules[finding.rule].append(finding)
    groups = [RuleGroup(name, findings) for name, findings in rules.items()]
    return sorted(groups, key=lambda group: (-group.saving, -len(group.findings), group.name))


def by_folder(found: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """The findings by folder, the most first; where there are many folders, by those above them."""
    depth = max((finding.path.count("/") for finding in found), default=0)
    folders = _folders(found, depth)
    while len(folders) > MOST_FOLDERS and depth > 1:
        depth -= 1
        folders = _folders(found, depth)
    return dict(sorted(folders.items(), key=lambda item: (-len(item[1]), item[0])))


def _folders(found: Sequence[Finding], depth: int) -> dict[str, list[Finding]]:
    folders: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        parts = os.path.dirname(finding.path).split("/")
        folders["/".join(parts[:depth])].append(finding)
    return folders
