"""The one selection of the window: what is selected in one place is selected in all."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """The selected node and the selected findings. Setting what is set already says nothing.

    ``finding`` is the current one, ``findings`` all that a decision would touch, the current one among
    them.
    """

    node_changed = Signal(str)
    finding_changed = Signal(str)
    findings_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.node = ""
        self.finding = ""
        self.findings: tuple[str, ...] = ()

    def select_node(self, node: str) -> None:
        if node != self.node:
            self.node = node
            self.node_changed.emit(node)

    def select_finding(self, finding: str, node: str = "", others: tuple[str, ...] = ()) -> None:
        """Selects a finding, the node that it is about, and the other findings marked with it."""
        chosen = others if finding in others else ((finding, *others) if finding else ())
        if chosen != self.findings:
            self.findings = chosen
            changed = True
        else:
            changed = False
        if finding != self.finding:
            self.finding = finding
            if node:
                self.select_node(node)
            self.finding_changed.emit(finding)
        elif node:
            self.select_node(node)
        if changed:
            self.findings_changed.emit()

    def clear(self) -> None:
        self.select_finding("")
        self.select_node("")
