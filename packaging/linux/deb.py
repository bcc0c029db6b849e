#!/usr/bin/env python3
"""Builds the Debian packages, from the wheel and from the wheels that the lock names by hash.

    python packaging/linux/deb.py dist/provenance_inspector-VERSION-py3-none-any.whl -o dist

Two packages: provenance-inspector, with the window and everything but the extra "data"; and
provenance-inspector-data, which adds screening of training data (polars and numpy, 240 MB).

Everything lies in /usr/lib/provenance-inspector. `pyvenv.cfg` makes Debian's own Python look there and
nowhere else, also for child processes started with -I: nothing that a user has set or installed gets in
between, and Python's security updates come from Debian. The compiled wheels fit one version of Python, so a
package is for one release of Debian: build it there, or give --python. Needs dpkg-deb, objdump and strip.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path.append(str(HERE.parent))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first

NAME = "provenance-inspector"
HOME = f"usr/lib/{NAME}"
MAINTAINER = "The Provenance Inspector authors <team@provenance-inspector.invalid>"
QT = {"pyside6-essentials", "shiboken6"}

# Libraries of the system that Qt's wheels expect; run.py names the same ones to people who use the checkout.
DEPENDS = (
    "libc6 (>= 2.34), libstdc++6, zlib1g, libegl1, libgl1, libopengl0, libxkbcommon0, libxkbcommon-x11-0, "
    "libdbus-1-3, libfontconfig1, libfreetype6, libglib2.0-0 | libglib2.0-0t64, libx11-6, libx11-xcb1, "
    "libxcb1, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, "
    "libxcb-render-util0, libxcb-render0, libxcb-shape0, libxcb-shm0, libxcb-sync1, libxcb-util1, "
    "libxcb-xfixes0, libxcb-xkb1, libwayland-client0, libwayland-cursor0, libwayland-egl1"
)
# Wheels with debug symbols: 6 MB become 1. No others: `strip` breaks libraries that patchelf has been at, as
# those in numpy.libs ("ELF load command address/offset not page-aligned").
UNSTRIPPED = {"lz4"}
DESCRIPTION = """\
review where AI models, datasets and packages come from
 Opens an AI project's folder or a hub repository and shows its models, datasets
 and packages as a provenance graph, with what is not pinned and what runs code
 when loaded marked. Nothing of what is reviewed is loaded or run. The reviewer
 decides on findings and exports a signed record that a deploy gate enforces.
 .
 This package brings the window, inspector-gui, and the command inspector."""
DATA_DESCRIPTION = """\
screening of training data for Provenance Inspector
 Adds what "inspector dataset screen" and "inspector quarantine" need to read
 tables of training data and to look for planted rows."""

LAUNCHER = """\
#!/usr/lib/provenance-inspector/bin/python3 -I
import sys

from inspector.__main__ import {function}

sys.exit({function}())
"""
POSTINST = """\
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    # Byte code belongs to the Python that is installed; without it each start would compile anew.
    /usr/lib/provenance-inspector/bin/python3 -I -m compileall -q /usr/lib/provenance-inspector/lib || true
fi
"""
PRERM = """\
#!/bin/sh
set -e
find /usr/lib/provenance-inspector -name __pycache__ -type d -prune -exec rm -rf {} +
"""

# What lintian says of any package of wheels, and why it is so.
OVERRIDES = f"""\
# PySide6, Qt, cryptography and others are the wheels of their makers, held by hash; Debian's own are too old.
{NAME}: embedded-library
# Wheels are left as their makers built them, but for two: `strip` breaks what patchelf has been at.
{NAME}: unstripped-binary-or-object
# ICU's tables are data in the form of a library and call nobody.
{NAME}: shared-library-lacks-prerequisites [*/PySide6/Qt/lib/libicudata*]
# The private Python is Debian's own, told by pyvenv.cfg beside it where its packages are.
{NAME}: wrong-path-for-interpreter
# Libraries that can also be called as scripts, which nobody does.
{NAME}: unusual-interpreter
# $ORIGIN only: the libraries of one wheel find each other. packaging/check_tree.py refuses other paths.
{NAME}: custom-library-search-path
# The program is not in the archive, so there is no bug that asks for its package.
{NAME}: initial-upload-closes-no-bugs
"""

DATA_OVERRIDES = f"""\
# numpy and polars are the wheels of their makers, held by hash.
{NAME}-data: embedded-library
{NAME}-data: unstripped-binary-or-object
{NAME}-data: custom-library-search-path
# Modules of Python find what they need in the process that loads them.
{NAME}-data: library-not-linked-against-libc
{NAME}-data: shared-library-lacks-prerequisites
{NAME}-data: initial-upload-closes-no-bugs
"""


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Builds the Debian packages from the wheel.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=CHECKOUT / "dist", metavar="FOLDER")
    parser.add_argument("--python", default="3.11", metavar="X.Y", help="Python of the Debian release (3.11)")
    parser.add_argument(
        "--level", type=int, default=10, metavar="N", help="how hard zstd tries, 1 to 19 (10)"
    )
    asked = parser.parse_args(words)
    asked.output.mkdir(parents=True, exist_ok=True)
    for path in build(asked.wheel, asked.output, asked.python, asked.level):
        print(f"{path.name}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


def build(wheel: Path, output: Path, python: str, level: int = 10) -> list[Path]:
    """Makes both packages in ``output`` and gives their paths."""
    version = wheel.name.split("-")[1]
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or wheel_time(wheel))
    renew = load("packaging/locks/renew.py")
    scan = renew.brought_by_scan()
    with tempfile.TemporaryDirectory(prefix="inspector-deb-") as scratch:
        main_tree, data_tree = Path(scratch, NAME), Path(scratch, f"{NAME}-data")
        site = main_tree / HOME / f"lib/python{python}/site-packages"
        install(renew.entries(scan | QT), site, python)
        _pip("--no-deps", str(wheel), "--target", str(site))
        shutil.rmtree(site / "bin")
        load("packaging/linux/slim_qt.py").slim(site)
        lay_out(main_tree, wheel, python, version, epoch)
        every = set(renew.names())
        data_site = data_tree / HOME / f"lib/python{python}/site-packages"
        install(renew.entries(every - scan - QT - renew.LEFT_OUT.keys()), data_site, python)
        _documents(data_tree, f"{NAME}-data", version, epoch)
        _put(data_tree / f"usr/share/lintian/overrides/{NAME}-data", DATA_OVERRIDES)
        made = []
        upper = f"{python.split('.')[0]}.{int(python.split('.')[1]) + 1}"
        pythons = f"python3 (>= {python}), python3 (<< {upper}~)"
        for tree, description, depends, recommends in (
            (
                main_tree,
                DESCRIPTION,
                f"{pythons}, {DEPENDS}",
                "fonts-dejavu-core | fonts-noto-core, xdg-utils",
            ),
            (
                data_tree,
                DATA_DESCRIPTION,
                f"{NAME} (= {version}), libc6 (>= 2.34), libstdc++6, libgcc-s1",
                "",
            ),
        ):
            _strip(tree)
            _settle(tree, epoch)
            made.append(_pack(tree, output, version, description, depends, recommends, epoch, level))
    return made


def install(requirements: str, site: Path, python: str) -> None:
    """Puts the wheels that ``requirements`` name by hash into ``site``, unbuilt and uncompiled."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write(requirements)
        listed.flush()
        _pip(
            "--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", python,
            "-r", listed.name, "--target", str(site),
        )  # fmt: skip
    shutil.rmtree(site / "bin", ignore_errors=True)  # console commands that name the Python that built them


def lay_out(tree: Path, wheel: Path, python: str, version: str, epoch: int) -> None:
    """Commands, completion, manual page, desktop files, icons and licences around the installed wheels."""
    home = tree / HOME
    _put(home / "pyvenv.cfg", f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n")
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python3").symlink_to(f"../../../bin/python{python}")
    for command, function in (("inspector", "main"), ("inspector-gui", "window")):
        _put(tree / "usr/bin" / command, LAUNCHER.format(function=function), mode=0o755)
    share = tree / "usr/share"
    for source, target in (
        ("provenance-inspector.desktop", "applications"),
        ("provenance-inspector.metainfo.xml", "metainfo"),
        ("provenance-inspector.xml", "mime/packages"),
    ):
        (share / target).mkdir(parents=True, exist_ok=True)
        name = "org.provenance_inspector.ProvenanceInspector.metainfo.xml" if "metainfo" in source else source
        shutil.copyfile(HERE / source, share / target / name)
    load("packaging/icons.py").write_icons(share / "icons")
    for spare in ("inspector.ico", "inspector.icns"):
        (share / "icons" / spare).unlink()
    for shell, place in (
        ("bash", "bash-completion/completions/inspector"),
        ("zsh", "zsh/vendor-completions/_inspector"),
        ("fish", "fish/vendor_completions.d/inspector.fish"),
    ):
        _put(share / place, printed_by_program(wheel, shell))
    _put_gz(share / "man/man1/inspector.1.gz", printed_by_program(wheel, "man"))
    _put_gz(share / "man/man1/inspector-gui.1.gz", ".so man1/inspector.1\n")
    _documents(tree, NAME, version, epoch)
    _put(share / f"lintian/overrides/{NAME}", OVERRIDES)
    for path in (HERE.parent / "licences").iterdir():
        shutil.copyfile(path, share / "doc" / NAME / path.name)


def printed_by_program(wheel: Path, what: str) -> str:
    """What `inspector completion` of the wheel prints for a shell, or as manual page."""
    start = f"import sys; sys.path.insert(0, {str(wheel.resolve())!r})\n"
    start += "from inspector.__main__ import main\nmain()"
    command = [sys.executable, "-I", "-B", "-c", start, "completion", what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def wheel_time(wheel: Path) -> int:
    """The time that the members of a reproducible wheel carry, in seconds since 1970."""
    import calendar
    import zipfile

    with zipfile.ZipFile(wheel) as archive:
        return calendar.timegm((*archive.infolist()[0].date_time, 0, 0, 0))


def _pip(*words: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
    ]
    subprocess.run([*command, *words], check=True)


def _documents(tree: Path, name: str, version: str, epoch: int) -> None:
    """Copyright file and changelog, where Debian's policy wants them."""
    doc = tree / "usr/share/doc" / name
    doc.mkdir(parents=True)
    text = (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: Provenance Inspector\n\n"
        "Files: *\nCopyright: 2026 The Provenance Inspector authors\nLicense: Apache-2.0\n\n"
        f"Files: {HOME}/lib/*/site-packages/PySide6/* {HOME}/lib/*/site-packages/shiboken6/*\n"
        "Copyright: The Qt Company Ltd.\nLicense: LGPL-3\n\n"
        f"Files: {HOME}/lib/*/site-packages/fickling/*\n"
        "Copyright: Trail of Bits\nLicense: LGPL-3\n\n"
        "License: Apache-2.0\n On Debian systems, see /usr/share/common-licenses/Apache-2.0.\n\n"
        "License: LGPL-3\n On Debian systems, see /usr/share/common-licenses/LGPL-3 and GPL-3. How to\n"
        f" put another build of Qt in its place stands in /usr/share/doc/{NAME}/README.md.\n\n"
        "Comment: each other library has its licence in its *.dist-info folder.\n"
    )
    _put(doc / "copyright", text)
    date = formatdate(epoch, usegmt=False)
    _put_gz(
        doc / "changelog.gz",
        f"{name} ({version}) unstable; urgency=medium\n\n  * See CHANGELOG.md of the program.\n\n"
        f" -- {MAINTAINER}  {date}\n",
    )


def _strip(tree: Path) -> None:
    """Takes debug symbols out of the modules that ship with them."""
    for path in sorted(tree.rglob("*.so")):
        if UNSTRIPPED & set(path.parts):
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)


def _settle(tree: Path, epoch: int) -> None:
    """One time and plain modes for every file, so that two builds give the same bytes."""
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.suffix == ".pyc" or path.name in ("__pycache__", "direct_url.json", "REQUESTED", "INSTALLER"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for record in tree.rglob("*.dist-info/RECORD"):
        record.unlink()  # would name files that are gone; dpkg keeps its own list with digests
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.parent.name == "bin" or path.suffix == ".sh"
            path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _pack(
    tree: Path,
    output: Path,
    version: str,
    description: str,
    depends: str,
    recommends: str,
    epoch: int,
    level: int,
) -> Path:
    control = tree / "DEBIAN"
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    kilobytes = sum(-(-path.stat().st_size // 1024) for path in files)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    )
    fields = {
        "Package": tree.name,
        "Version": version,
        "Architecture": architecture.stdout.strip(),
        "Maintainer": MAINTAINER,
        "Installed-Size": str(kilobytes),
        "Depends": depends,
        "Recommends": recommends,
        "Suggests": f"{NAME}-data" if tree.name == NAME else "",
        "Section": "utils",
        "Priority": "optional",
        "Description": description,
    }
    sums = "".join(f"{_md5(path)}  {path.relative_to(tree)}\n" for path in files)
    _put(control / "control", "".join(f"{key}: {value}\n" for key, value in fields.items() if value))
    _put(control / "md5sums", sums)
    _put(control / "postinst", POSTINST, mode=0o755)
    _put(control / "prerm", PRERM, mode=0o755)
    for path in [control, *control.iterdir()]:
        os.utime(path, (epoch, epoch))
    control.chmod(0o755)
    made = output / f"{tree.name}_{version}_{fields['Architecture']}.deb"
    subprocess.run(
        [
            "dpkg-deb", "-Zzstd", f"-z{level}", "--no-uniform-compression", "--root-owner-group",
            "--build", str(tree), str(made),
        ],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
    )  # fmt: skip
    return made


def _md5(path: Path) -> str:
    import hashlib

    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _put(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _put_gz(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
