"""Are these the bytes, and can they be named? Links, special files, names, absent weights."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from inspector.provenance import Evidence, Finding, plain
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts, FileFact
from inspector.sources.interface import EntryKind

_SHOWN = 40


def _grouped(name: str, words: str, test: Callable[[FileFact], bool]) -> Callable[[Facts], Iterator[Finding]]:
    """A rule that gathers all files of which ``test`` holds into one finding on the target."""

    def judge(facts: Facts) -> Iterator[Finding]:
        found = [file for file in facts.files if test(file)]
        if found:
            number = f"{len(found)} {words}" if len(found) != 1 else f"1 {words.replace(' names', ' name')}"
            first = found[0]
            detail = f" {first.entry.detail}" if len(found) == 1 and first.entry.detail else ""
            yield rule(name).finding(
                facts.root,
                f"{number}, {plain(first.path, 120)}{' and others' if len(found) > 1 else ''}.{detail}",
                [Evidence(file.path, text=file.entry.detail) for file in found[:_SHOWN]],
            )

    return judge


def changed(facts: Facts) -> Iterator[Finding]:
    found = [file for file in facts.files if file.changed]
    if found:
        yield rule("integrity.changed-while-read").finding(
            facts.root,
            f"{plain(found[0].path, 120)} was written to during the scan.",
            [Evidence(file.path) for file in found[:_SHOWN]],
        )


def weights_absent(facts: Facts) -> Iterator[Finding]:
    found = [file for file in facts.files if file.artifact.format == "git-lfs-pointer"]
    if found:
        yield rule("integrity.weights-absent").finding(
            facts.root,
            f"{len(found)} file{'s are' if len(found) > 1 else ' is'} only a Git LFS pointer.",
            [Evidence(file.path, text=str(file.artifact.facts.get("oid") or "")) for file in found[:_SHOWN]],
        )


def _has_odd_characters(file: FileFact) -> bool:
    # The escapes of an undecodable name are ASCII by now; what is asked here is what Unicode can hide.
    return any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Co") for char in file.path)


RULES = (
    _grouped(
        "integrity.link-outside", "links out of the target", lambda f: f.entry.kind is EntryKind.LINK_OUTSIDE
    ),
    _grouped("integrity.link-broken", "links to nothing", lambda f: f.entry.kind is EntryKind.LINK_BROKEN),
    _grouped(
        "integrity.special-file", "devices, pipes or sockets", lambda f: f.entry.kind is EntryKind.SPECIAL
    ),
    _grouped(
        "integrity.not-readable", "files that could not be read", lambda f: f.entry.kind is EntryKind.DENIED
    ),
    _grouped("integrity.odd-name", "names with hidden characters", _has_odd_characters),
    _grouped("integrity.undecodable-name", "names that are not UTF-8", lambda f: f.entry.undecodable),
    changed,
    weights_absent,
)
