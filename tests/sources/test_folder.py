"""A folder target accounts for every file and never leaves itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.provenance.errors import UnreadableInput
from inspector.sources import Entry, EntryKind, LeftOut, ReadFailure, open_target
from inspector.sources import directories as directories_module
from inspector.sources import folder as folder_module

posix = pytest.mark.skipif(os.name == "nt", reason="names and special files of POSIX systems")


def by_path(target: Path, **options: object) -> dict[str, Entry | LeftOut]:
    source = open_target(str(target), **options)  # type: ignore[arg-type]
    try:
        listed = list(source.entries())
        assert [item.path for item in listed] == sorted(item.path for item in listed)
        assert listed == list(source.entries()), "asked again, it lists the same"
        assert len({item.path for item in listed}) == len(listed)
        return {item.path: item for item in listed}
    finally:
        source.close()


def bytes_of(target: Path, path: str) -> bytes:
    source = open_target(str(target))
    entry = next(item for item in source.entries() if item.path == path)
    assert isinstance(entry, Entry)
    # A worker opens entries that another process has listed.
    for one in (source, open_target(str(target))):
        data = one.open(entry)
        body = data.read_at(0, data.size)
        data.close()
        one.close()
    return body


def fill(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(path.encode())


def test_every_file_is_listed_in_the_order_of_whole_paths(tmp_path: Path) -> None:
    fill(tmp_path, "a/b", "a.txt", "a-b/c", "a0", "z/y/x", "Z")
    assert list(by_path(tmp_path)) == ["Z", "a-b/c", "a.txt", "a/b", "a0", "z/y/x"]
    assert bytes_of(tmp_path, "z/y/x") == b"z/y/x"


def test_an_empty_folder_has_no_entries(tmp_path: Path) -> None:
    assert by_path(tmp_path) == {}


def test_the_target_is_named_by_its_folder_even_through_a_link(tmp_path: Path) -> None:
    fill(tmp_path, "real/a")
    (tmp_path / "alias").symlink_to("real")
    source = open_target(str(tmp_path / "alias"))
    assert (source.target.kind, source.target.name) == ("folder", "real")
    assert [item.path for item in source.entries()] == ["a"]


@posix
@pytest.mark.parametrize(
    "name",
    [
        "new\nline",
        "\x1b[31mred",
        "\u202egnp.exe",
        "<b>bold</b>",
        "-rf",
        " ",
        "a\\b",
        "ü",
        "u\u0308",
        "*?[",
        "...",
    ],
)
def test_a_strange_name_is_listed_as_it_is_and_opened(tmp_path: Path, name: str) -> None:
    fill(tmp_path, f"in/{name}")
    entry = by_path(tmp_path)[f"in/{name}"]
    assert isinstance(entry, Entry)
    assert entry.kind is EntryKind.FILE and not entry.undecodable
    assert bytes_of(tmp_path, f"in/{name}") == f"in/{name}".encode()


@posix
def test_broken_utf8_is_shown_escaped_and_opened_by_its_bytes(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/d\xff"
    os.mkdir(folder)
    for name in (b"plain", b"bad\xfe"):
        with open(folder + b"/" + name, "wb") as file:
            file.write(name)
    found = by_path(tmp_path)
    assert list(found) == ["d\\xff/bad\\xfe", "d\\xff/plain"]
    assert all(item.undecodable for item in found.values() if isinstance(item, Entry))
    assert bytes_of(tmp_path, "d\\xff/bad\\xfe") == b"bad\xfe"
    assert bytes_of(tmp_path, "d\\xff/plain") == b"plain"


@posix
def test_two_names_that_look_the_same_are_two_entries(tmp_path: Path) -> None:
    for name, body in ((b"x\xff", b"broken"), (b"x\\xff", b"literal")):
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
            file.write(body)
    found = by_path(tmp_path)
    assert len(found) == 2
    assert sorted(bytes_of(tmp_path, path) for path in found) == [b"broken", b"literal"]


def test_links_are_named_by_where_they_lead_and_never_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    fill(root, "model.bin", "sub/file", ".git/objects/blob", "out/skip.me")
    fill(tmp_path, "secret")
    links = {
        "inside": "model.bin",
        "sub/up": "../model.bin",
        "folder": "sub",
        "absolute": str(root.resolve() / "sub" / "file"),
        "twice": "sub/up",
        "sub/all": str(root.resolve() / "sub"),
        "by-absolute": "sub/all/file",
        "outside": "../secret",
        "passwd": "/etc/passwd",
        "through": "sub/../../secret",
        "sneaky": "folder/../../secret",
        "broken": "nowhere",
        "loop": "loop",
        "ping": "pong",
        "pong": "ping",
        "git": ".git/objects/blob",
        "skipped": "out/skip.me",
        "under-file": "model.bin/x",
        "root-itself": ".",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    found = by_path(root, exclude=["out/*.me"])
    kinds = {name: found[name].kind for name in links}  # type: ignore[union-attr]
    inside, outside, broken = EntryKind.LINK_INSIDE, EntryKind.LINK_OUTSIDE, EntryKind.LINK_BROKEN
    assert kinds == {
        "inside": inside,
        "sub/up": inside,
        "folder": inside,
        "absolute": inside,
        "twice": inside,
        "sub/all": inside,
        "by-absolute": inside,
        "root-itself": inside,
        "outside": outside,
        "passwd": outside,
        "through": outside,
        "sneaky": outside,
        "git": outside,
        "skipped": outside,
        "broken": broken,
        "loop": broken,
        "ping": broken,
        "pong": broken,
        "under-file": broken,
    }
    assert "folder/file" not in found, "a linked folder is not walked"
    assert "points to ../secret" in found["outside"].detail  # type: ignore[union-attr]
    source = open_target(str(root))
    for name in links:
        with pytest.raises(ReadFailure):
            source.open(found[name])  # type: ignore[arg-type]


def test_a_chain_of_links_that_grows_without_end_is_given_up(tmp_path: Path) -> None:
    for step in range(60):
        (tmp_path / f"l{step}").symlink_to(f"l{step + 1}")
    (tmp_path / "l60").write_text("end")
    found = by_path(tmp_path)
    assert found["l0"].kind is EntryKind.LINK_BROKEN  # type: ignore[union-attr]
    assert found["l59"].kind is EntryKind.LINK_INSIDE  # type: ignore[union-attr]


@posix
def test_special_files_are_listed_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("sock")
    listener.close()
    found = by_path(tmp_path)
    assert {path: item.kind for path, item in found.items()} == {  # type: ignore[union-attr]
        "pipe": EntryKind.SPECIAL,
        "sock": EntryKind.SPECIAL,
    }
    pretended = Entry("pipe", EntryKind.FILE, 5)
    with pytest.raises(ReadFailure, match="not a regular file any more"):
        open_target(str(tmp_path)).open(pretended)


def test_what_a_rule_leaves_out_is_named_with_the_rule(tmp_path: Path) -> None:
    fill(
        tmp_path,
        ".git/config",
        "sub/.hg/store",
        "sub/.svn/wc.db",
        "venv/pyvenv.cfg",
        "venv/lib/x.py",
        "pkg/__pycache__/m.pyc",
        "pkg/m.py",
        "work/.git",
        ".github/ci.yml",
        "pyvenv.cfg",
    )
    found = by_path(tmp_path)
    left_out = {item.path: item.rule for item in found.values() if isinstance(item, LeftOut)}
    assert left_out == {
        ".git": "version-control",
        "sub/.hg": "version-control",
        "sub/.svn": "version-control",
        "venv": "virtual-environment",
        "pkg/__pycache__": "byte-code",
    }
    files = {path for path, item in found.items() if isinstance(item, Entry)}
    assert files == {"pkg/m.py", "work/.git", ".github/ci.yml", "pyvenv.cfg"}


def test_a_link_called_git_is_a_link(tmp_path: Path) -> None:
    (tmp_path / ".git").symlink_to("/etc")
    assert by_path(tmp_path)[".git"].kind is EntryKind.LINK_OUTSIDE  # type: ignore[union-attr]


def test_a_folder_of_the_marker_name_does_not_hide_its_parent(tmp_path: Path) -> None:
    fill(tmp_path, "fake/pyvenv.cfg/x", "fake/model.pkl")
    assert "fake/model.pkl" in by_path(tmp_path)


def test_excluded_paths_are_named_with_their_glob(tmp_path: Path) -> None:
    fill(tmp_path, "data/raw/1", "data/raw/deep/2", "data/keep", "a.tmp", "sub/b.tmp")
    found = by_path(tmp_path, exclude=["data/raw/**", "*.tmp"])
    left_out = {item.path: item.rule for item in found.values() if isinstance(item, LeftOut)}
    assert left_out == {"data/raw": "exclude: data/raw/**", "a.tmp": "exclude: *.tmp"}
    assert {"data/keep", "sub/b.tmp"} <= set(found)


def test_what_may_not_be_read_is_an_entry_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "closed/inner", "closed-b", "secret", "open")
    held = os.access

    def access(name: str, mode: int, **how: object) -> bool:
        return False if os.path.basename(name) in ("closed", "secret") else held(name, mode, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "access", access)
    found = by_path(tmp_path)
    assert set(found) == {"closed", "closed-b", "secret", "open"}
    for path in ("closed", "secret"):
        assert found[path].kind is EntryKind.DENIED  # type: ignore[union-attr]
        assert "no right to read" in found[path].detail  # type: ignore[union-attr]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs a user to become")
def test_a_user_without_rights_gets_the_same_words(tmp_path: Path) -> None:
    fill(tmp_path, "shut/a", "b")
    (tmp_path / "shut").chmod(0)
    (tmp_path / "b").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    program = (
        "import os, sys; os.setgid(65534); os.setuid(65534);"
        "sys.path.insert(0, sys.argv[2]);"
        "from inspector.sources import open_target;"
        "print([(e.path, e.kind.value) for e in open_target(sys.argv[1]).entries()])"
    )
    root = Path(folder_module.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(root)], capture_output=True, text=True, check=False
    )
    (tmp_path / "shut").chmod(0o755)
    if "PermissionError" in done.stderr or "ModuleNotFoundError" in done.stderr:
        pytest.skip("the other user may not read the interpreter's or the test's folders")
    assert done.stdout.strip() == "[('b', 'denied'), ('shut', 'denied')]", done.stderr


@posix
def test_a_tree_deeper_than_a_path_may_be_long_is_read(tmp_path: Path) -> None:
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(150):
        os.mkdir("n" * 40, dir_fd=place)
        below = os.open("n" * 40, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=place))
    os.close(place)
    (path,) = by_path(tmp_path)
    assert path.endswith("/leaf") and len(path) > 4096
    assert bytes_of(tmp_path, path) == b""


def test_folders_beyond_the_depth_limit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_DEPTH", 3)
    fill(tmp_path, "a/b/c/d", "a/b/e")
    found = by_path(tmp_path)
    assert found["a/b/c"].kind is EntryKind.DENIED  # type: ignore[union-attr]
    assert "nested deeper" in found["a/b/c"].detail  # type: ignore[union-attr]
    assert "a/b/e" in found


def test_few_descriptors_are_enough_for_a_deep_and_branching_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "MAX_OPEN_FOLDERS", 2)
    fill(tmp_path, "a/b/c/d/e/f", "a/b/c/d/g/h", "a/b/i/j", "a/k", "l/m/n/o")
    assert set(by_path(tmp_path)) == {"a/b/c/d/e/f", "a/b/c/d/g/h", "a/b/i/j", "a/k", "l/m/n/o"}


@posix
def test_a_deep_walk_holds_few_descriptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("no list of descriptors here")
    monkeypatch.setattr(folder_module, "MAX_OPEN_FOLDERS", 3)
    fill(tmp_path, "/".join("abcdefghijklmnopqrst"))
    source = open_target(str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    walk = source.entries()
    next(walk)
    assert len(os.listdir("/proc/self/fd")) - before <= 4


@posix
def test_a_folder_moved_during_the_walk_does_not_lead_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "MAX_OPEN_FOLDERS", 1)
    root = tmp_path / "root"
    fill(root, "a/b/f", "a/c/g", "a/d", "z")
    fill(tmp_path, "outside/c/secret")
    walk = open_target(str(root)).entries()
    assert next(walk).path == "a/b/f"
    (root / "a/b").rename(tmp_path / "outside/b")
    rest = {item.path: item for item in walk}
    assert set(rest) == {"a/c", "a/d", "z"}
    assert rest["a/c"].kind is EntryKind.DENIED  # type: ignore[union-attr]
    assert "moved while it was read" in rest["a/c"].detail  # type: ignore[union-attr]


def test_a_folder_mounted_inside_itself_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "mount/file", "other")
    monkeypatch.setattr(directories_module, "_identity", lambda status: (1, 1))
    found = by_path(tmp_path)
    assert found["mount"].kind is EntryKind.DENIED  # type: ignore[union-attr]
    assert "mounted inside itself" in found["mount"].detail  # type: ignore[union-attr]


@posix
def test_a_walk_that_is_left_early_leaves_no_descriptor_open(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("no list of descriptors here")
    fill(tmp_path, "a/b/c/d", "a/b/e")
    before = len(os.listdir("/proc/self/fd"))
    source = open_target(str(tmp_path))
    walk = source.entries()
    next(walk)
    walk.close()  # type: ignore[attr-defined]
    source.close()
    assert len(os.listdir("/proc/self/fd")) == before


@posix
def test_a_folder_swapped_for_a_link_is_not_read_through(tmp_path: Path) -> None:
    root = tmp_path / "root"
    fill(root, "sub/file")
    fill(tmp_path, "elsewhere/file")
    source = open_target(str(root))
    entry = next(iter(source.entries()))
    (root / "sub").rename(root / "moved")
    (root / "sub").symlink_to("../elsewhere")
    with pytest.raises(ReadFailure, match="could not be opened"):
        source.open(entry)  # type: ignore[arg-type]


@posix
def test_a_file_swapped_for_a_link_or_a_pipe_is_not_opened(tmp_path: Path) -> None:
    fill(tmp_path, "root/a", "root/b", "secret")
    source = open_target(str(tmp_path / "root"))
    first, second = source.entries()
    (tmp_path / "root/a").unlink()
    (tmp_path / "root/a").symlink_to("../secret")
    (tmp_path / "root/b").unlink()
    os.mkfifo(tmp_path / "root/b")
    for entry in (first, second):
        with pytest.raises(ReadFailure, match="not a regular file any more"):
            source.open(entry)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "", ".", "a/../../secret", "a//b"])
def test_an_invented_entry_does_not_lead_out(tmp_path: Path, path: str) -> None:
    fill(tmp_path, "root/a/b", "secret")
    with pytest.raises(ReadFailure):
        open_target(str(tmp_path / "root")).open(Entry(path, EntryKind.FILE, 1))


def test_a_folder_opens_no_socket_and_imports_nothing_of_the_hub(
    tmp_path: Path, no_sockets: Callable[[], int]
) -> None:
    fill(tmp_path, "hf:/x", "config.json")
    by_path(tmp_path)
    assert no_sockets() == 0
    program = (
        "import sys; from inspector.sources import open_target; list(open_target(sys.argv[1]).entries());"
        "print([m for m in sys.modules"
        " if m.startswith(('huggingface_hub', 'httpx', 'inspector.sources.hub.'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(folder_module.__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.bounded
def test_five_thousand_files_are_listed_once_each(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"d{number}").mkdir()
        for other in range(50):
            (tmp_path / f"d{number}" / f"f{other}").touch()
    assert len(list(open_target(str(tmp_path)).entries())) == 5_000


def test_without_directory_descriptors_the_same_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    fill(root, "a/b/c", "a.txt", ".git/x", "v/pyvenv.cfg")
    (root / "out").symlink_to("/etc")
    with_descriptors = by_path(root)
    monkeypatch.setattr(directories_module, "HAS_DIRECTORY_DESCRIPTORS", False)
    assert by_path(root) == with_descriptors
    assert bytes_of(root, "a/b/c") == b"a/b/c"
    source = open_target(str(root))
    (root / "a/b").rename(root / "a/z")
    (root / "a/b").symlink_to(root / "a/z")
    with pytest.raises(ReadFailure):
        source.open(with_descriptors["a/b/c"])  # type: ignore[arg-type]


names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/\0"), min_size=1, max_size=20)


@posix
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.lists(st.lists(names, min_size=1, max_size=3), max_size=8))
def test_any_names_come_back_sorted_and_readable(tmp_path: Path, paths: list[list[str]]) -> None:
    root = Path(os.path.join(tmp_path, str(len(os.listdir(tmp_path)))))
    root.mkdir()
    made: set[str] = set()
    for parts in paths:
        if any(part in (".", "..", "__pycache__", ".git", ".hg", ".svn", "pyvenv.cfg") for part in parts):
            continue
        path = "/".join(parts)
        try:
            fill(root, path)
        except OSError:
            continue  # a file stands where a folder is wanted, or the name is too long
        made.add(path)
    assert set(by_path(root)) == made
    for path in made:
        assert bytes_of(root, path) == path.encode()


class TestBadTargets:
    @pytest.mark.parametrize(
        ("target", "words"),
        [
            ("", "No target was named"),
            ("no/such/folder", "does not exist"),
            ("a\0b", "no possible path"),
            ("https://huggingface.co/acme/x", "does not exist"),
            ("n" * 5000, "cannot be opened"),
        ],
    )
    def test_is_a_sentence_with_a_next_step(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, words: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UnreadableInput, match=words) as caught:
            open_target(target)
        assert caught.value.next_step and caught.value.exit_code == 2

    @posix
    def test_a_pipe_or_a_device_is_not_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(UnreadableInput, match="is a FIFO"):
            open_target(str(tmp_path / "pipe"))
        with pytest.raises(UnreadableInput, match="is a device"):
            open_target("/dev/zero")

    def test_a_file_as_a_folder_does_not_exist(self, tmp_path: Path) -> None:
        fill(tmp_path, "file")
        with pytest.raises(UnreadableInput, match="does not exist"):
            open_target(str(tmp_path / "file" / "x"))

    def test_no_right_to_read_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(tmp_path, "file")
        monkeypatch.setattr(os, "access", lambda *_, **__: False)
        with pytest.raises(UnreadableInput, match="may not be read by this user"):
            open_target(str(tmp_path / "file"))

    @posix
    def test_a_loop_of_links_is_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        with pytest.raises(UnreadableInput):
            open_target(str(tmp_path / "loop"))

    def test_control_characters_of_the_name_are_escaped(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableInput) as caught:
            open_target(str(tmp_path / "\x1b[2J\u202e"))
        assert "\x1b" not in str(caught.value) and "\u202e" not in str(caught.value)


class TestSingleFile:
    def test_it_has_one_entry_of_its_name(self, tmp_path: Path) -> None:
        fill(tmp_path, "model.zip")
        source = open_target(str(tmp_path / "model.zip"))
        assert (source.target.kind, source.target.name) == ("file", "model.zip")
        (entry,) = source.entries()
        assert isinstance(entry, Entry)
        assert (entry.path, entry.kind, entry.size) == ("model.zip", EntryKind.FILE, 9)
        data = source.open(entry)
        assert data.read_at(0, 9) == b"model.zip"
        data.close()
        source.close()

    @posix
    def test_broken_utf8_in_its_name_is_escaped(self, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/m\xff.bin"
        with open(path, "wb") as file:
            file.write(b"x")
        source = open_target(os.fsdecode(path))
        (entry,) = source.entries()
        assert isinstance(entry, Entry)
        assert entry.path == source.target.name == "m\\xff.bin" and entry.undecodable
        assert source.open(entry).read_at(0, 1) == b"x"

    @posix
    def test_swapped_for_a_pipe_it_is_not_opened(self, tmp_path: Path) -> None:
        fill(tmp_path, "m.bin")
        source = open_target(str(tmp_path / "m.bin"))
        (entry,) = source.entries()
        (tmp_path / "m.bin").unlink()
        os.mkfifo(tmp_path / "m.bin")
        with pytest.raises(ReadFailure, match="not a regular file any more"):
            source.open(entry)  # type: ignore[arg-type]
        assert [item.kind for item in source.entries()] == [EntryKind.SPECIAL]  # type: ignore[union-attr]
