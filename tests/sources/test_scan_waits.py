"""A whole scan of a hub target tells while it waits, and is left within a second wherever it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from inspector.scan import Collected, Event, ScanOptions, scan_events
from inspector.sources import PATIENT
from inspector.sources.hub.errors import RateLimited

LIMIT = {"ratelimit": '"api";r=0;t=200'}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any wait counts as a long one, so that the tests' waits are short."""
    monkeypatch.setattr("inspector.sources.hub.session.LONGEST_SILENT_WAIT", 0.0)


def scan(**options: Any) -> Any:
    return scan_events(ScanOptions("hf://acme/x", audit=False, **{"hub_patience": PATIENT, **options}))


def first_wait(events: Any) -> Event:
    return next(event for event in events if event.get("phase") == "waiting")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("where", ["/api/models/acme/x", "/resolve/", "/api/organizations/"])
def test_a_wait_is_told_as_progress_and_the_scan_goes_on_to_its_end(hub: Any, where: str) -> None:
    hub.organization("acme")
    hub.model("acme/x", {"config.json": b"{}", "model.bin": b"N."})
    hub.fault(where, status=429, headers={"retry-after": "1"}, times=1)
    events = list(scan())
    waits = [event for event in events if event.get("phase") == "waiting"]
    assert waits and waits[0]["event"] == "progress" and waits[0]["seconds"] == 1
    assert waits[0]["sentence"].startswith("Hub limit reached; continues in 1 s (")
    assert {"done", "total", "bytes"} <= set(waits[0])
    phases = [event["phase"] for event in events if event["event"] == "progress"]
    after = phases[len(phases) - phases[::-1].index("waiting")]
    assert after in phases[: phases.index("waiting")]  # the phase that was waiting comes again
    collected = Collected()
    for event in events:
        collected.add(event)
    assert collected.result()["coverage"]["not_analysed"] == []


def opening(hub: Any) -> None:
    hub.fault("/api/models/", status=429, headers=LIMIT)


def reading(hub: Any) -> None:
    hub.fault("/resolve/", status=429, headers=LIMIT)


def family(hub: Any) -> None:
    hub.fault("/api/organizations/", status=429, headers=LIMIT)


@pytest.mark.parametrize("limited", [opening, reading, family])
def test_a_scan_that_waits_is_left_at_once(hub: Any, limited: Callable[[Any], None]) -> None:
    hub.model("acme/x", {"config.json": b"{}", "model.bin": b"N."})
    limited(hub)
    events = scan()
    wait = first_wait(events)
    assert 100 < wait["seconds"] <= 200
    before = threading.active_count()
    events.close()  # who waited out the limit would be ended as hanging
    assert threading.active_count() < before  # nobody goes on waiting in the background
    assert not [one for one in threading.enumerate() if one.name == "hub-scan"]


@pytest.mark.usefixtures("patient_client")
def test_a_scan_that_a_hub_keeps_hanging_is_left_at_once(hub: Any) -> None:
    hub.fault("/api/models/", "hang")
    events = scan()
    assert next(events)["phase"] == "opening"
    events.close()
    assert hub.count("/api/models/") <= 1  # neither waited for nor asked again


@pytest.mark.usefixtures("quick")
def test_where_nobody_sees_the_countdown_a_long_wait_ends_the_scan_with_its_sentence(hub: Any) -> None:
    hub.fault("/api/models/", status=429, headers={"retry-after": "60"})
    with pytest.raises(RateLimited, match=r"Hub limit reached; continues in 60 s \(0 of 1 repos done\)\."):
        list(scan(hub_patience=10.0))
    assert hub.count("/api/models/") == 1


@pytest.mark.usefixtures("quick")
def test_patience_is_for_all_waits_together(hub: Any) -> None:
    hub.fault("/api/models/", status=429, headers={"retry-after": "1"})
    with pytest.raises(RateLimited):
        list(scan(hub_patience=1.5))
    assert hub.count("/api/models/") == 2


def test_an_error_of_the_thread_is_the_error_of_the_scan(hub: Any) -> None:
    from inspector.provenance.errors import UnreadableInput

    with pytest.raises(UnreadableInput, match="not found, or private"):
        list(scan())
