"""What an index says of releases, and what the code imports against what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inspector.dependencies.interface import Package
from inspector.provenance import Confidence, Evidence, Finding
from inspector.rules.catalogue import rule
from inspector.rules.dependencies import declared, package_node
from inspector.rules.interface import Facts
from inspector.rules.places import is_test_code
from inspector.rules.wording import count, listed, sentence

_SHOWN = 40
_UNMAINTAINED = ("archived", "deprecated")


def on_the_index(facts: Facts) -> Iterator[Finding]:
    """What an index that was asked says against a release."""
    for package in facts.packages:
        said = package.index
        if said is None or not said["answered"]:
            continue
        if said["status"] == "quarantined":
            yield _finding("dependencies.quarantined", package, "is in quarantine", said["status_reason"])
        if said["status"] in _UNMAINTAINED:
            yield _finding("dependencies.archived", package, f"is {said['status']}", said["status_reason"])
        if said["yanked"]:
            yield _finding("dependencies.yanked", package, "was yanked", said["yanked_reason"])
        if not said["known"] and said["status"] != "quarantined":
            yield _finding("dependencies.not-on-index", package, "is not on the index", said["why"])


def _finding(id: str, package: Package, words: str, reason: str) -> Finding:  # noqa: A002
    why = f": {sentence(reason)}" if reason else "."
    return rule(id).finding(
        package_node(package), f"{package.name} {package.version} {words}{why}", declared(package)
    )


def undeclared(facts: Facts) -> Iterator[Finding]:
    """Modules that code needs and no manifest names. Where nothing is declared at all, that is no news."""
    if not any(item.name for manifest in facts.manifests for item in manifest.requirements):
        return
    found = [
        one
        for one in (facts.usage or {}).get("undeclared", ())
        if not one["optional"] and not is_test_code(one["path"])
    ]
    unknown = [one for one in found if not one["provided_by"]]
    if unknown:
        yield rule("dependencies.undeclared").finding(
            facts.root,
            f"{count(len(unknown), 'module')} {'is' if len(unknown) == 1 else 'are'} imported, "
            f"and no manifest names what provides {'it' if len(unknown) == 1 else 'them'}: "
            f"{listed((one['module'] for one in unknown), 8)}.",
            [Evidence(one["path"], line=one["line"], text=_import(one)) for one in unknown[:_SHOWN]],
            confidence=Confidence.LOW,
        )


def unused(facts: Facts) -> Iterator[Finding]:
    """A question to the project: declared for a run, and imported nowhere."""
    found = (facts.usage or {}).get("unused", ())
    if found and facts.usage is not None and facts.usage["imports"]:
        total = facts.usage["unused_total"]
        yield rule("dependencies.unused").finding(
            facts.root,
            f"{count(total, 'declared package')} {'is' if total == 1 else 'are'} imported nowhere: "
            f"{listed((one['name'] for one in found), 8)}.",
            [Evidence(one["path"], line=one["line"], text=one["name"]) for one in found[:_SHOWN]],
            confidence=Confidence.LOW,
        )


def _import(one: Mapping[str, Any]) -> str:
    more = f" (in {one['files']} files)" if one["files"] > 1 else ""
    return f"import {one['module']}{more}"


RULES = (on_the_index, undeclared, unused)
