#!/usr/bin/env python3
"""Takes out of an installed PySide6 what the window does not load: 250 MB become about 95.

    python packaging/linux/slim_qt.py SITE-PACKAGES

What stays is named below; the libraries follow from it, by the NEEDED entries of each file (as `objdump -p`
prints them). Nothing is changed, only left out, so that the libraries stay those of the LGPL's text.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

# Qt modules that inspector/gui imports; tests/packaging holds the list against the imports.
MODULES = ("QtCore", "QtGui", "QtSvg", "QtWidgets")
PYTHON_FILES = ("__init__.py", "_config.py", "_git_pyside_version.py", "py.typed", "PySide6_Essentials.json")

# Plugins by folder, with the reason why they stay. A folder that is not named goes.
PLUGINS = {
    "platforms": ("libqxcb.so", "libqwayland.so", "libqoffscreen.so", "libqminimal.so"),  # X11, Wayland, none
    "platformthemes": ("libqxdgdesktopportal.so",),  # file dialogs through the portal; gtk3 would need GTK
    "platforminputcontexts": (
        "libcomposeplatforminputcontextplugin.so",
        "libibusplatforminputcontextplugin.so",
    ),
    "iconengines": ("libqsvgicon.so",),  # our icons are SVG
    "imageformats": ("libqsvg.so", "libqjpeg.so", "libqico.so"),  # PNG is built in
    "xcbglintegrations": ("libqxcb-egl-integration.so", "libqxcb-glx-integration.so"),
    "wayland-shell-integration": ("libxdg-shell.so",),  # windows under Wayland
    "wayland-decoration-client": ("libbradient.so", "libadwaita.so"),  # their frames
    "wayland-graphics-integration-client": ("libqt-plugin-wayland-egl.so",),
}
TRANSLATIONS = re.compile(r"^qtbase_(de|en)\.qm$")  # the languages of the window

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.M)


def main(words: list[str]) -> int:
    if len(words) != 1 or not Path(words[0], "PySide6").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    site = Path(words[0])
    before = size(site)
    slim(site)
    print(f"{site}: {before / 1e6:.0f} MB before, {size(site) / 1e6:.0f} MB after")
    return 0


def slim(site: Path) -> None:
    """Leaves of ``site``/PySide6 and shiboken6 only what the tables name and what that needs."""
    qt, plugins = site / "PySide6", site / "PySide6" / "Qt" / "plugins"
    kept = {qt / name for name in PYTHON_FILES} | {qt / f"{module}.abi3.so" for module in MODULES}
    kept |= {plugins / folder / name for folder, names in PLUGINS.items() for name in names}
    kept |= {path for path in (qt / "Qt" / "translations").glob("*.qm") if TRANSLATIONS.match(path.name)}
    kept |= {
        path
        for path in (site / "shiboken6").rglob("*")
        if path.suffix in (".py", ".so") or ".so." in path.name
    }
    missing = sorted(path.name for path in kept if not path.exists() and path.suffix == ".so")
    if missing:
        raise FileNotFoundError(
            f"this PySide6 has no {', '.join(missing)}; look at the tables of {Path(__file__).name}"
        )
    kept |= _libraries(kept, qt)
    for root in (qt, site / "shiboken6"):
        for path in root.rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()
    for name in ("PySide6", "shiboken6"):
        for folder in sorted((site / name).rglob("*"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    for name in ("bin", "scripts"):  # pyside6-designer and other tools that are gone
        shutil.rmtree(site / name, ignore_errors=True)


def needed_binaries(binaries: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Of PyInstaller's list (name in the folder, file, kind) what the tables name and what that needs."""
    plugins = {f"PySide6/Qt/plugins/{folder}/{name}" for folder, names in PLUGINS.items() for name in names}
    kept = [
        entry
        for entry in binaries
        if entry[0] in plugins
        or entry[2] == "EXTENSION"
        or entry[0].startswith(("libpython", "python3"))
        or not (entry[0].startswith("PySide6/Qt/") or "/" not in entry[0])
    ]
    by_name = {Path(name).name: (name, file, kind) for name, file, kind in binaries}
    chosen = {entry[0]: entry for entry in kept}
    open_ = list(kept)
    while open_:
        for name in _needed(open_.pop()[1]):
            entry = by_name.get(name)
            if entry is not None and entry[0] not in chosen:
                chosen[entry[0]] = entry
                open_.append(entry)
    links = [
        entry for entry in binaries if entry[2] == "SYMLINK" and Path(entry[0]).name in map(_last, chosen)
    ]
    return [*chosen.values(), *(entry for entry in links if entry[0] not in chosen)]


def size(folder: Path) -> int:
    """Bytes of all files below a folder; a link counts nothing."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _libraries(kept: set[Path], qt: Path) -> set[Path]:
    """The libraries beside PySide6 and in Qt/lib that the kept files need, and what these need in turn."""
    shipped = {path.name: path for folder in (qt, qt / "Qt" / "lib") for path in folder.glob("*.so*")}
    found: set[Path] = set()
    open_ = [path for path in kept if ".so" in path.name]
    while open_:
        for name in _needed(open_.pop()):
            path = shipped.get(name)
            if path is not None and path not in found:
                found.add(path)
                open_.append(path)
    return found


def _needed(library: Path | str) -> list[str]:
    """The libraries that an ELF file names as needed."""
    printed = subprocess.run(
        ["objdump", "-p", str(library)], capture_output=True, text=True, errors="replace", check=True
    )
    return _NEEDED.findall(printed.stdout)


def _last(name: str) -> str:
    return Path(name).name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
