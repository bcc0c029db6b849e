"""What reading one file may cost, archives inside of it included."""

from __future__ import annotations

from contextvars import ContextVar

MAX_DEPTH = 5  # archives inside of archives
MAX_MEMBERS = 50_000  # of one archive
MAX_MEMBERS_JUDGED = 100_000  # of one file, with all archives inside
MAX_INFLATED = 1 << 30  # bytes decompressed for one file
MAX_IN_MEMORY = 32 << 20  # decompressed bytes held at a time
BOMB_FROM = 64 << 20  # unpacked bytes from which on the ratio to the packed ones counts
BOMB_RATIO = 200
# Work is counted in steps that take a nanosecond or less on a machine of 2020: no clock decides, so the same
# bytes get the same verdict on a slow machine.
MAX_WORK = 1_600_000_000
MEMBER_WORK = 25_000
PICKLE_WORK = 20_000  # to begin one
OPCODE_WORK = 120  # of the commonest, which only push a value
EFFECT_WORK = 800  # of one that takes from the stack, on top
STEP_WORK = 320  # of a window: a number, a text, a part to be stepped over
FIELD_WORK = 1_300  # of a protocol buffer, on top
JSON_WORK = 14  # for each byte
TEXT_WORK = 25_000  # to begin one of JSON
OBJECT_WORK = 700  # of JSON
PAIR_WORK = 450  # of a JSON object
# For each packed byte, and for each unpacked one. Measured on bytes of four bits, on text, and on zeros.
INFLATE_WORK: dict[str, tuple[int, int]] = {
    "gzip": (9, 1),
    "zlib": (9, 1),
    "deflate": (9, 1),
    "bzip2": (90, 25),
    "xz": (42, 2),
    "lzma": (42, 2),
    "zstd": (3, 1),
    "lz4": (1, 1),
}
MAX_JSON = 64 << 20
MAX_HEADER = 100_000_000


class OverLimit(Exception):
    """Reading on would cost too much. The message is a sentence for the reviewer."""


class Budget:
    """What is left for one file. Shared by all readers of its parts."""

    def __init__(self) -> None:
        self.inflated = MAX_INFLATED
        self.members = MAX_MEMBERS_JUDGED
        self.work = MAX_WORK

    def spend_inflated(self, count: int, packed: int = 0, method: str = "xz") -> None:
        """``count`` bytes came out of ``packed`` ones. Raises OverLimit, as the others do."""
        self.inflated -= count
        if self.inflated < 0:
            raise OverLimit("It unpacks to more bytes than this program reads of one file.")
        per_packed, per_unpacked = INFLATE_WORK[method]
        try:
            self.spend_work(packed * per_packed + count * per_unpacked)
        except OverLimit:
            raise OverLimit(
                f"Unpacking the rest ({method}) would take longer than this program spends on one file: "
                "unpack it, and scan what was inside."
            ) from None

    def spend_member(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise OverLimit("It holds more files than this program reads of one file.")
        self.spend_work(MEMBER_WORK)

    def spend_work(self, steps: int) -> None:
        """Counts work that no number of members or bytes tells."""
        self.work -= steps
        if self.work < 0:
            raise OverLimit("Reading the rest would take longer than this program spends on one file.")


# The budget of the file that is being read, for readers that are handed nothing but bytes.
CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


def spend_work(steps: int) -> None:
    """Takes ``steps`` off the budget of the file that is being read. Raises OverLimit."""
    budget = CURRENT.get()
    if budget is not None:
        budget.spend_work(steps)
