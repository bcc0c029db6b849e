"""Looking up on the hub in the window: asked for only when pressed, kept with its date, stopped at once."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton

from inspector.gui.hub_dialog import HubDialog
from inspector.gui.looking_up import MEMORY, since_words, targets_of
from inspector.gui.widgets import Flow

OLD, NEW = "a1" * 20, "b2" * 20
_SAY = "import sys, time\nsys.stdout.write(open(sys.argv[1]).read()); sys.stdout.flush()\n"
_HANG = _SAY + "time.sleep(60)\n"
_ECHO = (
    "import sys, json\nsaid = 'len %d' % len(sys.stdin.readline().strip())\n"
    "print(json.dumps({'event': 'answer', 'kind': 'model', 'name': 'a/b', 'problem': said}))\n"
)


def answer(name: str = "org/base", revision: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "event": "answer",
        "kind": "model",
        "name": name,
        "revision": revision,
        "commit": NEW,
        "paste": f'revision="{NEW}"',
        "moved_to": None,
        "answer": "live",
        "saved": None,
        "sentence": f"main of {name} is {NEW} now.",
        "problem": None,
        "refs": None,
        "since": None,
        **more,
    }


class Hub:
    """What children of the window would tell: events in a file, and the commands that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "answers.jsonl"
        self.asked: list[tuple[list[str], list[str]]] = []
        self.hang = False
        self.tell()

    def tell(self, *events: dict[str, Any]) -> None:
        self.script.write_text("".join(json.dumps(event) + "\n" for event in events))

    def command(self, targets: Any, options: Any) -> list[str]:
        self.asked.append((list(targets), list(options)))
        return [sys.executable, "-I", "-c", _HANG if self.hang else _SAY, str(self.script)]


@pytest.fixture
def hub(backend: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    made = Hub(tmp_path)
    backend.lookup_command = made.command
    events = [json.loads(line) for line in backend.script.read_text().splitlines()]
    for event in events:
        if event["event"] == "node" and event["kind"] in ("model", "dataset"):
            event["attributes"] = {**event["attributes"], "hub": "hf"}
    backend.tell(events)
    return made


def words_of(window: Any) -> str:
    panel = window.pane.hub
    said = [part.toPlainText() for part in panel.findChildren(Flow) if not part.isHidden()]
    return "\n".join(said + [part.text() for part in panel.findChildren(QLabel) if not part.isHidden()])


def pressed(window: Any, name: str) -> None:
    (found,) = [one for one in window.pane.hub.findChildren(QPushButton) if one.accessibleName() == name]
    found.click()


def answered(qtbot: Any, window: Any, part: str) -> None:
    qtbot.waitUntil(lambda: not window.pane.hub.work.running and part in words_of(window))


def test_nothing_is_asked_until_the_reviewer_presses_for_it(hub: Hub, opened: Any, qtbot: Any) -> None:
    opened.selection.select_node("model:org/base")
    qtbot.waitUntil(lambda: "Not asked yet." in words_of(opened))
    opened.selection.select_node("package:torch")
    qtbot.waitUntil(lambda: opened.pane._sections["hub"].isHidden())
    assert hub.asked == [] and opened.strip.network.text() == "offline"


def test_the_key_asks_about_the_selected_node_and_the_answer_can_be_pasted(
    hub: Hub, opened: Any, qtbot: Any, watchdog: Any
) -> None:
    hub.tell(answer(), answer(revision="main"))
    opened.selection.select_node("model:org/base")
    qtbot.waitUntil(lambda: "Not asked yet." in words_of(opened))
    watchdog.start()
    opened.run("look-up")
    answered(qtbot, opened, NEW)
    watchdog.stop()
    ((targets, options),) = hub.asked
    assert targets == ["hf://org/base"] and options[:1] == ["--hub-patience"]
    answered(qtbot, opened, "asked 20")
    assert words_of(opened).count("asked 20") == 1  # no name and "main" say the same
    pressed(opened, "Copy the line to paste")
    assert QGuiApplication.clipboard().text() == f'revision="{NEW}"'
    assert opened.strip.network.text() == "asked the hub when told to"
    assert "2 answered, 0 without an answer" in opened.strip.said.text()


def test_answers_are_kept_with_their_date_and_shown_when_the_review_is_opened_again(
    hub: Hub, opened: Any, qtbot: Any, project: Path, ready: Any
) -> None:
    hub.tell(answer(answer="saved", saved="2026-01-02T03:04:05Z"))
    opened.selection.select_node("model:org/base")
    opened.run("look-up")
    answered(qtbot, opened, "saved answer of 2026-01-02")
    opened.show_welcome()
    assert opened.open(str(project))
    ready(opened)
    opened.selection.select_node("model:org/base")
    answered(qtbot, opened, "saved answer of 2026-01-02")
    assert len(hub.asked) == 1


def test_all_are_asked_after_host_and_number_were_confirmed(hub: Hub, opened: Any, qtbot: Any) -> None:
    hub.tell(answer(), answer("org/tickets", kind="dataset", answer="missing", problem="Gone.", commit=None))
    for name in ("Leave it", "Ask the hub"):
        opened.run("look-up-all")
        qtbot.waitUntil(lambda: bool(opened.findChildren(QMessageBox)))
        (box,) = opened.findChildren(QMessageBox)
        assert box.text() == "Ask 127.0.0.1:9 about 2 repositories?" and hub.asked == []
        (button,) = [one for one in box.buttons() if one.accessibleName() == name]
        button.click()
        qtbot.waitUntil(lambda: not opened.findChildren(QMessageBox))
        assert opened.pane.hub.work.running == (name == "Ask the hub")
    qtbot.waitUntil(lambda: bool(hub.asked))
    (targets, _) = hub.asked[0]
    assert targets == [str(opened.session.review.path)]
    opened.selection.select_node("dataset:org/tickets")
    answered(qtbot, opened, "Gone.")
    assert len(opened.session.recalled(MEMORY)) == 2
    assert "1 answered, 1 without an answer, 0 renamed" in opened.strip.said.text()


def test_a_look_up_is_stopped_at_once_and_what_came_stays(
    hub: Hub, opened: Any, qtbot: Any, watchdog: Any
) -> None:
    hub.hang = True
    waiting = {"event": "progress", "phase": "waiting", "done": 1, "total": 3, "seconds": 40.0}
    hub.tell(answer(), {**waiting, "sentence": "Hub limit reached; continues in 40 s."})
    opened.selection.select_node("model:org/base")
    opened.run("look-up")
    qtbot.waitUntil(lambda: "continues in 40 s" in opened.strip.asking.text())
    assert opened.strip.stop_asking.isVisible() and opened.strip.stop_asking.accessibleName()
    watchdog.start()
    opened.strip.stop_asking.click()
    assert not opened.pane.hub.work.running and opened.strip.asking.isHidden()
    watchdog.stop()
    assert "cancelled" in opened.strip.said.text()
    answered(qtbot, opened, NEW)
    assert opened.session.recalled(MEMORY)


def test_an_answer_that_did_not_come_leaves_the_one_before(hub: Hub, opened: Any, qtbot: Any) -> None:
    hub.tell(answer())
    opened.selection.select_node("model:org/base")
    opened.run("look-up")
    answered(qtbot, opened, NEW)
    hub.tell(answer(answer="unanswered", commit=None, paste=None, problem="Cannot be reached."))
    opened.run("look-up")
    answered(qtbot, opened, "Cannot be reached.")
    answered(qtbot, opened, NEW)


def test_a_name_that_moved_can_be_asked_what_changed_and_no_file_is_named_twice(
    hub: Hub, opened: Any, qtbot: Any
) -> None:
    opened.selection.select_node("model:org/base")
    for commit in (OLD, NEW):
        hub.tell(answer(commit=commit, paste=f'revision="{commit}"', sentence=f"It is {commit}."))
        opened.run("look-up")
        answered(qtbot, opened, commit)
    since = {
        "commit": OLD,
        "sentence": "main went from a1a1a1a1 to b2b2b2b2, 2 files changed, 1 new pickle.",
        "total": {"added": 1, "changed": 1},
        "added": ["\u202ex.pkl"],
        "changed": ["config.json"],
        "new_pickles": ["\u202ex.pkl"],
    }
    hub.tell(answer(since=since))
    pressed(opened, f"What changed since {OLD[:8]}")
    answered(qtbot, opened, "1 new pickle")
    assert hub.asked[-1][0] == ["hf://org/base"] and hub.asked[-1][1][:2] == ["--since", OLD]
    answered(qtbot, opened, "New files: 1\n  \\u202ex.pkl  (new pickle)\nChanged files: 1\n  config.json")


def test_of_a_pinned_repository_the_moving_name_is_asked_too(hub: Hub, opened: Any, qtbot: Any) -> None:
    node = opened.session.facts.nodes["model:org/base"]
    reference = {
        "event": "reference",
        "path": "a.py",
        "line": 1,
        "kind": "model",
        "hub": "hf",
        "pin": "commit",
    }
    opened.session.facts.add({**reference, "ref": "org/base", "revision": OLD})
    assert targets_of(opened.session, node) == [f"hf://org/base@{OLD}", "hf://org/base"]
    opened.session.facts.add({**reference, "ref": "org/base", "revision": "v1"})
    assert targets_of(opened.session, node) == [f"hf://org/base@{OLD}", "hf://org/base@v1"]


def test_long_lists_of_changes_are_cut_and_counted() -> None:
    said = since_words({"sentence": "x", "total": {"changed": 900}, "changed": [f"f{n}" for n in range(500)]})
    assert "Changed files: 900" in said and said.endswith("and 840 more") and len(said.splitlines()) == 63


def test_hostile_answers_stand_as_text(hub: Hub, opened: Any, qtbot: Any) -> None:
    nasty = "<b>bold</b>\u202e\x1b[31m\n" + "x" * 5000
    hub.tell(answer(sentence=nasty, paste=nasty, saved=nasty, answer="saved", moved_to=nasty))
    opened.selection.select_node("model:org/base")
    opened.run("look-up")
    answered(qtbot, opened, "<b>bold</b>\\u202e\\x1b[31m")
    for part in opened.pane.hub.findChildren(Flow):
        assert not {"\u202e", "\x1b"} & {*part.toPlainText(), *part.accessibleName()}
    node = opened.session.facts.nodes["model:org/base"]
    for odd in (
        None,
        3,
        [1],
        {"a": 1},
        {"a": {"kind": 1, "name": []}},
        {"a": {"kind": "model", "name": "x"}},
    ):
        opened.session.remember(MEMORY, odd)
        opened.pane.hub.set_session(opened.session)
        assert opened.pane.hub.show_node(node)
        answered(qtbot, opened, "Not asked yet.")


def test_what_cannot_be_asked_is_a_sentence(
    hub: Hub, opened: Any, qtbot: Any, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.selection.select_node("package:torch")
    for action in ("look-up", "hub-changes"):
        opened.run(action)
        assert "first" in opened.strip.said.text()
    opened.selection.select_node("model:org/base")
    monkeypatch.setenv("HF_ENDPOINT", "ftp://nowhere")
    opened.run("look-up")
    qtbot.waitUntil(lambda: "ftp://nowhere" in opened.strip.said.text())
    assert hub.asked == [] and not opened.pane.hub.work.running
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    fails = "import sys; print('inspector: The disk is full.', file=sys.stderr); sys.exit(2)"
    backend.lookup_command = lambda *_: [sys.executable, "-I", "-c", fails]
    opened.run("look-up")
    qtbot.waitUntil(lambda: "The disk is full." in opened.strip.said.text())


def test_of_a_project_without_names_nobody_is_asked(opened: Any, qtbot: Any) -> None:
    opened.run("look-up-all")
    qtbot.waitUntil(lambda: "Nothing here names" in opened.strip.said.text())
    assert not opened.findChildren(QMessageBox)


def test_closing_the_target_ends_the_asking(hub: Hub, opened: Any, qtbot: Any) -> None:
    hub.hang = True
    opened.selection.select_node("model:org/base")
    opened.run("look-up")
    qtbot.waitUntil(lambda: bool(hub.asked))
    opened.show_welcome()
    assert not opened.pane.hub.work.running


# --- the revision picker -------------------------------------------------------------------------------


@pytest.fixture
def dialog(window: Any, backend: Any, hub: Hub, qtbot: Any) -> HubDialog:
    made = HubDialog(window, (), backend)
    qtbot.addWidget(made)
    made.show()
    return made


def test_branches_are_asked_for_on_a_press_and_a_choice_writes_the_commit(
    dialog: HubDialog, hub: Hub, qtbot: Any
) -> None:
    rows = [{"kind": "branch", "name": "main", "commit": NEW}, {"kind": "tag", "name": "v1", "commit": OLD}]
    odd = [{"kind": "tag", "name": 3, "commit": OLD}, {"kind": "tag", "name": "x", "commit": "../"}, None]
    hub.tell(answer("acme/x", refs=rows + odd))
    dialog.id.setText("acme/x")
    dialog.revision.setText("typed")
    assert hub.asked == [] and dialog.refs.isHidden()
    dialog.choose.click()
    qtbot.waitUntil(lambda: dialog.refs.rows.count() == 2)
    assert hub.asked[0][0] == ["hf://acme/x"] and hub.asked[0][1][0] == "--refs"
    assert dialog.refs.rows.item(1).text() == f"v1  ·  tag  ·  {OLD[:12]}"
    dialog.refs.rows.setCurrentRow(1)
    qtbot.keyClick(dialog.refs.rows, "\r")
    assert dialog.isVisible() and dialog.revision.text() == OLD
    assert dialog.meant.text() == "v1 names this commit now." and dialog.meant.isVisible()
    assert dialog.target() == f"hf://acme/x@{OLD}"
    dialog.id.setText("acme/y")
    assert dialog.revision.text() == "" and dialog.meant.isHidden() and dialog.refs.isHidden()


def test_the_picker_says_what_went_wrong_and_asks_nobody_without_a_name(
    dialog: HubDialog, hub: Hub, qtbot: Any
) -> None:
    assert dialog.choose.accessibleName() and dialog.refs.rows.accessibleName()
    dialog.choose.click()
    assert "ORG/NAME" in dialog.problem.text() and hub.asked == []
    hub.tell(answer("acme/x", commit=None, problem="acme/x: not found, or private.\u202e"))
    dialog.id.setText("acme/x")
    dialog.choose.click()
    qtbot.waitUntil(lambda: "not found" in dialog.refs.said.text())
    assert "\u202e" not in dialog.refs.said.text()
    dialog.reject()


def test_a_typed_token_goes_by_standard_input(dialog: HubDialog, backend: Any, qtbot: Any, hub: Hub) -> None:
    seen: list[Any] = []

    def command(targets: Any, options: Any) -> list[str]:
        seen.append(options)
        return [sys.executable, "-I", "-c", _ECHO]

    backend.lookup_command = command
    dialog.id.setText("acme/x")
    backend.tokens.keep("http://127.0.0.1:9", "hf_kept_before")
    dialog.token.setText("hf_typed")
    dialog.choose.click()
    qtbot.waitUntil(lambda: dialog.refs.said.text() == "len 8")
    assert seen[0].count("--token-stdin") == 1 and "hf_typed" not in str(seen)


# --- hub targets ---------------------------------------------------------------------------------------


def _hub_scan(make: Any, commit: str, digest: str, origin: str = "live") -> list[dict[str, Any]]:
    root = make.node(
        "model", "acme/x", pin="none", attributes={"root": True, "hub": "hf", "revision": commit}
    )
    target = {"kind": "hub-model", "name": "acme/x", "revision": commit}
    told = {"time": "2026-02-03T04:05:06Z", "from": origin, "url": "u", "status": 200}
    end = {**make.done(1), "target": target, "run": {"seconds": 1.0, "hub_answers": [told]}}
    return [root, {**make.file("m.bin", "allow-listed", "pickle"), "sha256": digest, "pickle": True}, end]


def test_a_second_scan_says_what_moved_and_the_strip_how_old_the_answers_are(
    hub: Hub, window: Any, backend: Any, qtbot: Any, make: Any, ready: Any
) -> None:
    backend.tell(_hub_scan(make, OLD, "1"))
    assert window.open("hf://acme/x")
    ready(window)
    qtbot.waitUntil(lambda: window.strip.network.text() == "hub: live answers of 2026-02-03")
    backend.tell(_hub_scan(make, NEW, "2", "saved"))
    window.run("rescan")
    window.selection.select_node("model:acme/x")
    expected = "main went from a1a1a1a1 to b2b2b2b2, 1 file changed."
    qtbot.waitUntil(lambda: expected in words_of(window))
    assert window.strip.network.text() == "hub: saved answers, oldest of 2026-02-03"
    window.show_welcome()
    backend.tell(_hub_scan(make, NEW, "2"))
    assert window.open("hf://acme/x")
    ready(window)
    window.selection.select_node("model:acme/x")
    qtbot.waitUntil(lambda: expected in words_of(window))


def test_the_real_command_answers_the_window_from_a_hub(
    opened: Any, qtbot: Any, backend: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = Path(__file__).resolve().parents[1] / "hub_standin" / "server.py"
    spec = importlib.util.spec_from_file_location("hub_standin_of_window", place)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    with module.HubStandIn() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        running.model("org/base", sha=NEW)
        opened.pane.hub.work.ask(["hf://org/base"])
        qtbot.waitUntil(lambda: not opened.pane.hub.work.running)
        (row,) = opened.pane.hub.work.answers_on("model", "org/base")
        assert row["commit"] == NEW and len(running.requests) == 1


def saved(home: Any, commit: str, path: str, body: bytes) -> None:
    """Puts what a hub once answered where the program keeps such answers."""
    from inspector.sources.hub.saved import SavedAnswers

    SavedAnswers("http://127.0.0.1:9").put(
        f"/org/base/resolve/{commit}/{path}",
        status=200, headers={}, linked={}, time="2026-01-02T03:04:05Z", body=body,
    )  # fmt: skip


def test_the_lines_that_changed_are_shown_from_what_is_on_this_machine(
    hub: Hub, opened: Any, qtbot: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    saved(tmp_path, OLD, "config.json", b'{\n "model_type": "bert",\n "hidden": 1\n}\n')
    here = tmp_path / "cache/models--org--base/snapshots" / NEW
    here.mkdir(parents=True)
    (here / "config.json").write_text(
        '{\n "model_type": "bert",\n "auto_map": "\u202ex.py",\n "hidden": 1\n}\n'
    )
    opened.selection.select_node("model:org/base")
    for commit in (OLD, NEW):
        hub.tell(answer(commit=commit, paste=f'revision="{commit}"', sentence=f"It is {commit}."))
        opened.run("look-up")
        answered(qtbot, opened, commit)
    since = {
        "commit": OLD,
        "sentence": "2 files changed, 1 new pickle.",
        "changed": ["config.json", "README.md", "model.bin"],
        "new_pickles": ["model.bin"],
    }
    hub.tell(answer(since=since))
    pressed(opened, f"What changed since {OLD[:8]}")
    text = opened.pane.evidence.text
    qtbot.waitUntil(lambda: "config.json" in text.toPlainText())
    said = text.toPlainText()
    assert '+  "auto_map": "\\u202ex.py",' in said and "- " not in said.replace("→", "")
    assert "New pickles, not read by this comparison:\n  model.bin" in said
    assert f"not known: at {OLD[:8]} it is neither" in said and f"not known: at {NEW[:8]}" in said
    assert "1 file more changed, of which only digests are compared." in said
    opened.run("state-confirmed")
    assert "auto_map" in text.toPlainText(), "a decision does not take it away"
    opened.selection.select_node("package:torch")
    qtbot.waitUntil(lambda: "auto_map" not in text.toPlainText())
