"""A record in memory, put together by hand: a test changes what it is about and asks the gate."""

from __future__ import annotations

import hashlib
from typing import Any

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import TrustedKey
from inspector.record import dsse
from inspector.record.keys import FileKey, new_key

SIGNED = gate.seconds("2026-05-28T20:26:40Z")
UNTIL = gate.seconds("2026-12-31T00:00:00Z")
NOW = gate.seconds("2026-06-01T00:00:00Z")
KEY = new_key()
SECOND = new_key()


def trusted(key: FileKey = KEY, name: str = "Ana", **more: Any) -> TrustedKey:
    line = TrustedKey(name, ("reviewer",), None, None, key.public.keyid, key.public.spki)
    return line._replace(**more)


class Package:
    """A record in memory, with what lies beside it."""

    def __init__(self, record: bytes, beside: dict[str, bytes], *, whole: bool) -> None:
        self._files = {gate.RECORD_NAME: record, **beside}
        self._whole = whole

    def record(self) -> tuple[str, bytes]:
        return gate.RECORD_NAME, self._files[gate.RECORD_NAME]

    def names(self) -> list[str]:
        return sorted(self._files)

    def read(self, name: str, limit: int) -> bytes | None:
        return self._files.get(name)

    def is_whole(self) -> bool:
        return self._whole


def digest_of(files: dict[str, tuple[int, str]]) -> str:
    lines = b"".join(gate.sums_line(files[name][1], name) for name in sorted(files, key=str.encode))
    return hashlib.sha256(lines).hexdigest()


class Record:
    """A record by hand: a test changes what it is about and asks what comes of it."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, str]] = {"model.bin": (3, "ab" * 32)}
        self.links: list[dict[str, str]] = []
        self.beside: dict[str, bytes] = {}
        self.whole = False
        self.predicate: dict[str, Any] = {
            "schemaVersion": "1.0",
            "critical": [],
            "recordId": "r-1",
            "serial": 7,
            "supersedes": [],
            "project": {"id": "acme/assistant"},
            "decision": "approved",
            "signedAt": gate.shown_time(SIGNED),
            "validUntil": gate.shown_time(UNTIL),
            "reviewers": [{"name": "Ana"}],
            "separationOfDuties": {},
            "scope": {},
            "findings": [],
            "exceptions": [],
            "checklist": {"items": []},
            "tool": {},
            "attachments": [],
        }

    def payload(self) -> bytes:
        digest = digest_of(self.files)
        both = {"sha256": digest, "dirHash1": digest}
        rows = [{"name": name, "size": size, "sha256": sha} for name, (size, sha) in self.files.items()]
        manifest = {"format": "sha256sum", "files": rows, "digest": {"sha256": digest}, "links": self.links}
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.REVIEW_TYPE,
            "subject": [{"name": gate.SUMS_NAME, "digest": both}],
            "predicate": {**self.predicate, "manifest": manifest},
        }
        return dsse.canonical_bytes(statement)

    def countersigned(self, *, key: FileKey = SECOND, at: int = SIGNED + 60, **change: Any) -> None:
        digest = hashlib.sha256(self.payload()).hexdigest()
        predicate = {
            "schemaVersion": "1.0",
            "role": "reviewer",
            "decision": self.predicate["decision"],
            "statement": "Seen.",
            "signedAt": gate.shown_time(at),
            "name": "Ben",
            "keyid": key.public.keyid,
            **change,
        }
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.COUNTERSIGNATURE_TYPE,
            "subject": [{"name": "record", "digest": {"sha256": digest}}],
            "predicate": predicate,
        }
        envelope = dsse.sign(dsse.canonical_bytes(statement), key)
        name = f"countersignature-{len(self.beside)}.dsse.json"
        self.beside[name] = dsse.envelope_bytes(envelope)

    def judged(self, *, now: int = NOW, trust: list[TrustedKey] | None = None, **options: Any) -> gate.Report:
        raw = dsse.envelope_bytes(dsse.sign(self.payload(), KEY))
        package = Package(raw, self.beside, whole=self.whole)
        keys = [trusted()] if trust is None else trust
        return gate.Verification(package, keys, now=now, **options).run()

    def codes(self, **options: Any) -> list[str]:
        return [check.code for check in self.judged(**options).refusals]

    def warnings(self, **options: Any) -> list[str]:
        return [check.code for check in self.judged(**options).warnings]


def finding(**change: str) -> dict[str, str]:
    return {"id": "F-1", "severity": "low", "state": "fixed", "because": "Seen.", **change}


def exception(**change: Any) -> dict[str, Any]:
    ends = gate.shown_time(UNTIL)
    known = {"id": "E-1", "rationale": "Why.", "owner": "Ana", "expires": ends, "findings": ["F-1"]}
    return {**known, **change}
