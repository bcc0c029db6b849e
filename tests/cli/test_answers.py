"""What the commands answer where all is well: each option once, in words and as JSON."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from inspector import cli

from .conftest import Answer, Shell  # isort: skip

CHECKPOINT = Path(__file__).parents[1] / "artifacts" / "data" / "state.pt"
CALL = b"\x80\x04cposix\nsystem\n\x8c\x04echo\x85R."  # never loaded


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project, its review, and a key with its trust store; to be copied."""
    place = tmp_path_factory.mktemp("scanned")
    project = place / "project"
    project.mkdir()
    (project / "loads.pkl").write_bytes(CALL)
    (project / "requirements.txt").write_text("requests==2.32.3\nnumpy\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert cli.run(["review", "new", "project", "-o", "r.review", "--no-audit", "--project", "shop"]) == 0
        assert cli.run(["key", "new", "me.pem", "--no-passphrase"]) == 0
        assert cli.run(["trust", "add", "me.pub", "--name", "Mara", "--role", "lead", "--trust", "t"]) == 0
    return place


@pytest.fixture
def reviewed(desk: Path, scanned: Path) -> Path:
    shutil.copytree(scanned, desk, dirs_exist_ok=True)
    return desk


def done(answer: Answer) -> str:
    assert answer.code == 0, answer.err
    return answer.out


def as_json(answer: Answer) -> Any:
    return json.loads(done(answer))


def rows(desk: Path, count: int, name: str = "rows.jsonl") -> None:
    lines = [json.dumps({"prompt": f"p{number}", "response": "r"}) for number in range(count)]
    (desk / name).write_text("\n".join(lines) + "\n")


# scan


def test_a_scan_in_words_counts_and_names(shell: Shell, reviewed: Path) -> None:
    text = done(shell("scan project --no-audit --exclude '*.toml' --jobs 1 --no-cache"))
    assert "Files         2, 2 analysed, 1 pickle-based" in text
    assert "Packages" in text and "2 not-audited" in text
    assert "pickle-based  loads.pkl  (runs-code)" in text
    assert "CRITICAL" in text and "→" in text


def test_a_scan_names_what_a_rule_or_the_reviewer_left_out(shell: Shell, reviewed: Path) -> None:
    (reviewed / "project" / ".git").mkdir()
    (reviewed / "project" / "odd.bin").write_bytes(bytes(range(256)) * 8)
    answer = shell("scan project --no-audit --exclude loads.pkl --fail-on high")
    assert answer.code == 3 and "not analysed" in answer.err
    assert "Left out by rule: .git" in answer.out and "Not analysed: 1" in answer.out


@pytest.mark.parametrize(("form", "key"), [("sarif", "runs"), ("cyclonedx", "components")])
def test_a_scan_in_the_formats_of_others(shell: Shell, reviewed: Path, form: str, key: str) -> None:
    assert done(shell(f"scan project --no-audit --format {form} -o out.json")) == ""
    assert json.loads((reviewed / "out.json").read_bytes())[key]


def test_a_scan_as_events_goes_into_a_file_whole(shell: Shell, reviewed: Path) -> None:
    assert done(shell("scan project --no-audit --format jsonl -o out.jsonl")) == ""
    events = [json.loads(line)["event"] for line in (reviewed / "out.jsonl").read_bytes().splitlines()]
    assert events[-1] == "done" and "finding" in events


# explain, convert, advisories


def test_explain_says_it_in_words_then_as_calls_source_and_listing(shell: Shell, reviewed: Path) -> None:
    text = done(shell("explain project/loads.pkl"))
    assert "posix.system" in text
    for heading in ("Calls\n  at byte", "Imports\n  posix.system", "As source (decompiled", "Listing\n"):
        assert heading in text
    assert done(shell("explain project/loads.pkl --format json -o e.json")) == ""
    assert json.loads((reviewed / "e.json").read_bytes())["loading"] == "runs-code"


def test_explain_of_a_text_needs_no_listing(shell: Shell, desk: Path) -> None:
    text = done(shell("explain a.txt"))
    assert text.startswith("a.txt: ") and "Listing" not in text and "Calls" not in text


def test_convert_tells_what_it_wrote(shell: Shell, desk: Path) -> None:
    shutil.copy(CHECKPOINT, desk / "c.pt")
    assert "written to o.safetensors." in done(shell("convert c.pt o.safetensors"))
    told = as_json(shell("convert c.pt o2.safetensors --format json"))
    assert told["tensors"] > 0 and told["refused"] == []
    assert (desk / "o.safetensors").read_bytes() == (desk / "o2.safetensors").read_bytes()
    shutil.copy(CHECKPOINT.with_name("quantized.pt"), desk / "q.pt")
    answer = shell("convert q.pt q.safetensors")
    assert answer.code == 1 and "refused: " in answer.err and not (desk / "q.safetensors").exists()
    assert "Nothing was written. --skip-refused carries the other tensors." in answer.err


ADVISORY = {
    "id": "PYSEC-1",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "flask"}, "versions": ["1.0"]}],
}


def test_advisories_are_imported_and_their_state_told(shell: Shell, desk: Path) -> None:
    with zipfile.ZipFile(desk / "all.zip", "w") as export:
        export.writestr("PYSEC-1.json", json.dumps(ADVISORY))
        export.writestr("broken.json", "{")
        export.writestr(
            "gone.json", json.dumps({**ADVISORY, "id": "P-2", "withdrawn": "2026-01-02T00:00:00Z"})
        )
    answer = shell("advisories import all.zip --as-of 2020-01-02")
    assert done(answer) == "1 advisories of 1 packages, as of 2020-01-02\n"
    assert "1 entry could not be read." in answer.err and "1 entry left out: withdrawn" in answer.err
    text = done(shell("advisories status"))
    assert "as of 2020-01-02 (" in text and "days old" in text
    assert as_json(shell("advisories status --format json"))["entries"] == 1


# training data


def test_rows_are_shown_and_those_that_are_not_there_named(shell: Shell, desk: Path) -> None:
    rows(desk, 3)
    answer = shell("dataset rows rows.jsonl --rows 1,7")
    assert "row 1\n" in done(answer) and "p1" in answer.out and "row 0" not in answer.out
    assert "not there or were not reached: 7" in answer.err
    told = as_json(shell("dataset rows rows.jsonl --rows 0 --format json"))
    assert [row["row"] for row in told["rows"]] == [0] and told["missing"] == []


def test_a_screening_in_words_ends_with_its_limits(shell: Shell, desk: Path) -> None:
    rows(desk, 3)
    text = done(shell("dataset screen rows.jsonl"))
    assert "rows.jsonl: 3 rows, jsonl" in text and "no verdicts" in text and "\nLimits\n  - " in text


def test_the_way_of_rows_through_a_store_is_told_in_words(shell: Shell, desk: Path) -> None:
    rows(desk, 1)
    done(shell("quarantine init st --actor owner"))
    assert done(shell("quarantine add st rows.jsonl --actor ivan --source app")).startswith("1 new, 0 known")
    assert done(shell("quarantine add st rows.jsonl --actor ivan --source app"))  # the same once more
    assert "1 staged\n         1 row, 0 sets\n" in done(shell("quarantine status st"))
    assert "batch" in done(shell("quarantine groups st"))
    assert '"prompt": "p0"' in done(shell("quarantine queue st --state staged"))
    assert shell("quarantine review st --all --verdict approve --actor ivan --why ok").code == 1
    assert done(shell("quarantine claim st --group b1 --actor mara")) == ""
    assert ": 1 row.\n" in done(shell("quarantine sample st --size 1 --actor mara"))
    said = done(shell("quarantine review st --all --verdict approve --actor mara --why read"))
    assert said.startswith("1 row decided: 1 approved.")
    assert "1 row was promoted: " in done(shell("quarantine promote st --actor mara"))
    assert done(shell("quarantine promote st --actor mara")).startswith("Nothing is approved")
    one = done(shell("quarantine sets st")).split()[0]
    assert "1 row was withdrawn." in done(shell(f"quarantine withdraw st {one[:8]} --actor mara --why bad"))
    assert "was withdrawn before" in done(shell(f"quarantine withdraw st {one} --actor mara --why bad"))
    assert "withdrawn: bad" in done(shell("quarantine sets st"))
    log = done(shell("quarantine log st"))
    assert "add 1 rows by ivan" in log and "approve 1 rows by mara: read" in log
    assert len(done(shell("quarantine log st --format jsonl")).splitlines()) == len(log.splitlines())


def test_a_store_is_remembered_and_its_checkpoint_written(shell: Shell, desk: Path) -> None:
    done(shell("quarantine init st"))
    for options, warning in (
        ("--remember kept", "Nothing that was kept elsewhere was compared;"),
        ("--remember kept", "The checkpoint holds, and its key is the one in the store;"),
        ("--pubkey st/log.pub", "no checkpoint was compared;"),
        ("--pubkey st/log.pub --checkpoint kept", ""),
    ):
        told = shell(f"quarantine verify st {options}")
        assert done(told).startswith("The store holds: ")
        assert told.err.count("warning: ") == bool(warning) and warning in told.err
    assert done(shell("quarantine checkpoint st -o note")) == ""
    assert (desk / "note").read_bytes() == (desk / "kept").read_bytes()
    assert shell("quarantine verify st --checkpoint note --remember kept").code == 2
    answer = shell("quarantine verify st --remember no/where")
    assert answer.code == 2 and "Choose another place with --remember" in answer.err


def test_the_policy_changes_with_a_name_and_a_reason(shell: Shell, desk: Path) -> None:
    done(shell("quarantine init st"))
    assert "Say who and why." in shell("quarantine policy st --quorum 2").err
    told = done(shell("quarantine policy st --quorum 2 --promoter-alone no --actor owner --why two"))
    assert "quorum: 2\n" in told
    answer = shell("quarantine policy st --quorum 1 --flag-levels weak --actor owner --why less")
    assert "in force once another person sets the same" in answer.err and "quorum: 2\n" in answer.out


# the review


def finding(shell: Shell) -> str:
    shown = as_json(shell("review show r.review --format json"))
    return str(next(one["id"] for one in shown["findings"] if one["severity"] == "critical"))


def test_a_review_is_shown_decided_and_taken_back(shell: Shell, reviewed: Path) -> None:
    one = finding(shell)
    said = "accepted --because 'kept apart' --expires 2999-12-31 --owner Mara --note 'see ticket'"
    assert done(shell(f"review decide r.review {one} --state {said}"))
    text = done(shell("review show r.review"))
    assert (
        "accepted until 2999-12-31" in text and "because: kept apart" in text and "note: see ticket" in text
    )
    assert "Against an approval:" in text
    assert done(shell("review undo r.review")) and done(shell("review redo r.review"))
    assert done(shell("review redo r.review")) == "There is nothing to do again.\n"
    history = done(shell("review history r.review"))
    assert history.splitlines()[-1].lstrip().startswith("2")
    for _ in range(3):
        last = done(shell("review undo r.review"))
    assert last == "There is nothing to undo.\n"
    assert "(undone)" in done(shell("review history r.review"))


def test_a_question_is_answered_with_a_note_and_a_file(shell: Shell, reviewed: Path) -> None:
    question = as_json(shell("review show r.review --format json"))["questions"][0]["id"]
    assert done(shell(f"review answer r.review {question} yes --note seen --evidence a.txt"))
    text = done(shell("review show r.review"))
    assert f"{question} (required): yes" in text and "note: seen" in text
    answer = shell(f"review answer r.review {question} perhaps")
    assert answer.code == 2 and "partial" in answer.err
    (reviewed / "answers.json").write_text(json.dumps({question: {"answer": "no"}}))
    assert done(shell("review answer r.review --from answers.json"))
    (reviewed / "answers.json").write_text(f'{{"{question}": {{}}, "{question}": {{}}}}')
    assert "stands in it twice" in shell("review answer r.review --from answers.json").err


def test_a_comparison_with_the_folder_names_what_changed(shell: Shell, reviewed: Path) -> None:
    (reviewed / "project" / "new.txt").write_text("new\n")
    text = done(shell("review compare r.review project"))
    assert "files: 1 added" in text and "findings: " in text
    assert as_json(shell("review compare r.review project --format json"))["files"]["added"] == ["new.txt"]


def test_a_review_inside_its_target_is_left_out_and_said_to_be_once_it_is_made(
    shell: Shell, reviewed: Path
) -> None:
    answer = shell("review new project -o project/[x].review --no-audit")
    assert done(answer) and "lies in the folder under review and is left out" in answer.err
    again = shell("review new project -o project/[x].review --no-audit")
    assert again.code == 2 and "is left out" not in again.err


@pytest.mark.parametrize(
    "form", ["html", "cyclonedx", "cyclonedx-1.7", "spdx", "sarif", "openvex", "oscal", "csv"]
)
def test_a_review_is_exported(shell: Shell, reviewed: Path, form: str) -> None:
    assert done(shell(f"export r.review --format {form} -o out")) == ""
    assert (reviewed / "out").stat().st_size > 100


# keys and records


def test_a_record_is_signed_countersigned_and_verified(shell: Shell, reviewed: Path) -> None:
    sign = "sign r.review --key me.pem --reviewer Mara --organisation Acme --email m@example.org"
    refused = shell(f"{sign} -o out --decision approved --valid-until 2999-12-31")
    assert refused.code == 1 and refused.err.startswith("refused: ")
    made = shell(f"{sign} -o out --decision rejected --valid-until 2999-12-31 --zip out.zip")
    assert "rejected: out\n" in done(made) and "key id: " in made.out
    done(shell("key new two.pem --no-passphrase"))
    counter = shell("countersign out --key two.pem --name Ivan --role second")
    assert done(counter).startswith("countersigned: ") and "counts it only where" in counter.err
    verified = shell("verify out --trust t --root project --report checks.json")
    assert verified.code == 1 and "refused: not-approved: " in verified.err and "signed" in verified.out
    told = shell("verify out.zip --trust t --format json")
    assert told.code == 1 and json.loads(told.out)["checks"]
    assert json.loads((reviewed / "checks.json").read_bytes())


def test_an_existing_zip_stops_the_signing_before_it_begins(shell: Shell, reviewed: Path) -> None:
    line = "sign r.review --key me.pem --reviewer M -o out --decision deferred --valid-until 2999-12-31"
    answer = shell(f"{line} --zip a.txt")
    assert answer.code == 2 and "a.txt" in answer.err and not (reviewed / "out").exists()


def test_whom_one_trusts_is_listed_revoked_and_forgotten(shell: Shell, reviewed: Path) -> None:
    keyid = done(shell("key show me.pub")).splitlines()[1].removeprefix("key id: ")
    assert done(shell("trust list --trust t")) == f"Mara\tlead\t{keyid}\n"
    assert as_json(shell("trust list --trust t --format json"))
    twice = shell("trust add me.pub --name Mara --role lead --trust t")
    assert twice.code == 2 and "inspector trust remove" in twice.err
    assert "An empty word is no role." in shell("trust add me.pub --name M --role '' --trust t2").err
    revoked = shell(f"trust revoke {keyid[:8]} --reason superseded --at 2026-01-31 --trust t")
    assert "is revoked: superseded" in done(revoked)
    assert "revoked: superseded at 2026-01-31T00:00:00Z" in done(shell("trust list --trust t"))
    done(shell(f"trust revoke {keyid} --reason compromised --trust t"))
    stays = shell(f"trust revoke {keyid} --reason superseded --trust t")
    assert stays.code == 2 and "that stays. Nothing was changed." in stays.err
    assert "is not trusted any more" in done(shell(f"trust remove {keyid} --trust t"))
    assert "t is empty: nobody's signature counts." in shell("trust list --trust t").err
    assert "There is no trust store nowhere yet" in shell("trust list --trust nowhere").err


def test_a_key_lives_in_the_folder_of_keys_under_its_name(shell: Shell, desk: Path) -> None:
    assert "`inspector key new NAME` makes one." in shell("key list").err
    (desk / "word").write_text("correct horse\n")
    (desk / "blank").write_text("\n")
    assert "Its first line is the passphrase." in shell("key new mara --passphrase-file blank").err
    assert "mara.pem" in done(shell("key new mara --passphrase-file word"))
    assert done(shell("key list")).startswith("mara\tP-256\t")
    assert done(shell("key show mara")).startswith("P-256 public key")
    assert shell("key new mara --passphrase-file word").code == 2
    (desk / "other").write_text("battery staple\n")
    wrong = shell("key import nowhere --passphrase-file other")
    assert wrong.code == 2


# names on the hub


def test_a_folder_that_names_no_repository_is_told_so(shell: Shell, desk: Path) -> None:
    answer = shell("lookup folder --offline")
    assert done(answer) == "Nothing to look up.\n" and "No name of a hub repository was found." in answer.err
    events = done(shell("lookup folder --offline --format jsonl")).splitlines()
    assert json.loads(events[-1])["event"] == "done"
    assert as_json(shell("lookup folder --offline --format json"))["answers"] == []
