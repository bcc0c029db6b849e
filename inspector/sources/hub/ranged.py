"""Parts of a large remote file, read strictly: a few kilobytes instead of the whole.

The first read goes to the hub, which redirects to the store where the bytes lie; further reads go to that
store directly. What comes back must be 206, the very range asked for, of a file of the listed size and
digest, and complete (RFC 9110, sections 14.4 and 15.3.7). A server that ignores ranges costs one request.
"""

from __future__ import annotations

import bisect
import re
import threading
from urllib.parse import quote

from inspector.provenance.errors import InspectorError, UnreadableInput
from inspector.provenance.text import plain
from inspector.sources.hub import errors
from inspector.sources.hub.client import Answer, HubClient
from inspector.sources.interface import Entry, ReadFailure

# The least that is fetched at a time: the first bytes of a torch archive hold its pickle, the last its
# directory, and most headers are smaller.
BLOCK = 32 * 1024
FILE_BUDGET = 8 * 1024 * 1024
REVIEW_BUDGET = 64 * 1024 * 1024
TRIES = 3
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})\Z")


class Budget:
    """Bytes that may still be fetched for all files of one review."""

    def __init__(self, left: int = REVIEW_BUDGET) -> None:
        self._left = left
        self._lock = threading.Lock()

    def take(self, amount: int) -> bool:
        """True, and the amount is spent; False where not so much is left."""
        with self._lock:
            if amount > self._left:
                return False
            self._left -= amount
            return True


class RangeBytes:
    """One remote file at one commit as a ByteSource. ``changed`` is true once the hub or the store spoke of
    another file than the one that was listed."""

    def __init__(
        self, client: HubClient, repository: str, prefix: str, commit: str, entry: Entry, budget: Budget
    ) -> None:
        if entry.size is None:
            raise ReadFailure(f"{plain(entry.path, 200)} has no size in the list of files; not inspected.")
        self.size: int = entry.size
        self._client = client
        self._ask = client.ask(repository, commit, entry.path)
        self._resolve = f"/{prefix}{repository}/resolve/{quote(commit, safe='')}/{quote(entry.path)}"
        self._store: str | None = None
        self._claimed = entry.claimed_sha256
        self._commit = commit
        self._shown = plain(entry.path, 200)
        self._budget = budget
        self._left = FILE_BUDGET
        self._etag: str | None = None
        self._changed = False
        self._lock = threading.Lock()
        self._starts: list[int] = []  # of the pieces that were fetched, rising; pieces do not overlap
        self._pieces: list[bytes] = []
        self.requests = 0

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, or ReadFailure."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure(
                f"{self._shown} has {self.size:,} bytes; {length:,} bytes at {offset:,} lie outside of it."
            )
        out = bytearray()
        with self._lock:
            while len(out) < length:
                at = offset + len(out)
                piece, start = self._piece_at(at, offset + length - at)
                out += piece[at - start : at - start + length - len(out)]
        return bytes(out)

    def changed(self) -> bool:
        return self._changed

    def close(self) -> None:
        """Nothing to close: connections belong to the client."""

    def _piece_at(self, at: int, wanted: int) -> tuple[bytes, int]:
        """A piece that holds the byte ``at``, fetched where it is not here yet."""
        place = bisect.bisect_right(self._starts, at) - 1
        if place >= 0 and at < self._starts[place] + len(self._pieces[place]):
            return self._pieces[place], self._starts[place]
        # At least a block, without what is here already; at the end of the file it reaches backwards.
        before = self._starts[place] + len(self._pieces[place]) if place >= 0 else 0
        after = self._starts[place + 1] if place + 1 < len(self._starts) else self.size
        end = min(max(at + wanted, at + BLOCK), after)
        start = min(at, max(end - BLOCK, before))
        piece = self._fetched(start, end - start)
        self._starts.insert(place + 1, start)
        self._pieces.insert(place + 1, piece)
        return piece, start

    def _fetched(self, start: int, length: int) -> bytes:
        if length > self._left or not self._budget.take(length):
            raise ReadFailure(
                f"{self._shown}: more than {FILE_BUDGET:,} bytes of it, or {REVIEW_BUDGET:,} of the review, "
                "would have to be fetched; not inspected."
            )
        self._left -= length
        wanted = {"range": f"bytes={start}-{start + length - 1}"}
        tries = 0
        while tries < TRIES:
            tries += 1
            self.requests += 1
            try:
                # One byte more than asked for, so that a longer answer is seen and not cut.
                answer = self._client.get(
                    self._store or self._resolve,
                    self._ask,
                    limit=length + 1,
                    headers=wanted,
                    other_hosts=True,
                )
            except errors.BrokeOff:
                tries += 1  # the client tried that twice
                continue
            except errors.NotAHub:
                continue
            except InspectorError as error:
                if self._store is not None and isinstance(error, UnreadableInput):
                    self._store = None  # the signed address has run out; the hub gives another
                    continue
                raise ReadFailure(f"{self._shown} was not read: {error.sentence}") from None
            if answer.status == 200:
                raise ReadFailure("This server sends whole files only; file headers not inspected.")
            self._check_identity(answer)
            if self._is_exact(answer, start, length):
                self._store = answer.url if answer.url != answer.asked else self._store
                return answer.body
        raise ReadFailure(f"Transfer of {self._shown} broke off; not inspected.")

    def _is_exact(self, answer: Answer, start: int, length: int) -> bool:
        told = _CONTENT_RANGE.match(answer.headers.get("content-range", "").strip())
        if answer.status != 206 or told is None or len(answer.body) != length:
            return False
        first, last, size = (int(number) for number in told.groups())
        if size != self.size:
            self._is_another_file()
        return (first, last) == (start, start + length - 1)

    def _check_identity(self, answer: Answer) -> None:
        """Commit, size, digest and ETag: everything that is said of the file must be the same each time."""
        linked = answer.linked
        digest = _etag(linked.get("x-linked-etag"))
        size = linked.get("x-linked-size")
        etag = _etag(answer.headers.get("etag"))
        if linked.get("x-repo-commit", self._commit) != self._commit:
            self._is_another_file()
        if digest is not None and self._claimed is not None and digest != self._claimed:
            self._is_another_file()
        if size is not None and size != str(self.size):
            self._is_another_file()
        if etag is not None and self._etag is not None and etag != self._etag:
            self._is_another_file()
        self._etag = self._etag or etag

    def _is_another_file(self) -> None:
        self._changed = True
        raise ReadFailure(f"{self._shown}: the file changed between two answers.")


def _etag(value: str | None) -> str | None:
    return value.removeprefix("W/").strip('"') if value else None
