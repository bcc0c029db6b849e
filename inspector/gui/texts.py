"""Words of the window: translation, and how the contract's words are explained to a reviewer."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from inspector.provenance import Loading, Pin, plain

PIN_WORDS = {
    Pin.DIGEST: "a content hash is recorded and compared",
    Pin.COMMIT: "a full commit or another immutable id",
    Pin.VERSION: "an exact version without a hash",
    Pin.MOVABLE: "a branch, tag or range: what it names can change",
    Pin.NONE: "nothing names a revision",
    Pin.LOCAL: "a file of the target itself",
    Pin.UNDETERMINED: "not to be told without running the code",
}
LOADING_WORDS = {
    Loading.DATA_ONLY: "read to the end, its format carries no code",
    Loading.ALLOW_LISTED: "a pickle; every import is on the list of plain data and tensors",
    Loading.LIBRARY: "a pickle that needs named classes of known libraries",
    Loading.UNKNOWN_IMPORT: "a pickle with an import that is on no list",
    Loading.RUNS_CODE: "code runs when this is loaded, by design or by content",
    Loading.UNREADABLE: "its loader can run code, and it could not be read to the end",
    Loading.NOT_UNDERSTOOD: "an unknown binary",
    Loading.NO_LOADER: "nothing that a model loader opens",
}
ANSWERS = ("yes", "partial", "no", "unknown", "n/a")


_words: dict[str, str] = {}
_code = "en"


def use_words(code: str, words: Mapping[str, str]) -> None:
    """From now on texts are looked up in ``words``, English to the language ``code``."""
    global _code
    _words.clear()
    _words.update(words)
    _code = code


def language() -> str:
    """The code of the language the window speaks."""
    return _code


def tr(text: str) -> str:
    """``text`` in the language of the window. Placeholders are filled in afterwards, with format()."""
    return _words.get(text) or QCoreApplication.translate("inspector", text)


def count(number: int, one: str, many: str) -> str:
    """``3 files``: a number with the word that fits it."""
    return f"{number:,} {tr(one) if number == 1 else tr(many)}"


def shown(value: object, limit: int | None = 400) -> str:
    """Anything from the target as one plain line: nothing in it is obeyed, nothing is dropped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, (list, tuple)):
        words = [shown(item, limit) for item in value[:40]]
        more = f" … {len(value):,}" if len(value) > 40 else ""
        return plain(", ".join(word for word in words if word) + more, limit)
    if isinstance(value, dict):
        pairs = (f"{key}: {shown(item, limit)}" for key, item in list(value.items())[:40])
        return plain("; ".join(pairs), limit)
    return plain(str(value), limit)


def label(value: object, limit: int | None = 400) -> str:
    """``shown``, for places where Qt reads ``&`` as an underline: menus, buttons and tabs."""
    return shown(value, limit).replace("&", "&&")


def tip(value: object, limit: int | None = 400) -> str:
    """``shown``, for tips: Qt would take markup in them for markup."""
    return shown(value, limit).replace("<", "‹").replace(">", "›")


def size_words(size: int | None) -> str:
    """A size in bytes as a person reads it: ``1.4 MB`` is 1,400,000 bytes."""
    if size is None:
        return tr("unknown size")
    if size < 1000:
        return f"{size} B"
    number = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        number /= 1000
        if number < 999.5 or unit == "TB":
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}"
    return f"{size} B"
