"""Objects of a git repository, read without git: loose ones and those in packs (gitformat-pack(5),
gitrepository-layout(5), versions 2 of packs and of their lists).

Nothing of the repository is run and no hook, filter, replacement or alternate is obeyed. Every object that is
given was held against its id: from a commit down to a file each names the next by the digest of its bytes.
A store can be hostile: what is read of it, how deep a chain of differences goes and how large a result may be
is bounded, and what lies beyond is GitTrouble.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from types import TracebackType

from inspector.sources.interface import ReadFailure
from inspector.sources.localbytes import LocalBytes

MAX_OBJECT = 8 << 20  # a folder of 100,000 files is a tree of some 4 MB
MAX_WORK = 256 << 20  # bytes unpacked in all
MAX_CHAIN = 250  # git itself makes chains of 50, and of 250 with --aggressive of old
MAX_PACKS = 500
MAX_IDS = 4 << 20  # bytes of a list that are held while it is searched
_CHUNK = 16 << 10
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_BY_OFFSET, _BY_ID = 6, 7
_LIST_SIGN = b"\xfftOc\0\0\0\x02"
_FANOUT_AT, _IDS_AT = 8, 8 + 1024


class GitTrouble(Exception):
    """An object that is not here, is broken, or is more than is read. The message is a sentence."""


_BROKEN = "An object of git is broken."
_TOO_MUCH = "The objects of git are larger, or more, than is read of them."


class GitObjects:
    """The objects below ``.git/objects``. ``opened`` gives a file of it by its path (OSError, ValueError
    where it is none), ``packs`` the names of the packs without their endings. To be closed after use."""

    def __init__(self, opened: Callable[[Sequence[str]], LocalBytes], packs: Sequence[str]) -> None:
        self._opened = opened
        self._names = list(packs)[:MAX_PACKS]
        self._packs: list[_Pack] | None = None
        self._left = MAX_WORK

    def __enter__(self) -> GitObjects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for pack in self._packs or ():
            pack.close()
        self._packs = None

    def read(self, oid: str, kind: str, limit: int = MAX_OBJECT) -> bytes | None:
        """The body of the object ``oid``, which is a ``kind`` (commit, tree, blob); None where it has more
        than ``limit`` bytes. Raises GitTrouble where it is not here, broken, or of another kind."""
        try:
            found, body = self._found(oid, limit)
        except (ReadFailure, zlib.error, IndexError):
            raise GitTrouble(_BROKEN) from None
        if found != kind:
            raise GitTrouble(_BROKEN)
        if body is None:
            return None
        head = b"%s %d\0" % (kind.encode("ascii"), len(body))
        if hashlib.sha1(head + body, usedforsecurity=False).hexdigest() != oid:
            raise GitTrouble("An object of git has other bytes than its id says.")
        return body

    def _found(self, oid: str, limit: int) -> tuple[str, bytes | None]:
        place = self._packed_at(oid)
        if place is None:
            return self._loose(oid, limit)
        pack, at = place
        deltas: list[bytes] = []
        while True:
            number, size, at, base = pack.head(at)
            if number in _KINDS:
                break
            if len(deltas) >= MAX_CHAIN:
                raise GitTrouble(_TOO_MUCH)
            if not deltas and _sizes(_beginning(pack.data, at))[1] > limit:
                return self._kind_below(pack, base), None
            deltas.append(self._unpacked(pack.data, at, size, MAX_OBJECT))
            pack, at = base if isinstance(base, tuple) else self._base(base)
        if not deltas and size > limit:
            return _KINDS[number], None
        body = self._unpacked(pack.data, at, size, MAX_OBJECT)
        for delta in reversed(deltas):
            body = self._applied(body, delta)
        return _KINDS[number], body

    def _kind_below(self, pack: _Pack, base: _Base) -> str:
        """What the object at the end of a chain is."""
        for _ in range(MAX_CHAIN):
            pack, at = base if isinstance(base, tuple) else self._base(base)
            number, _size, _at, base = pack.head(at)
            if number in _KINDS:
                return _KINDS[number]
        raise GitTrouble(_TOO_MUCH)

    def _base(self, oid: str) -> tuple[_Pack, int]:
        place = self._packed_at(oid)
        if place is None:
            raise GitTrouble(_BROKEN)  # packs on disk hold what they build on
        return place

    def _packed_at(self, oid: str) -> tuple[_Pack, int] | None:
        if self._packs is None:
            self._packs = []
            for name in self._names:
                try:
                    self._packs.append(_Pack(self._opened, name))
                except (OSError, ValueError, ReadFailure):
                    continue  # another pack may hold what is looked for; what is in none is not here
        wanted = bytes.fromhex(oid)
        for pack in self._packs:
            at = pack.place_of(wanted)
            if at is not None:
                return pack, at
        return None

    def _loose(self, oid: str, limit: int) -> tuple[str, bytes | None]:
        try:
            data = self._opened((oid[:2], oid[2:]))
        except (OSError, ValueError):
            raise GitTrouble("An object of git is not here: the clone is partial or broken.") from None
        with data:
            head, end, _ = _beginning(data, 0).partition(b"\0")
            kind, _, told = head.partition(b" ")
            if not end or not told.isdigit() or len(told) > 12:
                raise GitTrouble(_BROKEN)
            size = int(told)
            if size > limit:
                return kind.decode("ascii", "replace"), None
            whole = self._unpacked(data, 0, len(head) + 1 + size, MAX_OBJECT + 64)
            return kind.decode("ascii", "replace"), whole[len(head) + 1 :]

    def _unpacked(self, data: LocalBytes, at: int, size: int, limit: int) -> bytes:
        """The ``size`` bytes that are packed from ``at`` on."""
        self._spend(size, limit)
        stream = zlib.decompressobj()
        pieces: list[bytes] = []
        have = 0
        while not stream.eof:
            length = min(_CHUNK, data.size - at)
            if length <= 0 and not stream.unconsumed_tail:
                raise GitTrouble(_BROKEN)
            packed = stream.unconsumed_tail or data.read_at(at, length)
            at += 0 if stream.unconsumed_tail else length
            piece = stream.decompress(packed, size + 1 - have)
            have += len(piece)
            pieces.append(piece)
            if have > size:
                raise GitTrouble(_BROKEN)
        if have != size:
            raise GitTrouble(_BROKEN)
        return b"".join(pieces)

    def _applied(self, base: bytes, delta: bytes) -> bytes:
        """What ``delta`` makes of ``base``."""
        told, size, at = _sizes(delta)
        if told != len(base):
            raise GitTrouble(_BROKEN)
        self._spend(size, MAX_OBJECT)
        out = bytearray()
        while at < len(delta):
            order = delta[at]
            at += 1
            if order & 0x80:
                place = length = 0
                for bit in range(4):
                    if order & 1 << bit:
                        place |= delta[at] << 8 * bit
                        at += 1
                for bit in range(3):
                    if order & 0x10 << bit:
                        length |= delta[at] << 8 * bit
                        at += 1
                length = length or 0x10000
                if place + length > len(base):
                    raise GitTrouble(_BROKEN)
                out += base[place : place + length]
            elif order:
                out += delta[at : at + order]
                at += order
            else:
                raise GitTrouble(_BROKEN)
            if len(out) > size:
                raise GitTrouble(_BROKEN)
        if len(out) != size:
            raise GitTrouble(_BROKEN)
        return bytes(out)

    def _spend(self, size: int, limit: int) -> None:
        # Even nothing costs something: a chain of empty differences ends too.
        self._left -= size + 64
        if size > limit or self._left < 0:
            raise GitTrouble(_TOO_MUCH)


class _Pack:
    """One pack and the list of what is in it. Raises OSError, ValueError and ReadFailure where it is none."""

    def __init__(self, opened: Callable[[Sequence[str]], LocalBytes], name: str) -> None:
        self._list = opened(("pack", f"{name}.idx"))
        try:
            self.data = opened(("pack", f"{name}.pack"))
            try:
                top = self._list.read_at(0, _IDS_AT)
                words = [int.from_bytes(top[at : at + 4], "big") for at in range(_FANOUT_AT, _IDS_AT, 4)]
                self._total = words[-1]
                is_listed = top.startswith(_LIST_SIGN) and words == sorted(words)
                if not is_listed or self._list.size < _IDS_AT + self._total * 28:
                    raise ValueError("no list of a pack")
                self._fanout = words
                length = self._total * 20
                self._ids = self._list.read_at(_IDS_AT, length) if length <= MAX_IDS else b""
            except BaseException:
                self.data.close()
                raise
        except BaseException:
            self._list.close()
            raise

    def close(self) -> None:
        self._list.close()
        self.data.close()

    def place_of(self, wanted: bytes) -> int | None:
        """Where the object begins; None where it is not in this pack."""
        low = self._fanout[wanted[0] - 1] if wanted[0] else 0
        high = self._fanout[wanted[0]]
        while low < high:
            middle = (low + high) // 2
            here = self._ids[20 * middle : 20 * middle + 20]
            here = here or self._list.read_at(_IDS_AT + 20 * middle, 20)
            if here == wanted:
                return self._offset(middle)
            low, high = (middle + 1, high) if here < wanted else (low, middle)
        return None

    def _offset(self, number: int) -> int:
        offsets = _IDS_AT + 24 * self._total  # behind the ids and their check sums
        at = int.from_bytes(self._list.read_at(offsets + 4 * number, 4), "big")
        if at & 0x80000000:
            far = offsets + 4 * self._total + 8 * (at & 0x7FFFFFFF)
            at = int.from_bytes(self._list.read_at(far, 8), "big")
        return at

    def head(self, at: int) -> tuple[int, int, int, _Base]:
        """Kind, unpacked size and place of the packed bytes of the object at ``at``; what it builds on."""
        start = at
        head = self.data.read_at(at, min(64, max(self.data.size - at, 0)))
        byte = head[0]
        number, size, shift, used = byte >> 4 & 7, byte & 15, 4, 1
        while byte & 0x80:
            byte = head[used]
            size |= (byte & 0x7F) << shift
            shift, used = shift + 7, used + 1
        base: _Base = ""
        if number == _BY_OFFSET:
            byte = head[used]
            used += 1
            back = byte & 0x7F
            while byte & 0x80:
                byte = head[used]
                used += 1
                back = (back + 1) << 7 | byte & 0x7F
            if not 0 < back < start:
                raise GitTrouble(_BROKEN)
            base = (self, start - back)
        elif number == _BY_ID:
            base = head[used : used + 20].hex()
            used += 20
        elif number not in _KINDS:
            raise GitTrouble(_BROKEN)
        return number, size, at + used, base


def _beginning(data: LocalBytes, at: int) -> bytes:
    """The first bytes, some dozens, of what is packed from ``at`` on."""
    packed = data.read_at(at, min(256, max(data.size - at, 0)))
    return zlib.decompressobj().decompress(packed, 64)


_Base = tuple[_Pack, int] | str  # a place in a pack, or an id


def _sizes(delta: bytes) -> tuple[int, int, int]:
    """Sizes of base and result that a difference names, and where its orders begin."""
    found, at = [], 0
    for _ in range(2):
        value = shift = 0
        while True:
            byte = delta[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 56:
                raise GitTrouble(_BROKEN)
        found.append(value)
    return found[0], found[1], at
