"""``inspector export``: a review in the formats of other programs, as a report, or as a picture."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from inspector.cli.output import write_result
from inspector.provenance import UnreadableInput

_TEXTS = ("html", "cyclonedx", "cyclonedx-1.7", "spdx", "sarif", "openvex", "oscal", "csv")
_PAINTED = ("pdf", "svg", "png")


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "export",
        help="write a review as HTML, SARIF, CycloneDX and more",
        description="Writes what the review file holds. pdf is the report, svg and png are the story view.",
    )
    parser.add_argument("review", metavar="FILE.review")
    parser.add_argument("--format", required=True, choices=(*_TEXTS, *_PAINTED))
    parser.add_argument("-o", "--out", required=True, metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from inspector.review import Review

    with contextlib.closing(Review.open(Path(arguments.review), read_only=True)) as review:
        if review.scan() is None:
            raise UnreadableInput(
                "The review holds no finished scan yet.", "Scan first: open it in the window, or review new."
            )
        if arguments.format in _PAINTED:
            content = _painted(review, arguments.format)
        else:
            from inspector.record.exports import export

            content = export(arguments.format, review)
    write_result(content, arguments.out)
    return 0


def _painted(review: Any, form: str) -> bytes:
    # Painting to a file needs no display; Qt must be told so before it is imported.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from inspector.gui.pictures import report_pdf, story_picture

    if form == "pdf":
        return report_pdf(review)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"story.{form}"
        story_picture(review, path, form)
        return path.read_bytes()
