"""A limit of the hub is waited out in sight of the reviewer, and can be left at any time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from inspector.provenance.errors import InspectorError
from inspector.sources import open_target
from inspector.sources.hub import HubSource, session
from inspector.sources.hub.answer import Waiting
from inspector.sources.hub.errors import Cancelled, RateLimited


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any wait counts as a long one, so that the tests' waits are short."""
    monkeypatch.setattr("inspector.sources.hub.session.LONGEST_SILENT_WAIT", 0.0)


def opened(target: str, **options: Any) -> HubSource:
    source = open_target(target, **options)
    assert isinstance(source, HubSource)
    return source


@pytest.mark.usefixtures("quick")
def test_a_limit_is_counted_down_and_the_work_goes_on(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/", status=429, headers={"retry-after": "1"}, times=1)
    said: list[Waiting] = []
    source = opened("hf://acme/x", on_wait=said.append)
    assert source.target.name == "acme/x"
    assert said and 0 < said[0].seconds <= 1
    assert said[0].sentence == "Hub limit reached; continues in 1 s (0 of 1 repos done)."


def test_a_long_limit_is_told_and_can_be_left(hub: Any) -> None:
    hub.organization("acme")
    hub.model("acme/x", base_models=("finetune", ["acme/y"]))
    told = threading.Event()
    said: list[Waiting] = []

    def on_wait(waiting: Waiting) -> None:
        said.append(waiting)
        told.set()

    source = opened("hf://acme/x", on_wait=on_wait)
    hub.model("acme/y")
    hub.fault("/api/", status=429, headers={"ratelimit": '"api";r=0;t=280'})
    outcome: list[Any] = []
    worker = threading.Thread(target=lambda: outcome.append(source.facts()))
    worker.start()
    assert told.wait(60)
    assert 270 < said[0].seconds <= 280 and "continues in 280 s" in said[0].sentence
    source.close()
    worker.join(60)  # of the 280 seconds
    assert not worker.is_alive()
    facts = outcome[0]
    assert facts.sha and [one.id for one in facts.relatives] == ["acme/y"]
    assert facts.relatives[0].problem


@pytest.mark.usefixtures("quick")
def test_the_countdown_says_how_many_repositories_are_done(hub: Any, hub_standin: Any) -> None:
    hub_standin.family(hub, 12)
    said: list[Waiting] = []
    source = opened("hf://acme/model-00", on_wait=said.append)
    hub.fault(r"/api/models/org\d/model-07", status=429, headers={"retry-after": "1"}, times=1)
    facts = source.facts()
    assert not [one.id for one in facts.relatives if one.problem]
    assert said and said[-1].done >= 4 and said[-1].total > said[-1].done


@pytest.mark.usefixtures("quick")
def test_a_hub_that_never_has_enough_is_given_up(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sources.hub.client.MAX_WAITS", 1)
    hub.fault("/api/", status=429, headers={"retry-after": "1"})
    with pytest.raises(RateLimited, match="Hub limit reached"):
        opened("hf://acme/x", on_wait=lambda waiting: None)
    assert len(hub.requests) == 2


def test_a_limit_longer_than_the_hubs_own_measure_is_not_waited_for(hub: Any) -> None:
    hub.fault("/api/", status=429, headers={"retry-after": "86400"})
    said: list[Waiting] = []
    with pytest.raises(RateLimited):
        opened("hf://acme/x", on_wait=said.append)
    assert said == []


def test_nobody_to_tell_means_no_wait(hub: Any) -> None:
    hub.fault("/api/", status=429, headers={"retry-after": "30"})
    with pytest.raises(RateLimited, match=r"continues in 30 s"):
        opened("hf://acme/x")
    assert len(hub.requests) == 1


@pytest.mark.usefixtures("patient_client")
@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_cancel_ends_a_read_of_bytes(hub: Any, kind: str) -> None:
    hub.model("acme/x", {"m.bin": bytes(300_000)})
    source = opened("hf://acme/x")
    (entry,) = source.wanted_remotely()
    data = source.open_remote(entry)
    hub.fault("/lfs/", kind)
    threading.Timer(0.2, source.close).start()
    with pytest.raises(Exception, match="look-up was cancelled") as caught:
        data.read_at(0, 4)
    assert not isinstance(caught.value, InspectorError) or isinstance(caught.value, Cancelled)


def test_no_connection_is_left_open_at_the_end_of_the_process(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_exit: list[Any] = []
    monkeypatch.setattr("inspector.sources.hub.session.atexit.register", at_exit.append)
    made = session._made()
    made.get(f"{hub.endpoint}/api/models/acme/x")
    made.close()  # the library's way leaves it open: others may be in the middle of a request
    assert not made.is_closed
    for call in at_exit:
        call()
    assert made.is_closed
