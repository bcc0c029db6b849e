#!/usr/bin/env python3
"""Writes the program's own list of parts as CycloneDX 1.6, from the hash lock and nothing else.

    python packaging/sbom.py            writes packaging/sbom/provenance-inspector.cdx.json
    python packaging/sbom.py --check    says whether it is what the lock gives; exit 1 if not

The build puts the file into the wheel under .dist-info/sboms/ (PEP 770). Versions, markers and hashes come
from packaging/locks/run.txt, the edges from its "via" comments. The same lock gives the same bytes: the
serial number is a UUID of the content, and there is no time of day in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
LOCK = HERE / "locks" / "run.txt"
SBOM = HERE / "sbom" / "provenance-inspector.cdx.json"
OURSELVES = "provenance-inspector"

# Licences that oblige whoever passes the program on; the others stand in the packages' own metadata.
LICENCES = {
    "pyside6-essentials": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "shiboken6": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "fickling": "LGPL-3.0-or-later",
    "certifi": "MPL-2.0",
    "tqdm": "MPL-2.0 AND MIT",
}

_PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]*?))?\s*\\?$"
)
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?(?!via\s*$)(?P<who>\S.*?)\s*$")


@dataclass
class Pin:
    """One entry of a lock file: a version, when it applies, what its files hash to, who asks for it."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    wanted_by: set[str] = field(default_factory=set)

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Writes the program's own CycloneDX list of parts.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where the file is out of date"
    )
    asked = parser.parse_args(words)
    wanted = sbom()
    if asked.check:
        if SBOM.is_file() and SBOM.read_text(encoding="utf-8") == wanted:
            return 0
        print("The list of parts is not that of the lock. Run: python packaging/sbom.py", file=sys.stderr)
        return 1
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(wanted, encoding="utf-8", newline="\n")
    print(f"{SBOM.relative_to(CHECKOUT)}: {len(read_lock(LOCK.read_text(encoding='utf-8')))} parts")
    return 0


def sbom(lock: Path = LOCK, checkout: Path = CHECKOUT) -> str:
    """The CycloneDX 1.6 document of a hash lock, as JSON text that ends in a newline."""
    pins = read_lock(lock.read_text(encoding="utf-8"))
    version, direct = own_metadata(checkout)
    root = f"pkg:pypi/{OURSELVES}@{version}"
    edges: dict[str, set[str]] = {root: set(), **{pin.purl: set() for pin in pins}}
    by_name: dict[str, list[Pin]] = {}
    for pin in pins:
        by_name.setdefault(pin.name, []).append(pin)
    for pin in pins:
        for who in pin.wanted_by:
            for asker in by_name.get(who, ()):
                edges[asker.purl].add(pin.purl)
        if pin.name in direct:
            edges[root].add(pin.purl)
    needed = reachable(pins, [name for name, extra in direct.items() if not extra])
    body = {
        "metadata": {
            "lifecycles": [{"phase": "pre-build"}],
            "component": {
                "bom-ref": root,
                "type": "application",
                "name": OURSELVES,
                "version": version,
                "purl": root,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": [_component(pin, direct.get(pin.name, ""), pin.name in needed) for pin in pins],
        "dependencies": [{"ref": ref, "dependsOn": sorted(edges[ref])} for ref in sorted(edges)],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    head = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return json.dumps({**head, **body}, indent=1, ensure_ascii=False) + "\n"


def read_lock(text: str) -> list[Pin]:
    """The entries of a lock file as `uv pip compile --generate-hashes` writes it, in its order.

    ValueError names the line that is none of pin, hash, comment; a lock that is not understood gives no list.
    """
    pins: list[Pin] = []
    for number, line in enumerate(text.splitlines(), 1):
        if pin := _PIN.match(line):
            pins.append(Pin(pin["name"], pin["version"], pin["marker"] or ""))
        elif (sha := _HASH.match(line)) and pins:
            pins[-1].hashes.append(sha[1])
        elif (via := _VIA.match(line)) and pins:
            pins[-1].wanted_by.add(via["who"].partition(" (")[0].partition("[")[0])
        elif line.strip() and not line.startswith("#") and line.strip() != "# via":
            raise ValueError(f"line {number} of the lock is neither a pin nor a hash: {line[:60]}")
    if unhashed := [pin.name for pin in pins if not pin.hashes]:
        raise ValueError(f"without a hash: {', '.join(unhashed)}")
    return pins


def own_metadata(checkout: Path) -> tuple[str, dict[str, str]]:
    """Our version, and the names asked for directly with the extra that asks (empty: always)."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = (checkout / "inspector" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "([^"]+)"', source, re.M)
    if version is None:
        raise ValueError("inspector/__init__.py states no version")
    asked = dict.fromkeys(map(_name, project["optional-dependencies"]["data"]), "data")
    return version[1], {**asked, **dict.fromkeys(map(_name, project["dependencies"]), "")}


def reachable(pins: list[Pin], roots: list[str]) -> set[str]:
    """The names that an installation of ``roots`` brings along, themselves included."""
    brings: dict[str, set[str]] = {}
    for pin in pins:
        for who in pin.wanted_by:
            brings.setdefault(who, set()).add(pin.name)
    found: set[str] = set()
    open_ = list(roots)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += brings.get(name, ())
    return found


def _component(pin: Pin, extra: str, needed: bool) -> dict[str, object]:
    component: dict[str, object] = {
        "bom-ref": pin.purl,
        "type": "library",
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "scope": "required" if needed else "optional",
    }
    if pin.name in LICENCES:
        component["licenses"] = [{"expression": LICENCES[pin.name]}]
    # One hash for each file the index has of this version: any of them may be the one that was installed.
    files = [{"alg": "SHA-256", "content": sha} for sha in sorted(pin.hashes)]
    component["externalReferences"] = [
        {
            "type": "distribution",
            "url": pin.purl,
            "comment": "the hashes that the lock accepts",
            "hashes": files,
        }
    ]
    properties = {"provenance-inspector:marker": pin.marker, "provenance-inspector:extra": extra}
    if any(properties.values()):
        component["properties"] = [
            {"name": key, "value": value} for key, value in properties.items() if value
        ]
    return component


def _name(requirement: str) -> str:
    """The normalised name at the head of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


if __name__ == "__main__":
    sys.exit(main())
