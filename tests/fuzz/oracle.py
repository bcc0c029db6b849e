"""What other readers find in a file: never asked for a verdict, only to contradict one that says fine.

CPython's own unpickler, zipfile, tarfile, gzip, json and PyYAML read the file with nothing to import and
nothing to call. Where one of them meets a dangerous import, byte code or a Python tag, "fine" is wrong.
"""

from __future__ import annotations

import contextlib
import io
import json
import pickle
from collections.abc import Iterator
from typing import Any

from readings import readings

from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.texts.plain_text import TEXT_ENDINGS
from inspector.provenance import Loading

FINE = (Loading.DATA_ONLY, Loading.ALLOW_LISTED, Loading.LIBRARY, Loading.NO_LOADER)
_TIER = {Loading.ALLOW_LISTED: Tier.PLAIN, Loading.LIBRARY: Tier.LIBRARY}
_CONFIGS = ("config.json", "tokenizer_config.json")


class _Inert:
    """Stands for everything that a stream imports or makes: takes any call and state, does nothing."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _Inert:
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> _Inert:
        return _Inert()

    def __setstate__(self, state: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def append(self, value: Any) -> None: ...

    def extend(self, values: Any) -> None: ...

    def add(self, value: Any) -> None: ...


class _Asking(pickle.Unpickler):
    """CPython's unpickler with nothing to import: it only writes down what the stream asks for and calls."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.asked: set[tuple[str, str]] = set()
        self.called: set[tuple[str, str]] = set()

    def find_class(self, module: str, name: str) -> Any:
        asked, called = current_name(module, name), self.called
        self.asked.add(asked)

        class Stub(_Inert):
            def __new__(cls, *args: Any, **kwargs: Any) -> _Inert:
                called.add(asked)
                return object.__new__(cls)

        return Stub

    def persistent_load(self, pid: Any) -> Any:
        return _Inert()


def unpickled(data: bytes) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The imports that CPython's unpickler asks for, and those it calls, until it ends or fails."""
    asking = _Asking(data)
    # Where CPython finds no memory for a BYTEARRAY8, it prints "deallocated bytearray object has exported
    # buffers": it frees an object whose count of exports was not set yet. No reader of ours is in that.
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            asking.load()
        except Exception:  # noqa: BLE001 - a stream that fails has been asked all the same
            pass
    return asking.asked, asking.called


def wrongly_fine(name: str, data: bytes, loading: Loading, format_word: str) -> str | None:
    """What another reader finds that does not fit the verdict; None where nothing speaks against it."""
    if loading not in FINE:
        return None
    # joblib steps over its arrays, so a plain unpickler finds other names in such a file; the readers' own
    # tests hold the second reading.
    if format_word != "joblib" and loading in _TIER and data[:1] == b"\x80":
        for module, member in sorted(unpickled(data)[0]):
            if entry_for(module, member).tier > _TIER[loading]:
                return f"a raw pickle that imports {module}.{member}"
    for place, part in _parts(name, data, 0):
        found = _danger(place, part, loading)
        if found is not None:
            return f"{place}: {found}"
    return None


def _danger(name: str, data: bytes, loading: Loading) -> str | None:
    asked, called = unpickled(data)
    # A text may begin like an import; only what calls what it imports is a pickle beyond doubt.
    is_text_like = loading in (Loading.NO_LOADER, Loading.DATA_ONLY) or name.endswith(tuple(TEXT_ENDINGS))
    for module, member in sorted(called if is_text_like else asked):
        if entry_for(module, member).tier is Tier.DANGEROUS and (module, member) != (
            "torch.storage",
            "_load_from_bytes",
        ):
            return f"the unpickler imports {module}.{member}"
    last = name.rsplit("/", 1)[-1]
    if last in _CONFIGS:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return None
        if isinstance(value, dict) and _names_code(value.get("auto_map")):
            return "auto_map names code"
    if last.endswith((".yaml", ".yml")):
        return _yaml_tag(data)
    return None


def _names_code(value: Any) -> bool:
    if isinstance(value, dict):
        return any(isinstance(part, str) and "." in part for part in value.values())
    return False


def _yaml_tag(data: bytes) -> str | None:
    import yaml

    try:
        for event in yaml.parse(data, yaml.SafeLoader):
            tag = getattr(event, "tag", None)
            if isinstance(tag, str) and tag.startswith("tag:yaml.org,2002:python/object/"):
                return f"PyYAML reads the tag {tag[:80]}"
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return None


def _parts(name: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """The file, and what the standard library unpacks from it, three layers deep."""
    yield name, data
    if depth == 3:
        return
    for inner, part in _unpacked(name, data):
        yield from _parts(inner, part, depth + 1)


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """What the readers of containers find, each content once."""
    seen: set[bytes] = set()
    for inner, part in readings(data):
        if part not in seen:
            seen.add(part)
            yield f"{name}/{inner}" if inner else name.rsplit(".", 1)[0], part
    if data.startswith(b"\x93NUMPY") and b"O" in data[:256]:
        end = data.find(b"\n", 0, 65536)
        if end > 0:
            yield f"{name}/objects", data[end + 1 :]
