"""seccomp: the kernel refuses this process the system calls that no reader needs (seccomp(2), Linux 3.17).

The filter is a program for the kernel's packet filter (BPF), made from the tables of ``calls``. A refused
call fails with EPERM and kills nobody: a library that only probes goes on without. A call through the
interface of another architecture (32 bits, x32), which the tables do not describe, ends the process. Calls
newer than the tables are said not to exist, so that a new way to open a socket is closed before it is known.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator, Sequence

from inspector.confinement.calls import ARCHITECTURES, CONDITIONS, DENIED, LAST_KNOWN, PRETENDED_ABSENT, Test

_PR_SET_NO_NEW_PRIVS = 38  # prctl(2)
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_REFUSE = _ERRNO | errno.EPERM
_ABSENT = _ERRNO | errno.ENOSYS

# struct seccomp_data: number, architecture, instruction pointer, six arguments of eight bytes.
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_LOAD, _EQUAL, _ABOVE, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06

_Instruction = tuple[int, int, int, int]  # operation, steps if true, steps if false, operand


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict_calls() -> bool:
    """Installs the filter for this thread and all that come of it. False where the kernel has none, or the
    architecture no table."""
    machine = platform.machine()
    if machine not in ARCHITECTURES or sys.maxsize < 1 << 32 or sys.byteorder != "little":
        return False
    code = b"".join(struct.pack("=HBBI", *step) for step in program(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(code, len(code))
    shape = _Program(len(code) // 8, ctypes.addressof(buffer))
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        mode = ctypes.c_ulong(_MODE_FILTER)
        return bool(libc.prctl(_PR_SET_SECCOMP, mode, ctypes.byref(shape), 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def program(machine: str, process: int) -> list[_Instruction]:
    """The filter for an architecture and the process of the id ``process``."""
    architecture, column = ARCHITECTURES[machine]
    steps: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, 0x40000000),  # x32
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_ABOVE, 0, 1, LAST_KNOWN),
        (_RETURN, 0, 0, _ABSENT),
    ]
    for row in PRETENDED_ABSENT:
        steps += _if_number(row.numbers[column], [(_RETURN, 0, 0, _ABSENT)])
    for first, last in _ranges(row.numbers[column] for row in DENIED):
        steps += [(_AT_LEAST, 0, 2, first), (_ABOVE, 1, 0, last), (_RETURN, 0, 0, _REFUSE)]
    for row, test in CONDITIONS:
        steps += _if_number(row.numbers[column], _refused_where(test, process))
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _if_number(number: int | None, then: Sequence[_Instruction]) -> list[_Instruction]:
    """``then`` for the call of this number; it must end in a return."""
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _refused_where(test: Test, process: int) -> list[_Instruction]:
    low = _ARGUMENTS_AT + 8 * test.argument
    operand = process if test.operand is None else test.operand
    end: list[_Instruction] = [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    if test.refuse == "any-bit":
        return [(_LOAD, 0, 0, low), (_ANY_BIT, 0, 1, operand), *end]
    if test.refuse == "no-bit":
        return [(_LOAD, 0, 0, low), (_ANY_BIT, 1, 0, operand), *end]
    if test.refuse == "equal":
        return [(_LOAD, 0, 0, low), (_EQUAL, 0, 1, operand), *end]
    if test.refuse == "other":
        return [(_LOAD, 0, 0, low), (_EQUAL, 1, 0, operand), *end]
    # A pointer that is not null: both halves are looked at.
    return [
        (_LOAD, 0, 0, low),
        (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, low + 4),
        (_EQUAL, 1, 0, 0),
        *end,
    ]


def _ranges(numbers: Iterator[int | None]) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring numbers: the kernel goes through the filter at every call."""
    first = last = None
    for number in sorted(number for number in numbers if number is not None):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
