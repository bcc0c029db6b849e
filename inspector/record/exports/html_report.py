"""The report as one HTML file that a manager reads: verdict, scope, what was not reviewed, who, until when,
exceptions, findings, checklist. No script, no external resource, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from inspector import __version__
from inspector.provenance import Severity, State, plain
from inspector.record.exports.interface import Facts

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--quiet); }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem;
  border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
.verdict { font-size: 1.3rem; font-weight: 600; border: 2px solid; padding: .5rem 1rem;
  display: inline-block; }
.quiet { color: var(--quiet); } code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } }
"""
_VERDICTS = {
    "approved": "Approved",
    "approved-with-exceptions": "Approved with exceptions",
    "rejected": "Rejected",
    "deferred": "Deferred",
}
_MAX_ROWS = 2000  # of one table; the whole list stands in the record


def write(facts: Facts) -> bytes:
    title = f"Review of {_text(facts.project)}"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        *_verdict(facts),
        *_scope(facts),
        *_exceptions(facts),
        *_findings(facts),
        *_checklist(facts),
        *_tools(facts),
        "</main></body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "backslashreplace")


def _text(value: object, limit: int = 2000) -> str:
    """Any text, harmless in HTML: controls and bidi characters escaped, then markup."""
    return escape(plain(str(value), limit), quote=True)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = list(rows)
    head = "".join(f'<th scope="col">{_text(one)}</th>' for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in lines[:_MAX_ROWS]
    )
    more = len(lines) - _MAX_ROWS
    note = f'<p class="quiet">{more} more rows stand in the record.</p>' if more > 0 else ""
    return [
        f"<table><caption>{_text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
        note,
    ]


def _verdict(facts: Facts) -> list[str]:
    sign_off = facts.sign_off
    if sign_off is None:
        return [
            '<p class="verdict">Not signed</p>',
            "<p>This is a review in progress; nobody vouches for it.</p>",
        ]
    rows = [
        ("Decision by", f"{sign_off.reviewer} ({sign_off.role})"),
        ("Signed at", sign_off.signed_at),
        ("Valid until", sign_off.valid_until),
        ("Record", facts.record_id),
        ("Key", sign_off.keyid),
        ("Serial", sign_off.serial),
    ]
    return [
        f'<p class="verdict">{_VERDICTS.get(sign_off.decision, _text(sign_off.decision))}</p>',
        *_table(
            "The names are the record's own claims; a verifier's trust store has the last word.",
            ("", ""),
            rows,
        ),
        "<p>This page is a copy for reading. The record is <code>review-record.dsse.json</code>; "
        "<code>VERIFY.md</code> beside it says how to check it.</p>",
    ]


def _scope(facts: Facts) -> list[str]:
    target, coverage = facts.target, facts.scan.get("coverage") or {}
    rows = [
        ("Target", f"{target.get('kind')}: {target.get('name')}"),
        ("Revision", target.get("revision") or "none named"),
        ("Files", coverage.get("files", len(facts.scan.get("files") or []))),
        ("Analysed", coverage.get("analysed", "")),
    ]
    left_out = [(item.get("path"), item.get("rule")) for item in coverage.get("left_out") or []]
    not_analysed = [(item.get("path"), item.get("why")) for item in coverage.get("not_analysed") or []]
    parts = ["<h2>Scope</h2>", *_table("What was under review", ("", ""), rows), "<h2>Not in scope</h2>"]
    if left_out:
        parts += _table("Left out by rule", ("Path", "Rule"), left_out)
    if not_analysed:
        parts += _table("Not analysed", ("Path", "Why"), not_analysed)
    if not left_out and not not_analysed:
        parts.append("<p>Every file of the target was analysed.</p>")
    return parts


def _exceptions(facts: Facts) -> list[str]:
    accepted = [item for item in facts.findings if item.state is State.ACCEPTED]
    if not accepted:
        return ["<h2>Exceptions</h2>", "<p>None.</p>"]
    owner = facts.sign_off.reviewer if facts.sign_off else ""
    rows = [
        (
            item.finding.severity.value,
            item.finding.title,
            item.because,
            item.owner or owner,
            item.expires or "",
        )
        for item in accepted
    ]
    return [
        "<h2>Exceptions</h2>",
        *_table("Accepted risks", ("Severity", "What", "Why", "Owner", "Until"), rows),
    ]


def _findings(facts: Facts) -> list[str]:
    counts = []
    for severity in Severity:
        here = [item for item in facts.findings if item.finding.severity is severity]
        still_open = sum(item.state in (State.OPEN, State.CONFIRMED) for item in here)
        counts.append((severity.value, len(here), still_open))
    rows = [
        (
            *(item.finding.severity.value, item.state.value, item.finding.title, item.finding.node),
            item.finding.message if item.state is State.OPEN else item.because or item.finding.message,
        )
        for item in facts.findings
    ]
    return [
        "<h2>Findings</h2>",
        *_table("By severity", ("Severity", "All", "Open"), counts),
        *_table("All findings", ("Severity", "State", "What", "Where", "Message or reason"), rows),
    ]


def _checklist(facts: Facts) -> list[str]:
    if not facts.questions:
        return []
    rows = [(one.id, one.text, one.answer or "not answered", one.note) for one in facts.questions]
    unknown = sum(one.answer in (None, "unknown") for one in facts.questions)
    caption = f"{len(rows)} questions, {unknown} unknown or not answered"
    return ["<h2>Checklist</h2>", *_table(caption, ("Id", "Question", "Answer", "Note"), rows)]


def _tools(facts: Facts) -> list[str]:
    audit = facts.scan.get("audit") or {}
    tool = facts.scan.get("tool") or {}
    rows = [
        ("Program", f"Provenance Inspector {__version__}"),
        ("Rules", tool.get("rules_digest") or "not stated"),
        ("Vulnerability audit", audit.get("source") or "none"),
        ("Advisories as of", audit.get("as_of") or "not stated"),
        ("Audit complete", "yes" if audit.get("complete") is True else "no"),
    ]
    return ["<h2>Tools</h2>", *_table("What it was reviewed with", ("", ""), rows)]
