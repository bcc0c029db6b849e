#!/usr/bin/env python3
"""Writes packaging/flatpak/python.json: where each locked wheel lies, and its SHA-256, for flatpak-builder.

    python packaging/flatpak/python_sources.py [--python 3.12]

pip resolves nothing: it says which file of each locked version fits the runtime's Python, and asks the
package index for that. Qt is left out, the BaseApp brings it. The file is made for each build and not
committed: its addresses are those of the index that was asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Writes the sources of the Python packages for Flatpak.")
    parser.add_argument("--python", default="3.12", metavar="X.Y", help="Python of the runtime (3.12)")
    parser.add_argument("--platform", default="manylinux_2_34_x86_64")
    asked = parser.parse_args(words)
    renew = load("packaging/locks/renew.py")
    with tempfile.TemporaryDirectory(prefix="inspector-flatpak-") as scratch:
        listed, report = Path(scratch, "lock.txt"), Path(scratch, "report.json")
        listed.write_text(renew.entries(renew.brought_by_scan()), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += [
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--python-version",
            asked.python,
        ]
        command += ["--platform", asked.platform, "--platform", "manylinux_2_28_x86_64"]
        command += ["--platform", "manylinux_2_17_x86_64", "--target", scratch]
        subprocess.run([*command, "--report", str(report), "-r", str(listed)], check=True)
        made = sources(json.loads(report.read_text(encoding="utf-8")))
    (HERE / "python.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"python.json: {len(made)} wheels")
    return 0


def sources(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """flatpak-builder's entries from pip's installation report (version 1), by file name.

    ValueError where the report has a file without a SHA-256: nothing is fetched that is not held by its hash.
    """
    made = []
    for entry in report["install"]:
        told = entry["download_info"]
        digest = told.get("archive_info", {}).get("hashes", {}).get("sha256")
        if not digest:
            raise ValueError(f"no SHA-256 for {told['url']}")
        made.append({"type": "file", "url": told["url"], "sha256": digest})
    return sorted(made, key=lambda source: source["url"].rpartition("/")[2])


if __name__ == "__main__":
    sys.exit(main())
