"""The signature in the printed report: made with pyHanko where it is, judged by poppler and openssl."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import run
from inspector.provenance import UnreadableInput
from inspector.record import pades, trust
from inspector.record.keys import FileKey, save_key
from inspector.record.verify import verify_record

HAS_LIBRARY = importlib.util.find_spec("pyhanko") is not None
SIGN = ("--decision", "approved-with-exceptions", "--reviewer", "Ana Suárez", "--valid-until", "2999-12-31")


@pytest.fixture
def here(tmp_path: Path, key: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    save_key(key, tmp_path / "me.pem", None)
    return tmp_path


def test_without_the_library_nothing_is_signed_and_the_sentence_names_it(
    here: Path, real_review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [*(name for name in sys.modules if name.split(".")[0] == "pyhanko"), "pyhanko.sign.signers"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert run(["sign", str(real_review), "--key", "me.pem", "-o", "out", *SIGN, "--pades"]) == 2
    assert "pyHanko" in capsys.readouterr().err
    assert not (here / "out").exists()


def test_an_ed25519_key_signs_no_pdf() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    with pytest.raises(UnreadableInput, match="P-256"):
        pades.certificate(
            FileKey(Ed25519PrivateKey.generate()), "A", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
        )


@pytest.mark.skipif(not HAS_LIBRARY, reason="pyHanko is not installed")
def test_the_certificate_is_one_that_openssl_verifies(key: Any, tmp_path: Path) -> None:
    from cryptography import x509

    for until, year in (("2049-12-31T23:59:59Z", 2049), ("2050-01-01T00:00:00Z", 2050)):
        raw = pades.certificate(key, "Ana Suárez", "2026-01-01T00:00:00Z", until)
        made = x509.load_der_x509_certificate(raw)
        made.verify_directly_issued_by(made)
        assert made.not_valid_after_utc.year == year
        assert b"Ana Su\xc3\xa1rez" in raw
    if shutil.which("openssl"):
        (tmp_path / "made.crt").write_bytes(raw)
        words = ["openssl", "x509", "-inform", "DER", "-in", str(tmp_path / "made.crt"), "-noout", "-text"]
        said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
        assert "Digital Signature, Non Repudiation" in said


@pytest.mark.skipif(not HAS_LIBRARY, reason="pyHanko is not installed")
def test_the_report_is_signed_and_still_holds_the_record(
    here: Path, real_review: Path, key: Any, project: Path
) -> None:
    pytest.importorskip("PySide6")
    assert run(["sign", str(real_review), "--key", "me.pem", "-o", "out", *SIGN, "--pades"]) == 0
    store = here / "store.txt"
    trust.add(store, key.public, name="Ana Suárez", roles=["reviewer"])
    report = verify_record(here / "out", trust.load(store), root=project)
    assert report.ok and "report-unbound" not in [one.code for one in report.warnings]
    pdf = here / "out" / "review-report.pdf"
    assert b"/ETSI.CAdES.detached" in pdf.read_bytes()
    assert (here / "out" / "keys" / f"{key.public.keyid[:8]}.crt").is_file()
    if not (shutil.which("pdfsig") and shutil.which("pdfdetach")):
        return
    said = subprocess.run(["pdfsig", str(pdf)], capture_output=True, text=True, timeout=60).stdout
    assert "Signature is Valid." in said and "Total document signed" in said
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(here / "inside"), str(pdf)], check=True, timeout=60)
    assert (here / "inside").read_bytes() == (here / "out" / "review-record.dsse.json").read_bytes()
    (here / "spoilt.pdf").write_bytes(pdf.read_bytes().replace(b"%PDF-1.", b"%PDF-2.", 1))
    words = ["pdfsig", str(here / "spoilt.pdf")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    assert "Signature is Valid." not in said
