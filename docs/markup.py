"""Markdown to a page: what the site is made of. No raw HTML, no script, nothing from elsewhere.

markdown-it-py (CommonMark) does the parsing with HTML switched off, so that a tag in a text is shown and not
obeyed. It travels with pip-audit and stands in packaging/locks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The address that a text names -> the address on the site. None: there is none, and the words stay without a
# link. It raises where the text names what does not exist.
Resolve = Callable[[str], str | None]


@dataclass
class Rendered:
    """``body`` is HTML; ``anchors`` are the ids of its headings; ``links`` what it links to on the site."""

    title: str
    body: str
    lead: str
    anchors: list[str] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def render(text: str, resolve: Resolve) -> Rendered:
    """One page. ``resolve`` says where a link or picture of the text leads; what it raises ends the build."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    found = Rendered(title="", body="", lead="")
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _plain(tokens[place + 1])
            anchor = _anchor(words, found.anchors)
            token.attrSet("id", anchor)
            found.anchors.append(anchor)
            if token.tag == "h1" and not found.title:
                found.title = words
            elif token.tag == "h2":
                found.headings.append((anchor, words))
        elif token.type == "paragraph_open" and not found.lead and found.title:
            found.lead = _plain(tokens[place + 1])
        elif token.type == "inline":
            _rewrite(token.children or [], resolve, found)
    found.body = str(parser.renderer.render(tokens, parser.options, {}))
    found.body = found.body.replace("<table>", '<div class="wide"><table>').replace(
        "</table>", "</table></div>"
    )
    return found


def _rewrite(tokens: list[Token], resolve: Resolve, found: Rendered) -> None:
    open_links: list[bool] = []  # of the links around the token: whether it leads somewhere
    for token in tokens:
        name = {"link_open": "href", "image": "src"}.get(token.type)
        if name:
            address = resolve(str(token.attrGet(name)))
            if token.type == "link_open":
                open_links.append(address is not None)
            if address is None:
                token.tag, token.attrs = "span", {}
            else:
                token.attrSet(name, address)
                found.links.append(address)
        elif token.type == "link_close" and not open_links.pop():
            token.tag = "span"


def _plain(token: Token) -> str:
    children = token.children or []
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _anchor(words: str, taken: list[str]) -> str:
    """The id that well-known hosts of Markdown give the same heading, so that links work in both places."""
    base = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-") or "part"
    anchor, number = base, 0
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    return anchor


def page(found: Rendered, menu: str, up: str, foot: str) -> str:
    """The whole document. ``up`` leads from the page to the top of the site: "" or "../"."""
    title = html.escape(found.title)
    parts: list[Any] = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Nothing on the site needs more; a page that was tampered with is to gain nothing either.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'\">",
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title} · Provenance Inspector</title>",
        f'<link rel="stylesheet" href="{up}style.css">',
        "</head>",
        "<body>",
        '<a class="skip" href="#main">To the text</a>',
        f'<nav aria-label="Pages">{menu}</nav>',
        f'<main id="main">{found.body}</main>',
        f"<footer>{html.escape(foot)}</footer>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(parts)


def code(text: str, *, in_table: bool = True) -> str:
    """``text`` as Markdown code, also where it has backticks or a bar that would end a cell."""
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    space = " " if "`" in text else ""
    made = f"{ticks}{space}{text}{space}{ticks}".replace("\n", " ")
    return made.replace("|", "\\|") if in_table else made


def cell(text: str) -> str:
    """``text`` on one line, with its Markdown shown and not obeyed; also for a cell of a table."""
    shown = re.sub(r"([\\`*_\[\]<>#~|])", r"\\\1", text)
    return " ".join(shown.split())


def prose(text: str, mark: str = "`") -> str:
    """A text of our own, in which ``mark`` stands around code; everything else is shown as it stands."""
    pieces = " ".join(text.split()).split(mark)
    made = []
    for number, piece in enumerate(pieces):
        if number % 2:
            made.append(code(piece, in_table=False))
        else:
            before = " " if piece[:1] == " " else ""
            after = " " if piece[-1:] == " " and piece.strip() else ""
            made.append(f"{before}{cell(piece)}{after}")
    return "".join(made)
