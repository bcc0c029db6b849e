"""What a worker is left able to do: read the target and Python's own files, answer, end."""

import errno
import json
import os
import platform
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import zstandard

from inspector.confinement import calls, confine, seccomp

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="walls of the Linux kernel")

ALLOW, REFUSE, ABSENT, KILL = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000
OWN = 4321


def answer(machine, number, *arguments, architecture=None):
    """What the filter says to a call: the few instructions it uses, carried out here."""
    known, _ = calls.ARCHITECTURES[machine]
    six = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, known if architecture is None else architecture, 0, *six)
    program, at, held = seccomp.program(machine, OWN), 0, 0
    while True:
        operation, yes, no, operand = program[at]
        at += 1
        if operation == 0x20:
            (held,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x06:
            return operand
        else:
            test = {0x15: held == operand, 0x25: held > operand, 0x35: held >= operand}
            at += yes if test.get(operation, bool(held & operand)) else no


@pytest.mark.parametrize("machine", calls.ARCHITECTURES)
def test_every_call_of_the_table_is_refused_and_no_other(machine):
    column = calls.ARCHITECTURES[machine][1]
    denied = {row.numbers[column] for row in calls.DENIED} - {None}
    asked = {row.numbers[column] for row, _ in calls.CONDITIONS} - {None}
    absent = {row.numbers[column] for row in calls.PRETENDED_ABSENT}
    assert len(denied) > 120 and not denied & (asked | absent)
    for number in range(calls.LAST_KNOWN + 1):
        if number not in asked:
            expected = REFUSE if number in denied else ABSENT if number in absent else ALLOW
            assert answer(machine, number) == expected, number


@pytest.mark.parametrize(
    ("machine", "numbers"),
    [
        ("x86_64", {"socket": 41, "connect": 42, "execve": 59, "ptrace": 101, "io_uring_setup": 425}),
        ("aarch64", {"socket": 198, "connect": 203, "execve": 221, "ptrace": 117, "io_uring_setup": 425}),
    ],
)
def test_the_numbers_are_those_of_the_architecture(machine, numbers):
    column = calls.ARCHITECTURES[machine][1]
    table = {row.name: row.numbers[column] for row in calls.DENIED}
    assert {name: table[name] for name in numbers} == numbers


@pytest.mark.parametrize(
    ("machine", "openat", "clone", "tgkill", "prlimit", "ioctl"),
    [("x86_64", 257, 56, 234, 302, 16), ("aarch64", 56, 220, 131, 261, 29)],
)
def test_some_calls_are_refused_by_what_they_ask_for(machine, openat, clone, tgkill, prlimit, ioctl):
    assert answer(machine, openat, 0, 0, os.O_RDONLY | os.O_CLOEXEC) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT, os.O_RDONLY | os.O_TRUNC):
        assert answer(machine, openat, 0, 0, flags) == REFUSE
    assert answer(machine, clone, 0x3D0F00) == ALLOW  # a thread, as the C library makes one
    assert answer(machine, clone, 17) == REFUSE  # a process
    assert answer(machine, tgkill, OWN, 1, 6) == ALLOW
    assert answer(machine, tgkill, OWN + 1, 1, 6) == REFUSE
    assert answer(machine, prlimit, 0, 7, 0) == ALLOW
    assert answer(machine, prlimit, 0, 7, 1) == REFUSE
    assert answer(machine, prlimit, 0, 7, 1 << 40) == REFUSE
    assert answer(machine, ioctl, 0, 0x5401) == ALLOW
    assert answer(machine, ioctl, 0, 0x5412) == REFUSE


@pytest.mark.parametrize("machine", calls.ARCHITECTURES)
def test_another_architecture_ends_the_process_and_an_unknown_call_does_not_exist(machine):
    assert answer(machine, 0, architecture=0x40000003) == KILL  # 32 bits
    assert answer(machine, 0x40000000 + 41) == KILL  # x32
    assert answer(machine, calls.LAST_KNOWN + 1) == ABSENT


TRIES = """
import ctypes, json, os, socket, subprocess, sys, threading
from inspector.confinement import confine
inside, outside = sys.argv[1:]
held = confine([inside])
def tried(do):
    try:
        do()
    except OSError as error:
        return error.errno
    return 0
thread = threading.Thread(target=lambda: None)
print(json.dumps({
    "held": held.as_json(),
    "read inside": tried(lambda: open(inside + "/a/b", "rb").read()),
    "list inside": tried(lambda: os.listdir(inside + "/a")),
    "import late": tried(lambda: __import__("backports.zstd")),
    "thread": tried(lambda: (thread.start(), thread.join())),
    "read outside": tried(lambda: open(outside + "/secret", "rb")),
    "read through a link": tried(lambda: open(inside + "/link", "rb")),
    "list outside": tried(lambda: os.listdir(outside)),
    "read passwords": tried(lambda: open("/etc/passwd", "rb")),
    "write inside": tried(lambda: open(inside + "/new", "wb")),
    "append": tried(lambda: open(inside + "/a/b", "ab")),
    "write outside": tried(lambda: open(outside + "/new", "wb")),
    "remove": tried(lambda: os.unlink(inside + "/a/b")),
    "mark": tried(lambda: os.chmod(inside + "/a/b", 0o600)),
    "date": tried(lambda: os.utime(inside + "/a/b")),
    "internet": tried(lambda: socket.socket(socket.AF_INET)),
    "local socket": tried(lambda: socket.socket(socket.AF_UNIX)),
    "program": tried(lambda: os.execv("/bin/true", ["true"])),
    "process": tried(os.fork),
    "signal": tried(lambda: os.kill(os.getppid(), 0)),
    "memory file": tried(lambda: os.memfd_create("x")),
}))
"""


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, *map(str, arguments)], capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@linux
def test_a_confined_process_reads_what_was_named_and_nothing_else_is_left_to_it(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "a").mkdir(parents=True)
    (inside / "a" / "b").write_text("b")
    outside.mkdir()
    (outside / "secret").write_text("s")
    (inside / "link").symlink_to(outside / "secret")
    code, out, err = run(TRIES, inside, outside)
    assert code == 0, err
    said = json.loads(out)
    held = said.pop("held")
    if not held["seccomp"] or not held["landlock"]:
        pytest.skip("this kernel lacks one of the walls")
    allowed = {"read inside", "list inside", "import late", "thread"}
    assert {name for name, number in said.items() if number == 0} == allowed
    assert {number for number in said.values() if number} == {errno.EPERM, errno.EACCES}
    assert (inside / "a" / "b").read_text() == "b" and not (inside / "new").exists()


@linux
def test_limits_can_be_set_apart_for_a_child_of_a_few_seconds():
    code = (
        "from inspector.confinement import confine\n"
        "import resource\n"
        "confine(memory_bytes=1 << 29, cpu_seconds=3)\n"
        "print(*(resource.getrlimit(w)[1] for w in (resource.RLIMIT_AS, resource.RLIMIT_CPU)))"
    )
    assert run(code)[1].split() == [str(1 << 29).encode(), b"3"]


@linux
def test_a_call_of_32_bits_ends_the_process():
    if platform.machine() != "x86_64":
        pytest.skip("x86 only")
    # mov eax, 20 (getpid of i386); int 0x80; ret
    code = (
        "import ctypes, mmap\n"
        "page = mmap.mmap(-1, 4096, prot=7)\n"
        "page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')\n"
        "call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))\n"
        "from inspector.confinement import confine\n"
        "assert confine().seccomp\n"
        "call()\n"
    )
    assert run(code)[0] == -31  # SIGSYS


@linux
@pytest.mark.parametrize("missing", ["restrict_calls", "restrict_files"])
def test_a_kernel_that_lacks_a_wall_is_no_error(missing):
    module = {"restrict_calls": "seccomp", "restrict_files": "landlock"}[missing]
    code = (
        f"import ctypes\nfrom inspector.confinement import {module}, confine\n"
        "class Old:\n    def __getattr__(self, name): return lambda *a: -1\n"
        f"class Fake:\n"
        f"    def __getattr__(self, name): return getattr(ctypes, name)\n"
        f"    def CDLL(self, *a, **k): return Old()\n"
        f"{module}.ctypes = Fake()\n"
        "print(confine().as_json())"
    )
    code, out, err = run(code)
    assert code == 0, err
    assert (b"'seccomp': False" if module == "seccomp" else b"'landlock': 0") in out


def test_elsewhere_only_limits_are_named(monkeypatch):
    monkeypatch.setattr("inspector.confinement.limit_resources", lambda memory, seconds: True)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confine().as_json() == {"seccomp": False, "landlock": 0, "rlimits": True}


def test_a_scan_says_how_its_workers_were_held(scan_of, tmp_path):
    (tmp_path / "a.json").write_text("{}")
    assert set(scan_of(tmp_path)["run"]["isolation"]) == {"seccomp", "landlock", "rlimits"}


def _fill(place):
    """A pickle that would print a word, two folders down, packed by a library that a worker imports late."""
    (place / "deep" / "er").mkdir(parents=True)
    packed = zstandard.compress(b"cposix\nsystem\n(S'echo hello'\ntR.")
    (place / "deep" / "er" / "model.pkl.zst").write_bytes(packed)
    return place / "deep" / "er" / "model.pkl.zst"


def _is_read(result):
    (file,) = result["files"]
    return file["imports"] == ["posix.system"] and file["sha256"] and not result["coverage"]["not_analysed"]


@pytest.mark.parametrize("what", ["folder", "file"])
def test_confined_workers_read_a_target_behind_a_link(scan_of, tmp_path, what):
    file = _fill(tmp_path / "real")
    (tmp_path / "link").symlink_to(file if what == "file" else tmp_path / "real")
    assert _is_read(scan_of(tmp_path / "link"))


def test_confined_workers_read_a_target_on_another_mount(scan_of, tmp_path):
    there = Path("/dev/shm")
    if not os.access(there, os.W_OK) or there.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other mount to write to")
    with tempfile.TemporaryDirectory(dir=there) as place:
        _fill(Path(place))
        assert _is_read(scan_of(place))
