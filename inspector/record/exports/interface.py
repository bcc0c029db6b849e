"""One review in the formats of other programs: ``export(format, review) -> bytes``.

Each format is one function from ``Facts`` to bytes in a file of its own; the same facts give the same bytes.
Everything comes from the review; nothing is fetched, and every text of the reviewed material is escaped as
the format demands.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.provenance import Edge, Node, UnreadableInput, plain
from inspector.record.interface import SignOff
from inspector.review.interface import Question, ReviewedFinding, ReviewFile
from inspector.review.proposals import Import


@dataclass(frozen=True, slots=True)
class Facts:
    """All that an export may say. ``sign_off`` is None for a review that nobody has signed."""

    project: str
    record_id: str
    scan: Mapping[str, Any]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    findings: tuple[ReviewedFinding, ...]
    questions: tuple[Question, ...]
    sign_off: SignOff | None = None
    imports: tuple[Import, ...] = ()
    checklist_version: str = "1"

    @property
    def target(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self.scan.get("target") or {}
        return value

    @property
    def when(self) -> str:
        """The time the facts are of: when it was signed, else when the scan ended. RFC 3339."""
        if self.sign_off is not None:
            return self.sign_off.signed_at
        return str((self.scan.get("run") or {}).get("finished") or "1970-01-01T00:00:00Z")


def facts_of(review: ReviewFile, sign_off: SignOff | None = None) -> Facts:
    """The facts of a review file."""
    return Facts(
        project=review.project,
        record_id=review.record_id,
        scan=review.scan() or {},
        nodes=tuple(review.nodes()),
        edges=tuple(review.edges()),
        findings=tuple(review.findings()),
        questions=tuple(review.questions()),
        sign_off=sign_off,
        imports=tuple(review.imports()),
        checklist_version=str(getattr(getattr(review, "checklist", None), "version", None) or "1"),
    )


def facts_of_scan(scan: Mapping[str, Any]) -> Facts:
    """The facts of a scan that nobody has reviewed: every finding is open. The record id is derived from the
    target, so that the same scan gives the same bytes."""
    from inspector.provenance import Finding

    target = scan.get("target") or {}
    name = f"{target.get('kind')}\0{target.get('name')}\0{target.get('manifest_sha256')}"
    return Facts(
        project=str(target.get("name") or "project"),
        record_id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
        scan=scan,
        nodes=tuple(Node.from_json(item) for item in scan.get("nodes") or ()),
        edges=tuple(Edge.from_json(item) for item in scan.get("edges") or ()),
        findings=tuple(ReviewedFinding(Finding.from_json(item)) for item in scan.get("findings") or ()),
        questions=(),
    )


@dataclass(frozen=True, slots=True)
class Format:
    """One export format: the contract's word, its file in a package, its media type, its writer."""

    word: str
    file: str
    media_type: str
    write: Callable[[Facts], bytes]


def formats() -> dict[str, Format]:
    """All formats by their word. The writers are imported here, not at start-up."""
    from inspector.record.exports import csv_table, cyclonedx, html_report, openvex, oscal, sarif, spdx

    rows = (
        Format("html", "report.html", "text/html", html_report.write),
        Format("cyclonedx", "bom.cdx.json", "application/vnd.cyclonedx+json", cyclonedx.write),
        Format("cyclonedx-1.7", "bom-1.7.cdx.json", "application/vnd.cyclonedx+json", cyclonedx.write_1_7),
        Format("sarif", "findings.sarif", "application/sarif+json", sarif.write),
        Format("openvex", "vex.openvex.json", "application/json", openvex.write),
        Format("oscal", "oscal-ar.json", "application/json", oscal.write),
        Format("spdx", "spdx3.json", "application/ld+json", spdx.write),
        Format("csv", "findings.csv", "text/csv", csv_table.write),
    )
    return {row.word: row for row in rows}


# The exports that travel in every package; the table of findings stands in the report already.
PACKAGED = ("html", "cyclonedx", "sarif", "openvex", "oscal", "spdx")


def export(word: str, review: ReviewFile, *, sign_off: SignOff | None = None) -> bytes:
    """The review in the format ``word``; UnreadableInput for a word that names none."""
    known = formats()
    if word not in known:
        raise UnreadableInput(
            f"There is no export format {plain(word, 40)}.", f"The formats are {', '.join(sorted(known))}."
        )
    return known[word].write(facts_of(review, sign_off))


def export_scan(word: str, scan: Mapping[str, Any]) -> bytes:
    """A scan that nobody has reviewed in the format ``word``, for ``inspector scan --format``."""
    return formats()[word].write(facts_of_scan(scan))
