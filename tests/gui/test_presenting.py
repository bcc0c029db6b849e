"""Present mode shows one finding at a time, lights its path and hides what is the client's own."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from inspector.gui.hiding import hidden
from inspector.gui.present import Present
from inspector.gui.widgets import Flow

SECRETS = (
    "hf_" + "a1B2" * 8,
    "sk-" + "proj-0123456789abcdef",
    "ghp_" + "0123456789abcdefABCD",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "Zz9" * 14,
)


@pytest.mark.parametrize("secret", SECRETS)
def test_tokens_and_long_secrets_are_not_shown(secret):
    assert hidden(f"token = '{secret}' here") == "token = '…' here"


@pytest.mark.parametrize(
    "home", ["/home/anna", "/Users/Anna", "C:\\Users\\Anna", "C:\\\\Users\\\\Anna", "D:/Users/Anna"]
)
def test_homes_are_not_shown(home):
    assert hidden(f"read from {home}/work/model.bin") == "read from …/work/model.bin"


@pytest.mark.parametrize(
    "text",
    [
        "ab" * 32,
        "meta-llama/Meta-Llama-3-70B-Instruct-HF-GGUF-Q4",
        "app/home/train.py",
        "sklearn.preprocessing._data.StandardScaler",
        "hf://org/name@main",
        "https://host/org/name",
    ],
)
def test_digests_names_and_relative_paths_stay_readable(text):
    assert hidden(text) == text


def test_the_folder_of_the_target_is_hidden_before_its_parent():
    assert hidden("/srv/client/a/x and /srv/client/b", ["/srv/client", "/srv/client/a"]) == "…/x and …/b"


def test_presenting_hides_secrets_in_texts_names_and_the_graph(window, project, backend, make, ready):
    events = make.small_scan()
    secret = SECRETS[0]
    for event in events:
        if event["event"] == "node" and event["id"] == "model:org/base":
            event["name"] = f"org/{secret}"
        if event["event"] == "finding":
            event["message"] = f"It reads /home/anna/x with {secret}."
    backend.tell(events)
    window.open(str(project))
    ready(window)
    window.run("present")
    show = window.findChild(Present)
    for _ in show.steps:
        said = [flow.toPlainText() for flow in show.findChildren(Flow)]
        said += [widget.accessibleName() for widget in show.findChildren(QWidget)]
        assert any("It reads …" in text for text in said)
        assert not any(secret in text or "anna" in text for text in said)
        show.step(1)
    show.panel.flush()
    assert not any(secret in node.label + node.sublabel for node in show.panel.view.nodes)
    show.close()


def test_the_spotlight_is_on_the_selected_path_only(opened):
    opened.run("present")
    show = opened.findChild(Present)
    show.panel.flush()
    canvas = show.panel.canvas
    assert canvas.spotlight and show.panel.selected_node() in canvas._on_path
    lit = canvas.grab().toImage()
    canvas.spotlight = False
    assert canvas.grab().toImage() != lit, "what is off the path is dimmed"
    assert not opened.graph.panel.canvas.spotlight, "the window itself dims nothing"
    show.close()
