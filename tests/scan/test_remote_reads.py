"""Files whose bytes lie elsewhere: the parent fetches what a worker asks for, piece by piece."""

import contextlib
import threading

from inspector.artifacts.bytesource import BytesSource
from inspector.provenance.errors import WorkIncomplete
from inspector.scan import ScanOptions
from inspector.scan.pool import WorkerPool
from inspector.scan.reading import Reading
from inspector.scan.work import Outcome, Work
from inspector.sources.interface import Entry, EntryKind, ReadFailure, Target

EVIL = b"cposix\nsystem\n(S'echo hello'\ntR."


class Far(BytesSource):
    """Bytes that count how often they were asked for, and fail where they are told to."""

    chunk = 1024

    def __init__(self, data, *, fails=None, wait=0.0, gate=None):
        super().__init__(data)
        self.fails, self.wait, self.gate = fails, wait, gate
        self.asked = []
        self.answered = False
        self.moved = False

    def read_at(self, offset, length):
        self.asked.append((offset, length))
        if self.gate is not None and len(self.asked) == 1:
            self.gate.wait(timeout=self.wait)
        if self.fails is not None:
            raise self.fails
        self.answered = True
        return super().read_at(offset, length)

    def holds(self, offset, length):
        return False

    def changed(self):
        return self.moved


class FakeHub:
    """A source with remote files, some of them openable as a whole, the others by parts."""

    target = Target("hub-model", "acme/writer", "1" * 40)

    def __init__(self, far, whole=()):
        self.far = far
        self.whole = dict(whole)

    def entries(self):
        for path in sorted({*self.far, *self.whole}):
            size = self.far[path].size if path in self.far else len(self.whole[path])
            yield Entry(path, EntryKind.REMOTE, size, claimed_sha256="c" * 64)

    def wanted_remotely(self):
        return tuple(entry for entry in self.entries() if entry.path in self.far)

    def open_remote(self, entry):
        return self.far[entry.path]

    def open(self, entry):
        if entry.path not in self.whole:
            raise ReadFailure(f"{entry.path} was not downloaded.")
        return BytesSource(self.whole[entry.path])

    def close(self):
        return None


def read(source, **options):
    reading = Reading(source, ScanOptions("hf://acme/writer", **{"jobs": 1, **options}))
    events = list(reading.events())
    return {file.path: file for file in reading.files}, events


def test_a_file_read_by_parts_has_a_verdict_and_the_hubs_own_hash():
    far = {"bad.pkl": Far(EVIL), "text.bin": Far(b"\x80\x02}q\x00.")}
    files, _ = read(FakeHub(far, {"config.json": b"{}"}))
    assert files["bad.pkl"].artifact.imports == ("posix.system",)
    assert files["text.bin"].artifact.loading.value == "allow-listed"
    assert all(file.sha256 == "c" * 64 and file.not_analysed is None for file in files.values())
    assert far["bad.pkl"].asked


def test_the_bytes_of_a_large_file_are_not_all_asked_for():
    body = b"cposix\nsystem\n(S'echo hello'\ntR." + bytes(30 << 20)
    far = Far(body)
    files, _ = read(FakeHub({"large.pkl": far}))
    assert "posix.system" in files["large.pkl"].artifact.imports
    assert sum(length for _, length in far.asked) < len(body)


def test_one_that_cannot_be_fetched_is_not_analysed_and_says_why():
    why = {
        "a.bin": (ReadFailure("This server sends whole files only."), "This server sends whole files only."),
        "b.bin": (WorkIncomplete("The hub is away.", "Try again."), "The hub is away."),
        "c.bin": (RuntimeError("defect"), "Its bytes could not be fetched (RuntimeError)."),
    }
    far = {path: Far(EVIL, fails=failure) for path, (failure, _) in why.items()}
    files, events = read(FakeHub({**far, "good.pkl": Far(EVIL)}))
    for path, (_, sentence) in why.items():
        lost = files[path]
        assert lost.not_analysed == sentence and lost.artifact.loading.value == "unreadable"
        assert lost.artifact.reasons[0].code == "not-downloaded"
        assert {"event": "error", "path": path, "why": sentence} in events
    assert files["good.pkl"].not_analysed is None


def test_one_that_changed_on_the_way_is_not_analysed():
    far = Far(EVIL)
    far.moved = True
    files, _ = read(FakeHub({"m.bin": far}))
    assert "changed" in files["m.bin"].not_analysed


def test_one_that_may_not_be_opened_is_not_analysed():
    class Gated(FakeHub):
        def open_remote(self, entry):
            raise ReadFailure("Its owner must grant access.")

    files, _ = read(Gated({"m.bin": Far(EVIL)}))
    assert files["m.bin"].not_analysed == "Its owner must grant access."


def test_the_time_that_fetching_takes_is_not_the_readers():
    gate = threading.Event()  # never set: the first read waits longer than the patience
    files, _ = read(FakeHub({"m.pkl": Far(EVIL, wait=0.8, gate=gate)}), max_seconds_per_file=0.5)
    assert files["m.pkl"].not_analysed is None


def test_ending_the_scan_does_not_wait_for_a_fetch():
    gate = threading.Event()
    far = Far(EVIL, wait=1000, gate=gate)
    events = Reading(FakeHub({"m.pkl": far}), ScanOptions("hf://acme/writer", jobs=1)).events()
    for _ in events:
        if far.asked:
            break
    events.close()
    assert far.asked and not far.answered
    gate.set()


def test_several_files_are_fetched_at_a_time_one_per_worker():
    together = threading.Barrier(2)

    class Meeting(Far):
        def read_at(self, offset, length):
            if not self.asked:
                together.wait(timeout=60)
            return super().read_at(offset, length)

    files, _ = read(FakeHub({"a.pkl": Meeting(EVIL), "b.pkl": Meeting(EVIL)}), jobs=2)
    assert all(file.not_analysed is None for file in files.values())


def test_local_files_are_never_put_behind_a_remote_one(tmp_path):
    (tmp_path / "local.txt").write_text("text")
    pool = WorkerPool(
        {"target": str(tmp_path), "exclude": [], "readable": [str(tmp_path)]}, jobs=1, seconds=20
    )
    works = [
        Work(Entry("far.pkl", EntryKind.REMOTE, len(EVIL)), ("artifact",), remote=Far(EVIL)),
        Work(Entry("local.txt", EntryKind.FILE, 4)),
        Work(Entry("far2.pkl", EntryKind.REMOTE, len(EVIL)), ("artifact",), remote=Far(EVIL)),
    ]
    with contextlib.closing(pool):
        found = {one.entry.path: one for one in pool.run(works) if isinstance(one, Outcome)}
    assert len(found) == 3 and not any(outcome.failures for outcome in found.values())
