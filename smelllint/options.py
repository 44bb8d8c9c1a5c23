"""The options of `smelllint check`: what `smelllint.cli` makes the command of, with its help and complaints.

    OPTIONS            all of them
    read(arguments)    what a plain command line says; None where anything about it is out of the ordinary
    WORDS, TEXTS, ...  how often an option may stand, and what it takes

The library of command lines takes longer to import than a file takes to check. Most command lines are plain,
and need it neither for help nor for a complaint.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Values = dict[str, Any]

TARGETS = ("auto", "cpu", "cuda", "mps")
ORDERS = ("place", "saving")
FOR_PEOPLE = ("full", "concise", "grouped")
FORMATS = (
    *FOR_PEOPLE, "json", "json-lines", "sarif", "github", "gitlab", "azure", "junit", "rdjson", "sonarqube",
    "markdown", "html",
)  # fmt: skip

FLAG, TEXT, NUMBER = "flag", "text", "number"
TEXTS = "texts"  # as often as one likes
WORDS = "words"  # the same, with commas between words


class Option:
    """An option: its names, what is said of it, what it takes, how that is called in the help, the words that
    it is chosen from, and its value where it is not given."""

    def __init__(
        self,
        *names: str,
        help: str,
        kind: str = FLAG,
        metavar: str | None = None,
        choices: tuple[str, ...] = (),
        default: str | None = None,
    ) -> None:
        self.names = names
        self.help = help
        self.kind = kind
        self.metavar = metavar
        self.choices = choices
        self.default = default
        self.key = names[-1].lstrip("-").replace("-", "_")

    @property
    def unset(self) -> object:
        """Its value where it is not given."""
        return {FLAG: False, TEXTS: (), WORDS: ()}.get(self.kind, self.default)


OPTIONS = (
    Option("--fix", help="Mend what can be mended safely."),
    Option("--unsafe-fixes", help="Count fixes that may change results as well."),
    Option("--diff", help="Print what --fix would change, and change nothing."),
    Option("--select", kind=WORDS, help="Rules and families to check, or `all`."),
    Option("--extend-select", kind=WORDS, help="Rules and families to check too."),
    Option("--ignore", kind=WORDS, help="Rules and families to leave out."),
    Option("--exclude", kind=WORDS, help="Files and folders to leave out."),
    Option("--force-exclude", help="Leave out excluded files even where they are named."),
    Option("--target", kind=TEXT, choices=TARGETS, help="The device the code is for; auto: as it shows."),
    Option(
        "--min-saving", kind=TEXT, metavar="10%", help="Only what is proven to save so much energy, or more."
    ),
    Option("--sort", kind=TEXT, choices=ORDERS, default=ORDERS[0], help="What comes first."),
    Option(
        "--output-format",
        kind=TEXTS,
        metavar="FORMAT[=FILE]",
        help=f"{', '.join(FORMATS)}; full if not set.",
    ),
    Option(
        "--changed-since", kind=TEXT, metavar="REV", help="Only smells that came since this revision of git."
    ),
    Option("--baseline", kind=TEXT, metavar="FILE", help="Only smells that are not in this baseline."),
    Option("--fail-on", kind=WORDS, metavar="RULES|N", help="What lets the run fail."),
    Option("--add-ignore", kind=TEXT, metavar="REASON", help="Write suppressions for all that is found."),
    Option("--watch", help="Check again whenever a file changes, until Ctrl-C."),
    Option(
        "--why", kind=TEXT, metavar="RULE", help="Why a rule fires or is silent at one place, FILE:LINE."
    ),
    Option("--statistics", help="Count findings by rule instead of showing them."),
    Option("--exit-zero", help="Exit with 0 even where there are findings."),
    Option("--stdin-filename", kind=TEXT, metavar="FILE", help="The name of what comes from standard input."),
    Option(
        "--config", kind=TEXTS, metavar="FILE|KEY=VALUE", help="A configuration, or one setting."
    ),
    Option("--isolated", help="Read no configuration files."),
    Option("--show-files", help="Print which files would be checked."),
    Option("--show-settings", help="Print the settings of the first file."),
    Option("-j", "--jobs", kind=NUMBER, metavar="N", help="Processes; all processors if not set."),
    Option("--profile", help="Print where the time went, by stage and rule."),
    Option("-q", "--quiet", help="Print findings only."),
    Option("--no-cache", help="Keep nothing for the next run, and use nothing kept."),
)  # fmt: skip
BY_NAME = {name: option for option in OPTIONS for name in option.names}


def words_of(texts: Sequence[str]) -> tuple[str, ...]:
    """`--select a,b --select c` as a, b, c."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def read(arguments: Sequence[str]) -> Values | None:
    """The values of the options, and the paths."""
    if sys.platform == "win32":  # where patterns in the arguments are ours to expand
        return None
    values: Values = {option.key: option.unset for option in OPTIONS}
    paths: list[str] = []
    left = list(reversed(arguments))
    while left:
        word = left.pop()
        if word == "-" or not word.startswith("-"):
            paths.append(word)
            continue
        name, equals, text = word.partition("=")
        option = BY_NAME.get(name)
        if option is None or (equals and (option.kind == FLAG or not name.startswith("--"))):
            return None
        if option.kind == FLAG:
            values[option.key] = True
            continue
        if not equals:
            if not left or left[-1].startswith("-"):
                return None
            text = left.pop()
        if not accepted(option, text):
            return None
        values[option.key] = taken(option, text, values[option.key])
    return {**values, "paths": tuple(paths)}


def accepted(option: Option, text: str) -> bool:
    """Whether an option takes this value."""
    if option.kind == NUMBER:
        return text.isascii() and text.isdigit() and int(text) >= 1
    return not option.choices or text in option.choices


def taken(option: Option, text: str, before: Any) -> object:
    """The value of an option once this text is added to it."""
    if option.kind == NUMBER:
        return int(text)
    if option.kind == TEXT:
        return text
    return (*before, *(words_of([text]) if option.kind == WORDS else [text]))
