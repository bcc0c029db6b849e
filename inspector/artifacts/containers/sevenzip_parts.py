"""What the header of a 7z archive is made of, and the cursor that reads its numbers and lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.artifacts.limits import OverLimit


class Bad7z(Exception):
    """The archive cannot be read. The message is a sentence for the reviewer."""


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of unpacking: a method by its identifier, with the method's own properties."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


@dataclass(slots=True)
class Folder:
    """Packed streams that unpack together into one stream, which holds members one behind the other.

    ``binds`` are pairs of an input and the output that feeds it, ``packed`` the inputs fed from the file.
    ``sizes`` are those of every output; ``parts`` of the members inside, each with its checksum.
    """

    coders: list[Coder]
    binds: list[tuple[int, int]]
    packed: list[int]
    sizes: list[int] = field(default_factory=list)
    crc: int | None = None
    streams: list[tuple[int, int]] = field(default_factory=list)  # offset and size in the file
    parts: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that the whole folder unpacks to."""
        bound = {output for _, output in self.binds}
        return next(size for number, size in enumerate(self.sizes) if number not in bound)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the archive. ``size`` is None where it holds no stream (a folder or an empty file)."""

    name: str
    size: int | None
    crc: int | None
    is_folder: bool
    is_anti: bool
    unix_mode: int


@dataclass(slots=True)
class Header:
    """What the archive holds. ``remarks`` are ambiguities: a stable word and a sentence each."""

    folders: list[Folder] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


class HeaderBytes:
    """A cursor over the header. Whatever runs over its end is a broken archive."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count < 0 or count > self.left:
            raise Bad7z("The header of the 7z archive ends too early.")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A number of one to nine bytes: the first one's leading ones tell how many follow."""
        first = self.byte()
        value, mask = 0, 0x80
        for place in range(8):
            if not first & mask:
                return value + ((first & mask - 1) << 8 * place)
            value |= self.byte() << 8 * place
            mask >>= 1
        return value

    def count(self, limit: int) -> int:
        value = self.number()
        if value > limit:
            raise OverLimit(f"The 7z archive states {value} of what this program reads {limit} of.")
        return value

    def bits(self, count: int) -> list[bool]:
        packed = self.take((count + 7) // 8)
        return [bool(packed[place >> 3] & 0x80 >> (place & 7)) for place in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def expect(self, wanted: int) -> None:
        if self.byte() != wanted:
            raise Bad7z("The header of the 7z archive is broken.")
