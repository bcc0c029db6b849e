"""What the actions of ``inspector quarantine`` share: the store, the key, the choice of rows, the output."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.output import write_result
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import Selection, Signer, Store

MAX_ROWS_FILE = 256 << 20


def opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Store:
    """The store that the arguments name."""
    from inspector.datasets.quarantine import Store

    return Store.open(arguments.store, read_only=read_only)


def signer(arguments: argparse.Namespace) -> Signer | None:
    """The actor's own key, where one was named."""
    if arguments.key is None:
        return None
    from inspector.cli.keys import opened_key
    from inspector.record.keys import PersonalKey

    return PersonalKey(opened_key(arguments.key, arguments.passphrase_file))


def selected(store: Store, arguments: argparse.Namespace) -> Selection:
    """The rows that the arguments choose."""
    from inspector.datasets.quarantine import Selection

    if arguments.all:
        return Selection(everything=True, as_of=arguments.as_of)
    if arguments.group is not None:
        return Selection(group=arguments.group, as_of=arguments.as_of)
    return Selection(rows=store.row_numbers(_lines(arguments.rows)), as_of=arguments.as_of)


def _lines(name: str) -> list[str]:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_ROWS_FILE + 1)
        else:
            with open(name, "rb") as file:
                raw = file.read(MAX_ROWS_FILE + 1)
        if len(raw) > MAX_ROWS_FILE:
            raise UnreadableInput(f"{plain(name)} is larger than {MAX_ROWS_FILE >> 20} MB.", "Use a group.")
        return [line.strip() for line in raw.decode("utf-8-sig").splitlines() if line.strip()]
    except OSError as error:
        raise UnreadableInput(f"{plain(name)} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableInput(f"{plain(name)} is no list of rows.") from None


def content(path: Path | None, what: str) -> bytes | None:
    """The bytes of a small file that is to be ``what``; None where none was named."""
    if path is None:
        return None
    from inspector.record.keys import read_bounded

    return read_bounded(path, what)


def warn(store: Store) -> None:
    """Tells what the store warns of."""
    for one in store.warnings:
        tell(f"warning: {one}")


def put_json(value: Any) -> None:
    """Writes a value as the command's answer."""
    from inspector.cli.scan import json_bytes

    write_result(json_bytes(value, indent=1), None)


def say(line: str) -> None:
    """Writes a line of the answer."""
    write_result((line + "\n").encode("utf-8", "backslashreplace"), None)


def tell(line: str) -> None:
    """Writes a line beside the answer, to standard error."""
    print(plain(line), file=sys.stderr)


def counted(number: int, one: str, many: str = "") -> str:
    """``number`` with the noun (and verb) that goes with it."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
