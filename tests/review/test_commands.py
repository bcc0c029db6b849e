"""``inspector review``: everything the window can do to a review, and its exit codes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inspector.scan
from inspector.cli import review as commands
from inspector.provenance import InspectorError, UnreadableInput, WorkIncomplete
from inspector.review import Review

LATER = "2999-12-31"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``inspector review …`` as main does; gives exit code, output and messages."""
    parser = argparse.ArgumentParser(prog="inspector")
    commands.register(parser.add_subparsers())

    def call(*words: object) -> tuple[int, str, str]:
        try:
            arguments = parser.parse_args(["review", *map(str, words)])
            code = arguments.run(arguments)
        except InspectorError as error:
            code = error.exit_code
            print(error)
        except SystemExit as error:
            code = int(error.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch, a_scan: Any) -> list[Any]:
    """Every ScanOptions that was asked for; the scan itself is made up."""
    asked: list[Any] = []

    def made_up(options: Any, command: Any = ()) -> Any:
        asked.append(options)
        return a_scan()

    monkeypatch.setattr(inspector.scan, "run_scan", made_up)
    return asked


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


@pytest.fixture
def made(run: Run, scans: list[Any], shop: Path, path: Path) -> Path:
    assert run("new", shop, "-o", path)[0] == 0
    return path


def shown(run: Run, path: Path) -> Any:
    code, out, _ = run("show", path, "--format", "json")
    assert code == 0
    return json.loads(out)


def test_new_scans_into_a_review(run: Run, scans: list[Any], shop: Path, path: Path) -> None:
    code, out, err = run(
        "new",
        shop,
        "-o",
        path,
        "--project",
        "PAY-7",
        "--exclude",
        "data/*",
        "--exclude",
        "x",
        "--offline",
        "--no-audit",
    )
    assert code == 0 and err == "" and len(out.splitlines()) == 1
    assert "1 file, findings: 1 high, not analysed: 0" in out
    options = scans[0]
    assert (options.target, options.offline, options.audit) == (str(shop), True, False)
    assert options.exclude == ("data/*", "x")
    with Review.open(path) as review:
        assert review.project == "PAY-7" and review.record_id in out
        assert review.target["name"] == "shop"
        assert review.options == {"exclude": ["data/*", "x"], "offline": True, "no_audit": True}
        assert len(review.findings()) == 1


def test_new_leaves_an_existing_file_alone(run: Run, made: Path, shop: Path, scans: list[Any]) -> None:
    before = made.read_bytes()
    code, out, _ = run("new", shop, "-o", made)
    assert code == 2 and "there already" in out
    assert made.read_bytes() == before and len(scans) == 1


def test_a_scan_that_fails_leaves_no_file(
    run: Run, shop: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Any:
        raise WorkIncomplete("The hub did not answer.")

    monkeypatch.setattr(inspector.scan, "run_scan", fails)
    assert run("new", shop, "-o", path)[0] == 3
    assert list(path.parent.iterdir()) == [shop]


def test_a_review_inside_its_target_is_no_part_of_it(run: Run, scans: list[Any], shop: Path) -> None:
    code, _, err = run("new", shop, "-o", shop / "my[1].review")
    assert code == 0 and "left out" in err
    assert scans[0].exclude == ("my[[]1].review", "my[[]1].review-wal", "my[[]1].review-shm")


def test_show_has_the_contracts_shape(run: Run, made: Path) -> None:
    value = shown(run, made)
    assert value["recordId"].startswith("urn:uuid:")
    assert value["target"] == {
        "kind": "folder",
        "name": "shop",
        "revision": None,
        "manifest_sha256": "1" * 64,
    }
    finding = value["findings"][0]
    assert {"id", "rule", "severity", "state", "because", "expires", "title"} <= finding.keys()
    assert (finding["state"], finding["because"], finding["expires"]) == ("open", "", None)
    assert {"id", "text", "required", "answer", "note"} <= value["questions"][0].keys()
    assert len(value["blockers"]) == 2


def test_show_is_sorted_the_same_each_time_and_plain_ascii(
    run: Run, made: Path, a_scan: Any, finding: Any
) -> None:
    with Review.open(made) as review:
        review.take_scan(a_scan([finding(title="\u202e\x1b[31m\udcff é")]))
    one, two = run("show", made, "--format", "json"), run("show", made, "--format", "json")
    assert one == two and one[1].isascii()
    assert json.loads(one[1])["findings"][0]["title"] == "\u202e\x1b[31m\udcff é"
    assert list(json.loads(one[1])) == sorted(json.loads(one[1]))
    text = run("show", made)[1]
    assert "\x1b" not in text and "\u202e" not in text and r"\u202e\x1b[31m\udcff é" in text


def test_show_writes_to_a_file(run: Run, made: Path, tmp_path: Path) -> None:
    code, out, _ = run("show", made, "--format", "json", "-o", tmp_path / "out.json")
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "out.json").read_text())["findings"]


def test_decide_shows_in_show_and_undo_takes_it_back(run: Run, made: Path) -> None:
    key = shown(run, made)["findings"][0]["id"]
    code, out, _ = run(
        "decide", made, key, "--state", "accepted", "--because", "sandboxed", "--expires", LATER,
        "--owner", "Kim", "--note", "asked",
    )  # fmt: skip
    assert code == 0 and "accepted" in out
    finding = shown(run, made)["findings"][0]
    assert (finding["state"], finding["because"], finding["expires"]) == ("accepted", "sandboxed", LATER)
    assert (finding["owner"], finding["note"]) == ("Kim", "asked")
    text = run("show", made)[1]
    assert f"accepted until {LATER}" in text and "because: sandboxed" in text
    assert run("undo", made)[:2] == (0, "Undone: Set Loading weights.bin runs code to accepted.\n")
    assert shown(run, made)["findings"][0]["state"] == "open"
    assert run("redo", made)[0] == 0
    assert shown(run, made)["findings"][0]["state"] == "accepted"
    assert run("redo", made)[:2] == (0, "There is nothing to do again.\n")
    run("undo", made)
    assert run("undo", made)[:2] == (0, "There is nothing to undo.\n")


@pytest.mark.parametrize(
    "terms",
    [
        ["--state", "accepted", "--because", "b"],
        ["--state", "accepted", "--expires", LATER],
        ["--state", "false-positive"],
        ["--state", "not-applicable", "--because", ""],
        ["--state", "wontfix", "--because", "b"],
        ["--state", "accepted", "--because", "b", "--expires", "soon"],
        ["--state", "accepted", "--because", "b", "--expires", "2001-01-01"],
        ["--because", "b"],
        [],
    ],
)
def test_decide_refuses_with_exit_code_2(run: Run, made: Path, terms: list[str]) -> None:
    before = shown(run, made)
    key = before["findings"][0]["id"]
    assert run("decide", made, key, *terms)[0] == 2
    assert shown(run, made) == before


def test_decide_refuses_an_unknown_finding(run: Run, made: Path) -> None:
    key = shown(run, made)["findings"][0]["id"]
    code, out, _ = run("decide", made, key, "ffffffffffff", "--state", "confirmed")
    assert code == 2 and "no finding ffffffffffff" in out
    assert run("decide", made, "--state", "confirmed")[0] == 2
    assert shown(run, made)["findings"][0]["state"] == "open"


def test_answer_keeps_what_is_not_said_anew(run: Run, made: Path, tmp_path: Path) -> None:
    (tmp_path / "proof.txt").write_bytes(b"proof")
    assert (
        run("answer", made, "data.staging", "no", "--note", "asked", "--evidence", tmp_path / "proof.txt")[0]
        == 0
    )
    assert run("answer", made, "data.staging", "yes")[0] == 0
    question = next(item for item in shown(run, made)["questions"] if item["id"] == "data.staging")
    assert (question["answer"], question["note"]) == ("yes", "asked")
    assert question["evidence"][0]["name"] == "proof.txt" and question["evidence"][0]["size"] == 5


@pytest.mark.parametrize(
    "words",
    [
        ["data.staging", "perhaps"],
        ["no.such", "yes"],
        ["data.staging"],
        [],
        ["data.staging", "yes", "--evidence", "not-there.txt"],
        ["data.staging", "yes", "--from", "x.json"],
        ["--from", "not-there.json"],
    ],
)
def test_answer_refuses_with_exit_code_2(run: Run, made: Path, words: list[str]) -> None:
    before = shown(run, made)
    assert run("answer", made, *words)[0] == 2
    assert shown(run, made) == before


def test_answers_from_a_file_are_all_taken_or_none(run: Run, made: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    ids = [item["id"] for item in shown(run, made)["questions"] if item["required"]]
    answers.write_text(json.dumps({key: {"answer": "yes", "note": "n"} for key in ids}))
    assert run("answer", made, "--from", answers)[:2] == (0, "Answered 8 questions.\n")
    assert len(shown(run, made)["blockers"]) == 1
    for bad in (
        "[]",
        "{",
        "{}",
        '{"data.staging": "yes"}',
        '{"data.staging": {"answer": "yes"}, "no": {"answer": "no"}}',
        "[" * 100_000,
        '{"data.staging": {"answer": []}}',
    ):
        answers.write_text(bad)
        assert run("answer", made, "--from", answers)[0] == 2
    assert sum(item["answer"] is not None for item in shown(run, made)["questions"]) == 8


def test_history_lists_every_step(run: Run, made: Path) -> None:
    run("answer", made, "data.staging", "no")
    run("undo", made)
    steps = json.loads(run("history", made, "--format", "json")[1])["steps"]
    assert [(step["what"], step["undone"]) for step in steps] == [
        ("Took a scan with 1 finding", False),
        ("Answered data.staging: no", True),
    ]
    assert "(undone)" in run("history", made)[1]


def test_compare_with_a_folder_scans_it_without_a_network(
    run: Run, made: Path, shop: Path, scans: list[Any], a_scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = shown(run, made)["findings"][0]["id"]
    run("decide", made, key, "--state", "confirmed")
    code, out, _ = run("compare", made, shop, "--format", "json")
    value = json.loads(out)
    assert code == 0 and value["decisions"]["carried"] == [key]
    assert {"files", "nodes", "findings", "decisions"} <= value.keys()
    assert (scans[-1].offline, scans[-1].audit) == (True, False)


def test_compare_of_two_reviews_in_words(
    run: Run, made: Path, a_scan: Any, finding: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other.review"
    with Review.create(other, {"name": "shop"}, options={}) as review:
        review.take_scan(a_scan([finding("data.script", "dataset:x", title="new \u202e one")]))
    code, out, _ = run("compare", made, other)
    assert code == 0 and r"new: " in out and r"new \u202e one" in out and "\u202e" not in out
    assert run("compare", made, tmp_path / "nowhere")[0] == 2


def test_every_command_names_a_file_that_is_no_review(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.review").write_bytes(b"hello")
    for words in (
        ["show"], ["history"], ["undo"], ["redo"], ["decide", "f", "--state", "open"], ["answer", "q", "yes"],
    ):  # fmt: skip
        code, out, _ = run(words[0], tmp_path / "x.review", *words[1:])
        assert code == 2 and "not a review file" in out
    assert run("compare", tmp_path / "x.review", tmp_path)[0] == 2
    assert run()[0] == 2


def test_errors_reach_the_caller_as_they_are(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    arguments = parser.parse_args(["review", "show", str(tmp_path / "none.review")])
    with pytest.raises(UnreadableInput):
        arguments.run(arguments)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a.b": {"answer": "yes"}, "a.b": {"answer": "no"}}', "a.b stands in it twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "not an object"),
        ('{"loading.no-code": {"answer": null}}', "Nothing is no answer"),
    ],
)
def test_a_file_of_answers_that_could_be_misread_is_refused(
    run: Run, made: Path, tmp_path: Path, content: str, words: str
) -> None:
    (tmp_path / "answers.json").write_text(content)
    code, said, _ = run("answer", made, "--from", tmp_path / "answers.json")
    assert code == 2 and words in said


def test_an_answer_file_that_is_not_there_is_not_called_evidence(run: Run, made: Path) -> None:
    code, said, _ = run("answer", made, "--from", "none.json")
    assert code == 2 and "file of answers none.json" in said


def test_a_note_of_null_is_no_note(run: Run, made: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text('{"loading.no-code": {"answer": "yes", "note": null}}')
    assert run("answer", made, "--from", tmp_path / "answers.json")[0] == 0
    shown = json.loads(run("show", made, "--format", "json")[1])
    (question,) = [one for one in shown["questions"] if one["id"] == "loading.no-code"]
    assert (question["answer"], question["note"]) == ("yes", "")
