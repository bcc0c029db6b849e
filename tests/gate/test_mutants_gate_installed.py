"""The gate at its bounds: what is installed beside what is locked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from gate_by_hand import Record

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import Unreadable

# --- Installed packages -------------------------------------------------------------------------------------


class Site:
    """A tree with a lock file, and an installed package."""

    def __init__(self, record: Record, tmp_path: Path) -> None:
        self.record, self.root, self.site = record, tmp_path / "root", tmp_path / "site"
        self.root.mkdir()
        self.site.mkdir()
        self.locks = {"requirements.txt": b"one==1.0\n"}
        self.names = ["requirements.txt"]

    def install(self, name: str, version: str) -> None:
        folder = self.site / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")

    def judged(self, *, root: bool = True, **options: Any) -> list[tuple[str, str]]:
        for name, content in self.locks.items():
            (self.root / name).write_bytes(content)
        self.record.files = {
            name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in self.locks.items()
        }
        self.record.predicate["lockfiles"] = [{"name": name} for name in self.names]
        report = self.record.judged(root=str(self.root) if root else None, packages=str(self.site), **options)
        return [(check.result, check.code) for check in report.checks if check.check == "packages"]


def test_what_is_installed_is_what_is_locked(record: Record, tmp_path: Path) -> None:
    site = Site(record, tmp_path)
    site.install("one", "1.0")
    assert site.judged() == [("passed", "")]
    assert site.judged(root=False) == [("failed", "lock")]
    assert site.judged(locks=["requirements.txt"]) == [("passed", "")]
    assert site.judged(locks=["other.txt"]) == [("failed", "lock")]
    site.install("pip", "24")
    assert site.judged() == [("warning", "package-tool"), ("passed", "")]
    site.install("two", "2.0")
    assert site.judged() == [("failed", "package-unlocked"), ("warning", "package-tool")]
    site.locks["requirements.txt"] = b"one==1.1\ntwo==2.0\npip==24\n"
    assert site.judged() == [("failed", "package-version")]


def test_each_lock_file_counts_unless_one_is_named(record: Record, tmp_path: Path) -> None:
    site = Site(record, tmp_path)
    site.install("one", "1.0")
    site.locks = {"requirements.txt": b"one==1.0\n", "requirements-b.txt": b"two==2.0\n", "notes.md": b"x"}
    site.names = ["notes.md", "requirements-b.txt", "requirements.txt"]
    assert site.judged() == [("passed", "")]
    assert site.judged(locks=["requirements-b.txt"]) == [("failed", "package-unlocked")]
    assert site.judged(locks=["notes.md"]) == [("failed", "lock")]
    site.names = ["requirements.txt"]
    assert site.judged(locks=["requirements-b.txt"]) == [("failed", "lock")]  # in the tree, and no lock file
    site.names = ["gone.txt"]
    assert site.judged() == [("failed", "lock")]
    site.names = []
    assert site.judged() == [("failed", "lock")]


def test_a_lock_that_was_exchanged_after_the_bytes_were_compared(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(record, tmp_path)
    site.install("one", "9.9")
    compare = gate.Verification._check_bytes

    def compare_and_exchange(self: gate.Verification) -> str:
        words = compare(self)
        (site.root / "requirements.txt").write_bytes(b"one==9.9\n")
        return words

    monkeypatch.setattr(gate.Verification, "_check_bytes", compare_and_exchange)
    assert site.judged() == [("failed", "lock")]


@pytest.mark.parametrize("name", ["notes.txt", "requirements.toml", "requirements", "a.lock"])
def test_what_is_no_lock_file(name: str) -> None:
    assert gate.locked_versions(name, b"one==1.0\n") is None


def test_an_old_package_says_its_name_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "one.egg-info").mkdir()
    (tmp_path / "one.egg-info" / "PKG-INFO").write_text("Name: One\nVersion: 1\n")
    (tmp_path / "two.egg-info").write_text("Name: two\nVersion: 2\n")
    assert gate.installed_packages(str(tmp_path)) == {"one": {"1"}, "two": {"2"}}
    with pytest.raises(Unreadable, match="There is no folder"):
        gate.installed_packages(str(tmp_path / "none"))
