#!/usr/bin/env python3
"""Signs, packs and notarises the bundle that PyInstaller makes on macOS; and its Info.plist and entitlements.

    python packaging/macos/bundle.py "dist/Provenance Inspector.app" \\
        --identity "Developer ID Application: …" --profile notary -o dist/provenance-inspector.dmg

    python packaging/macos/bundle.py --print info|entitlements      the property lists, on any system

Libraries are signed from the inside out, as codesign wants it. Without --identity the bundle is signed ad
hoc, for the machine it was built on. `--profile` is a name of `xcrun notarytool store-credentials`.
"""

from __future__ import annotations

import argparse
import plistlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
IDENTIFIER = "org.provenance-inspector.ProvenanceInspector"
REVIEW = "org.provenance-inspector.review"


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Signs and packs the macOS bundle.")
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--identity", default="-", help="of the keychain; - signs ad hoc")
    parser.add_argument("--profile", help="notarytool's stored credentials; without it nothing is notarised")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.dmg")
    parser.add_argument("--print", choices=("info", "entitlements"), dest="shown")
    asked = parser.parse_args(words)
    if asked.shown:
        sys.stdout.buffer.write(plistlib.dumps(info_plist() if asked.shown == "info" else entitlements()))
        return 0
    if asked.bundle is None or asked.output is None:
        parser.error("give the bundle and -o")
    for command in commands(asked.bundle, asked.output, asked.identity, asked.profile):
        subprocess.run(command, check=True)
    return 0


def info_plist() -> dict[str, Any]:
    """What the bundle says of itself: its version, its document type, its languages."""
    source = (CHECKOUT / "inspector" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "([^"]+)"', source, re.M)
    if version is None:
        raise ValueError("inspector/__init__.py states no version")
    return {
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleName": "Provenance Inspector",
        "CFBundleDisplayName": "Provenance Inspector",
        "CFBundleShortVersionString": version[1],
        "CFBundleVersion": version[1],
        "CFBundleLocalizations": ["en", "de"],
        "CFBundleDevelopmentRegion": "en",
        "LSMinimumSystemVersion": "13.0",
        "LSApplicationCategoryType": "public.app-category.developer-tools",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "The Provenance Inspector authors, Apache-2.0. Qt under the LGPL-3.0.",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Provenance review",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [REVIEW],
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": REVIEW,
                "UTTypeDescription": "Provenance review",
                "UTTypeConformsTo": ["public.database"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["review"],
                    "public.mime-type": ["application/vnd.provenance-inspector.review"],
                },
            }
        ],
    }


def entitlements() -> dict[str, bool]:
    """What the hardened runtime must allow: a Qt that the user may put in the place of ours (LGPL)."""
    return {"com.apple.security.cs.disable-library-validation": True}


def commands(bundle: Path, image: Path, identity: str, profile: str | None) -> list[list[str]]:
    """The commands that sign the bundle, make the disk image and notarise it, in order."""
    with tempfile.NamedTemporaryFile(suffix=".plist", delete=False) as granted:
        granted.write(plistlib.dumps(entitlements()))
    sign = ["codesign", "--force", "--timestamp" if identity != "-" else "--timestamp=none"]
    sign += ["--options", "runtime", "--sign", identity]
    inner = sorted(
        (path for path in bundle.rglob("*") if path.suffix in (".so", ".dylib") and not path.is_symlink()),
        key=lambda path: (-len(path.parts), str(path)),
    )
    made = [[*sign, str(path)] for path in inner]
    made.append([*sign, "--entitlements", granted.name, str(bundle / "Contents" / "MacOS" / "inspector")])
    made.append([*sign, "--entitlements", granted.name, str(bundle)])
    made.append(["codesign", "--verify", "--deep", "--strict", str(bundle)])
    made.append(["hdiutil", "create", "-volname", bundle.stem, "-srcfolder", str(bundle), "-ov", str(image)])
    if profile:
        made.append(["xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile, "--wait"])
        made.append(["xcrun", "stapler", "staple", str(image)])
    return made


if __name__ == "__main__":
    sys.exit(main())
