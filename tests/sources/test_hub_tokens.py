"""Tokens that a reviewer gives: for one endpoint each, in memory or the keyring, and nowhere else."""

from __future__ import annotations

import logging
import pickle
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector import places
from inspector.provenance.errors import InspectorError, UnreadableInput, WorkIncomplete
from inspector.sources import open_target
from inspector.sources.hub import HubSource
from inspector.sources.hub.endpoint import endpoint_in_use
from inspector.sources.hub.tokens import TokensInKeyring, TokensInMemory, token_store

TOKEN = "hf_" + "secretsecret" * 3


class Keyring(ModuleType):
    """A keyring in memory with the calls of the ``keyring`` package."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.held[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.held[service, name]


@pytest.fixture(params=["memory", "keyring"])
def store(request: pytest.FixtureRequest) -> Any:
    return TokensInMemory() if request.param == "memory" else TokensInKeyring(Keyring())


def test_a_token_is_sent_to_the_endpoint_that_it_was_given_for(
    hub: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.tokens.add(TOKEN)
    hub.model("acme/hidden", private=True)
    store.keep(endpoint_in_use(), TOKEN)
    source = open_target("hf://acme/hidden", tokens=store)
    assert source.target.name == "acme/hidden"
    assert {value for _, value in hub.authorizations()} == {f"Bearer {TOKEN}"}
    store.forget(endpoint_in_use())
    store.forget(endpoint_in_use())
    with pytest.raises(UnreadableInput, match="not found, or private"):
        open_target("hf://acme/hidden", tokens=store)


def test_another_endpoint_gets_none(
    hub: Any, hub_standin: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(endpoint_in_use(), TOKEN)
    with hub_standin.HubStandIn() as other:
        other.model("acme/x")
        monkeypatch.setenv("HF_ENDPOINT", other.endpoint)
        open_target("hf://acme/x", tokens=store)
        assert other.authorizations() == []


def test_the_one_that_was_given_comes_before_the_one_of_the_hubs_tools(
    hub: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_ofthetools")
    hub.tokens.update({TOKEN, "hf_ofthetools"})
    hub.model("acme/x")
    store.keep(endpoint_in_use(), TOKEN)
    open_target("hf://acme/x", tokens=store, use_hub_token=True)
    assert {value for _, value in hub.authorizations()} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("value", ["", " ", "hf_a b", "hf_ü", "hf_a\nx-evil: 1", "hf_\0"])
def test_what_can_be_no_token_is_refused_without_being_shown(hub: Any, store: Any, value: str) -> None:
    with pytest.raises(UnreadableInput, match="can be no token") as caught:
        store.keep(endpoint_in_use(), value)
    assert not value.strip() or value not in str(caught.value)


def test_over_plain_http_none_is_kept_for_another_machine(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    with pytest.raises(UnreadableInput, match=r"is not sent to hub\.invalid"):
        store.keep(endpoint_in_use(), TOKEN)


def test_memory_is_what_is_used_unless_the_keyring_is_there_and_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert isinstance(token_store(), TokensInMemory)
    assert isinstance(token_store(in_keyring=True), TokensInMemory)
    monkeypatch.setitem(sys.modules, "keyring", Keyring())
    assert isinstance(token_store(), TokensInMemory)
    assert isinstance(token_store(in_keyring=True), TokensInKeyring)


def test_a_keyring_that_fails_is_a_sentence_without_the_token(hub: Any) -> None:
    class Locked(Keyring):
        def set_password(self, service: str, name: str, value: str) -> None:
            raise RuntimeError(f"cannot store {value}")

    with pytest.raises(WorkIncomplete, match="keyring of this system did not answer") as caught:
        TokensInKeyring(Locked()).keep(endpoint_in_use(), TOKEN)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_no_text_of_any_kind_holds_it(
    hub: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    store = TokensInMemory()
    store.keep(endpoint_in_use(), TOKEN)
    hub.tokens.add(TOKEN)
    hub.organization("acme")
    hub.model("acme/x", {"config.json": b"{}", "m.bin": bytes(200_000)})
    source = open_target("hf://acme/x", tokens=store)
    assert isinstance(source, HubSource)
    facts = source.facts()
    (entry,) = source.wanted_remotely()
    data = source.open_remote(entry)
    data.read_at(0, 10)
    hub.tokens.clear()
    with pytest.raises(InspectorError) as caught:
        open_target("hf://acme/x", tokens=store)
    shown = [
        repr(store),
        repr(store.get(endpoint_in_use())),
        repr(facts),
        repr(vars(source)),
        repr(vars(data)),
    ]
    shown += [repr(vars(source._client)), *traceback.format_exception(caught.value), caplog.text]
    shown += list(capfd.readouterr())
    assert not [text for text in shown if TOKEN in text]
    for path in places.cache().rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in Path(path).read_bytes()
    with pytest.raises(TypeError):
        pickle.dumps(store)
