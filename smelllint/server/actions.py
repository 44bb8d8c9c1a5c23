"""What can be done about the findings in a range.

quick fixes     one for each mend; an unsafe one says so in its title, and is never the preferred one; where
                the rule has a mend and the finding has none, a disabled one that says so
ignore here     the comment that silences it
fix all         every safe fix of the program, as `smelllint check --fix` makes them
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol.types import (
    CodeAction,
    CodeActionContext,
    CodeActionDisabled,
    CodeActionKind,
    Position,
    Range,
    WorkspaceEdit,
)

from smelllint.diagnostic import Diagnostic
from smelllint.edit import Edit, Fix, Safety
from smelllint.server.analyst import Analysis, Analyst
from smelllint.server.edits import difference, workspace_edit
from smelllint.server.findings import diagnostic
from smelllint.server.hover import mends
from smelllint.server.programs import Program
from smelllint.server.silence import silence
from smelllint.source import Source

FIX_ALL = "source.fixAll.smelllint"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
KINDS = (CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL)
REFUSED = "not mended here: a comment would be lost, or it is not sure that the rest would stay as it is"
FIX_ALL_TITLE = "smelllint: fix all that can be fixed safely"


class Actions:
    """`versioned` says that the client takes edits that are bound to versions, `resolves` that it asks for
    the edit of fix all once that is chosen, `explains` that it shows why an action is disabled."""

    def __init__(self, analyst: Analyst, *, versioned: bool, resolves: bool, explains: bool) -> None:
        self.analyst = analyst
        self.versioned = versioned
        self.resolves = resolves
        self.explains = explains

    async def offered(
        self, program: Program, uri: str, place: Range, context: CodeActionContext
    ) -> list[CodeAction]:
        """The actions for a range of the part with this URI."""
        analysis = await self.analyst.analysis(program)
        source = program.source() if analysis.job is not None else None
        if source is None:
            return []
        actions: list[CodeAction] = []
        if _asked(context, CodeActionKind.QuickFix):
            for finding in analysis.report.diagnostics:
                spot = program.spot(finding)
                if spot is not None and spot[0].uri == uri and _touch(spot[1], place):
                    actions += await self._refused(finding, spot[1])
                    actions += self._quick_fixes(program, source, finding, spot[1])
        kind = NOTEBOOK_FIX_ALL if _only(context, "notebook") else FIX_ALL
        if _asked(context, kind) and any(_safe(finding) for finding in analysis.report.diagnostics):
            actions += await self._fix_all(program, uri, kind, now=bool(context.only))
        return actions

    async def resolved(self, program: Program, action: CodeAction) -> CodeAction:
        """Fix all with its edit."""
        action.edit = await self._all_fixed(program)
        return action

    def _quick_fixes(
        self, program: Program, source: Source, finding: Diagnostic, place: Range
    ) -> Iterator[CodeAction]:
        said = [diagnostic(finding, place)]
        fix, comment = finding.fix, silence(source, finding)
        if fix is not None and fix.safety is not Safety.SHOWN:
            yield CodeAction(
                _title(fix),
                CodeActionKind.QuickFix,
                said,
                is_preferred=_safe(finding),
                edit=self._edit(program, source, fix.edits),
            )
        if comment is not None:
            yield CodeAction(
                f"Ignore {finding.rule} here",
                CodeActionKind.QuickFix,
                said,
                is_preferred=False,
                edit=self._edit(program, source, [comment]),
            )

    async def _refused(self, finding: Diagnostic, place: Range) -> list[CodeAction]:
        """Why a finding has no mend, where its rule has one."""
        if not self.explains or finding.fix is not None:
            return []
        if not await self.analyst.worker.ask(mends, finding.rule):
            return []
        title, said = f"Mend {finding.rule}", [diagnostic(finding, place)]
        return [CodeAction(title, CodeActionKind.QuickFix, said, disabled=CodeActionDisabled(REFUSED))]

    async def _fix_all(self, program: Program, uri: str, kind: str, *, now: bool) -> list[CodeAction]:
        if self.resolves and not now:
            return [CodeAction(FIX_ALL_TITLE, kind, data={"uri": uri})]
        edit = await self._all_fixed(program)
        return [CodeAction(FIX_ALL_TITLE, kind, edit=edit)] if edit is not None else []

    async def _all_fixed(self, program: Program) -> WorkspaceEdit | None:
        analysis = await self.analyst.analysis(program)
        after = await self.analyst.mended(analysis)
        if after is None or self.overtaken(program, analysis) or program.source() is None:
            return None
        changes = [(part, difference(part.text.text, text)) for part, text in program.texts(after)]
        return workspace_edit(changes, versioned=self.versioned)

    @staticmethod
    def overtaken(program: Program, analysis: Analysis) -> bool:
        """Whether the client has changed the program since."""
        return analysis.stamp != program.stamp

    def _edit(self, program: Program, source: Source, edits: Sequence[Edit]) -> WorkspaceEdit:
        return workspace_edit(program.part_edits(source, edits), versioned=self.versioned)


def _safe(finding: Diagnostic) -> bool:
    return finding.fix is not None and finding.fix.safety is Safety.SAFE


def _title(fix: Fix) -> str:
    return fix.title if fix.safety is Safety.SAFE else f"{fix.title} (unsafe: may change results)"


def _asked(context: CodeActionContext, kind: str) -> bool:
    """Whether the client wants actions of this kind: it names the kind, one above it, or none at all."""
    return not context.only or any(kind == one or kind.startswith(f"{one}.") for one in _kinds(context))


def _only(context: CodeActionContext, word: str) -> bool:
    """Whether the client asks for kinds that begin with a word."""
    return any(one.partition(".")[0] == word for one in _kinds(context))


def _kinds(context: CodeActionContext) -> list[str]:
    return [one.value if isinstance(one, CodeActionKind) else one for one in context.only or ()]


def _touch(one: Range, other: Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: Position) -> tuple[int, int]:
    return position.line, position.character
