"""References as they are given out: where they stand, and what is one from the text alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.interface import FileIndex, Reference
from inspector.references.judge import Found, Surroundings

MAX_PER_FILE = 5_000
TEXT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file: where a reference is reported."""

    path: str
    line: int
    end_line: int
    column: int | None
    text: str


def literal_url(text: str) -> Found | None:
    """What a URL in the text names, where it is unmistakably a file of a model or a dataset."""
    named = shapes.hub_url(text)
    if named is not None and named.file is not None:
        kind = "dataset" if named.is_dataset else "model"
        pin = shapes.revision_pin(named.revision)
        return Found(kind, named.ref, named.revision, pin, None, "A file URL of the hub.", "hf")
    if text.startswith("hf://") and named is not None:
        kind = "dataset" if named.is_dataset else "model"
        return Found(
            kind,
            named.ref,
            named.revision,
            shapes.revision_pin(named.revision),
            None,
            "A path of the hub.",
            "hf",
        )
    kind_of_url = shapes.url_kind(text)
    is_data = shapes.has_extension(text, (".csv", ".tsv", ".npy", ".npz", ".json.gz", ".csv.gz"))
    if kind_of_url is None or is_data or not shapes.REMOTE.match(text) or " " in text:
        return None
    revision = shapes.url_revision(text)
    return Found(
        kind_of_url,
        text,
        revision,
        shapes.revision_pin(revision),
        None,
        "Nothing pins what the URL gives.",
        "url",
    )


def is_file(found: Found) -> bool:
    """Whether what a load call opens is a file: there, fetched, or called like one."""
    name = found.ref or ""
    return (
        found.hub != "local"
        or found.pin is Pin.LOCAL
        or not (shapes.is_hub_id(name) or shapes.is_bare_name(name))
        or shapes.url_kind(name) is not None
    )


def number(value: Any) -> int:
    """A line or column of the facts: at least 1, whatever stands there."""
    return value if isinstance(value, int) and value > 0 else 1


def made(site: Site, call: str, found: Found, why: str) -> Reference:
    """The reference that ``found`` is at ``site``; ``why`` stands before its own sentence."""
    return Reference(
        path=site.path,
        line=site.line,
        end_line=max(site.end_line, site.line),
        kind=found.kind,
        call=call,
        ref=found.ref,
        revision=found.revision,
        pin=found.pin,
        safe=found.safe,
        text=site.text,
        why=why + found.why,
        hub=found.hub,
        column=site.column,
    )


def plain(index: FileIndex, around: Surroundings) -> Iterator[Reference]:
    """References of files that are no Python: the reader has said all but whether a path is in the target."""
    near = index.path.rpartition("/")[0]
    facts = index.facts if isinstance(index.facts, Mapping) else {}
    for raw in list(facts.get("found") or ())[:MAX_PER_FILE]:
        if not isinstance(raw, Mapping):
            continue
        ref = raw.get("ref")
        ref = ref if isinstance(ref, str) else None
        site = Site(
            index.path,
            number(raw.get("line")),
            number(raw.get("end_line")),
            None,
            str(raw.get("text", ""))[:TEXT_LIMIT],
        )
        try:
            pin = Pin(raw.get("pin", "undetermined"))
        except ValueError:
            pin = Pin.UNDETERMINED
        kind, hub = str(raw.get("kind", "model")), str(raw.get("hub", "hf"))
        why = str(raw.get("why", ""))
        if kind != "image" and ref and shapes.is_local_path(ref, around.paths, around.folders, near):
            pin, hub, why = Pin.LOCAL, "local", "A path of this project or this machine."
        revision = raw.get("revision")
        safe = raw.get("safe")
        found = Found(
            kind,
            ref,
            revision if isinstance(revision, str) else None,
            pin,
            safe if isinstance(safe, bool) else None,
            why,
            hub,
        )
        yield made(site, str(raw.get("call", "")), found, "")
