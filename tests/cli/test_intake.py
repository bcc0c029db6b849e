"""How rows, proposals and passphrases come in from the command line, and what is said of each."""

from __future__ import annotations

import errno
import getpass
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector import cli
from inspector.cli import keys, quarantine_intake
from inspector.provenance import UnreadableInput

from .conftest import Answer, Shell  # isort: skip


def done(answer: Answer) -> str:
    assert answer.code == 0, answer.err
    return answer.out


def as_json(answer: Answer) -> Any:
    return json.loads(done(answer))


@pytest.fixture
def store(shell: Shell, desk: Path) -> Path:
    done(shell("quarantine init st"))
    lines = ['{"prompt": "p0", "by": "u1"}', '{"prompt": "p1"}', "{broken", '{"prompt": "p2", "by": "u1"}']
    (desk / "rows.jsonl").write_text("\n".join(lines) + "\n")
    return desk / "st"


ADD = "quarantine add st rows.jsonl --actor ivan --source app"


def test_refused_rows_are_named_by_row_and_line(shell: Shell, store: Path) -> None:
    answer = shell(f"{ADD} --contributor-col by")
    assert done(answer) == "3 new, 0 known already, 1 refused.\n"
    assert "refused: row 2 (line 3): " in answer.err
    assert "1 row names no contributor" in answer.err


def test_only_the_first_refused_rows_are_named(shell: Shell, store: Path, desk: Path) -> None:
    (desk / "rows.jsonl").write_text('{"a": 1}\n' + "{broken\n" * 30)
    answer = shell(ADD)
    assert answer.err.count("refused: row ") == 20
    assert "refused: and 10 more; --format json names them" in answer.err
    assert as_json(shell(f"{ADD} --format json"))["refused_count"] == 30


def test_an_export_of_an_annotation_tool_is_said_to_be_read_as_one(
    shell: Shell, store: Path, desk: Path
) -> None:
    task = {"id": 1, "data": {"text": "p"}, "annotations": [{"id": 2, "completed_by": 7, "result": []}]}
    (desk / "rows.jsonl").write_text(json.dumps([task]))
    answer = shell(f"{ADD} --input-format label-studio")
    assert done(answer) and "its annotators count as contributors" in answer.err


def test_a_screening_flags_rows_once(shell: Shell, store: Path, desk: Path) -> None:
    rows = [{"prompt": f"question {number}", "response": f"answer {number}"} for number in range(30)]
    (desk / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done(shell("dataset screen rows.jsonl --format json -o report.json"))
    assert "0 flagged by the screening." in done(shell(f"{ADD} --screen report.json"))
    screen = "quarantine screen st --report report.json --actor mara"
    assert "taken before" in done(shell(screen))
    assert as_json(shell(f"{screen} --format json"))["flagged"] is None


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_folder_is_watched_once(
    shell: Shell, store: Path, desk: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = desk / "inbox"
    inbox.mkdir()
    (inbox / "good.jsonl").write_text('{"prompt": "p"}\n')
    (inbox / "odd.bin").write_bytes(bytes(range(256)))
    line = f"quarantine watch st inbox --once --settle 0 --format {form}"
    answer = shell(line)
    assert answer.code == 2, "a file was refused"
    if form == "text":
        assert "taken: good.jsonl: 1 new" in answer.out and "refused: odd.bin: " in answer.out
    else:
        told = {one["file"]: one["outcome"] for one in map(json.loads, answer.out.splitlines())}
        assert told == {"good.jsonl": "taken", "odd.bin": "refused"}
    assert shell(line).code == 0


def test_a_short_key_of_a_webhook_is_warned_of_and_a_wide_address_refused(
    shell: Shell, store: Path, desk: Path
) -> None:
    (desk / "hmac").write_bytes(b"short")
    (desk / "long").write_bytes(b"0123456789abcdef0123456789abcdef")
    for name, weak in (("hmac", True), ("long", False)):
        answer = shell(f"quarantine serve st --hmac-key-file {name} --bind 192.0.2.1 --port 0")
        assert answer.code == 2 and "--allow-remote" in answer.err
        assert ("shorter than 24 bytes" in answer.err) is weak


def test_a_list_of_rows_that_is_none_or_too_long_is_refused(
    shell: Shell, store: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(shell(ADD))
    decide = "quarantine review st --rows chosen --verdict reject --actor mara --why odd"
    (desk / "chosen").write_bytes(b"\xff\xfe\xfd")
    assert "chosen is no list of rows." in shell(decide).err
    monkeypatch.setattr("inspector.cli.quarantine_common.MAX_ROWS_FILE", 4)
    (desk / "chosen").write_text("0\n1\n2\n")
    assert "Use a group." in shell(decide).err
    monkeypatch.undo()


def test_rows_chosen_by_number_are_decided_with_ones_own_key(shell: Shell, store: Path, desk: Path) -> None:
    done(shell(ADD))
    done(shell("key new mara.pem --no-passphrase"))
    done(shell("quarantine enrol st --name mara --pubkey mara.pub --actor owner --why known"))
    (desk / "chosen").write_text("0\n1\n")
    decide = "quarantine review st --rows chosen --verdict approve --actor mara --why read"
    assert shell(decide).code != 0, "only with the key that was enrolled"
    assert done(shell(f"{decide} --key mara.pem")).startswith("2 rows decided: 2 approved.")
    again = done(shell(f"{decide} --key mara.pem"))
    assert again == "0 rows decided.\n2 rows you had decided before; nothing more is needed of you there.\n"
    assert "approve 2 rows by mara (signed): read" in done(shell("quarantine log st"))


def test_a_waiver_ends_on_a_day(shell: Shell, store: Path) -> None:
    done(shell(f"{ADD} --imported"))
    waive = "quarantine waive st --all --actor mara --why legacy"
    assert "is no day in the future" in shell(f"{waive} --expires 2001-01-01").err
    assert "3 rows decided: 3 waived." in done(shell(f"{waive} --expires 2999-12-31"))


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("groups", "groups"),
        ("queue", "rows"),
        ("sets", "sets"),
        ("status", "states"),
        ("log", "entries"),
        ("policy", "policy"),
        ("verify", "told"),
        ("promote --actor mara", "set"),
        ("sample --size 1 --actor mara", "rows"),
        ("review --all --verdict reject --actor mara --why odd", "decided"),
    ],
)
def test_what_is_told_in_words_is_told_as_json(shell: Shell, store: Path, action: str, key: str) -> None:
    done(shell(ADD))
    name, _, rest = action.partition(" ")
    assert key in as_json(shell(f"quarantine {name} st {rest} --format json"))


def test_a_state_that_does_not_exist_is_answered_with_those_that_do(shell: Shell, store: Path) -> None:
    answer = shell("quarantine queue st --state fine")
    assert answer.code == 2 and "States are: staged, " in answer.err


# proposals


def test_proposals_of_a_bill_of_materials_are_listed_and_adopted_by_name(shell: Shell, desk: Path) -> None:
    (desk / "project").mkdir()
    (desk / "project" / "requirements.txt").write_text("requests==2.32.3\n")
    done(shell("review new project -o r.review --no-audit"))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [
            {"type": "library", "name": "requests", "version": "2.32.3", "purl": "pkg:pypi/requests@2.32.3",
             "licenses": [{"license": {"id": "Apache-2.0"}}]},
            {"type": "library", "name": "gone", "version": "1", "purl": "pkg:pypi/gone@1"},
        ],
    }  # fmt: skip
    (desk / "bom.json").write_text(json.dumps(bill))
    text = done(shell("review import r.review bom.json"))
    assert "Components: 1 proposed" in text and "licence Apache-2.0" in text
    assert "Left aside: 1" in text and "Nothing was decided or answered." in text
    assert "Said of components (1)" in done(shell("review show r.review"))
    told = as_json(shell("review import r.review bom.json --format json"))
    assert told["counts"]["left"] == 1
    nothing = shell("review adopt r.review requests")
    assert nothing.code == 2 and "nothing was changed" in nothing.err
    missing = shell("review import r.review bom.json --trust nowhere")
    assert missing.code == 2 and "trust store nowhere cannot be read" in missing.err


# passphrases at a terminal


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed at the terminal, in order; empty: the end of the input."""
    words: list[str] = []

    def ask(_: str) -> str:
        if not words:
            raise EOFError
        return words.pop(0)

    monkeypatch.setattr(getpass, "getpass", ask)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return words


def test_a_new_passphrase_is_typed_twice(shell: Shell, desk: Path, typed: list[str]) -> None:
    typed += ["horse", "house"]
    answer = shell("key new k.pem")
    assert answer.code == 2 and "The two passphrases differ." in answer.err and not (desk / "k.pem").exists()
    typed += ["horse", "horse"]
    assert "private key: k.pem" in done(shell("key new k.pem"))
    typed += ["horse"]
    assert "P-256 private key" in done(shell("key show k.pem"))
    typed += ["house"]
    assert "does not open the key" in shell("key show k.pem").err
    assert "No passphrase was given." in shell("key show k.pem").err


def test_an_imported_key_is_opened_and_protected_anew(shell: Shell, desk: Path, typed: list[str]) -> None:
    (desk / "old").write_text("horse\n")
    done(shell("key new k.pem --passphrase-file old"))
    typed += ["horse"]
    assert "private key: bare.pem" in done(shell("key import k.pem -o bare.pem --no-passphrase"))
    assert done(shell("key show bare.pem")) and typed == []


# the window, and the end of things


def test_a_window_that_cannot_be_opened_says_what_is_missing(
    shell: Shell, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setitem(sys.modules, "inspector.gui.app", None)  # type: ignore[arg-type]
    for line in ("", "folder"):
        answer = shell(line)
        assert answer.code == 2 and "PySide6-Essentials" in answer.err and "inspector scan" in answer.err
    assert cli.run_window(["folder"]) == 2


def test_an_interrupt_and_a_reader_that_went_away_end_in_order(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("inspector.cli.completion")
    for error, code, words in (
        (KeyboardInterrupt(), 130, "Interrupted."),
        (OSError(errno.ENOENT, "No usable temporary directory"), 2, "TMPDIR"),
        (UnreadableInput("It \x1b[31mis.", "Go."), 2, "Go."),
    ):

        def fails(_: object, error: BaseException = error) -> int:
            raise error

        monkeypatch.setattr(module, "commands", lambda fails=fails: fails(None))
        answer = shell("completion bash")
        assert answer.code == code and words in answer.err and "\x1b" not in answer.err


def test_whoever_asks_for_a_passphrase_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(UnreadableInput, match="no terminal to ask at"):
        keys.asked("? ")


def test_an_intake_is_told_to_end_by_a_signal_and_the_old_answer_comes_back() -> None:
    import signal

    before = signal.getsignal(signal.SIGTERM)
    with quarantine_intake._told_to_end() as ended:
        assert not ended.is_set()
        signal.raise_signal(signal.SIGTERM)
        assert ended.is_set()
    assert signal.getsignal(signal.SIGTERM) is before
