"""The trust store: whose keys count, in which roles, from when until when.

One text file with the semantics of OpenSSH's allowed_signers; the grammar and the strict parser live in
``inspector.gate.inspector_gate.parse_trust``, because the gate needs them where nothing of ours is installed.
It is empty by default and nothing is ever trusted on first use.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from inspector.gate.inspector_gate import (
    TrustedKey,
    Unreadable,
    key_kind,
    parse_trust,
    read_trust,
    replace_file,
    seconds,
)
from inspector.gate.inspector_gate import shown_time as shown
from inspector.provenance import UnreadableInput, plain
from inspector.record.keys import PublicKey

HEADER = "# principal role[,role] valid-after valid-before keyid key [revoked:compromised|superseded@TIME]\n"
REASONS = ("compromised", "superseded")
ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BARE = re.compile(r"[^\s\"#\\,][^\s\"\\]*\Z")


def load(path: Path) -> list[TrustedKey]:
    """The keys in ``path``; an absent file is an empty store. UnreadableInput names a line that is wrong."""
    if not os.path.lexists(path):
        return []
    try:
        return read_trust(str(path))
    except Unreadable as error:
        remedy = f"Correct {plain(str(path))} or restore it." if str(error).startswith("Line ") else ""
        raise UnreadableInput(str(error), remedy) from None


def add(
    path: Path,
    key: PublicKey,
    *,
    name: str,
    roles: Sequence[str],
    valid_after: str | None = None,
    valid_before: str | None = None,
) -> TrustedKey:
    """Adds one line for ``key``. A key that stands there already, revoked or not, is refused: it must be
    removed first, so that nobody is trusted again by accident."""
    if not name.strip():
        raise UnreadableInput("A key needs the name of the person it speaks for.", "Give --name.")
    wrong = [role for role in roles if not ROLE.fullmatch(role.strip())]
    if wrong or not roles:
        raise UnreadableInput(
            f"{plain(wrong[0], 40) if wrong and wrong[0].strip() else 'An empty word'} is no role.",
            "A role is one word of letters, digits, dots and dashes; several are joined by commas.",
        )
    line = line_of(
        TrustedKey(
            name.strip(),
            tuple(role.strip() for role in roles),
            _moment(valid_after),
            _moment(valid_before),
            key.keyid,
            key.spki,
        )
    )
    try:
        added = parse_trust(line)[0]
    except Unreadable as error:
        raise UnreadableInput(str(error).replace("Line 1 of the trust store", "This entry")) from None
    with _alone(path):
        if any(known.keyid == key.keyid for known in load(path)):
            raise UnreadableInput(
                f"The key {key.keyid} stands in the trust store already.",
                "`inspector trust remove KEYID` takes it out, if it is to be added anew.",
            )
        _replace(path, f"{_text(path) or HEADER}{line}\n")
    return added


def remove(path: Path, keyid: str) -> TrustedKey:
    """Takes the line of ``keyid`` out; the key is then unknown, which is not the same as revoked."""
    with _alone(path):
        key = find(load(path), keyid)
        lines = _text(path).split("\n")
        del lines[key.line - 1]
        _replace(path, "\n".join(lines))
    return key


def revoke(path: Path, keyid: str, *, reason: str, at: str | None, now: int) -> TrustedKey:
    """Marks ``keyid`` as compromised (nothing it ever signed counts) or superseded (what it signed before
    ``at`` still does; without ``at``, before now). A compromised key stays compromised."""
    if reason not in REASONS:
        raise UnreadableInput("A key is revoked as compromised or as superseded.")
    moment = None if reason == "compromised" else now if at is None else _moment(at)
    with _alone(path):
        key = find(load(path), keyid)
        if key.revoked == "compromised" and reason != "compromised":
            raise UnreadableInput(
                f"The key {key.keyid} is revoked as compromised, and that stays.", "Nothing was changed."
            )
        revoked = key._replace(revoked=reason, revoked_at=moment)
        lines = _text(path).split("\n")
        lines[key.line - 1] = line_of(revoked)
        _replace(path, "\n".join(lines))
    return revoked


def find(keys: Sequence[TrustedKey], keyid: str) -> TrustedKey:
    """The key with this id, or with an id that begins so (8 digits at least) where only one does."""
    wanted = keyid.lower()
    found = [
        key for key in keys if key.keyid == wanted or (len(wanted) >= 8 and key.keyid.startswith(wanted))
    ]
    if len(found) != 1:
        what = "No key" if not found else "More than one key"
        raise UnreadableInput(
            f"{what} of the trust store has the id {plain(keyid, 70)}.",
            "Give 8 of its digits or more; `inspector trust list` shows them.",
        )
    return found[0]


def line_of(key: TrustedKey) -> str:
    """One line of the store, as ``parse_trust`` reads it. Characters that could mislead are escaped."""
    name = key.principal
    if not (_BARE.match(name) and name.isascii() and name.isprintable()):
        name = json.dumps(name)
    fields = [
        name,
        ",".join(key.roles),
        "-" if key.valid_after is None else shown(key.valid_after),
        "-" if key.valid_before is None else shown(key.valid_before),
        key.keyid,
        base64.b64encode(key.spki).decode(),
    ]
    if key.revoked:
        fields.append(
            f"revoked:{key.revoked}" + ("" if key.revoked_at is None else f"@{shown(key.revoked_at)}")
        )
    return " ".join(fields)


def as_json(key: TrustedKey) -> dict[str, object]:
    """One trusted key for programs; times are RFC 3339 or None."""
    return {
        "principal": key.principal,
        "roles": list(key.roles),
        "keyid": key.keyid,
        "kind": key_kind(key.spki),
        "valid_after": None if key.valid_after is None else shown(key.valid_after),
        "valid_before": None if key.valid_before is None else shown(key.valid_before),
        "revoked": key.revoked or None,
        "revoked_at": None if key.revoked_at is None else shown(key.revoked_at),
    }


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Holds the store for one writer at a time: two that read the same old store would lose a line.

    The lock is on ``PATH.lock`` beside it, because the store itself is replaced with every change. The
    system lets go of it when the process ends, however it ends; the empty file stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.with_name(f"{path.name}.lock").open("ab")
    except OSError as error:
        raise _unwritable(path, error) from None
    with stream:
        if os.name == "nt":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return seconds(text)
    except ValueError as error:
        raise UnreadableInput(f"{error}.") from None


def _text(path: Path) -> str:
    if not os.path.lexists(path):
        return ""
    text = path.read_text(encoding="utf-8")
    return text if text.endswith("\n") or not text else text + "\n"


def _replace(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(str(path), text.encode())
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> UnreadableInput:
    return UnreadableInput(f"The trust store {plain(str(path))} cannot be written: {error.strerror}.")
