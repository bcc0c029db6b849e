"""Trees of files that someone prepared: refused by one code, or accepted as docs/record.md says, by
``verify`` and the gate alike."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.gate import inspector_gate

from .forgeries import Forgeries, Spoil, accept, refuse  # isort: skip

FORGED = Forgeries()
refused, accepted, tree = FORGED.refused, FORGED.accepted, FORGED.tree


def _rewrite(path: Path, content: bytes) -> None:
    """Other bytes of the same length with the times of the old: what a look at times would miss."""
    status = path.stat()
    assert len(content) == status.st_size
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


tree("changed", "same_size_and_times", lambda root: _rewrite(root / "model.bin", b"\x80\x04K" + bytes(397)))
tree(
    "changed",
    "replaced_by_a_hole",
    lambda root: (os.truncate(root / "model.bin", 0), os.truncate(root / "model.bin", 400)),
)
tree("changed", "emptied", lambda root: os.truncate(root / "model.bin", 0))
tree("changed", "a_terabyte_of_nothing_behind", lambda root: os.truncate(root / "model.bin", 1 << 40))
tree("changed", "a_line_end_of_windows", lambda root: (root / "app.py").write_bytes(b"print('hello')\r\n"))
tree(
    "changed",
    "a_byte_order_mark",
    lambda root: (root / "app.py").write_bytes(b"\xef\xbb\xbf" + (root / "app.py").read_bytes()),
)
tree("extra", "a_name_with_a_dot_behind_it", lambda root: (root / "app.py.").write_bytes(b"x"))
tree("extra", "a_name_with_a_space_behind_it", lambda root: (root / "app.py ").write_bytes(b"x"))
tree("extra", "a_twin_in_another_case", lambda root: (root / "APP.PY").write_bytes(b"x"))
tree(
    "extra",
    "a_twin_in_another_normal_form",
    lambda root: (root / unicodedata.normalize("NFD", "naïve 模型.json")).write_bytes(b"{}\n"),
)
tree("extra", "a_twin_with_an_invisible_letter", lambda root: (root / "app\u200b.py").write_bytes(b"x"))
tree("extra", "a_name_with_a_line_break", lambda root: (root / "refused: no\nok").write_bytes(b"x"))
tree("extra", "a_name_of_255_bytes", lambda root: (root / ("x" * 255)).write_bytes(b""))
tree("extra", "an_empty_file", lambda root: (root / "__init__.py").write_bytes(b""))
tree("extra", "a_hidden_shard", lambda root: (root / "weights" / ".layer2.safetensors").write_bytes(b"x"))
tree("extra", "a_lock_file_of_an_editor", lambda root: (root / ".app.py.swp").write_bytes(b"x"))
tree("extra", "a_path_file_of_python", lambda root: (root / "evil.pth").write_text("import os\n"))
tree(
    "extra",
    "a_folder_that_looks_like_version_control",
    lambda root: ((root / ".Git").mkdir(), (root / ".Git" / "x.py").write_bytes(b"x")),
)
tree(
    "extra",
    "an_environment_without_its_file",
    lambda root: ((root / "venv").mkdir(), (root / "venv" / "x.py").write_bytes(b"x")),
)
tree(
    "extra",
    "an_environment_whose_file_is_a_folder",
    lambda root: (
        (root / "venv" / "pyvenv.cfg").mkdir(parents=True),
        (root / "venv" / "x.py").write_bytes(b"x"),
    ),
)
tree(
    "link",
    "an_environment_whose_file_is_a_link",
    lambda root: ((root / "venv").mkdir(), (root / "venv" / "pyvenv.cfg").symlink_to("../app.py")),
)
tree(
    "extra",
    "a_file_ten_folders_down",
    lambda root: (
        (root / "/".join("abcdefghij")).mkdir(parents=True),
        (root / "/".join("abcdefghij") / "x").write_bytes(b"x"),
    ),
)
tree("extra", "a_file_beside_left_out_ones", lambda root: (root / ".git.py").write_bytes(b"x"))
tree("extra", "byte_code_outside_its_folder", lambda root: (root / "app.pyc").write_bytes(b"x"))
tree("link", "a_link_to_nothing", lambda root: (root / "gone").symlink_to("nowhere"))
tree("link", "a_link_to_a_device", lambda root: (root / "null").symlink_to("/dev/null"))
tree("link", "a_link_to_the_root", lambda root: (root / "weights" / "up").symlink_to(".."))
tree(
    "link",
    "an_empty_file_by_a_link_to_nothingness",
    lambda root: ((root / "empty").unlink(), (root / "empty").symlink_to("/dev/null")),
)
tree(
    "missing",
    "a_folder_in_the_place_of_an_empty_file",
    lambda root: ((root / "empty").unlink(), (root / "empty").mkdir()),
)
tree(
    "missing",
    "a_name_moved_one_folder_down",
    lambda root: (root / "app.py").rename(root / "weights" / "app.py"),
)
tree(
    "missing",
    "everything_one_folder_down",
    lambda root: [
        path.rename(_made(root / "inner") / path.name)
        for path in sorted(root.iterdir())
        if path.name != "inner"
    ],
)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@refused("special")
def a_device_added(scene: Any) -> None:
    try:
        os.mknod(scene.root / "zero", 0o20600, os.makedev(1, 5))
    except OSError:  # only the superuser may
        os.mkfifo(scene.root / "zero")


@refused("missing")
def the_root_is_the_folder_above(scene: Any) -> None:
    scene.options["root"] = scene.root.parent


@refused("missing")
def the_root_is_a_folder_below(scene: Any) -> None:
    scene.options["root"] = scene.root / "weights"


@refused("missing")
def the_root_is_empty(scene: Any) -> None:
    scene.options["root"] = scene.root.parent / "nothing"
    scene.options["root"].mkdir()


@accepted()
def a_hard_link_of_the_same_bytes(scene: Any) -> None:
    os.link(scene.root / "model.bin", scene.root.parent / "second name.bin")


@accepted()
def an_empty_folder(scene: Any) -> None:
    (scene.root / "later").mkdir()


@accepted()
def another_mode_and_another_time(scene: Any) -> None:
    (scene.root / "app.py").chmod(0o755)
    os.utime(scene.root / "app.py", (0, 0))


@accepted()
def the_root_is_a_link(scene: Any) -> None:
    link = scene.root.parent / "current"
    link.symlink_to(scene.root)
    scene.options["root"] = link


@accepted("left-out")
def byte_code_of_a_listed_file(scene: Any) -> None:
    (scene.root / "__pycache__").mkdir()
    (scene.root / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"x")


@accepted("left-out")
def a_model_in_the_version_control_folder(scene: Any) -> None:
    (scene.root / ".git" / "evil.pkl").write_bytes(b"x")


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    accept(scene, warning, spoil)


@pytest.mark.parametrize(
    ("swap", "code"),
    [
        (lambda path: path.write_bytes(bytes(400)), "changed"),
        (lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "changed"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "changed"),
        (lambda path: path.unlink(), "changed"),
        (lambda path: (path.unlink(), path.mkdir()), "changed"),
    ],
)
def test_a_file_exchanged_between_the_list_and_the_hash(
    scene: Any, gate: ModuleType, monkeypatch: pytest.MonkeyPatch, swap: Any, code: str
) -> None:
    for module, judge in ((inspector_gate, scene.by_verify), (gate, scene.by_gate)):
        real = module.walk

        def late(*arguments: Any, real: Any = real) -> Any:
            found = real(*arguments)
            swap(scene.root / "model.bin")
            return found

        content = b"\x80\x04N." * 100
        monkeypatch.setattr(module, "walk", late)
        assert judge()[:2] == (1, [code])
        monkeypatch.undo()
        path = scene.root / "model.bin"
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
