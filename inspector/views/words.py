"""The words of views, in the language of whoever shows them: English until a window says otherwise.

A view is plain data, and so are its texts; they are put into words once, when the view is made. Words of
the contract (kinds, marks, severities) are not among them: they are the same in every language.
"""

from __future__ import annotations

from collections.abc import Callable

_language: list[Callable[[str], str]] = [str]


def translate_with(translate: Callable[[str], str]) -> None:
    """From now on every text of a view goes through ``translate``, form by form, before it is filled in."""
    _language[0] = translate


def say(form: str, *arguments: object) -> str:
    """``form`` in the language that is spoken, with ``arguments`` in the place of {0}, {1} and so on."""
    return _language[0](form).format(*arguments)


def say_count(number: int, one: str, many: str) -> str:
    """The form that fits ``number``, with it (as 1,234) in the place of {0}."""
    form = _language[0](one) if number == 1 else _language[0](many)
    return form.format(f"{number:,}")
