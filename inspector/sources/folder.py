"""A folder or a single file as a target: every file accounted for, no link followed, no socket opened."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inspector.provenance.text import plain, utf8_text
from inspector.sources.directories import Directory, Identity, NotRegular, is_reparse_point, open_directory
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Target
from inspector.sources.leftout import VENV_MARKER, VENV_RULE, Exclusions, folder_rule
from inspector.sources.links import LinkResolver
from inspector.sources.localbytes import LocalBytes

# Folders held open at a time: a process often has 256 descriptors (macOS) and the readers need theirs.
MAX_OPEN_FOLDERS = 48
# Deeper folders are named and not read. Real trees stay below 30; the limit bounds time and memory.
MAX_DEPTH = 2_000

_SPECIAL = (
    (stat.S_ISFIFO, "a FIFO; it was not opened"),
    (stat.S_ISSOCK, "a socket; it was not opened"),
    (stat.S_ISCHR, "a character device; it was not opened"),
    (stat.S_ISBLK, "a block device; it was not opened"),
)


@dataclass(slots=True)
class _Subfolder:
    """A folder that is still to be walked; ``name`` as the system wants it, ``text`` as it is shown."""

    name: str
    text: str


@dataclass(slots=True)
class _Level:
    """One open folder on the way down and what is left of it, last item first."""

    directory: Directory
    names: tuple[str, str]  # of this folder: as the system wants it, as it is shown
    items: list[Entry | LeftOut | _Subfolder]


class FolderSource:
    """The files below ``root``, an absolute path that leads through no link any more.

    ``entries`` walks in the order of the whole path and holds one folder's names in memory at a time.
    ``open`` goes down from the root by descriptor, so a folder that was swapped for a link meanwhile is a
    ReadFailure and never a read outside of the target.
    """

    def __init__(self, root: str, exclude: Sequence[str] = ()) -> None:
        self._root = open_directory(root)
        self._exclusions = Exclusions(exclude)
        self._links = LinkResolver(root, self._is_left_out)
        # Path as it is shown -> path as the system wants it, for the few where they differ.
        self._real_names: dict[str, str] = {}
        name = os.path.basename(root.rstrip(os.sep)) or root
        self.target = Target(kind="folder", name=utf8_text(os.fsencode(name)), root=root)

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file, link and special file, and each folder that is left out or cannot be read."""
        directory = self._root.enter(".")
        stack: list[_Level] = []
        open_above: set[Identity] = {directory.identity}
        try:
            stack.append(_Level(directory, ("", ""), self._listed(directory, "", "")))
            real, shown = "", ""
            while stack:
                level = stack[-1]
                if not level.items:
                    self._leave(stack, open_above)
                    real, shown = self._prefix(stack)
                    continue
                item = level.items.pop()
                if not isinstance(item, _Subfolder):
                    yield item
                    continue
                below = self._enter(stack, item, real + item.name, shown + item.text, open_above)
                if isinstance(below, Entry):
                    yield below
                    continue
                stack.append(below)
                real, shown = f"{real}{item.name}/", f"{shown}{item.text}/"
        finally:
            for level in stack:
                level.directory.close()
            directory.close()

    def open(self, entry: Entry) -> LocalBytes:
        """The bytes of ``entry``. The caller closes them."""
        if entry.kind is not EntryKind.FILE:
            raise ReadFailure(f"{plain(entry.path, 200)} is not read: {_why_not(entry)}.")
        parts = self._real_names.get(entry.path, entry.path).split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise ReadFailure(f"{plain(entry.path, 200)} is not a path of this target.")
        # An entry may come from the listing of another process, which knew the bytes of its name.
        search = entry.undecodable and entry.path not in self._real_names
        place = self._root
        try:
            for number, part in enumerate(parts):
                if search:
                    parts[number] = part = _real_name(place, part)
                if number == len(parts) - 1:
                    break
                below = place.enter(part)
                if place is not self._root:
                    place.close()
                place = below
            return LocalBytes(place.open_file(parts[-1]), entry.path)
        except NotRegular:
            raise ReadFailure(f"{plain(entry.path, 200)} is not a regular file any more.") from None
        except (OSError, ValueError) as error:
            raise ReadFailure(f"{plain(entry.path, 200)} could not be opened: {_words(error)}.") from None
        finally:
            if place is not self._root:
                place.close()

    def close(self) -> None:
        self._root.close()

    def _enter(
        self, stack: list[_Level], item: _Subfolder, real: str, shown: str, open_above: set[Identity]
    ) -> _Level | Entry:
        """The folder ``item`` of the last level, opened and listed, or why it cannot be."""
        if len(stack) >= MAX_DEPTH:
            return self._denied(shown, f"a folder nested deeper than {MAX_DEPTH:,} folders; it was not read")
        try:
            directory = stack[-1].directory.enter(item.name)
        except OSError as error:
            return self._denied(shown, f"a folder that cannot be read: {_words(error)}")
        if directory.identity in open_above:
            directory.close()
            return self._denied(shown, "a folder that is mounted inside itself; it was not read again")
        try:
            items = self._listed(directory, f"{real}/", f"{shown}/")
        except OSError as error:
            directory.close()
            return self._denied(shown, f"a folder that cannot be read: {_words(error)}")
        open_above.add(directory.identity)
        if len(stack) >= MAX_OPEN_FOLDERS:
            stack[-MAX_OPEN_FOLDERS].directory.rest()
        return _Level(directory, (item.name, item.text), items)

    def _leave(self, stack: list[_Level], open_above: set[Identity]) -> None:
        done = stack.pop()
        open_above.discard(done.directory.identity)
        if stack:
            above = stack[-1]
            try:
                above.directory.resume(done.directory)
            except OSError as error:
                # Its files were listed already; what is lost are the folders that were not entered yet.
                shown = self._prefix(stack)[1]
                above.items = [
                    self._denied(shown + one.text, f"a folder that cannot be read: {_words(error)}")
                    if isinstance(one, _Subfolder)
                    else one
                    for one in above.items
                ]
        done.directory.close()

    @staticmethod
    def _prefix(stack: list[_Level]) -> tuple[str, str]:
        """Path of the last level with a slash at its end, as the system wants it and as it is shown."""
        names = [level.names for level in stack[1:]]
        return "".join(f"{real}/" for real, _ in names), "".join(f"{shown}/" for _, shown in names)

    def _listed(self, directory: Directory, real: str, shown: str) -> list[Entry | LeftOut | _Subfolder]:
        """What stands in one folder, in reverse order of the whole path."""
        found: list[tuple[str, Entry | LeftOut | _Subfolder]] = []
        with directory.listing() as names:
            for one, text in _shown_names(names):
                if text != one.name or real != shown:
                    self._real_names[shown + text] = real + one.name
                item = self._item(directory, one, real, shown + text, text)
                # A folder sorts by its name and a slash: that is the order of the whole paths.
                found.append((f"{text}/" if isinstance(item, _Subfolder) else text, item))
        found.sort(key=lambda pair: pair[0], reverse=True)
        return [item for _, item in found]

    def _item(
        self, directory: Directory, one: os.DirEntry[str], real: str, path: str, text: str
    ) -> Entry | LeftOut | _Subfolder:
        try:
            if one.is_symlink():
                return self._link(directory, one.name, real, path)
            if one.is_dir(follow_symlinks=False):
                return self._folder(directory, one, path, text)
            status = one.stat(follow_symlinks=False)
        except OSError as error:
            return self._denied(path, f"it cannot be looked at: {_words(error)}")
        if stat.S_ISREG(status.st_mode):
            return self._file(directory, one.name, path, status.st_size)
        for is_kind, words in _SPECIAL:
            if is_kind(status.st_mode):
                return Entry(path, EntryKind.SPECIAL, None, words, path in self._real_names)
        return Entry(path, EntryKind.SPECIAL, None, "no regular file; not opened", path in self._real_names)

    def _file(self, directory: Directory, name: str, path: str, size: int) -> Entry | LeftOut:
        rule = self._exclusions.rule_for(path, folder=False)
        if rule:
            return LeftOut(path, rule)
        if not directory.readable(name, folder=False):
            return self._denied(path, "a file that we have no right to read", size)
        return Entry(path, EntryKind.FILE, size, "", path in self._real_names)

    def _folder(
        self, directory: Directory, one: os.DirEntry[str], path: str, text: str
    ) -> Entry | LeftOut | _Subfolder:
        if os.name == "nt" and is_reparse_point(one.stat(follow_symlinks=False)):
            return Entry(path, EntryKind.LINK_OUTSIDE, None, "a junction; it was not followed")
        rule = folder_rule(one.name) or self._exclusions.rule_for(path, folder=True)
        if rule is None and _is_virtual_environment(directory, one.name):
            rule = VENV_RULE
        if rule:
            return LeftOut(path, rule)
        if not directory.readable(one.name, folder=True):
            return self._denied(path, "a folder that we have no right to read")
        return _Subfolder(one.name, text)

    def _link(self, directory: Directory, name: str, real: str, path: str) -> Entry | LeftOut:
        rule = self._exclusions.rule_for(path, folder=False)
        if rule:
            return LeftOut(path, rule)
        kind, detail = self._links.classify(real.rstrip("/"), directory.readlink(name))
        return Entry(path, kind, None, detail, path in self._real_names)

    def _denied(self, path: str, detail: str, size: int | None = None) -> Entry:
        return Entry(path, EntryKind.DENIED, size, detail, path in self._real_names)

    def _is_left_out(self, path: str, folder: bool) -> bool:
        if self._exclusions.rule_for(path, folder=folder):
            return True
        if not folder:
            return False
        if folder_rule(path.rpartition("/")[2]):
            return True
        try:
            marker = os.lstat(os.path.join(self.target.root or "", path, VENV_MARKER))
        except (OSError, ValueError):
            return False
        return stat.S_ISREG(marker.st_mode)


class SingleFileSource:
    """One file as a target, with the one entry that carries its name. ``path`` leads through no link."""

    def __init__(self, path: str) -> None:
        folder, self._name = os.path.split(path)
        self._folder = open_directory(folder or os.sep)
        name = utf8_text(os.fsencode(self._name))
        self.target = Target(kind="file", name=name, root=path)

    def entries(self) -> Iterator[Entry | LeftOut]:
        """The one entry."""
        undecodable = self.target.name != self._name
        try:
            status = self._folder.stat(self._name)
        except OSError as error:
            detail = f"it cannot be looked at: {_words(error)}"
            yield Entry(self.target.name, EntryKind.DENIED, None, detail, undecodable)
            return
        if not stat.S_ISREG(status.st_mode):
            yield Entry(self.target.name, EntryKind.SPECIAL, None, "no regular file any more", undecodable)
            return
        yield Entry(self.target.name, EntryKind.FILE, status.st_size, "", undecodable)

    def open(self, entry: Entry) -> LocalBytes:
        """The bytes of the file. The caller closes them."""
        if entry.path != self.target.name or entry.kind is not EntryKind.FILE:
            raise ReadFailure(f"{plain(entry.path, 200)} is not read: {_why_not(entry)}.")
        try:
            return LocalBytes(self._folder.open_file(self._name), entry.path)
        except NotRegular:
            raise ReadFailure(f"{plain(entry.path, 200)} is not a regular file any more.") from None
        except OSError as error:
            raise ReadFailure(f"{plain(entry.path, 200)} could not be opened: {_words(error)}.") from None

    def close(self) -> None:
        self._folder.close()


def _shown_names(names: Iterable[os.DirEntry[str]]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Each name of one folder and how it is shown, the same way every time: two names that would be shown
    alike (a broken byte, and the text that stands for it) are told apart in the order of their bytes."""
    taken: set[str] = set()
    for one in sorted(names, key=lambda entry: entry.name):
        text = utf8_text(os.fsencode(one.name))
        while text in taken:
            text += " (a second name that is shown the same)"
        taken.add(text)
        yield one, text


def _real_name(directory: Directory, shown: str) -> str:
    """The name in ``directory`` that is shown as ``shown``."""
    with directory.listing() as names:
        for one, text in _shown_names(names):
            if text == shown:
                return one.name
    raise FileNotFoundError(errno.ENOENT, "no such name")


def _is_virtual_environment(directory: Directory, name: str) -> bool:
    try:
        return stat.S_ISREG(directory.stat(f"{name}/{VENV_MARKER}").st_mode)
    except OSError:
        return False


def _why_not(entry: Entry) -> str:
    return plain(entry.detail, 200) if entry.detail else "it is no file of this target"


def _words(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or str(error) or type(error).__name__)
