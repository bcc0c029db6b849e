"""What is painted without a window: the report as PDF, the story as a picture."""

import shutil
import struct
import subprocess
import sys

import pytest


def run(*words):
    done = subprocess.run(
        [sys.executable, "-m", "inspector", *map(str, words)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def review(tmp_path_factory, sample):
    path = tmp_path_factory.mktemp("painted") / "sample.review"
    run("review", "new", sample, "-o", path, "--no-audit")
    return path


def test_the_report_is_a_pdf_whose_text_can_be_read(review, tmp_path):
    run("export", review, "--format", "pdf", "-o", tmp_path / "report.pdf")
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert 2 <= content.count(b"/Type /Page\n") <= 6
    if shutil.which("pdftotext"):
        words = ["pdftotext", str(tmp_path / "report.pdf"), "-"]
        text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert "spam_filter.pkl" in text and "Not signed" in text


def test_the_record_travels_inside_the_report_of_a_signed_review():
    from inspector.gui.pictures import record_pdf

    content = record_pdf(b"<h1>Review</h1><p>Text</p>", b'{"payload": "x"}')
    assert b"review-record.dsse.json" in content or b"/EmbeddedFile" in content
    assert b"/EmbeddedFile" not in record_pdf_without_record()


def record_pdf_without_record():
    from inspector.gui import pictures

    return pictures._pdf(b"<h1>Review</h1>", "Review", None)


def test_the_report_loads_nothing_whatever_its_html_points_to(tmp_path):
    from inspector.gui.pictures import record_pdf

    picture = tmp_path / "secret.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    content = record_pdf(f'<p>before</p><img src="file://{picture}"><p>after</p>'.encode(), b"{}")
    assert b"/Subtype /Image" not in content


def test_the_story_is_written_as_svg_with_its_labels_as_text(review, tmp_path):
    run("export", review, "--format", "svg", "-o", tmp_path / "story.svg")
    assert "spam_filter.pkl" in (tmp_path / "story.svg").read_text()


def test_the_window_is_painted_in_the_size_that_was_asked_for(review, tmp_path):
    run("screenshot", review, "--view", "findings", "--size", "1000x700", "-o", tmp_path / "shot.png")
    head = (tmp_path / "shot.png").read_bytes()[:24]
    assert struct.unpack(">II", head[16:24]) == (1000, 700)
