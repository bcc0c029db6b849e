#!/usr/bin/env python3
"""Renders the program's icon, resources/icons/inspector.svg, in the forms that desktops ask for.

    python packaging/icons.py FOLDER      hicolor/SIZExSIZE/apps/…png, the SVG, inspector.ico, inspector.icns

Qt draws it, so it needs what the window needs and no display. .ico and .icns hold the PNG bytes as they are.
"""

from __future__ import annotations

import os
import shutil
import struct
import sys
from pathlib import Path

ICON = Path(__file__).resolve().parents[1] / "resources" / "icons" / "inspector.svg"
NAME = "provenance-inspector"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 256)
# Types of Apple's icon container that hold PNG: https://en.wikipedia.org/wiki/Apple_Icon_Image_format
ICNS_TYPES = {b"ic04": 16, b"ic05": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    write_icons(Path(words[0]))
    return 0


def write_icons(folder: Path) -> list[Path]:
    """Writes all forms below ``folder`` and gives their paths."""
    drawn = draw(sorted({*SIZES, *ICNS_TYPES.values()}))
    made = []
    for size in SIZES:
        made.append(_put(folder / "hicolor" / f"{size}x{size}" / "apps" / f"{NAME}.png", drawn[size]))
    scalable = folder / "hicolor" / "scalable" / "apps" / f"{NAME}.svg"
    scalable.parent.mkdir(parents=True, exist_ok=True)
    made.append(Path(shutil.copyfile(ICON, scalable)))
    made.append(_put(folder / "inspector.ico", ico({size: drawn[size] for size in ICO_SIZES})))
    made.append(_put(folder / "inspector.icns", icns(drawn)))
    return made


def draw(sizes: list[int]) -> dict[int, bytes]:
    """The icon as PNG bytes by edge length in pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(ICON))
    if not renderer.isValid():
        raise ValueError(f"Qt cannot read {ICON.name}")
    drawn = {}
    for size in sizes:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        drawn[size] = bytes(buffer.data().data())
    return drawn


def ico(pngs: dict[int, bytes]) -> bytes:
    """A Windows icon of PNG images (Vista and newer read them): directory first, images after it."""
    head = struct.pack("<HHH", 0, 1, len(pngs))
    offset = len(head) + 16 * len(pngs)
    directory, images = b"", b""
    for size, png in sorted(pngs.items()):
        edge = 0 if size == 256 else size  # 0 stands for 256
        directory += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(png), offset + len(images))
        images += png
    return head + directory + images


def icns(pngs: dict[int, bytes]) -> bytes:
    """An Apple icon of PNG images."""
    body = b"".join(
        kind + struct.pack(">I", 8 + len(pngs[size])) + pngs[size] for kind, size in ICNS_TYPES.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def _put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
