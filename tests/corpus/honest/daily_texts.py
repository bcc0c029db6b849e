"""Texts that a reviewer meets every day: templates of model families, configurations, scripts."""

from __future__ import annotations

import json
from typing import Any

from .family_templates import FAMILIES
from .shelf import NO_LOADER, OWN, PLAIN, Shelf


def write_texts(shelf: Shelf) -> None:
    """Puts down all of them."""
    _templates(shelf)
    _configs(shelf)
    _scripts(shelf)


def _templates(shelf: Shelf) -> None:
    for name, template in FAMILIES.items():
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": template, "bos_token": "<s>"}
        raw = json.dumps(config, indent=2, ensure_ascii=False)
        shelf.put(f"daily/chat/{name}/tokenizer_config.json", raw, PLAIN, OWN, f"in the manner of {name}")
    named = [{"name": name, "template": template} for name, template in list(FAMILIES.items())[:3]]
    shelf.put(
        "daily/chat/several/tokenizer_config.json",
        json.dumps({"chat_template": named}),
        PLAIN,
        OWN,
        "several",
    )
    first = next(iter(FAMILIES.values()))
    shelf.put("daily/chat/file/chat_template.jinja", first, NO_LOADER, OWN, "a template in a file of its own")
    prompt = {
        "_type": "prompt",
        "template_format": "jinja2",
        "input_variables": ["x"],
        "template": "Hi {{ x.name }}",
    }
    shelf.put("daily/chat/prompt/prompt.json", json.dumps(prompt), NO_LOADER, OWN, "a prompt of LangChain")


_KINDS = """albert bart bert bigbird bloom clip codegen cohere deberta-v2 distilbert electra falcon gemma
gemma2 gpt2 gpt_neox granite internlm2 llama longformer mamba mistral mixtral mpt olmo opt phi3 qwen2 qwen3
roberta stablelm starcoder2 t5 vit wav2vec2 whisper xlm-roberta"""


def _configs(shelf: Shelf) -> None:
    for kind in _KINDS.split():
        config = {
            "architectures": [f"{kind.title()}Model"],
            "model_type": kind,
            "hidden_size": 64,
            "attn_implementation": "sdpa",
            "rope_scaling": {"type": "linear", "factor": 2.0},
            "quantization_config": {"quant_method": "gptq", "bits": 4, "modules_to_not_convert": None},
            "torch_dtype": "bfloat16",
            "auto_map": {},
            "transformers_version": "4.57.0",
        }
        shelf.put(
            f"daily/configs/{kind}/config.json", json.dumps(config, indent=2), PLAIN, OWN, "a model's config"
        )
    yamls = {
        "hydra": "model:\n  _target_: torch.nn.Linear\n  in_features: 4\ndata:\n"
        "  _target_: datasets.load_dataset\n  path: imdb\npool:\n  _target_: multiprocessing.cpu_count\n"
        "workers:\n  _target_: joblib.Memory\n",
        "lightning": "trainer:\n  callbacks:\n  - class_path: lightning.pytorch.callbacks.EarlyStopping\n"
        "    init_args:\n      monitor: loss\n",
        "logging": "version: 1\nhandlers:\n  a:\n    class: logging.StreamHandler\n"
        "    stream: ext://sys.stdout\nformatters:\n  f:\n    (): colorlog.ColoredFormatter\n"
        "    format: '%(message)s'\n",
        "pyannote": "pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n"
        "  params:\n    clustering: x\n",
        "haystack": "components:\n  r:\n"
        "    type: haystack.components.retrievers.in_memory.InMemoryBM25Retriever\n"
        "    init_parameters: {top_k: 3}\n",
        "workflow": "steps:\n- name: os.path.join\n  params: {a: 1}\n- func: my.module.step\n  args: [1]\n",
        "prose": "text: |\n  Call os.system('x') or subprocess.Popen to see why this is bad.\nargs: [1]\n",
        "search": "scheduler:\n  _target_: ray.tune.schedulers.ASHAScheduler\n"
        "lock: {_target_: threading.Lock}\n",
    }
    for name, text in yamls.items():
        shelf.put(f"daily/yaml/{name}.yaml", text, NO_LOADER, OWN, "a configuration of a training run")
    jsons: dict[str, tuple[str, Any, str]] = {
        "calls": (
            "tools.json",
            [{"name": "os.system", "arguments": {"a": 1}}, {"function": "x", "args": []}],
            NO_LOADER,
        ),
        "logging": (
            "logging.json",
            {"handlers": {"a": {"class": "logging.FileHandler", "filename": "x"}}},
            NO_LOADER,
        ),
        "optimizer": ("ds_config.json", {"optimizer": {"type": "AdamW", "params": {"lr": 1e-4}}}, PLAIN),
        "files": ("index.json", {"model_file": "model.safetensors", "class_name": "X"}, NO_LOADER),
        "modular": (
            "modular_model_index.json",
            {
                "_class_name": "ModularPipeline",
                "unet": [
                    "diffusers",
                    "UNet2DConditionModel",
                    {"repo": "a/b", "type_hint": ["diffusers", "UNet2DConditionModel"]},
                ],
            },
            PLAIN,
        ),
    }
    for name, (file, value, word) in jsons.items():
        shelf.put(f"daily/json/{name}/{file}", json.dumps(value, indent=1), word, OWN, "a configuration")
    flow = "flavors: {python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}, sklearn: {}}\n"
    shelf.put("daily/mlflow/MLmodel", flow, PLAIN, OWN, "a model of MLflow in flow style")


def _scripts(shelf: Shelf) -> None:
    scripts = {
        "handler.py": "def handler(event, context):\n    return event\n",
        "code/inference.py": "def main():\n    pass\n",
        "load.py": 'import datasets\n\nrows = datasets.load_dataset("imdb")\n',
        "pipeline.py": 'from transformers import pipeline\n\npipe = pipeline("ner")\n',
        "builder.py": "import datasets\n\nNAME = datasets.__name__  # no GeneratorBasedBuilder\n",
    }
    for name, text in scripts.items():
        shelf.put(f"daily/scripts/{name}", text, NO_LOADER, OWN, "source that no loader runs by its name")
