"""The twenty questions about training data, each with what the scan found beside it.

They are the checklist's own questions, and an answer given here is the checklist's answer. What the scan
cannot see is said to be unseen: no question is answered by silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtGui import QShowEvent

from inspector.gui.checklist_page import ChecklistPage
from inspector.gui.facts import Facts
from inspector.gui.look import Look
from inspector.gui.selection import Selection
from inspector.gui.session import Session
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Flow, plain_label
from inspector.provenance import EdgeKind, NodeKind, Pin

SCREENED = "screened"  # under which the review keeps what was screened: path to figures
_LISTED = 6
# The order is that of the harm: who can add, who looks, what can be proved, what may be used.
TWENTY = (
    "data.who-can-add",
    "data.human-review",
    "data.staging",
    "data.user-input",
    "data.volume-cap",
    "data.contributor-recorded",
    "data.four-eyes",
    "integrity.job-verifies-set",
    "provenance.revision-fixed",
    "provenance.owner-known",
    "provenance.source-known",
    "loading.remote-code",
    "data.roll-back",
    "data.generated",
    "data.annotators",
    "data.held-out",
    "data.screened",
    "data.decisions-protected",
    "data.preference-data",
    "provenance.licence",
)


class DataQuestions(ChecklistPage):
    """A checklist of twenty; ``known`` is what the scan says beside the chosen one."""

    def __init__(self, look: Look, selection: Selection) -> None:
        super().__init__(look, selection)
        self.table.setAccessibleName(tr("Questions about training data"))
        self.known = Flow(name=tr("What the scan read"))
        column = self.detail.widget().layout()
        place = column.indexOf(self.detail.hint_title)
        column.insertWidget(place, plain_label(tr("WHAT THE SCAN READ"), role="section"))
        column.insertWidget(place + 1, self.known)

    def set_session(self, session: Session | None) -> None:
        super().set_session(session)
        if session is not None:
            session.grown.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        if self.session is None or not self.isVisible():  # a running scan tells of growth ten times a second
            return
        self.set_all([item for item in self.session.questions if item.id in TWENTY])
        if not self.table.current_key() and self.rows.rows:
            self.table.select_key(self.rows.rows[0].id)
        self._show_question(self.table.current_key(), force=True)

    def order(self, row: Any) -> Any:
        return TWENTY.index(row.id)

    def head(self, visible: int, total: int) -> str:
        answered = sum(item.answer not in (None, "unknown") for item in self._all)
        return tr("{0} of {1} questions about training data answered").format(answered, total)

    def _show_question(self, key: str, force: bool = False) -> None:
        super()._show_question(key, force)
        question = self.detail.question
        if question is None or self.session is None:
            return
        lines = list(beside(self.session.facts, question.id, self.session.recalled(SCREENED, {})))
        if not lines:
            lines = [
                tr("Only the findings below speak of it; what is outside this target has to be asked for.")
                if question.hints
                else tr("The scan cannot see this: ask for the evidence above.")
            ]
        self.known.set_text("\n".join(lines), keep_newlines=True)


def beside(facts: Facts, question: str, screened: Any) -> Iterator[str]:
    """What was read that bears on ``question``, as sentences; nothing where nothing was."""
    found = {
        "data.contributor-recorded": _contributors,
        "data.four-eyes": _contributors,
        "data.preference-data": _preferences,
        "provenance.revision-fixed": _pins,
        "provenance.owner-known": _owners,
        "provenance.source-known": _sources,
        "loading.remote-code": _scripts,
        "provenance.licence": _licences,
        "data.generated": _makers,
        "data.annotators": _makers,
    }.get(question)
    if found is not None:
        yield from found(facts)
    elif question == "data.screened":
        yield from _screened(facts, screened if isinstance(screened, Mapping) else {})


def _files(facts: Facts) -> list[dict[str, Any]]:
    return [item for item in facts.datasets if item.get("columns")]


def _contributors(facts: Facts) -> Iterator[str]:
    files = _files(facts)
    named = [item for item in files if item.get("contributor_column")]
    if files:
        yield tr("{0} of {1} data files name a contributor column.").format(len(named), len(files))
        for item in named[:_LISTED]:
            time = shown(item.get("time_column")) or tr("no time column")
            yield f"{shown(item['path'], 120)}: {shown(item['contributor_column'], 60)}, {time}"
        without = [shown(item["path"], 80) for item in files if not item.get("contributor_column")]
        if without:
            yield tr("Without one: {0}").format(_some(without))


def _preferences(facts: Facts) -> Iterator[str]:
    words = {"chosen", "rejected", "rating", "feedback", "thumbs"}
    found = [
        shown(item["path"], 80)
        for item in _files(facts)
        if words & {str(column).lower() for column in item["columns"]}
    ]
    if found:
        yield tr("Columns of preference or feedback data: {0}").format(_some(found))
    elif _files(facts):
        yield tr("No data file here has columns such as chosen, rejected or rating.")


def _pins(facts: Facts) -> Iterator[str]:
    nodes = [node for node in facts.nodes.values() if node.kind is NodeKind.DATASET]
    loose = [shown(node.name, 80) for node in nodes if node.pin not in (Pin.DIGEST, Pin.COMMIT)]
    if nodes:
        yield tr("{0} of {1} datasets from outside are fixed to a commit or digest.").format(
            len(nodes) - len(loose), len(nodes)
        )
    if loose:
        yield tr("Not fixed: {0}").format(_some(loose))


def _owners(facts: Facts) -> Iterator[str]:
    known, unknown = [], []
    for node in list(facts.nodes.values()):
        if node.kind is NodeKind.DATASET:
            edges = facts.edges_of(node.id)[:200]
            owner = next(
                (e.target for e in edges if e.kind is EdgeKind.PUBLISHED_BY and e.source == node.id), ""
            )
            name = shown(node.name, 80)
            if owner:
                known.append(f"{name} ({shown(facts.node_name(owner), 60)})")
            else:
                unknown.append(name)
    if known:
        yield tr("Published by: {0}").format(_some(known))
    if unknown:
        yield tr("Owner not looked up: {0}").format(_some(unknown))


def _sources(facts: Facts) -> Iterator[str]:
    outside = [shown(n.name, 80) for n in facts.nodes.values() if n.kind is NodeKind.DATASET]
    inside = [n for n in facts.nodes.values() if n.kind is NodeKind.DATASET_FILE]
    missing = [shown(n.name, 80) for n in inside if n.attributes.get("missing")]
    if outside or inside:
        yield tr("{0}, {1} in the target.").format(
            count(len(outside), "dataset from outside", "datasets from outside"),
            count(len(inside) - len(missing), "data file", "data files"),
        )
    if outside:
        yield tr("From outside: {0}").format(_some(outside))
    if missing:
        yield tr("Named, and not part of the target: {0}").format(_some(missing))


def _scripts(facts: Facts) -> Iterator[str]:
    found = [shown(item["path"], 80) for item in facts.datasets if item.get("script")]
    if found:
        yield tr("Run when their dataset is loaded: {0}").format(_some(found))
    elif facts.datasets:
        yield tr("No dataset script was found in the target; those of hub repositories are not here.")


def _licences(facts: Facts) -> Iterator[str]:
    for item in facts.datasets[:400]:
        card = item.get("card") if isinstance(item.get("card"), Mapping) else {}
        if card.get("license"):
            yield tr("{0} claims the licence {1}.").format(
                shown(item.get("path"), 120), shown(card["license"], 120)
            )


def _makers(facts: Facts) -> Iterator[str]:
    for item in facts.datasets[:400]:
        card = item.get("card") if isinstance(item.get("card"), Mapping) else {}
        for key in ("annotations_creators", "language_creators"):
            if card.get(key):
                yield f"{shown(item.get('path'), 120)}: {key} {shown(card[key], 120)}"


def _screened(facts: Facts, screened: Mapping[str, Any]) -> Iterator[str]:
    files = _files(facts)
    done = [item for item in files if str(item.get("path")) in screened]
    if files:
        yield tr("{0} of {1} data files were screened in this review.").format(len(done), len(files))
    for path, said in list(screened.items())[:_LISTED]:
        if isinstance(said, Mapping):
            yield tr("{0}: {1} suspicions, {2} of them closed with a reason").format(
                shown(path, 120), shown(said.get("suspicions")), shown(said.get("closed"))
            )


def _some(names: list[str]) -> str:
    more = f" … {len(names):,}" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
