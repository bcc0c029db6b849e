"""The report as one HTML file that a manager reads: verdict, who, until when, scope, what was not reviewed,
exceptions, findings, checklist, tools, how to verify. No script, no external resource, every text escaped.

The same file is painted as PDF by Qt's rich text, which knows a part of CSS 2 alone: no variables, no flex,
widths and paddings of tables as attributes. Hence the plain tables and the fixed light colours. Findings that
differ in their place only share a row, so that the report stays at a few pages; the record has each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from inspector import __version__
from inspector.provenance import Severity, State, plain
from inspector.record.exports.interface import Facts
from inspector.review.interface import ReviewedFinding

# letter-spacing keeps Qt from writing ligatures into the PDF: an id with "ff" must be found there.
_STYLE = """
body { font-family: system-ui, "DejaVu Sans", sans-serif; letter-spacing: 0.02px;
  color: #1b1f24; background-color: #ffffff; }
main { display: block; max-width: 60rem; margin: 24px auto; padding: 0 16px; line-height: 1.2; }
h1 { font-size: x-large; margin: 0 0 8px 0; }
h2 { font-size: large; margin: 22px 0 6px 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: #57606a; }
th { text-align: left; background-color: #eef1f4; }
th, td { vertical-align: top; padding: 2px 6px; border-bottom: 1px solid #d0d7de; overflow-wrap: anywhere; }
td.name { color: #57606a; }
td.verdict { font-size: x-large; font-weight: bold; padding: 10px; }
.quiet { color: #57606a; font-size: small; }
.grave { color: #a40e26; font-weight: bold; }
code, pre { font-family: "DejaVu Sans Mono", monospace; font-size: small; }
"""
# Word, background, text: each pair has a contrast of at least 7 to 1 (WCAG 2.2, 1.4.6).
_VERDICTS = {
    "approved": ("Approved", "#dafbe1", "#044f1e"),
    "approved-with-exceptions": ("Approved with exceptions", "#fff3cd", "#4d3800"),
    "rejected": ("Rejected", "#ffe0de", "#7a0012"),
    "deferred": ("Deferred", "#e7ebef", "#24292f"),
}
_UNSIGNED = ("Not signed", "#e7ebef", "#24292f")
_GRAVE_ANSWERS = ("no", "unknown", "not answered")
_MAX_ROWS = 40  # of the tables of findings and exceptions; the whole list stands in the record
_MAX_LISTED = 60  # of the tables of paths
_MAX_PLACES = 3  # named in one row
_PLACE = 64  # characters of a place; a longer one loses its middle


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
        *_summary(facts),
        *_scope(facts),
        *_exceptions(facts),
        *_findings(facts),
        *_checklist(facts),
        *_imports(facts),
        *_tools(facts),
        *_how_to_verify(facts),
        "</main></body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "backslashreplace")


# Pieces


class _Html(str):
    """Text that is markup of ours already."""

    __slots__ = ()


def _text(value: object, limit: int = 600) -> str:
    """Any text, harmless in HTML: controls and bidi characters escaped, then markup."""
    return value if isinstance(value, _Html) else escape(plain(str(value), limit), quote=True)


def _code(value: object) -> _Html:
    return _Html(f"<code>{_text(value)}</code>")


def _table(
    caption: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]], most: int
) -> list[str]:
    """A table with a head of (word, width in percent). What is over ``most`` rows is counted below it, never
    dropped in silence."""
    lines = list(rows)
    head = "".join(
        f'<th scope="col" align="left" width="{width}%">{_text(word)}</th>' for word, width in heads
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>\n" for row in lines[:most]
    )
    more = len(lines) - most
    shown = f"<caption>{_text(caption)}</caption>" if caption else ""
    return [
        f'<table width="100%" cellspacing="0" cellpadding="4">{shown}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>",
        f'<p class="quiet">{more} more rows stand in the record.</p>' if more > 0 else "",
    ]


def _pairs(rows: Iterable[tuple[str, object]]) -> list[str]:
    """A table of two columns: what, and what it is."""
    body = "".join(
        f'<tr><td class="name" width="22%">{_text(name)}</td><td>{_text(value)}</td></tr>\n'
        for name, value in rows
        if value not in ("", None)
    )
    return [f'<table width="100%" cellspacing="0" cellpadding="4"><tbody>{body}</tbody></table>']


def _date(moment: str) -> str:
    """A time as people write it: the day, and the clock where it is not the end of that day."""
    day, _, clock = moment.partition("T")
    return f"{day}, end of the day (UTC)" if clock == "23:59:59Z" else f"{day} {clock.removesuffix('Z')} UTC"


# Sections


def _verdict(facts: Facts) -> list[str]:
    sign_off = facts.sign_off
    word, ground, ink = _UNSIGNED if sign_off is None else _VERDICTS[sign_off.decision]
    banner = (
        f'<table width="100%" cellspacing="0" cellpadding="10"><tr><td class="verdict" bgcolor="{ground}" '
        f'style="background-color: {ground}; color: {ink}">{word}</td></tr></table>'
    )
    if sign_off is None:
        return [
            banner,
            "<p>This is a review in progress; nobody vouches for it.</p>",
            *_pairs([("Record id", _code(facts.record_id))]),
        ]
    who = [f"{sign_off.reviewer} ({sign_off.role})", sign_off.organisation, sign_off.email]
    return [
        banner,
        *_pairs(
            [
                ("Decided by", ", ".join(one for one in who if one)),
                ("Signed", _date(sign_off.signed_at)),
                ("Valid until", _date(sign_off.valid_until)),
                ("Record id", _code(facts.record_id)),
                ("Key id", _code(sign_off.keyid)),
                ("Serial", sign_off.serial),
            ]
        ),
        "<p class=\"quiet\">The names are the record's own claims; whose key it is, a verifier's trust store "
        "says. This page is a copy for reading: what counts is <code>review-record.dsse.json</code>.</p>",
    ]


def _summary(facts: Facts) -> list[str]:
    """One table of numbers: findings by severity, and how many of them are still open or accepted."""
    rows = []
    for severity in Severity:
        here = [item.state for item in facts.findings if item.finding.severity is severity]
        still_open = sum(state in (State.OPEN, State.CONFIRMED) for state in here)
        accepted = here.count(State.ACCEPTED)
        rows.append((severity.value, len(here), still_open, accepted, len(here) - still_open - accepted))
    heads = (
        ("Severity", 20),
        ("Findings", 20),
        ("Open", 20),
        ("Accepted as exception", 20),
        ("Settled", 20),
    )
    return ["<h2>Findings by severity</h2>", *_table("", heads, rows, len(rows))]


def _scope(facts: Facts) -> list[str]:
    target, coverage = facts.target, facts.scan.get("coverage") or {}
    rows = [
        ("Target", f"{target.get('name')} ({target.get('kind')})"),
        ("Revision", target.get("revision") or "none named"),
        ("Files", coverage.get("files", len(facts.scan.get("files") or []))),
        ("Analysed", coverage.get("analysed", "")),
    ]
    left_out = [(item.get("path"), item.get("rule")) for item in coverage.get("left_out") or []]
    not_analysed = [(item.get("path"), item.get("why")) for item in coverage.get("not_analysed") or []]
    parts = ["<h2>Scope</h2>", *_pairs(rows), "<h2>Not in scope</h2>"]
    if left_out:
        parts += _table("Left out by rule", (("Path", 60), ("Rule", 40)), left_out, _MAX_LISTED)
    if not_analysed:
        parts += _table("Not analysed", (("Path", 45), ("Why", 55)), not_analysed, _MAX_LISTED)
    if not left_out and not not_analysed:
        parts.append("<p>Every file of the target was analysed.</p>")
    return parts


def _places(group: Sequence[ReviewedFinding]) -> str:
    """Where the findings of one row are: the first few places, and how many more."""
    names = []
    for item in group:
        first = item.finding.evidence[0] if item.finding.evidence else None
        if first is not None and first.path:
            names.append(f"{first.path}:{first.line}" if first.line else first.path)
        else:
            names.append(item.finding.node.partition(":")[2] or item.finding.node)
    names = list(dict.fromkeys(names))
    more = len(names) - _MAX_PLACES
    shown = "; ".join(_shortened(plain(name, 1000)) for name in names[:_MAX_PLACES])
    return f"{shown}; and {more} more" if more > 0 else shown


def _shortened(name: str) -> str:
    """``name`` without its middle where it is long: both the folder and the end tell a file."""
    half = _PLACE // 2
    return name if len(name) <= _PLACE else f"{name[: half - 1]}…{name[-half:]}"


def _grouped(
    findings: Iterable[ReviewedFinding],
) -> list[list[ReviewedFinding]]:
    """Findings that say the same and were decided the same, in the order of the first of each group."""
    groups: dict[tuple[object, ...], list[ReviewedFinding]] = {}
    for item in findings:
        key = (item.finding.severity, item.state, item.finding.title, item.because, item.owner, item.expires)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _titled(group: Sequence[ReviewedFinding]) -> _Html:
    """What was found and how often, and below it where."""
    title = group[0].finding.title
    words = title if len(group) == 1 else f"{title} ({len(group)} findings)"
    return _Html(f'{_text(words)}<br><span class="quiet">{_text(_places(group))}</span>')


def _severity(severity: Severity) -> object:
    grave = severity in (Severity.CRITICAL, Severity.HIGH)
    return _Html(f'<span class="grave">{severity.value}</span>') if grave else severity.value


def _exceptions(facts: Facts) -> list[str]:
    accepted = [item for item in facts.findings if item.state is State.ACCEPTED]
    if not accepted:
        return ["<h2>Exceptions</h2>", "<p>None.</p>"]
    owner = facts.sign_off.reviewer if facts.sign_off else ""
    rows = [
        (
            _severity(group[0].finding.severity),
            _titled(group),
            group[0].because,
            group[0].owner or owner,
            group[0].expires or "",
        )
        for group in _grouped(accepted)
    ]
    heads = (
        ("Severity", 15),
        ("Accepted risk", 36),
        ("Why it is accepted", 20),
        ("Owner", 13),
        ("Until", 16),
    )
    return ["<h2>Exceptions</h2>", *_table(f"{len(accepted)} accepted risks", heads, rows, _MAX_ROWS)]


def _findings(facts: Facts) -> list[str]:
    """All findings but the accepted ones, which stand above."""
    rows = []
    for group in _grouped(item for item in facts.findings if item.state is not State.ACCEPTED):
        first = group[0]
        words = first.finding.message if len(group) == 1 else first.finding.remediation
        rows.append(
            (
                _severity(first.finding.severity),
                first.state.value,
                _titled(group),
                first.because or words or first.finding.message,
            )
        )
    if not rows:
        return ["<h2>Other findings</h2>", "<p>None.</p>"]
    heads = (("Severity", 15), ("State", 15), ("Finding", 38), ("Reason, or what it says", 32))
    return ["<h2>Other findings</h2>", *_table("", heads, rows, _MAX_ROWS)]


def _checklist(facts: Facts) -> list[str]:
    if not facts.questions:
        return []
    counts = Counter(one.answer or "not answered" for one in facts.questions)
    said = ", ".join(f"{number} {word}" for word, number in counts.most_common())
    rows = []
    for one in facts.questions:
        answer = one.answer or "not answered"
        shown = _Html(f'<span class="grave">{_text(answer)}</span>') if answer in _GRAVE_ANSWERS else answer
        name = f"{one.id}, required" if one.required else one.id
        asked = _Html(f'{_text(one.text)} <span class="quiet">{_text(name)}</span>')
        rows.append((asked, shown, one.note))
    return [
        "<h2>Checklist</h2>",
        *_table(
            f"{len(rows)} questions: {said}",
            (("Question", 66), ("Answer", 16), ("Note", 18)),
            rows,
            len(rows),
        ),
    ]


def _imports(facts: Facts) -> list[str]:
    """Documents that proposals came from. What was taken over of them says so in its own reason."""
    if not facts.imports:
        return []
    rows = [
        (f"{one.origin.file}: {one.origin.title}", one.origin.words, len(one.proposals), one.at[:10])
        for one in facts.imports
    ]
    heads = (("Document", 40), ("Origin", 34), ("Proposals", 12), ("Taken", 14))
    return [
        "<h2>Earlier records and bills of materials</h2>",
        *_table("Proposals alone: nothing was decided by them", heads, rows, _MAX_LISTED),
    ]


def _audit(audit: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Who was asked about the packages. Where nobody was, nothing may read as a complete audit."""
    source = audit.get("source") or "none"
    if source == "none":
        note = plain(str(audit.get("note") or ""), 300)
        return [("Vulnerability audit", f"none was made. {note}".rstrip())]
    return [
        ("Vulnerability audit", source),
        ("Advisories as of", audit.get("as_of") or "not stated"),
        ("Audit complete", "yes" if audit.get("complete") is True else "no"),
    ]


def _tools(facts: Facts) -> list[str]:
    audit = facts.scan.get("audit") or {}
    tool = facts.scan.get("tool") or {}
    rows: list[tuple[str, object]] = [
        ("Program", f"Provenance Inspector {__version__}"),
        ("Rules", _code(tool.get("rules_digest") or "not stated")),
        *_audit(audit),
    ]
    return ["<h2>What it was reviewed with</h2>", *_pairs(rows)]


def _how_to_verify(facts: Facts) -> list[str]:
    if facts.sign_off is None:
        return []
    commands = "\n".join(
        (
            "openssl pkey -pubin -in REVIEWER.pub -outform DER | sha256sum",
            "sh verify.sh REVIEWER.pub PROJECT-FOLDER",
            "inspector verify PACKAGE --root PROJECT-FOLDER --trust TRUST-STORE",
        )
    )
    return [
        "<h2>How to verify</h2>",
        "<p>Get the reviewer's public key from the reviewer. The first command must print the key id above; "
        "the second needs openssl, jq and coreutils alone; the third also asks who is trusted, and until "
        "when. VERIFY.md in the package has each step by hand.</p>",
        f"<pre>{_text(commands, 1000).replace(chr(92) + 'x0a', chr(10))}</pre>",
    ]
