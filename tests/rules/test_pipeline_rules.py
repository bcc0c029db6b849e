"""Actions, templates and hooks that a pipeline fetches: one finding for all, never as a model's own code."""

from __future__ import annotations

from typing import Any

from inspector.provenance import Pin, Severity
from inspector.rules import judge

RULE = "provenance.unpinned-pipeline"


def uses(
    reference: Any, ref: str | None, pin: Pin = Pin.MOVABLE, hub: str = "github-actions", **more: Any
) -> Any:
    path = more.pop("path", ".github/workflows/ci.yml")
    return reference(
        ref, kind="remote-code", hub=hub, pin=pin, call="uses:", path=path, text=f"uses: {ref}", **more
    )


def only(findings: Any) -> Any:
    (found,) = [finding for finding in findings if finding.rule == RULE]
    return found


def test_all_actions_are_one_finding_and_none_is_the_code_of_a_model(facts, reference):
    found = judge(
        facts(
            references=[
                uses(reference, "acme/deploy", revision="v1"),
                uses(reference, "actions/checkout", revision="v4"),
                uses(reference, "acme/deploy", revision="v1", path=".github/workflows/nightly.yml"),
            ]
        )
    )
    assert {finding.rule for finding in found} == {RULE}
    one = only(found)
    assert one.severity is Severity.MEDIUM
    assert "acme/deploy" in one.message and "2 files" in one.message
    assert [seen.text for seen in one.evidence][:2] == ["uses: acme/deploy"] * 2  # strangers first


def test_actions_of_the_host_alone_are_low_and_said_to_be(facts, reference):
    one = only(judge(facts(references=[uses(reference, "actions/checkout", revision="v4")])))
    assert one.severity is Severity.LOW and "the host" in one.message


def test_a_name_like_the_hosts_is_not_the_hosts(facts, reference):
    one = only(judge(facts(references=[uses(reference, "actions-rs/toolchain", revision="v1")])))
    assert one.severity is Severity.MEDIUM


def test_a_commit_is_enough(facts, reference):
    pinned = uses(reference, "acme/deploy", Pin.COMMIT, revision="0" * 40)
    assert not judge(facts(references=[pinned]))


def test_what_is_named_at_run_time_is_not_called_pinned(facts, reference):
    one = only(judge(facts(references=[uses(reference, None, Pin.UNDETERMINED)])))
    assert one.severity is Severity.MEDIUM and "run time" in one.message


def test_the_code_of_a_model_stays_remote_code(facts, reference):
    found = judge(facts(references=[reference("acme/base", kind="remote-code", hub="hf", safe=False)]))
    assert [finding.rule for finding in found] == ["loading.remote-code"]
