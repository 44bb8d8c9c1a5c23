"""Where what a rule claims can be read up: `rules/<name>/sources.toml`.

Source      a study, a page of documentation or a discussion, and what it says on the matter
sources     those of a rule
section     the same, for its page
"""

from __future__ import annotations

from dataclasses import dataclass

from smelllint import catalogue
from smelllint.errors import MistakeError
from smelllint.toml import TOMLDecodeError, loads

FILE = "sources.toml"


class SourceError(MistakeError):
    """What is wrong with the sources of a rule."""


@dataclass(frozen=True)
class Source:
    """`says` is what the source says, in our words."""

    title: str
    link: str
    says: str


def sources(name: str) -> tuple[Source, ...]:
    """The sources of a rule; SourceError names the file that cannot be used."""
    path = catalogue.folder(name) / FILE
    if not path.is_file():
        return ()
    try:
        return tuple(Source(**row) for row in loads(path.read_text(encoding="utf-8"))["source"])
    except (OSError, TOMLDecodeError, KeyError, TypeError) as error:
        mend = "each `[[source]]` has a `title`, a `link` and what it `says`"
        raise SourceError(f"{path} cannot be used ({error}): {mend}") from error


def section(name: str) -> str:
    """The sources of a rule as Markdown."""
    return "\n".join(f"- [{one.title}]({one.link}): {one.says}" for one in sources(name))
