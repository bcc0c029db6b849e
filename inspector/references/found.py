"""References as plain facts, for readers that know theirs from one file alone."""

from __future__ import annotations

from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes


def fact(
    line: int,
    end_line: int,
    kind: str,
    call: str,
    ref: str | None,
    revision: str | None,
    pin: Pin,
    text: str,
    *,
    safe: bool | None = None,
    why: str = "",
    hub: str = "hf",
) -> dict[str, Any]:
    """One reference as JSON."""
    return {
        "line": line,
        "end_line": end_line,
        "kind": kind,
        "call": call,
        "ref": ref,
        "revision": revision,
        "pin": pin.value,
        "safe": safe,
        "text": text[:300],
        "why": why or explain(pin, revision),
        "hub": hub,
    }


def explain(pin: Pin, revision: str | None) -> str:
    """The pin in a sentence."""
    if pin is Pin.NONE:
        return "No revision is named: what it names can change."
    if pin is Pin.MOVABLE:
        return f"{revision!r} is a branch, a tag or a short hash, and can be moved."
    if pin in (Pin.COMMIT, Pin.DIGEST):
        return "A full commit or content hash is named."
    return "It cannot be told without running the code."


def named(
    line: int,
    end_line: int,
    call: str,
    text: str,
    name: str,
    revision: str | None,
    *,
    kind: str = "model",
    bare: bool = False,
    safe: bool | None = None,
) -> dict[str, Any] | None:
    """A reference to what ``name`` names on the hub; None where ``name`` does not have that shape.

    ``bare`` lets names without an owner through. A name with an unknown variable in it is ``undetermined``.
    """
    name = name.strip()
    if "$" in name or "{{" in name:
        unknown = "The name comes from a variable that the text does not set."
        return fact(
            line, end_line, kind, call, None, revision, Pin.UNDETERMINED, text, safe=safe, why=unknown
        )
    if revision is not None and ("$" in revision or "{{" in revision):
        pin = Pin.UNDETERMINED
    else:
        pin = shapes.revision_pin(revision)
    if shapes.REMOTE.match(name):
        hub = shapes.hub_url(name)
        if hub is not None:
            kind = "dataset" if hub.is_dataset else kind
            pin = shapes.revision_pin(hub.revision) if hub.revision else pin
            return fact(line, end_line, kind, call, hub.ref, hub.revision or revision, pin, text, safe=safe)
        return fact(line, end_line, kind, call, name, None, Pin.NONE, text, safe=safe, hub="url")
    if name.startswith(("./", "../", "/", "~")):
        return fact(line, end_line, kind, call, name, revision, Pin.LOCAL, text, safe=safe, hub="local")
    if shapes.is_hub_id(name):
        if shapes.looks_like_output(name) and pin is Pin.NONE:
            pin = Pin.UNDETERMINED
        return fact(line, end_line, kind, call, name, revision, pin, text, safe=safe)
    if (
        bare
        and shapes.is_bare_name(name)
        and not shapes.looks_like_output(name)
        and not shapes.url_kind(name)
    ):
        return fact(line, end_line, kind, call, name, revision, pin, text, safe=safe)
    return None


def remote_code(base: dict[str, Any], code_revision: str | None) -> dict[str, Any]:
    """The second reference of one that lets the repository's code run; pinned only by both revisions."""
    pin = Pin(base["pin"])
    code = shapes.revision_pin(code_revision)
    both = pin if pin in (Pin.NONE, Pin.MOVABLE, Pin.UNDETERMINED) else code
    why = "trust_remote_code runs Python files that the repository names."
    return {
        **base,
        "kind": "remote-code",
        "revision": code_revision,
        "pin": both.value,
        "safe": False,
        "why": why,
    }
