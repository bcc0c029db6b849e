"""Tables of forgeries: what someone did to a signed package, and how both verifiers answer to it.

A test file fills a table, by decorators or by edits of one line; ``verify`` and the gate judge each row.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Spoil = Callable[[Any], Any]  # what it does to a scene, see conftest.py
Edit = Callable[[Any], Any]


TYPE = "application/vnd.in-toto+json"


def encoded(payload: bytes, kind: str = TYPE) -> bytes:
    """What a DSSE signature is over (PAE), made without this program's own code."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def store_line(name: str, spki: bytes) -> str:
    """A reviewer's line of a trust store."""
    return f"{name} reviewer - - {hashlib.sha256(spki).hexdigest()} {base64.b64encode(spki).decode()}\n"


class Forgeries:
    """The rows of one test file: a name, the code or the warning, and what is done to the scene."""

    def __init__(self) -> None:
        self.rows_refused: list[tuple[str, str, Spoil]] = []
        self.rows_accepted: list[tuple[str, str, Spoil]] = []
        self.rows_unreadable: list[tuple[str, Spoil]] = []

    def refused(self, code: str) -> Callable[[Spoil], Spoil]:
        """Both verifiers refuse it, by ``code`` before any other."""

        def keep(spoil: Spoil) -> Spoil:
            self.rows_refused.append((spoil.__name__, code, spoil))
            return spoil

        return keep

    def accepted(self, warning: str = "") -> Callable[[Spoil], Spoil]:
        """It does not speak against the record; ``warning`` is the word that it is warned of by."""

        def keep(spoil: Spoil) -> Spoil:
            self.rows_accepted.append((spoil.__name__, warning, spoil))
            return spoil

        return keep

    def unreadable(self, spoil: Spoil) -> Spoil:
        """Exit code 2: there is nothing that could be judged."""
        self.rows_unreadable.append((spoil.__name__, spoil))
        return spoil

    def predicate(self, code: str, name: str, edit: Edit) -> None:
        """An edit of the predicate that a holder of the trusted key has signed."""
        self.rows_refused.append((name, code, lambda scene: scene.change(lambda value: edit(value))))

    def statement(self, code: str, name: str, edit: Edit) -> None:
        """The same of the whole statement."""

        def spoil(scene: Any) -> None:
            value = scene.payload()
            edit(value)
            scene.put_payload(value)

        self.rows_refused.append((name, code, spoil))

    def manifest(self, code: str, name: str, edit: Edit) -> None:
        """The same of the manifest, with digests that agree with it."""
        self.rows_refused.append((name, code, lambda scene: scene.relist(lambda value: edit(value))))

    def envelope(self, code: str, name: str, edit: Edit) -> None:
        """An edit of the envelope by one who holds no key."""

        def spoil(scene: Any) -> None:
            value = scene.envelope()
            edit(value)
            scene.put_envelope(value)

        self.rows_refused.append((name, code, spoil))

    def tree(self, code: str, name: str, edit: Callable[[Path], Any]) -> None:
        """A change of the files beside the record."""
        self.rows_refused.append((name, code, lambda scene: edit(scene.root)))

    def each_refused(self) -> pytest.MarkDecorator:
        return _each(("code", "spoil"), self.rows_refused)

    def each_accepted(self) -> pytest.MarkDecorator:
        return _each(("warning", "spoil"), self.rows_accepted)

    def each_unreadable(self) -> pytest.MarkDecorator:
        return _each(("spoil",), self.rows_unreadable)

    def names(self) -> list[str]:
        return [row[0] for row in (*self.rows_refused, *self.rows_accepted, *self.rows_unreadable)]


def _each(names: tuple[str, ...], rows: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


def spoiled(scene: Any, spoil: Spoil) -> Any:
    """The scene after ``spoil``, which must have changed something of it."""
    before = scene.state()
    spoil(scene)
    assert scene.state() != before, "the forgery has changed nothing"
    return scene


def refuse(scene: Any, code: str, spoil: Spoil) -> None:
    """Both verifiers refuse the scene after ``spoil``, by ``code`` first."""
    status, refused_by, _ = spoiled(scene, spoil).by_verify()
    assert (status, refused_by[:1]) == (1, [code])
    assert scene.by_gate()[:2] == (1, refused_by)


def accept(scene: Any, warning: str, spoil: Spoil) -> None:
    """Both accept it, with ``warning`` (and what was left out) and no other."""
    status, refused_by, warned = spoiled(scene, spoil).by_verify()
    assert (status, refused_by) == (0, [])
    assert {warning, "left-out"} - {""} == set(warned)
    assert scene.by_gate() == (0, [], warned)


def unread(scene: Any, spoil: Spoil) -> None:
    """Both say that it cannot be read."""
    spoiled(scene, spoil)
    assert scene.by_verify()[0] == scene.by_gate()[0] == 2
