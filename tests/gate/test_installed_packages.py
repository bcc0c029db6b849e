"""Installed packages against the lock file of the record: what it does not hold is refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.gate.inspector_gate import (
    Refusal,
    Unreadable,
    installed_packages,
    locked_versions,
    same_version,
)
from inspector.record import trust
from inspector.record.verify import verify_record

UV = """version = 1
[[package]]
name = "assistant"
source = { editable = "." }
[[package]]
name = "Zope.Interface"
version = "6.4"
[[package]]
name = "torch"
version = "2.3.0+cpu"
[[package]]
name = "torch"
version = "2.3.0"
"""
REQUIREMENTS = """# made by hand
--index-url https://index.example/simple
zope.interface==6.4 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
torch[cuda] == 2.3.0 ; python_version > "3.8"  # for the service
floating>=1.0
wild==1.*
-r other.txt
"""


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Path]:
    """A site-packages folder with these packages in it."""

    def make(**packages: str) -> Path:
        folder = tmp_path / "site-packages"
        for name, version in packages.items():
            info = folder / f"{name}-{version}.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: other\nVersion: 0\n"
            )
        return folder

    return make


@pytest.fixture
def judge(sign: Any, review: Any, project: Path, trust_file: Path) -> Callable[..., tuple[bool, list[str]]]:
    def run(place: Path | str, lock: str = UV, **options: Any) -> tuple[bool, list[str]]:
        (project / "uv.lock").write_text(lock)
        review.rescan()
        keys = trust.load(trust_file)
        report = verify_record(sign(), keys, root=project, packages=str(place), **options)
        return report.ok, [check.code for check in (*report.refusals, *report.warnings)]

    return run


def test_the_locked_versions_pass(site: Any, judge: Any) -> None:
    folder = site(zope_interface="6.4", torch="2.3.0+cpu", assistant="0.0.dev7", pip="24.0")
    assert judge(folder) == (True, ["left-out", "package-tool"])


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ({"torch": "2.2.0"}, "package-version"),
        ({"torch": "2.3.0+cu121"}, "package-version"),
        ({"torchh": "2.3.0"}, "package-unlocked"),
        ({"zope": "6.4"}, "package-unlocked"),
        ({"uvicorn": "1.0", "torch": "2.3.0"}, "package-unlocked"),
    ],
)
def test_what_the_lock_does_not_hold_is_refused(
    site: Any, judge: Any, packages: dict[str, str], code: str
) -> None:
    ok, codes = judge(site(**packages))
    assert (ok, codes[0]) == (False, code)


def test_both_copies_of_a_package_installed_twice_count(site: Any, judge: Any) -> None:
    site(torch="2.3.0")
    assert judge(site(Torch="9.9")) == (False, ["package-version", "left-out"])


def test_a_package_that_does_not_say_what_it_is(site: Any, judge: Any) -> None:
    folder = site(torch="2.3.0")
    (folder / "evil-1.0.dist-info").mkdir()
    assert judge(folder)[1][0] == "package-broken"


def test_an_environment_is_looked_into(site: Any, judge: Any, tmp_path: Path) -> None:
    folder = site(torch="2.3.0")
    inner = tmp_path / "env" / "lib" / "python3.12"
    inner.mkdir(parents=True)
    folder.rename(inner / "site-packages")
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr\n")
    assert judge(tmp_path / "env")[0]
    (inner / "site-packages" / "x-1.dist-info").mkdir()
    (inner / "site-packages" / "x-1.dist-info" / "METADATA").write_text("Name: x\nVersion: 1\n")
    assert not judge(tmp_path / "env")[0]


def test_without_packages_or_a_lock_there_is_no_answer(site: Any, judge: Any, tmp_path: Path) -> None:
    from inspector.provenance import UnreadableInput

    (tmp_path / "bare").mkdir()
    for place in (tmp_path / "bare", tmp_path / "nowhere"):
        with pytest.raises(UnreadableInput):
            judge(place)
    folder = site(torch="2.3.0")
    assert judge(folder, locks=["other.lock"])[1][0] == "lock"
    assert judge(folder, lock="version = ")[1][0] == "lock"
    assert judge(folder, lock="version = 1\npackage = 7\n")[1][0] == "lock"


def test_own_are_the_packages_of_this_python() -> None:
    assert "pytest" in installed_packages("own")
    with pytest.raises(Unreadable):
        installed_packages(str(Path(sys.executable)))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("uv.lock", UV, {"assistant": {""}, "zope-interface": {"6.4"}, "torch": {"2.3.0", "2.3.0+cpu"}}),
        ("sub/poetry.lock", '[[package]]\nname = "A_b"\nversion = "1"\n', {"a-b": {"1"}}),
        ("pdm.lock", '[[package]]\nname = "a"\nversion = "1"\n', {"a": {"1"}}),
        ("pylock.dev.toml", '[[packages]]\nname = "a"\nversion = "1"\n', {"a": {"1"}}),
        (
            "Pipfile.lock",
            json.dumps({"default": {"a": {"version": "==1"}}, "develop": {"b": {"version": "==2"}}}),
            {"a": {"1"}, "b": {"2"}},
        ),
        ("requirements.txt", REQUIREMENTS, {"zope-interface": {"6.4"}, "torch": {"2.3.0"}}),
        ("conda-lock.yml", "version: 1\n", None),
    ],
)
def test_each_kind_of_lock_file(name: str, text: str, expected: Any) -> None:
    assert locked_versions(name, text.encode()) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "[[package]]\nversion = 1\n"),
        ("uv.lock", "x = " + "[" * 5000),
        ("Pipfile.lock", "[" * 100_000),
        ("Pipfile.lock", '{"default": []}'),
        ("poetry.lock", "\udcff"),
    ],
)
def test_a_lock_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        locked_versions(name, text.encode("utf-8", "surrogateescape"))
    assert caught.value.code == "lock"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.0", "1.0.0", True),
        ("1.0.0rc1", "1.0rc1", True),
        ("1.0.post1", "1.0-post1", True),
        ("v1.0", "1.0", True),
        ("1.0+cu121", "1.0+CU121", True),
        ("1.0", "1.0+cu121", False),
        ("1.0", "1.1", False),
        ("1.0", "10", False),
        ("1.0", "1.0.dev0", False),
        ("10", "1", False),
        ("1.0a1", "1.0b1", False),
        ("1.0.1", "1.0.10", False),
    ],
)
def test_when_two_versions_are_one(one: str, other: str, same: bool) -> None:
    assert same_version(one, other) is same_version(other, one) is same


def test_the_check_is_one_of_the_report(sign: Any, trust_file: Path) -> None:
    report = verify_record(sign(), trust.load(trust_file))
    assert [check.result for check in report.checks if check.check == "packages"] == ["skipped"]
    assert "15. packages" in (inspector_gate.Verification.__doc__ or "")


@pytest.mark.bounded
def test_a_line_of_blanks_in_a_lock_file_costs_no_time() -> None:
    lines = "".join(f"{start}{' ' * 200_000}x\n" for start in ("a", "a==1", "a[b]", "a=="))
    assert inspector_gate.locked_versions("requirements.txt", lines.encode()) == {"a": {"x"}}
