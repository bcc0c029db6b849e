"""Makes the documentation's site from the Markdown of this repository and from the code itself.

    python3 run.py && .venv/bin/python docs/build.py -o FOLDER

Plain pages without script, nothing fetched from elsewhere, the same bytes each time. A link to a page or a
heading that is not there ends the build. The pages of resources/help are those that the program shows.
"""

from __future__ import annotations

import argparse
import html
import os
import posixpath
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]

import reference  # noqa: E402 - its folder had to be named first
from markup import Rendered, page, render  # noqa: E402

from inspector import __version__  # noqa: E402

# What stands where in the menu: heading -> files of the repository, in order. A name with * takes all that
# match, less those that stand elsewhere. "reference:" is written by the code.
MENU: dict[str, tuple[str, ...]] = {
    "Start": ("docs/index.md", "docs/tutorial.md"),
    "How to": (
        "docs/howto/air-gapped.md",
        "docs/howto/hub-model.md",
        "docs/howto/hardware-key.md",
        "docs/howto/verify-with-openssl.md",
        "docs/howto/gate-a-service.md",
        "docs/howto/continuous-integration.md",
        "docs/howto/quarantine-a-feedback-loop.md",
        "docs/howto/screen-a-dataset.md",
        "docs/howto/*.md",
    ),
    "In the program": ("resources/help/*.md",),
    "Reference": (
        *(f"reference:{name}" for name in reference.PAGES),
        "resources/contract.md",
        "docs/formats.md",
        "docs/record.md",
        "docs/gate*.md",
        "docs/quarantine.md",
        "docs/screening.md",
        "docs/packaging.md",
    ),
    "Why": ("docs/threat-model.md", "SECURITY.md", "docs/decisions/*.md"),
    "Measured": ("docs/benchmarks.md", "docs/endurance.md", "docs/quality.md"),
    "More": ("docs/*.md", "CONTRIBUTING.md", "CHANGELOG.md"),
}


@dataclass
class Source:
    """One page before it is made. ``file`` names it within the repository, ``out`` on the site."""

    file: str
    out: str
    text: str
    part: str


class BrokenLink(Exception):
    """A page links to something that is not there."""


def sources() -> list[Source]:
    """Every page in the order of the menu."""
    found: dict[str, Source] = {}
    for part, patterns in MENU.items():
        for pattern in patterns:
            if pattern.startswith("reference:"):
                name = pattern.removeprefix("reference:")
                found[pattern] = Source(f"docs/{name}.md", f"{name}.html", reference.PAGES[name](), part)
                continue
            named = sorted(ROOT.glob(pattern)) if "*" in pattern else [ROOT / pattern]
            for path in named:
                file = path.relative_to(ROOT).as_posix()
                if file not in found and (path.is_file() or "*" not in pattern) and path.exists():
                    found[file] = Source(file, _out(file), path.read_text(encoding="utf-8"), part)
    return list(found.values())


def build(out: Path) -> int:
    """Writes the site into ``out``, which must be empty or not there; gives the number of pages."""
    pages = sources()
    known = {source.file: source for source in pages}
    pictures: set[str] = set()
    made = {
        source.file: render(source.text, lambda href, source=source: _address(href, source, known, pictures))
        for source in pages
    }
    _check_anchors(pages, made)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise SystemExit(f"docs/build.py: {out} is not empty. Name another folder.")
    for source in pages:
        place = out / source.out
        place.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * source.out.count("/")
        found = made[source.file]
        if source.file == "docs/index.md":
            found.body += _overview(pages, made)
        by = source.file if (ROOT / source.file).exists() else "the code"
        foot = f"Provenance Inspector {__version__}. Made from {by}."
        place.write_text(page(found, _menu(pages, made, source), up, foot), encoding="utf-8", newline="\n")
    for picture in sorted(pictures):
        place = out / _out(picture)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / picture, place)
    shutil.copyfile(HERE / "style.css", out / "style.css")
    return len(pages)


def _out(file: str) -> str:
    """Where a file of the repository lies on the site."""
    place = file.removeprefix("docs/").removeprefix("resources/")
    return place.removesuffix(".md") + ".html" if place.endswith(".md") else place


def _address(href: str, source: Source, known: dict[str, Source], pictures: set[str]) -> str | None:
    """Where ``href`` leads on the site; None for a file of the repository that is no page of it."""
    if href.startswith(("https://", "#")):
        return href
    path, _, anchor = href.partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(source.file), path))
    if file in known:
        target = known[file].out
    elif file.endswith((".png", ".svg")) and (ROOT / file).is_file():
        pictures.add(file)
        target = _out(file)
    elif not file.startswith(("../", "/")) and (ROOT / file).exists():
        return None
    else:
        raise BrokenLink(f"{source.file} links to {href}, which is not there.")
    address = os.path.relpath(target, posixpath.dirname(source.out) or ".").replace(os.sep, "/")
    return f"{address}#{anchor}" if anchor else address


def _check_anchors(pages: list[Source], made: dict[str, Rendered]) -> None:
    anchors = {source.out: set(made[source.file].anchors) for source in pages}
    for source in pages:
        for link in made[source.file].links:
            path, _, anchor = link.partition("#")
            if anchor and not link.startswith("https://"):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(source.out), path))
                target = target if path else source.out
                if anchor not in anchors.get(target, set()):
                    raise BrokenLink(f"{source.file} links to the heading {link}, which is not there.")


def _menu(pages: list[Source], made: dict[str, Rendered], here: Source) -> str:
    lines = []
    for part in MENU:
        inside = [source for source in pages if source.part == part]
        if not inside:
            continue
        lines.append(f"<p>{html.escape(part)}</p><ul>")
        for source in inside:
            address = os.path.relpath(source.out, posixpath.dirname(here.out) or ".").replace(os.sep, "/")
            mark = ' aria-current="page"' if source is here else ""
            title = html.escape(made[source.file].title)
            lines.append(f'<li><a href="{html.escape(address)}"{mark}>{title}</a></li>')
        lines.append("</ul>")
    return "\n".join(lines)


def _overview(pages: list[Source], made: dict[str, Rendered]) -> str:
    """The list of all pages with the first sentence of each, below the text of the index."""
    lines = []
    for part in MENU:
        inside = [one for one in pages if one.part == part and one.file != "docs/index.md"]
        if inside:
            lines.append(f"<h2>{html.escape(part)}</h2><ul>")
            for source in inside:
                found = made[source.file]
                lead = found.lead.split(". ")[0].rstrip(":")
                lead = lead if lead.endswith((".", "?")) else f"{lead}."
                lines.append(
                    f'<li><a href="{html.escape(source.out)}">{html.escape(found.title)}</a>: '
                    f"{html.escape(lead)}</li>"
                )
            lines.append("</ul>")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the documentation's site.", allow_abbrev=False)
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER", help="new or empty")
    try:
        number = build(parser.parse_args().out)
    except BrokenLink as broken:
        print(f"docs/build.py: {broken}", file=sys.stderr)
        return 1
    print(f"{number} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
