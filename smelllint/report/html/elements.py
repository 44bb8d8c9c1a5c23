"""Elements of HTML and SVG, which cannot be made with text that is not escaped.

tag         an element with its children; attributes are keywords, `class_` and `aria_label` as HTML has them
section     a part of the page, under a heading that links can name
table       a table with its caption, its heads and its rows
words       text in which quoted pieces are set as code
verbatim    an element whose text is the page's own and stands as it is: its style and its script
document    a page as text
fragment    an element as text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, tostring

from smelllint.report.style import harmless

Child = Element | str | None

LINE_END = "\n"  # stands as it is where it is a child by itself
QUOTED = re.compile(r"`([^`]*)`")
# What HTML must not hold, however it is written.
PLANES = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
IMPOSSIBLE = re.compile(f"[\ufdd0-\ufdef{PLANES}]")


def tag(name: str, /, *children: Child | Iterable[Child], **attributes: str | float | None) -> Element:
    """An element; an attribute that is None is left out, as is a child."""
    made = Element(name)
    for key, value in attributes.items():
        if value is not None:
            made.set(key.rstrip("_").replace("_", "-"), plain(str(value)))
    for child in _flat(children):
        _append(made, child)
    return made


def section(title: str, *children: Child | Iterable[Child]) -> Element:
    return tag("section", tag("h2", title), *children, id=title.lower().replace(" ", "-"))


def table(caption: str, heads: Iterable[str], rows: Iterable[Element], **attributes: str) -> Element:
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
        tag("tbody", rows),
        **attributes,
    )


def words(text: str) -> Iterator[Element | str]:
    """A message or a piece of documentation: what stands between backticks is code."""
    for at, piece in enumerate(QUOTED.split(text)):
        yield tag("code", piece) if at % 2 else piece


def verbatim(name: str, text: str) -> Element:
    made = Element(name)
    made.text = text
    return made


def document(page: Element) -> str:
    """The page as text."""
    return "<!doctype html>\n" + fragment(page)


def fragment(element: Element) -> str:
    """An element as text. The serializer escapes all text but that of styles and scripts."""
    return tostring(element, encoding="unicode", method="html")


def plain(text: str) -> str:
    """Text that HTML can hold, and that nothing obeys."""
    return IMPOSSIBLE.sub(lambda match: f"\\U{ord(match[0]):08x}", harmless(text))


def _flat(children: Iterable[Child | Iterable[Child]]) -> Iterator[Element | str]:
    for child in children:
        if isinstance(child, Element | str):
            yield child
        elif child is not None:
            yield from (one for one in child if one is not None)


def _append(parent: Element, child: Element | str) -> None:
    if isinstance(child, Element):
        parent.append(child)
        return
    text = child if child == LINE_END else plain(child)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
