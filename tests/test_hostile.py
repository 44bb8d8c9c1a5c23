"""Hostile text in names of files and in code: whatever reads a report gets it as text, in every format.

Each report is read by a parser of its format, terminals by an emulator. What comes out has to be the path and
the message of the one finding, with what would be obeyed written as an escape, and nothing else.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import html5lib
import pyte
import pytest
from junitparser import JUnitXml
from lxml import etree
from markdown_it import MarkdownIt

from smelllint.check import Request, job_of, targets_of
from smelllint.diagnostic import Diagnostic
from smelllint.examine import Outcome, examine
from smelllint.report import FORMATS, render
from smelllint.report.style import Style, harmless
from smelllint.report.summary import diffs
from tests.ci_helpers import HOSTILE
from tests.cli_helpers import RULE, smelllint, write
from tests.test_ci_formats import azure_commands, github_commands

TEXTS = (
    *(text for text in HOSTILE if "\0" not in text),
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2", "\t=1", "\x9b31m", "\x1b]0;title\x07", "\x1b[2J\x1b[H",
    "\x08\x08\x08", "\u2066\u202e\u2069", "\u200f", "\u2028", "\x85", "caf\xe9\xff", "\u65e5\u672c",
    "\U0001f50b", "\ufdd0", "--fix", "</style><style>*{display:none}", "--><!--", "&#60;b&#62;", "`code` ``",
    "# heading", "- [ ] task", "#1 GH-1", "![x](http://x/y.png)", "<!-- x", "<![CDATA[", "$(id) `id` ${IFS}",
    "{{ 7*7 }} {% x %}", "\\", "%2e%2e", "'\"", "::set-output name=a::b", "##[group]x", "x" * 240,
    "no utf-8: \udce9\udcff\udc80",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outcomes(request: Request) -> list[Outcome]:
    return [examine(job_of(target, None, request)) for target in targets_of(request)[0]]


def hostile(folder: Path, text: str) -> Outcome:
    """A file that is named by the text and holds it, in the very code that a finding quotes."""
    name = f"{text.replace('/', '|')}.py"
    code = f"import torch\n\n\ndef make(sizes):\n    return torch.zeros(sizes['''{text} ''']).to(\"cuda\")\n"
    write(folder, {name: code.encode("utf-8", "replace")})
    [outcome] = outcomes(Request())
    [found] = outcome.report.diagnostics
    assert (outcome.report.path, found.rule) == (name, RULE)
    return outcome


# What readers make of a report: paths and messages. ---------------------------------------------------------

Read = tuple[str, str]


def told(found: Diagnostic) -> Read:
    """What people and most tools are told."""
    return harmless(found.path), harmless(found.message)


def with_evidence(found: Diagnostic) -> Read:
    path, message = told(found)
    assert found.proven is not None
    return path, f"{message} ({found.proven.short})"


def read_json(text: str, found: Diagnostic) -> None:
    [record] = json.loads(text)
    assert (record["filename"], record["message"]) == (os.path.abspath(found.path), found.message)


def read_json_lines(text: str, found: Diagnostic) -> None:
    read_json(f"[{text}]", found)


def read_sarif(text: str, found: Diagnostic) -> None:
    [result] = json.loads(text)["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9%._~-]+", uri)
    assert unquote_to_bytes(uri) == os.fsencode(found.path)
    assert re.sub(r"\\([\[\]])", r"\1", result["message"]["text"]) == with_evidence(found)[1]


def read_gitlab(text: str, found: Diagnostic) -> None:
    [entry] = json.loads(text)
    assert entry["location"]["path"].encode() == named(found)
    assert entry["description"] == with_evidence(found)[1]


def read_rdjson(text: str, found: Diagnostic) -> None:
    [entry] = json.loads(text)["diagnostics"]
    assert entry["location"]["path"].encode() == named(found)
    assert entry["message"] == with_evidence(found)[1]


def read_sonarqube(text: str, found: Diagnostic) -> None:
    [issue] = json.loads(text)["issues"]
    assert issue["primaryLocation"]["filePath"].encode() == named(found)
    assert issue["primaryLocation"]["message"] == with_evidence(found)[1]


def named(found: Diagnostic) -> bytes:
    """A path for tools that look it up; bytes that are no text cannot be told in JSON."""
    return found.path.encode("utf-8", "backslashreplace")


def read_junit(text: str, found: Diagnostic) -> None:
    [suite] = JUnitXml.fromstring(text.encode())
    [case] = suite
    path, message = with_evidence(found)
    assert suite.name == case.classname == path.replace("\ufffe", "\\ufffe")
    assert case.result[0].message == message.replace("\ufffe", "\\ufffe")


def read_github(text: str, found: Diagnostic) -> None:
    [(name, properties, message)] = github_commands(text)
    assert (name, properties["file"], message) == ("warning", *with_evidence(found))


def read_azure(text: str, found: Diagnostic) -> None:
    [(properties, message)] = azure_commands(text)
    assert (properties["sourcepath"], message) == with_evidence(found)


def read_markdown(text: str, found: Diagnostic) -> None:
    tree = etree.HTML(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    [row] = tree.findall(".//tbody/tr")
    path, rule, message, _ = ("".join(cell.itertext()).replace("\u200b", "") for cell in row)
    assert (path, rule) == (f"{told(found)[0]}:5", RULE)
    assert squeezed(message) == squeezed(told(found)[1].replace("`", ""))
    assert {element.tag for element in row.iter()} == {"tr", "td", "code"}


def read_html(text: str, found: Diagnostic) -> None:
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    [article] = root.iter("article")
    path, message = told(found)
    assert impossible("".join(article.find("h4").itertext())) == impossible(f"{path}:5")
    assert impossible("".join(article.find("p").itertext())) == impossible(message.replace("`", ""))
    assert len(root.findall(".//style")) == len(root.findall(".//script")) == 1
    assert {element.tag for element in article.iter()} <= {
        "article", "h4", "p", "code", "span", "div", "figure", "figcaption", "pre", "mark",
    }  # fmt: skip


def read_concise(text: str, found: Diagnostic) -> None:
    [line] = on_a_terminal(text)
    path, message = told(found)
    assert line.startswith(f"{path}:5:12: {RULE} ")
    assert message in line


def read_grouped(text: str, found: Diagnostic) -> None:
    path, line = on_a_terminal(text)
    assert path == f"{told(found)[0]}:"
    assert told(found)[1] in line


def read_full(text: str, found: Diagnostic) -> None:
    first, gutter, *code, mend, evidence = on_a_terminal(text)
    path, message = told(found)
    assert first.startswith(f"{path}:5:12: {RULE} ")
    assert message in first
    assert (gutter.strip(), mend.split()[:2], evidence.split()[:2]) == (
        "|",
        ["=", "mend:"],
        ["=", "evidence:"],
    )
    assert all(re.match(r" *(\d+)? [|:]", line) for line in code)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def impossible(text: str) -> str:
    """Characters that HTML cannot hold, as the page writes them."""
    return re.sub("[\ufffe\ufdd0]", lambda match: f"\\U{ord(match[0]):08x}", text)


class Recorder:
    """Stands before a terminal, and remembers what was asked of it."""

    def __init__(self, screen: pyte.Screen) -> None:
        self.screen = screen
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name in pyte.Stream.events:
            self.asked.add(name)
        return getattr(self.screen, name)


def on_a_terminal(text: str) -> list[str]:
    """The lines that a terminal shows; nothing else may be asked of it than to print them, in colour."""
    lines = text.split("\n")
    screen = pyte.Screen(1500, len(lines) + 5)
    stream = pyte.Stream()
    recorder = Recorder(screen)
    stream.attach(recorder)
    recorder.asked.clear()
    stream.feed(text.replace("\n", "\r\n"))
    assert recorder.asked <= {"draw", "linefeed", "carriage_return", "select_graphic_rendition"}
    assert screen.cursor.y == len(lines) - 1
    assert (screen.cursor.attrs.fg, screen.cursor.attrs.bold) == ("default", False)
    return [line.rstrip() for line in screen.display if line.strip()]


READERS: dict[str, Callable[[str, Diagnostic], None]] = {
    "full": read_full,
    "concise": read_concise,
    "grouped": read_grouped,
    "json": read_json,
    "json-lines": read_json_lines,
    "sarif": read_sarif,
    "github": read_github,
    "gitlab": read_gitlab,
    "azure": read_azure,
    "junit": read_junit,
    "rdjson": read_rdjson,
    "sonarqube": read_sonarqube,
    "markdown": read_markdown,
    "html": read_html,
}


@pytest.mark.parametrize("text", TEXTS)
def test_every_reader_gets_it_as_text(folder: Path, text: str) -> None:
    outcome = hostile(folder, text)

    assert set(READERS) == set(FORMATS)
    for form, read in READERS.items():
        style = Style(colour=form in ("full", "concise", "grouped"), terminal=True)
        printed = "".join(f"{line}\n" for line in render(form, [outcome], style))
        read(printed, outcome.report.diagnostics[0])


@pytest.mark.parametrize("text", [text for text in TEXTS if harmless(text) != text])
def test_so_does_a_terminal_that_is_shown_something_else(folder: Path, text: str) -> None:
    hostile(folder, text)
    name = os.listdir(folder)[0]

    mended = outcomes(Request(diff=True))
    diff = "".join(f"{line}\n" for line in diffs(mended, Style(colour=True, terminal=True)))
    assert all(line[0] in "-+ @" for line in on_a_terminal(diff))
    assert on_a_terminal(diff)[0] == harmless(f"--- {name}").rstrip()
    assert on_a_terminal(smelllint("check", "--show-files").output) == [harmless(name)]
    assert on_a_terminal(smelllint("check", f"./{name}.gone").output)[0].startswith("error: `./")
    reasons = smelllint("check", f"./{name}:5", "--why", RULE)
    assert on_a_terminal(reasons.output)[0] == harmless(f"./{name}:5: {RULE} fires")
