"""The Findings tab: every finding with its state, filtered by the filter language of the core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from inspector.gui.facts import order
from inspector.gui.look import Look
from inspector.gui.marks import marks_of
from inspector.gui.rows import Column
from inspector.gui.selection import Selection
from inspector.gui.session import Phase, Session
from inspector.gui.table_page import TablePage
from inspector.gui.texts import count, shown, tr
from inspector.provenance import InspectorError, State, UnreadableInput
from inspector.review.interface import ReviewedFinding

if TYPE_CHECKING:
    from inspector.review.query import Query, Row

PROPOSED = "proposed"  # the one word of the filter that the window knows and the core does not

CHIPS = (
    ("Open", "state:open"),
    ("High and worse", "severity:>=high"),
    ("Pickles", "is:pickle"),
    ("Unpinned", "is:unpinned"),
    ("Runs code", "loading:runs-code"),
    ("Proposed", "proposed:yes"),
)


class FindingsPage(TablePage):
    """Rows are ``ReviewedFinding``; the worst come first."""

    def __init__(self, look: Look, selection: Selection) -> None:
        self.session: Session | None = None
        self.look = look
        self.selection = selection
        self._made_ready: dict[str, Row] = {}  # what the filter asks of a finding, worked out once
        super().__init__(
            "Findings",
            self._columns(),
            key=lambda item: item.finding.id,
            spoken=self._spoken,
            chips=CHIPS,
            hint=tr("Filter, such as kind:model pin:none severity:>=high path:*.bin"),
        )
        self.table.chooses_first = True  # the digits decide on what is chosen here
        self.table.chosen.connect(self._chosen)
        selection.finding_changed.connect(self._follow)

    def _columns(self) -> list[Column]:
        look = self.look
        return [
            Column(
                "Severity",
                lambda item: item.finding.severity.value,
                10,
                icon=lambda item: look.severity_icon(item.finding.severity.value),
                colour=lambda item: look.severity_colour(item.finding.severity.value),
                sort=lambda item: -item.finding.severity.rank,
            ),
            Column("State", self._state, 15, tooltip=self._why),
            Column(
                "Node",
                lambda item: self._node_name(item),
                22,
                icon=lambda item: look.kind_icon(item.finding.node.partition(":")[0]),
                middle=True,
            ),
            Column("Finding", lambda item: item.finding.title, 0, tooltip=lambda item: item.finding.message),
            Column("Marks", self._marks, 20, least=118, colour=lambda item: look.tokens.risk),
        ]

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._made_ready = {}
        self.filter.setText("")
        self.set_all([])
        if session is not None:
            session.grown.connect(self.refresh)
            session.decided.connect(self._decided)
            session.proposals.told.connect(self.refresh)

    def refresh(self) -> None:
        if self.session is not None:
            self.set_all(list(self.session.facts.findings.values()))

    def order(self, row: ReviewedFinding) -> Any:
        return order(row)

    def _node_name(self, item: ReviewedFinding) -> str:
        return self.session.facts.node_name(item.finding.node) if self.session else item.finding.node

    def _marks(self, item: ReviewedFinding) -> str:
        node = self.session.facts.nodes.get(item.finding.node) if self.session else None
        return ", ".join(marks_of(node))

    def _state(self, item: ReviewedFinding) -> str:
        until = f" {tr('until')} {item.expires}" if item.state is State.ACCEPTED and item.expires else ""
        again = f" · {tr('ask again')}" if item.ask_again else ""
        waits = item.state is State.OPEN and self._is_proposed(item)
        return f"{item.state.value}{until}{again}{' · ' + tr('proposed') if waits else ''}"

    def _is_proposed(self, item: ReviewedFinding) -> bool:
        """Whether something may be adopted for it."""
        return self.session is not None and bool(self.session.proposals.standing("finding", item.finding.id))

    @staticmethod
    def _why(item: ReviewedFinding) -> str:
        return item.because or item.note or item.state.value

    def _spoken(self, item: ReviewedFinding) -> str:
        found = item.finding
        return (
            f"{found.severity.value}, {self._state(item)}, "
            f"{shown(self._node_name(item), 200)}, {shown(found.title, 200)}"
        )

    def head(self, visible: int, total: int) -> str:
        session = self.session
        if not total and session is not None and session.outcome:
            return tr("No findings known: the scan is incomplete")
        if visible == total:
            return tr("{0} findings").format(f"{total:,}")
        return tr("{0} of {1} findings").format(f"{visible:,}", f"{total:,}")

    def nothing(self, total: int) -> str:
        session = self.session
        if total or session is None or session.phase is not Phase.READY or session.outcome:
            return super().nothing(total)
        files = session.facts.coverage.get("files") or 0
        if not files:
            return tr("There are no files here that could be judged.")
        said = tr("The rules of this program found nothing in {0}.").format(count(files, "file", "files"))
        return f"{said} {tr('What was not analysed, nobody judged.')}" if session.facts.gaps else said

    def _asked(self) -> tuple[Query, bool | None] | None:
        """The filter that was typed, and whether proposed findings are asked for (None: either); None where
        there is no filter, or none that can be read."""
        text = self.filter.text().strip()
        if not text or self.session is None:
            self._say("")
            return None
        from inspector.review import query

        try:
            text, proposed = without_proposed(text)
            asked = query.parse(text)
        except InspectorError as error:
            self._say(shown(error))
            return None
        self._say("")
        return asked, proposed

    def passing(self) -> Callable[[Sequence[Any]], list[int]] | None:
        filtered = self._asked()
        if filtered is None:
            return None
        asked, proposed = filtered

        def places(items: Sequence[ReviewedFinding]) -> list[int]:
            rows = [self._row(item) for item in items]
            chosen = {id(row) for row in asked.select(rows)}
            return [
                place
                for place, (row, item) in enumerate(zip(rows, items))
                if id(row) in chosen and proposed in (None, self._is_proposed(item))
            ]

        return places

    def _row(self, item: ReviewedFinding) -> Row:
        node = self.session.facts.nodes.get(item.finding.node) if self.session else None
        row = self._made_ready.get(item.finding.id)
        if row is not None and row.finding is item and row.node is node:
            return row
        from inspector.review.query import row_of

        made = self._made_ready[item.finding.id] = row_of(item, node)
        return made

    def _ahead_of_time(self) -> Iterator[None]:
        yield from super()._ahead_of_time()
        for number, item in enumerate(list(self._all)):
            self._row(item)
            if number % 50 == 49:
                yield

    def toggle_term(self, term: str, on: bool) -> None:
        """A chip writes its term into the filter, or takes it out again."""
        from inspector.review import query

        key, _, value = term.partition(":")
        try:
            if query.has_term(self.filter.text(), key, value) != on:
                self.filter.setText(query.with_term(self.filter.text(), key, value))
        except InspectorError:
            self.filter.setText(term if on else "")
        self.refilter()

    def _mark_chips(self) -> None:
        text = self.filter.text()
        if not text:
            for chip in self.chips.values():
                chip.setChecked(False)
            return
        from inspector.review import query

        for term, chip in self.chips.items():
            key, _, value = term.partition(":")
            chip.setChecked(query.has_term(text, key, value))

    def _say(self, text: str) -> None:
        """A filter that cannot be read is said, and filters nothing."""
        if text == self.remark.text():
            return
        self.remark.setText(text)
        self.remark.setVisible(bool(text))
        self.filter.setProperty("wrong", "true" if text else "false")
        self.filter.style().polish(self.filter)

    def _decided(self, ids: list[str]) -> None:
        """A decided row stays where it is until the next filtering, so that the eye keeps its place."""
        if self.session is None:
            return
        findings = self.session.facts.findings
        self.rows.replace(findings[key] for key in ids if key in findings)
        self._all = list(findings.values())
        self._forget_order()

    def _show(self, found: list[Any]) -> None:
        """Rows that went and came back, as a scan tells them anew, find the reviewer's place again."""
        super()._show(found)
        wanted = self.selection.finding
        if wanted and self.rows.place(wanted) >= 0:
            self.table.select_key(wanted, self.selection.findings)

    def _chosen(self, key: str, keys: tuple[str, ...]) -> None:
        item = self.session.facts.findings.get(key) if self.session else None
        if item is not None:
            self.selection.select_finding(key, item.finding.node, keys)

    def _follow(self, key: str) -> None:
        if key and key != self.table.current_key():
            self.table.select_key(key)

    def step(self, by: int) -> None:
        """The next or previous finding, also while another tab is shown."""
        self.table.step(by)


def without_proposed(text: str) -> tuple[str, bool | None]:
    """A filter without its ``proposed:yes`` and ``proposed:no``, and which was asked for: None for neither.
    Both together are alternatives, as for every other key. UnreadableInput for any other value."""
    from inspector.review import query

    asked, kept = set(), []
    for token in query.tokens(text):
        if token.key != PROPOSED:
            kept.append(token.text)
        elif token.value.lower() in ("yes", "no"):
            asked.add((token.value.lower() == "yes") is not token.negated)
        else:
            raise UnreadableInput(
                tr("There is no proposed:{0}.").format(token.value), "proposed:yes, proposed:no"
            )
    if len(asked) > 1:
        return " ".join(kept), None
    return " ".join(kept), asked.pop() if asked else None
