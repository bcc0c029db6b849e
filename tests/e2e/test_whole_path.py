"""The main job on the command line: scan, decide, answer, sign, verify with openssl, gate."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / "inspector" / "gate" / "inspector_gate.py"


def run(*words, cwd=None, check=True):
    done = subprocess.run(
        [sys.executable, "-m", "inspector", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
    )
    assert "Traceback" not in done.stderr
    assert not check or done.returncode == 0, done.stderr
    return done


def gate(record, root, trust):
    return subprocess.run(
        [sys.executable, "-I", str(GATE), str(record), "--root", str(root), "--trust", str(trust)],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def signed(tmp_path_factory, sample):
    """The sample project, reviewed and signed: the folder of everything, made once for the module."""
    place = tmp_path_factory.mktemp("signed")
    os.environ["INSPECTOR_HOME"] = str(place / "home")
    shutil.copytree(sample, place / "project")
    review = place / "project.review"
    run("review", "new", place / "project", "-o", review, "--no-audit")
    shown = json.loads(run("review", "show", review, "--format", "json").stdout)
    grave = [f["id"] for f in shown["findings"] if f["severity"] in ("critical", "high")]
    because = "Only for the demonstration."
    run(
        "review",
        "decide",
        review,
        *grave,
        "--state",
        "accepted",
        "--because",
        because,
        "--expires",
        "2030-01-31",
    )
    answers = {
        q["id"]: {"answer": "no", "note": "asked on site"} for q in shown["questions"] if q["required"]
    }
    (place / "answers.json").write_text(json.dumps(answers))
    run("review", "answer", review, "--from", place / "answers.json")
    (place / "pass.txt").write_text("correct horse\n")
    run("key", "new", place / "k.pem", "--passphrase-file", place / "pass.txt")
    decision = ["--decision", "approved-with-exceptions", "--valid-until", "2030-01-31"]
    by = ["--reviewer", "A. Reviewer", "--key", place / "k.pem", "--passphrase-file", place / "pass.txt"]
    run("sign", review, "-o", place / "record", *decision, *by)
    run(
        "trust",
        "add",
        place / "k.pub",
        "--name",
        "A. Reviewer",
        "--role",
        "reviewer",
        "--trust",
        place / "trust.txt",
    )
    return place


@pytest.fixture
def deployed(signed, tmp_path):
    """A copy of the tree as it would lie in production."""
    return Path(shutil.copytree(signed / "project", tmp_path / "srv"))


def answers_of(signed, root):
    """What our verification, the gate and the package's own script say of ``root``."""
    record, trust = signed / "record", signed / "trust.txt"
    ours = run("verify", record, "--root", root, "--trust", trust, check=False)
    script = subprocess.run(
        ["sh", str(record / "verify.sh"), str(signed / "k.pub"), str(root)],
        cwd=record,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ours, gate(record, root, trust), script


def test_the_untouched_tree_passes_everywhere(signed, deployed):
    ours, gated, script = answers_of(signed, deployed)
    assert (ours.returncode, gated.returncode) == (0, 0), ours.stderr + gated.stderr
    assert script.returncode == 0, script.stdout + script.stderr
    assert "A. Reviewer" in ours.stdout + ours.stderr


def change_a_byte(root):
    path = root / "models" / "reranker" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def add_a_file(root):
    (root / "models" / "extra.pkl").write_bytes(b"\x80\x04N.")


def remove_a_file(root):
    (root / "config" / "finetune.yaml").unlink()


def test_a_name_that_would_paint_the_terminal_is_shown_escaped(signed, deployed):
    (deployed / "\x1b[31m\u202egnp.pkl").write_bytes(b"x")
    for done in answers_of(signed, deployed):
        assert done.returncode == 1
        assert "\x1b" not in done.stderr and "\u202e" not in done.stderr
        assert "gnp.pkl" in done.stderr


@pytest.mark.parametrize("harm", [change_a_byte, add_a_file, remove_a_file])
def test_one_change_is_refused_everywhere(signed, deployed, harm):
    harm(deployed)
    ours, gated, script = answers_of(signed, deployed)
    assert (ours.returncode, gated.returncode) == (1, 1)
    assert "refused:" in ours.stderr and "refused:" in gated.stderr
    assert script.returncode != 0


def test_an_edited_record_is_refused_everywhere(signed, deployed, tmp_path):
    record = Path(shutil.copytree(signed / "record", tmp_path / "record"))
    envelope_path = record / "review-record.dsse.json"
    envelope = json.loads(envelope_path.read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["predicate"]["decision"] = "approved"
    envelope["payload"] = base64.b64encode(
        json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).decode()
    envelope_path.write_text(json.dumps(envelope))
    assert (
        run("verify", record, "--root", deployed, "--trust", signed / "trust.txt", check=False).returncode
        == 1
    )
    assert gate(record, deployed, signed / "trust.txt").returncode == 1


def test_an_untrusted_key_is_refused(signed, deployed, tmp_path):
    empty = tmp_path / "trust.txt"
    empty.write_text("")
    assert run("verify", signed / "record", "--root", deployed, "--trust", empty, check=False).returncode == 1
    assert gate(signed / "record", deployed, empty).returncode == 1


def test_a_wrong_passphrase_is_a_sentence_and_writes_nothing(signed, tmp_path):
    (tmp_path / "pass.txt").write_text("wrong\n")
    decision = ["--decision", "rejected", "--valid-until", "2030-01-31"]
    by = ["--reviewer", "A", "--key", signed / "k.pem", "--passphrase-file", tmp_path / "pass.txt"]
    done = run("sign", signed / "project.review", "-o", tmp_path / "out", *decision, *by, check=False)
    assert done.returncode == 2 and "passphrase" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's programs are not installed")
def test_the_pdf_is_a_report_that_names_the_record_and_holds_it(signed, tmp_path):
    report = signed / "record" / "review-report.pdf"
    envelope = signed / "record" / "review-record.dsse.json"
    out = tmp_path / "attached.json"
    subprocess.run(["pdfdetach", "-save", "1", "-o", out, report], check=True, timeout=60)
    assert out.read_bytes() == envelope.read_bytes()
    text = subprocess.run(["pdftotext", report, "-"], capture_output=True, text=True, timeout=60).stdout
    statement = json.loads(base64.b64decode(json.loads(envelope.read_text())["payload"]))
    assert statement["predicate"]["recordId"] in text
    assert statement["predicate"]["reviewers"][0]["keyid"] in text
    assert 2 <= text.count("\f") <= 6
    for words in ("Approved with exceptions", "Not in scope", "Valid until", "Checklist", "How to verify"):
        assert words in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's programs are not installed")
def test_no_ligature_hides_a_digest_in_the_pdf(tmp_path):
    from inspector.gui.pictures import record_pdf
    from inspector.record.exports import html_report
    from inspector.record.exports.interface import Facts
    from inspector.record.interface import SignOff

    keyid = "ff" * 32
    sign_off = SignOff("approved", "Ana", "2026-05-28T20:26:40Z", "2999-12-31T23:59:59Z", keyid, 7)
    record_id = "urn:uuid:ffffffff-ffff-4fff-8fff-ffffffffffff"
    facts = Facts("office", record_id, {}, (), (), (), (), sign_off)
    (tmp_path / "report.pdf").write_bytes(record_pdf(html_report.write(facts), b"{}"))
    text = subprocess.run(
        ["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, timeout=60
    ).stdout
    assert record_id in text and keyid in text and "office" in text
