"""A store on a full, read-only or network disk: a sentence, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Store, filesystem
from inspector.datasets.quarantine.checking import verify_any
from inspector.provenance import InspectorError, UnreadableInput, WorkIncomplete


@pytest.fixture
def read_only(filled: Store, approve: Any) -> Iterator[Path]:
    """A store whose files and folders may not be written to (root may all the same)."""
    approve(filled)
    filled.promote(actor="alice")
    filled.close()
    folders = [filled.path, *(one for one in filled.path.rglob("*") if one.is_dir())]
    for one in folders:
        one.chmod(0o555)
    yield filled.path
    for one in folders:
        one.chmod(0o755)


def as_nobody(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as one to whom the store's folder is not writable: root is, so it steps down."""
    script = (
        "import os, sys\n"
        "from inspector import cli\n"
        "import inspector.cli.quarantine, inspector.datasets.quarantine, inspector.cli.scan\n"
        "import cryptography.hazmat.primitives.serialization\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(cli.run(['quarantine', *sys.argv[1:]]))\n"
    )
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd="/")


def _reachable(path: Path) -> bool:
    return all(os.stat(one).st_mode & 0o005 == 0o005 for one in path.parents)


@pytest.fixture
def shared(read_only: Path) -> Iterator[Path]:
    """A copy of it beyond pytest's own folders, which others may not enter."""
    if sys.platform == "win32":
        pytest.skip("rights are another thing on Windows")
    place = Path(tempfile.mkdtemp(prefix="inspector-store-"))
    place.chmod(0o755)
    copy = shutil.copytree(read_only, place / "store")
    try:
        if not _reachable(copy):
            pytest.skip("the temporary folder cannot be reached by others")
        yield copy
    finally:
        for one in (copy, *(one for one in copy.rglob("*") if one.is_dir())):
            one.chmod(0o755)
        shutil.rmtree(place)


def test_a_read_only_store_can_be_looked_at_and_not_changed(shared: Path) -> None:
    before = {one: one.read_bytes() for one in shared.rglob("*") if one.is_file()}
    for command in ("status", "log", "groups", "verify", "sets"):
        found = as_nobody(shared, command, str(shared))
        assert found.returncode == 0, found.stderr
    for arguments in (("promote",), ("sample",)):
        found = as_nobody(shared, arguments[0], str(shared), "--actor", "al")
        assert found.returncode == 2 and "may not be written" in found.stderr
    assert {one: one.read_bytes() for one in shared.rglob("*") if one.is_file()} == before


def test_a_read_only_store_with_a_log_that_is_not_folded_in_yet(filled: Store, tmp_path: Path) -> None:
    # What a killed process leaves: the database and its write-ahead log.
    copy = tmp_path / "copy"
    shutil.copytree(filled.path, copy)
    assert (copy / "index.db-wal").stat().st_size
    from inspector.datasets.quarantine import opening

    opened = opening._frozen(copy / "index.db")
    assert opened.copy is not None and opened.connection.execute("SELECT count(*) FROM row").fetchone() == (
        10,
    )
    opened.connection.close()
    shutil.rmtree(opened.copy)
    assert (copy / "index.db-wal").stat().st_size


def test_a_full_database_changes_nothing(filled: Store, rows_file: Callable[..., Path], counts: Any) -> None:
    pages = filled._ledger.connection.execute("PRAGMA page_count").fetchone()[0]
    filled._ledger.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(WorkIncomplete, match="no room left"):
        filled.add(str(rows_file(3000, "more.jsonl")), actor="ivan", source="t")
    filled._ledger.connection.execute("PRAGMA max_page_count = 1000000")
    assert counts(filled) == {"staged": 10}
    assert filled.add(str(rows_file(3000, "more.jsonl")), actor="ivan", source="t").new == 2990
    filled.verify()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit on Windows")
@pytest.mark.parametrize("limit", [30_000, 120_000, 300_000])
def test_no_room_for_a_file_is_a_sentence_and_nothing_is_lost(
    filled: Store, rows_file: Callable[..., Path], counts: Any, limit: int
) -> None:
    """A limit on the size of files stands for a full disk: at the batch's file, the index, or its log."""
    more = rows_file(5000, "more.jsonl")
    filled.close()
    script = (
        "import resource, sys\n"
        "from inspector import cli\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "sys.exit(cli.run(['quarantine', *sys.argv[1:]]))\n"
    )
    command = ["add", str(filled.path), str(more), "--actor", "ivan", "--source", "t"]
    found = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True)
    assert found.returncode == 3 and "no room left" in found.stderr, found.stderr
    verify_any(filled.path)
    with Store.open(filled.path) as store:
        assert counts(store) == {"staged": 10}
        assert store.add(str(more), actor="ivan", source="t").new == 4990
        store.verify()


def test_no_room_while_promoting_leaves_the_rows_approved(
    filled: Store, approve: Any, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(filled)
    real = filesystem.put

    def full(path: Path, content: bytes, mode: int = 0o644) -> None:
        if path.name == "record.dsse.json":
            raise OSError(28, "No space left on device")
        real(path, content, mode)

    monkeypatch.setattr(filesystem, "put", full)
    with pytest.raises(WorkIncomplete, match="no room left"):
        filled.promote(actor="alice")
    monkeypatch.undo()
    assert counts(filled) == {"approved": 10}
    assert filled.promote(actor="alice") is not None
    assert counts(filled) == {"promoted": 10}
    filled.verify()


def test_two_promotions_at_once_make_one_set(filled: Store, approve: Any, counts: Any) -> None:
    approve(filled)
    with filesystem.held(filled.path / "promote.lock") as mine:
        assert mine
        with pytest.raises(WorkIncomplete, match="Another promotion"):
            filled.promote(actor="alice")
        with Store.open(filled.path) as other:
            assert counts(other) == {"approved": 10}
    assert filled.promote(actor="alice") is not None


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"x" * 200])
def test_another_file_in_the_place_of_the_index(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.db").write_bytes(content)
    with pytest.raises(UnreadableInput, match="no quarantine store"):
        Store.open(tmp_path)
    assert (tmp_path / "index.db").read_bytes() == content


def test_a_damaged_index_is_a_sentence(filled: Store) -> None:
    filled.close()
    path = filled.path / "index.db"
    content = bytearray(path.read_bytes())
    content[4096 : len(content) - 4096] = b"\xaa" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(InspectorError):
        verify_any(filled.path)


def test_an_index_of_another_program_or_version_is_left_alone(tmp_path: Path, filled: Store) -> None:
    filled._ledger.connection.execute("PRAGMA user_version = 99")
    filled.close()
    with pytest.raises(UnreadableInput, match="version 99"):
        Store.open(filled.path)
    connection = sqlite3.connect(tmp_path / "index.db")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(UnreadableInput, match="something else"):
        Store.open(tmp_path)


MOUNTS = (
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    "30 22 0:40 / /mnt/share rw - nfs4 server:/x rw\n"
    "31 30 8:2 / /mnt/share/local rw - xfs /dev/sdb rw\n"
    "32 22 0:41 / /mnt/with\\040space rw - cifs //server/x rw\n"
    "33 22 0:42 / /home/me/ssh rw - fuse.sshfs me@host: rw\n"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/mnt/share/store", "nfs4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/local/store", None),
        ("/mnt/sharedness", None),
        ("/mnt/with space/s", "cifs"),
        ("/home/me/ssh/s", "fuse.sshfs"),
        ("/", None),
    ],
)
def test_a_network_file_system_is_recognised(path: str, kind: str | None) -> None:
    assert filesystem.kind_in_mounts(MOUNTS, path) == kind


def test_a_new_store_on_a_network_file_system_is_refused_and_an_old_one_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "network_kind", lambda path: "nfs4")
    with pytest.raises(UnreadableInput, match="network file system"):
        Store.create(tmp_path / "store")
    with Store.create(tmp_path / "store", allow_network=True) as store:
        assert "network file system" in store.warnings[0]
