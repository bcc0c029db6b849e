"""Are these the bytes, and can they be named? Links, special files, names, absent weights."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inspector.provenance import Evidence, Finding, Severity, plain
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts, FileFact
from inspector.rules.wording import count, sentence
from inspector.sources.interface import EntryKind

_SHOWN = 40
LFS_POINTER = "lfs-pointer"  # as the artifact readers call it


def _grouped(
    name: str, words: tuple[str, str, str], test: Callable[[FileFact], bool]
) -> Callable[[Facts], Iterator[Finding]]:
    """A rule that gathers all files of which ``test`` holds into one finding on the target. ``words`` are
    the noun for one, the noun for several, and what is said of them."""
    one, many, said = words

    def judge(facts: Facts) -> Iterator[Finding]:
        found = [file for file in facts.files if test(file)]
        if found:
            first = found[0]
            beginning = f"{count(len(found), one, many)} {said}".rstrip()
            end = " and others." if len(found) > 1 else f".{_detail(first)}"
            yield rule(name).finding(
                facts.root,
                f"{beginning}: {plain(first.path, 120)}{end}",
                [Evidence(file.path, text=file.entry.detail) for file in found[:_SHOWN]],
            )

    return judge


def _detail(file: FileFact) -> str:
    """What the source says of one file as a sentence: its details go on from "It" or from "It is"."""
    detail = file.entry.detail
    if not detail:
        return ""
    if detail.startswith(("a ", "an ")):
        return f" {sentence(f'it is {detail}')}"
    return f" {sentence(f'it {detail}' if detail.startswith('points ') else detail)}"


def _is(kind: EntryKind) -> Callable[[FileFact], bool]:
    return lambda file: file.entry.kind is kind


def changed(facts: Facts) -> Iterator[Finding]:
    found = [file for file in facts.files if file.changed]
    if found:
        yield rule("integrity.changed-while-read").finding(
            facts.root,
            f"{count(len(found), 'file')} changed while being read: {plain(found[0].path, 120)}"
            + (" and others." if len(found) > 1 else "."),
            [Evidence(file.path) for file in found[:_SHOWN]],
        )


def weights_absent(facts: Facts) -> Iterator[Finding]:
    """Pointers of Git LFS and DVC: the content is not here, of weights and data alike."""
    digests = {one.path: one.card.get("sha256") for one in facts.datasets if one.format == "git-lfs-pointer"}
    found = [file for file in facts.files if file.artifact.format == LFS_POINTER or file.path in digests]
    gone = list(_of_dvc(facts, ("absent", "outside")))
    sentences, remedies = [], []
    if found:
        lfs = f"{count(len(found), 'file is', 'files are')} only a Git LFS pointer"
        sentences.append(lfs + ("." if len(found) == 1 else " each."))
    if gone:
        named = "output that a DVC pointer names is", "outputs that DVC pointers name are"
        more = " and others." if len(gone) > 1 else "."
        sentences.append(f"{count(len(gone), *named)} not in the target: {gone[0][1]['path']}{more}")
        remedies.append("Fetch the data (`dvc pull`) and scan again.")
    if sentences:
        absent = rule("integrity.weights-absent")
        evidence = [
            Evidence(file.path, text=_stands_for(file, digests.get(file.path))) for file in found[:_SHOWN]
        ]
        evidence += [Evidence(path, text=_dvc_text(one)) for path, one in gone[:_SHOWN]]
        yield absent.finding(
            facts.root,
            " ".join(sentences),
            evidence,
            # Data that was never fetched is common; weights that a program would load are graver.
            severity=None if found else Severity.MEDIUM,
            remedy=" ".join([absent.remedy, *remedies] if found else remedies),
            subject="".join(sorted(f"{file.path}:{file.sha256}" for file in found)),
        )


def claims_of_pointers(facts: Facts) -> Iterator[Finding]:
    """Bytes that are not those of which a pointer speaks."""
    differs = list(_of_dvc(facts, ("differs",)))
    unknown = list(_of_dvc(facts, ("broken", "not-compared")))
    sentences = []
    if differs:
        words = "file is not the one", "files are not those"
        more = " and others." if len(differs) > 1 else "."
        first = differs[0][1]["path"]
        sentences.append(f"{count(len(differs), *words)} that DVC's MD5 names: {first}{more}")
    if unknown:
        sentences.append(f"{count(len(unknown), 'claim')} of DVC could not be compared.")
    objects = [file for file in facts.files if _lfs_state(file) == "differs"]
    unread = [file for file in facts.files if _lfs_state(file) == "not-compared"]
    if objects:
        words = "object", "objects"
        sentences.append(
            f"{count(len(objects), *words)} of Git LFS with other bytes than the pointer names: "
            f"{plain(objects[0].path, 120)}" + (" and others." if len(objects) > 1 else ".")
        )
    if unread:
        sentences.append(f"{count(len(unread), 'object')} of Git LFS could not be compared.")
    if sentences:
        grave = bool(differs or objects)
        evidence = [
            Evidence(file.path, text=f"sha256 {file.entry.attributes['lfs']['sha256']}: {_lfs_why(file)}")
            for file in (objects + unread)[:_SHOWN]
        ]
        evidence += [Evidence(path, text=_dvc_text(one)) for path, one in (differs + unknown)[:_SHOWN]]
        yield rule("integrity.claim-differs").finding(
            facts.root,
            " ".join(sentences),
            evidence,
            severity=None if grave else Severity.LOW,
            title=None if grave else "What a pointer claims could not be compared",
            remedy=None
            if grave
            else "Compare them with `dvc status` or `git lfs fsck` on a machine of yours.",
        )


def _of_dvc(facts: Facts, states: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path of the pointer and what was found of an output, for outputs in one of ``states``."""
    for file in facts.files:
        for one in file.entry.attributes.get("dvc", ()):
            if one["state"] in states:
                yield file.path, one


def _lfs_state(file: FileFact) -> str | None:
    told = file.entry.attributes.get("lfs")
    return str(told["state"]) if isinstance(told, Mapping) else None  # a hub says true or false there


def _lfs_why(file: FileFact) -> str:
    return str(file.entry.attributes["lfs"]["why"])


def _dvc_text(one: Mapping[str, Any]) -> str:
    named = f"MD5 {one['md5']}; " if one["md5"] else ""
    return f"{one['path']}: {one['state']}; {named}{one['why']}"


def _stands_for(file: FileFact, digest: str | None) -> str:
    told = _lfs_state(file) is not None
    digest = digest or (file.entry.attributes["lfs"]["sha256"] if told else None)
    stands = f"stands for sha256 {digest}" if digest else "names no content that can be told"
    return f"{stands}. {_lfs_why(file)}" if told else stands


def _has_odd_characters(file: FileFact) -> bool:
    # The escapes of an undecodable name are ASCII by now; what is asked here is what Unicode can hide.
    return any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Co") for char in file.path)


RULES = (
    _grouped("integrity.link-outside", ("link", "links", "out of the target"), _is(EntryKind.LINK_OUTSIDE)),
    _grouped("integrity.link-broken", ("link", "links", "to nothing"), _is(EntryKind.LINK_BROKEN)),
    _grouped(
        "integrity.special-file",
        ("device, pipe or socket", "devices, pipes or sockets", ""),
        _is(EntryKind.SPECIAL),
    ),
    _grouped(
        "integrity.not-readable",
        ("file or folder", "files or folders", "could not be read"),
        _is(EntryKind.DENIED),
    ),
    _grouped("integrity.odd-name", ("name", "names", "with hidden characters"), _has_odd_characters),
    _grouped(
        "integrity.undecodable-name", ("name", "names", "in broken UTF-8"), lambda f: f.entry.undecodable
    ),
    changed,
    weights_absent,
    claims_of_pointers,
)
