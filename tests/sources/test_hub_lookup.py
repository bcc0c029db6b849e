"""Names of a project looked up on the hub: what they mean now, and what to pin."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from inspector.provenance.errors import InspectorError
from inspector.sources.hub.lookup import LookedUp, LookUp
from inspector.sources.hub.tokens import TokensInMemory
from inspector.sources.hubid import HubId


def look_up(*names: HubId, **options: Any) -> dict[HubId, LookedUp]:
    return {found.asked: found for found in LookUp(**options).run(names)}


def test_each_name_is_asked_once_and_says_what_to_pin(hub: Any) -> None:
    repo = hub.model("acme/x", refs={"v1": "ab" * 20})
    data = hub.dataset("acme/rows")
    names = [HubId("model", "acme/x"), HubId("model", "acme/x", "v1"), HubId("dataset", "acme/rows")]
    found = look_up(*names, *names)
    assert [found[name].commit for name in names] == [repo.sha, "ab" * 20, data.sha]
    assert found[names[0]].pin == f'revision="{repo.sha}"'
    assert found[names[1]].sentence == f"v1 of acme/x is {'ab' * 20} now."
    assert len(hub.requests) == 3


def test_what_is_gone_moved_or_locked_is_said(hub: Any) -> None:
    repo = hub.model("acme/new", gated="manual")
    hub.rename("old/x", "acme/new")
    names = {
        "old/x": HubId("model", "old/x"),
        "none": HubId("model", "acme/none"),
        "odd": HubId("model", "../../etc"),
        "rev": HubId("model", "acme/new", "12" * 20),
        "pinned": HubId("model", "acme/new", repo.sha),
    }
    found = {key: one for key, name in names.items() for one in look_up(name).values()}
    assert found["old/x"].moved_to == "acme/new" and "Pin the new name" in found["old/x"].sentence
    assert "Its bytes are gated." in found["old/x"].sentence
    assert "not found, or private" in found["none"].sentence and found["none"].pin is None
    assert "is no name of a repository" in found["odd"].problem
    assert "was removed or never existed" in found["rev"].problem
    assert found["pinned"].sentence.startswith("acme/new still holds the commit that is named.")


def test_offline_it_answers_from_what_was_saved(hub: Any) -> None:
    repo = hub.model("acme/x")
    name, other = HubId("model", "acme/x"), HubId("model", "acme/y")
    look_up(name)
    asked = len(hub.requests)
    found = look_up(name, other, offline=True)
    assert (found[name].commit, len(hub.requests)) == (repo.sha, asked)
    assert found[name].saved and found[name].saved.endswith("Z")
    assert found[other].problem.startswith(
        "--offline is set: showing cached facts only. Nothing is saved of "
    )


def test_after_a_refusal_for_all_nothing_more_is_asked(hub: Any) -> None:
    hub.fault("/api/", status=429, headers={"retry-after": "200"})
    found = look_up(*(HubId("model", f"acme/m{number}") for number in range(40)))
    assert len(found) == 40 and all("Hub limit reached" in one.problem for one in found.values())
    assert len(hub.requests) <= 12


def test_a_token_of_the_reviewer_is_used(hub: Any) -> None:
    from inspector.sources.hub.endpoint import endpoint_in_use

    hub.tokens.add("hf_known")
    repo = hub.model("acme/hidden", private=True)
    store = TokensInMemory()
    store.keep(endpoint_in_use(), "hf_known")
    name = HubId("model", "acme/hidden")
    assert look_up(name, tokens=store)[name].commit == repo.sha
    assert "private" in look_up(name)[name].problem


def test_a_hundred_names_take_no_hundred_round_trips(hub: Any) -> None:
    for number in range(60):
        hub.model(f"acme/m{number}")
    hub.delay = 0.05
    found = look_up(*(HubId("model", f"acme/m{number}") for number in range(60)))
    assert all(one.commit for one in found.values()) and hub.most_at_once >= 3


@pytest.mark.usefixtures("patient_client")
@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_it_can_be_left(hub: Any, kind: str) -> None:
    hub.model("acme/x")
    hub.fault("/api/models/acme/slow", kind)
    work = LookUp()
    threading.Timer(0.3, work.cancel).start()
    found = list(work.run([HubId("model", "acme/x"), HubId("model", "acme/slow")]))
    assert [one.asked.name for one in found if one.commit] == ["acme/x"]
    assert [one.problem for one in found if one.problem] == ["The look-up was cancelled."]


@pytest.mark.usefixtures("patient_client")
def test_who_stops_listening_waits_for_nobody(hub: Any) -> None:
    hub.model("acme/x")
    hub.fault("/api/models/acme/slow", "hang")
    answers = LookUp().run([HubId("model", "acme/x"), HubId("model", "acme/slow")])
    assert next(answers).commit
    answers.close()
    assert hub.busy == 1  # the stand-in still keeps that question: nobody waited for its answer


def test_what_changed_is_told_offline_from_saved_lists_alone(hub: Any) -> None:
    old, new = "ab" * 20, "cd" * 20
    repo = hub.model("acme/x", {"a.bin": b"1"}, sha=old)
    name = HubId("model", "acme/x")
    repo.push({"a.bin": b"2"}, new)
    work = LookUp()
    (now,) = work.run([name])
    assert work.since(now, old).changed == ("a.bin",)
    asked = len(hub.requests)
    assert asked == 3  # the facts, and a list for each commit
    work = LookUp(offline=True)
    (now,) = work.run([name])
    assert (work.since(now, old).changed, now.answer, len(hub.requests)) == (("a.bin",), "saved", asked)
    with pytest.raises(InspectorError, match="--offline is set"):
        work.since(now, "12" * 20)
