"""What is proposed for one finding or question, each with whose word it is and a button to adopt it.

Everything here is a document's claim and stands as plain text. Nothing is adopted but by the button or key.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.gui.proposals_told import EXPIRED
from inspector.gui.proposals_work import Offer, origin_words
from inspector.gui.texts import shown, tr
from inspector.gui.widgets import Flow, button, plain_label, spaced

MOST_OFFERS = 4  # that stand in the pane at once; `inspector review show` lists all


class ProposalPanel(QWidget):
    """``adopt_wanted`` carries the id of what it is about and the digest of the document."""

    adopt_wanted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[OfferRow] = []
        self.more = plain_label(role="sub")
        self.more.setWordWrap(True)
        self._column = QVBoxLayout(self)
        spaced(self._column, 0, 2, 0, 2, 6)
        self._column.addWidget(self.more)
        self.hide()

    def show_offers(self, offers: Sequence[Offer], word: str | None, text: str) -> None:
        """Shows ``offers``; ``word`` and ``text`` are the decision or answer that stands, with its reason or
        note: one that was taken over says so and has no button."""
        self.setVisible(bool(offers))
        listed = offers[:MOST_OFFERS]
        while len(self.rows) < len(listed):
            row = OfferRow()
            row.adopt_wanted.connect(self.adopt_wanted)
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(listed))
            if number < len(listed):
                row.show_offer(listed[number], listed[number].is_adopted(word, text))
        self.more.setVisible(len(offers) > MOST_OFFERS)
        self.more.setText(tr("and {0} more").format(len(offers) - MOST_OFFERS))


class OfferRow(QWidget):
    """One proposal. Its button stays in its place, so that the keyboard never loses it."""

    adopt_wanted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.offer: Offer | None = None
        self.text = Flow(name=tr("Proposal"))
        self.remark = plain_label(role="sub")
        self.remark.setWordWrap(True)
        self.adopt = button(tr("Adopt"))
        column = QVBoxLayout(self)
        spaced(column, 10, 8, 10, 8, 6)
        column.addWidget(self.text)
        column.addWidget(self.remark)
        column.addWidget(self.adopt, 0, Qt.AlignmentFlag.AlignLeft)
        self.adopt.clicked.connect(self._clicked)

    def show_offer(self, offer: Offer, adopted: bool) -> None:
        self.offer = offer
        origin = origin_words(offer.origin)
        until = f" {tr('until')} {shown(offer.expires, 20)}" if offer.expires else ""
        owner = f", {shown(offer.owner, 80)}" if offer.owner else ""
        lines = [tr("Proposed by {0}:").format(origin), f"{shown(offer.word, 30)}{until}{owner}"]
        if offer.text:
            lines.append(tr("“{0}”").format(shown(offer.text, 700)))
        self.text.set_text("\n".join(lines), keep_newlines=True)
        why = _why(offer, adopted)
        self.remark.setText(why)
        self.remark.setVisible(bool(why))
        self.adopt.setVisible(not offer.why and not adopted)
        self.adopt.setAccessibleName(tr("Adopt {0}, proposed by {1}").format(shown(offer.word, 30), origin))
        self.adopt.setToolTip(tr("Makes it your own decision; its reason says where it came from.  (A)"))

    def _clicked(self) -> None:
        if self.offer is not None:
            self.adopt_wanted.emit(self.offer.key, self.offer.digest)


def _why(offer: Offer, adopted: bool) -> str:
    if adopted:
        return tr("Adopted.")
    if offer.why == EXPIRED:
        return tr("It no longer applies: its date has passed.")
    if offer.why:
        return tr("It no longer applies: the evidence changed since it was taken.")
    return ""
