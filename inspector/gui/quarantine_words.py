"""What the quarantine workplace says: groups, facts, reports and entries of the log as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from inspector.gui.texts import count, shown, tr

# The states in the order in which a row goes through them; the words are those of the store and the contract.
STATES = (
    "staged",
    "screened",
    "flagged",
    "imported-unreviewed",
    "needs-second",
    "approved",
    "waived",
    "rejected",
    "promoted",
    "withdrawn",
)
WAITING = ("staged", "screened", "flagged", "imported-unreviewed", "needs-second", "waived")
KINDS = ("suspicion", "sample", "batch", "contributor")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)", re.ASCII)
EVERYTHING = "all"  # the key of all rows in the list of groups; no group of a store is called so


def kind_words(kind: str) -> str:
    """The kind of a group as the list shows it."""
    words = {
        "suspicion": tr("suspicion"),
        "sample": tr("sample"),
        "batch": tr("batch"),
        "contributor": tr("contributor"),
        EVERYTHING: tr("store"),
    }
    return words.get(kind, shown(kind, 40))


def state_help(state: str) -> str:
    """What a state means, for the tip beside it."""
    return {
        "staged": tr("nobody has looked"),
        "screened": tr("a screening suspected nothing in it, which does not say that nothing is there"),
        "flagged": tr("a screening suspects it"),
        "imported-unreviewed": tr("came as a legacy set that nobody reviewed"),
        "needs-second": tr("approved, and one more person is needed"),
        "approved": tr("the next promotion takes it"),
        "waived": tr("never reviewed, let through until a day"),
        "rejected": tr("somebody rejected it; stands until it is reopened"),
        "promoted": tr("in a training set"),
        "withdrawn": tr("in a set that must not train any more"),
    }.get(state, "")


def states_line(states: Mapping[str, int]) -> str:
    """How many rows stand where; what nothing stands in is left out."""
    waiting = sum(states.get(state, 0) for state in WAITING)
    parts = [f"{states[state]:,} {state}" for state in STATES if states.get(state)]
    head = tr("{0} of {1} rows wait for people").format(f"{waiting:,}", f"{sum(states.values()):,}")
    return f"{head}: {' · '.join(parts)}" if parts else tr("The store holds no rows yet.")


def facts_lines(kind: str, facts: Mapping[str, Any]) -> list[str]:
    """What is known of a group, one sentence a line. All of it comes from outside and is shown as text."""
    lines: list[str] = []
    if kind == "suspicion":
        level = tr("Look first") if facts.get("level") == "look-first" else tr("Weak")
        lines.append(f"{level}: {tr('an association in the data, no verdict.')}")
        if facts.get("marker"):
            lines.append(tr("Marker: {0}").format(shown(facts["marker"], 300)))
        if facts.get("also"):
            lines.append(tr("Also: {0}").format(shown(facts["also"], 300)))
        if facts.get("output"):
            lines.append(tr("What comes out: {0}").format(shown(facts["output"], 300)))
        lines += [shown(one, 300) for one in listed(facts.get("notes"))[:6]]
    elif kind == "sample":
        lines.append(shown(facts.get("coverage"), 900))
        lines.append(
            tr("Drawn by {0}, {1}").format(shown(facts.get("drawn_by"), 120), moment(facts.get("at")))
        )
    elif kind == "batch":
        added = tr("Added by {0}, {1}").format(shown(facts.get("added_by"), 120), moment(facts.get("at")))
        lines.append(added)
    elif kind == "contributor":
        lines.append(tr("All rows that name this contributor; more may come in while you look."))
    elif kind == EVERYTHING:
        lines.append(tr("Nobody reads everything: look at suspicions, new contributors and a sample."))
    return [line for line in lines if line]


def limits_lines(facts: Mapping[str, Any]) -> list[str]:
    """What the screening that made a suspicion does not show."""
    said = tr("Not shown by screening:")
    return [f"{said} {shown(one, 300)}" for one in listed(facts.get("limits"))[:4]]


def decided_words(report: Mapping[str, Any], actor: str) -> str:
    """What a decision did, for a person: also what it did not, and why."""
    decided = int(report.get("decided") or 0)
    states = report.get("states") or {}
    now = ", ".join(f"{number:,} {shown(state, 40)}" for state, number in states.items())
    parts = [tr("{0} decided.").format(count(decided, "row", "rows"))]
    if now:
        parts.append(tr("They stand at: {0}.").format(now))
    if states.get("needs-second"):
        parts.append(tr("Another person has to approve too before those can be promoted."))
    if report.get("own"):
        parts.append(
            tr(
                "{0} not touched: added, imported or contributed by {1}, so another person has to decide."
            ).format(count(int(report["own"]), "row", "rows"), shown(actor, 80))
        )
    if report.get("already"):
        parts.append(tr("{0} you had decided before.").format(count(int(report["already"]), "row", "rows")))
    if report.get("settled"):
        parts.append(
            tr("{0} not touched: settled already, perhaps by another person a moment ago.").format(
                count(int(report["settled"]), "row", "rows")
            )
        )
    if report.get("changed"):
        parts.append(
            tr("{0} not touched: new, or decided on by somebody else, since you looked.").format(
                count(int(report["changed"]), "row", "rows")
            )
        )
    return " ".join(parts)


def entry_words(entry: Mapping[str, Any]) -> str:
    """One entry of the log in a few words."""
    rows = f" {count(int(entry['rows']), 'row', 'rows')}" if isinstance(entry.get("rows"), int) else ""
    signed = f" ({tr('signed')})" if entry.get("signed") else ""
    why = f": {shown(entry['why'], 160)}" if entry.get("why") else ""
    return f"{shown(entry.get('by'), 80)}{signed} — {shown(entry.get('what'), 40)}{rows}{why}"


def policy_lines(found: Mapping[str, Any]) -> list[str]:
    """The rules of a store as sentences, with what is proposed and whose signatures count."""
    lines = _rules(found.get("policy") or {})
    for one in found.get("proposed") or ():
        told = " ".join(_rules(one.get("policy") or {}))
        lines.append(
            tr("Proposed by {0}, and not in force until another person sets the same: {1}").format(
                shown(one.get("by"), 120), told
            )
        )
    signers = found.get("signers") or ()
    for one in signers:
        lines.append(
            tr("{0} decides only with the key {1}.").format(
                shown(one.get("name"), 120), str(one.get("keyid"))[:16]
            )
        )
    if not signers:
        lines.append(tr("No key is enrolled: every name in this store is what somebody typed."))
    return lines


def _rules(policy: Mapping[str, Any]) -> list[str]:
    levels = shown(policy.get("flag_levels"), 80) or "—"
    alone = policy.get("promoter_may_be_sole_approver")
    return [
        tr("A row that nothing speaks against is approved by {0}.").format(
            count(int(policy.get("quorum") or 0), "person", "people")
        ),
        tr("A row that a screening flagged is approved by {0}; these levels flag: {1}.").format(
            count(int(policy.get("flagged_quorum") or 0), "person", "people"), levels
        ),
        tr("Who promotes may be the only one who approved.")
        if alone
        else tr("Who promotes may not be the only one who approved."),
        tr("Who added, imported or contributed a row never approves it."),
    ]


def problem_words(problem: Mapping[str, Any]) -> str:
    """A refusal as a sentence with the next step in this window, where the command's would not help."""
    sentence = shown(problem.get("problem"), 700)
    step = {
        "signer": tr("Choose the enrolled key above and open it."),
        "ended": shown(problem.get("next"), 300),
    }.get(str(problem.get("code")))
    return f"{sentence} {shown(problem.get('next'), 300) if step is None else step}".strip()


def moment(value: Any) -> str:
    """A time of the log as a person reads it, in UTC."""
    text = shown(value, 40)
    return f"{text[:10]} {text[11:16]} UTC" if _UTC.fullmatch(text) else text


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
