"""The findings as a table for spreadsheets (RFC 4180), with no cell that a spreadsheet would run.

A cell that begins as a formula does gets an apostrophe before it (OWASP, "CSV Injection", CWE-1236).
"""

from __future__ import annotations

import csv
import io

from inspector.provenance import plain
from inspector.record.exports.interface import Facts

COLUMNS = (
    *("id", "rule", "severity", "state", "node", "title", "message", "where", "because", "expires", "owner"),
    *("cwe", "owasp_llm", "atlas", "cve", "remediation"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(facts: Facts) -> bytes:
    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for item in facts.findings:
        finding = item.finding
        first = finding.evidence[0] if finding.evidence else None
        where = "" if first is None else f"{first.path or ''}{'' if first.line is None else f':{first.line}'}"
        cells = (
            *(finding.id, finding.rule, finding.severity.value, item.state.value, finding.node),
            *(finding.title, finding.message, where, item.because, item.expires or "", item.owner),
            *(" ".join(finding.identifiers.get(key, ())) for key in ("cwe", "owasp_llm", "atlas", "cve")),
            finding.remediation,
        )
        table.writerow([safe_cell(cell) for cell in cells])
    return stream.getvalue().encode("utf-8", "backslashreplace")


def safe_cell(text: str) -> str:
    """``text`` on one line, so that no spreadsheet takes it for a formula."""
    text = plain(text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
