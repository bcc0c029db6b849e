"""The gate at its bounds: what it reads and writes, its memory of a serial, its report and its command."""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import os
import sys
from pathlib import Path

import pytest
from gate_by_hand import KEY, Record, trusted

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import Refusal, Unreadable
from inspector.record import dsse
from inspector.record.keys import PublicKey

# --- Reading and writing -----------------------------------------------------------------------------------


def test_a_file_of_a_package_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / gate.RECORD_NAME).write_bytes(b"12345")
    package = gate.FolderPackage(str(tmp_path))
    assert package.read(gate.RECORD_NAME, 5) == b"12345"
    with pytest.raises(Refusal) as caught:
        package.read(gate.RECORD_NAME, 4)
    assert caught.value.code == "too-large"
    assert package.read("none", 5) is None
    with pytest.raises(Unreadable):
        package.read(".", 5)


@pytest.mark.parametrize(("size", "taken"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_trust_store_has_a_limit(tmp_path: Path, size: int, taken: bool) -> None:
    path = tmp_path / "trust.txt"
    path.write_bytes(b"#" * size)
    if taken:
        assert gate.read_trust(str(path)) == []
        return
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        gate.read_trust(str(path))


@pytest.mark.parametrize("raw", [b"\xff", b"nobody", None])
def test_a_trust_store_that_cannot_be_read(tmp_path: Path, raw: bytes | None) -> None:
    path = tmp_path / "trust.txt"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(Unreadable):
        gate.read_trust(str(path))


def test_a_file_is_replaced_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        gate.replace_file(str(path), content)
        assert path.read_bytes() == content
    assert os.stat(path).st_mode & 0o777 == 0o644 & ~os.umask(os.umask(0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        gate.replace_file(str(path), b"half")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


def test_a_name_that_misleads_is_escaped_and_cut() -> None:
    assert gate.plain("a" * 200) == "a" * 200
    assert gate.plain("a" * 201) == "a" * 199 + "…"
    assert gate.plain("ü b") == "ü b"
    assert gate.plain("\x1b[2J\n\u202e\u200b\ue000\u2028\u2029\ud800") == (
        "\\x1b[2J\\x0a\\u202e\\u200b\\ue000\\u2028\\u2029\\ud800"
    )
    assert gate._some(["b", "a"]) == "a, b"
    assert gate._some("abcde") == "a, b, c, d, e"
    assert gate._some("abcdefg") == "a, b, c, d, e and 2 more"


# --- State -------------------------------------------------------------------------------------


def test_a_record_older_than_the_last_is_refused(record: Record, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    assert record.codes(state=state) == []
    again = record.judged(state=state)
    assert [(check.result, check.words) for check in again.checks if check.check == "serial"] == [
        ("passed", "serial 7, last seen 7")
    ]
    record.predicate["recordId"] = "r-2"
    assert record.codes(state=state) == ["older-serial"]
    record.predicate["serial"] = 6
    assert record.codes(state=state) == ["older-serial"]
    record.predicate["serial"] = 8
    assert record.codes(state=state) == []
    record.predicate["serial"] = 1
    record.predicate["project"] = {"id": "another"}
    assert record.codes(state=state) == []
    assert set(gate._read_state(state)) == {"acme/assistant", "another"}
    assert gate._read_state(state)["acme/assistant"]["serial"] == 8


def test_what_was_refused_is_not_remembered(record: Record, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    record.predicate["decision"] = "rejected"
    assert record.codes(state=str(state)) == ["not-approved"]
    assert not state.exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"projects":[1]}', '{"projects":{"a":{"serial":"1","payload_sha256":"x"}}}'),
        *(
            '{"projects":{"a":{"serial":1,"payload_sha256":2}}}',
            '{"projects":{"a":{"serial":1}}}',
            '{"projects":1}',
        ),
        '{"projects":{},"projects":{}}',
    ],
)
def test_a_damaged_state_is_no_fresh_start(record: Record, tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)
    with pytest.raises(Unreadable, match="damaged"):
        record.judged(state=str(state))
    assert state.read_text() == text


# --- The report -------------------------------------------------------------------------------------


def test_one_line_for_a_log(record: Record) -> None:
    report = record.judged()
    digest = hashlib.sha256(record.payload()).hexdigest()
    assert report.summary() == (
        "approved: acme/assistant, signed by Ana (reviewer), valid until 2026-12-31T00:00:00Z, record r-1, "
        f"sha256:{digest}"
    )
    told = report.as_json()
    assert (told["ok"], told["record"]["serial"], told["record"]["project"]) == (True, 7, "acme/assistant")
    assert told["signers"][0]["roles"] == ["reviewer"]
    record.predicate["decision"] = "rejected"
    assert record.judged().summary() == "refused"
    assert gate.Report().ok is False


def test_the_checks_stop_at_the_first_refusal(record: Record) -> None:
    record.predicate["decision"] = "rejected"
    report = record.judged()
    assert [check.check for check in report.checks] == [
        *("envelope", "signature", "schema", "critical", "trust", "project", "decision")
    ]
    assert [check.result for check in report.checks] == [*["passed"] * 5, "skipped", "failed"]
    assert gate.say(report)[0].startswith("refused: not-approved: ")


def test_another_project_is_refused(record: Record) -> None:
    assert record.codes(project="acme/assistant") == []
    assert record.codes(project="acme/other") == ["project"]


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX path")
def test_a_public_key_is_called_by_its_digest() -> None:
    key = PublicKey(KEY.public.spki)
    text = f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()}"
    assert gate.parse_trust(text)[0] == trusted(line=1)
    for worse in (
        text.replace(key.keyid, "0" * 64),
        text + " more",
        f"{text}\n{text}",
        text.replace("- -", "- x"),
    ):
        with pytest.raises(Unreadable):
            gate.parse_trust(worse)


def test_a_record_named_without_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_bytes(b"{}")
    monkeypatch.chdir(tmp_path)
    package = gate.FolderPackage("x.json")
    assert (package.record(), package.names(), package.is_whole()) == (("x.json", b"{}"), ["x.json"], False)
    (tmp_path / "x.json").unlink()
    with pytest.raises(Unreadable, match=r"There is no record x\.json"):
        package.record()


def test_a_folder_that_went_away_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / gate.RECORD_NAME).write_bytes(b"{}")
    package = gate.FolderPackage(str(folder))
    (folder / gate.RECORD_NAME).unlink()
    folder.rmdir()
    with pytest.raises(Unreadable, match="cannot be read"):
        package.names()


def test_only_a_regular_file_is_opened_and_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    with gate.open_regular(str(tmp_path / "link"), follow=True) as stream:
        assert stream.read() == b"x"
    gc.collect()
    before = len(os.listdir("/dev/fd"))
    for name in ("link", "pipe", ".", "none"):
        with pytest.raises(OSError):
            gate.open_regular(str(tmp_path / name))
    assert len(os.listdir("/dev/fd")) == before


# --- Command -------------------------------------------------------------------------------------


@pytest.fixture
def command(record: Record, tmp_path: Path) -> list[str]:
    """The arguments of a gate that lets the record pass."""
    package, root, trust = tmp_path / "package", tmp_path / "root", tmp_path / "trust.txt"
    package.mkdir()
    root.mkdir()
    (root / "model.bin").write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    record.predicate["validUntil"] = "2999-12-31T00:00:00Z"
    (package / gate.RECORD_NAME).write_bytes(dsse.envelope_bytes(dsse.sign(record.payload(), KEY)))
    key = KEY.public
    trust.write_text(f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()}\n")
    return [str(package), "--root", str(root), "--trust", str(trust)]


def test_the_command_says_yes_and_why(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert gate.main([*command, "--report", str(report)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("approved: acme/assistant, signed by Ana (reviewer)")
    assert said.out.count("\n") == 1
    assert said.err.startswith("warning: package-incomplete: ")
    assert json.loads(report.read_text())["ok"] is True
    assert gate.main([*command, "--watch-list"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [str(tmp_path / "root" / "model.bin")]


def test_the_command_says_no_and_what_to_do(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root" / "model.bin").write_bytes(b"abd")
    report = tmp_path / "report.json"
    assert gate.main([*command, "--report", str(report)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "refused: changed: Not the approved bytes, under the root: model.bin. Put back" in said.err
    assert json.loads(report.read_text())["ok"] is False


def test_the_command_says_what_it_cannot_read_or_write(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (
        [str(tmp_path / "none"), *command[1:]],
        [*command[:2], str(tmp_path / "none"), *command[3:]],
        [*command[:4], str(tmp_path / "none")],
        [*command, "--report", str(tmp_path / "none" / "report.json")],
    ):
        assert gate.main(wrong) == 2
        said = capsys.readouterr()
        assert (said.out, said.err[:7]) == ("", "error: ")


def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        gate.replace_file(str(pipe), b"text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert os.listdir(tmp_path) == ["pipe"]


def test_an_error_of_the_system_is_no_yes(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: gate.Verification) -> gate.Report:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(gate.Verification, "run", broken)
    assert gate.main(command) == 2
    assert capsys.readouterr().err == "error: [Errno 5] Input/output error\n"


def test_the_gate_is_never_run_without_a_tree_or_a_trust_store(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (command[:1] + command[3:], command[:3], command[:1], []):
        with pytest.raises(SystemExit) as caught:
            gate.main(given)
        assert caught.value.code == 2
        assert capsys.readouterr().out == ""
