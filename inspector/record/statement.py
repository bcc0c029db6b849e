"""The in-toto statement of a review: our predicate, built from the review file and the bytes alone.

Its JSON Schema is resources/schemas/review-v1.json. Every field is a fact of the review; nothing is scored
and nothing left out because it looks bad: open findings below high and unknown answers stand here too.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from inspector import __version__
from inspector.gate.inspector_gate import PACKAGE_NAME, REVIEW_TYPE, STATEMENT_TYPE, SUMS_NAME
from inspector.provenance import Node, NodeKind, State
from inspector.record.dsse import canonical_bytes, storable
from inspector.record.imported import claims_of, imported
from inspector.record.interface import Attachment, SignOff
from inspector.record.manifest import Manifest, ManifestFile
from inspector.review.interface import Question, ReviewedFinding, ReviewFile

SCHEMA_VERSION = "1.0"
MAX_SUBJECTS = 1000  # sigstore-go refuses a statement with more than 1,024
MAX_EVIDENCE = 20  # per finding; the number of all stands beside it
EXCLUDE_RULES = ("version-control", "byte-code", "virtual-environment")

ALONE = (
    "One person signed this statement. A second person signs a countersignature, which is a statement of its "
    "own about the digest of this one; without it nobody else vouches."
)

# What a file is to the program that runs the project: decides which files become subjects of their own.
_WEIGHTS = (
    *(".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".gguf", ".onnx", ".h5"),
    *(".keras", ".tflite", ".pb", ".nemo", ".npy", ".npz", ".msgpack", ".model", ".mlmodel", ".engine"),
)
_ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("weights", _WEIGHTS),
    ("code", (".py", ".ipynb", ".sh", ".so", ".dll", ".js", ".dockerfile")),
    ("config", (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg")),
    ("data", (".csv", ".jsonl", ".parquet", ".arrow", ".tsv")),
)
_LOCK_NAMES = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "conda-lock.yml",
    "pixi.lock",
    "pylock.toml",
)
_LOAD_RELEVANT = ("weights", "tokenizer", "config", "code", "lockfile")
_COMPONENTS = (
    NodeKind.MODEL,
    NodeKind.MODEL_FILE,
    NodeKind.DATASET,
    NodeKind.PACKAGE,
    NodeKind.CONTAINER_IMAGE,
)


def role_of(name: str) -> str:
    """What the file ``name`` is: weights, tokenizer, config, code, lockfile, data or other. A hint only."""
    path = PurePosixPath(name)
    base = path.name.lower()
    if path.name in _LOCK_NAMES or (base.startswith("requirements") and base.endswith(".txt")):
        return "lockfile"
    if base.startswith(("tokenizer", "vocab", "merges", "special_tokens")):
        return "tokenizer"
    if base.startswith("dockerfile"):
        return "code"
    return next((role for role, suffixes in _ROLES if path.suffix.lower() in suffixes), "other")


def predicate_of(review: ReviewFile, manifest: Manifest, sign_off: SignOff) -> dict[str, Any]:
    """Our predicate with empty ``attachments``. UTF-8 text and whole numbers throughout."""
    scan = review.scan() or {}
    findings = review.findings()
    target = scan.get("target") or {}
    imports = review.imports()
    claims = claims_of(imports)
    value = {
        "schemaVersion": SCHEMA_VERSION,
        "critical": ["manifest.links"] if manifest.links else [],
        "recordId": review.record_id,
        "serial": sign_off.serial,
        "supersedes": [{"digest": {"sha256": one}} for one in sign_off.supersedes],
        "project": _project(review.project, target),
        "decision": sign_off.decision,
        "signedAt": sign_off.signed_at,
        "validUntil": sign_off.valid_until,
        "reviewPeriod": {
            "from": (scan.get("run") or {}).get("started") or sign_off.signed_at,
            "to": sign_off.signed_at,
        },
        "reviewers": [_reviewer(sign_off)],
        "separationOfDuties": {
            "required": False,
            "statement": ALONE,
        },
        "scope": _scope(scan, target, manifest),
        "manifest": _manifest(manifest),
        "lockfiles": _lockfiles(scan, manifest),
        "components": [
            _component(node, claims.get(node.id)) for node in review.nodes() if node.kind in _COMPONENTS
        ],
        "findings": [_finding(item) for item in findings],
        "exceptions": [_exception(item, sign_off) for item in findings if item.state is State.ACCEPTED],
        "checklist": _checklist(review.questions(), getattr(review, "checklist", None)),
        "tool": _tool(scan),
        "advisoryDb": _advisories(scan),
        "attachments": [],
        "packageFiles": PACKAGE_NAME,
        "notes": "",
    }
    if imports:
        value["imports"] = imported(imports)
    return dict(storable(value))


def statement_of(predicate: Mapping[str, Any], attachments: Sequence[Attachment]) -> dict[str, Any]:
    """The whole statement. Subject 0 is the list of all files: the approval is about a set, and files that
    stood each for itself could be taken away unseen. Files that get loaded follow as further subjects."""
    digest = predicate["manifest"]["digest"]["sha256"]
    loaded = [item for item in predicate["manifest"]["files"] if item["role"] in _LOAD_RELEVANT]
    loaded.sort(key=lambda item: (_LOAD_RELEVANT.index(item["role"]), item["name"]))
    subjects = [{"name": SUMS_NAME, "digest": {"sha256": digest, "dirHash1": digest}}]
    subjects += [
        {"name": item["name"], "digest": {"sha256": item["sha256"]}} for item in loaded[: MAX_SUBJECTS - 1]
    ]
    listed = [
        {
            "name": one.name,
            "mediaType": one.media_type,
            "digest": {"sha256": hashlib.sha256(one.content).hexdigest()},
        }
        for one in sorted(attachments, key=lambda one: one.name)
    ]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": REVIEW_TYPE,
        "predicate": {**predicate, "attachments": listed},
    }


def _project(project: str, target: Mapping[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = {"name": target.get("name") or project}
    revision = target.get("revision")
    if revision:
        source["annotations"] = {"revision": revision}
        if len(str(revision)) == 40:
            source["digest"] = {"gitCommit": revision}
    return {
        "id": project,
        "name": target.get("name") or project,
        "kind": target.get("kind") or "folder",
        "source": [source],
    }


def _reviewer(sign_off: SignOff) -> dict[str, Any]:
    fields = {
        "name": sign_off.reviewer,
        "role": sign_off.role,
        "keyid": sign_off.keyid,
        "org": sign_off.organisation,
        "email": sign_off.email,
    }
    return {name: value for name, value in fields.items() if value}


def _scope(scan: Mapping[str, Any], target: Mapping[str, Any], manifest: Manifest) -> dict[str, Any]:
    coverage = scan.get("coverage") or {}
    reasons: dict[str, str] = dict(manifest.unlisted)
    for item in coverage.get("not_analysed") or []:
        reasons[str(item.get("path"))] = str(item.get("why") or "not analysed")
    for one in manifest.files:
        if one.claimed:
            reasons[one.name] = "the digest is the hub's own claim; the bytes were not read here"
    return {
        "root": target.get("name") or "",
        "include": ["**"],
        "exclude": list(EXCLUDE_RULES),
        "leftOut": [{"path": item.path, "rule": item.rule} for item in manifest.left_out],
        # A snapshot of a hub cache is made of links to blobs: there a verifier reads a file through its link.
        "symlinks": "hf-cache" if target.get("kind") == "hub-cache" else "refuse",
        "unlistedFiles": "refuse",
        "notReviewed": [{"path": path, "why": why} for path, why in sorted(reasons.items())],
    }


def _manifest(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": "sha256sum",
        "digest": {"sha256": manifest.sha256, "dirHash1": manifest.sha256},
        "files": [_file(one) for one in manifest.files],
        "links": [{"name": name, "target": target} for name, target in manifest.links],
    }


def _file(one: ManifestFile) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": one.name,
        "size": one.size,
        "sha256": one.sha256,
        "role": role_of(one.name),
    }
    if one.claimed:
        value["claimed"] = True
    return value


def _lockfiles(scan: Mapping[str, Any], manifest: Manifest) -> list[dict[str, Any]]:
    digests = {one.name: one.sha256 for one in manifest.files}
    formats = {item.get("path"): item.get("format") for item in scan.get("manifests") or []}
    return [
        {"name": name, "format": formats.get(name) or role_of(name), "digest": {"sha256": digest}}
        for name, digest in sorted(digests.items())
        if role_of(name) == "lockfile"
    ]


def purl_of(node: Node) -> str | None:
    """The package URL of a node where its type has one (package-url/purl-spec: pypi, npm, conda,
    huggingface)."""
    from urllib.parse import quote

    attributes = node.attributes
    if node.kind is NodeKind.PACKAGE:
        version = attributes.get("version")
        # Results of earlier versions have no "package"; there the node's name has the version behind it.
        named = str(attributes.get("package") or node.name.partition(" ")[0])
        ecosystem = str(attributes.get("ecosystem") or "PyPI").lower()
        if ecosystem == "pypi":
            named = named.lower().replace("_", "-")
        name = quote(named, safe="/.-_" if ecosystem == "npm" else ".-_")
        return f"pkg:{ecosystem}/{name}" + (f"@{quote(str(version), safe='.-')}" if version else "")
    is_elsewhere = attributes.get("local") is True or attributes.get("hub") not in (None, "hf")
    is_name = node.name.count("/") == 1 and not node.name.startswith((".", "/"))
    if node.kind is NodeKind.MODEL and is_name and not is_elsewhere:  # a folder may look like a repository
        revision = attributes.get("revision")
        name = quote(node.name, safe="/.-_")
        return f"pkg:huggingface/{name}" + (f"@{quote(str(revision), safe='.-')}" if revision else "")
    return None


def _component(node: Node, claims: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    attributes = node.attributes
    value = {
        "bomRef": node.id,
        "kind": node.kind.value,
        "name": node.name,
        "purl": purl_of(node),
        "version": attributes.get("version"),
        "revision": attributes.get("revision"),
        "pin": node.pin and node.pin.value,
        "pinned": node.pin is not None and node.pin.value in ("digest", "commit", "version", "local"),
        "serialization": node.loading and node.loading.value,
        "severity": node.severity and node.severity.value,
        "licence": attributes.get("license") or attributes.get("licence"),
        "upstreamSignature": _first_signature(attributes).get("signature"),
        "upstreamSigner": (_first_signature(attributes).get("signer") or {}).get("subject"),
        "claims": claims,
    }
    return {name: item for name, item in value.items() if item is not None}


def _first_signature(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    signatures = attributes.get("signatures")
    if isinstance(signatures, list) and signatures and isinstance(signatures[0], dict):
        return signatures[0]
    return {}


def exception_id(finding: str) -> str:
    return f"EX-{finding}"


def _finding(item: ReviewedFinding) -> dict[str, Any]:
    finding = item.finding
    evidence = [
        {name: value for name, value in one.as_json().items() if value not in (None, "")}
        for one in finding.evidence[:MAX_EVIDENCE]
    ]
    first = finding.evidence[0] if finding.evidence else None
    value: dict[str, Any] = {
        "id": finding.id,
        "ruleId": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "component": finding.node,
        "location": "" if first is None or first.path is None else _location(first.path, first.line),
        "fingerprint": finding.fingerprint,
        "title": finding.title,
        "message": finding.message,
        "refs": {key: list(ids) for key, ids in finding.identifiers.items()},
        "state": item.state.value,
        "evidence": evidence,
        "evidenceCount": len(finding.evidence),
    }
    if item.state is not State.OPEN:
        value["because"] = item.because
        if item.decided_at:
            value["decidedAt"] = item.decided_at
    if item.state is State.ACCEPTED:
        value["exceptionId"] = exception_id(finding.id)
    if item.note:
        value["note"] = item.note
    return value


def _location(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _exception(item: ReviewedFinding, sign_off: SignOff) -> dict[str, Any]:
    return {
        "id": exception_id(item.finding.id),
        "findings": [item.finding.id],
        "rationale": item.because,
        "compensatingControls": item.note,
        "owner": item.owner or sign_off.reviewer,
        "approvedBy": sign_off.reviewer,
        "granted": item.decided_at or sign_off.signed_at,
        "expires": end_of_day(item.expires or ""),
    }


def end_of_day(text: str) -> str:
    """A date as the last second of that day in UTC; a time as it is."""
    return f"{text}T23:59:59Z" if len(text) == 10 else text


def _checklist(questions: Sequence[Question], shipped: Any) -> dict[str, Any]:
    asked = [[one.id, one.text, one.required] for one in questions]
    digest = getattr(shipped, "digest", None)
    return {
        "id": str(getattr(shipped, "id", None) or "provenance-inspector/checklist"),
        "version": str(getattr(shipped, "version", None) or "1"),
        "digest": {"sha256": digest or hashlib.sha256(canonical_bytes(storable(asked))).hexdigest()},
        "items": [_question(one) for one in questions],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "group": question.group,
        "question": question.text,
        "required": question.required,
        "severity": question.severity,
        "answer": question.answer,
        "note": question.note,
        "answeredAt": question.answered_at,
        "refs": list(question.refs),
        "evidence": [
            {"name": str(item.get("name", "")), "digest": {"sha256": str(item.get("sha256", ""))}}
            for item in question.evidence
        ],
    }


def _tool(scan: Mapping[str, Any]) -> dict[str, Any]:
    scanned_with = scan.get("tool") or {}
    command = (scan.get("run") or {}).get("command")
    return {
        "name": "provenance-inspector",
        "version": __version__,
        "scannedWith": scanned_with.get("version") or __version__,
        "uri": "https://provenance-inspector.org/",
        "rules": {"digest": {"sha256": scanned_with.get("rules_digest") or ""}},
        "allowList": {"digest": {"sha256": scanned_with.get("allow_list_digest") or ""}},
        "command": " ".join(map(str, command)) if isinstance(command, list) else str(command or ""),
        "python": platform.python_version(),
        "platform": platform.system(),
    }


def _advisories(scan: Mapping[str, Any]) -> list[dict[str, Any]]:
    audit = scan.get("audit") or {}
    if not audit:
        return []
    return [
        {
            "name": audit.get("source") or "none",
            "asOf": audit.get("as_of"),
            "complete": audit.get("complete") is True,
        }
    ]
