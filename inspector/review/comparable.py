"""The two kinds of file that can be compared: a review file, and a signed record package.

A record is read here for what it says, not for whether it is true: its signature is not checked, and
whoever prints a comparison says so. `inspector verify` is the command that checks it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector.provenance import UnreadableInput, plain
from inspector.review.decisions import Decision, state_named
from inspector.review.file import Review
from inspector.review.scans import fingerprint_of

RECORD = "review-record.dsse.json"
_OF_PICKLES = ("allow-listed", "library", "unknown-import")
_PICKLE_ENDINGS = (".bin", ".ckpt", ".dill", ".joblib", ".pickle", ".pk", ".pkl", ".pt", ".pt2", ".pth")
MOST_BYTES = 64 * 1024 * 1024  # of a record: 100,000 files take about a third of it


@dataclass(frozen=True, slots=True)
class Comparable:
    """A scan, or as much of one as there is, with the decisions on it and the scan's options."""

    scan: Mapping[str, Any]
    decisions: tuple[Decision, ...]
    options: Mapping[str, Any]
    is_record: bool


def is_record(path: Path) -> bool:
    """Whether ``path`` is a record package (folder or zip) or one of its envelopes."""
    if path.is_dir():
        return (path / RECORD).is_file()
    return path.name.endswith((".dsse.json", ".sigstore.json", ".zip"))


def read(path: Path) -> Comparable:
    """The review or record at ``path``. UnreadableInput where it is neither, or has no scan yet."""
    if is_record(path):
        return _from_record(path)
    if not path.is_file():
        raise UnreadableInput(
            f"{plain(str(path))} {'holds no record' if path.is_dir() else 'does not exist'}.",
            "Compare a review file or a record package with another one, or with a folder as the second.",
        )
    return _from_review(path)


def _from_review(path: Path) -> Comparable:
    with Review.open(path, read_only=True) as review:
        scan = review.scan()
        if scan is None:
            raise UnreadableInput(f"The review {plain(str(path))} has no finished scan to compare.")
        return Comparable(scan, tuple(review.decisions()), review.options, False)


def _from_record(path: Path) -> Comparable:
    shown = plain(str(path))
    try:
        envelope = json.loads(_envelope_text(path))
        payload = (envelope.get("dsseEnvelope") or envelope)["payload"]
        predicate = json.loads(base64.b64decode(payload, validate=True))["predicate"]
        scan, decisions = _as_scan(predicate)
    except (
        OSError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        binascii.Error,
    ) as error:
        raise UnreadableInput(
            f"{shown} is not a record package that can be read.",
            "Give the package's folder, its zip, or the .dsse.json in it.",
        ) from error
    return Comparable(scan, decisions, {}, True)


def _envelope_text(path: Path) -> bytes:
    if path.is_dir():
        path = path / RECORD
    if path.suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as package:
                names = [name for name in package.namelist() if name.split("/")[-1] == RECORD]
                with package.open(names[0]) as stream:
                    return _bounded(stream.read(MOST_BYTES + 1))
        except (zipfile.BadZipFile, IndexError, NotImplementedError, RuntimeError) as error:
            raise ValueError("no record in the zip") from error
    with path.open("rb") as stream:
        return _bounded(stream.read(MOST_BYTES + 1))


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    return content


def _as_scan(predicate: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Decision, ...]]:
    """The predicate's target, files and findings in the shape of a scan. It lists no nodes of the graph."""
    files = _files(predicate)
    exceptions = {
        key: item for item in predicate.get("exceptions") or () for key in item.get("findings") or ()
    }
    findings, decisions = [], []
    for item in predicate.get("findings") or ():
        key = str(item["id"])
        finding = {
            "id": key,
            "rule": item.get("ruleId") or item.get("rule"),
            "severity": item.get("severity"),
            "node": item.get("component") or item.get("node"),
            "title": item.get("title"),
            "message": item.get("message"),
            "evidence": [each for each in item.get("evidence") or () if isinstance(each, dict)],
            "fingerprint": item.get("fingerprint"),
        }
        findings.append(finding)
        exception = exceptions.get(key) or {}
        decisions.append(
            Decision(
                finding=key,
                fingerprint=fingerprint_of(finding),
                state=state_named(item.get("state") or "open"),
                because=str(exception.get("rationale") or item.get("because") or ""),
                expires=(str(exception["expires"])[:10] if exception.get("expires") else None),
                owner=str(exception.get("owner") or ""),
            )
        )
    return {"target": _target(predicate), "files": files, "findings": findings}, tuple(decisions)


def _files(predicate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was listed, and what was there without a digest to list it by: small files of a hub, say."""
    loading = {
        str(item.get("name")): item.get("serialization")
        for item in predicate.get("components") or ()
        if item.get("kind") == "model-file"
    }
    listed = [
        (str(item["name"]), item.get("sha256"), item.get("size")) for item in predicate["manifest"]["files"]
    ]
    known = {path for path, _, _ in listed}
    scope = predicate.get("scope") or {}
    unlisted = [str(item["path"]) for item in scope.get("notReviewed") or () if item.get("path")]
    listed += [(path, None, None) for path in unlisted if path not in known]
    return [
        {"path": path, "sha256": sha256, "size": size, "pickle": _is_pickle(path, loading.get(path))}
        for path, sha256, size in listed
    ]


def _is_pickle(path: str, loading: str | None) -> bool:
    """Whether a file counted as a pickle: a record keeps what loading does, and a name."""
    return loading in _OF_PICKLES or (loading is not None and path.lower().endswith(_PICKLE_ENDINGS))


def _target(predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Kind, name, commit and pin of what was under review."""
    project = predicate.get("project") or {}
    source: Mapping[str, Any] = next(iter(project.get("source") or ()), {})
    name = project.get("name")
    pins = (item.get("pin") for item in predicate.get("components") or () if item.get("name") == name)
    return {
        "kind": str(project.get("kind") or "folder"),
        "name": name,
        "revision": (source.get("annotations") or {}).get("revision"),
        "pin": next(pins, None),
    }
