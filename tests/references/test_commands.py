"""Which models, datasets and images the commands of a shell script fetch, and how firmly they are named."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
HUB = "https://huggingface.co"

DOWNLOADS = [
    ("hf download --revision main", []),
    ("hf download o/space --repo-type space", []),
    (f"hf download o/m --revision={SHA}", [("model", "o/m", "commit")]),
    ("git pull", []),
    (f"git clone {HUB}/spaces/o/s", []),
    (f"git clone {HUB}/o/m\ncd m\ngit checkout {SHA}", [("model", "o/m", "commit")]),
    (f"git clone {HUB}/o/m && cd m && git checkout {SHA}", [("model", "o/m", "commit")]),
    ("git clone git@hf.co:datasets/o/d -b main", [("dataset", "o/d", "movable")]),
    (f"wget {HUB}/o/$M/resolve/main/a.bin", [("model", None, "undetermined")]),
    (f"wget {HUB}/datasets/$D/resolve/main/a.txt", [("dataset", None, "undetermined")]),
    (f"wget {HUB}/spaces/o/$S/resolve/main/a.txt", []),
    (f"wget {HUB}/o/m/resolve/$R/a.bin", [("model", None, "undetermined")]),
    ("curl -O https://x.org/$V/model.safetensors", [("model", None, "undetermined")]),
    (
        "wget https://x.org/w.safetensors && sha256sum -c sums",
        [("model", "https://x.org/w.safetensors", "digest")],
    ),
    ("aws s3 cp s3://b/model.safetensors .", [("model", "s3://b/model.safetensors", "none")]),
    ("aws s3 cp model.safetensors s3://b/model.safetensors", []),
    ("aws s3 cp s3://b/checkpoints/last ./w --region eu", [("model", "s3://b/checkpoints/last", "none")]),
    ("aws s3 cp s3://b/datasets/last ./d", [("dataset", "s3://b/datasets/last", "none")]),
    ("aws s3 cp s3://b/readme ./d", []),
    ("aws s3 cp s3://$BUCKET/models/x ./d", []),
    ("aws s3 ls", []),
    ("ollama list", []),
    ("ollama pull $MODEL", []),
    (f"ollama pull llama3@sha256:{'a' * 64}", [("model", "llama3", "digest")]),
    ("ollama run hf.co/o/m:Q4", [("model", "o/m", "none")]),
    ("kaggle datasets download -d o/d", [("dataset", "o/d", "none")]),
    ("kaggle datasets download o/d -p data", [("dataset", "o/d", "none")]),
    ("kaggle competitions list", []),
    ("modelscope download --model o/m --revision v1", [("model", "o/m", "movable")]),
    ("modelscope download --dataset o/d", [("dataset", "o/d", "none")]),
    ("modelscope download --model $M", []),
    ("modelscope login", []),
    ("gdown 1AbCdEf -O w.bin", [("model", "1AbCdEf", "none")]),
    ("gdown $ID", [("model", None, "none")]),
    ("python -m spacy download en_core_web_sm", [("model", "en_core_web_sm", "none")]),
]

PROGRAMS = [
    ("uvx hf download o/m", [("model", "o/m", "none")]),
    ("timeout hf download o/m", [("model", "o/m", "none")]),
    ("uv run hf download o/m", [("model", "o/m", "none")]),
    ("python -m vllm serve o/m", [("model", "o/m", "none")]),
    ("bash -c 'hf download o/m'", [("model", "o/m", "none")]),
    ("vllm --model o/m", [("model", "o/m", "none")]),
    ("vllm serve not:a:name", []),
    ("python train.py --model_name_or_path gpt2", [("model", "gpt2", "none")]),
    ("python train.py --model_name_or_path conf.yaml", []),
    ("lm_eval --model hf --model_args pretrained=o/m", [("model", "o/m", "none")]),
    (
        f"python -m lm_eval --model_args pretrained=o/m,revision={SHA} --trust_remote_code",
        [("model", "o/m", "commit"), ("remote-code", "o/m", "none")],
    ),
    ("lm_eval --model_args base_url=http://localhost,model=o/m", []),
    ("lm_eval --model_args pretrained=$M,x=1", [("model", None, "undetermined")]),
    ("lm_eval --model openai-completions --model_args model=o/m", []),
    (f"llama-server -mu {HUB}/o/g/resolve/main/a.gguf", [("model", "o/g", "movable")]),
    ("llama-server -m here.gguf", []),
    (
        "python -c \"import pickle; pickle.load(open('a.pkl','rb'))\"",
        [("load-call", "a.pkl", "undetermined")],
    ),
    ("python -c", []),
]

IMAGES = [
    ("docker ps", []),
    ("docker run --rm -it", []),
    ("docker run --gpus all $IMAGE", [("image", None, "undetermined")]),
    ("docker run -e MODEL_ID=o/m x/y:$TAG", [("image", None, "undetermined"), ("model", "o/m", "none")]),
    ("docker run NOT:AN:IMAGE", []),
    ("docker run -e MODEL_ID=o/m x/y:1", [("image", "x/y", "movable"), ("model", "o/m", "none")]),
    (
        "docker run x/llama.cpp:server -hf o/g",
        [("image", "x/llama.cpp", "movable"), ("model", "o/g", "none")],
    ),
    (
        "docker run vllm/vllm-openai:v1 o/m",
        [("image", "vllm/vllm-openai", "movable"), ("model", "o/m", "none")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*DOWNLOADS, *PROGRAMS, *IMAGES])
def test_what_a_command_fetches(scan, text, expected):
    found = scan({"run.sh": text + "\n"})
    assert sorted((r.kind, r.ref or "", r.pin.value) for r in found) == sorted(
        (kind, ref or "", pin) for kind, ref, pin in expected
    )


SHELL = [
    ("hf download 'o/m'\n", ["o/m"]),
    ("hf download o/\\m\n", ["o/m"]),
    ('M=o/m\nhf download "$M"\n', ["o/m"]),
    ("sudo time hf download o/m\n", ["o/m"]),
    ("hf download o/a # hf download o/no\nhf download o/b\n", ["o/a", "o/b"]),
    ("hf download o/a#b\n", []),
    ("hf download o/m \\\n", ["o/m"]),
    ("export HF_HOME=/x\nhf download o/m\n", ["o/m"]),
    ("if true; then hf download o/m; fi\n", ["o/m"]),
]


@pytest.mark.parametrize(("text", "refs"), SHELL)
def test_words_of_a_shell_are_read_as_a_shell_reads_them(scan, text, refs):
    assert [r.ref for r in scan({"run.sh": text})] == refs
