"""What reading one file may cost, archives inside of it included."""

from __future__ import annotations

MAX_DEPTH = 5  # archives inside of archives
MAX_MEMBERS = 50_000  # of one archive
MAX_MEMBERS_JUDGED = 100_000  # of one file, with all archives inside
MAX_INFLATED = 1 << 30  # bytes decompressed for one file
MAX_IN_MEMORY = 32 << 20  # decompressed bytes held at a time
BOMB_FROM = 64 << 20  # unpacked bytes from which on the ratio to the packed ones counts
BOMB_RATIO = 200
MAX_JSON = 64 << 20
MAX_HEADER = 100_000_000


class OverLimit(Exception):
    """Reading on would cost too much. The message is a sentence for the reviewer."""


class Budget:
    """What is left for one file. Shared by all readers of its parts."""

    def __init__(self) -> None:
        self.inflated = MAX_INFLATED
        self.members = MAX_MEMBERS_JUDGED

    def spend_inflated(self, count: int) -> None:
        self.inflated -= count
        if self.inflated < 0:
            raise OverLimit("It unpacks to more bytes than this program reads of one file.")

    def spend_member(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise OverLimit("It holds more files than this program reads of one file.")
