"""What the node pane says while nothing is selected: the target, in numbers that promise nothing."""

from __future__ import annotations

from collections import Counter

from inspector.gui.session import Phase, Session
from inspector.gui.texts import count, shown, tr
from inspector.provenance import Severity


def pairs(session: Session) -> list[tuple[str, str]]:
    """Title and words, in the order in which they are shown."""
    facts = session.facts
    target, coverage = facts.target, facts.coverage
    said = [("Target", shown(target.get("name") or session.name))]
    if target.get("kind"):
        said.append(("Kind", shown(target["kind"])))
    if target.get("revision"):
        said.append(("Revision", shown(target["revision"])))
    if target.get("asked"):
        said.append(("Asked for", shown(target["asked"])))
    if coverage:
        files = count(int(coverage.get("files") or 0), "file", "files")
        said.append(("Files", f"{files}, {coverage.get('analysed', 0):,} {tr('analysed')}"))
    else:
        said.append(("Files", f"{len(facts.files):,} {tr('so far')}"))
    gaps = facts.gaps
    if gaps:
        said.append(("Not analysed", f"{gaps:,}"))
    tally = Counter(item.finding.severity for item in facts.findings.values())
    words = [f"{tally[severity]:,} {severity.value}" for severity in Severity if tally[severity]]
    said.append(("Findings", ", ".join(words) or _none(session)))
    states = Counter(item.state.value for item in facts.findings.values())
    if states:
        said.append(("Decided", ", ".join(f"{number:,} {word}" for word, number in states.items())))
    if facts.packages:
        audits = Counter(str(item.get("audit")) for item in facts.packages)
        said.append(
            ("Packages", ", ".join(f"{number:,} {shown(word, 40)}" for word, number in audits.items()))
        )
    answered = sum(item.answer not in (None, "unknown") for item in session.questions)
    if session.questions:
        said.append(("Checklist", tr("{0} of {1} answered").format(answered, len(session.questions))))
    return said


def _none(session: Session) -> str:
    """No findings is a fact only after a whole scan, and never a pass."""
    if session.phase is not Phase.READY:
        return tr("none so far")
    whole = session.facts.done is not None and not session.outcome
    return tr("none by the rules of this program") if whole else tr("not known: the scan is incomplete")
