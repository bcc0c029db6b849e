"""key, trust, sign, countersign and verify as a shell calls them: options, output, exit codes."""

from __future__ import annotations

import argparse
import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import keys, sign, verify
from inspector.provenance import InspectorError, Refused

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs one command line in an empty home; gives exit code, standard output and standard error."""
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("INSPECTOR_PASSPHRASE", raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser(prog="inspector")
    commands = parser.add_subparsers(required=True)
    for module in (keys, sign, verify):
        module.register(commands)

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            arguments = parser.parse_args([str(word) for word in words])
            code = arguments.run(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        except InspectorError as error:
            said = capsys.readouterr()
            word = f"refused: {error.code}: " if isinstance(error, Refused) else ""
            return error.exit_code, said.out, f"{said.err}{word}{error}"
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_from_key_to_verified_record(shell: Shell, real_review: Path, project: Path, tmp_path: Path) -> None:
    assert shell("key", "new", "me.pem", "--no-passphrase")[0] == 0
    assert stat.S_IMODE((tmp_path / "me.pem").stat().st_mode) == 0o600
    store = ("--trust", "trust.txt")
    assert shell("trust", "add", "me.pub", "--name", "Ana S", "--role", "reviewer,lead", *store)[0] == 0
    common = ("--key", "me.pem", "--reviewer", "Ana S", "--valid-until", "2999-12-31")
    code, _, said = shell("sign", real_review, *common, "-o", "out", "--decision", "approved")
    assert code == 1 and "refused: accepted-findings: " in said
    assert not (tmp_path / "out").exists()
    options = ("-o", "out", "--decision", "approved-with-exceptions", "--zip", "out.zip")
    code, out, said = shell("sign", real_review, *common, *options)
    assert code == 0, said
    assert "sha256:" in out
    for record in ("out", "out/review-record.dsse.json", "out/review-record.sigstore.json", "out.zip"):
        code, out, said = shell("verify", record, "--root", project, *store, "--project", "assistant")
        assert code == 0, said
        assert "signed by Ana S (reviewer, lead)" in out
    (project / "app.py").write_text("x")
    code, _, said = shell("verify", "out", "--root", project, *store)
    assert code == 1 and "refused: changed: " in said


def test_a_second_person_on_the_command_line(
    shell: Shell, real_review: Path, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "pass").write_text("correct horse\n")
    shell("key", "new", "one.pem", "--no-passphrase")
    shell("key", "new", "two.pem", "--passphrase-file", "pass")
    for name in ("one", "two"):
        shell("trust", "add", f"{name}.pub", "--name", name, "--role", name, "--trust", "trust.txt")
    options = ("--decision", "deferred", "--reviewer", "one", "--valid-until", "2999-12-31", "-o", "out")
    assert shell("sign", real_review, "--key", "one.pem", *options)[0] == 0
    code, out, _ = shell(
        "countersign",
        "out",
        "--key",
        "two.pem",
        "--passphrase-file",
        "pass",
        "--name",
        "two",
        "--role",
        "two",
    )
    assert code == 0 and "countersignature-" in out
    code, _, said = shell("verify", "out", "--trust", "trust.txt", "--require", "2")
    assert code == 1 and "refused: not-approved: " in said


def test_the_wrong_passphrase_and_no_terminal(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "right").write_text("right")
    (tmp_path / "wrong").write_text("wrong")
    assert shell("key", "new", "me.pem", "--passphrase-file", "right")[0] == 0
    code, _, said = shell("key", "show", "me.pem", "--passphrase-file", "wrong")
    assert code == 2 and "does not open" in said
    code, _, said = shell("key", "show", "me.pem")
    assert code == 2 and "no terminal" in said
    monkeypatch.setenv("INSPECTOR_PASSPHRASE", "right")
    code, out, _ = shell("key", "show", "me.pem")
    assert (
        code == 0 and "P-256 private key" in out and "BEGIN PUBLIC KEY" in out and "PRIVATE KEY--" not in out
    )


def test_keys_of_a_name_live_in_the_folder_of_keys(shell: Shell, tmp_path: Path) -> None:
    assert shell("key", "list")[:2] == (0, "")
    assert shell("key", "new", "work", "--no-passphrase")[0] == 0
    code, out, _ = shell("key", "list")
    assert code == 0 and out.startswith("work\tP-256\t")
    assert list(tmp_path.glob("home/**/work.pem"))


def test_a_key_of_another_program_is_imported(shell: Shell, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    raw = made.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())
    (tmp_path / "id_ed25519").write_bytes(raw)
    assert shell("key", "import", "id_ed25519", "-o", "mine.pem", "--no-passphrase")[0] == 0
    code, out, _ = shell("key", "show", "mine.pub")
    spki = made.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    assert code == 0 and out.startswith("Ed25519 public key") and hashlib.sha256(spki).hexdigest() in out


def test_the_trust_store_from_the_command_line(shell: Shell, tmp_path: Path) -> None:
    shell("key", "new", "me.pem", "--no-passphrase")
    store = ("--trust", "trust.txt")
    code, _, said = shell("trust", "list", *store)
    assert code == 0 and "nobody's signature counts" in said
    options = ("--valid-after", "2026-01-01", "--valid-before", "2027-01-01T00:00:00Z")
    assert shell("trust", "add", "me.pub", "--name", "Ana", "--role", "reviewer", *options, *store)[0] == 0
    (entry,) = json.loads(shell("trust", "list", "--format", "json", *store)[1])
    assert (entry["principal"], entry["roles"], entry["kind"]) == ("Ana", ["reviewer"], "P-256")
    assert entry["valid_before"] == "2027-01-01T00:00:00Z"
    assert (
        shell("trust", "revoke", entry["keyid"], "--reason", "superseded", "--at", "2026-06-01", *store)[0]
        == 0
    )
    assert "revoked: superseded at 2026-06-01T00:00:00Z" in shell("trust", "list", *store)[1]
    assert shell("trust", "revoke", entry["keyid"], "--reason", "compromised", *store)[0] == 0
    assert shell("trust", "remove", entry["keyid"], *store)[0] == 0
    assert shell("trust", "remove", entry["keyid"], *store)[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "nowhere", "--trust", "trust.txt"),
        ("verify",),
        ("key", "new", "me.pem", "--no-passphrase", "--passphrase-file", "x"),
        ("trust", "add", "nowhere.pub", "--name", "x", "--role", "y"),
        ("sign", "nowhere.review", "--key", "k", "-o", "o", "--decision", "approved", "--reviewer", "x"),
        ("trust", "revoke", "00", "--reason", "lost"),
    ],
)
def test_wrong_usage_is_exit_code_2(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "trust.txt").write_text("")
    assert shell(*words)[0] == 2


def test_verify_tells_every_check_in_words_and_as_json(
    shell: Shell, sign: Any, project: Path, trust_file: Path
) -> None:
    package = sign()
    code, out, said = shell("verify", package, "--root", project, "--trust", trust_file, "--format", "json")
    value = json.loads(out)
    assert code == 0 and value["ok"] and value["record"]["decision"] == "approved"
    assert said == "warning: left-out: Not reviewed (version-control): .git.\n"
    code, out, said = shell("verify", package, "--trust", trust_file, "--report", "report.json")
    assert code == 0 and "warning: no-root: " in said and "passed  signature: " in out
    assert json.loads(Path("report.json").read_text())["ok"] is True


def test_nobody_is_trusted_where_there_is_no_store(shell: Shell, sign: Any) -> None:
    code, _, said = shell("verify", sign())
    assert code == 1 and "refused: signature: The trust store is empty" in said


def test_a_key_is_shown_and_trusted_by_the_name_that_list_gives(shell: Shell) -> None:
    keyid = shell("key", "new", "ana", "--no-passphrase")[1].split()[-1]
    assert keyid in shell("key", "list")[1]
    assert keyid in shell("key", "show", "ana")[1]
    assert shell("trust", "add", "ana", "--name", "Ana", "--role", "lead", "--trust", "t.txt")[0] == 0


def test_one_passphrase_file_opens_the_imported_key_and_protects_the_copy(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "pass").write_text("correct horse\n")
    shell("key", "new", "one.pem", "--passphrase-file", "pass")
    code, _, said = shell("key", "import", "one.pem", "-o", "two.pem", "--passphrase-file", "pass")
    assert code == 0, said
    assert "ENCRYPTED" in (tmp_path / "two.pem").read_text()


def test_a_time_for_a_compromised_key_is_said_to_be_left_aside(shell: Shell) -> None:
    keyid = shell("key", "new", "one.pem", "--no-passphrase")[1].split()[-1]
    shell("trust", "add", "one.pub", "--name", "Ana", "--role", "lead", "--trust", "t.txt")
    words = ("--reason", "compromised", "--at", "2026-01-01", "--trust", "t.txt")
    code, _, said = shell("trust", "revoke", keyid, *words)
    assert code == 0 and "--at was left aside" in said


@pytest.mark.parametrize("number", ["0", "65", "-1", "two", "1.0"])
def test_require_takes_a_number_of_persons_that_can_be(shell: Shell, number: str) -> None:
    code, _, said = shell("verify", "x", f"--require={number}")
    assert code == 2 and f"{number} is no number from 1 to 64" in said


def test_a_second_person_has_a_role(shell: Shell, sign: Any, tmp_path: Path) -> None:
    shell("key", "new", "two.pem", "--no-passphrase")
    package = sign()
    code, _, said = shell("countersign", package, "--key", "two.pem", "--name", "Bo", "--role", " ")
    assert code == 2 and "needs the role" in said
    assert not list(package.glob("countersignature-*"))


def test_what_is_no_key_beside_the_keys_stops_no_countersignature(shell: Shell, sign: Any) -> None:
    shell("key", "new", "two.pem", "--no-passphrase")
    package = sign()
    (package / "keys" / "000.pub").write_text("garbage")
    code, _, said = shell("countersign", package, "--key", "two.pem", "--name", "Bo", "--role", "lead")
    assert code == 0, said


def test_a_report_that_cannot_be_written_is_a_sentence(shell: Shell, sign: Any, tmp_path: Path) -> None:
    code, _, said = shell("verify", sign(), "--report", tmp_path / "none" / "report.json")
    assert code == 2 and "cannot be written: No such file" in said and "Errno" not in said
