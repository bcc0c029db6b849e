"""The printed report: PDF/A-1b where nothing is attached, and no such claim where the record is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from inspector.gui import pictures

HTML = "<h1>Review of naïve 模型</h1><p>Rejected</p>".encode()


def test_a_report_without_attachment_declares_pdf_a(tmp_path: Path) -> None:
    made = pictures._pdf(HTML, "Review", None)
    assert re.search(rb'pdfaid:part="1"\s+pdfaid:conformance="B"', made)
    assert b"/OutputIntents" in made and b"/EmbeddedFile" not in made
    if shutil.which("pdftotext"):
        path = tmp_path / "report.pdf"
        path.write_bytes(made)
        words = ["pdftotext", str(path), "-"]
        said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
        assert "Rejected" in said and "naïve" in said


def test_a_report_with_the_record_in_it_claims_no_pdf_a() -> None:
    """PDF/A-1 allows no attachment (ISO 19005-1, 6.1.7), and Qt writes none of the later parts."""
    made = pictures.record_pdf(HTML, b'{"payload": "x"}')
    assert b"/EmbeddedFile" in made
    assert b"pdfaid:part=" not in made
