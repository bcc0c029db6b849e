"""What can be opened, and how: ``open_target`` gives a Source for a folder, a file or a hub repository.

How the engine uses it::

    source = open_target("models/", exclude=("data/raw/**",))
    for entry in source.entries():            # sorted by path; asked again, it lists the same
        if isinstance(entry, LeftOut): ...    # coverage.left_out: entry.path, entry.rule
        elif entry.kind is EntryKind.FILE:
            data = source.open(entry)         # ReadFailure: not analysed, its message is the reason
            try:
                data.read_at(0, min(8, data.size))
                if data.changed(): ...        # written to since it was opened: not analysed
            finally:
                data.close()
        else: ...                             # not analysed: entry.kind and entry.detail say why
    source.close()

``open`` of one source may be called from several threads at a time; ``entries`` belongs to one thread.
``Target.root`` is the path as the system wants it and may hold surrogates: show it through ``plain``.
``Target.name`` and ``Entry.path`` can always be written as UTF-8.

A hub target gives a ``HubSource`` (``inspector.sources.hub``). Its entries are ``EntryKind.REMOTE``;
``entry.claimed_sha256`` is the hub's own claim. Where ``entry.attributes["openable"]`` is true, ``open``
fetches the file as a small text (config, card, code: at most 1 MB each and 8 MB a review); for every other
one it raises ReadFailure "… was not downloaded", which belongs into ``coverage.not_analysed``.
``source.wanted_remotely()`` are the large files that are worth reading by parts, in the order to read them;
``source.open_remote(entry)`` gives their bytes, fetched as they are asked for within a budget. It is used in
this process: a worker has no network, its reads are answered from here.
``source.facts()`` is a ``HubFacts``: revision, pin, owner, lineage, named datasets, and the related
repositories with their own facts. Its ``evidence`` holds times and belongs under ``run``.

A folder or a file opens no socket: nothing of ``inspector.sources.hub`` is imported for it.
"""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from inspector.provenance.errors import UnreadableInput
from inspector.provenance.text import plain
from inspector.sources.folder import SingleFileSource
from inspector.sources.hubid import HubId, is_hub_target, parse_hub_target
from inspector.sources.interface import (
    ByteSource,
    Entry,
    EntryKind,
    LeftOut,
    ReadFailure,
    Source,
    Target,
)
from inspector.sources.project import ProjectFolder

if TYPE_CHECKING:
    from inspector.sources.hub.answer import Waiting
    from inspector.sources.hub.tokens import TokenStore

__all__ = [
    "PATIENT",
    "ByteSource",
    "Entry",
    "EntryKind",
    "HubId",
    "LeftOut",
    "ReadFailure",
    "Source",
    "Target",
    "is_hub_target",
    "open_target",
    "parse_hub_target",
]

# Seconds of silence that a hub may ask for in all, where a reviewer sees the countdown: three of its limits,
# which are counted over five minutes.
PATIENT = 930.0

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_OTHER_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_target(
    target: str,
    *,
    exclude: Sequence[str] = (),
    offline: bool = False,
    use_hub_token: bool = False,
    tokens: TokenStore | None = None,
    on_wait: Callable[[Waiting], None] | None = None,
    patience: float = PATIENT,
    cancelled: threading.Event | None = None,
) -> Source:
    """Opens what a user named as TARGET.

    ``exclude`` are globs of paths to leave out. ``offline`` forbids the hub: what was saved of it answers.
    ``use_hub_token`` sends the token that the hub's own tools have stored, and only to the endpoint in use;
    ``tokens`` holds those that the reviewer gave, which come first. ``on_wait`` is told about once a second
    how long a limit of the hub still lasts, and once with 0 when it is over; without it such a limit is
    RateLimited at once, and so is one that would make more than ``patience`` seconds of waiting in all.
    Setting ``cancelled`` ends everything that is asked in under a second, the opening too. A bad target is
    UnreadableInput, a hub that does not answer WorkIncomplete; both name what was asked for.
    """
    if is_hub_target(target):
        from inspector.sources.hub import HubSource

        return HubSource.open_repository(
            parse_hub_target(target),
            exclude=exclude,
            offline=offline,
            use_hub_token=use_hub_token,
            tokens=tokens,
            on_wait=on_wait,
            patience=patience,
            cancelled=cancelled,
        )
    return _open_local(target, exclude)


def _open_local(target: str, exclude: Sequence[str]) -> Source:
    shown = plain(target, 300)
    if not target or "\0" in target:
        raise UnreadableInput(
            "No target was named." if not target else f"{shown} is no possible path.",
            "Name a folder, a file or a hub repository (hf://ORG/NAME).",
        )
    try:
        # A link that the user names is what the user means; below the target none is followed.
        path = os.path.realpath(target, strict=True)
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            return _open_folder(path, exclude)
        for is_kind, words in _OTHER_KINDS:
            if is_kind(mode):
                raise UnreadableInput(f"{shown} is {words}; it is not opened.", "Name a folder or a file.")
        if not os.access(path, os.R_OK):
            raise PermissionError
        return SingleFileSource(path)
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableInput(f"{shown} does not exist.", _next_step(target)) from None
    except PermissionError:
        raise UnreadableInput(
            f"{shown} may not be read by this user.", "Ask for the right to read it, or review a copy."
        ) from None
    except OSError as error:
        why = plain(error.strerror or "the system gives no reason")
        raise UnreadableInput(f"{shown} cannot be opened: {why}.", "Check the path.") from None


def _open_folder(path: str, exclude: Sequence[str]) -> Source:
    """A folder as what it is: a hub's cache or one repository of it, a store, or just a folder."""
    if _holds_files_alone(path):
        return ProjectFolder(path, exclude)
    from inspector.sources.gitclone import GitClone, is_git_clone
    from inspector.sources.hubcache import HubCacheSource, is_cached_repository, is_hub_cache
    from inspector.sources.localdir import LocalDownload, is_local_download
    from inspector.sources.ollama import OllamaSource, is_ollama_home, is_ollama_store
    from inspector.sources.othercaches import (
        KagglehubCache,
        ModelScopeCache,
        is_kagglehub_cache,
        is_modelscope_cache,
    )

    if is_cached_repository(path) or is_hub_cache(path):
        return HubCacheSource(path, exclude)
    if is_ollama_store(path) or is_ollama_home(path):
        return OllamaSource(path, exclude)
    if is_local_download(path):
        return LocalDownload(path, exclude)
    if is_git_clone(path):
        return GitClone(path, exclude)
    if is_kagglehub_cache(path):
        return KagglehubCache(path, exclude)
    if is_modelscope_cache(path):
        return ModelScopeCache(path, exclude)
    return ProjectFolder(path, exclude)


def _holds_files_alone(path: str) -> bool:
    """Whether the folder has neither folders nor hidden names, so that it can be no store and no clone. Those
    are known by one or the other, and need not be imported to be told from it."""
    try:
        with os.scandir(path) as items:
            return not any(item.name.startswith(".") or item.is_dir() for item in items)
    except OSError:
        return False


def _next_step(target: str) -> str:
    if _URL.match(target):
        return "A repository on a hub is named as hf://ORG/NAME; other addresses are not opened."
    return "Check the spelling; a repository on a hub is named as hf://ORG/NAME."
