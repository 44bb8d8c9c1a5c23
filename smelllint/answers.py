"""Answers: what lints asked of the files around theirs, written down, and whether that still holds.

    Answers.note(asked, disk)     write down what was asked; the places where it stands
    Answers.hold(places, disk)    whether what stands there would be answered the same
    Answers.compact(used)         all of it as JSON has it, without what nobody uses

Most questions are about one path, and are asked again. Which files mention a name would take all files of the
project to answer: here only those are read that changed since, for the others must still be in the answer or
out of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from smelllint import seen
from smelllint.phrases import stand
from smelllint.project import Answer, Disk, Question, text_of
from smelllint.stamps import AT_REST, Stamp, digest_of

MENTIONING = "mentioning"
FEW = 20  # changed files, to each of which each name is put
State = tuple[Stamp | None, str]  # of a file: its stamp and digest
Plain = dict[str, Any]


class Answers:
    """Questions with their answers, each written down once."""

    def __init__(self, plain: Plain) -> None:
        """From what `compact` gave; ValueError, TypeError or KeyError where it is something else."""
        self._asked: list[tuple[str, Question, Answer]] = [
            (root, tuple(question), tuple(answer) if isinstance(answer, list) else answer)
            for root, question, answer in plain.get("asked", [])
        ]
        self._searched: dict[str, dict[str, State]] = {
            root: {path: (stamp, digest) for path, (stamp, digest) in files.items()}
            for root, files in plain.get("searched", {}).items()
        }
        self._places: dict[tuple[str, Question, Answer], int] | None = None
        self._holds: dict[int, bool] = {}
        self._changes: dict[str, dict[str, bytes] | None] = {}
        self._disks: dict[str, Disk] = {}
        self._began = time.time_ns()

    def hold(self, places: Iterable[int], disk: Disk | None) -> bool:
        """Whether the answers at these places would be the same now. IndexError where there are no such."""
        if disk is not None:
            self._disks[disk.root] = disk
        return all(self._hold(place, disk) for place in places)

    def stand(self, places: Iterable[int]) -> bool:
        """The same, of a project that nothing may have been asked of since: then they stand as they are."""
        roots = {self._asked[place][0] for place in places}
        return all(root not in self._disks or self.hold(places, self._disks[root]) for root in roots)

    def _hold(self, place: int, disk: Disk | None) -> bool:
        if place not in self._holds:
            root, question, answer = self._asked[place]
            here = disk is not None and disk.root == root
            self._holds[place] = here and disk is not None and self._still(question, answer, disk)
        return self._holds[place]

    def _still(self, question: Question, answer: Answer, disk: Disk) -> bool:
        if question[0] != MENTIONING or disk.root not in self._searched:
            return disk.answer(question) == answer
        changes = self._changed(disk)
        if changes is None:
            return disk.answer(question) == answer
        known = frozenset(answer or ())
        return all((path in known) == stand(data, question[1:]) for path, data in changes.items())

    def _changed(self, disk: Disk) -> dict[str, bytes] | None:
        """What the files of a project hold that are others than when its names were looked for, or new, and
        those that are no more: nothing. None where it is shorter to look through all files again."""
        if disk.root not in self._changes:
            before, now = self._searched[disk.root], disk.searched
            gone = sorted(before.keys() - set(now))
            others = [path for path in now if path not in before or differs(path, *before[path])]
            few = len(gone) + len(others) <= FEW
            texts = {**dict.fromkeys(gone, b""), **{path: text_of(path) for path in others}} if few else None
            self._changes[disk.root] = texts
        return self._changes[disk.root]

    def note(self, asked: Mapping[Question, Answer], disk: Disk | None) -> list[int]:
        """Write down what was asked of a project; where it stands."""
        if disk is None:
            return []
        if self._places is None:
            self._places = {entry: place for place, entry in enumerate(self._asked)}
        self._disks[disk.root] = disk
        return [self._place((disk.root, question, answer)) for question, answer in asked.items()]

    def _place(self, entry: tuple[str, Question, Answer]) -> int:
        assert self._places is not None
        if entry not in self._places:
            self._places[entry] = len(self._asked)
            self._asked.append(entry)
            self._holds[self._places[entry]] = True
        return self._places[entry]

    def told_again(self, places: Iterable[int]) -> bool:
        """Whether the disk says once more what stands at these places, whoever asked before."""
        return all(
            self._disks[root].answer(question) == answer
            for root, question, answer in map(self._asked.__getitem__, places)
        )

    def compact(self, used: Iterable[int]) -> tuple[Plain, dict[int, int]]:
        """What is used, as JSON has it, and where it stands there. All that is used has to stand."""
        kept = sorted(set(used))
        asked = [self._asked[place] for place in kept]
        roots = {root for root, question, _ in asked if question[0] == MENTIONING}
        searched = {root: self._state(root) for root in sorted(roots)}
        return {"asked": asked, "searched": searched}, {place: new for new, place in enumerate(kept)}

    def _state(self, root: str) -> dict[str, State]:
        """What the files were, when all that is used was answered, in which names are looked for."""
        disk, before = self._disks.get(root), self._searched.get(root, {})
        if disk is None:
            return before
        return {path: self._state_of(path, before.get(path)) for path in disk.searched}

    def _state_of(self, path: str, before: State | None) -> State:
        """What a file was when this run began; of one that has changed since, nothing is sure."""
        stamp = seen.stamp(path)
        if stamp is None or max(stamp[:2]) >= self._began - AT_REST * 1e9:
            return None, ""
        return before if before is not None and stamp == before[0] else (stamp, digest_of(text_of(path)))


def differs(path: str, stamp: Stamp | None, digest: str) -> bool:
    """Whether a file has other bytes than it had."""
    now = seen.stamp(path)
    return (now is None or now != stamp) and digest_of(text_of(path)) != digest
