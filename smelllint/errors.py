"""The one error that is the user's to mend."""

from __future__ import annotations


class MistakeError(Exception):
    """A mistake of the user's: its text names the place and the mend. The command exits with 2."""
