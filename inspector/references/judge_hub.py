"""Calls that name a repository, a dataset, a URL or data files: the hub's rules for what they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.judge import MAX_REFS, WEAKEST_FIRST, Call, Found, judge
from inspector.references.terms_values import HOLE, Value
from inspector.references.versions import at_least

DATASETS_WITHOUT_SCRIPTS = "4.0"  # datasets 4.0.0 refuses loading scripts
_OUTPUT = "It has the shape of a hub name and of a folder that a script writes; which, cannot be told."
_OUTPUT_OPTIONS = frozenset(
    ("output_dir", "output_path", "out_dir", "save_dir", "save_path", "saved_dir", "dump_path", "logging_dir")
)
# Names of load_dataset that mean a file format: what is read stands in data_files.
_BUILDERS = frozenset(
    [
        "json",
        "csv",
        "parquet",
        "text",
        "arrow",
        "pandas",
        "imagefolder",
        "audiofolder",
        "videofolder",
        "pdffolder",
        "webdataset",
        "xml",
        "sql",
        "generator",
        "spark",
        "cache",
        "hdf5",
        "lance",
        "niifti",
    ]
)


def read_hub(call: Call) -> Iterator[Found]:
    yield from hub_named(call, call.names() or [Value("unknown")])


def read_hub_object(call: Call) -> Iterator[Found]:
    """Where the argument may also be an object that was loaded before: only names are references."""
    values = call.names()
    if not values or values[0].tag in ("object", "unknown", "map") or values[0].value is None:
        term = call.arguments.get(*call.row.ref)
        speaks = isinstance(term, list) and term[:1] in (["r"], ["e"], ["p"]) and _names_a_name(term)
        if not speaks or values[0].tag == "object":
            return
        values = [Value("unknown")]
    yield from hub_named(call, values)


def _names_a_name(term: list[object]) -> bool:
    """Whether an unknown argument is called like a name (``model_name``) and not like a thing (``model``)."""
    name = str(term[2] if term[0] == "p" else term[1]).lower()
    return any(word in name for word in ("name", "path", "_id", "repo", "checkpoint", "ckpt", "dir"))


def read_default_model(call: Call) -> Iterator[Found]:
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
    yield from read_hub_object(call)


def read_pipeline(call: Call) -> Iterator[Found]:
    values = call.names()
    model = call.arguments.get(*call.row.ref)
    if model is None or (values and values[0].tag == "const" and values[0].value is None):
        if not call.arguments.whole or not (call.arguments.positional or "task" in call.arguments.named):
            return
        why = "A task without a model takes the library's default model of the day."
        yield Found("model", None, None, Pin.NONE, None, why, call.row.hub)
        return
    yield from read_hub_object(call)
    yield from _tokenizer(call, values)


def read_engine(call: Call) -> Iterator[Found]:
    """Serving engines: a model, and a tokenizer of another repository with a revision of its own."""
    yield from read_hub_object(call)
    yield from _tokenizer(call, call.names(), ("tokenizer_revision",))


def _tokenizer(call: Call, values: list[Value], revision: tuple[str, ...] = ()) -> Iterator[Found]:
    tokenizer = call.option("tokenizer")
    if not tokenizer or tokenizer[0].tag != "const" or not isinstance(tokenizer[0].value, str):
        return
    if tokenizer[0].value in {v.value for v in values if v.tag == "const"}:
        return
    if not revision:
        yield from hub_named(call, tokenizer[:1])
        return
    written, pin = call.revision(revision)
    found = named_by(call, tokenizer[0], written, pin, None)
    if found is not None:
        yield found


def hub_named(call: Call, values: list[Value]) -> Iterator[Found]:
    written, pin = call.revision(call.row.revision)
    trust = call.flag("trust_remote_code", call.row.trusts)
    safe = _safety(call, trust)
    for value in list(_single(call, values)):
        base = named_by(call, value, written, pin, safe)
        if base is None:
            continue
        if base.pin is Pin.NONE and value.open and _is_output(call.arguments.get(*call.row.ref)):
            base = replace(base, pin=Pin.UNDETERMINED, why=_OUTPUT)
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


def _single(call: Call, values: list[Value]) -> Iterator[Value]:
    """The values, lists of names taken apart."""
    for value in values:
        if value.tag == "list":
            for item in value.value[:MAX_REFS]:
                yield from call.evaluator.values(item, call.paths)[:4]
        else:
            yield value


def _is_output(term: object) -> bool:
    """Whether a name is the default of an option that says where results are written (``--output_dir``)."""
    for _ in range(8):
        if not isinstance(term, list) or len(term) < 2:
            return False
        if term[0] in ("j", "f"):
            term = term[1]
        else:
            return term[0] == "r" and str(term[1]).lower() in _OUTPUT_OPTIONS
    return False


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
        else min((p for p in (pin, code_pin) if p is not Pin.COMMIT), key=WEAKEST_FIRST.index)
    )
    why = "trust_remote_code runs Python files that the repository names: pin revision and code_revision."
    return replace(base, kind="remote-code", revision=code, pin=both, safe=False, why=why)


def named_by(call: Call, value: Value, written: str | None, pin: Pin, safe: bool | None) -> Found | None:
    """One value under the hub's rules: a local path, a hub id, a URL, or not to be told."""
    kind, hub = call.row.kind, call.row.hub
    if value.tag == "download":
        return downloaded(call, value, kind, safe)
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
        return from_url(call, text, written, pin, safe, kind)
    # What is more likely a folder than a name on a hub stands in the graph as no model of that hub.
    place = "local" if kind == "model" else hub
    if shapes.is_hub_id(text):
        if shapes.looks_like_output(text) and pin in (Pin.NONE, Pin.UNDETERMINED):
            return Found(kind, text, written, Pin.UNDETERMINED, safe, _OUTPUT, place)
        return Found(kind, text, written, pin, safe, why_pin(pin, written), hub)
    if shapes.is_bare_name(text) and not shapes.looks_like_output(text) and not shapes.url_kind(text):
        return Found(kind, text, written, pin, safe, why_pin(pin, written), hub)
    return Found(kind, text, written, Pin.UNDETERMINED, safe, "A path that is not part of the target.", place)


def why_pin(pin: Pin, written: str | None) -> str:
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


def from_url(
    call: Call, text: str, written: str | None, pin: Pin, safe: bool | None, kind: str, checked: bool = False
) -> Found:
    named = shapes.hub_url(text)
    if named is not None:
        revision = named.revision or written
        if named.is_dataset:
            kind = "dataset" if kind == "model" else kind
        held = shapes.revision_pin(named.revision) if named.revision else pin
        held = Pin.DIGEST if checked else held
        return Found(kind, named.ref, revision, held, safe, why_pin(held, revision), "hf")
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


def downloaded(call: Call, value: Value, kind: str, safe: bool | None) -> Found | None:
    """A file that an earlier call downloads: it has the name and the pin of that download."""
    row, args, keywords, _name = value.value
    if call.depth > 3:
        return None
    inner = Call(
        row,
        call.evaluator.arguments(args, keywords, call.paths),
        call.evaluator,
        call.paths,
        call.around,
        call.near,
        call.depth + 1,
    )
    found = next((item for item in judge(inner) if item.kind != "remote-code"), None)
    if found is None:
        return Found(kind, None, None, Pin.UNDETERMINED, safe, "A file that another call fetches.", "local")
    return replace(found, kind=kind, safe=safe, why="A file that another call downloads. " + found.why)


def read_repo_type(call: Call) -> Iterator[Found]:
    values = call.option("repo_type")
    types = {v.value for v in values if v.tag == "const"} if values else set()
    kind = "dataset" if "dataset" in types else call.row.kind
    if types and types <= {"space"}:
        return
    for found in read_hub(call):
        yield replace(found, kind=kind) if found.kind == "model" else found


def read_dataset(call: Call) -> Iterator[Found]:
    values = call.names() or [Value("unknown")]
    scripts = at_least(call.around.requirements.get("datasets"), DATASETS_WITHOUT_SCRIPTS)
    for found in hub_named(call, [v for v in values if not _is_builder(v)]):
        yield replace(found, safe=True) if scripts and found.safe is None else found
    for value in values:
        if _is_builder(value):
            yield from _data_files(call, value.value == "pandas")


def _is_builder(value: Value) -> bool:
    return value.tag == "const" and value.value in _BUILDERS


def _data_files(call: Call, is_pickle: bool) -> Iterator[Found]:
    term = call.arguments.get(None, ("data_files", "data_dir"))
    safe = not is_pickle
    names = list(texts(call, term)) if term is not None else []
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
        return from_url(call, text, None, Pin.NONE, safe, "dataset")
    fixed = text.split("*", 1)[0].rstrip("/")
    if call.is_local(fixed or text):
        return Found(
            "dataset", text, None, Pin.LOCAL, safe, "A file of this project or this machine.", "local"
        )
    return Found(
        "dataset", text, None, Pin.UNDETERMINED, safe, "A file that is not part of the target.", "local"
    )


def texts(call: Call, term: object, depth: int = 0) -> Iterator[str]:
    """All texts in a value: one, a list of them, or the values of a map."""
    for value in call.evaluator.values(term, call.paths):  # type: ignore[arg-type]  # checked inside
        if value.tag == "const" and isinstance(value.value, str) and value.value:
            yield value.value
        elif value.tag == "list" and depth < 3:
            for item in value.value:
                yield from texts(call, item, depth + 1)
        elif value.tag == "map" and depth < 3:
            for item in call.evaluator.pairs(value.value, call.paths)[0].values():
                yield from texts(call, item, depth + 1)


def read_data_file_call(call: Call) -> Iterator[Found]:
    for text in list(texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        yield _data_file(call, text, True)


def read_local_data(call: Call) -> Iterator[Found]:
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


def read_remote_data(call: Call) -> Iterator[Found]:
    for text in list(texts(call, call.arguments.get(*call.row.ref)))[:MAX_REFS]:
        if shapes.REMOTE.match(text):
            yield from_url(call, text, None, Pin.NONE, True, "dataset")
