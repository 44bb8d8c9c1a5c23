"""Links of a built site that lead nowhere, found in its HTML.

broken      every link, picture and anchor that is missing, and what would be fetched from elsewhere
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}
NOT_LOADED = {"canonical", "next", "prev", "alternate"}  # relations that a browser does not follow by itself


@dataclass
class Page(HTMLParser):
    """What a page links to and what can be linked to in it."""

    text: str
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        wanted = given.get(FETCHED.get(tag, ""))
        if wanted is not None and not NOT_LOADED & set(given.get("rel", "").split()):
            self.fetched.append(wanted)


def broken(site: Path) -> list[str]:
    """What is wrong with the links of all pages below a folder, a line each."""
    return [
        f"{page.relative_to(site)}: {said}"
        for page in sorted(site.rglob("*.html"))
        for said in _of(page, site)
    ]


def _of(path: Path, site: Path) -> Iterator[str]:
    page = _page(path)
    for link in page.links:
        yield from _missing(link, path, site)
    for link in page.fetched:
        if urlsplit(link).netloc:
            yield f"fetches {link} from elsewhere"
        else:
            yield from _missing(link, path, site)


def _missing(link: str, path: Path, site: Path) -> Iterator[str]:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return
    target = path
    if parts.path:
        start = site if parts.path.startswith("/") else path.parent
        target = (start / unquote(parts.path).lstrip("/")).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_file() or not target.is_relative_to(site.resolve()):
        yield f"{link} leads nowhere"
    elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in _page(target).anchors:
        yield f"{link} leads to no heading of that page"


@cache
def _page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))
