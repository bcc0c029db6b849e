"""``inspector quarantine`` as other programs call it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector import cli


@pytest.fixture
def quarantine(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """Runs a command; gives its exit code, what it answered (JSON where it is), and what it told."""

    def run(*arguments: object) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = cli.run(["quarantine", *map(str, arguments)])
        said = capsys.readouterr()
        try:
            return code, json.loads(said.out), said.err
        except ValueError:
            return code, said.out, said.err

    return run


@pytest.fixture
def place(quarantine: Any, tmp_path: Path) -> Path:
    assert quarantine("init", tmp_path / "store")[0] == 0
    return tmp_path / "store"


def test_the_way_of_a_row_from_intake_to_a_set(quarantine: Any, place: Path, rows_file: Any) -> None:
    common = ("--actor", "ivan", "--source", "tickets", "--contributor-col", "user_id", "--format", "json")
    code, answer, _ = quarantine("add", place, rows_file(9), *common)
    assert (code, answer["new"], answer["duplicates"], answer["refused"]) == (0, 9, 0, [])
    code, _, told = quarantine(
        "review", place, "--all", "--verdict", "approve", "--actor", "ivan", "--why", "mine"
    )
    assert code == 1 and told.startswith("refused: four-eyes: ")
    decide = ("review", place, "--all", "--verdict", "approve", "--actor", "alice", "--why", "read")
    assert quarantine(*decide)[0] == 0
    assert quarantine(*decide)[0] == 0  # repeated: nothing is left to decide
    assert quarantine("status", place, "--format", "json")[1]["states"]["approved"] == 9
    assert quarantine("promote", place, "--actor", "alice")[0] == 0
    code, answer, _ = quarantine("promote", place, "--actor", "alice", "--format", "json")
    assert (code, answer) == (0, {"set": None})
    assert quarantine("status", place, "--format", "json")[1]["states"]["promoted"] == 9
    (made,) = (place / "sets").iterdir()
    assert len((made / "train.jsonl").read_bytes().splitlines()) == 9
    assert quarantine("verify", place)[0] == quarantine("verify", made)[0] == 0
    assert quarantine("log", place)[0] == 0
    with (made / "train.jsonl").open("ab") as file:
        file.write(b"{}\n")
    for target in (place, made):
        code, _, told = quarantine("verify", target)
        assert code == 1 and told.splitlines()[-1].startswith("refused: ")


def test_rows_are_named_by_hash_or_number_in_a_file(
    quarantine: Any, place: Path, rows_file: Any, tmp_path: Path
) -> None:
    quarantine("add", place, rows_file(5), "--actor", "ivan", "--source", "t")
    rows = quarantine("queue", place, "--format", "json")[1]["rows"]
    assert [one["row"] for one in rows] == [0, 1, 2, 3, 4]
    some = tmp_path / "some.txt"
    some.write_text(f"{rows[1]['sha256']}\n3\n" + json.dumps(rows[4]["value"]) + "\n")
    code, answer, _ = quarantine(
        "review",
        place,
        "--rows",
        some,
        "--verdict",
        "approve",
        "--actor",
        "al",
        "--why",
        "x",
        "--format",
        "json",
    )
    assert (code, answer["decided"], answer["states"]) == (0, 3, {"approved": 3})
    some.write_text("0" * 64)
    code, _, told = quarantine(
        "review", place, "--rows", some, "--verdict", "reject", "--actor", "al", "--why", "x"
    )
    assert code == 2 and "no row" in told


def test_standard_input_is_a_source(quarantine: Any, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"a":1}\nbroken\n{"a":2}\n'))
    monkeypatch.setattr("sys.stdin", stdin)
    code, answer, _ = quarantine("add", place, "-", "--actor", "ivan", "--source", "pipe", "--format", "json")
    assert (code, answer["new"], answer["refused"][0]["row"]) == (0, 2, 1)


def test_an_incomplete_source_is_exit_three_and_names_what_was_taken(
    quarantine: Any, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('[{"a":1},{"a":2}')
    code, answer, told = quarantine(
        "add", place, tmp_path / "a.json", "--actor", "ivan", "--source", "t", "--format", "json"
    )
    assert (code, answer["new"]) == (3, 2) and "broken" in told


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("promote", "--actor", "a"), ("log",)])
def test_what_is_no_store_is_a_sentence(quarantine: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    name, *rest = arguments
    code, _, told = quarantine(name, tmp_path, *rest)
    assert code == 2 and told.startswith("inspector: ") and "store" in told


def test_a_folder_with_something_in_it_becomes_no_store(quarantine: Any, tmp_path: Path, place: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    assert quarantine("init", tmp_path / "full")[0] == 2
    assert [one.name for one in (tmp_path / "full").iterdir()] == ["letter.txt"]
    assert quarantine("init", place)[0] == 2


def test_a_killed_init_is_repeated(quarantine: Any, tmp_path: Path) -> None:
    place = tmp_path / "new"
    place.mkdir()
    (place / "index.db.new").write_bytes(b"half")
    (place / "log.key").write_bytes(b"half")
    (place / "batches").mkdir()
    assert quarantine("init", place)[0] == 0
    assert quarantine("verify", place)[0] == 0


def test_decisions_signed_with_the_reviewers_own_key(
    quarantine: Any, place: Path, rows_file: Any, tmp_path: Path
) -> None:
    from inspector.record.keys import new_key, save_key

    for name in ("alice", "mallory"):
        save_key(new_key(), tmp_path / f"{name}.pem", None)
    quarantine("add", place, rows_file(4), "--actor", "ivan", "--source", "t")
    enrol = ("enrol", place, "--name", "Alice", "--pubkey", tmp_path / "alice.pub", "--actor", "owner")
    assert quarantine(*enrol, "--why", "reviewer")[0] == 0
    decide = ("review", place, "--all", "--verdict", "approve", "--actor", "alice", "--why", "read")
    assert quarantine(*decide)[0] == 1
    assert quarantine(*decide, "--key", tmp_path / "mallory.pem")[0] == 1
    assert quarantine("status", place, "--format", "json")[1]["states"]["staged"] == 4
    assert quarantine(*decide, "--key", tmp_path / "alice.pem")[0] == 0
    assert quarantine("promote", place, "--actor", "alice", "--key", tmp_path / "alice.pem")[0] == 0
    assert quarantine("verify", place)[0] == 0
    entry = quarantine("log", place, "--format", "json")[1]["entries"][3]
    assert entry["actor"]["auth"] == "signed"


def test_the_policy_is_shown_and_changed(quarantine: Any, place: Path) -> None:
    shown = quarantine("policy", place, "--format", "json")[1]["policy"]
    assert (shown["quorum"], shown["flagged_quorum"]) == (1, 2)
    change = ("policy", place, "--quorum", "2", "--format", "json")
    assert quarantine(*change)[0] == 2  # who and why are missing
    code, answer, _ = quarantine(*change, "--actor", "owner", "--why", "stricter")
    assert (code, answer["policy"]["quorum"]) == (0, 2)
    assert quarantine("policy", place, "--quorum", "0", "--actor", "o", "--why", "x")[0] == 2
    code, _, told = quarantine("policy", place, "--quorum", "1", "--actor", "owner", "--why", "hurry")
    assert code == 0 and "another person" in told


def test_lists_in_json(quarantine: Any, place: Path, rows_file: Any) -> None:
    quarantine("add", place, rows_file(4), "--actor", "ivan", "--source", "t", "--contributor-col", "user_id")
    answer = quarantine("groups", place, "--format", "json")[1]
    assert {one["kind"] for one in answer["groups"]} == {"batch", "contributor"}
    assert any("Sampling alone" in one for one in answer["notes"])
    sample = quarantine("sample", place, "--size", "2", "--actor", "al", "--format", "json")[1]
    assert sample["rows"] == 2 and "rule of three" in sample["facts"]["coverage"]
    assert quarantine("queue", place, "--group", sample["id"])[0] == 0
    assert quarantine("queue", place, "--state", "nonsense")[0] == 2
    assert quarantine("sets", place, "--format", "json")[1] == {"sets": []}
    assert quarantine("claim", place, "--group", sample["id"], "--actor", "al")[0] == 0
    lines = quarantine("log", place, "--format", "jsonl")[1].splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [0, 1, 2]


def test_hostile_names_do_not_reach_the_terminal(quarantine: Any, place: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"u": "\x1b[2J\u202eevil", "t": "\x1b]0;x\x07"}) + "\n")
    quarantine(
        "add", place, tmp_path / "a.jsonl", "--actor", "ivan", "--source", "t", "--contributor-col", "u"
    )
    for command in ("groups", "queue", "log", "status"):
        _, said, told = quarantine(command, place)
        assert not {"\x1b", "\u202e", "\x07"} & set(said + told)
