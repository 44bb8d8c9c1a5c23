"""A page to hand to somebody: one file that needs no network and, to be read, no script.

elements    tags whose text is always escaped
groups      the findings by rule and by folder, and how far each is proven
charts      bars as SVG
overview    what was found: in all, by rule, by folder
details     each finding with its code and its mend
basis       what the savings rest on, and what is not proven
page.css    light, dark and on paper
page.js     filter and sort, for who lets it run
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from smelllint import __version__
from smelllint.report.findings import findings, root_of
from smelllint.report.html import basis, details, overview
from smelllint.report.html.elements import document, tag, verbatim
from smelllint.report.html.groups import by_rule
from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome

HERE = Path(__file__).parent


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The page."""
    found = findings(outcomes)
    rules = by_rule(found)
    name = os.path.basename(root_of(os.getcwd())) or "/"
    main = [
        overview.summary(outcomes, found, style),
        overview.rules(rules),
        overview.folders(found),
        overview.gone(outcomes),
        details.findings_by_rule(rules),
        basis.measured(rules),
        basis.unproven(rules),
        basis.troubles_met(outcomes),
    ]
    sections = [section for section in main if section is not None]
    yield document(page(f"Energy smells in {name}", sections, style))


def page(title: str, sections: Sequence[Element], style: Style) -> Element:
    css, script = (verbatim(kind, (HERE / f"page.{end}").read_text(encoding="utf-8")) for kind, end in KINDS)
    return tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=policy(css, script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="generator", content=f"smelllint {__version__}"),
            tag("title", title),
            css,
        ),
        tag("body", header(title, sections, style), tag("main", *sections), footer(), script),
        lang="en",
    )


KINDS = (("style", "css"), ("script", "js"))


def policy(style: Element, script: Element) -> str:
    """Nothing may be fetched, and nothing run but the page's own style and script."""
    return (
        f"default-src 'none'; style-src '{fingerprint(style)}'; script-src '{fingerprint(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def fingerprint(element: Element) -> str:
    return "sha256-" + b64encode(sha256((element.text or "").encode()).digest()).decode()


def header(title: str, sections: Sequence[Element], style: Style) -> Element:
    compared = f"compared with {style.compared}" if style.compared else None
    facts = [f"smelllint {__version__}", today(), compared]
    links = [tag("a", section.findtext("h2"), href=f"#{section.get('id')}") for section in sections]
    return tag(
        "header",
        tag("p", " · ".join(filter(None, facts)), class_="facts"),
        tag("h1", title),
        tag("nav", tag("ul", (tag("li", link) for link in links)), aria_label="On this page"),
    )


def footer() -> Element:
    return tag(
        "footer",
        tag(
            "p",
            "Made by smelllint ",
            __version__,
            ", which lints, mends and measures; it ran none of the code.",
        ),
    )


def today() -> str:
    """The day, by the clock or by what builds that have to be repeatable say."""
    at = os.environ.get("SOURCE_DATE_EPOCH")
    return time.strftime("%d %B %Y", time.gmtime(float(at) if at else None)).lstrip("0")
