"""Which files of a hub are read by parts, in which order, and how much of each kind at a time.

The sizes follow how the readers step through a format. All of them are guesses about cost alone: what is
read, and what it means, is the reader's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inspector.sources.interface import Entry, EntryKind

KIB = 1024
BLOCK = 32 * KIB  # what is fetched where nothing better is known
SCATTERED = 4 * KIB  # what is fetched once a reader has jumped about: it looks at small things far apart
SCATTERED_LITTLE = KIB  # the same where little may be fetched in all
WHOLE = 128 * KIB  # a file up to this size is fetched in one go
FILE_BUDGET = 8 * KIB * KIB
LARGE = 100_000_000  # of a file above this many bytes no more than a five-hundredth (0.2 %) is fetched
SHARE = 500
REVIEW_BUDGET = 64 * KIB * KIB
# A data set of thousands of archives must not become a hundred thousand requests: hubs count them.
REVIEW_REQUESTS = 2_500
FILE_REQUESTS = 400  # a reader that needs more of one file looks at everything in it


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """``first`` bytes come with the first read at the start; reads that go on where the last one ended
    grow up to ``ahead``. ``budget`` is for the whole file, None for the common one. ``end_first``: its last
    bytes say how much of its first ones is worth a request (zip_front). ``why`` is the reason."""

    first: int
    ahead: int
    why: str
    budget: int | None = None
    end_first: bool = False


_ARCHIVE = ReadPlan(
    BLOCK,
    128 * KIB,
    "The directory at the end says how long the pickle at the front is. With the redirect that is three "
    "requests, and with up to 680 tensors less than 128 KiB.",
    end_first=True,
)
_PICKLE = ReadPlan(BLOCK, 256 * KIB, "Opcodes from the front; raw arrays between them are stepped over.")
_DEFAULT = ReadPlan(BLOCK, 256 * KIB, "Nothing is known of the name.")
PLANS: dict[str, ReadPlan] = {
    **dict.fromkeys((".bin", ".pt", ".pth", ".ckpt", ".pt2", ".zip", ".npz", ".keras", ".nemo"), _ARCHIVE),
    **dict.fromkeys((".mar", ".skops", ".mlpackage"), _ARCHIVE),
    **dict.fromkeys((".pkl", ".pickle", ".pk", ".joblib", ".dill", ".cloudpickle"), _PICKLE),
    ".safetensors": ReadPlan(
        64 * KIB, 1024 * KIB, "The header of nearly every shard is shorter; a longer one says how long it is."
    ),
    ".gguf": ReadPlan(
        64 * KIB,
        1024 * KIB,
        "The header holds the vocabulary: 8 MB for 128,000 tokens and their merges, 16 MB for the largest.",
        budget=24 * KIB * KIB,
    ),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".gif", ".webp", ".wav", ".mp3", ".flac", ".ogg", ".mp4", ".pdf"),
        ReadPlan(4 * KIB, 256 * KIB, "The first bytes name the format, the last ones show what hangs on it."),
    ),
    ".onnx": ReadPlan(64 * KIB, 512 * KIB, "The graph's nodes stand first, its tensors behind them."),
    ".npy": ReadPlan(8 * KIB, 256 * KIB, "A header of some hundred bytes; an object array is a pickle."),
    **dict.fromkeys(
        (".h5", ".hdf5"), ReadPlan(BLOCK, 256 * KIB, "Superblock first, then groups wherever they lie.")
    ),
}

# What no model loader opens, by its ending, and in which turn it is read: after everything that can carry
# code. A name proves nothing: these files too are judged by their bytes, or stand as not read.
_CODE, _TENSORS, _TEXT, _MEDIA, _TABLE = range(5)
_TURNS: dict[str, int] = {
    ".safetensors": _TENSORS,
    **dict.fromkeys((".json", ".txt", ".md", ".rst", ".log", ".bib", ".cfg", ".ini"), _TEXT),
    **dict.fromkeys((".yaml", ".yml", ".toml", ".xml", ".html", ".ipynb"), _TEXT),
    **dict.fromkeys((".gitattributes", ".gitignore", ".gitkeep", ".license"), _TEXT),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".ico"), _MEDIA),
    **dict.fromkeys((".wav", ".mp3", ".flac", ".ogg", ".mp4", ".webm", ".mov", ".avi"), _MEDIA),
    **dict.fromkeys((".pdf", ".docx", ".pptx", ".xlsx", ".ttf", ".woff", ".woff2"), _MEDIA),
    **dict.fromkeys((".parquet", ".arrow", ".feather", ".avro", ".orc"), _TABLE),
    **dict.fromkeys((".csv", ".tsv", ".jsonl", ".ndjson"), _TABLE),
}
_TEXT_NAMES = {"license", "licence", "notice", "copying", "use_policy", "readme"}
# How many of a turn are read, and up to which size: readers go through the whole of a text or a table.
_MOST = {_TEXT: 64, _MEDIA: 32, _TABLE: 32}
_LARGEST = {_TEXT: FILE_BUDGET, _TABLE: KIB * KIB}
# Names under which loaders expect a pickle.
PICKLE_ENDINGS = frozenset(
    (".bin", ".ckpt", ".cloudpickle", ".dill", ".joblib", ".pickle", ".pk", ".pkl", ".pt", ".pt2", ".pth")
)


def ending(path: str) -> str:
    """The last ending of the file name in lower case, with its dot; empty where there is none."""
    name = path.rpartition("/")[2].lower()
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def plan_for(path: str) -> ReadPlan:
    return PLANS.get(ending(path), _DEFAULT)


def budget_for(path: str, size: int) -> int:
    """How many bytes of a file may be fetched."""
    plan = plan_for(path)
    budget = FILE_BUDGET if plan.budget is None else plan.budget
    return min(budget, size // SHARE) if size > LARGE else budget


def is_read_by_parts(path: str, size: int | None) -> bool:
    """True for a file of which parts, or all of a small one, can tell what it is."""
    return size is not None and size <= _LARGEST.get(_turn(path), size)


def can_carry_code(path: str) -> bool:
    """True where the name does not speak for a text, a picture, a table or bare tensors."""
    return _turn(path) == _CODE


def wanted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries to read by parts, in the order to read them: what can carry code before what cannot, the
    smallest first, so that a budget that runs out has been spent on as many files as possible. Of texts,
    pictures and tables no more than some dozens: hubs count requests."""
    chosen = [entry for entry in entries if entry.kind is EntryKind.REMOTE and entry.attributes.get("parts")]
    chosen.sort(key=lambda entry: (_turn(entry.path), entry.size or 0, entry.path))
    left = dict(_MOST)
    kept = []
    for entry in chosen:
        turn = _turn(entry.path)
        left[turn] = left.get(turn, REVIEW_REQUESTS) - 1
        if left[turn] >= 0:
            kept.append(entry)
    return tuple(kept)


def _turn(path: str) -> int:
    if path.rpartition("/")[2].lower() in _TEXT_NAMES:
        return _TEXT
    return _TURNS.get(ending(path), _CODE)
