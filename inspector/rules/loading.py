"""Does loading run code? Model files by their verdict, calls by what they do to what they load."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from inspector.artifacts.interface import EXTERNAL_DATA, NAMED_CODE
from inspector.provenance import (
    Confidence,
    Evidence,
    Finding,
    Loading,
    NodeKind,
    Pin,
    Severity,
    finding_id,
    node_id,
)
from inspector.references.interface import Reference
from inspector.rules.catalogue import rule
from inspector.rules.integrity import LFS_POINTER
from inspector.rules.interface import Facts, FileFact
from inspector.rules.pipelines import is_of_a_pipeline
from inspector.rules.places import is_test_code
from inspector.rules.wording import count, listed, sentence
from inspector.sources.interface import EntryKind

_BY_VERDICT = {
    Loading.RUNS_CODE: "loading.runs-code",
    Loading.UNKNOWN_IMPORT: "loading.unknown-import",
    Loading.UNREADABLE: "loading.unreadable",
    Loading.LIBRARY: "loading.library-pickle",
    Loading.ALLOW_LISTED: "loading.pickle",
}
_PICKLE_OF_DATA = "A pickle of plain data and tensors: every import is on the allow-list."
_OTHER_OF_DATA = (
    "It holds no pickle; it names types that its loader makes, and every one is on the allow-list."
)
_TWIN_SUFFIX = ".safetensors"
# Endings of formats that hold no pickle, so that one below them is hidden, by intent or not.
_NO_PICKLE_BY_NAME = {
    ".csv", ".gguf", ".gif", ".html", ".jpeg", ".jpg", ".json", ".jsonl", ".md", ".onnx", ".pdf", ".png",
    ".py", ".safetensors", ".toml", ".tsv", ".txt", ".webp", ".yaml", ".yml",
}  # fmt: skip
_SHOWN = 12


def files(facts: Facts) -> Iterator[Finding]:
    """One finding for each file whose verdict is not plain data."""
    paths = {file.path for file in facts.files}
    for file in facts.files:
        name = _BY_VERDICT.get(file.artifact.loading)
        if name is None:
            continue
        if _is_listed_only(file) or file.artifact.format == LFS_POINTER:
            continue  # its bytes are not here: said once for all of them, below and in integrity.py
        reasons = file.artifact.reasons
        if any(reason.code == "program" for reason in reasons):
            name = "loading.program"
        severity = None
        if file.artifact.loading is Loading.ALLOW_LISTED and any(
            reason.code == "hidden-pickle" for reason in reasons
        ):
            severity = Severity.MEDIUM  # loading is safe; what is done with the data behind it need not be
        evidence = [
            Evidence(file.path, offset=reason.offset, text=_where(reason.member, reason.message))
            for reason in reasons[:_SHOWN]
        ] or [Evidence(file.path, text=f"format: {file.artifact.format}")]
        yield rule(name).finding(
            facts_node(facts, file),
            _file_message(file, _twin(file.path, paths)),
            evidence,
            severity=severity,
            subject=file.sha256 or "",
        )


def not_understood(facts: Facts) -> Iterator[Finding]:
    """All binaries that no reader understands, as one finding on the target."""
    seen = [
        file
        for file in facts.files
        # Links, devices and what was denied to us have findings of their own (integrity.py).
        if file.artifact.loading is Loading.NOT_UNDERSTOOD
        and file.entry.kind in (EntryKind.FILE, EntryKind.REMOTE)
    ]
    if seen:
        evidence = [
            Evidence(file.path, text=file.not_analysed or file.artifact.format) for file in seen[: _SHOWN * 4]
        ]
        yield rule("loading.not-understood").finding(
            facts.root,
            f"{count(len(seen), 'file is', 'files are')} of an unknown kind, of which nothing is known.",
            evidence,
        )


def not_downloaded(facts: Facts) -> Iterator[Finding]:
    """Remote weights that were listed and not read: one finding for those named as pickles, one for the
    others."""
    seen = [file for file in facts.files if _is_listed_only(file)]
    pickles = [file for file in seen if file.artifact.is_pickle]
    others = [file for file in seen if not file.artifact.is_pickle]
    for name, part, words in (
        ("loading.pickle-not-read", pickles, "named as pickle and not read: loading can run code."),
        ("loading.weights-not-read", others, "listed and not read: only the hub's word is known."),
    ):
        if part:
            evidence = [Evidence(file.path, text=file.not_analysed or "") for file in part[: _SHOWN * 4]]
            subject = "".join(sorted(f"{file.path}:{file.sha256}" for file in part))
            yield rule(name).finding(
                facts.root, f"{count(len(part), 'file is', 'files are')} {words}", evidence, subject=subject
            )


def calls(facts: Facts) -> Iterator[Finding]:
    """Load calls that can run what they are given, one finding for each source file."""
    by_file: dict[str, list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind == "load-call" and reference.safe is not True:
            by_file[reference.path].append(reference)
    for path, found in by_file.items():
        unsafe = [reference for reference in found if reference.safe is False]
        if unsafe:
            severity, confidence = Severity.HIGH, Confidence.HIGH
            names = {reference.call for reference in unsafe}
            opened = "it opens" if len(names) == 1 else "they open"
            message = f"{listed(names)} can run code from what {opened}."
        else:
            # Only torch.load is known to unpickle where an older version is installed; of the others it is
            # not known that they do.
            old_torch = any(reference.call.endswith("torch.load") for reference in found)
            severity = Severity.MEDIUM if old_torch else Severity.LOW
            confidence = Confidence.MEDIUM if old_torch else Confidence.LOW
            message = (
                f"Whether {listed(reference.call for reference in found)} can run code depends on what is "
                "installed or passed at run time."
            )
        if is_test_code(path):
            severity = min(severity, Severity.MEDIUM, key=lambda one: one.rank)
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
        if reference.kind == "remote-code" and reference.safe is not True and not is_of_a_pipeline(reference):
            by_file[reference.path].append(reference)
    for path, found in by_file.items():
        pinned = all(reference.pin in (Pin.COMMIT, Pin.DIGEST, Pin.LOCAL) for reference in found)
        named = {reference.ref for reference in found if reference.ref}
        if not named:
            whose = "The repository is named only at run time, and its Python files are imported"
        elif len(named) < len({reference.ref for reference in found}):
            whose = f"Python files of {listed(named)} and of a name known only at run time are imported"
        else:
            whose = f"Python files of {listed(named)} are imported"
        yield rule("loading.remote-code").finding(
            node_id(NodeKind.CODE, path),
            f"{whose} at a fixed commit."
            if pinned
            else f"{whose}; its owner can change them at any time."
            if len(named) < 2
            else f"{whose}; their owners can change them at any time.",
            [_seen(reference) for reference in found],
            severity=Severity.MEDIUM
            if pinned or is_test_code(path) or all(map(_is_metric_of_the_hub, found))
            else Severity.HIGH,
        )


def _is_metric_of_the_hub(reference: Reference) -> bool:
    """evaluate.load("accuracy"): code from the hub too, but in the keeping of the hub's own people."""
    return reference.call == "evaluate.load" and reference.ref is not None and "/" not in reference.ref


def disguised(facts: Facts) -> Iterator[Finding]:
    """Pickles under the name of a format that holds none."""
    for file in facts.files:
        suffix = posixpath.splitext(file.path.lower())[1]
        if file.artifact.is_pickle and suffix in _NO_PICKLE_BY_NAME and file.sha256 is not None:
            yield rule("loading.disguised-pickle").finding(
                facts_node(facts, file),
                f"The name ends in {suffix}, the content is {file.artifact.format} and holds a pickle.",
                [Evidence(file.path, offset=0, text=f"format: {file.artifact.format}")],
                subject=file.sha256,
            )


def named_code(facts: Facts) -> Iterator[Finding]:
    """Configurations that have code of unlisted packages imported and called, one finding for each file. Code
    of the project itself, or of a package that it declares, is reviewed where it stands: that is for
    information. A file whose verdict is a finding tells of the names there."""
    told = [
        file
        for file in facts.files
        if file.artifact.facts.get(NAMED_CODE) and file.artifact.loading not in _BY_VERDICT
    ]
    if not told:
        return
    own, declared = _own_modules(facts), _declared_modules(facts)
    for file in told:
        names = [name for name in file.artifact.facts[NAMED_CODE] if not _is_open(name)]
        is_open = len(names) < len(file.artifact.facts[NAMED_CODE])
        packages = {re.split(r"[.:]", name, maxsplit=1)[0] for name in names}
        strange = {name for name in packages if name not in own and name.lower() not in declared}
        whose = (
            f"No manifest declares {listed(strange)}, and no such code is in the target."
            if strange
            else "The code is the project's own, or of a package that it declares."
            if names
            else ""
        )
        reasons = [reason for reason in file.artifact.reasons if reason.code == "names-code"]
        said = f"{reasons[0].message} " if reasons else ""
        finding = rule("loading.named-code").finding(
            facts_node(facts, file),
            f"{said}{whose}".rstrip(),
            [Evidence(file.path, text=_where(reason.member, reason.message)) for reason in reasons[:_SHOWN]],
            severity=Severity.LOW if strange or is_open else Severity.INFO,
            subject=file.sha256 or "",
        )
        # A text has no node of its own, so that the findings on several stand on the target: told apart by
        # their paths.
        yield replace(finding, id=finding_id(finding.rule, f"file:{file.path}"))


def _is_open(name: str) -> bool:
    """Whether a name holds an interpolation, so that it stands for what only loading tells."""
    return "${" in name


def absent_data(facts: Facts) -> Iterator[Finding]:
    """Models whose numbers lie in files beside them that the target does not hold, one finding for each."""
    paths = {file.path for file in facts.files}
    for file in facts.files:
        folder = posixpath.dirname(file.path)
        named = [place.replace("\\", "/") for place in file.artifact.facts.get(EXTERNAL_DATA, ())]
        beside = {place: posixpath.normpath(posixpath.join(folder, place)) for place in named}
        absent = [
            place for place in named if beside[place] not in paths and not beside[place].startswith("..")
        ]
        if absent:
            yield rule("loading.absent-data").finding(
                facts_node(facts, file),
                f"{count(len(absent), 'file')} with a part of the model's data "
                f"{'is' if len(absent) == 1 else 'are'} not in the target: {listed(absent)}.",
                [Evidence(file.path, text=f"data in {place}") for place in absent[:_SHOWN]],
                subject=file.sha256 or "",
            )


def _own_modules(facts: Facts) -> set[str]:
    """What the files of the target can be imported as: modules, and folders with modules below them."""
    found: set[str] = set()
    for file in facts.files:
        if file.path.endswith((".py", ".pyx", ".pyi")):
            *folders, name = file.path.split("/")
            found.update((*folders, name.partition(".")[0]))
    return found


def _declared_modules(facts: Facts) -> set[str]:
    """What the packages that a manifest names are imported as, in lower case."""
    from inspector.dependencies.usage import imported_as

    names = {item.name for manifest in facts.manifests for item in manifest.requirements if item.name}
    names |= {manifest.project_name for manifest in facts.manifests if manifest.project_name}
    names |= {package.name for package in facts.packages if package.ecosystem in ("PyPI", "conda")}
    return {module.lower() for name in names for module in imported_as(name)}


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
    said = sentence(reasons[0].message) if reasons else ""
    if not said and file.artifact.loading is Loading.ALLOW_LISTED:
        said = _PICKLE_OF_DATA if file.artifact.is_pickle else _OTHER_OF_DATA
    said = said or f"Its format is {file.artifact.format}."
    more = f" {count(len(reasons) - 1, 'further reason')} in the evidence." if len(reasons) > 1 else ""
    beside = f" {twin} stands beside it." if twin and file.artifact.is_pickle else ""
    return f"{said}{more}{beside}"


def _where(member: str | None, message: str) -> str:
    return f"{member}: {message}" if member else message


def _is_listed_only(file: FileFact) -> bool:
    """Weights that a hub lists and whose bytes are not here."""
    return (
        file.entry.kind is EntryKind.REMOTE
        and file.artifact.loading is Loading.UNREADABLE
        and any(reason.code == "not-downloaded" for reason in file.artifact.reasons)
    )


RULES = (files, disguised, named_code, absent_data, not_understood, not_downloaded, calls, remote_code)
