"""Files in memory that are read the way files of a target are."""

import pytest

from inspector.datasets import read


class Memory:
    """A ByteSource over bytes that counts what is read of it."""

    def __init__(self, data):
        self.data = data
        self.size = len(data)

    def read_at(self, offset, length):
        assert 0 <= offset <= offset + length <= self.size
        return self.data[offset : offset + length]

    def close(self):
        pass


@pytest.fixture
def facts():
    """``facts(path, content)`` gives what the room says of one file."""

    def of(path, content):
        return read(Memory(content if isinstance(content, bytes) else content.encode()), path)

    return of
