"""A review painted without a window: the story view as a picture, the report as PDF."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QSizeF, QUrl
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QApplication

from inspector.gui.graph import GraphPanel
from inspector.record.exports import export
from inspector.review.interface import ReviewFile

_MARGIN_MM = 16.0


def application() -> QApplication:
    """The one application object; made where there is none yet."""
    return QApplication.instance() or QApplication(sys.argv[:1])


def story_picture(review: ReviewFile, path: Path, form: str) -> None:
    """Writes the story view of ``review`` to ``path`` as svg, png or pdf, at its full extent."""
    application()
    panel = GraphPanel()
    panel.set_graph(review.nodes(), review.edges(), [item.finding for item in review.findings()])
    panel.flush()
    panel.show_view("story")
    panel.flush()
    panel.export(path, form)
    panel.deleteLater()


def report_pdf(review: ReviewFile) -> bytes:
    """The report of a review that nobody has signed yet, as an A4 PDF."""
    return _pdf(export("html", review), f"Review of {review.project}", None)


def record_pdf(report_html: bytes, record: bytes) -> bytes:
    """The report of a signed record as an A4 PDF, with the record attached to it."""
    return _pdf(report_html, "Review record", record)


def _pdf(report_html: bytes, title: str, record: bytes | None) -> bytes:
    """The HTML is our own and everything of the target in it is escaped; the document below may still
    load nothing, so that not even a defect there could reach a file or a network."""
    application()
    document = _ClosedDocument()
    document.setDefaultFont(QFont("DejaVu Sans", 9))
    document.setHtml(report_html.decode("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        writer = QPdfWriter(str(path))
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM), QPageLayout.Unit.Millimeter
        )
        writer.setTitle(title)
        if record is None:
            writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_A1b)  # which may hold no attachment
        else:
            writer.addFileAttachment("review-record.dsse.json", QByteArray(record), "application/json")
        # With a page size of its own the document is printed as it is; else Qt adds a second margin.
        document.documentLayout().setPaintDevice(writer)
        document.setDocumentMargin(0)
        document.setPageSize(QSizeF(writer.width(), writer.height()))
        document.print_(writer)
        del writer
        return path.read_bytes()


class _ClosedDocument(QTextDocument):
    """A text document that loads no image, style sheet or file, wherever its HTML points."""

    def loadResource(self, _kind: int, _name: QUrl) -> None:
        return None
