"""Signed notes of a log, the keys they name, and the file systems that a store lies on."""

from __future__ import annotations

import base64
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Policy, Store, checkpoint, filesystem
from inspector.provenance import InspectorError, Refused, UnreadableInput, WorkIncomplete

ROOT = base64.b64encode(bytes(32)).decode()
BODY = f"origin\n3\n{ROOT}\n"
MARK = base64.b64encode(bytes(68)).decode()


def test_a_note_is_read_with_all_of_its_signatures() -> None:
    found, signatures = checkpoint.parse(f"{BODY}\n— origin {MARK}\n— witness {MARK}\n".encode())
    assert (found.origin, found.size, found.root) == ("origin", 3, bytes(32))
    assert signatures == [("origin", bytes(68)), ("witness", bytes(68))]


@pytest.mark.parametrize(
    "note",
    [
        "",
        f"\n3\n{ROOT}\n\n— a {MARK}\n",
        f"origin\n03\n{ROOT}\n\n— a {MARK}\n",
        f"origin\n-1\n{ROOT}\n\n— a {MARK}\n",
        f"origin\n٣\n{ROOT}\n\n— a {MARK}\n",
        f"origin\n3\n{ROOT[:20]}\n\n— a {MARK}\n",
        f"origin\n3\n?\n\n— a {MARK}\n",
        f"{BODY}\n- a {MARK}\n",
        f"{BODY}\n— a\n",
        f"{BODY}\n— a ?\n",
        f"origin\n3\n{ROOT}\nmore\n\n— a {MARK}\n",
        BODY + "\n" + "x" * 100_000,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(UnreadableInput):
        checkpoint.parse(note.encode())


def test_a_note_holds_by_the_key_of_its_origin_alone(filled: Store, tmp_path: Path) -> None:
    note = filled.checkpoint()
    spki = checkpoint.public_key((filled.path / "log.pub").read_bytes())
    assert checkpoint.opened(note, spki).size == filled.log_size()
    body, _, marks = note.decode().partition("\n\n")
    origin, size, root = body.split("\n")
    for changed in (
        f"{origin}\n{int(size) + 1}\n{root}\n\n{marks}",
        f"{body}\n\n— {origin} {MARK}\n",
        f"{body}\n\n{marks.replace(origin, 'another')}",
    ):
        with pytest.raises(Refused) as caught:
            checkpoint.opened(changed.encode(), spki)
        assert caught.value.code == "checkpoint-signature"


def test_a_key_is_taken_as_pem_and_as_the_line_of_a_note(filled: Store) -> None:
    spki = checkpoint.public_key((filled.path / "log.pub").read_bytes())
    line = checkpoint.verifier_key("origin", spki)
    assert checkpoint.public_key(line.encode()) == spki
    for text in (line.replace("origin", "other", 1), "a+b", "words", "-----BEGIN PUBLIC KEY-----\n?"):
        with pytest.raises(UnreadableInput):
            checkpoint.public_key(text.encode())
    with pytest.raises(UnreadableInput, match="Ed25519"):
        checkpoint.raw_key(spki + b"\0")


# --- File systems ----------------------------------------------------------------------------------------

MOUNTS = """22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw - nfs4 server:/x rw
31 22 0:41 / /mnt/with\\040space rw - fuse.sshfs user@host: rw
32 30 0:42 / /mnt/share/local rw - xfs /dev/sdb rw
not a line of the table
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a", None),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/a/b", "nfs4"),
        ("/mnt/shared", None),
        ("/mnt/share/local/a", None),
        ("/mnt/with space/a", "fuse.sshfs"),
    ],
)
def test_the_longest_mount_above_a_path_says_what_it_lies_on(path: str, kind: str | None) -> None:
    assert filesystem.kind_in_mounts(MOUNTS, path) == kind


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, WorkIncomplete, "no room left"),
        (errno.EDQUOT, WorkIncomplete, "no room left"),
        (errno.EROFS, UnreadableInput, "may not be written to"),
        (errno.EACCES, UnreadableInput, "may not be written to"),
        (errno.EIO, WorkIncomplete, "cannot be written"),
    ],
)
def test_each_refusal_of_the_disk_has_its_sentence(
    number: int, kind: type[InspectorError], words: str
) -> None:
    found = filesystem.disk_error(OSError(number, os.strerror(number)), Path("/x"))
    assert isinstance(found, kind) and words in found.sentence


def test_only_old_files_that_nobody_holds_are_removed(tmp_path: Path) -> None:
    for name in ("old", "held", "young"):
        (tmp_path / name).write_bytes(b"x")
        if name != "young":
            os.utime(tmp_path / name, (0, 0))
    with (tmp_path / "held").open("r+b") as file:
        filesystem.hold(file)
        os.utime(tmp_path / "held", (0, 0))
        filesystem.remove_left_over(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "young"]
    filesystem.remove_left_over(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["young"]


def test_a_file_that_cannot_be_put_in_its_place_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "file"
    filesystem.put(place, b"before")

    def refuse(self: Path, target: Any) -> None:
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="I/O error"):
        filesystem.put(place, b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"before")]


# --- Rules of a store ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(quorum=0), "1 to 10"),
        (Policy(quorum=3, flagged_quorum=2), "fewer people"),
        (Policy(flag_levels=("loud",)), "look-first and weak"),
    ],
)
def test_rules_that_make_no_sense_are_refused(store: Store, policy: Policy, words: str) -> None:
    before = store.policy()
    with pytest.raises(UnreadableInput, match=words):
        store.set_policy(policy, actor="ana", why="x")
    assert store.policy() == before


def test_the_same_rules_again_are_no_entry(store: Store) -> None:
    before = store.log_size()
    assert store.set_policy(store.policy(), actor="ana", why="x") is True
    assert store.log_size() == before


def test_a_name_and_a_key_are_bound_once(store: Store) -> None:
    from inspector.record.keys import new_key

    one, other = new_key().public.spki, new_key().public.spki
    store.enrol("Ana", one, actor="ivan", why="x")
    for name, spki, words in (("ana", other, "has a key"), ("Bo", one, "for another person")):
        with pytest.raises(Refused, match=words) as caught:
            store.enrol(name, spki, actor="ivan", why="x")
        assert caught.value.code == "signer"
