"""Which files this room reads, and with which reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from inspector.references.collector import collector_paused
from inspector.references.interface import FileIndex

INDEX_VERSION = 6  # part of the key under which results are cached: raise it when the facts change
MAX_SIZE = 64 * 1024 * 1024
_PYTHON = (".py", ".pyw", ".pyi")

_CONFIG = (
    *(".yaml", ".yml", ".json", ".jsonc", ".toml", ".ini", ".cfg", ".conf", ".properties"),
    *(".tf", ".tfvars", ".hcl", ".tpl", ".dvc"),
)
_CONFIG_NAMES = frozenset(("mlproject",))

MAX_CONFIG = 4 * 1024 * 1024
_DOCKERFILE = re.compile(r"(?:.*[._-])?(?:dockerfile|containerfile)(?:[._-].*)?\Z")
_SHELL_NAMES = frozenset((".bashrc", ".profile", "entrypoint", "postinstall"))
# JSON of other rooms and tools: vocabularies, weight indexes, lock files.
_OTHER_JSON = re.compile(
    r"(?:tokenizer|vocab|merges|package-lock|.*\.index|special_tokens_map|added_tokens|poetry|uv|yarn|pnpm-lock|conda-lock"
    r"|dataset_infos|croissant|preprocessor_config|generation_config)\.(?:json|yaml|yml|toml)\Z"
)

# Words without which no Python file can hold a reference or a name that one is made of. The packages of the
# table of calls are added to them.
_WORDS = (
    rb"from_pretrained|load|pretrained|pickle|hugging|transformers|datasets|torch|hub|model|checkpoint|weights|"
    rb"revision|download|\.post\(|\.put\(|\.route\(|joblib|shelve|yaml|https?://|s3://|gs://|hf://|repo|subprocess|"
    rb"os\.system|insert|execute|produce|argilla|label_studio|[\"'][\w.-]+/[\w.-]+[\"']"
)
_SMALL = 2_048  # bytes: files of constants and of imports alone are read whatever they say
# Facts of a Python file of which at least one must be there for any other file to care.
_TELLS = ("calls", "functions", "classes", "names", "options", "urls", "stars", "uses", "signs", "handlers")


def wants(path: str, size: int) -> bool:
    """Whether ``index_file`` should be given the bytes of a file of this name and size (in bytes)."""
    return size <= MAX_SIZE and _reader(path) is not None


def too_large(path: str, size: int) -> str | None:
    """A sentence where a file of this room is not read because of its size (in bytes), else None.

    JSON of any size is excepted: past the size of a configuration it is data, which other rooms read.
    """
    if size <= MAX_SIZE or _reader(path) is None or path.lower().endswith(".json"):
        return None
    return f"It is larger than the {MAX_SIZE >> 20} MB that are read for references."


def index_file(path: str, data: bytes) -> FileIndex | None:
    """The facts of one file, None where it is no file of this room. Never raises for what the bytes hold."""
    if len(data) > MAX_SIZE:
        return None
    reader = _reader(path)
    with collector_paused():
        index = reader(path, data) if reader is not None else None
        return _packed(index) if index is not None else None


def _packed(index: FileIndex) -> FileIndex:
    facts = index.facts.get("python")
    if facts is None:
        return index
    from inspector.references.packing import pack

    packed = {key: value for key, value in index.facts.items() if key != "python"}
    if any(facts.get(key) for key in _TELLS):
        packed["packed"] = pack(facts)
    if facts.get("signs") or any(use[4] == "write" for use in facts.get("uses", ())):
        packed["appends"] = True
    return FileIndex(index.path, index.language, packed, index.partly)


def _reader(path: str) -> Callable[[str, bytes], FileIndex | None] | None:
    """The reader for a file by its name, None where this room does not read it."""
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(_PYTHON):
        return _python
    if name.endswith(".ipynb"):
        return _notebook
    if _DOCKERFILE.match(name):
        return _dockerfile
    if name.endswith((".sh", ".bash", ".zsh", ".ksh", ".slurm", ".sbatch")) or name in _SHELL_NAMES:
        return _shell
    if name in ("makefile", "gnumakefile", "justfile") or name.endswith((".mk", ".make")):
        return _makefile
    if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
        return _environment
    if (name.endswith(_CONFIG) and not _OTHER_JSON.match(name)) or name in _CONFIG_NAMES:
        return _config
    if name == "modelfile" or name.startswith("modelfile.") or name.endswith(".modelfile"):
        return _modelfile
    if name == ".gitmodules":
        return _gitmodules
    if name == "procfile" or name.startswith("procfile."):
        return _procfile
    if name.endswith(".service"):
        return _unit
    return None


@lru_cache(maxsize=1)
def _telling() -> re.Pattern[bytes]:
    from inspector.references.api import exact_modules

    names = "|".join(sorted(re.escape(name) for name in exact_modules() if len(name) > 2))
    return re.compile(_WORDS + b"|" + names.encode(), re.IGNORECASE)


def _python(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.python_file import index_python

    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")  # UTF-16 hides every word from a search in bytes
    if not is_wide and len(data) > _SMALL and not _telling().search(data):
        return FileIndex(path, "python")
    return index_python(path, data)


def _notebook(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.notebook import index_notebook

    return index_notebook(path, data)


def _dockerfile(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.container import index_dockerfile

    return index_dockerfile(path, data)


def _shell(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.scripts import index_shell

    return index_shell(path, data)


def _makefile(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.scripts import index_makefile

    return index_makefile(path, data)


def _environment(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.scripts import index_environment

    return index_environment(path, data)


def _modelfile(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.small_files import index_modelfile

    return index_modelfile(path, data)


def _gitmodules(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.small_files import index_gitmodules

    return index_gitmodules(path, data)


def _procfile(path: str, data: bytes) -> FileIndex:
    from inspector.references.small_files import index_procfile

    return index_procfile(path, data)


def _unit(path: str, data: bytes) -> FileIndex:
    from inspector.references.small_files import index_unit

    return index_unit(path, data)


def _config(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.config import index_config

    if len(data) <= MAX_CONFIG:
        return index_config(path, data)
    if path.lower().endswith(".json"):
        from inspector.references.large_json import index_large_json

        return index_large_json(path, data)
    why = f"The file is larger than the {MAX_CONFIG >> 20} MB that are read of a configuration."
    return FileIndex(path, "config", {}, why)
