"""Parts of a large remote file, read strictly: a few kilobytes instead of the whole.

The first read goes to the hub, at an address with the commit, which redirects to the store where the bytes
lie; further reads go to that store directly. What comes back must be 206, the very range asked for, of a
file of the listed size and digest, uncompressed and complete (RFC 9110, sections 14.4 and 15.3.7); from the
second read on ``If-Range`` binds it to the same bytes (section 13.1.5); a store that tags nothing is only
asked by way of the hub, which says each time of what bytes it speaks. A file that was fetched to its last
byte is held against its digest; of parts the server is believed, over TLS, as every loader believes it. A
server that ignores ranges costs one request, of whose answer nothing is read.
"""

from __future__ import annotations

import bisect
import hashlib
import re
import threading
from urllib.parse import quote

from inspector.provenance.errors import InspectorError, UnreadableInput
from inspector.provenance.text import plain
from inspector.sources.claims import git_id
from inspector.sources.hub import errors
from inspector.sources.hub.answer import Answer
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.remote import (
    BLOCK,
    FILE_REQUESTS,
    REVIEW_BUDGET,
    REVIEW_REQUESTS,
    SCATTERED,
    SCATTERED_LITTLE,
    WHOLE,
    budget_for,
    ending,
    plan_for,
)
from inspector.sources.hub.zip_front import END, SMALL_BEHIND, directory_place, front_of
from inspector.sources.interface import Entry, ReadFailure

TRIES = 3
_JUMPS_BEFORE_SCATTERED = 2
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})\Z")


class Budget:
    """Bytes that may still be fetched for all files of one review, and how often. ``signs`` are the sentences
    of failures that speak for all that would follow (errors.signs_of_silence)."""

    def __init__(self, left: int = REVIEW_BUDGET, requests: int = REVIEW_REQUESTS) -> None:
        self._left = left
        self._requests = requests
        self._lock = threading.Lock()
        self.signs: list[str] = []

    @property
    def given_up(self) -> str:
        """Why nothing more is asked for; empty as long as it is."""
        return self.signs[0] if len(self.signs) >= errors.GIVEN_UP else ""

    def take(self, amount: int) -> bool:
        """True, and one request for the amount is spent; False where not so much is left."""
        with self._lock:
            if amount > self._left or not self._requests:
                return False
            self._left -= amount
            self._requests -= 1
            return True


class RangeBytes:
    """One remote file at one commit, as RemoteBytes. ``changed`` is true once the hub or the store spoke of
    another file than the one that was listed. ``requests`` and ``fetched`` count what it has cost."""

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
        # What kept parts are kept under: the bytes that the list speaks of, whatever the commit.
        self._identity = entry.claimed_sha256 or entry.attributes.get("git_oid") or commit
        self._git_oid = None if entry.attributes.get("lfs") else entry.attributes.get("git_oid")
        self._commit = commit
        self._shown = plain(entry.path, 200)
        self._plan = plan_for(entry.path)
        self._budget = budget
        self._limit = budget_for(entry.path, self.size)
        self._left = self._limit
        self._is_short = self._limit < 1 << 20
        self._first = min(self._plan.first, BLOCK) if self._is_short else self._plan.first
        self._header_first = ending(entry.path) == ".safetensors"
        # Readers ask for little; how much comes with it is decided here.
        self.chunk = SCATTERED_LITTLE if self._is_short else SCATTERED
        self._etag: str | None = None
        self._changed = False
        self._lock = threading.Lock()
        self._starts: list[int] = []  # of the pieces that were fetched, rising; pieces do not overlap
        self._pieces: list[bytes] = []
        self._jumps = 0
        self._run = 0  # reads in a row that went on where a piece ended
        self.requests = 0
        self.fetched = 0
        self.gate = ""  # the sentence, once the hub refused these bytes as gated

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, or ReadFailure."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadFailure(
                f"{self._shown} has {self.size:,} bytes; {length:,} bytes at {offset:,} lie outside of it."
            )
        out = bytearray()
        with self._lock:
            if self._changed:
                raise ReadFailure(f"{self._shown}: the file changed between two answers.")
            while len(out) < length:
                at = offset + len(out)
                piece, start = self._piece_at(at, offset + length - at)
                out += piece[at - start : at - start + length - len(out)]
        return bytes(out)

    def holds(self, offset: int, length: int) -> bool:
        """True where these bytes are here already."""
        with self._lock:
            at, end = offset, offset + length
            while at < end:
                place = bisect.bisect_right(self._starts, at) - 1
                if place < 0 or at >= self._starts[place] + len(self._pieces[place]):
                    return False
                at = self._starts[place] + len(self._pieces[place])
            return offset >= 0 and end <= self.size

    def changed(self) -> bool:
        return self._changed

    def close(self) -> None:
        """Nothing to close: connections belong to the client, and pieces stay for the next reader."""

    def _piece_at(self, at: int, wanted: int) -> tuple[bytes, int]:
        """A piece that holds the byte ``at``, fetched where it is not here yet."""
        place = bisect.bisect_right(self._starts, at) - 1
        if place >= 0 and at < self._starts[place] + len(self._pieces[place]):
            return self._pieces[place], self._starts[place]
        if not self._pieces and self._plan.end_first and self.size > WHOLE:
            self._first = self._front()
            return self._piece_at(at, wanted)
        before = self._starts[place] + len(self._pieces[place]) if place >= 0 else 0
        after = self._starts[place + 1] if place + 1 < len(self._starts) else self.size
        # Without what is here already; at the end of the file it reaches backwards. Where little may still
        # be fetched, no more than was asked for.
        wanted = min(wanted, after - at)
        block = max(min(self._block(at, before), self._left), wanted)
        end = min(at + block, after)
        start = min(at, max(end - block, before))
        return self._taken(start, end - start), start

    def _taken(self, start: int, length: int) -> bytes:
        """A new piece, fetched and kept."""
        piece = self._fetched(start, length)
        place = bisect.bisect_right(self._starts, start)
        self._starts.insert(place, start)
        self._pieces.insert(place, piece)
        if sum(map(len, self._pieces)) == self.size and not self._is_the_listed_one():
            self._is_another_file()
        return piece

    def _front(self) -> int:
        """The bytes of an archive that are worth reading with the first ones, told by its directory."""
        end = self._taken(self.size - END, END)
        place = directory_place(end, self.size)
        if place is None:
            return self._plan.first
        start, length = place
        missing = self.size - END - start
        if length > self._left:
            return self._plan.first
        if missing > 0:
            begin = max(start - SMALL_BEHIND, 0)
            end = self._taken(begin, missing + start - begin) + end
        at = start - (self.size - len(end))
        front = front_of(end[at : at + length], start)
        return front if 0 < front <= self._left else self._plan.first

    def _is_the_listed_one(self) -> bool:
        """Whether the bytes, which are all here, are those of the list. Of a part nobody can tell."""
        if self._claimed is not None:
            digest = hashlib.sha256()
            for piece in self._pieces:
                digest.update(piece)
            return digest.hexdigest() == self._claimed
        return self._git_oid is None or git_id(b"".join(self._pieces)) == self._git_oid

    def _block(self, at: int, before: int) -> int:
        """How much to fetch at least: all of a small file, more and more of what is read in a row, and
        little where a reader jumps about."""
        if self.size <= WHOLE:
            return self.size
        if before == 0 and at < self._first:
            return self._first - at
        if at == before and self._pieces:
            if self._header_first and self._starts[0] == 0:
                told = 8 + int.from_bytes(self._pieces[0][:8], "little")
                if at < told <= at + self._left:
                    return told - at
            self._run += 1
            return min(BLOCK << min(self._run - 1, 10), self._plan.ahead)
        self._run = 0
        self._jumps += 1
        return BLOCK if self._jumps <= _JUMPS_BEFORE_SCATTERED and not self._is_short else self.chunk

    def _fetched(self, start: int, length: int) -> bytes:
        part = f"bytes={start}-{start + length - 1}"
        if self._client.offline:
            kept = self._client.part_saved(self._resolve, f"{part};{self._identity}")
            if kept is None or len(kept) != length:
                raise ReadFailure(
                    f"{self._shown} was not read: {self._client.offline} is set, and this part of it was not "
                    "saved."
                )
            return kept
        body = self._asked(start, length, part)
        self._client.keep_part(self._resolve, f"{part};{self._identity}", body)
        self.fetched += length
        return body

    def _asked(self, start: int, length: int, part: str) -> bytes:
        if self._budget.given_up:
            raise ReadFailure(f"{self._shown} was not read: {self._budget.given_up}")
        if length > self._left or self.requests >= FILE_REQUESTS:
            raise ReadFailure(
                f"{self._shown}: more than {self._limit:,} of its bytes or {FILE_REQUESTS:,} pieces of it "
                "would have to be fetched; not inspected."
            )
        if not self._budget.take(length):
            raise ReadFailure(
                f"{self._shown}: more than {REVIEW_BUDGET:,} bytes or {REVIEW_REQUESTS:,} pieces of the "
                "review would have to be fetched; not inspected."
            )
        self._left -= length
        # A small file is asked for as a whole: hubs need not serve parts of what is kept in git.
        is_all = (start, length) == (0, self.size)
        signs: tuple[str, ...] = ()
        tries = 0
        while tries < TRIES:
            if tries:
                self._left = max(self._left - length, 0)  # what came and was of no use was fetched too
            tries += 1
            self.requests += 1
            try:
                # One byte more than asked for, so that a longer answer is seen and not cut.
                answer = self._client.get(
                    self._store or self._resolve,
                    self._ask,
                    limit=length + 1,
                    headers={} if is_all else self._headers(part),
                    other_hosts=True,
                )
            except errors.BrokeOff as error:
                signs = errors.signs_of_silence(error)
                tries += 1  # the client tried that twice
                continue
            except errors.RangeRefused:
                self._is_another_file()  # the listed size says that the range is there
            except errors.NotAHub:
                continue
            except InspectorError as error:
                if isinstance(error, errors.Gated):
                    self.gate = error.sentence
                if self._store is not None and isinstance(error, UnreadableInput):
                    self._store = None  # the signed address has run out; the hub gives another
                    continue
                self._budget.signs += errors.signs_of_silence(error)
                raise ReadFailure(f"{self._shown} was not read: {error.sentence}") from None
            self._check_identity(answer)
            if is_all:
                if answer.status == 200 and len(answer.body) == length:
                    return answer.body
                continue
            if answer.status == 200:
                if self._etag is not None and self._pieces:
                    self._is_another_file()  # it gave parts before: If-Range says that they are of the past
                raise ReadFailure("This server sends whole files only; file headers not inspected.")
            if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                raise ReadFailure(f"{self._shown}: the server sends compressed bytes unasked; not inspected.")
            if self._is_exact(answer, start, length):
                # A store that tags nothing cannot say that another file lies there now: the hub is asked.
                if answer.url != answer.asked and self._etag is not None:
                    self._store = answer.url
                return answer.body
        self._budget.signs += signs
        raise ReadFailure(f"Transfer of {self._shown} broke off; not inspected.")

    def _headers(self, part: str) -> dict[str, str]:
        etag = self._etag
        # A weak tag, and one that is no quoted string, may not stand in If-Range.
        return {"range": part, **({"if-range": f'"{etag}"'} if etag is not None and self._store else {})}

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
        raw = answer.headers.get("etag", "").strip()
        etag = None if raw.startswith("W/") or not raw.startswith('"') else _etag(raw)
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
    return value.strip().removeprefix("W/").strip('"') if value else None
