"""All manifests of a target joined into packages: one per name and version.

A lock file answers for the manifests that it was made from: those of its own folder, and the members of
its workspace. Where such a lock names a version for a requirement that does not, the locked version and
its pin stand. Everywhere else both statements stay, because both can be what someone installs.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inspector.dependencies.interface import LockedPackage, Manifest, Package, Requirement
from inspector.dependencies.lookalike import looks_like
from inspector.dependencies.shapes import exact_version, normal_name, pin_of
from inspector.provenance import Pin
from inspector.provenance.words import weaker_pin

# Installed into a build environment of their own, at whatever version is newest then: no lock holds them.
_BUILD_SECTIONS = frozenset({"build-system.requires", "options.setup_requires", "setup_requires"})

# What a command or a script installs is resolved when it runs, by no lock of the folder.
_NOT_RESOLVED = frozenset({"install-lines", "Dockerfile", "script"})
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "pipx", "poetry", "pdm", "virtualenv"})
# What is installed somewhere: no lock that an installer would follow.
_INSTALLED = frozenset({"METADATA", "pip-list"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")

_Key = tuple[str, str, str | None]  # ecosystem, name, version


@dataclass(slots=True)
class _Statement:
    """What has been said of one package so far."""

    pin: Pin
    direct: bool = False
    required_by: set[str] = field(default_factory=set)
    requires: set[str] = field(default_factory=set)
    declared_in: dict[tuple[str, int | None, str], None] = field(default_factory=dict)
    origin: str | None = None


def packages(manifests: Sequence[Manifest]) -> list[Package]:
    """One Package per name and version over all ``manifests``, sorted by name. Not audited yet."""
    found: dict[_Key, _Statement] = {}
    locks: dict[str, list[dict[str, list[LockedPackage]]]] = {}
    own: set[str] = {item.project_name for item in manifests if item.project_name}
    for group in _groups(manifests):
        entries = _add_lock(found, group)
        for folder in _folders(group[0]) if group[0].format not in _INSTALLED else ():
            locks.setdefault(folder, []).append(entries)
    pulled: dict[tuple[str, str], set[str]] = {}
    for manifest in sorted(manifests, key=lambda item: item.path):
        beside = locks.get(posixpath.dirname(manifest.path), [])
        for item in manifest.requirements:
            if item.shape in ("option", "unread") or _is_own(item, manifest, own):
                continue
            if _is_part(manifest, item):
                _add_requirement(found, manifest, item, beside, pulled)
    for (ecosystem, name, _), said in found.items():
        said.requires.update(pulled.get((ecosystem, name), ()))
    return [
        Package(
            name=name,
            version=version,
            pin=said.pin,
            direct=said.direct,
            required_by=tuple(sorted(said.required_by)),
            requires=tuple(sorted(said.requires)),
            declared_in=tuple(said.declared_in),
            looks_like=looks_like(name) if ecosystem == "PyPI" and said.origin is None else (),
            ecosystem=ecosystem,
            origin=said.origin,
        )
        for (ecosystem, name, version), said in sorted(found.items(), key=lambda one: _order(one[0]))
    ]


def _is_part(manifest: Manifest, item: Requirement) -> bool:
    """False for what a command installs without being a part of what the project gives: a container's own
    installer, and what a script, a notebook or a CI file takes at whatever version. They are counted with
    their manifest; a version that is named, and a name that looks like another, stand in the tree too."""
    if manifest.format == "Dockerfile":
        return item.shape != "bare" or item.name not in _INSTALLERS
    if manifest.format == "install-lines":
        return exact_version(item) is not None or bool(item.name and looks_like(item.name))
    return True


def _order(key: _Key) -> tuple[str, str, str]:
    return (key[1], key[2] or "", key[0])


def _is_own(item: Requirement, manifest: Manifest, own: Iterable[str]) -> bool:
    # ``project[extra]`` inside the project's own extras names no other package.
    if item.name is None:
        return False
    return item.name == manifest.project_name or (item.source == "./" and item.name in own)


def _groups(manifests: Sequence[Manifest]) -> list[list[Manifest]]:
    """Manifests with locked entries; the METADATA files of one environment speak of one another."""
    groups: dict[str, list[Manifest]] = {}
    for manifest in sorted(manifests, key=lambda item: item.path):
        if manifest.locked:
            place = posixpath.dirname(posixpath.dirname(manifest.path))
            key = f"{place}/*" if manifest.format == "METADATA" else manifest.path
            groups.setdefault(key, []).append(manifest)
    return list(groups.values())


def _add_lock(found: dict[_Key, _Statement], group: Sequence[Manifest]) -> dict[str, list[LockedPackage]]:
    locked = [(manifest, item) for manifest in group for item in manifest.locked]
    project = {item.name for _, item in locked if item.is_project}
    wanted = {need for _, item in locked if item.is_project for need in item.requires}
    users: dict[str, set[str]] = {}
    entries: dict[str, list[LockedPackage]] = {}
    for _, item in locked:
        if item.is_project:
            continue
        entries.setdefault(item.name, []).append(item)
        for need in item.requires:
            users.setdefault(need, set()).add(item.name)
    for manifest, item in locked:
        if item.name in project:
            continue
        said = _said(found, (item.ecosystem, item.name, item.version), item.pin)
        said.requires.update(need for need in item.requires if need not in project)
        said.required_by.update(users.get(item.name, set()) - project)
        said.direct = said.direct or item.name in wanted
        said.origin = said.origin or item.source
        said.declared_in[(manifest.path, item.line, f"{item.name} {item.version or ''}".strip())] = None
    return entries


def _add_requirement(
    found: dict[_Key, _Statement],
    manifest: Manifest,
    item: Requirement,
    beside: list[dict[str, list[LockedPackage]]],
    pulled: dict[tuple[str, str], set[str]],
) -> None:
    name = item.name or _name_of_place(item)
    if not name:
        return
    version, pin = exact_version(item), pin_of(item)
    place = (manifest.path, item.line, item.text)
    locked = [one for lock in beside for one in lock.get(name, ())]
    locked = [one for one in locked if one.ecosystem == item.ecosystem]
    if item.section in _BUILD_SECTIONS or manifest.format in _NOT_RESOLVED:
        locked = []
    if version is not None:
        locked = [one for one in locked if one.version == version]
    for one in locked:
        said = found[(one.ecosystem, one.name, one.version)]
        said.direct = True
        said.declared_in[place] = None
    if locked:
        return
    said = _said(found, (item.ecosystem, name, version), pin)
    # A compiled file says who pulls the package in: it is asked for itself where a manifest is named.
    users = {normal_name(one) for one in item.via if _NAME.match(one)}
    said.required_by.update(users)
    said.direct = said.direct or not item.via or len(users) < len(item.via)
    for user in users:
        pulled.setdefault((item.ecosystem, user), set()).add(name)
    said.declared_in[place] = None
    if item.source is not None:
        said.origin = said.origin or item.source
    elif item.shape in ("url", "vcs40", "local", "editable"):
        said.origin = said.origin or item.specifier


def _name_of_place(item: Requirement) -> str:
    """A name for what is installed from an address that tells none: the address itself, so that it is
    listed. A folder of the target without a name is the project's own and no package."""
    return "" if pin_of(item) is Pin.LOCAL else item.specifier[:200]


def _said(found: dict[_Key, _Statement], key: _Key, pin: Pin) -> _Statement:
    said = found.get(key)
    if said is None:
        said = found[key] = _Statement(pin)
    else:
        said.pin = weaker_pin(said.pin, pin) or pin
    return said


def _folders(manifest: Manifest) -> set[str]:
    """The folders whose manifests the lock resolves: its own and those of its workspace's members."""
    here = posixpath.dirname(manifest.path)
    folders = {here}
    for item in manifest.locked:
        if item.pin is Pin.LOCAL and item.source:
            folder = posixpath.normpath(posixpath.join(here, item.source))
            folders.add("" if folder == "." else folder)
    return folders
