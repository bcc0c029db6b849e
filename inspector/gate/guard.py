"""The guard: models are loaded from the approved bytes, or not at all.

    from inspector.gate.guard import guard, open_verified

    with guard(record="review", trust="trust.txt", root="model"):
        model = torch.load("model/pytorch_model.bin")

Hashing a file and then opening it leaves a moment in which it can be exchanged, and mapping it does not
help: a later write shows through the map. So a file is read once, into memory that is sealed against writing
(Linux) or into a private copy (elsewhere), hashed on the way, and the loader gets that. It costs the size of
the file in memory; for a model larger than that, run the gate over a read-only file system.

Only ``inspector_gate`` is needed beside this file; torch, numpy, safetensors and joblib are used where they
are installed, and imported when the block is entered.
"""

# ruff: noqa: PTH100, PTH114, PTH115, PTH118, PTH119
# Plain strings and os.path throughout: what is compared and opened here must not be normalised on the way.

from __future__ import annotations

import builtins
import contextlib
import hashlib
import importlib
import importlib.util
import io
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from inspector.gate.inspector_gate import (
    BLOCK,
    FolderPackage,
    ListedFile,
    Refusal,
    Unreadable,
    Verification,
    blob_behind,
    plain,
    read_trust,
)

__all__ = ["NotApproved", "guard", "open_verified"]

# What is guarded: module, function, and the number of the argument that names the file.
_LOADERS = (
    ("pickle", "load"),
    ("numpy", "load"),
    ("joblib", "load"),
    ("safetensors", "safe_open"),
    ("safetensors.torch", "load_file"),
    ("safetensors.numpy", "load_file"),
    ("torch", "load"),
    ("torch.jit", "load"),
    ("dill", "load"),
)
_FILE_ARGUMENTS = ("f", "file", "filename")
_DIR_FD = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")


class NotApproved(Refusal):
    """The file is not the approved one, or the record does not stand. No byte of it reached a loader."""


class _Approved:
    """The files that a record approves under one root, once the record itself has been verified."""

    def __init__(
        self, record: str, trust: str, root: str | None, files: dict[str, ListedFile], is_cache: bool
    ) -> None:
        self.is_cache = is_cache
        self.record, self.trust = record, trust
        self.root = None if root is None else os.path.abspath(root)
        self.real_root = None if root is None else os.path.realpath(root)
        self.files = files

    def name_of(self, path: str) -> str | None:
        """The name of ``path`` below the root with ``/``, or None where it lies elsewhere."""
        if self.root is None or self.real_root is None:
            return self._name_without_root(path)
        lexical = os.path.abspath(path)
        for top in (self.root, self.real_root):
            if lexical == top or lexical.startswith(top.rstrip(os.sep) + os.sep):
                return os.path.relpath(lexical, top).replace(os.sep, "/")
        real = os.path.realpath(path)
        if real.startswith(self.real_root.rstrip(os.sep) + os.sep):
            return os.path.relpath(real, self.real_root).replace(os.sep, "/")
        return None

    def _name_without_root(self, path: str) -> str:
        parts = os.path.abspath(path).replace(os.sep, "/").split("/")
        for start in range(1, len(parts)):
            name = "/".join(parts[start:])
            if name in self.files:
                self_root = "/".join(parts[:start]) or "/"
                self.root = self.real_root = self_root.replace("/", os.sep)
                return name
        raise NotApproved("extra", f"{plain(path)} is not in the record.")

    def _source(self, name: str) -> BinaryIO:
        """The file ``name``, or the blob behind it in a hub cache; OSError for every other link."""
        root = self.real_root or ""
        if self.is_cache and os.path.islink(os.path.join(root, *name.split("/"))):
            blob = blob_behind(root, name)
            if blob is not None:
                return _open_below(root, os.path.relpath(blob, os.path.realpath(root)).replace(os.sep, "/"))
        return _open_below(root, name)

    def open(self, name: str) -> BinaryIO:
        """The approved bytes of ``name``, in memory or a copy that nobody else can write to."""
        listed = self.files.get(name)
        if listed is None:
            raise NotApproved("extra", f"{plain(name)} is not in the record.")
        try:
            source = self._source(name)
        except OSError as error:
            why = error.strerror or str(error)
            raise NotApproved("missing", f"{plain(name)} cannot be opened without a link: {why}.") from None
        with source:
            copy = _private(name)
            try:
                digest = hashlib.sha256()
                total = 0
                while block := source.read(BLOCK):
                    total += len(block)
                    if total > listed.size:
                        break
                    digest.update(block)
                    copy.write(block)
                if total != listed.size or digest.hexdigest() != listed.sha256:
                    raise NotApproved("changed", f"{plain(name)} is not what was approved.")
                return _sealed(copy)
            except BaseException:
                copy.close()
                raise


def _approved(record: os.PathLike[str] | str, trust: os.PathLike[str] | str, root: Any) -> _Approved:
    try:
        verification = Verification(FolderPackage(os.fspath(record)), read_trust(os.fspath(trust)))
        report = verification.run()
    except Unreadable as error:
        raise NotApproved("unreadable", str(error)) from None
    for refusal in report.refusals:
        raise NotApproved(refusal.code, refusal.words)
    where = None if root is None else os.fspath(root)
    is_cache = report.predicate["scope"].get("symlinks") == "hf-cache"
    return _Approved(os.fspath(record), os.fspath(trust), where, verification.files, is_cache)


def _open_below(root: str, name: str) -> BinaryIO:
    """``name`` under ``root``, opened folder by folder so that no link below the root is followed."""
    if not _DIR_FD:
        parts = name.split("/")
        path = os.path.join(root, *parts)
        if os.path.realpath(path) != os.path.join(os.path.realpath(root), *parts):
            raise OSError(0, "a link on the way")
        return builtins.open(path, "rb", buffering=0)
    folders = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    place = os.open(root, folders)
    try:
        *parents, last = name.split("/")
        for part in parents:
            below = os.open(part, folders | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(last, flags, dir_fd=place)
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "no regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def _private(name: str) -> BinaryIO:
    if hasattr(os, "memfd_create"):
        shown = os.path.basename(name).encode("ascii", "replace").decode()[:100]
        return os.fdopen(os.memfd_create(shown, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "w+b")
    return tempfile.NamedTemporaryFile(prefix="approved-")  # type: ignore[return-value]


def _sealed(copy: BinaryIO) -> BinaryIO:
    """``copy`` from its start; where the system can, nobody can write to it any more, not even we."""
    copy.flush()
    if not hasattr(os, "memfd_create"):
        copy.seek(0)
        return copy
    import fcntl

    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(copy.fileno(), fcntl.F_ADD_SEALS, seals)
    reader = os.fdopen(os.dup(copy.fileno()), "rb")
    copy.close()
    reader.seek(0)
    return reader


def open_verified(
    path: os.PathLike[str] | str,
    *,
    record: os.PathLike[str] | str,
    trust: os.PathLike[str] | str,
    root: os.PathLike[str] | str | None = None,
) -> BinaryIO:
    """A binary file with the approved bytes of ``path``; NotApproved before the first byte otherwise.

    ``root`` is the folder the record is about; without it, the longest tail of ``path`` that the record lists
    is taken for the name. Every read, also a second one, gives the bytes that were hashed.
    """
    approved = _approved(record, trust, root)
    name = approved.name_of(os.fspath(path))
    if name is None:
        raise NotApproved("extra", f"{plain(os.fspath(path))} does not lie under the root.")
    return approved.open(name)


class _Guarded:
    """The loaders with approved files put in the place of what they were asked to load."""

    def __init__(self, approved: _Approved) -> None:
        self._approved = approved
        self._held: dict[str, BinaryIO] = {}
        self._replaced: list[tuple[dict[str, Any], str, Any]] = []

    def install(self) -> None:
        for module_name, function in _LOADERS:
            module = _module(module_name)
            original = getattr(module, function, None) if module is not None else None
            if original is not None:
                self._replace(original, self._wrapped(original))

    def remove(self) -> None:
        for names, name, original in reversed(self._replaced):
            names[name] = original
        self._replaced.clear()
        for held in self._held.values():
            held.close()

    def _replace(self, original: Any, guarded: Any) -> None:
        """In every module that has taken the loader's name over (``from torch import load``), too."""
        for module in list(sys.modules.values()):
            names = getattr(module, "__dict__", None)
            if not isinstance(names, dict) or names is globals():
                continue
            for name in [key for key, value in list(names.items()) if value is original]:
                self._replaced.append((names, name, original))
                names[name] = guarded

    def _wrapped(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def load(*arguments: Any, **options: Any) -> Any:
            if arguments:
                with self._checked(arguments[0]) as checked:
                    return original(checked, *arguments[1:], **options)
            for name in _FILE_ARGUMENTS:
                if name in options:
                    with self._checked(options[name]) as checked:
                        return original(**{**options, name: checked})
            return original(**options)

        load.__name__ = getattr(original, "__name__", "load")
        load.__doc__ = getattr(original, "__doc__", None)
        return load

    @contextlib.contextmanager
    def _checked(self, given: Any) -> Iterator[Any]:
        """What the loader gets in the place of ``given``: what lies elsewhere or in memory stays as it is."""
        if isinstance(given, str | bytes | os.PathLike):
            name = self._approved.name_of(os.fsdecode(given))
            yield given if name is None else self._path(name)
            return
        names = (self._approved.name_of(path) for path in _paths_of(given))
        name = next((name for name in names if name is not None), None)
        if name is None:
            yield given
            return
        with self._fresh(name) as approved:
            again = _same_shape(given, approved, name)
            again.seek(given.tell())
            yield again
            given.seek(again.tell())

    def _hold(self, name: str) -> BinaryIO:
        if name not in self._held:
            self._held[name] = self._approved.open(name)
        return self._held[name]

    def _path(self, name: str) -> str:
        held = self._hold(name)
        return f"/proc/self/fd/{held.fileno()}" if hasattr(os, "memfd_create") else str(held.name)

    def _fresh(self, name: str) -> BinaryIO:
        """The approved bytes with a position of their own."""
        return builtins.open(self._path(name), "rb")


def _module(name: str) -> Any:
    """An installed module, imported; None where it is not there or cannot be imported."""
    try:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            return None
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001 - an import runs anybody's code; one that fails can load nothing
        return None


# Where a file object keeps what it reads: io, bz2 and lzma, gzip and tarfile, zipfile, tempfile.
_INNER = ("raw", "_fp", "fileobj", "_fileobj", "_file", "file")


def _paths_of(given: Any) -> Iterator[str]:
    """The paths of the file that a file object reads, through decompressors and archives as well: where it is
    now, as its descriptor says, and what it was opened by. Nothing for what is in memory."""
    for _ in range(8):
        if isinstance(given, io.FileIO):
            with contextlib.suppress(OSError, ValueError):
                yield from _descriptor_path(given.fileno())
        inner = next((one for key in _INNER if hasattr(one := getattr(given, key, None), "read")), None)
        if inner is None:
            name = getattr(given, "name", None)
            if isinstance(name, str | bytes) and name:
                yield os.fsdecode(name)
            return
        given = inner


def _descriptor_path(descriptor: int) -> Iterator[str]:
    """Where an open file lies: a file that was opened by its number alone has no other name."""
    if sys.platform == "linux":
        yield os.readlink(f"/proc/self/fd/{descriptor}")
    elif sys.platform == "darwin":
        import fcntl

        yield os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))


def _same_shape(given: Any, approved: BinaryIO, name: str) -> Any:
    """``approved`` read as ``given`` reads its file: plainly, through the same decompressor, or as the same
    member of the same zip. What it is read through must itself read the file, with nothing between."""
    import bz2
    import gzip
    import lzma
    import zipfile

    try:
        if _is_plain(given):
            return approved
        if isinstance(given, gzip.GzipFile) and _is_plain(given.fileobj):
            return gzip.GzipFile(fileobj=approved, mode="rb")
        if isinstance(given, bz2.BZ2File) and _is_plain(getattr(given, "_fp", None)):
            return bz2.BZ2File(approved)
        if isinstance(given, lzma.LZMAFile) and _is_plain(getattr(given, "_fp", None)):
            return lzma.LZMAFile(approved)
        shared = getattr(given, "_fileobj", None)
        if isinstance(given, zipfile.ZipExtFile) and _is_plain(getattr(shared, "_file", None)):
            return zipfile.ZipFile(approved).open(given.name)
    except (OSError, KeyError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile):
        raise NotApproved("changed", f"{plain(name)} is not what was approved.") from None
    raise NotApproved("unreadable", f"{plain(name)} is read through an object that cannot be guarded.")


def _is_plain(given: Any) -> bool:
    if isinstance(given, io.BufferedReader | io.BufferedRandom):
        given = given.raw
    return isinstance(given, io.FileIO)


@contextlib.contextmanager
def guard(
    *,
    record: os.PathLike[str] | str,
    trust: os.PathLike[str] | str,
    root: os.PathLike[str] | str,
) -> Iterator[None]:
    """Inside the block every guarded loader reads files under ``root`` as approved, or raises NotApproved.

    Guarded are torch.load, torch.jit.load, safetensors.safe_open, load_file, joblib.load, numpy.load,
    pickle.load and dill.load, for paths and for open files; files outside of ``root`` and objects in memory
    are left alone. Leaving the block puts the loaders back. The whole process is concerned: blocks must not
    overlap in threads.
    """
    guarded = _Guarded(_approved(record, trust, root))
    try:
        guarded.install()
        yield
    finally:
        guarded.remove()
