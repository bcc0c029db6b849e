"""Which file is a manifest, and who reads it: one table, by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from inspector.dependencies import conda, locks, pyproject, requirements_file, setup_files
from inspector.dependencies.bounded import Unreadable
from inspector.dependencies.interface import Manifest
from inspector.provenance import plain

MAX_WANTED = 256 * 1024 * 1024  # bytes; what is larger is not asked for, and what is above 64 MB is an error


@dataclass(frozen=True, slots=True)
class Format:
    """``pattern`` matches the whole path, lower case, with "/". ``certain`` is False where the name alone
    does not tell, so that the content has to."""

    name: str
    pattern: re.Pattern[str]
    read: Callable[[str, bytes], Manifest]
    certain: bool = True


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*/)?{pattern}\Z", re.DOTALL)


_WORDS = r"(?:requirements?|constraints?|reqs?|pip[-_.]?freeze|freeze)"
FORMATS = (
    Format("pyproject.toml", _named(r"pyproject\.toml"), pyproject.read),
    Format("uv.lock", _named(r"uv\.lock"), locks.read_uv),
    Format("poetry.lock", _named(r"poetry\.lock"), locks.read_poetry),
    Format("pdm.lock", _named(r"pdm(?:\.[^/]*)?\.lock"), locks.read_pdm),
    Format("pylock.toml", _named(r"pylock(?:\.[^/.]+)?\.toml"), locks.read_pylock),
    Format("Pipfile.lock", _named(r"pipfile\.lock"), locks.read_pipfile_lock),
    Format("Pipfile", _named(r"pipfile"), locks.read_pipfile),
    Format("setup.cfg", _named(r"setup\.cfg"), setup_files.read_cfg, certain=False),
    Format("setup.py", _named(r"setup\.py"), setup_files.read_py, certain=False),
    Format(
        "environment.yml",
        _named(r"(?:[^/]*[-_.])?(?:environment|conda|env)(?:[-_.][^/]*)?\.ya?ml"),
        conda.read,
        certain=False,
    ),
    Format(
        "requirements",
        _named(rf"(?:[^/]*[-_. ])?{_WORDS}(?:[-_. ]?\d*)?(?:[-_. ][^/]*)?\.(?:txt|in|pip)"),
        requirements_file.read,
    ),
    # A folder of that name holds them under names of any kind; so do pip-tools' NAME.in files.
    Format(
        "requirements",
        _named(rf"{_WORDS}/(?:[^/]+/)*[^/]+\.(?:txt|in|pip)"),
        requirements_file.read,
        certain=False,
    ),
    Format("requirements", _named(r"(?!manifest\.in)[^/.]+\.in"), requirements_file.read, certain=False),
)
BY_NAME = {item.name: item for item in reversed(FORMATS)}


def format_of(path: str) -> Format | None:
    """The format that the name of ``path`` speaks for, else None."""
    lower = path.replace("\\", "/").lower()[-4096:]
    return next((item for item in FORMATS if item.pattern.match(lower)), None)


def wants(path: str, size: int) -> bool:
    """True where ``read_manifest`` should be given the content. ``size`` is in bytes."""
    return 0 <= size <= MAX_WANTED and format_of(path) is not None


def read_manifest(path: str, data: bytes, *, as_format: str | None = None) -> Manifest | None:
    """The manifest in ``data``; None where name and content are none.

    ``as_format`` names a format of the table for a file whose own name does not tell, such as one that
    another manifest includes. Never raises for content: ``error`` says in a sentence what was not read.
    """
    found = BY_NAME.get(as_format) if as_format else format_of(path)
    if found is None:
        return None
    if not found.certain and as_format is None and not _content_tells(found, data):
        return None
    try:
        return found.read(path, data)
    except Unreadable as unread:
        return Manifest(path, found.name, error=str(unread))
    except (RecursionError, MemoryError):
        return Manifest(path, found.name, error="The file is too large or too deep to be read.")
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as broken:
        # Content of a shape no reader foresaw: said aloud, so that the rest of the scan goes on.
        sentence = f"The file is not of the shape of {found.name} ({type(broken).__name__}); it was not read."
        return Manifest(path, found.name, error=plain(sentence))


def included_path(path: str, include: str) -> str | None:
    """The path that ``-r include`` or ``-c include`` in the requirements file ``path`` names, relative to the
    target as ``path`` is. None for an address, an absolute path and what lies outside of the target."""
    if not include or "://" in include or "$" in include or include.startswith(("/", "\\", "file:")):
        return None
    named = posixpath.normpath(posixpath.join(posixpath.dirname(path), include.replace("\\", "/")))
    return None if named == ".." or named.startswith("../") or named[1:2] == ":" else named


def _content_tells(found: Format, data: bytes) -> bool:
    if found.name == "requirements":
        return requirements_file.looks_like_one(data)
    if found.name == "environment.yml":
        return conda.looks_like_one(data)
    return setup_files.looks_like_one(found.name, data)
