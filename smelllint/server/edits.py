"""Edits in the words of the protocol.

difference       the edits that turn a text into another
workspace_edit   edits of parts as the client wants them
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from lsprotocol.types import (
    OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from smelllint.edit import Edit
from smelllint.server.programs import Part
from smelllint.server.text import LINE_END


def difference(before: str, after: str) -> list[Edit]:
    """Edits of whole lines that turn a text into another."""
    old, new = lines_of(before), lines_of(after)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(starts[first], starts[last], "".join(new[start:end]))
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def lines_of(text: str) -> list[str]:
    """The lines of a text, with their ends."""
    ends = [match.end() for match in LINE_END.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if start < end]


def workspace_edit(changes: Iterable[tuple[Part, Sequence[Edit]]], *, versioned: bool) -> WorkspaceEdit:
    """Edits of parts; bound to their versions where the client knows of versions."""
    by_part = [(part, [_text_edit(part, edit) for edit in edits]) for part, edits in changes if edits]
    if not versioned:
        return WorkspaceEdit(changes={part.uri: edits for part, edits in by_part})
    return WorkspaceEdit(
        document_changes=[
            TextDocumentEdit(OptionalVersionedTextDocumentIdentifier(part.uri, part.version), edits)
            for part, edits in by_part
        ]
    )


def _text_edit(part: Part, edit: Edit) -> TextEdit:
    return TextEdit(part.text.range(edit.start, edit.end), edit.text)
