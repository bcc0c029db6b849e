"""Merkle trees of RFC 9162 (section 2.1): roots, inclusion and consistency proofs. SHA-256.

A leaf is hashed as ``0x00 || data``, a node as ``0x01 || left || right``: no leaf can pass for a node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
_CHUNK = 1 << 12  # leaves hashed at once: small enough to hold, a power of two so that chunks are subtrees


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _level(hashes: Sequence[bytes]) -> list[bytes]:
    """One level up; a last one without a partner rises as it is (section 2.1.1)."""
    sha256 = hashlib.sha256
    pairs = iter(hashes)
    above = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs)]
    if len(hashes) % 2:
        above.append(hashes[-1])
    return above


def root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree whose leaf hashes are given."""
    if not hashes:
        return EMPTY
    while len(hashes) > 1:
        hashes = _level(hashes)
    return hashes[0]


class Accumulator:
    """The root over leaves that come one after the other, in memory for a few thousand of them."""

    def __init__(self) -> None:
        self.size = 0
        self._leaves: list[bytes] = []
        self._chunks: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Takes the data of further leaves (not their hashes)."""
        sha256 = hashlib.sha256
        waiting = self._leaves
        before = len(waiting)
        waiting.extend([sha256(b"\0" + leaf).digest() for leaf in leaves])
        self.size += len(waiting) - before
        while len(waiting) >= _CHUNK:
            self._chunks.append(root_of_hashes(waiting[:_CHUNK]))
            del waiting[:_CHUNK]

    def root(self) -> bytes:
        rest = [root_of_hashes(self._leaves)] if self._leaves else []
        return root_of_hashes(self._chunks + rest)


def root(leaves: Iterable[bytes]) -> bytes:
    """MTH of section 2.1.1 over the leaves' data."""
    tree = Accumulator()
    tree.extend(leaves)
    return tree.root()


def roots_at(hashes: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """The root that the tree had at each of ``sizes``, over leaf hashes and in one pass."""
    wanted = set(sizes)
    found = {0: EMPTY} if 0 in wanted else {}
    frontier: list[bytes] = []
    for size, one in enumerate(hashes, 1):
        frontier.append(one)
        place = size
        while not place & 1:  # two complete subtrees of one size become one
            right, left = frontier.pop(), frontier.pop()
            frontier.append(node_hash(left, right))
            place >>= 1
        if size in wanted:
            made = frontier[-1]
            for other in reversed(frontier[:-1]):
                made = node_hash(other, made)
            found[size] = made
    return found


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """PATH of section 2.1.3.1 for the leaf at ``index``, over leaf hashes."""
    if not 0 <= index < len(hashes):
        raise ValueError("there is no such leaf")
    proof: list[bytes] = []
    level = list(hashes)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            proof.append(level[beside])
        level = _level(level)
        index >>= 1
    return proof


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether ``leaf`` (a leaf hash) stands at ``index`` of the tree of ``size`` (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, made = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node_hash(other, made)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            made = node_hash(made, other)
        place >>= 1
        last >>= 1
    return last == 0 and made == expected


def consistency_proof(hashes: Sequence[bytes], earlier: int) -> list[bytes]:
    """PROOF of section 2.1.4.1: that the first ``earlier`` leaves are a prefix of the tree."""
    if not 0 < earlier <= len(hashes):
        raise ValueError("there is no such earlier tree")
    proof: list[bytes] = []
    part, wanted, whole = hashes, earlier, True
    while wanted < len(part):
        middle = _split(len(part))
        if wanted <= middle:
            proof.append(root_of_hashes(part[middle:]))
            part = part[:middle]
        else:
            proof.append(root_of_hashes(part[:middle]))
            part, wanted, whole = part[middle:], wanted - middle, False
    if not whole:
        proof.append(root_of_hashes(part))
    return proof[::-1]


def consistency_holds(
    earlier: int, later: int, earlier_root: bytes, later_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of ``earlier`` leaves is a prefix of that of ``later`` (section 2.1.4.2)."""
    if not 0 < earlier <= later:
        return False
    if earlier == later:
        return not proof and earlier_root == later_root
    path = list(proof)
    if earlier & (earlier - 1) == 0:
        path.insert(0, earlier_root)
    if not path:
        return False
    place, last = earlier - 1, later - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, other)
        place >>= 1
        last >>= 1
    return last == 0 and old == earlier_root and new == later_root
