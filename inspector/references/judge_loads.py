"""Calls that open a file: whether reading it can run code, and which file it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.judge import Call, Found
from inspector.references.judge_hub import downloaded, from_url
from inspector.references.terms_values import Value
from inspector.references.versions import at_least

TORCH_SAFE_DEFAULT = "2.6"  # torch.load(weights_only=True) became the default in torch 2.6.0


def torch_default(call: Call) -> bool | None:
    return at_least(call.around.requirements.get("torch"), TORCH_SAFE_DEFAULT)


def is_default(call: Call) -> bool:
    """Whether weights_only is left to torch: not given, or given as None."""
    given = call.option("weights_only")
    return given is None or all(v.tag == "const" and v.value is None for v in given)


_TOLD = {
    True: "weights_only=True reads tensors and plain data only.",
    False: "weights_only=False: the pickle runs what it names.",
    None: "Whether weights_only holds cannot be told without running the code.",
}
_BY_VERSION = {
    True: "weights_only is the default in every torch version that is allowed here.",
    False: "The torch version required here defaults to weights_only=False.",
    None: "weights_only is not given, and the required torch version does not say what the default is.",
}


def read_torch_load(call: Call) -> Iterator[Found]:
    if not is_default(call):
        safe = call.flag("weights_only", None)
        why = _TOLD[safe]
    elif not call.arguments.whole:
        safe, why = None, "weights_only may come with the passed-on arguments."
    else:
        safe = torch_default(call) if call.row.safe is None else call.row.safe
        why = _BY_VERSION[safe] if call.row.safe is None else call.row.note
    yield from loaded(call, safe, why)


def read_load(call: Call) -> Iterator[Found]:
    yield from loaded(
        call,
        call.row.safe,
        call.row.runs[:1].upper() + call.row.runs[1:] + "." if call.row.runs else call.row.note,
    )


def read_numpy(call: Call) -> Iterator[Found]:
    values = call.option("allow_pickle")
    if values is None and len(call.arguments.positional) > 2:
        values = call.evaluator.values(call.arguments.positional[2], call.paths)
        allowed = bool(values[0].value) if values[0].tag == "const" else None
    else:
        allowed = call.flag("allow_pickle", False)
    if allowed is not False:
        yield from loaded(
            call, False if allowed else None, "allow_pickle=True reads object arrays, which are pickles."
        )


def read_yaml(call: Call) -> Iterator[Found]:
    term = call.arguments.get(1, ("Loader",))
    if term is None:
        if call.arguments.whole:
            yield from loaded(
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
        yield from loaded(call, False, "This loader builds any object that the file names.")
    elif last in ("FullLoader", "CFullLoader"):
        yield from loaded(call, None, "FullLoader was escaped from before PyYAML 5.4 (CVE-2020-14343).")
    elif not _is_safe_subclass(call, name):
        yield from loaded(call, None, "Which loader is used cannot be told from the text.")


def _is_safe_subclass(call: Call, name: str) -> bool:
    meaning = call.evaluator.modules.find(name, call.paths[0]) if name else None
    if meaning is None or meaning.kind != "class":
        return False
    return any(base.name.endswith("SafeLoader") for base in call.evaluator.modules.bases(meaning.name))


def read_keras(call: Call) -> Iterator[Found]:
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
    for found in loaded(call, safe, why):
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


def loaded(call: Call, safe: bool | None, why: str) -> Iterator[Found]:
    """The file that a load call opens. Its pin is local for a file of the target, else what is known."""
    values = call.names() or [Value("unknown")]
    for value in values:
        if value.tag == "download":
            found = downloaded(call, value, "load-call", safe)
            if found is not None:
                yield replace(found, why=why)
        elif value.tag == "const" and isinstance(value.value, str) and value.value.strip():
            text = value.value.strip()
            if shapes.REMOTE.match(text):
                yield replace(from_url(call, text, None, Pin.NONE, safe, "load-call"), why=why)
            else:
                pin = Pin.LOCAL if call.is_local(text) else Pin.UNDETERMINED
                yield Found("load-call", text, None, pin, safe, why, "local")
        elif value.tag == "text" and value.value.startswith(("./", "../", "/", "~")):
            yield Found("load-call", None, None, Pin.LOCAL, safe, why, "local")
        else:
            yield Found("load-call", None, None, Pin.UNDETERMINED, safe, why, "local")
