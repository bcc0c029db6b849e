"""Who contributed rows, as their source names them."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

from inspector.datasets.quarantine import names

_FETCH = 1 << 13
_MOST = 100  # names in one row's contributor column
_CUT = 200  # characters of a contributor's name that are kept as they are


class Contributors:
    """The names that a source gives for who contributed its rows."""

    def __init__(self, column: str | None) -> None:
        self._column = column
        self._numbers: dict[str, int] = {}
        self._several: list[int] = []
        self.names: list[str] = []
        self.met = False

    def number(self, value: dict[str, Any]) -> int:
        """The number of the row's contributor in ``names``; -1 where it names none, or several."""
        if self._column is None:
            return -1
        if self._column in value:
            self.met = True
            found = value[self._column]
        else:
            found = self._nested(value)
        if found is None:
            return -1
        if isinstance(found, dict | list):
            # Whoever can shape the column must not get around the rule of four eyes by wrapping a name.
            self._several = [self._numbered(one) for one in _scalars(found)]
            return -1
        return self._numbered(found)

    def others(self, people: tuple[str, ...]) -> list[int]:
        """The contributors of the row that ``number`` saw last, where it named several, and ``people``."""
        found = dict.fromkeys([*self._several, *(self._numbered(one) for one in people)])
        self._several = []
        return [one for one in found if one >= 0]

    @property
    def several(self) -> bool:
        return bool(self._several)

    def _numbered(self, found: Any) -> int:
        text = found if isinstance(found, str) else str(found)
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = self._add(text)
        return number

    def _nested(self, value: Any) -> Any:
        """``meta.user`` is the user of the column meta, where no column is called so itself."""
        for part in (self._column or "").split("."):
            if not isinstance(value, dict) or part not in value:
                return None
            value = value[part]
        self.met = True
        return value

    def _add(self, text: str) -> int:
        name = " ".join(text.split())
        if not name:
            return -1
        if len(name) > _CUT:
            name = f"{name[:_CUT]}… sha256:{hashlib.sha256(name.encode()).hexdigest()}"
        self.names.append(name)
        return len(self.names) - 1


def _scalars(value: dict[str, Any] | list[Any]) -> list[Any]:
    """The texts and numbers within a value, the first ``_MOST`` of them; without recursion."""
    found: list[Any] = []
    waiting: list[Any] = [value]
    for one in waiting:
        if isinstance(one, dict | list):
            waiting.extend(one.values() if isinstance(one, dict) else one)
        elif one is not None and len(found) < _MOST:
            found.append(one)
    return found


def numbers(connection: sqlite3.Connection, people: list[str]) -> list[int]:
    """The store's numbers of these people, who are entered where they are new."""
    found = []
    for name in people:
        connection.execute("INSERT OR IGNORE INTO person (key, name) VALUES (?, ?)", (names.key(name), name))
        found.append(connection.execute("SELECT id FROM person WHERE name = ?", (name,)).fetchone()[0])
    return found


def contributors_of(connection: sqlite3.Connection, row: int) -> list[str]:
    """Everyone a row came from, by name; unnamed ones are left out."""
    found = connection.execute(
        "SELECT p.name FROM person p WHERE p.id IN "
        "(SELECT contributor FROM row WHERE id = ?1 UNION SELECT contributor FROM again WHERE row = ?1) "
        "ORDER BY p.name",
        (row,),
    )
    return [one[0] for one in found]


def digest(connection: sqlite3.Connection, batch: int) -> str:
    """One hash over who contributed which row of a batch, known rows among them. The log keeps it, because
    on it depends who may approve a row."""
    made = hashlib.sha256()
    first, taken = connection.execute("SELECT first_row, taken FROM batch WHERE id = ?", (batch,)).fetchone()
    for query, values in (
        (
            "SELECT r.sha, ifnull(p.name, ''), 0 FROM row r LEFT JOIN person p ON p.id = r.contributor "
            "WHERE r.id >= ? AND r.id < ? ORDER BY r.id",
            (first, first + taken),
        ),
        (
            "SELECT r.sha, ifnull(p.name, ''), a.times FROM again a JOIN row r ON r.id = a.row "
            "LEFT JOIN person p ON p.id = a.contributor WHERE a.batch = ? ORDER BY a.row, a.contributor",
            (batch,),
        ),
    ):
        cursor = connection.execute(query, values)
        while some := cursor.fetchmany(_FETCH):
            made.update(b"".join([sha + f"{name}\n{times}\n".encode() for sha, name, times in some]))
    return made.hexdigest()
