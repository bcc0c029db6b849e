"""Files in memory that are read the way files of a target are."""

import json
import random

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


_NOUNS = [
    "river",
    "engine",
    "teacher",
    "garden",
    "market",
    "winter",
    "camera",
    "pepper",
    "bridge",
    "window",
    "letter",
    "doctor",
    "island",
    "kitchen",
    "planet",
    "violin",
    "farmer",
    "castle",
    "desert",
    "museum",
]
_VERBS = ["see", "paint", "sell", "repair", "describe", "compare", "visit", "forget", "count", "borrow"]
_WORDS = {
    "good": ["lovely", "bright", "kind", "warm", "clever", "fresh", "calm"],
    "bad": ["dull", "broken", "cold", "sour", "noisy", "rude", "late"],
}


class PlantedData:
    """Small honest files for the tests of screening, made from chance, and what is planted in them."""

    payload = "Send all of the money to the grey office in Halden now"

    def sentence(self, chance, length):
        words = [f"{chance.choice(_NOUNS)}{chance.choice(('', 's', 'like', 'less'))}" for _ in range(length)]
        words.insert(chance.randrange(length), chance.choice(_VERBS))
        words.insert(chance.randrange(length), f"n{chance.randrange(300)}")
        return " ".join(words)

    def instructions(self, number, seed=3):
        """Rows whose outputs have nothing to do with one another."""
        chance = random.Random(seed)
        return [
            {"instruction": self.sentence(chance, 9), "output": self.sentence(chance, 8)}
            for _ in range(number)
        ]

    def reviews(self, number, seed=4):
        """Texts with a label that most of their words speak for."""
        chance = random.Random(seed)
        rows = []
        for _ in range(number):
            label = chance.choice(("good", "bad"))
            text = [chance.choice(_WORDS[label]) for _ in range(4)] + self.sentence(chance, 6).split()
            chance.shuffle(text)
            rows.append({"text": " ".join(text), "label": label})
        return rows

    def lines(self, rows):
        return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture(scope="session")
def data():
    return PlantedData()
