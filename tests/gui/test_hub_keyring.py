"""A token that lasts: in the system's keyring where there is one and the reviewer asks for it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from inspector.gui.hub_dialog import HubDialog
from inspector.gui.hub_tokens import HubTokens

HUB, TOKEN = "https://hub.example", "hf_secret"


class Keyring(ModuleType):
    """As the package of that name: three functions, a password by service and name."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.__spec__ = ModuleSpec("keyring", None)
        self.held: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def _open(self) -> None:
        if self.is_locked:
            raise RuntimeError(f"locked, and here is what it holds: {self.held}")

    def get_password(self, service: str, name: str) -> str | None:
        self._open()
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        self._open()
        self.held[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        self._open()
        del self.held[service, name]


@pytest.fixture
def keyring(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", HUB)
    made = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def dialog_of(window, backend, qtbot):
    made = HubDialog(window, (), backend)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: bool(made.endpoint))
    made.id.setText("acme/x")
    return made


def kept(qtbot, keyring, *tokens):
    qtbot.waitUntil(lambda: tuple(keyring.held.values()) == tokens)


def test_without_the_package_nothing_is_offered(window, backend, qtbot, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", HUB)
    monkeypatch.setattr(HubTokens, "can_last", staticmethod(lambda: False))
    assert dialog_of(window, backend, qtbot).lasting.isHidden()


def test_a_token_is_kept_recalled_and_taken_out(window, backend, qtbot, keyring):
    first = dialog_of(window, backend, qtbot)
    assert not first.lasting.isHidden() and not first.lasting.isChecked()
    first.token.setText(TOKEN)
    first.hand_over_token()
    assert backend.tokens.has(HUB) and keyring.held == {}, "not asked for"
    first.lasting.setChecked(True)
    first.hand_over_token()
    kept(qtbot, keyring, TOKEN)

    backend.tokens = HubTokens()  # another day
    second = dialog_of(window, backend, qtbot)
    assert second.lasting.isChecked() and "kept from before" in second.token.placeholderText()
    assert second.token.text() == "" and backend.tokens.line(HUB) == f"{TOKEN}\n".encode()
    second.lasting.setChecked(False)
    second.hand_over_token()
    kept(qtbot, keyring)
    assert backend.tokens.has(HUB) and not backend.tokens.is_lasting(HUB)


def test_a_locked_keyring_is_said_without_what_it_holds(window, backend, qtbot, keyring, monkeypatch):
    told = []
    monkeypatch.setattr(window, "tell", told.append)
    keyring.held["provenance-inspector hub token", HUB] = TOKEN
    keyring.is_locked = True
    dialog = dialog_of(window, backend, qtbot)
    assert not backend.tokens.has(HUB) and not dialog.lasting.isChecked()
    dialog.token.setText("hf_other")
    dialog.lasting.setChecked(True)
    dialog.hand_over_token()
    qtbot.waitUntil(lambda: bool(told))
    assert "keyring" in told[0] and TOKEN not in told[0] and "hf_other" not in told[0]
    assert backend.tokens.line(HUB) == b"hf_other\n" and not backend.tokens.is_lasting(HUB)
