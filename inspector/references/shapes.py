"""The shapes of names: hub ids, revisions, URLs, container images and local paths, told from the text alone.

Sources: the hub's rules for repository names (at most one slash, ``[A-Za-z0-9._-]``, no ``--`` or ``..``),
its file URLs (``/resolve/REVISION/PATH``), git's 40 hex digits for a full commit, and the reference grammar
of container images.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from inspector.provenance import Pin

FULL_COMMIT = re.compile(r"[0-9a-fA-F]{40}\Z")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")
_HUB_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\Z")
_HUB_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,60}\Z")
_HUB_FILE = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/"
    r"(?P<repo>(?:(?:datasets|spaces|models)/)?[^/\s?#]+/[^/\s?#]+)"
    r"/(?:resolve|raw|blob)/(?P<revision>[^/\s?#]+)/(?P<file>[^\s?#]+)"
)
_HUB_PAGE = re.compile(
    r"https?://(?:[^/@\s]+@)?(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/"
    r"(?P<repo>(?:(?:datasets|spaces|models)/)?[^/\s?#]+/[^/\s?#]+?)(?:\.git)?/?\Z"
)
_HF_URI = re.compile(
    r"hf://(?P<type>datasets/|spaces/|models/)?(?P<repo>[^/\s@]+/[^/\s@]+)"
    r"(?:@(?P<revision>[^/\s]+))?(?:/(?P<file>[^\s]*))?\Z"
)
_HUB_FILE_IN_PART = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/(?P<type>datasets/)?(?!spaces/)"
    r"[^\s?#]*\$[^\s?#]*/(?:resolve|raw|blob)/"
)
_RAW_GIT = re.compile(
    r"https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+|github\.com/[^/]+/[^/]+/(?:raw|blob)"
    r"|cdn\.jsdelivr\.net/gh/[^/]+/[^/@]+)[/@](?P<revision>[^/\s]+)/"
)
_RELEASE = re.compile(
    r"https?://github\.com/[^/]+/[^/]+/releases/(?:download/(?P<tag>[^/\s]+)|latest/download)/"
)
REMOTE = re.compile(r"(?:https?|ftp|s3|s3a|gs|gcs|abfss?|wasbs?|az|oss|hf|hdfs)://", re.IGNORECASE)

# Extensions that say what a file is for. ".bin" and ".zip" name anything and are not among them.
MODEL_EXTENSIONS = (
    ".safetensors",
    ".gguf",
    ".ggml",
    ".pt",
    ".pth",
    ".ckpt",
    ".onnx",
    ".tflite",
    ".h5",
    ".hdf5",
    ".keras",
    ".pkl",
    ".pickle",
    ".joblib",
    ".mlmodel",
    ".nemo",
    ".engine",
    ".pdparams",
    ".caffemodel",
    ".llamafile",
    ".model",  # SentencePiece
)
DATASET_EXTENSIONS = (
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".arrow",
    ".csv",
    ".tsv",
    ".jsonl.gz",
    ".json.gz",
    ".csv.gz",
    ".jsonl.zst",
    ".tfrecord",
    ".npy",
    ".npz",
    ".mds",
)
_WEIGHT_BIN = re.compile(r"(?:pytorch_model|adapter_model|diffusion_pytorch_model|model|ggml)[\w.-]*\.bin\Z")

# Folders that training scripts write to: "outputs/checkpoint-500" has the shape of a hub id and is none.
_OUTPUT_FOLDERS = frozenset(
    [
        "pretrained_models",
        "resume",
        "scratch",
        "auto",
        "default",
        "best",
        "last",
        "latest",
        "output",
        "outputs",
        "training",
        "train",
        "corpus",
        "packages",
        "notebooks",
        "out",
        "models",
        "model",
        "checkpoint",
        "checkpoints",
        "ckpt",
        "ckpts",
        "data",
        "dataset",
        "datasets",
        "weights",
        "results",
        "result",
        "saved",
        "saved_models",
        "runs",
        "logs",
        "log",
        "tmp",
        "temp",
        "cache",
        "artifacts",
        "artefacts",
        "experiments",
        "exp",
        "save",
        "pretrained",
        "trained",
        "files",
        "assets",
        "resources",
        "resource",
        "examples",
        "tests",
        "test",
        "src",
        "lib",
        "downloads",
        "download",
        "storage",
        "mnt",
        "home",
        "workspace",
        "content",
        "build",
        "dist",
        "configs",
        "config",
        ".cache",
    ]
)


@dataclass(frozen=True, slots=True)
class Named:
    """What one text names: ``ref`` in its hub's own form, ``revision`` if it stands in the text itself."""

    ref: str
    hub: str  # hf, url
    revision: str | None = None
    is_dataset: bool | None = None
    file: str | None = None


def is_hub_id(text: str) -> bool:
    """Whether ``text`` is ORG/NAME by the hub's rules (it may still be a local folder)."""
    owner, slash, name = text.partition("/")
    if not slash or not _HUB_OWNER.match(owner) or not _HUB_NAME.match(name):
        return False
    return not any(bad in text for bad in ("--", "..")) and name[-1] not in ".-"


def is_bare_name(text: str) -> bool:
    """Whether ``text`` can be a hub repository without an owner, such as ``gpt2``."""
    return bool(_HUB_NAME.match(text)) and "--" not in text and ".." not in text


def looks_like_output(text: str) -> bool:
    """Whether ``text`` has the shape of a hub id, but starts with a folder that projects write to."""
    return text.split("/", 1)[0].lower() in _OUTPUT_FOLDERS


def revision_pin(revision: str | None) -> Pin:
    """The pin that a revision gives: a full commit pins, every other name can be moved, None is none."""
    if not revision:
        return Pin.NONE
    return Pin.COMMIT if FULL_COMMIT.match(revision) else Pin.MOVABLE


def has_extension(text: str, extensions: tuple[str, ...]) -> bool:
    """Whether the path of ``text`` (query and fragment aside) ends in one of ``extensions``."""
    return text.split("?", 1)[0].split("#", 1)[0].lower().endswith(extensions)


def url_kind(text: str) -> str | None:
    """``model`` or ``dataset`` by the extension of a URL or path, None where it tells neither."""
    if has_extension(text, MODEL_EXTENSIONS):
        return "model"
    if has_extension(text, DATASET_EXTENSIONS):
        return "dataset"
    name = text.split("?", 1)[0].rsplit("/", 1)[-1]
    return "model" if _WEIGHT_BIN.match(name) else None


_ARCHIVE = (
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".7z",
    ".rar",
    ".tar.zst",
    ".gz",
    ".bin",
)
_MODEL_WORDS = re.compile(
    r"(?:^|[^a-z])(?:models?|weights?|checkpoints?|ckpts?|pretrained|glove|word2vec|fasttext|embeddings?|"
    r"wiki-news|cc\.[a-z]{2}\.300|(?:col|distil|al|m|bio|sci|fin|span|s)?bert|(?:xlm-)?roberta|deberta)(?:[^a-z]|$)"
)
_DATA_WORDS = re.compile(
    r"(?:^|[^a-z])(?:data|datasets?|corpus|corpora|train|training|squad|imagenet|coco|librispeech|openslr|cifar|"
    r"mnist|annotations?)(?:[^a-z]|$)"
)
_SOURCES = re.compile(
    r"https?://(?:github\.com|gitlab\.com|codeload\.github\.com)/[^/]+/[^/]+/(?:archive|zip|tar\.gz)/"
)


def archive_kind(text: str, key: str = "") -> str | None:
    """``model`` or ``dataset`` where a URL is of an archive and its path (or ``key``, what it stands under)
    says which; None for every other, such as archives of source code. To be asked about what is downloaded,
    not about every URL."""
    if not has_extension(text, _ARCHIVE) or _SOURCES.match(text):
        return None
    path = text.split("?", 1)[0].partition("://")[2].partition("/")[2].lower() + f" {key.lower()}"
    if _MODEL_WORDS.search(path):
        return "model"
    return "dataset" if _DATA_WORDS.search(path) else None


def hub_url(text: str) -> Named | None:
    """What a file URL, a page URL or an ``hf://`` path of the hub names, else None."""
    match = _HF_URI.match(text)
    if match:
        revision = (match["revision"] or "").replace("%2F", "/") or None
        return Named(match["repo"], "hf", revision, match["type"] == "datasets/", match["file"])
    match = _HUB_FILE.match(text) or _HUB_PAGE.match(text)
    if not match:
        return None
    repo = match["repo"]
    is_dataset = repo.startswith("datasets/")
    for prefix in ("datasets/", "spaces/", "models/"):
        repo = repo.removeprefix(prefix)
    if not is_hub_id(repo):
        return None
    groups = match.groupdict()
    return Named(repo, "hf", groups.get("revision"), is_dataset, groups.get("file"))


def kind_of_hub_file(text: str) -> str | None:
    """``model`` or ``dataset`` for a URL of a hub file whose repository stands in a variable."""
    match = _HUB_FILE_IN_PART.match(text)
    return None if match is None else "dataset" if match["type"] else "model"


def url_revision(text: str) -> str | None:
    """The revision that a source-hosting URL carries in its path (commit, branch, tag), else None."""
    match = _RAW_GIT.match(text)
    if match:
        return match["revision"]
    match = _RELEASE.match(text)
    return (match["tag"] or "latest") if match else None


def is_local_path(text: str, paths: Set[str], folders: Set[str], near: str) -> bool:
    """Whether ``text`` is a local path: written as one, or there in the target (from its root or ``near``,
    the folder of the file that names it)."""
    if text.startswith(("./", "../", "/", "~", ".\\", "..\\", "file:", "\\\\")) or text in (".", ".."):
        return True
    if len(text) > 2 and text[1] == ":" and text[2] in "\\/" and text[0].isalpha():
        return True
    return exists_in(text, paths, folders, near)


def exists_in(text: str, paths: Set[str], folders: Set[str], near: str) -> bool:
    """Whether the relative path ``text`` is a file or folder of the target."""
    tidy = text.replace("\\", "/").rstrip("/")
    while tidy.startswith("./"):
        tidy = tidy[2:]
    if not tidy:
        return False
    candidates = (tidy, f"{near}/{tidy}" if near else tidy)
    return any(item in paths or item in folders for item in candidates)


@dataclass(frozen=True, slots=True)
class Image:
    """A container image: ``name`` without tag and digest, ``revision`` the digest or the tag."""

    name: str
    revision: str | None
    pin: Pin


_IMAGE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*(?::\d+(?=/))?(?:/[a-z0-9._-]+)*)(?::(?P<tag>[\w][\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?\Z"
)


def image(text: str) -> Image | None:
    """``text`` read as a container image reference, None where it is none."""
    match = _IMAGE.match(text) if len(text) < 400 else None
    if not match:
        return None
    if match["digest"]:
        return Image(match["name"], match["digest"], Pin.DIGEST)
    if match["tag"]:
        return Image(match["name"], match["tag"], Pin.MOVABLE)
    return Image(match["name"], None, Pin.NONE)
