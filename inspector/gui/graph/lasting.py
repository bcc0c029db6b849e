"""Keeps None, True and False alive under Python 3.11.

PySide6 6.12 is compiled as if these objects never died (true from Python 3.12, PEP 683): each call that
answers None, True or False takes one reference too many away. Under 3.11 the count of True reaches zero
after about a hundred calls and the interpreter aborts ("bool_dealloc", "none_dealloc"). Giving the counts
of 3.12 to these few objects once is harmless and ends it. Measured with sys.getrefcount around calls.
"""

from __future__ import annotations

import ctypes
import sys

_LASTING = (None, True, False, NotImplemented, Ellipsis)
_COUNT = sys.maxsize // 8


def make_constants_lasting() -> bool:
    """Does so where it is needed; gives whether it was. May be called any number of times."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return False
    for constant in _LASTING:
        count = ctypes.c_ssize_t.from_address(id(constant))
        # The count is the first word of an object in every ordinary build; a traced build differs.
        if abs(count.value - sys.getrefcount(constant)) <= 4 and count.value < _COUNT:
            count.value = _COUNT
    return True
