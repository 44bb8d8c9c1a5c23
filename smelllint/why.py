"""Why a rule fired on a line, or stayed silent there: the facts that it asked for, and what they answered.

    Place     a line of a file, of a notebook with its cell: FILE:LINE, FILE:CELL:LINE
    why       the lines to print

A rule is a function of a node and the facts, so the words that it asked, in order, are its reasons; the last
one that it asked decided.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import libcst as cst

from smelllint import catalogue, gate
from smelllint.config import Configurations, Overrides
from smelllint.errors import MistakeError
from smelllint.project import around, own_tree
from smelllint.read import UnreadableError, read
from smelllint.source import Source, SourceError, code_of, source_of
from smelllint.syntax import ParseError, guard
from smelllint.words import closest

if TYPE_CHECKING:
    from smelllint.facts import Facts
    from smelllint.rule import Rule
    from smelllint.settings import Settings

PLACE = re.compile(r"(?P<path>.+?)(?::(?P<cell>\d+))?:(?P<line>\d+)", re.DOTALL)
MOST_NODES = 4
# Words that walk the tree or write a fix: they tell nothing of what the code means.
WALKS = "text parent ancestors within inside order nodes statement block branches loops symbol uses reads"
FIXES = (
    "text_with replace replace_span has_comment add_argument drop_argument add_element under before after "
    "hoist remove_statement decorate import_name import_from bound collected listed made_from free argument"
)
FOOTWORK = frozenset(f"{WALKS} {FIXES}".split())
WIDTH = 60


@dataclass(frozen=True)
class Place:
    """A line, from 1; `cell` is that of a notebook."""

    path: str
    line: int
    cell: int | None = None

    @classmethod
    def of(cls, text: str) -> Place:
        """`FILE:LINE` or `NOTEBOOK:CELL:LINE`; MistakeError for anything else."""
        match = PLACE.fullmatch(text)
        if match is None or not os.path.isfile(match["path"]):
            raise MistakeError(f"--why takes one place, FILE:LINE or NOTEBOOK:CELL:LINE, and not `{text}`")
        return cls(match["path"], int(match["line"]), int(match["cell"]) if match["cell"] else None)


@dataclass
class Asked:
    """What a rule asked of the facts about one node, and whether it fired."""

    node: cst.CSTNode
    answers: list[str] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)


class Witness:
    """The facts, with a note of every word that is asked."""

    def __init__(self, facts: Facts, asked: Asked) -> None:
        self._facts = facts
        self._asked = asked

    def __getattr__(self, word: str) -> Any:
        value = getattr(self._facts, word)
        if not callable(value):
            if isinstance(value, bool):
                self._note(word, value)
            return value

        if word in FOOTWORK:
            return value

        def ask(*arguments: Any, **named: Any) -> Any:
            answer = value(*arguments, **named)
            shown = [self._shown(argument) for argument in (*arguments, *named.values())]
            self._note(f"{word}({', '.join(shown)})", answer)
            return answer

        return ask

    def _note(self, question: str, answer: Any) -> None:
        note = f"{question}: {self._shown(answer)}"
        if note not in self._asked.answers:
            self._asked.answers.append(note)

    def _shown(self, value: Any) -> str:
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Enum):
            return str(value.value)
        if isinstance(value, cst.CSTNode):
            text = self._facts.text(value).partition("\n")[0]
            return f"`{text}`" if len(text) <= WIDTH else f"`{text[: WIDTH - 3]}...`"
        if isinstance(value, (list, tuple, set, frozenset)):
            items = [self._shown(item) for item in list(value)[:3]]
            return f"[{', '.join([*items, *(['...'] if len(value) > 3 else [])])}]"
        return repr(value) if isinstance(value, (str, int, float)) else type(value).__name__.lower()


def why(texts: Sequence[str], name: str, overrides: Overrides) -> list[str]:
    """What to print for a place and a rule. MistakeError where there is no such rule or place."""
    if name not in catalogue.names():
        mend = closest(name, catalogue.names()) or "; `smelllint rules` lists them"
        raise MistakeError(f"`{name}` is no rule{mend}")
    if len(texts) != 1:
        raise MistakeError("--why takes one place, FILE:LINE or NOTEBOOK:CELL:LINE")
    place = Place.of(texts[0])
    settings = Configurations(overrides).of(os.path.dirname(os.path.abspath(place.path)))
    try:
        data = read(place.path)
        source, rule = source_of(place.path, data), catalogue.load(name)
        if not gate.possible(code_of(place.path, data), [rule]):
            return [f"{texts[0]}: {name} does not look at this file, for it has none of: {_needs(rule)}"]
        guard(source.text)
        if not gate.candidates(place.path, data, [rule], settings.target):
            return [f"{texts[0]}: {name} does not look at this file, for it shows none of: {_shows(rule)}"]
        asked = list(_questions(source, rule, place, settings))
    except (UnreadableError, SourceError, ParseError) as error:
        raise MistakeError(f"{place.path}: {error}") from error
    return list(_told(texts[0], rule, asked))


def _needs(rule: Rule) -> str:
    return ", ".join([*(f"import {module}" for module in sorted(rule.imports)), *sorted(rule.words)])


def _shows(rule: Rule) -> str:
    return "; nor one of: ".join(", ".join(sorted(choice)) for choice in rule.signs)


def _questions(source: Source, rule: Rule, place: Place, settings: Settings) -> Iterator[Asked]:
    """What the rule asks about each node that begins on the line."""
    from smelllint.facts import Facts

    project = around(place.path, settings)
    tree = own_tree(source)
    facts = Facts(source, tree, settings, {**rule.options, **settings.options.get(rule.name, {})}, project)
    for type_, check in rule.checks:
        for node in facts.nodes(type_):
            cell, location = source.in_cell(source.location(tree.span(node)[0]))
            if location.row != place.line or cell != place.cell:
                continue
            asked = Asked(node)
            smells = check(node, cast("Facts", Witness(facts, asked)))
            asked.fired = [smell.message for smell in smells]
            yield asked


def _told(place: str, rule: Rule, found: Sequence[Asked]) -> Iterator[str]:
    fired = [asked for asked in found if asked.fired]
    if not found:
        kinds = " or ".join(sorted({type_.__name__ for type_, _ in rule.checks}))
        yield f"{place}: {rule.name} finds nothing to look at here: it looks at every {kinds}"
        return
    yield f"{place}: {rule.name} {'fires' if fired else 'stays silent'}"
    for asked in fired or sorted(found, key=lambda asked: -len(asked.answers))[:MOST_NODES]:
        first, *rest = asked.answers or ["it asks nothing: the code has another shape"]
        yield f"  {type(asked.node).__name__}: {first}"
        yield from (f"    {answer}" for answer in rest)
        yield f"    so it {f'fires: {asked.fired[0]}' if asked.fired else 'is silent'}"
