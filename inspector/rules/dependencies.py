"""Which packages, how firmly named, and what is known of them?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from inspector.dependencies import included_path, pin_of
from inspector.dependencies.interface import Manifest, Package, Requirement
from inspector.provenance import Audit, Confidence, Evidence, Finding, NodeKind, Pin, Severity, node_id
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts
from inspector.rules.places import is_test_code
from inspector.rules.wording import count, sentence

_SHOWN = 40
_SINGULAR = {"name": "names", "carry": "carries", "were": "was"}
# Manifests that an installer reads together with the lock beside them.
_RESOLVED = {"pyproject.toml", "Pipfile", "package.json", "pixi.toml"}
_BUILD = "build-system.requires"
_COMMANDS = "install-lines"
_FLOATING = {"range", "wildcard", "bare"}


def vulnerable(facts: Facts) -> Iterator[Finding]:
    """One finding for each package with advisories; its severity is that of the gravest."""
    for package in facts.packages:
        if package.audit is not Audit.VULNERABLE:
            continue
        grades = [Severity(item.severity) for item in package.advisories if item.severity]
        worst = max(grades, key=lambda grade: grade.rank, default=Severity.HIGH)
        fixed = sorted({version for item in package.advisories for version in item.fixed_in})
        ids = [item.id for item in package.advisories]
        cve = sorted(
            {a for item in package.advisories for a in (item.id, *item.aliases) if a.startswith("CVE-")}
        )
        known = "1 advisory" if len(ids) == 1 else f"{len(ids)} advisories"
        yield rule("dependencies.vulnerable").finding(
            package_node(package),
            f"{package.name} {package.version} has {known}: {', '.join(ids[:6])}"
            + (" …" if len(ids) > 6 else ".")
            + (f" Fixed in {', '.join(fixed)}." if fixed else ""),
            [
                *declared(package),
                *(Evidence(text=f"{item.id}: {item.summary}") for item in package.advisories),
            ],
            severity=worst,
            cve=cve,
        )


def _gravity(manifest: Manifest, lines: Sequence[Requirement]) -> Severity | None:
    """What only tests install, and what a build alone takes, is not what is deployed."""
    aside = all(item.section == _BUILD for item in lines)
    return Severity.LOW if aside or is_test_code(manifest.path) else None


def floating(facts: Facts) -> Iterator[Finding]:
    """Manifests whose lines name no exact version and that no lock file beside them resolves."""
    locked_folders = {posixpath.dirname(manifest.path) for manifest in facts.manifests if manifest.is_lock}
    yield from _floating_commands(facts)
    for manifest in facts.manifests:
        lines = [item for item in manifest.requirements if item.shape in _FLOATING]
        if not lines or _is_resolved(manifest, locked_folders) or manifest.format == _COMMANDS:
            continue
        total = sum(1 for item in manifest.requirements if item.shape != "option")
        yield rule("dependencies.unpinned").finding(
            node_id(NodeKind.MANIFEST, manifest.path),
            f"{len(lines)} of {count(total, 'requirement')} {_verb(lines, 'name')} no exact version.",
            [Evidence(manifest.path, line=item.line, text=item.text) for item in lines[:_SHOWN]],
            severity=_gravity(manifest, lines),
        )


def _floating_commands(facts: Facts) -> Iterator[Finding]:
    """One finding for all scripts, notebooks and CI files together: a folder of notebooks has hundreds."""
    found = [
        (manifest.path, item)
        for manifest in facts.manifests
        if manifest.format == _COMMANDS
        for item in manifest.requirements
        if item.shape in _FLOATING
    ]
    if found:
        files = len({path for path, _ in found})
        yield rule("dependencies.unpinned").finding(
            facts.root,
            f"{count(len(found), 'package')} that commands in {count(files, 'file')} install "
            f"{'names' if len(found) == 1 else 'name'} no exact version.",
            [Evidence(path, line=item.line, text=item.text) for path, item in found[:_SHOWN]],
        )


def unhashed(facts: Facts) -> Iterator[Finding]:
    """Requirements files with exact versions and no hashes."""
    for manifest in facts.manifests:
        exact = [item for item in manifest.requirements if item.shape == "exact"]
        bare = [item for item in exact if not item.hashed]
        if manifest.format == "requirements" and bare:
            yield rule("dependencies.no-hashes").finding(
                node_id(NodeKind.MANIFEST, manifest.path),
                f"{len(bare)} of {count(len(exact), 'exact version')} {_verb(bare, 'carry')} no hash.",
                [Evidence(manifest.path, line=item.line, text=item.text) for item in bare[:_SHOWN]],
            )


def urls(facts: Facts) -> Iterator[Finding]:
    """Requirements from an address that can change."""
    for manifest in facts.manifests:
        lines = [item for item in manifest.requirements if _is_movable_address(item)]
        if lines:
            yield rule("dependencies.direct-url").finding(
                node_id(NodeKind.MANIFEST, manifest.path),
                f"{count(len(lines), 'requirement')} {_verb(lines, 'name')} an address that can change.",
                [Evidence(manifest.path, line=item.line, text=item.text) for item in lines[:_SHOWN]],
                severity=_gravity(manifest, lines),
            )


def unaudited(facts: Facts) -> Iterator[Finding]:
    """Packages of which no database said anything, as one finding for each of the two answers."""
    for answer, name, words in (
        (Audit.NOT_AUDITED, "dependencies.not-audited", "not audited"),
        (Audit.NOT_IN_DATABASE, "dependencies.not-in-database", "not found in the database"),
    ):
        found = [package for package in facts.packages if package.audit is answer]
        if found:
            yield rule(name).finding(
                facts.root,
                f"{len(found)} of {count(len(facts.packages), 'package')} "
                f"{_verb(found, 'were')} {words}. {_common_reason(found)}",
                [Evidence(*_place(one), text=_said(one, not _is_common(found))) for one in found[:_SHOWN]],
            )


def missing_includes(facts: Facts) -> Iterator[Finding]:
    """Requirements files that name another one (``-r``, ``-c``) which the target does not hold."""
    there = {file.path for file in facts.files}
    for manifest in facts.manifests:
        absent = [name for name in manifest.includes if included_path(manifest.path, name) not in there]
        lines = [
            item
            for item in manifest.requirements
            if item.shape == "option" and any(item.text.endswith(name) for name in absent)
        ]
        if absent:
            # A pyproject.toml names such files in a table, which has no line of its own here.
            evidence = [Evidence(manifest.path, line=item.line, text=item.text) for item in lines[:_SHOWN]]
            number = len(lines) or len(absent)
            yield rule("dependencies.missing-include").finding(
                node_id(NodeKind.MANIFEST, manifest.path),
                f"{count(number, 'requirements file')} that it names "
                f"{'is' if number == 1 else 'are'} not part of the target.",
                evidence or [Evidence(manifest.path, text=name) for name in absent[:_SHOWN]],
            )


def unreadable(facts: Facts) -> Iterator[Finding]:
    for manifest in facts.manifests:
        if manifest.error:
            yield rule("dependencies.unreadable-manifest").finding(
                node_id(NodeKind.MANIFEST, manifest.path),
                manifest.error,
                [Evidence(manifest.path, text=manifest.error)],
            )


def look_alikes(facts: Facts) -> Iterator[Finding]:
    for package in facts.packages:
        if package.looks_like:
            first = package.looks_like[0]
            yield rule("dependencies.look-alike").finding(
                package_node(package),
                f"{package.name} looks like {first['name']} (rank {first['rank']}): "
                + sentence(first["why"]),
                declared(package),
                confidence=Confidence.LOW,
            )


def package_node(package: Package) -> str:
    """The id of a package's node."""
    return package_id(package.ecosystem, package.name, package.version)


def package_id(ecosystem: str, name: str, version: str | None) -> str:
    """Node id: the name, and the version where one is known, since a lock may hold several. A package of
    npm's registry or of a conda channel may bear the name of one of the Python Package Index and is another
    thing."""
    named = name if ecosystem == "PyPI" else f"{ecosystem}:{name}"
    return node_id(NodeKind.PACKAGE, f"{named}=={version}" if version else named)


def _is_movable_address(item: Requirement) -> bool:
    if item.shape == "editable":
        return pin_of(item) in (Pin.MOVABLE, Pin.NONE)
    return item.shape == "url" and not item.hashed


def _verb(items: Sequence[object], many: str) -> str:
    return _SINGULAR[many] if len(items) == 1 else many


def _is_resolved(manifest: Manifest, locked_folders: set[str]) -> bool:
    return manifest.format in _RESOLVED and posixpath.dirname(manifest.path) in locked_folders


def declared(package: Package) -> list[Evidence]:
    """Where the package is named: the first places."""
    return [Evidence(path, line=line, text=text) for path, line, text in package.declared_in[:8]]


def _place(package: Package) -> tuple[str | None, int | None]:
    return (package.declared_in[0][0], package.declared_in[0][1]) if package.declared_in else (None, None)


def _said(package: Package, with_why: bool) -> str:
    version = f" {package.version}" if package.version else ""
    if not with_why:
        return f"{package.name}{version}"
    return f"{package.name}{version}: {package.why or 'no answer'}"


def _is_common(packages: Sequence[Package]) -> bool:
    """True where all have one reason, which the message gives."""
    return len({package.why for package in packages}) == 1


def _common_reason(packages: list[Package]) -> str:
    return sentence(packages[0].why) if _is_common(packages) else "The evidence gives the reason for each."


RULES = (vulnerable, floating, unhashed, urls, unaudited, missing_includes, unreadable, look_alikes)
