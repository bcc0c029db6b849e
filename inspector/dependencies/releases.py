"""Which release of the index a package is, where advisories can speak of it at all."""

from __future__ import annotations

from packaging.version import Version

from inspector.dependencies.interface import Package
from inspector.dependencies.version_keys import parsed
from inspector.provenance import Pin, plain


def release_of(package: Package) -> Version | str:
    """The version to ask about, or the sentence why nothing can be asked.

    A local label is left away: builds such as 2.1.0+cu118 are not on the index, and the advisories of
    2.1.0 are theirs too.
    """
    if package.ecosystem != "PyPI":
        a = "an" if package.ecosystem == "npm" else "a"
        return (
            f"It is {a} {package.ecosystem} package; the advisories speak of the Python Package Index alone."
        )
    if package.pin is Pin.LOCAL:
        return "It is a folder or file beside the project, not a release of the index."
    if package.version is None:
        return "No exact version is named, so there is no release to ask about."
    version = parsed(package.version)
    if version is None:
        return f"{plain(package.version, 60)!r} is no version that PEP 440 allows."
    if not package.name.isascii() or len(package.name) > 200 or len(package.version) > 100:
        return "Its name or version is none that an index could hold."
    return Version(version.public) if version.local else version


def label_left_away(package: Package) -> str:
    """A sentence to add where ``release_of`` left a local label away, else nothing."""
    label = (package.version or "").partition("+")[2]
    return f" Asked as the public version, without {plain(label, 40)!r}." if label else ""
