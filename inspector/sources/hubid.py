"""The grammar of a hub target: ``hf://[models/|datasets/|spaces/]ORG/NAME[@REVISION]``.

Names follow the rules of huggingface_hub's ``validate_repo_id``, revisions those of git's reference names
(git-check-ref-format), both read strictly: what passes can stand in a URL path and in a message as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspector.provenance.errors import UnreadableInput
from inspector.provenance.text import plain
from inspector.provenance.words import Pin

SCHEME = "hf://"
_KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_REVISION = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\@]{1,250}\Z")
_EXAMPLE = (
    "Write hf://ORG/NAME, hf://datasets/ORG/NAME or hf://spaces/ORG/NAME, with @REVISION where one is meant."
)


@dataclass(frozen=True, slots=True)
class HubId:
    """What a hub target names. ``kind`` is model, dataset or space; ``revision`` None where none is given."""

    kind: str
    name: str
    revision: str | None = None

    @property
    def pin(self) -> Pin:
        """How well the target was named: bare is none, 40 hex digits a commit, all else can move."""
        if self.revision is None:
            return Pin.NONE
        return Pin.COMMIT if is_commit(self.revision) else Pin.MOVABLE


def is_hub_target(target: str) -> bool:
    return target[: len(SCHEME)].lower() == SCHEME


def parse_hub_target(target: str) -> HubId:
    """``target`` as a HubId. UnreadableInput with the reason where it is malformed."""
    rest = target[len(SCHEME) :]
    path, at, revision = rest.partition("@")
    parts = path.split("/")
    kind = "model"
    if parts[0] in _KINDS and len(parts) > 1:
        kind = _KINDS[parts.pop(0)]
    if len(parts) > 2:
        raise _malformed(target, "it has more parts than an organisation and a name")
    name = "/".join(parts)
    if not is_repository_name(name):
        raise _malformed(target, f"'{plain(name, 120)}' cannot be the name of a repository")
    if at and not is_revision(revision):
        raise _malformed(target, f"'{plain(revision, 120)}' cannot be a branch, a tag or a commit")
    if is_commit(revision.lower()):
        revision = revision.lower()
    return HubId(kind, name, revision if at else None)


def is_repository_name(name: str) -> bool:
    """True for ``NAME`` and ``ORG/NAME`` as a hub knows them."""
    parts = name.split("/")
    if not 1 <= len(parts) <= 2 or not all(_PART.match(part) for part in parts):
        return False
    return "--" not in name and ".." not in name and not name.endswith(".git")


def is_revision(text: str) -> bool:
    """True for what can be a branch, a tag or a commit."""
    if not _REVISION.match(text) or plain(text) != text:
        return False
    if ".." in text or "//" in text or text.startswith(("-", "/")) or text.endswith(("/", ".", ".lock")):
        return False
    return not any(part.startswith(".") for part in text.split("/"))


def is_commit(text: object) -> bool:
    """True for a full commit: 40 hex digits in lower case."""
    return isinstance(text, str) and bool(_COMMIT.match(text))


def _malformed(target: str, why: str) -> UnreadableInput:
    return UnreadableInput(f"{plain(target, 200)} is not the id of a hub repository: {why}.", _EXAMPLE)
