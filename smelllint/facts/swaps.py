"""Swaps: one thing of a library in the place of another.

instead(gone, canonical)   how the other one is called where the mentions of the first go, and the edit that
                           imports it
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from smelllint.facts.edits import EditWords, Imported
from smelllint.facts.scopes import dotted_name


class Swaps:
    """The words of this family, for one file."""

    def __init__(self, edits: EditWords) -> None:
        self.edits = edits
        self.names = edits.names
        self.tree = edits.tree

    def instead(self, gone: Sequence[cst.CSTNode], canonical: str) -> Imported | None:
        """How a thing of a library is called in the place of mentions that go; where it is not imported, its
        import takes the place of one that nothing else needs, or is added. None where its name is taken."""
        known = self.edits.bound(canonical, gone[0])
        # A name stays a name: `import sklearn` alone does not promise that `sklearn.svm` is there.
        if known is not None and ("." not in known or isinstance(gone[0], cst.Attribute)):
            return Imported(known, ())
        module, _, name = canonical.rpartition(".")
        if self.names.reaching(name, gone[0]):
            return None
        unneeded = self._unneeded(gone, module)
        edits = self.edits.replace(unneeded, name) if unneeded is not None else None
        return Imported(name, edits or self.edits.import_from(module, name))

    def _unneeded(self, gone: Sequence[cst.CSTNode], module: str) -> cst.CSTNode | None:
        """The name in `from module import name` whose every mention goes."""
        first = gone[0]
        found = self.names.bindings(first) if isinstance(first, cst.Name) else []
        alias = found[0].node if len(found) == 1 else None
        statement = self.tree.parent(alias) if isinstance(alias, cst.ImportAlias) else None
        if not isinstance(alias, cst.ImportAlias) or not isinstance(statement, cst.ImportFrom):
            return None
        written = dotted_name(statement.module) if statement.module is not None else ""
        if alias.asname is not None or statement.relative or written != module:
            return None
        going = {alias.name, *gone}
        return alias.name if all(use in going for use in self.names.uses(first)) else None
