"""Calls of libraries with rules of their own: torch.hub, timm, open_clip, handles with versions,
downloads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.judge import MAX_REFS, Call, Found
from inspector.references.judge_hub import from_url, hub_named, texts, why_pin
from inspector.references.judge_loads import is_default, torch_default
from inspector.references.terms_values import Value

_HASH_IN_NAME = re.compile(r"-([a-f0-9]*)\.")


def read_torch_hub(call: Call) -> Iterator[Found]:
    source = call.option("source")
    is_local = bool(source) and all(v.value == "local" for v in source or ())
    for value in call.names() or [Value("unknown")]:
        if value.tag != "const" or not isinstance(value.value, str):
            yield Found(
                "model",
                None,
                None,
                Pin.UNDETERMINED,
                False,
                "hubconf.py of the named repository is run.",
                "torch-hub",
            )
            continue
        repo, _, revision = value.value.partition(":")
        if is_local or call.is_local(value.value):
            yield Found(
                "model", value.value, None, Pin.LOCAL, False, "hubconf.py of that folder is run.", "local"
            )
        else:
            pin = shapes.revision_pin(revision or None)
            yield Found(
                "model",
                repo,
                revision or None,
                pin,
                False,
                "hubconf.py of the repository is run.",
                "torch-hub",
            )


def read_in_ref(call: Call) -> Iterator[Found]:
    for value in call.names() or [Value("unknown")]:
        if value.tag == "const" and isinstance(value.value, str) and "@" in value.value:
            name, _, revision = value.value.partition("@")
            pin = shapes.revision_pin(revision)
            yield Found(
                call.row.kind, name, revision, pin, call.row.safe, why_pin(pin, revision), call.row.hub
            )
        else:
            yield from hub_named(call, [value])


def read_timm(call: Call) -> Iterator[Found]:
    pretrained = call.flag("pretrained", False)
    if len(call.arguments.positional) > 1 and call.option("pretrained") is None:
        values = call.evaluator.values(call.arguments.positional[1], call.paths)
        pretrained = all(v.tag == "const" and bool(v.value) for v in values) or None
    for value in call.names():
        if value.tag != "const" or not isinstance(value.value, str):
            if pretrained:
                yield Found(
                    "model", None, None, Pin.UNDETERMINED, None, "The model's name cannot be told.", "timm"
                )
            continue
        text = value.value
        for prefix in ("hf-hub:", "hf_hub:"):
            if text.startswith(prefix):
                name, _, revision = text.removeprefix(prefix).partition("@")
                pin = shapes.revision_pin(revision or None)
                yield Found("model", name, revision or None, pin, None, why_pin(pin, revision), "hf")
                break
        else:
            if text.startswith("local-dir:"):
                yield Found("model", text[10:], None, Pin.LOCAL, None, "A folder of this machine.", "local")
            elif pretrained:
                yield Found(
                    "model", text, None, Pin.NONE, None, "The weights that the library names today.", "timm"
                )


def read_open_clip(call: Call) -> Iterator[Found]:
    for value in call.names():
        if value.tag != "const" or not isinstance(value.value, str):
            continue
        if value.value.startswith("hf-hub:"):
            yield Found("model", value.value[7:], None, Pin.NONE, None, "open_clip takes no revision.", "hf")
            continue
        term = call.arguments.get(1, ("pretrained",))
        weights = [v.value for v in call.evaluator.values(term, call.paths)] if term is not None else []
        for name in weights:
            if isinstance(name, str) and name and "create" in call.row.pattern:
                if call.is_local(name):
                    yield Found("model", name, None, Pin.LOCAL, None, "A file of this machine.", "local")
                else:
                    yield Found(
                        "model",
                        value.value,
                        name,
                        Pin.NONE,
                        None,
                        "Weights by the library's own table.",
                        "open-clip",
                    )


def read_versioned(call: Call) -> Iterator[Found]:
    """Handles that carry a version: immutable only by promise, so a version number does not pin."""
    for value in call.names() or [Value("unknown")]:
        if value.tag != "const" or not isinstance(value.value, str):
            if value.tag != "object":
                yield Found(
                    call.row.kind,
                    None,
                    None,
                    Pin.UNDETERMINED,
                    call.row.safe,
                    "The handle cannot be told.",
                    call.row.hub,
                )
            continue
        text = value.value
        if call.is_local(text):
            yield Found(
                call.row.kind, text, None, Pin.LOCAL, call.row.safe, "A path of this machine.", "local"
            )
            continue
        if text.startswith("hf://"):
            yield from_url(call, text, None, Pin.NONE, call.row.safe, call.row.kind)
            continue
        revision = _version_in(text)
        pin = Pin.MOVABLE if revision else Pin.NONE
        why = "A version number without a hash." if revision else "No version is named."
        yield Found(call.row.kind, text, revision, pin, call.row.safe, why, call.row.hub)


def _version_in(text: str) -> str | None:
    tail = text.rstrip("/").rsplit("/", 1)[-1]
    for sign in ("@", ":"):
        if sign in tail and "//" not in tail:
            return tail.rsplit(sign, 1)[1] or None
    return tail if tail.isdecimal() else None


def read_by_library(call: Call) -> Iterator[Found]:
    """A name in the library's own list, a package, or a path."""
    for value in call.names():
        if value.tag == "const" and isinstance(value.value, str) and value.value:
            if call.is_local(value.value):
                yield Found(
                    call.row.kind,
                    value.value,
                    None,
                    Pin.LOCAL,
                    call.row.safe,
                    "A path of this machine.",
                    "local",
                )
            else:
                why = "The library decides what this name gives; no revision is named."
                yield Found(
                    call.row.kind,
                    value.value,
                    None,
                    Pin.NONE,
                    call.row.safe,
                    call.row.note or why,
                    call.row.hub,
                )
        elif value.tag in ("unknown", "text"):
            yield Found(
                call.row.kind,
                None,
                None,
                Pin.UNDETERMINED,
                call.row.safe,
                "The name cannot be told.",
                call.row.hub,
            )


def read_ultralytics(call: Call) -> Iterator[Found]:
    for value in call.names():
        if value.tag == "const" and isinstance(value.value, str) and value.value.endswith((".yaml", ".yml")):
            continue  # built from a configuration, nothing is fetched
        if value.tag in ("object", "map"):
            continue
        text = value.value if value.tag == "const" and isinstance(value.value, str) else None
        safe = False if text is None or text.endswith((".pt", ".pth")) else None
        if text is None:
            yield Found("model", None, None, Pin.UNDETERMINED, safe, "A .pt file is a pickle.", "ultralytics")
        elif call.is_local(text):
            yield Found("model", text, None, Pin.LOCAL, safe, "A .pt file is a pickle.", "local")
        elif shapes.REMOTE.match(text):
            yield from_url(call, text, None, Pin.NONE, safe, "model")
        elif "/" in text:
            yield Found(
                "model", text, None, Pin.UNDETERMINED, safe, "A path that is not part of the target.", "local"
            )
        else:
            why = "A bare name is downloaded from a floating release; a .pt file is a pickle."
            yield Found("model", text, None, Pin.NONE, safe, why, "ultralytics")


def read_hub_or_url(call: Call) -> Iterator[Found]:
    for value in call.names() or [Value("unknown")]:
        safe = None
        if value.tag == "const" and isinstance(value.value, str):
            safe = (
                True
                if value.value.endswith(".safetensors")
                else (False if shapes.has_extension(value.value, (".ckpt", ".pt", ".pth")) else None)
            )
        for found in hub_named(call, [value]):
            yield replace(found, safe=safe)


def read_checked_url(call: Call) -> Iterator[Found]:
    checked = bool(call.flag(call.row.revision[0], False))
    safe = torch_default(call) if is_default(call) else call.flag("weights_only", None)
    for value in call.names() or [Value("unknown")]:
        if value.tag == "const" and isinstance(value.value, str):
            held = checked and call.option("file_name") is None and _names_its_hash(value.value)
            yield from_url(call, value.value, None, Pin.NONE, safe, "model", held)
        elif value.tag != "object":
            why = "The URL cannot be told from the text."
            yield Found("model", None, None, Pin.UNDETERMINED, safe, why, "url")


def _names_its_hash(url: str) -> bool:
    """Whether the file's name holds the hash that ``check_hash`` compares (torch.hub: ``name-<sha256>.ext``,
    eight digits or more); without one nothing is compared."""
    found = _HASH_IN_NAME.search(url.partition("?")[0].rsplit("/", 1)[-1])
    return found is not None and len(found[1]) >= 8


def read_fetch(call: Call) -> Iterator[Found]:
    """A download is a reference only where the URL says that it is of a model or a dataset."""
    hashed = [call.option(name) for name in call.row.revision]
    checked = any(v and all(x.tag == "const" and x.value for x in v) for v in hashed)
    for text in list(texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        kind = shapes.url_kind(text) or shapes.archive_kind(text)
        named = shapes.hub_url(text)
        if named is not None and (named.file or text.startswith("hf://")):
            kind = "dataset" if named.is_dataset else "model"
        if kind is not None and shapes.REMOTE.match(text):
            yield from_url(call, text, None, Pin.NONE, None, kind, checked)


def read_drive(call: Call) -> Iterator[Found]:
    hashed = [call.option(name) for name in call.row.revision]
    checked = any(v and all(x.tag == "const" and x.value for x in v) for v in hashed)
    for value in call.names() or [Value("unknown")]:
        text = value.value if value.tag == "const" and isinstance(value.value, str) else None
        pin = Pin.DIGEST if checked else Pin.NONE if text else Pin.UNDETERMINED
        yield Found(
            "model",
            text,
            None,
            pin,
            None,
            "A shared file can be replaced under the same link.",
            "google-drive",
        )
