"""Does loading run code? Model files by their verdict, calls by what they do to what they load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspector.provenance import Confidence, Evidence, Finding, Loading, NodeKind, Pin, Severity, node_id
from inspector.references.interface import Reference
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts, FileFact

_BY_VERDICT = {
    Loading.RUNS_CODE: "loading.runs-code",
    Loading.UNKNOWN_IMPORT: "loading.unknown-import",
    Loading.UNREADABLE: "loading.unreadable",
    Loading.LIBRARY: "loading.library-pickle",
    Loading.ALLOW_LISTED: "loading.pickle",
}
_TWIN_SUFFIX = ".safetensors"
_SHOWN = 12


def files(facts: Facts) -> Iterator[Finding]:
    """One finding for each file whose verdict is not plain data."""
    paths = {file.path for file in facts.files}
    for file in facts.files:
        name = _BY_VERDICT.get(file.artifact.loading)
        if name is None:
            continue
        if file.artifact.loading is Loading.UNREADABLE and file.not_analysed and file.sha256 is None:
            # Listed by a hub, bytes not here: that is a matter of coverage, said once below.
            continue
        reasons = file.artifact.reasons
        evidence = [
            Evidence(file.path, offset=reason.offset, text=_where(reason.member, reason.message))
            for reason in reasons[:_SHOWN]
        ] or [Evidence(file.path, text=f"format: {file.artifact.format}")]
        yield rule(name).finding(
            facts_node(facts, file),
            _file_message(file, _twin(file.path, paths)),
            evidence,
            subject=file.sha256 or "",
        )


def not_understood(facts: Facts) -> Iterator[Finding]:
    """All binaries that no reader understands, as one finding on the target."""
    seen = [file for file in facts.files if file.artifact.loading is Loading.NOT_UNDERSTOOD]
    if seen:
        evidence = [
            Evidence(file.path, text=file.not_analysed or file.artifact.format) for file in seen[: _SHOWN * 4]
        ]
        yield rule("loading.not-understood").finding(
            facts.root, f"{_count(len(seen), 'file')} of an unknown kind: nothing is known of them.", evidence
        )


def not_downloaded(facts: Facts) -> Iterator[Finding]:
    """Remote weights that were listed and not read, as one finding on the target."""
    seen = [
        file
        for file in facts.files
        if file.not_analysed
        and file.artifact.loading is Loading.UNREADABLE
        and file.artifact.format != "link"
        and file.entry.kind.value == "remote"
    ]
    pickles = [file for file in seen if file.artifact.is_pickle]
    for part, severity, words in (
        (pickles, Severity.HIGH, "named as pickle and not read: loading can run code"),
        ([file for file in seen if not file.artifact.is_pickle], Severity.MEDIUM, "listed and not read"),
    ):
        if not part:
            continue
        # One finding a rule and node: the pickles take the stage, the others stand beside them.
        evidence = [Evidence(file.path, text=file.not_analysed or "") for file in part[: _SHOWN * 4]]
        yield rule("loading.unreadable").finding(
            facts.root,
            f"{_count(len(part), 'file')} {words}.",
            evidence,
            severity=severity,
            title="Weights were not read" if part is not pickles else "Pickle files were not read",
            remedy="Download the repository at this commit and scan the folder.",
        )
        return


def calls(facts: Facts) -> Iterator[Finding]:
    """Load calls that can run what they are given, one finding for each source file."""
    by_file: dict[str, list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind == "load-call" and reference.safe is not True:
            by_file[reference.path].append(reference)
    for path, found in by_file.items():
        unsafe = [reference for reference in found if reference.safe is False]
        severity, confidence = Severity.HIGH, Confidence.HIGH
        if not unsafe:
            severity, confidence = Severity.MEDIUM, Confidence.MEDIUM
        calls_named = ", ".join(sorted({reference.call for reference in unsafe or found}))
        message = (
            f"{calls_named} can run code from the file it opens."
            if unsafe
            else f"Whether {calls_named} can run code depends on what is installed or passed at run time."
        )
        yield rule("loading.unsafe-call").finding(
            node_id(NodeKind.CODE, path),
            message,
            [_seen(reference) for reference in found],
            severity=severity,
            confidence=confidence,
        )


def remote_code(facts: Facts) -> Iterator[Finding]:
    """trust_remote_code and its kin, one finding for each source file."""
    by_file: dict[str, list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind == "remote-code" and reference.safe is not True:
            by_file[reference.path].append(reference)
    for path, found in by_file.items():
        pinned = all(reference.pin in (Pin.COMMIT, Pin.DIGEST, Pin.LOCAL) for reference in found)
        names = ", ".join(sorted({reference.ref or "a name known only at run time" for reference in found}))
        yield rule("loading.remote-code").finding(
            node_id(NodeKind.CODE, path),
            f"Python files of {names} are imported"
            + (" at a fixed commit." if pinned else "; their owner can change them at any time."),
            [_seen(reference) for reference in found],
            severity=Severity.MEDIUM if pinned else Severity.HIGH,
        )


def facts_node(facts: Facts, file: FileFact) -> str:
    """The id of the node that stands for ``file``; the target itself where it has none of its own."""
    for kind in (NodeKind.MODEL_FILE, NodeKind.DATASET_FILE, NodeKind.CODE, NodeKind.MANIFEST):
        key = node_id(kind, file.path)
        if key in facts.graph:
            return key
    return facts.root


def _seen(reference: Reference) -> Evidence:
    return Evidence(reference.path, line=reference.line, column=reference.column, text=reference.text)


def _twin(path: str, paths: set[str]) -> str | None:
    stem = path.rsplit(".", 1)[0]
    folder = path.rpartition("/")[0]
    for candidate in (stem + _TWIN_SUFFIX, f"{folder}/model{_TWIN_SUFFIX}".lstrip("/")):
        if candidate != path and candidate in paths:
            return candidate
    return None


def _file_message(file: FileFact, twin: str | None) -> str:
    reasons = file.artifact.reasons
    said = reasons[0].message if reasons else f"Format {file.artifact.format}."
    more = f" ({len(reasons) - 1} more)" if len(reasons) > 1 else ""
    beside = f" {twin} stands beside it." if twin and file.artifact.is_pickle else ""
    return f"{said}{more}{beside}"


def _where(member: str | None, message: str) -> str:
    return f"{member}: {message}" if member else message


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


RULES = (files, not_understood, not_downloaded, calls, remote_code)
