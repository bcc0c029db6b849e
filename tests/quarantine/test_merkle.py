"""Trees, inclusion and consistency proofs are those of RFC 9162."""

from __future__ import annotations

import hashlib

import pytest

from inspector.datasets.quarantine import merkle

# The test vectors of certificate-transparency's reference implementations.
LEAVES = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes(range(0x60, 0x70)))
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1.1 defines it, by recursion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\1" + by_definition(leaves[:middle]) + by_definition(leaves[middle:])).digest()


def test_the_root_of_the_known_tree() -> None:
    assert merkle.root(LEAVES).hex() == ROOT_OF_8


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64, 65, 4095, 4096, 4097, 9000, 12289])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    leaves = [str(number).encode() for number in range(size)]
    assert merkle.root(iter(leaves)) == by_definition(leaves)
    tree = merkle.Accumulator()
    for start in range(0, size, 1000):
        tree.extend(leaves[start : start + 1000])
    assert (tree.size, tree.root()) == (size, by_definition(leaves))


def test_every_leaf_is_proved_and_no_other_one() -> None:
    for size in range(1, 20):
        hashes = [merkle.leaf_hash(bytes([number])) for number in range(size)]
        root = merkle.root_of_hashes(hashes)
        for index in range(size):
            proof = merkle.inclusion_proof(hashes, index)
            assert merkle.inclusion_holds(hashes[index], index, size, proof, root)
            assert not merkle.inclusion_holds(merkle.leaf_hash(b"x"), index, size, proof, root)
            assert not merkle.inclusion_holds(hashes[index], index, size, [*proof, root], root)
            assert not merkle.inclusion_holds(hashes[index], size, size, proof, root)
            if proof:
                assert not merkle.inclusion_holds(hashes[index], index, size, proof[:-1], root)
                assert not merkle.inclusion_holds(hashes[index], index ^ 1, size, proof, root)


def test_every_earlier_tree_is_a_prefix_and_a_changed_one_is_not() -> None:
    hashes = [merkle.leaf_hash(bytes([number])) for number in range(24)]
    for later in range(1, 25):
        new = merkle.root_of_hashes(hashes[:later])
        for earlier in range(1, later + 1):
            old = merkle.root_of_hashes(hashes[:earlier])
            proof = merkle.consistency_proof(hashes[:later], earlier)
            assert merkle.consistency_holds(earlier, later, old, new, proof)
            assert not merkle.consistency_holds(earlier, later, merkle.EMPTY, new, proof)
            assert not merkle.consistency_holds(earlier, later, old, merkle.EMPTY, proof)
            if proof:
                assert not merkle.consistency_holds(earlier, later, old, new, proof[:-1])
