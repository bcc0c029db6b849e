"""``inspector lookup`` against the stand-in: names of a folder, a review or the command line, and the hub."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import run

SHA = "ab" * 20


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "serve.py").write_text(
        "import sys\nfrom transformers import AutoModel\nfrom datasets import load_dataset\n"
        "AutoModel.from_pretrained('acme/writer')\n"
        f"AutoModel.from_pretrained('acme/writer', revision='{SHA}')\n"
        "load_dataset('acme/tickets', revision='main')\n"
        "AutoModel.from_pretrained('old-org/base')\n"
        "AutoModel.from_pretrained(sys.argv[1])\n"
    )
    return root


@pytest.fixture
def furnished(hub: Any) -> Any:
    hub.model("acme/writer", sha=SHA)
    hub.dataset("acme/tickets", sha="cd" * 20)
    hub.model("acme/base", sha="ef" * 20, gated="manual")
    hub.rename("old-org/base", "acme/base")
    return hub


def looked_up(
    capsys: pytest.CaptureFixture[str], *words: object, code: int = 0
) -> tuple[dict[str, Any], str]:
    assert run(["lookup", *map(str, words), "--format", "json"]) == code
    out, err = capsys.readouterr()
    return (json.loads(out) if out else {}), err


def test_every_name_of_a_folder_is_asked_once_and_says_what_to_paste(
    furnished: Any, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result, err = looked_up(capsys, project)
    rows = {(row["name"], row["revision"]): row for row in result["answers"]}
    assert list(rows) == [
        ("acme/tickets", "main"),
        ("acme/writer", None),
        ("acme/writer", SHA),
        ("old-org/base", None),
    ]
    assert rows["acme/tickets", "main"]["paste"] == f'revision="{"cd" * 20}"'
    assert rows["acme/tickets", "main"]["places"] == ["serve.py:6"]
    assert rows["acme/writer", SHA]["sentence"] == "acme/writer still holds the commit that is named."
    moved = rows["old-org/base", None]
    assert (moved["moved_to"], moved["gated"], moved["commit"]) == ("acme/base", "manual", "ef" * 20)
    assert result["unnamed"] == ["serve.py:8"] and result["incomplete"] == [] and err == ""
    assert furnished.count("/api/") == 5  # one for each name, and one redirect
    assert furnished.authorizations() == []


def test_the_answer_is_the_same_bytes_but_for_the_run(
    furnished: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("hf://acme/writer", "hf://datasets/acme/tickets", "hf://acme/base")
    first, _ = looked_up(capsys, *names)
    second, _ = looked_up(capsys, *reversed(names))
    for one in (first, second):
        assert set(one.pop("run")) == {"asked"}
    assert first == second and first["schema"] == "provenance-inspector/lookup/1"


def test_one_name_of_many_can_be_chosen(
    furnished: Any, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result, _ = looked_up(capsys, project, "--ref", "ACME/tickets")
    assert [row["name"] for row in result["answers"]] == ["acme/tickets"] and len(furnished.requests) == 1
    _, err = looked_up(capsys, project, "--ref", "acme/other", code=2)
    assert "acme/other is not named there." in err


def test_a_review_is_looked_up_as_it_was_scanned(
    furnished: Any, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review = tmp_path / "one.review"
    assert run(["review", "new", str(project), "-o", str(review), "--offline", "--no-audit"]) == 0
    assert len(furnished.requests) == 0
    (project / "serve.py").unlink()
    capsys.readouterr()
    result, _ = looked_up(capsys, review)
    assert len(result["answers"]) == 4


def test_offline_it_answers_with_the_date_and_opens_no_socket(
    furnished: Any, project: Path, capsys: pytest.CaptureFixture[str], no_sockets: Any
) -> None:
    _, err = looked_up(capsys, "hf://acme/writer", "--offline", code=3)
    assert "--offline is set" in err and no_sockets() == 0


def test_what_was_saved_says_so(furnished: Any, capsys: pytest.CaptureFixture[str]) -> None:
    live, _ = looked_up(capsys, "hf://acme/writer")
    saved, _ = looked_up(capsys, "hf://acme/writer", "--offline")
    (before,), (after,) = live["answers"], saved["answers"]
    assert (before["answer"], before["saved"]) == ("live", None)
    assert after["answer"] == "saved" and after["commit"] == SHA
    assert f"So it was answered on {after['saved'][:10]}." in after["sentence"]
    assert len(furnished.requests) == 1


def test_what_has_no_answer_is_exit_3_and_one_sentence_each(
    furnished: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    furnished.model("acme/shut", disabled=True)
    names = ["hf://acme/nope", "hf://acme/shut", f"hf://acme/writer@{'12' * 20}", "hf://acme/writer"]
    result, err = looked_up(capsys, *names, code=3)
    answers = {row["name"]: row["answer"] for row in result["answers"] if row["problem"]}
    assert answers == {"acme/nope": "missing", "acme/shut": "missing", "acme/writer": "missing"}
    assert len(result["incomplete"]) == 3 == len(err.splitlines())
    assert [row["commit"] for row in result["answers"] if not row["problem"]] == [SHA]


@pytest.mark.parametrize(
    "words",
    [
        ("hf://../../etc",),
        ("hf://acme/writer", "folder"),
        ("nowhere",),
        ("hf://acme/writer", "--since", "main"),
        (".", "--since", SHA),
    ],
)
def test_wrong_usage_is_exit_2_and_asks_nobody(
    hub: Any, words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    looked_up(capsys, *words, code=2)
    assert hub.requests == []


def test_a_folder_without_names_asks_nobody(
    hub: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    result, err = looked_up(capsys, tmp_path)
    assert result["answers"] == [] and "No name of a hub repository" in err and hub.requests == []


def test_branches_and_tags_come_with_their_commits(hub: Any, capsys: pytest.CaptureFixture[str]) -> None:
    refs = {"dev": "34" * 20, "v1": "56" * 20, "../up": "78" * 20}
    hub.model("acme/x", sha=SHA, refs=refs, tag_names=("v1",))
    result, _ = looked_up(capsys, "hf://acme/x", "--refs")
    assert result["answers"][0]["refs"] == [
        {"kind": "branch", "name": "main", "commit": SHA},
        {"kind": "branch", "name": "dev", "commit": "34" * 20},
        {"kind": "tag", "name": "v1", "commit": "56" * 20},
    ]
    assert len(hub.requests) == 2
    again, _ = looked_up(capsys, "hf://acme/x", "--refs", "--offline")
    assert again["answers"][0]["refs"] == result["answers"][0]["refs"] and again["answers"][0]["saved"]


def test_refs_that_are_no_list_are_said(hub: Any, capsys: pytest.CaptureFixture[str]) -> None:
    hub.model("acme/x")
    hub.fault(r"/refs$", "status", status=200, body=b"[1]", headers={"content-type": "application/json"})
    result, err = looked_up(capsys, "hf://acme/x", "--refs", code=3)
    assert result["answers"][0]["refs"] is None and "no list of branches" in err


def _discussion(number: int, title: str, status: str = "open") -> dict[str, Any]:
    return {"num": number, "title": title, "status": status, "author": {"name": "sam"}, "createdAt": "2026"}


def test_what_people_write_is_listed_with_warnings_first(
    hub: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        _discussion(1, "Thanks!"),
        _discussion(2, "This repo contains MALWARE", "closed"),
        _discussion(3, "Security:\x1b[2J pickle runs code"),
        {"title": 7},
        None,
    ]
    hub.model("acme/x", sha=SHA, discussions=rows)
    result, _ = looked_up(capsys, "hf://acme/x", "--discussions")
    found = result["answers"][0]["discussions"]
    assert [one["number"] for one in found] == [3, 2, 1, None, None] and len(hub.requests) == 2
    assert found[1] == {
        "number": 2,
        "title": "This repo contains MALWARE",
        "status": "closed",
        "author": "sam",
        "created": "2026",
        "flags": ["somebody says that it does harm"],
    }
    assert "\x1b" not in found[0]["title"] and found[2]["flags"] == []
    again, _ = looked_up(capsys, "hf://acme/x", "--discussions", "--offline")
    assert again["answers"][0]["discussions"] == found and again["answers"][0]["saved"]
    assert run(["lookup", "hf://acme/x", "--discussions"]) == 0
    assert "  #2 closed: This repo contains MALWARE  (somebody says that it does harm)" in (
        capsys.readouterr().out
    )


def test_no_discussions_and_none_that_can_be_had_are_told_apart(
    hub: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.model("acme/x", sha=SHA)
    assert run(["lookup", "hf://acme/x", "--discussions"]) == 0
    assert "Nobody writes about it." in capsys.readouterr().out
    asked, _ = looked_up(capsys, "hf://acme/x")
    assert asked["answers"][0]["discussions"] is None
    hub.fault("/discussions", "status", status=200, body=b"[]", headers={"content-type": "application/json"})
    result, err = looked_up(capsys, "hf://acme/x", "--discussions", code=3)
    assert result["answers"][0]["discussions"] is None and "no list of discussions" in err


def test_what_changed_since_a_commit_is_a_list_of_files_and_no_file_is_fetched(
    hub: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {"config.json": b"{}", "a.bin": b"1", "old.txt": b"x", "same.md": b"#"}
    repo = hub.model("acme/x", before, sha=SHA)
    repo.push({"config.json": b"[]", "a.bin": b"1", "new.pkl": b"N.", "same.md": b"#"}, "cd" * 20)
    result, _ = looked_up(capsys, "hf://acme/x", "--since", SHA)
    since = result["answers"][0]["since"]
    assert since["sentence"] == "main went from abababab to cdcdcdcd, 3 files changed, 1 new pickle."
    assert (since["added"], since["removed"], since["changed"]) == (["new.pkl"], ["old.txt"], ["config.json"])
    assert since["new_pickles"] == ["new.pkl"] and since["unknown"] == []
    assert hub.count("/resolve/") == 0 and hub.sent == 0


def test_a_commit_that_is_gone_cannot_be_compared_with(hub: Any, capsys: pytest.CaptureFixture[str]) -> None:
    hub.model("acme/x", sha=SHA)
    _, err = looked_up(capsys, "hf://acme/x", "--since", "12" * 20, code=3)
    assert "was removed or never existed" in err


def test_a_limit_of_the_hub_is_told_as_it_counts_down(hub: Any, capsys: pytest.CaptureFixture[str]) -> None:
    hub.model("acme/x", sha=SHA)
    hub.fault("/api/", status=429, headers={"retry-after": "6"}, times=1)
    assert run(["lookup", "hf://acme/x", "--hub-patience", "1", "--format", "jsonl"]) == 3
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["progress", "answer", "progress", "done"]
    assert "Hub limit reached" in events[1]["problem"]


def test_events_come_one_a_line_with_the_countdown(
    hub: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.sources.hub.session.LONGEST_SILENT_WAIT", 0.1)
    hub.model("acme/x", sha=SHA)
    hub.fault("/api/", status=429, headers={"retry-after": "1"}, times=1)
    assert run(["lookup", "hf://acme/x", "--hub-patience", "60", "--format", "jsonl"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    waits = [event for event in events if event.get("phase") == "waiting"]
    assert waits and "Hub limit reached" in waits[0]["sentence"] and waits[-1]["sentence"] == ""


def test_a_token_goes_to_the_hub_alone_and_is_written_nowhere(
    hub: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "hf_" + "pasted" * 5
    hub.tokens.add(token)
    hub.model("acme/hidden", private=True, sha=SHA)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{token}\n".encode())))
    result, err = looked_up(capsys, "hf://acme/hidden", "--token-stdin")
    assert result["answers"][0]["commit"] == SHA
    assert hub.authorizations() == [("hub", f"Bearer {token}")]
    assert token not in json.dumps(result) + err


class TestTheTokenOfTheHubsOwnTools:
    TOKEN = "hf_" + "stored" * 5

    @pytest.fixture(autouse=True)
    def _stored(self, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        hub.tokens.add(self.TOKEN)
        hub.model("acme/hidden", private=True, sha=SHA)
        monkeypatch.setenv("HF_TOKEN", self.TOKEN)

    def test_is_not_sent_unasked(self, hub: Any, capsys: pytest.CaptureFixture[str]) -> None:
        result, _ = looked_up(capsys, "hf://acme/hidden", code=3)
        assert result["answers"][0]["answer"] == "missing" and hub.authorizations() == []

    def test_is_sent_to_the_hub_where_it_is_asked_for(
        self, hub: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        result, err = looked_up(capsys, "hf://acme/hidden", "--use-hub-token")
        assert result["answers"][0]["commit"] == SHA
        assert hub.authorizations() == [("hub", f"Bearer {self.TOKEN}")]
        assert self.TOKEN not in json.dumps(result) + err

    def test_that_is_not_there_is_said_and_nobody_is_asked(
        self, hub: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
        assert run(["lookup", "hf://acme/hidden", "--use-hub-token"]) == 2
        assert "No token for 127.0.0.1" in capsys.readouterr().err and hub.requests == []


def test_hostile_names_and_answers_are_written_escaped(
    hub: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.model("acme/x", sha=SHA, id="acme/\u202ex\x1b[31m", lastModified="\x1b]0;x\x07")
    (tmp_path / "\u202e.py").write_text("AutoModel.from_pretrained('acme/x')\n")
    assert run(["lookup", str(tmp_path)]) in (0, 3)
    assert run(["lookup", str(tmp_path), "--format", "json"]) in (0, 3)
    out = "".join(capsys.readouterr())
    assert "\x1b" not in out and "\u202e" not in out and "\x07" not in out


def test_the_text_names_place_sentence_and_line_to_paste(
    furnished: Any, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lookup", str(project)]) == 0
    out = capsys.readouterr().out
    assert "acme/tickets@main (dataset)\n  named in serve.py:6\n" in out
    assert f'  main of acme/tickets is {"cd" * 20} now.\n  pin it: revision="{"cd" * 20}"\n' in out
    assert "old-org/base is now acme/base. Pin the new name and a commit." in out
    assert "Not looked up, because the code names them as it runs: 1" in out


def test_which_hub_is_meant_is_known_without_its_readers() -> None:
    code = (
        "import sys, inspector.sources.hub.endpoint, inspector.sources.hubnames\n"
        "print([name for name in sys.modules if name.startswith('inspector.sources.hub.')])\n"
        "from inspector.sources.hub import HubSource, RepoFacts\n"
        "print(HubSource.__name__, RepoFacts.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['inspector.sources.hub.endpoint']", "HubSource RepoFacts"]
