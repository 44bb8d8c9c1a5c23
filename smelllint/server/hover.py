"""What a finding's rule has to say for itself.

rule_page(name)   its page, headed by what its mend was measured to save; costs the import of the rules,
                  so it is asked of the worker
"""

from __future__ import annotations

from smelllint import catalogue, proof
from smelllint.author.pages import GENERATED, page


def rule_page(name: str) -> str | None:
    """The page of a rule in Markdown, None for what is no rule."""
    if name not in catalogue.names():
        return None
    text = page(name, proof.known).removeprefix(GENERATED).strip()
    saving = measured_saving(name)
    return f"{saving}\n\n{text}" if saving else text


def measured_saving(name: str) -> str | None:
    """What the fresh evidence of a rule says, in a line; None where there is none."""
    found = proof.proven(name, None)
    return f"Measured: {found.words}" if found.proofs else None
