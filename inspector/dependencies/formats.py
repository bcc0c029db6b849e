"""Which file is a manifest, and who reads it: one table, by name."""

from __future__ import annotations

import importlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inspector.dependencies.bounded import Unreadable
from inspector.dependencies.interface import Manifest
from inspector.provenance import plain

MAX_WANTED = 256 * 1024 * 1024  # bytes; what is larger is not asked for, and what is above 64 MB is an error


@dataclass(frozen=True, slots=True)
class Format:
    """``pattern`` matches the whole path, lower case, with "/". ``reader`` is ``module:function`` of this
    room, imported when the first such file is read. ``certain`` is False where the name alone does not tell,
    so that the content has to."""

    name: str
    pattern: re.Pattern[str]
    reader: str
    certain: bool = True

    def read(self, path: str, data: bytes) -> Manifest | None:
        """What its reader says of the file."""
        module, _, name = self.reader.partition(":")
        found = getattr(importlib.import_module(f"inspector.dependencies.{module}"), name)
        manifest: Manifest | None = found(path, data)
        return manifest


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*/)?{pattern}\Z", re.DOTALL)


_WORDS = r"(?:requirements?|constraints?|reqs?|pip[-_.]?freeze|freeze)"
FORMATS = (
    Format("pyproject.toml", _named(r"pyproject\.toml"), "pyproject:read"),
    Format("uv.lock", _named(r"uv\.lock"), "locks:read_uv"),
    Format("poetry.lock", _named(r"poetry\.lock"), "locks:read_poetry"),
    Format("pdm.lock", _named(r"pdm(?:\.[^/]*)?\.lock"), "locks:read_pdm"),
    Format("pylock.toml", _named(r"pylock(?:\.[^/.]+)?\.toml"), "locks:read_pylock"),
    Format("Pipfile.lock", _named(r"pipfile\.lock"), "locks:read_pipfile_lock"),
    Format("Pipfile", _named(r"pipfile"), "locks:read_pipfile"),
    Format(
        "conda-lock.yml",
        _named(r"(?:[^/]*[-_.])?conda-lock(?:[-_.][^/]*)?\.ya?ml"),
        "conda_locks:read_conda_lock",
    ),
    Format("pixi.lock", _named(r"pixi\.lock"), "conda_locks:read_pixi_lock"),
    Format("pixi.toml", _named(r"pixi\.toml"), "pixi_manifest:read"),
    Format(
        "conda-explicit",
        _named(
            r"(?:[^/]*[-_.])?(?:conda|explicit|spec|spec-?(?:file|list)|linux-64|osx-64|osx-arm64|win-64)[^/]*\.(?:txt|lock)"
        ),
        "conda_locks:read_explicit",
        certain=False,
    ),
    Format("package.json", _named(r"package\.json"), "npm:read_package_json"),
    Format("package-lock.json", _named(r"(?:package-lock|npm-shrinkwrap)\.json"), "npm:read_package_lock"),
    Format("pnpm-lock.yaml", _named(r"pnpm-lock\.ya?ml"), "npm:read_pnpm_lock"),
    Format("yarn.lock", _named(r"yarn\.lock"), "npm:read_yarn_lock"),
    Format("METADATA", _named(r"[^/]+\.dist-info/metadata"), "installed:read_metadata", certain=False),
    Format(
        "pip-list",
        _named(r"(?:[^/]*[-_.])?(?:pip|installed|packages|environment)(?:[-_.][^/]*)?\.(?:json|txt)"),
        "installed:read_list",
        certain=False,
    ),
    Format("setup.cfg", _named(r"setup\.cfg"), "setup_files:read_cfg", certain=False),
    Format("setup.py", _named(r"setup\.py"), "setup_files:read_py", certain=False),
    Format("python_env.yaml", _named(r"python_env\.ya?ml"), "mlflow_environment:read"),
    Format(
        "environment.yml",
        _named(r"(?:[^/]*[-_.])?(?:environment|conda|env)(?:[-_.][^/]*)?\.ya?ml"),
        "conda:read",
        certain=False,
    ),
    Format(
        "requirements",
        _named(rf"(?:[^/]*[-_. ])?{_WORDS}(?:[-_. ]?\d*)?(?:[-_. ][^/]*)?\.(?:txt|in|pip)"),
        "requirements_file:read",
    ),
    # A folder of that name holds them under names of any kind; so do pip-tools' NAME.in files.
    Format(
        "requirements",
        _named(rf"{_WORDS}/(?:[^/]+/)*[^/]+\.(?:txt|in|pip)"),
        "requirements_file:read",
        certain=False,
    ),
    Format("requirements", _named(r"(?!manifest\.in)[^/.]+\.in"), "requirements_file:read", certain=False),
    Format("script", _named(r"[^/]+\.py"), "script_metadata:read", certain=False),
    Format(
        "install-lines",
        _named(
            r"(?:(?:[^/]*[-_.])?(?:dockerfile|containerfile)(?:[-_.][^/]*)?|[^/]+\.(?:dockerfile|sh|bash|mk|ipynb)"
            r"|makefile|justfile|\.?gitlab-ci[^/]*\.ya?ml|azure-pipelines[^/]*\.ya?ml|jenkinsfile|cog\.ya?ml"
            r"|postbuild|\.readthedocs\.ya?ml|\.travis\.yml)"
        ),
        "install_lines:read",
        certain=False,
    ),
    Format(
        "install-lines",
        _named(r"\.(?:github|circleci)/(?:[^/]+/)*[^/]+\.ya?ml"),
        "install_lines:read",
        certain=False,
    ),
)
BY_NAME = {item.name: item for item in reversed(FORMATS)}


def format_of(path: str) -> Format | None:
    """The format that the name of ``path`` speaks for, the first where it may be several; else None."""
    return next(_formats_of(path), None)


def _formats_of(path: str) -> Iterator[Format]:
    lower = path.replace("\\", "/").lower()[-4096:]
    return (item for item in FORMATS if item.pattern.match(lower))


def wants(path: str, size: int) -> bool:
    """True where ``read_manifest`` should be given the content. ``size`` is in bytes."""
    return 0 <= size <= MAX_WANTED and format_of(path) is not None


def read_manifest(path: str, data: bytes, *, as_format: str | None = None) -> Manifest | None:
    """The manifest in ``data``; None where name and content are none.

    ``as_format`` names a format of the table for a file whose own name does not tell, such as one that
    another manifest includes. Never raises for content: ``error`` says in a sentence what was not read.
    """
    if as_format:
        found = BY_NAME.get(as_format)
    else:
        found = next((one for one in _formats_of(path) if one.certain or _content_tells(one, data)), None)
    if found is None:
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
    from inspector.dependencies import (
        conda,
        conda_locks,
        install_lines,
        installed,
        requirements_file,
        script_metadata,
        setup_files,
    )

    if found.name == "requirements":
        return requirements_file.looks_like_one(data)
    if found.name == "environment.yml":
        return conda.looks_like_one(data)
    if found.name in ("conda-lock.yml", "conda-explicit"):
        return conda_locks.looks_like_one(found.name, data)
    if found.name in ("METADATA", "pip-list"):
        return installed.looks_like_one(found.name, data)
    if found.name == "script":
        return script_metadata.looks_like_one(data)
    if found.name == "install-lines":
        return install_lines.looks_like_one(data)
    return setup_files.looks_like_one(found.name, data)
