"""Calls whose weights follow from a switch, from the callee's own name, or from the library's defaults; and
programs and objects of a store that Python code names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.judge import Call, Found
from inspector.references.judge_hub import from_url, named_by, read_hub_object, texts, why_pin
from inspector.references.judge_loads import loaded
from inspector.references.terms_values import Value

_LIBRARY = "The weights that the library's own table names today; the project names no revision."
MAX_WORDS = 60


def read_nothing(call: Call) -> Iterator[Found]:
    """A neighbour of calls that name something; it names nothing itself."""
    yield from ()


def _last(call: Call) -> str:
    return call.name.rsplit(".", 1)[-1]


def read_weights(call: Call) -> Iterator[Found]:
    """torchvision and its like: ``weights=`` or ``pretrained=`` fetch, their absence does not."""
    named = [v.value for v in call.names() if v.tag == "const" and isinstance(v.value, str)]
    names = named or ([] if call.row.ref[1] else [_last(call)])
    switches = ("weights", "pretrained", "pretrained_weights", "weights_backbone")
    term = call.arguments.get(None, switches)
    if term is None and not call.row.ref[1] and call.arguments.positional:
        first = call.arguments.positional[0]
        term = first if first[:1] in (["c"], ["g"]) and first != ["c", None] else None
    if term is None or not (names or call.row.ref[1]):
        return
    values = call.evaluator.values(term, call.paths)
    if all(v.tag == "const" and not v.value for v in values):
        return
    weights = _weights_name(term, values)
    choices: list[str | None] = [*names] or [None]
    for name in choices:
        if all(v.tag == "const" and isinstance(v.value, str) and call.is_local(v.value) for v in values):
            yield Found("model", name, None, Pin.LOCAL, None, "A file of this machine.", "local")
            continue
        certain = any(v.tag == "const" and v.value for v in values) or weights is not None
        pin = Pin.UNDETERMINED if not certain else Pin.MOVABLE if weights else Pin.NONE
        yield Found("model", name, weights, pin, None, _LIBRARY, call.row.hub)


def _weights_name(term: list[object], values: list[Value]) -> str | None:
    text = next((v.value for v in values if v.tag == "const" and isinstance(v.value, str)), None)
    if text:
        return str(text)
    dotted = str(term[1]) if term[:1] == ["g"] and len(term) == 2 else ""
    owner, _, last = dotted.rpartition(".")
    return last if owner.rsplit(".", 1)[-1].endswith("_Weights") else None


def read_keras_weights(call: Call) -> Iterator[Found]:
    """keras.applications: ``imagenet`` unless ``weights`` says otherwise."""
    name = _last(call)
    if not name[:1].isupper():
        return
    term = call.arguments.get(1, ("weights",))
    if term is None and not call.arguments.whole:
        return
    values = call.evaluator.values(term, call.paths) if term is not None else [Value("const", "imagenet")]
    for value in values[:1]:
        if value.tag == "const" and value.value == "imagenet":
            yield Found("model", name, "imagenet", Pin.MOVABLE, None, _LIBRARY, call.row.hub)
        elif value.tag == "const" and isinstance(value.value, str):
            pin = Pin.LOCAL if call.is_local(value.value) else Pin.UNDETERMINED
            yield Found("model", value.value, None, pin, None, "A file of weights.", "local")
        elif value.tag != "const":
            yield Found("model", name, None, Pin.UNDETERMINED, None, "Which weights cannot be told.", "keras")


def read_library_default(call: Call) -> Iterator[Found]:
    """Libraries that fetch a default of their own: named after the library where nothing else is named."""
    named = [v.value for v in call.names() if v.tag == "const" and isinstance(v.value, str) and v.value]
    for name in named or [call.name.split(".", 1)[0]]:
        yield Found("model", name, None, Pin.NONE, None, _LIBRARY, call.row.hub)


def read_in_call(call: Call) -> Iterator[Found]:
    """The name stands in the callee: ``torchaudio.pipelines.WAV2VEC2_BASE.get_model()``."""
    parts = call.name.split(".")
    name = parts[-2] if len(parts) > 1 else parts[0]
    yield Found(call.row.kind, name, None, Pin.NONE, None, _LIBRARY, call.row.hub)


def read_callee(call: Call) -> Iterator[Found]:
    """The callee's own name is what is fetched: ``sklearn.datasets.fetch_20newsgroups()``."""
    yield Found(call.row.kind, _last(call), None, Pin.NONE, None, _LIBRARY, call.row.hub)


def read_package(call: Call) -> Iterator[Found]:
    """A package that holds a model: ``en_core_web_sm.load()``."""
    name = call.name.split(".", 1)[0]
    why = "A pipeline package, pinned only through what is installed."
    yield Found(call.row.kind, name, None, Pin.NONE, None, why, call.row.hub)


def read_switched(call: Call) -> Iterator[Found]:
    """A data set that the library fetches where ``download=True`` says so: ``torchvision.datasets.MNIST``."""
    if call.flag("download", False) is not False:
        yield Found(call.row.kind, _last(call), None, Pin.NONE, None, _LIBRARY, call.row.hub)


def read_encoder(call: Call) -> Iterator[Found]:
    """segmentation_models_pytorch: the encoder's weights, ``imagenet`` unless something else is said."""
    term = call.arguments.get(2, ("encoder_weights",))
    if term is None and not call.arguments.whole:
        return
    values = call.evaluator.values(term, call.paths) if term is not None else [Value("const", "imagenet")]
    if all(v.tag == "const" and not v.value for v in values):
        return
    weights = next((v.value for v in values if v.tag == "const" and isinstance(v.value, str)), None)
    names = [v.value for v in call.names() if v.tag == "const" and isinstance(v.value, str)]
    default = call.arguments.get(*call.row.ref) is None and call.arguments.whole
    choices: list[str | None] = [*names] or ["resnet34" if default else None]
    for name in choices:
        pin = Pin.MOVABLE if weights and name else Pin.UNDETERMINED
        yield Found("model", name, weights, pin, None, _LIBRARY, call.row.hub)


def read_trainer(call: Call) -> Iterator[Found]:
    """TRL: ``model``, and the models that it is compared with, taught by or rewarded by, where they are given
    by name. The first one's revision stands in ``args=…Config(model_init_kwargs={"revision": …})``."""
    settings = _settings(call)
    written, pin, trust = None, Pin.NONE, False
    if settings is None:
        pin = Pin.UNDETERMINED
    elif "revision" in settings:
        values = call.evaluator.values(settings["revision"], call.paths)
        text = values[0].value if len(values) == 1 and values[0].tag == "const" else None
        written = text if isinstance(text, str) else None
        pin = shapes.revision_pin(written) if written else Pin.UNDETERMINED
    if settings is not None and "trust_remote_code" in settings:
        trust = any(
            v.tag == "const" and v.value is True
            for v in call.evaluator.values(settings["trust_remote_code"], call.paths)
        )
    for found in read_hub_object(call):
        held = found.pin is Pin.NONE and found.hub == "hf"
        found = replace(found, revision=written, pin=pin, why=why_pin(pin, written)) if held else found
        yield replace(found, safe=False) if trust else found
        if trust and found.pin is not Pin.LOCAL:
            why = "trust_remote_code runs Python files that the repository names."
            yield replace(found, kind="remote-code", revision=None, pin=min_pin(pin), safe=False, why=why)
    others = ("teacher_model", "ref_model", "reward_model", "reward_funcs", "judge_model")
    for name in others:
        term = call.arguments.get(None, (name,))
        for text in list(texts(call, term))[:8] if term is not None else ():
            if shapes.is_hub_id(text) or call.is_local(text):
                value = Value("const", text)
                found_other = named_by(call, value, None, Pin.NONE, None)
                if found_other is not None:
                    yield found_other


def min_pin(pin: Pin) -> Pin:
    """The pin of code whose own revision is not named: never firmer than none."""
    return pin if pin is Pin.UNDETERMINED else Pin.NONE


def _settings(call: Call) -> dict[object, list[object]] | None:
    """What ``args`` passes on to the loading of the model; None where that cannot be told."""
    term = call.arguments.get(None, ("args",))
    if term is None:
        return {}
    if term[:1] == ["k"]:
        passed = call.evaluator.arguments(term[2], term[3], call.paths)
        inner = passed.named.get("model_init_kwargs")
        if inner is None:
            return {} if passed.whole else None
        pairs, whole = call.evaluator.pairs(inner, call.paths)
        return dict(pairs) if whole or "revision" in pairs else None
    return {}


def read_dvc(call: Call) -> Iterator[Found]:
    """``dvc.api``: a path in a repository, at a revision of it."""
    repository = next(iter(texts(call, call.arguments.get(1, ("repo",)))), None)
    paths: list[str | None] = []
    paths.extend(list(texts(call, call.arguments.get(*call.row.ref)))[:8])
    for path in paths or (None,):
        kind = (shapes.url_kind(path) if path else None) or call.row.kind
        if repository is None and call.arguments.get(1, ("repo",)) is None:
            yield Found(kind, path, None, Pin.LOCAL, None, "A path of this repository.", "local")
            continue
        written, pin = call.revision(call.row.revision)
        ref = repository if path is None or repository is None else f"{repository}:{path}"
        yield Found(kind, ref, written, pin, None, why_pin(pin, written), call.row.hub)


def read_store(call: Call) -> Iterator[Found]:
    """A vector store from disk. LangChain asks for ``allow_dangerous_deserialization``: the files are
    pickles."""
    allowed = call.flag("allow_dangerous_deserialization", None)
    if call.option("allow_dangerous_deserialization") is None:
        return  # another library's load_local, or one that refuses
    why = "allow_dangerous_deserialization=True unpickles the documents of the store."
    if allowed is not False:
        yield from loaded(call, False if allowed else None, why)


def read_lm_eval(call: Call) -> Iterator[Found]:
    """``model_args="pretrained=ORG/NAME,revision=…"``, or the same as a map."""
    from inspector.references.command_models import lm_eval_arguments
    from inspector.references.shell import Command

    for text in list(texts(call, call.arguments.get(*call.row.ref)))[:4]:
        for fact in lm_eval_arguments(Command([], 1, 1, ""), text):
            yield _found(fact)


def read_image_name(call: Call) -> Iterator[Found]:
    """A container image that Python code names."""
    for text in list(texts(call, call.arguments.get(*call.row.ref)))[:8]:
        picture = shapes.image(text)
        if picture is not None and not text.isdigit():
            why = (
                why_pin(picture.pin, picture.revision)
                if picture.pin is not Pin.DIGEST
                else "A digest is named."
            )
            yield Found("image", picture.name, picture.revision, picture.pin, None, why, "registry")


def read_hosted(call: Call) -> Iterator[Found]:
    """SageMaker: an image, a model by ``env={"HF_MODEL_ID": …}``, weights by ``model_data``."""
    from inspector.references.commands import environment

    yield from read_image_name(call)
    env = call.arguments.get(None, ("env", "environment"))
    if env is not None:
        pairs = call.evaluator.pairs(env, call.paths)[0]
        given = {str(key): text for key, term in pairs.items() for text in list(texts(call, term))[:1]}
        for fact in environment(given, 1, ""):
            yield _found(fact)
    for text in list(texts(call, call.arguments.get(None, ("model_data", "model_uri", "model_s3_uri"))))[:4]:
        if shapes.REMOTE.match(text):
            yield from_url(call, text, None, Pin.NONE, None, "model")


def read_program(call: Call) -> Iterator[Found]:
    """A command line that Python starts."""
    from inspector.references.commands import read_commands, words_command
    from inspector.references.shell import commands

    term = call.arguments.get(*call.row.ref)
    if term is None:
        return
    given = call.arguments.positional if call.row.pattern.endswith("run_commands") else [term]
    for value in [v for part in given[:40] for v in call.evaluator.values(part, call.paths)[:4]]:
        if value.tag == "list":
            words = [_word(call, item) for item in value.value[:MAX_WORDS]]
            facts = words_command(words, 1, "") if words else []
        elif value.tag == "const" and isinstance(value.value, str):
            facts = read_commands(commands([(line, 1) for line in value.value.split("\n")], {}))
        else:
            continue
        for fact in facts:
            if "python" not in fact:
                yield _found(fact)


def _word(call: Call, item: list[object]) -> str:
    value = call.evaluator.values(item, call.paths)[0]
    return str(value.value) if value.tag == "const" and value.value is not None else "$UNKNOWN"


def _found(fact: dict[str, object]) -> Found:
    ref, revision, safe = fact["ref"], fact["revision"], fact["safe"]
    return Found(
        str(fact["kind"]),
        ref if isinstance(ref, str) else None,
        revision if isinstance(revision, str) else None,
        Pin(str(fact["pin"])),
        safe if isinstance(safe, bool) else None,
        str(fact["why"]),
        str(fact["hub"]),
    )


def read_store_object(call: Call) -> Iterator[Found]:
    """boto3 and MinIO: ``download_file(bucket, key, file)``, where the key has the form of a model."""
    buckets = list(texts(call, call.arguments.get(*call.row.ref)))[:1]
    for key in list(texts(call, call.arguments.get(1, ("Key", "object_name"))))[:8]:
        kind = shapes.url_kind(key)
        if kind is not None:
            bucket = buckets[0] if buckets else "?"
            why = "An object of a store can be replaced under the same key."
            yield Found(kind, f"s3://{bucket}/{key}", None, Pin.NONE, None, why, "url")
