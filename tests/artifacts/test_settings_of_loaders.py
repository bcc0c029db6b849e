"""Settings that further loaders obey: those of MONAI, Stable-Baselines3, Triton, BentoML and of tools."""

from __future__ import annotations

import base64
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.interface import NAMED_CODE
from inspector.artifacts.texts.named_code import why_dangerous
from inspector.artifacts.texts.yaml_scalars import with_tags_unescaped
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]

_EVAL = b"\x80\x02c__builtin__\neval\nX\x03\x00\x00\x001+1\x85R."


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


# Expressions of MONAI's own collection of bundles, and others like them.
QUIET = [
    "$@train#trainer.run()",
    "$setattr(torch.backends.cudnn, 'benchmark', True)",
    "$@bundle_root + '/eval'",
    "$torch.device('cuda:' + os.environ['LOCAL_RANK'])",
    "$sys.path.append(@bundle_root)",
    "$not os.path.exists(@ckpt_path)",
    "$@autoencoder.eval()",
    "$torch.load(@path, weights_only=True)",
    "$open(@test_json,'r', encoding='utf8')",
    "$list(sorted(glob.glob(os.path.join(@dataset_dir, @file_pattern))))",
    "$[{**d, 'pred': os.path.join(@output_dir, d['label'].split('/')[-1])} for d in @datalist]",
    "$lambda batchdata, *_,**__: (batchdata.to(@device),None,(),{})",
    "$map(lambda t: dict(image=monai.transforms.concatenate(t), label=t[1]), zip(*@cache_datasets))",
    "$@network_def.modules()",
    "$lambda code: code + 1",
    "$'''it's os.remove(x)''' + r'eval(x)' + '' + \"exec's\"",
    "$@train#os + @b##exec",
    "$print('os.system and eval(x) are words here')",
    "$monai.__version__",
    "$monai.utils.optional_import('itk')[0]",
    "$os.makedirs(@output_dir, exist_ok=True)",
]
LOUD = [
    "$os.system('x')",
    "$os . popen('x')",
    "$__import__('os').system('x')",
    "$(os).system",
    "$[o for o in [os]]",
    "$subprocess.run(['x'])",
    "$eval('1')",
    "$exec('1')",
    "$getattr(@o, 'sys' + 'tem')",
    "$setattr(torch, 'load', @x)",
    "$@o.system('x')",
    "$torch.os.path",
    "$@o.os.remove(@x)",
    "$().__class__.__base__.__subclasses__()",
    "$'{0.__class__}'.format(@x)",
    "$f\"{os.system('x')}\"",
    "$sys.modules['os']",
    "$globals()['x']",
    "$open(@path, 'w').write(@text)",
    "$torch.hub.load('a/b', 'c')",
    "$\uff4f\uff53.system('x')",
    "$pickle.load(open(@x, 'rb'))",
    "$importlib.import_module(@x)",
    "$shutil.rmtree(@x)",
    "$monai.utils.optional_import('subprocess')[0].run(@x)",
    "$optional_import(@name)",
    "$'''a'b''' + os.system('x')",
    "$'a\\'' + os.remove('x') + 'b'",
    "$(1 # '\n + os.remove(@x) # '\n)",
    "$@a[@b:os.remove(@x)]",
    "$f'{os.remove(@x)}'",
    "$'a and os.remove(@x)",
    "$monai.data.utils.pickle.loads(@x)",
    "$monai.utils.run_cmd(['x'])",
    "$import subprocess",
    "$from os import system",
    "$from sys import modules as m",
]


def bundle(expression: str) -> dict[str, Any]:
    return {
        "imports": ["$import glob", "$import os", "$import sys"],
        "net": {"_target_": "UNet", "spatial_dims": 3},
        "x": [{"y": expression}],
    }


@pytest.mark.parametrize("ending", ["json", "yaml"])
@pytest.mark.parametrize("expression", LOUD)
def test_an_expression_that_reaches_out_of_a_bundle_is_an_alarm(
    expression: str, ending: str, judge: Judge
) -> None:
    raw = json.dumps(bundle(expression), ensure_ascii=ending == "json").encode()
    artifact = judge(raw, f"other/train.{ending}")
    assert artifact.loading is Loading.RUNS_CODE and codes(artifact) == {"evaluated-text"}


@pytest.mark.parametrize("ending", ["json", "yaml"])
@pytest.mark.parametrize("expression", QUIET)
def test_an_expression_of_an_honest_bundle_is_none(expression: str, ending: str, judge: Judge) -> None:
    artifact = judge(json.dumps(bundle(expression)).encode(), f"configs/train.{ending}")
    assert artifact.loading is Loading.NO_LOADER and codes(artifact) == set()


def test_what_an_import_is_renamed_to_counts(judge: Judge) -> None:
    raw = json.dumps({"imports": ["$import os as o"], "x": "$o.system('x')"}).encode()
    assert judge(raw, "train.json").loading is Loading.RUNS_CODE
    assert judge(raw.replace(b"o.system", b"p.upper"), "train.json").loading is Loading.NO_LOADER


def test_a_module_on_no_list_is_told(judge: Judge) -> None:
    raw = json.dumps({"imports": ["$import own_code", "$from scripts.stop import Own"]}).encode()
    artifact = judge(raw, "configs/train.json")
    assert artifact.loading is Loading.NO_LOADER and codes(artifact) == {"names-code"}
    assert artifact.facts[NAMED_CODE] == ["own_code.*", "scripts.stop.Own"]


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"run: $os.system('x')\n", "deploy.yaml"),
        (b'{"run": "$os.system"}', "deploy.json"),
        (b"script: $HOME/x && $eval('x')\nenv: [$A, ${B}]\n", ".github/workflows/ci.yml"),
        (b'run: ./x.sh "$@"\non: ${{ matrix.os }}\nif: $@\n', ".github/workflows/ci.yml"),
        (b"path: $ROOT/os.path\nopen: $SYS.open\n", "configs/paths.yaml"),
    ],
)
def test_a_variable_of_a_shell_is_no_expression(raw: bytes, path: str, judge: Judge) -> None:
    assert judge(raw, path).reasons == ()


def test_only_the_folder_of_bundles_tells_a_lone_expression(judge: Judge) -> None:
    raw = b"{\"x\": \"$__import__('os').system('x')\"}"
    assert judge(raw, "a/configs/inference.json").loading is Loading.RUNS_CODE
    escaped = b'{"x": "\\u0024__import__(\'os\')"}'
    assert judge(escaped, "a/configs/inference.json").loading is Loading.RUNS_CODE


def test_an_expression_that_imports_by_itself_needs_no_other_sign(judge: Judge) -> None:
    assert judge(b"x: $__import__('os').system('x')\n", "part.yaml").loading is Loading.RUNS_CODE


def test_what_only_the_other_parser_of_yaml_takes_is_seen(judge: Judge) -> None:
    raw = b"a: !x,y 1\nb: $@c\nx: $os.system('x')\n"
    assert judge(raw, "configs/train.yaml").loading is Loading.RUNS_CODE


def test_an_expression_too_long_to_be_judged_is_said_to_be(judge: Judge) -> None:
    raw = json.dumps({"x": "$@a + " + "'b' + " * 2_000 + "os.system('x')"}).encode()
    artifact = judge(raw, "configs/train.json")
    assert artifact.loading is Loading.UNREADABLE and codes(artifact) == {"over-limit"}


def saved(value: bytes | str) -> bytes:
    text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
    return json.dumps({"gamma": 0.9, "policy_class": {":type:": "x", ":serialized:": text}}).encode()


def archive(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("data", data)
        made.writestr("_stable_baselines3_version", "2.4.0")
    return held.getvalue()


@pytest.mark.parametrize(
    ("value", "loading", "code"),
    [
        (_EVAL, Loading.RUNS_CODE, "dangerous-import"),
        (b"\x80\x02cacme.net\nNet\n.", Loading.UNKNOWN_IMPORT, "unknown-import"),
        ("gAJ", Loading.UNREADABLE, "nested-pickle"),
        (b"no pickle", Loading.UNREADABLE, None),
        (pickle.dumps({"a": [1.5, None]}), Loading.ALLOW_LISTED, None),
    ],
)
def test_a_serialized_value_is_judged_as_the_pickle_it_is(
    value: bytes | str, loading: Loading, code: str | None, judge: Judge
) -> None:
    for raw, path in ((saved(value), "data.json"), (archive(saved(value)), "m.zip"), (saved(value), "data")):
        artifact = judge(raw, path)
        assert artifact.loading is loading and artifact.is_pickle
        assert code is None or codes(artifact) == {code}


def test_letters_that_are_none_of_base64_hide_nothing(judge: Judge) -> None:
    text = "\n".join(base64.b64encode(_EVAL).decode()) + " *"
    assert judge(saved(text), "data.json").loading is Loading.RUNS_CODE


def test_the_key_is_found_behind_escapes(judge: Judge) -> None:
    raw = saved(_EVAL).replace(b":serialized:", b"\\u003aserialized:")
    assert judge(archive(raw), "m.zip").loading is Loading.RUNS_CODE


SERVED = [
    (b'platform: "onnxruntime_onnx"\ndefault_model_filename: "../../x.onnx"\n', "external-data"),
    (b'backend: "onnxruntime"\ndefault_model_filename: "/etc/x.onnx"\n', "external-data"),
    (b'backend: "onnxruntime"\ncc_model_filenames [{ key: "7.5" value: "../x.plan" }]\n', "external-data"),
    (b'name: "m"\nbackend: "own"\n', "native-library"),
    (b"backend: 'o' 'wn'\nmax_batch_size: 8\n", "native-library"),
]


@pytest.mark.parametrize(("raw", "code"), SERVED)
def test_a_server_that_reads_or_loads_from_elsewhere_is_told(raw: bytes, code: str, judge: Judge) -> None:
    artifact = judge(raw, "m/config.pbtxt")
    assert artifact.loading is Loading.UNREADABLE and codes(artifact) == {code}


@pytest.mark.parametrize("backend", ["onnxruntime", "tensorrt", "pytorch", "dali", "fil", "tensorrtllm", ""])
def test_backends_of_the_server_are_no_news(backend: str, judge: Judge) -> None:
    raw = f'backend: "{backend}"\nmax_batch_size: 8\ndefault_model_filename: "a/model.onnx"\n'.encode()
    artifact = judge(raw, "m/config.pbtxt")
    assert artifact.loading is Loading.NO_LOADER and artifact.reasons == ()


def test_a_backend_in_another_configuration_is_none(judge: Judge) -> None:
    assert judge(b'train { backend: "gloo" }\n', "conf/train.pbtxt").reasons == ()


STORED = "name: m\nmodule: {}\napi_version: v1\nsignatures: {{}}\ncontext: {{bentoml_version: 1.2.0}}\n"


def test_the_module_of_a_model_of_bentoml_is_told(judge: Judge) -> None:
    artifact = judge(STORED.format("own_code").encode(), "model.yaml")
    assert artifact.loading is Loading.NO_LOADER and artifact.facts[NAMED_CODE] == ["own_code.*"]
    assert judge(STORED.format("bentoml.sklearn").encode(), "model.yaml").reasons == ()
    assert judge(STORED.format("subprocess").encode(), "model.yaml").loading is Loading.RUNS_CODE
    assert judge(b"module: own_code\napi_version: v1\n", "model.yaml").reasons == ()


def test_a_tool_of_the_repository_is_its_code(judge: Judge) -> None:
    artifact = judge(b'{"custom_tool": "tool.MyTool", "name": "x"}', "tool_config.json")
    assert artifact.loading is Loading.RUNS_CODE and codes(artifact) == {"auto_map"}
    assert judge(b'{"custom_tool": "hammer", "n": 1}', "tool_config.json").loading is Loading.DATA_ONLY


@pytest.mark.parametrize(
    ("place", "is_out"), [("../../x", True), ("/x", True), ("com.apple/m.mlmodel", False)]
)
def test_a_part_of_a_package_lies_in_its_folder(place: str, is_out: bool, judge: Judge) -> None:
    raw = json.dumps({"fileFormatVersion": "1.0.0", "itemInfoEntries": {"A": {"path": place}}}).encode()
    artifact = judge(raw, "m.mlpackage/Manifest.json")
    assert codes(artifact) == ({"external-data"} if is_out else set())
    assert artifact.loading is (Loading.UNREADABLE if is_out else Loading.NO_LOADER)


def architecture(**layer: object) -> bytes:
    made = {"class_name": "Dense", "config": {"units": 3}, **layer}
    return json.dumps(
        {"class_name": "Sequential", "config": {"name": "s", "layers": [made]}, "keras_version": "2.9.0"}
    ).encode()


def test_an_architecture_of_keras_is_data_for_its_loader(judge: Judge) -> None:
    assert judge(architecture(), "model.json").loading is Loading.DATA_ONLY
    assert judge(architecture(class_name="Lambda"), "model.json").loading is Loading.RUNS_CODE
    assert judge(architecture(module="own_code"), "model.json").loading is Loading.RUNS_CODE
    reading = architecture(class_name="StringLookup", config={"vocabulary": "/etc/passwd"})
    assert judge(reading, "model.json").loading is Loading.UNREADABLE
    assert (
        judge(b'{"class_name": "Sequential", "config": {"keras": 1}}', "x.json").loading is Loading.NO_LOADER
    )


def test_a_long_name_is_judged_by_its_beginning() -> None:
    assert why_dangerous("os." + "a." * 30_000 + "b") is not None
    assert why_dangerous("a." * 30_000 + "os.system") is not None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("!%70ython/x a", "!python/x a"),
        ("!<tag:a,%70> %41", "!<tag:a,p> %41"),
        ("!a,%41 b", "!a,%41 b"),
        ("!a>!<x,%41>", "!a>!<x,A>"),
        ("a!b%41,!c%42", "a!bA,!cB"),
        ("!<a,%41", "!<a,%41"),
    ],
)
def test_tags_are_read_without_their_escapes(text: str, plain: str) -> None:
    assert with_tags_unescaped(text) == plain


@pytest.mark.parametrize("text", ["{" * 5_000, "[a, " * 5_000])
def test_a_description_deep_in_brackets_is_not_parsed(text: str, judge: Judge) -> None:
    artifact = judge(text.encode(), "m/MLmodel")
    assert artifact.loading is Loading.UNREADABLE and codes(artifact) == {"over-limit"}


def test_a_line_too_long_to_be_looked_through_again_and_again_is_said_to_be(judge: Judge) -> None:
    raw = b"a: {" + b" " * 5_000_000 + b"_target_: b.c, " * 2_000 + b"}\n"
    artifact = judge(raw, "long.yaml")
    assert artifact.loading is Loading.UNREADABLE and codes(artifact) == {"over-limit"}
