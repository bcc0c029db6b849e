"""Code of others that pipelines and tools run: actions, CI templates, hooks, submodules. Not what a model
brings, so it is told apart from remote code of repositories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspector.provenance import Evidence, Finding, Pin, Severity
from inspector.references.config_code import CODE_HUBS
from inspector.references.interface import Reference
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts
from inspector.rules.wording import count, listed

_SHOWN = 40
# Published by the pipeline's own vendor: who can move these tags already runs the pipeline.
_OF_THE_HOST = {"github-actions": ("actions/", "github/"), "gitlab-ci": ("components/",)}


def unpinned(facts: Facts) -> Iterator[Finding]:
    """All of them in one finding on the target: a project names the same few in every workflow."""
    found = [
        reference
        for reference in facts.references
        if is_of_a_pipeline(reference) and reference.pin not in (Pin.COMMIT, Pin.DIGEST, Pin.LOCAL)
    ]
    if not found:
        return
    by_name: dict[str, list[Reference]] = defaultdict(list)
    for reference in found:
        by_name[reference.ref or ""].append(reference)
    strangers = sorted(name for name, all_ in by_name.items() if name and not _of_the_host(all_[0]))
    hosts = sorted(name for name, all_ in by_name.items() if name and _of_the_host(all_[0]))
    files = count(len({reference.path for reference in found}), "file")
    many = len(by_name) > 1
    named = listed(strangers or hosts) or "Code named only at run time"
    if strangers and hosts:
        named = f"{named}, and {len(hosts)} of the host's own,"
    yield rule("provenance.unpinned-pipeline").finding(
        facts.root,
        f"{named} {'are' if many else 'is'} fetched and run by {files} at a name that can be moved."
        + ("" if strangers else " All are published by the host of the pipeline itself."),
        [_seen(reference) for reference in _strangers_first(found)[:_SHOWN]],
        severity=Severity.MEDIUM if strangers or "" in by_name else Severity.LOW,
        subject="\n".join(sorted(f"{one.path}: {one.text}" for one in found)),
    )


def is_of_a_pipeline(reference: Reference) -> bool:
    """Whether a pipeline or a tool fetches this, not a model that is loaded."""
    return reference.kind == "remote-code" and reference.hub in CODE_HUBS


def _of_the_host(reference: Reference) -> bool:
    prefixes = _OF_THE_HOST.get(reference.hub or "", ())
    return reference.ref is not None and reference.ref.startswith(prefixes) if prefixes else False


def _strangers_first(found: list[Reference]) -> list[Reference]:
    return sorted(found, key=lambda one: (_of_the_host(one), one.ref or "", one.path, one.line))


def _seen(reference: Reference) -> Evidence:
    return Evidence(reference.path, line=reference.line, column=reference.column, text=reference.text)


RULES = (unpinned,)
