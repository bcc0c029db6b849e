"""From a call and its arguments to references: what is named, how firmly, and whether loading runs code.

One function per way of reading (``Row.reading``). Where several values are possible the weaker statement
stands; where none is known the pin is ``undetermined`` and the reference has no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.api import Row
from inspector.references.evaluate import HOLE, Arguments, Evaluator, Value
from inspector.references.versions import at_least

TORCH_SAFE_DEFAULT = "2.6"  # torch.load(weights_only=True) became the default in torch 2.6.0
DATASETS_WITHOUT_SCRIPTS = "4.0"  # datasets 4.0.0 refuses loading scripts
MAX_REFS = 16
_WEAKEST_FIRST = (Pin.NONE, Pin.MOVABLE, Pin.UNDETERMINED, Pin.LOCAL, Pin.COMMIT, Pin.DIGEST)
# Names of load_dataset that mean a file format: what is read stands in data_files.
_BUILDERS = frozenset(
    """json csv parquet text arrow pandas imagefolder audiofolder videofolder pdffolder webdataset xml sql generator
    spark cache hdf5 lance niifti""".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """One reference before it has a place: the fields of ``Reference`` that follow from the call."""

    kind: str
    ref: str | None
    revision: str | None
    pin: Pin
    safe: bool | None
    why: str
    hub: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the target says: paths, the folders they make, and required versions."""

    paths: Set[str]
    folders: Set[str]
    requirements: Mapping[str, str]


@dataclass(slots=True)
class Call:
    """One call under judgement. ``near`` is the folder of the file that holds it."""

    row: Row
    arguments: Arguments
    evaluator: Evaluator
    paths: tuple[str, ...]
    around: Surroundings
    near: str
    depth: int = 0
    cache: dict[str, list[Value] | None] = field(default_factory=dict)

    def option(self, *names: str) -> list[Value] | None:
        """The values of a keyword (``a.b`` looks inside the map ``a``); None where it is not passed."""
        key = names[0]
        if key not in self.cache:
            self.cache[key] = self._option(names)
        return self.cache[key]

    def _option(self, names: tuple[str, ...]) -> list[Value] | None:
        for name in names:
            outer, _, inner = name.partition(".")
            term = self.arguments.get(None, (outer,))
            if term is not None and inner:
                pairs, _whole = self.evaluator.pairs(term, self.paths)
                term = pairs.get(inner)
            if term is not None:
                return self.evaluator.values(term, self.paths)
        return None

    def flag(self, name: str, default: bool | None) -> bool | None:
        """A switch: True or False where it is certain, None where it is not."""
        values = self.option(name)
        if values is None:
            return default if self.arguments.whole else None
        answers = {
            bool(v.value) if v.tag == "const" and not self._may_turn(v, name) else None for v in values
        }
        return answers.pop() if len(answers) == 1 else None

    @staticmethod
    def _may_turn(value: Value, name: str) -> bool:
        """Whether the command line may turn a switch to the worse: then its default is no answer."""
        return value.open and bool(value.value) is (name not in ("trust_remote_code", "allow_pickle"))

    def names(self) -> list[Value]:
        """What the call names, certain values first to be taken alone: unknown ones only where no other is."""
        term = self.arguments.get(*self.row.ref)
        if term is None:
            return []
        return _settled(self.evaluator.values(term, self.paths))

    def revision(self, names: tuple[str, ...]) -> tuple[str | None, Pin]:
        """The revision as written and the weakest pin that it can be."""
        values = self.option(*names) if names else None
        if values is None:
            return None, Pin.NONE if self.arguments.whole or not names else Pin.UNDETERMINED
        written = next((v.value for v in values if v.tag == "const" and isinstance(v.value, str)), None)
        pins = [_pin_of(value) for value in values]
        return written, min(pins, key=_WEAKEST_FIRST.index)

    def is_local(self, text: str) -> bool:
        return shapes.is_local_path(text, self.around.paths, self.around.folders, self.near)


def _pin_of(value: Value) -> Pin:
    if value.tag == "const" and (value.value is None or value.value == ""):
        return Pin.NONE
    if value.tag == "const" and isinstance(value.value, str):
        pin = shapes.revision_pin(value.value)
        # A commit that the environment or the command line may replace holds nothing.
        return Pin.UNDETERMINED if pin is Pin.COMMIT and value.open else pin
    return Pin.UNDETERMINED


def _settled(values: list[Value]) -> list[Value]:
    """Values with those dropped that say nothing beside others that do; maps and lists opened by callers."""
    named = [v for v in values if v.tag in ("const", "download", "list", "map") and v.value not in (None, "")]
    if named:
        return [v for v in named if not (v.tag == "const" and isinstance(v.value, bool))][:MAX_REFS]
    partial = [v for v in values if v.tag == "text"]
    if partial:
        return partial[:1]
    objects = [v for v in values if v.tag == "object"]
    if objects:
        return objects[:1]
    empty = [v for v in values if v.tag == "const"]
    return empty[:1] if empty and all(v.tag == "const" for v in values) else [Value("unknown")]


def judge(call: Call) -> list[Found]:
    """The references that one call makes; none where its arguments say that it names nothing."""
    found = list(READINGS[call.row.reading](call))
    return found[: MAX_REFS * 2]


# --- the ways of reading


def _hub(call: Call) -> Iterator[Found]:
    yield from _hub_named(call, call.names() or [Value("unknown")])


def _hub_object(call: Call) -> Iterator[Found]:
    """Where the argument may also be an object that was loaded before: only names are references."""
    values = call.names()
    if not values or values[0].tag in ("object", "unknown", "map") or values[0].value is None:
        term = call.arguments.get(*call.row.ref)
        speaks = isinstance(term, list) and term[:1] in (["r"], ["e"], ["p"]) and _names_a_name(term)
        if not speaks or values[0].tag == "object":
            return
        values = [Value("unknown")]
    yield from _hub_named(call, values)


def _names_a_name(term: list[object]) -> bool:
    """Whether an unknown argument is called like a name (``model_name``) and not like a thing (``model``)."""
    name = str(term[2] if term[0] == "p" else term[1]).lower()
    return any(word in name for word in ("name", "path", "_id", "repo", "checkpoint", "ckpt", "dir"))


def _default_model(call: Call) -> Iterator[Found]:
    if call.arguments.get(*call.row.ref) is None and call.arguments.whole:
        yield Found(
            call.row.kind,
            None,
            None,
            Pin.NONE,
            None,
            "No model is named: the library's default of the day is taken.",
            "hf",
        )
        return
    yield from _hub_object(call)


def _pipeline(call: Call) -> Iterator[Found]:
    values = call.names()
    model = call.arguments.get(*call.row.ref)
    if model is None or (values and values[0].tag == "const" and values[0].value is None):
        if not call.arguments.whole or not (call.arguments.positional or "task" in call.arguments.named):
            return
        why = "A task without a model takes the library's default model of the day."
        yield Found("model", None, None, Pin.NONE, None, why, call.row.hub)
        return
    yield from _hub_object(call)
    tokenizer = call.option("tokenizer")
    if tokenizer and tokenizer[0].tag == "const" and isinstance(tokenizer[0].value, str):
        named = {v.value for v in values if v.tag == "const"}
        if tokenizer[0].value not in named:
            yield from _hub_named(call, tokenizer[:1])


def _hub_named(call: Call, values: list[Value]) -> Iterator[Found]:
    written, pin = call.revision(call.row.revision)
    trust = call.flag("trust_remote_code", False)
    safe = _safety(call, trust)
    for value in values:
        base = _named(call, value, written, pin, safe)
        if base is None:
            continue
        yield base
        if trust and base.pin is not Pin.LOCAL and call.row.kind != "remote-code":
            yield _remote_code(call, base, pin)
        custom = call.option("custom_pipeline")
        if (
            custom
            and custom[0].tag == "const"
            and isinstance(custom[0].value, str)
            and "/" in custom[0].value
        ):
            revision, custom_pin = call.revision(("custom_revision",))
            why = "custom_pipeline runs a Python file of that repository."
            yield Found("remote-code", custom[0].value, revision, custom_pin, False, why, "hf")


def _safety(call: Call, trust: bool | None) -> bool | None:
    if trust:
        return False
    if call.row.safe is not None:
        return call.row.safe
    if trust is False and call.flag("use_safetensors", None):
        return True
    return None


def _remote_code(call: Call, base: Found, pin: Pin) -> Found:
    """The second reference of a call with trust_remote_code: the code, pinned only by both revisions."""
    if call.row.kind == "dataset":
        why = "trust_remote_code lets the loading script of this repository run."
        return replace(base, kind="remote-code", safe=False, why=why)
    code, code_pin = call.revision(("code_revision", "model_kwargs.code_revision"))
    both = (
        Pin.COMMIT
        if pin is Pin.COMMIT and code_pin is Pin.COMMIT
        else min((p for p in (pin, code_pin) if p is not Pin.COMMIT), key=_WEAKEST_FIRST.index)
    )
    why = "trust_remote_code runs Python files that the repository names; its code needs revision and code_revision."
    return replace(base, kind="remote-code", revision=code, pin=both, safe=False, why=why)


def _named(call: Call, value: Value, written: str | None, pin: Pin, safe: bool | None) -> Found | None:
    """One value under the hub's rules: a local path, a hub id, a URL, or not to be told."""
    kind, hub = call.row.kind, call.row.hub
    if value.tag == "download":
        return _downloaded(call, value, kind, safe)
    if value.tag == "text":
        return _partly_known(kind, hub, value.value, written, pin, safe)
    if value.tag != "const" or not isinstance(value.value, str) or not value.value.strip():
        why = "What is named comes from outside of the text: it cannot be told without running the code."
        told = Pin.MOVABLE if pin is Pin.MOVABLE else Pin.UNDETERMINED
        return Found(kind, None, written, told, safe, why, hub)
    text = value.value.strip()
    if call.is_local(text):
        return Found(kind, text, written, Pin.LOCAL, safe, "A path of this project or this machine.", "local")
    if shapes.REMOTE.match(text):
        return _from_url(call, text, written, pin, safe, kind)
    if shapes.is_hub_id(text):
        if shapes.looks_like_output(text) and pin in (Pin.NONE, Pin.UNDETERMINED):
            why = (
                "It has the shape of a hub name and of a folder that a script writes; which, cannot be told."
            )
            return Found(kind, text, written, Pin.UNDETERMINED, safe, why, hub)
        return Found(kind, text, written, pin, safe, _why(pin, written), hub)
    if shapes.is_bare_name(text) and not shapes.looks_like_output(text) and not shapes.url_kind(text):
        return Found(kind, text, written, pin, safe, _why(pin, written), hub)
    return Found(kind, text, written, Pin.UNDETERMINED, safe, "A path that is not part of the target.", hub)


def _why(pin: Pin, written: str | None) -> str:
    if pin is Pin.NONE:
        return "No revision is named: whoever owns the repository can change what is loaded."
    if pin is Pin.MOVABLE:
        return f"The revision {written!r} is a branch, a tag or a short hash, and can be moved."
    if pin is Pin.COMMIT:
        return "A full commit is named."
    return "The revision cannot be told without running the code."


def _partly_known(kind: str, hub: str, text: str, written: str | None, pin: Pin, safe: bool | None) -> Found:
    if text.startswith(("./", "../", "/", "~")):
        return Found(kind, None, written, Pin.LOCAL, safe, "A path of this machine, known in part.", "local")
    if shapes.REMOTE.match(text):
        return Found(kind, None, written, Pin.UNDETERMINED, safe, "A URL that is known in part only.", "url")
    owner, slash, name = text.partition("/")
    if (
        slash
        and "/" not in name
        and HOLE not in owner
        and shapes.is_bare_name(owner)
        and not shapes.looks_like_output(owner)
    ):
        return Found(
            kind, None, written, pin, safe, f"A repository of {owner!r}, its name is put together.", hub
        )
    return Found(
        kind, None, written, Pin.UNDETERMINED, safe, "The name is put together when the code runs.", hub
    )


def _from_url(
    call: Call, text: str, written: str | None, pin: Pin, safe: bool | None, kind: str, checked: bool = False
) -> Found:
    named = shapes.hub_url(text)
    if named is not None:
        revision = named.revision or written
        if named.is_dataset:
            kind = "dataset" if kind == "model" else kind
        held = shapes.revision_pin(named.revision) if named.revision else pin
        held = Pin.DIGEST if checked else held
        return Found(kind, named.ref, revision, held, safe, _why(held, revision), "hf")
    revision = shapes.url_revision(text)
    held = Pin.DIGEST if checked else shapes.revision_pin(revision)
    why = (
        "The hash is compared after the download."
        if checked
        else (
            "A full commit stands in the URL."
            if held is Pin.COMMIT
            else "Nothing pins what the URL gives: whoever controls it can change it."
        )
    )
    return Found(kind, text, revision, held, safe, why, "url")


def _downloaded(call: Call, value: Value, kind: str, safe: bool | None) -> Found | None:
    """A file that an earlier call downloads: it has the name and the pin of that download."""
    row, args, keywords, _name = value.value
    if call.depth > 3:
        return None
    inner = Call(
        row, call.evaluator.arguments(args, keywords, call.paths), call.evaluator, call.paths, call.around,
        call.near, call.depth + 1,
    )  # fmt: skip
    found = next((item for item in judge(inner) if item.kind != "remote-code"), None)
    if found is None:
        return Found(kind, None, None, Pin.UNDETERMINED, safe, "A file that another call fetches.", "local")
    return replace(found, kind=kind, safe=safe, why="A file that another call downloads. " + found.why)


def _repo_type(call: Call) -> Iterator[Found]:
    values = call.option("repo_type")
    types = {v.value for v in values if v.tag == "const"} if values else set()
    kind = "dataset" if "dataset" in types else call.row.kind
    if types and types <= {"space"}:
        return
    for found in _hub(call):
        yield replace(found, kind=kind) if found.kind == "model" else found


def _dataset(call: Call) -> Iterator[Found]:
    values = call.names() or [Value("unknown")]
    scripts = at_least(call.around.requirements.get("datasets"), DATASETS_WITHOUT_SCRIPTS)
    for found in _hub_named(call, [v for v in values if not _is_builder(v)]):
        yield replace(found, safe=True) if scripts and found.safe is None else found
    for value in values:
        if _is_builder(value):
            yield from _data_files(call, value.value == "pandas")


def _is_builder(value: Value) -> bool:
    return value.tag == "const" and value.value in _BUILDERS


def _data_files(call: Call, is_pickle: bool) -> Iterator[Found]:
    term = call.arguments.get(None, ("data_files", "data_dir"))
    safe = False if is_pickle else True
    names = list(_texts(call, term)) if term is not None else []
    if not names:
        why = "The files that are read cannot be told without running the code."
        yield Found("dataset", None, None, Pin.UNDETERMINED, safe, why, "local")
    seen: set[str] = set()
    for text in names[:MAX_REFS]:
        if text not in seen:
            seen.add(text)
            yield _data_file(call, text, safe)


def _data_file(call: Call, text: str, safe: bool | None) -> Found:
    if shapes.REMOTE.match(text):
        return _from_url(call, text, None, Pin.NONE, safe, "dataset")
    fixed = text.split("*", 1)[0].rstrip("/")
    if call.is_local(fixed or text):
        return Found(
            "dataset", text, None, Pin.LOCAL, safe, "A file of this project or this machine.", "local"
        )
    return Found(
        "dataset", text, None, Pin.UNDETERMINED, safe, "A file that is not part of the target.", "local"
    )


def _texts(call: Call, term: object, depth: int = 0) -> Iterator[str]:
    """All texts in a value: one, a list of them, or the values of a map."""
    for value in call.evaluator.values(term, call.paths):  # type: ignore[arg-type]  # checked inside
        if value.tag == "const" and isinstance(value.value, str) and value.value:
            yield value.value
        elif value.tag == "list" and depth < 3:
            for item in value.value:
                yield from _texts(call, item, depth + 1)
        elif value.tag == "map" and depth < 3:
            for item in call.evaluator.pairs(value.value, call.paths)[0].values():
                yield from _texts(call, item, depth + 1)


def _data_file_call(call: Call) -> Iterator[Found]:
    for text in list(_texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        yield _data_file(call, text, True)


def _local_data(call: Call) -> Iterator[Found]:
    for value in call.names() or [Value("unknown")]:
        if value.tag == "const" and isinstance(value.value, str):
            yield _data_file(call, value.value, None)
        else:
            yield Found(
                "dataset",
                None,
                None,
                Pin.UNDETERMINED,
                None,
                "A folder that cannot be told from the text.",
                "local",
            )


def _remote_data(call: Call) -> Iterator[Found]:
    for text in list(_texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        if shapes.REMOTE.match(text):
            yield _from_url(call, text, None, Pin.NONE, True, "dataset")


def _torch_hub(call: Call) -> Iterator[Found]:
    source = call.option("source")
    is_local = bool(source) and all(v.value == "local" for v in source or ())
    for value in call.names() or [Value("unknown")]:
        if value.tag != "const" or not isinstance(value.value, str):
            yield Found(
                "model",
                None,
                None,
                Pin.UNDETERMINED,
                False,
                "hubconf.py of the named repository is run.",
                "torch-hub",
            )
            continue
        repo, _, revision = value.value.partition(":")
        if is_local or call.is_local(value.value):
            yield Found(
                "model", value.value, None, Pin.LOCAL, False, "hubconf.py of that folder is run.", "local"
            )
        else:
            pin = shapes.revision_pin(revision or None)
            yield Found(
                "model",
                repo,
                revision or None,
                pin,
                False,
                "hubconf.py of the repository is run.",
                "torch-hub",
            )


def _in_ref(call: Call) -> Iterator[Found]:
    for value in call.names() or [Value("unknown")]:
        if value.tag == "const" and isinstance(value.value, str) and "@" in value.value:
            name, _, revision = value.value.partition("@")
            pin = shapes.revision_pin(revision)
            yield Found(call.row.kind, name, revision, pin, call.row.safe, _why(pin, revision), call.row.hub)
        else:
            yield from _hub_named(call, [value])


def _timm(call: Call) -> Iterator[Found]:
    pretrained = call.flag("pretrained", False)
    if len(call.arguments.positional) > 1 and call.option("pretrained") is None:
        values = call.evaluator.values(call.arguments.positional[1], call.paths)
        pretrained = all(v.tag == "const" and bool(v.value) for v in values) or None
    for value in call.names():
        if value.tag != "const" or not isinstance(value.value, str):
            if pretrained:
                yield Found(
                    "model", None, None, Pin.UNDETERMINED, None, "The model's name cannot be told.", "timm"
                )
            continue
        text = value.value
        for prefix in ("hf-hub:", "hf_hub:"):
            if text.startswith(prefix):
                name, _, revision = text.removeprefix(prefix).partition("@")
                pin = shapes.revision_pin(revision or None)
                yield Found("model", name, revision or None, pin, None, _why(pin, revision), "hf")
                break
        else:
            if text.startswith("local-dir:"):
                yield Found("model", text[10:], None, Pin.LOCAL, None, "A folder of this machine.", "local")
            elif pretrained:
                yield Found(
                    "model", text, None, Pin.NONE, None, "The weights that the library names today.", "timm"
                )


def _open_clip(call: Call) -> Iterator[Found]:
    for value in call.names():
        if value.tag != "const" or not isinstance(value.value, str):
            continue
        if value.value.startswith("hf-hub:"):
            yield Found("model", value.value[7:], None, Pin.NONE, None, "open_clip takes no revision.", "hf")
            continue
        term = call.arguments.get(1, ("pretrained",))
        weights = [v.value for v in call.evaluator.values(term, call.paths)] if term is not None else []
        for name in weights:
            if isinstance(name, str) and name and "create" in call.row.pattern:
                if call.is_local(name):
                    yield Found("model", name, None, Pin.LOCAL, None, "A file of this machine.", "local")
                else:
                    yield Found(
                        "model",
                        value.value,
                        name,
                        Pin.NONE,
                        None,
                        "Weights by the library's own table.",
                        "open-clip",
                    )


def _versioned(call: Call) -> Iterator[Found]:
    """Handles that carry a version: immutable only by promise, so a version number does not pin."""
    for value in call.names() or [Value("unknown")]:
        if value.tag != "const" or not isinstance(value.value, str):
            if value.tag != "object":
                yield Found(
                    call.row.kind,
                    None,
                    None,
                    Pin.UNDETERMINED,
                    call.row.safe,
                    "The handle cannot be told.",
                    call.row.hub,
                )
            continue
        text = value.value
        if call.is_local(text):
            yield Found(
                call.row.kind, text, None, Pin.LOCAL, call.row.safe, "A path of this machine.", "local"
            )
            continue
        if text.startswith("hf://"):
            yield _from_url(call, text, None, Pin.NONE, call.row.safe, call.row.kind)
            continue
        revision = _version_in(text)
        pin = Pin.MOVABLE if revision else Pin.NONE
        why = "A version number without a hash." if revision else "No version is named."
        yield Found(call.row.kind, text, revision, pin, call.row.safe, why, call.row.hub)


def _version_in(text: str) -> str | None:
    tail = text.rstrip("/").rsplit("/", 1)[-1]
    for sign in ("@", ":"):
        if sign in tail and "//" not in tail:
            return tail.rsplit(sign, 1)[1] or None
    return tail if tail.isdecimal() else None


def _by_library(call: Call) -> Iterator[Found]:
    """A name in the library's own list, a package, or a path."""
    for value in call.names():
        if value.tag == "const" and isinstance(value.value, str) and value.value:
            if call.is_local(value.value):
                yield Found(
                    call.row.kind,
                    value.value,
                    None,
                    Pin.LOCAL,
                    call.row.safe,
                    "A path of this machine.",
                    "local",
                )
            else:
                why = "The library decides what this name gives; no revision is named."
                yield Found(
                    call.row.kind,
                    value.value,
                    None,
                    Pin.NONE,
                    call.row.safe,
                    call.row.note or why,
                    call.row.hub,
                )
        elif value.tag in ("unknown", "text"):
            yield Found(
                call.row.kind,
                None,
                None,
                Pin.UNDETERMINED,
                call.row.safe,
                "The name cannot be told.",
                call.row.hub,
            )


def _ultralytics(call: Call) -> Iterator[Found]:
    for value in call.names():
        if value.tag == "const" and isinstance(value.value, str) and value.value.endswith((".yaml", ".yml")):
            continue  # built from a configuration, nothing is fetched
        if value.tag in ("object", "map"):
            continue
        text = value.value if value.tag == "const" and isinstance(value.value, str) else None
        safe = False if text is None or text.endswith((".pt", ".pth")) else None
        if text is None:
            yield Found("model", None, None, Pin.UNDETERMINED, safe, "A .pt file is a pickle.", "ultralytics")
        elif call.is_local(text):
            yield Found("model", text, None, Pin.LOCAL, safe, "A .pt file is a pickle.", "local")
        elif shapes.REMOTE.match(text):
            yield _from_url(call, text, None, Pin.NONE, safe, "model")
        elif "/" in text:
            yield Found(
                "model", text, None, Pin.UNDETERMINED, safe, "A path that is not part of the target.", "local"
            )
        else:
            why = "A bare name is downloaded from a floating release; a .pt file is a pickle."
            yield Found("model", text, None, Pin.NONE, safe, why, "ultralytics")


def _hub_or_url(call: Call) -> Iterator[Found]:
    for value in call.names() or [Value("unknown")]:
        safe = None
        if value.tag == "const" and isinstance(value.value, str):
            safe = (
                True
                if value.value.endswith(".safetensors")
                else (False if shapes.has_extension(value.value, (".ckpt", ".pt", ".pth")) else None)
            )
        for found in _hub_named(call, [value]):
            yield replace(found, safe=safe)


def _checked_url(call: Call) -> Iterator[Found]:
    checked = bool(call.flag(call.row.revision[0], False))
    weights_only = call.flag("weights_only", None)
    safe = True if weights_only else False if weights_only is False else _torch_default(call)
    for value in call.names() or [Value("unknown")]:
        if value.tag == "const" and isinstance(value.value, str):
            yield _from_url(call, value.value, None, Pin.NONE, safe, "model", checked)
        elif value.tag != "object":
            pin = Pin.DIGEST if checked else Pin.UNDETERMINED
            yield Found("model", None, None, pin, safe, "The URL cannot be told from the text.", "url")


def _fetch(call: Call) -> Iterator[Found]:
    """A download is a reference only where the URL says that it is of a model or a dataset."""
    hashed = [call.option(name) for name in call.row.revision]
    checked = any(v and all(x.tag == "const" and x.value for x in v) for v in hashed)
    for text in list(_texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        kind = shapes.url_kind(text)
        named = shapes.hub_url(text)
        if named is not None and (named.file or text.startswith("hf://")):
            kind = "dataset" if named.is_dataset else "model"
        if kind is not None and shapes.REMOTE.match(text):
            yield _from_url(call, text, None, Pin.NONE, None, kind, checked)


def _drive(call: Call) -> Iterator[Found]:
    checked = any(call.option(name) for name in call.row.revision)
    for value in call.names() or [Value("unknown")]:
        text = value.value if value.tag == "const" and isinstance(value.value, str) else None
        pin = Pin.DIGEST if checked else Pin.NONE if text else Pin.UNDETERMINED
        yield Found(
            "model",
            text,
            None,
            pin,
            None,
            "A shared file can be replaced under the same link.",
            "google-drive",
        )


# --- load calls


def _torch_default(call: Call) -> bool | None:
    return at_least(call.around.requirements.get("torch"), TORCH_SAFE_DEFAULT)


def _torch_load(call: Call) -> Iterator[Found]:
    values = call.option("weights_only")
    if values is not None:
        safe = call.flag("weights_only", None)
        why = {True: "weights_only=True reads tensors and plain data only.",
               False: "weights_only=False: the pickle runs what it names."}.get(
            safe, "Whether weights_only holds cannot be told without running the code.")  # type: ignore[arg-type]  # fmt: skip
    elif not call.arguments.whole:
        safe, why = None, "weights_only may come with the passed-on arguments."
    else:
        safe = _torch_default(call)
        why = {True: "weights_only is the default in every torch version that is allowed here.",
               False: "The torch version required here defaults to weights_only=False: the pickle runs what it names."}.get(
            safe, "weights_only is not given, and the required torch version does not say what the default is.")  # type: ignore[arg-type]  # fmt: skip
    yield from _loaded(call, safe, why)


def _load(call: Call) -> Iterator[Found]:
    yield from _loaded(
        call,
        call.row.safe,
        call.row.runs[:1].upper() + call.row.runs[1:] + "." if call.row.runs else call.row.note,
    )


def _numpy(call: Call) -> Iterator[Found]:
    values = call.option("allow_pickle")
    if values is None and len(call.arguments.positional) > 2:
        values = call.evaluator.values(call.arguments.positional[2], call.paths)
        allowed = bool(values[0].value) if values[0].tag == "const" else None
    else:
        allowed = call.flag("allow_pickle", False)
    if allowed is not False:
        yield from _loaded(
            call, False if allowed else None, "allow_pickle=True reads object arrays, which are pickles."
        )


def _yaml(call: Call) -> Iterator[Found]:
    term = call.arguments.get(1, ("Loader",))
    if term is None:
        if call.arguments.whole:
            yield from _loaded(
                call, None, "No Loader is given: before PyYAML 6 the default could build any object."
            )
        return
    name = str(term[1]) if isinstance(term, list) and len(term) == 2 and term[0] == "g" else ""
    last = name.rsplit(".", 1)[-1]
    if last in ("SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"):
        return
    if last in ("Loader", "CLoader", "UnsafeLoader", "CUnsafeLoader") and name.startswith(
        ("yaml.", "ruamel")
    ):
        yield from _loaded(call, False, "This loader builds any object that the file names.")
    elif last in ("FullLoader", "CFullLoader"):
        yield from _loaded(call, None, "FullLoader was escaped from before PyYAML 5.4 (CVE-2020-14343).")
    elif not _is_safe_subclass(call, name):
        yield from _loaded(call, None, "Which loader is used cannot be told from the text.")


def _is_safe_subclass(call: Call, name: str) -> bool:
    meaning = call.evaluator.modules.find(name, call.paths[0]) if name else None
    if meaning is None or meaning.kind != "class":
        return False
    return any(base.name.endswith("SafeLoader") for base in call.evaluator.modules.bases(meaning.name))


def _keras(call: Call) -> Iterator[Found]:
    mode = call.flag("safe_mode", None)
    names = [v.value for v in call.names() if v.tag == "const" and isinstance(v.value, str)]
    is_h5 = any(name.endswith((".h5", ".hdf5")) for name in names)
    safe = False if mode is False and call.option("safe_mode") else None
    why = (
        "safe_mode=False lets Lambda layers run byte code."
        if safe is False
        else (
            "An .h5 file ignores safe_mode: a Lambda layer in it runs."
            if is_h5
            else "Lambda layers are refused only by Keras 3 with safe_mode, for .keras files."
        )
    )
    for found in _loaded(call, safe, why):
        named = shapes.hub_url(found.ref or "")
        yield (
            replace(
                found,
                ref=named.ref,
                revision=named.revision,
                pin=shapes.revision_pin(named.revision),
                hub="hf",
            )
            if named
            else found
        )


def _loaded(call: Call, safe: bool | None, why: str) -> Iterator[Found]:
    """The file that a load call opens. Its pin is local for a file of the target, else what is known."""
    values = call.names() or [Value("unknown")]
    for value in values:
        if value.tag == "download":
            found = _downloaded(call, value, "load-call", safe)
            if found is not None:
                yield replace(found, why=why)
        elif value.tag == "const" and isinstance(value.value, str) and value.value.strip():
            text = value.value.strip()
            if shapes.REMOTE.match(text):
                yield replace(_from_url(call, text, None, Pin.NONE, safe, "load-call"), why=why)
            else:
                pin = Pin.LOCAL if call.is_local(text) else Pin.UNDETERMINED
                yield Found("load-call", text, None, pin, safe, why, "local")
        elif value.tag == "text" and value.value.startswith(("./", "../", "/", "~")):
            yield Found("load-call", None, None, Pin.LOCAL, safe, why, "local")
        else:
            yield Found("load-call", None, None, Pin.UNDETERMINED, safe, why, "local")


READINGS: dict[str, Callable[[Call], Iterator[Found]]] = {
    "hub": _hub, "hub-object": _hub_object, "default-model": _default_model, "pipeline": _pipeline,
    "repo-type": _repo_type, "dataset": _dataset, "data-file": _data_file_call, "local-data": _local_data,
    "remote-data": _remote_data, "torch-hub": _torch_hub, "in-ref": _in_ref, "timm": _timm,
    "open-clip": _open_clip, "versioned": _versioned, "named": _by_library, "ultralytics": _ultralytics,
    "hub-or-url": _hub_or_url, "checked-url": _checked_url, "fetch": _fetch, "drive": _drive,
    "torch-load": _torch_load, "load": _load, "numpy": _numpy, "yaml": _yaml, "keras": _keras,
}  # fmt: skip
