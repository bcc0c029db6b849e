"""``inspector screenshot``: the real window, painted off screen, for documentation and reports."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import Any

from inspector.provenance import UnreadableInput, plain

_VIEWS = (
    "story",
    "focus",
    "paths",
    "map",
    "lineage",
    "findings",
    "files",
    "dependencies",
    "data",
    "checklist",
    "record",
)
_SIZE = re.compile(r"(\d{3,5})x(\d{3,5})\Z")
_SMALLEST, _LARGEST = (640, 480), (7680, 4320)  # pixels


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "screenshot",
        help="paint the window into a picture",
        description="Opens TARGET, or a review file, in the real window off screen and writes what one view "
        "shows. TARGET is scanned first; no review is kept.",
    )
    parser.add_argument("target", metavar="TARGET|FILE.review", help="what is shown")
    parser.add_argument("--view", choices=_VIEWS, required=True, help="which view")
    parser.add_argument("--select", metavar="NODE", help="id or name of the node to select")
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    parser.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH", help="default: 1440x900")
    parser.add_argument("--scale", type=_scale, default=1.0, metavar="N", help="device pixels per pixel")
    parser.add_argument("-o", "--out", required=True, metavar="FILE.png")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Paints and writes; gives the exit code of the contract."""
    out = Path(arguments.out)
    if out.suffix.lower() != ".png":
        raise UnreadableInput(
            f"“{plain(str(out), 200)}” is no .png file.", "Give -o a name that ends in .png."
        )
    # Before Qt is imported: a picture needs no display and must not open a window on one.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from inspector.gui.picture import take

    take(
        arguments.target,
        arguments.view,
        out,
        select=arguments.select,
        theme=arguments.theme,
        size=arguments.size,
        scale=arguments.scale,
    )
    return 0


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.match(text)
    if found is None:
        raise argparse.ArgumentTypeError("a size is written WIDTHxHEIGHT, such as 1440x900")
    size = int(found[1]), int(found[2])
    if any(not least <= side <= most for side, least, most in zip(size, _SMALLEST, _LARGEST)):
        raise argparse.ArgumentTypeError("a size is between 640x480 and 7680x4320")
    return size


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0.5 <= scale <= 4:
        raise argparse.ArgumentTypeError("a scale is between 0.5 and 4")
    return scale
