"""The grammar of hub targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.provenance.errors import UnreadableInput
from inspector.provenance.text import plain
from inspector.provenance.words import Pin
from inspector.sources.hubid import HubId, parse_hub_target

COMMIT = "3f2a" * 10


@pytest.mark.parametrize(
    ("target", "kind", "name", "revision", "pin"),
    [
        ("hf://acme/writer", "model", "acme/writer", None, Pin.NONE),
        ("hf://gpt2", "model", "gpt2", None, Pin.NONE),
        ("hf://models/gpt2", "model", "gpt2", None, Pin.NONE),
        ("hf://models/acme/writer@v1.0", "model", "acme/writer", "v1.0", Pin.MOVABLE),
        ("hf://datasets/acme/data@main", "dataset", "acme/data", "main", Pin.MOVABLE),
        ("hf://datasets/squad", "dataset", "squad", None, Pin.NONE),
        ("hf://spaces/acme/demo@refs/pr/3", "space", "acme/demo", "refs/pr/3", Pin.MOVABLE),
        (f"hf://acme/x@{COMMIT}", "model", "acme/x", COMMIT, Pin.COMMIT),
        (f"hf://acme/x@{COMMIT.upper()}", "model", "acme/x", COMMIT, Pin.COMMIT),
        (f"hf://acme/x@{COMMIT[:12]}", "model", "acme/x", COMMIT[:12], Pin.MOVABLE),
        ("HF://Acme/X_y.z-1", "model", "Acme/X_y.z-1", None, Pin.NONE),
        ("hf://datasets", "model", "datasets", None, Pin.NONE),
    ],
)
def test_well_formed(target: str, kind: str, name: str, revision: str | None, pin: Pin) -> None:
    parsed = parse_hub_target(target)
    assert parsed == HubId(kind, name, revision)
    assert parsed.pin is pin


@pytest.mark.parametrize(
    "target",
    [
        "hf://",
        "hf:///x",
        "hf://acme/",
        "hf://acme/x@",
        "hf://acme/x/file.bin",
        "hf://kernels/acme/x",
        "hf://../x",
        "hf://acme/..",
        "hf://acme/a--b",
        "hf://acme/x.git",
        "hf://acme/x y",
        "hf://acme/x?y=1",
        "hf://acme/x#y",
        "hf://acme/x%2f..",
        "hf://-acme/x",
        "hf://acme/x\n",
        "hf://acme/" + "x" * 200,
        "hf://ücme/x",
        "hf://acme/x@a b",
        "hf://acme/x@../../y",
        "hf://acme/x@-b",
        "hf://acme/x@a@b",
        "hf://acme/x@\u202emain",
    ],
)
def test_malformed_is_a_sentence_that_shows_how(target: str) -> None:
    with pytest.raises(UnreadableInput, match="is not the id of a hub repository") as caught:
        parse_hub_target(target)
    assert "hf://ORG/NAME" in caught.value.next_step
    assert plain(str(caught.value)) == str(caught.value)


@given(st.text(max_size=80))
def test_any_text_parses_or_is_unreadable(text: str) -> None:
    try:
        parsed = parse_hub_target(f"hf://{text}")
    except UnreadableInput:
        return
    assert plain(parsed.name) == parsed.name and ".." not in f"{parsed.name}{parsed.revision}"
