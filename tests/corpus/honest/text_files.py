"""Texts as real model repositories hold them: configs, tokenizers, templates, documents, scripts."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from .shelf import NO_LOADER, OWN, PLAIN, Shelf

TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
        "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' "
        "}}{% endif %}"
    ),
    "llama2": (
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set "
        "system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set "
        "system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == "
        "'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') "
        "}}{% endif %}{{ bos_token + '[INST] ' + message['content'].strip() + ' [/INST]' }}{% endfor %}"
    ),
    "tools": (
        "{%- if tools %}{{- '# Tools\n' }}{%- for tool in tools %}{{- tool | tojson(indent=4) }}{%- "
        "endfor %}{%- endif %}{%- for message in messages %}{%- if message.tool_calls %}{%- set call = "
        "message.tool_calls[0].function %}{{- call.name + ': ' + call.arguments | tojson }}{%- endif "
        "%}{%- endfor %}"
    ),
    "namespace": (
        "{%- set ns = namespace(found=false, last=-1) -%}{%- for m in messages[::-1] -%}{%- if not "
        "ns.found and m.role == 'user' -%}{%- set ns.found = true -%}{%- set ns.last = loop.index0 "
        "-%}{%- endif -%}{%- endfor -%}"
    ),
    "macro": (
        "{%- macro show(content) -%}{%- if content is string -%}{{- content -}}{%- else -%}{%- for item "
        "in content -%}{%- if item.type == 'text' -%}{{- item.text -}}{%- endif -%}{%- endfor -%}{%- "
        "endif -%}{%- endmacro -%}{%- for m in messages -%}{{- show(m.content) -}}{%- endfor -%}"
    ),
    "thinking": (
        "{% for m in messages %}{% if '</think>' in m.content %}{{ "
        "m.content.split('</think>')[-1].lstrip('\n') }}{% else %}{{ m.content }}{% endif %}{% endfor %}"
    ),
    "date": (
        "{{ bos_token }}{% if date_string is not defined %}{% set date_string = strftime_now('%d %b %Y') "
        "%}{% endif %}Today: {{ date_string }}"
    ),
    "filters": (
        "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join('\n') | "
        "trim }}"
    ),
    "items": (
        "{% for key, value in message.items() %}{{ key }}={{ value | string }}{% endfor %}{# __class__ "
        "is a word #}"
    ),
    "dunder_words": (
        "Use __init__ and __class__ as usual. {{ messages[0].content | replace('_', ' ') | upper }}"
    ),
}
_ARCHITECTURES = {
    "bert": {"architectures": ["BertModel"], "hidden_size": 768, "vocab_size": 30522, "type_vocab_size": 2},
    "llama": {
        "architectures": ["LlamaForCausalLM"],
        "rope_theta": 10000.0,
        "rope_scaling": None,
        "use_cache": True,
    },
    "mistral": {"architectures": ["MistralForCausalLM"], "sliding_window": 4096, "torch_dtype": "bfloat16"},
    "gpt2": {
        "architectures": ["GPT2LMHeadModel"],
        "n_layer": 12,
        "task_specific_params": {"text-generation": {}},
    },
    "t5": {
        "architectures": ["T5ForConditionalGeneration"],
        "decoder_start_token_id": 0,
        "is_encoder_decoder": True,
    },
    "vit": {"architectures": ["ViTModel"], "id2label": {"0": "cat", "1": "dog"}, "image_size": 224},
    "whisper": {
        "architectures": ["WhisperForConditionalGeneration"],
        "suppress_tokens": [1, 2],
        "forced_decoder_ids": None,
    },
    "clip": {
        "architectures": ["CLIPModel"],
        "text_config": {"hidden_size": 8},
        "vision_config": {"hidden_size": 8},
    },
    "qwen2": {
        "architectures": ["Qwen2ForCausalLM"],
        "quantization_config": {"quant_method": "gptq", "bits": 4},
    },
    "empty_map": {"architectures": ["XModel"], "auto_map": {}},
}
_CONFIGS: dict[str, Any] = {
    "generation/generation_config.json": {
        "bos_token_id": 1,
        "eos_token_id": [2, 3],
        "temperature": 0.6,
        "top_p": 0.9,
    },
    "adapter/adapter_config.json": {
        "peft_type": "LORA",
        "r": 8,
        "base_model_name_or_path": "org/base",
        "target_modules": ["q_proj", "v_proj"],
        "auto_mapping": None,
    },
    "image/preprocessor_config.json": {"image_processor_type": "ViTImageProcessor", "size": {"height": 224}},
    "special/special_tokens_map.json": {
        "bos_token": "<s>",
        "eos_token": {"content": "</s>", "lstrip": False},
    },
    "added/added_tokens.json": {"<|im_start|>": 32000},
    "diffusers/model_index.json": {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "safety_checker": [None, None],
    },
    "scheduler/scheduler_config.json": {"_class_name": "DDIMScheduler", "beta_start": 0.00085},
    "sentence/modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ],
    "sentence/config_sentence_transformers.json": {"__version__": {"pytorch": "2.1.0"}, "prompts": {}},
    "tokenizer/tokenizer.json": {
        "version": "1.0",
        "added_tokens": [],
        "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
    },
    "params/params.json": {"dim": 4096, "n_layers": 32},
}
_DATA_JSON: dict[str, Any] = {
    "weights/model.safetensors.index.json": {
        "metadata": {"total_size": 10},
        "weight_map": {"a": "model-1.safetensors"},
    },
    "vocab/vocab.json": {"a": 0, "b": 1, "</s>": 2},
    "state/trainer_state.json": {"epoch": 1.0, "log_history": [{"loss": 0.5, "step": 10}]},
    "results/eval_results.json": {"accuracy": 0.9},
    "notes/words.json": {
        "text": "py/object and auto_map are only words here",
        "list": ["!!python/name:os.system"],
    },
    "package/package.json": {"name": "demo", "version": "1.0.0", "scripts": {"test": "echo x"}},
    "dataset/dataset_infos.json": {"default": {"features": {"text": {"dtype": "string", "_type": "Value"}}}},
}
_YAML = {
    "train.yaml": (
        "model:\n  name: org/base\n  revision: main\ntrain:\n  lr: 1.0e-4\n  epochs: 3\n  seeds: [1, 2]\n"
    ),
    "hydra.yaml": (
        "defaults:\n  - model: base\n  - _self_\noptimizer:\n  _target_: torch.optim.Adam\n  lr: 0.1\n"
    ),
    "lightning.yaml": "trainer:\n  _target_: lightning.pytorch.Trainer\n  max_epochs: 3\n",
    "conda.yaml": (
        "name: env\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - pip:\n    - torch==2.1.0\n"
    ),
    "mergekit.yml": (
        "models:\n  - model: org/a\n    parameters: {weight: 0.5}\nmerge_method: slerp\ndtype: bfloat16\n"
    ),
    "openapi.yaml": 'openapi: "3.0.0"\ninfo: {title: Demo, version: "1"}\npaths: {}\n',
    "comment.yaml": "a: 1\n# !!python/object/apply:os.system ['echo x'] would be refused\nb: !!str 2\n",
    "anchors.yaml": "base: &base\n  a: 1\nother:\n  <<: *base\n  b: !!float 2\n",
    "workflow.yml": (
        "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
    ),
}
_CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["x = 1"]}
_NOTEBOOK = {"cells": [_CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
_DOCUMENTS = {
    "README.md": (
        "---\nlicense: mit\nbase_model: org/base\n---\n# Model\n\n```python\nimport os\n\nos.system(1)\n```\n"
    ),
    "CARD.md": (
        "# Card\n\nLoad it with `torch.load(path, weights_only=True)`. Never `pickle.loads` what "
        "you do not know.\n"
    ),
    "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any person.\n",
    "lfs/.gitattributes": (
        "*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
    ),
    "requirements.txt": "torch==2.1.0\nnumpy>=1.26\n",
    "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\ndependencies = ["torch==2.1.0"]\n',
    "vocab.txt": "[PAD]\n[UNK]\n[CLS]\nthe\n##ing\n",
    "merges.txt": "#version: 0.2\nĠ t\nĠ a\nh e\n",
    "train.py": 'from datasets import load_dataset\n\ndata = load_dataset("org/set")\n',
    "utils.py": "def add(a: int, b: int) -> int:\n    return a + b\n",
    "setup.cfg": "[metadata]\nname = demo\n",
    "run.sh": "#!/bin/sh\npython train.py --lr 0.1\n",
    "table.csv": 'text,label\nhello,1\n"a, b",0\n',
    "table.tsv": "text\tlabel\nhello\t1\n",
    "rows.jsonl": '{"text": "hello", "label": 1}\n{"text": "import os; os.system(1)", "label": 0}\n',
    "notebook.ipynb": json.dumps(_NOTEBOOK, indent=1) + "\n",
    "page.html": "<!doctype html><title>x</title><p>hello</p>\n",
    "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect/></svg>\n',
    "latin.txt": "Grüße aus Köln\n",
    "starts_like_code.txt": "cos and sin are functions\n",
    "numbers.txt": "1\n2\n3\n",
    "Dockerfile": "FROM python:3.11\nRUN pip install torch\n",
    "citation.cff": "cff-version: 1.2.0\ntitle: Demo\n",
    "ID3_notes.txt": "ID3 is a decision tree algorithm\n",
    "MZ.txt": "MZ was a motorcycle maker\n",
}


def write(shelf: Shelf) -> None:
    def text(value: Any) -> str:
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"

    for name, template in TEMPLATES.items():
        value = {"tokenizer_class": "LlamaTokenizer", "chat_template": template}
        why = "a template that only walks over messages"
        shelf.put(f"chat/{name}/tokenizer_config.json", text(value), PLAIN, OWN, why)
        if name in ("chatml", "tools", "macro", "dunder_words"):
            shelf.put(f"chat/{name}/chat_template.jinja", template, NO_LOADER, OWN, why)
    for name, value in _ARCHITECTURES.items():
        config = {"model_type": name, "transformers_version": "4.40.0", **value}
        shelf.put(f"configs/{name}/config.json", text(config), PLAIN, OWN, "a config that names no code")
    for path, value in _CONFIGS.items():
        shelf.put(f"configs/{path}", text(value), PLAIN, OWN, "a config that names no code")
    for path, value in _DATA_JSON.items():
        shelf.put(f"json/{path}", text(value), NO_LOADER, OWN, "JSON that no loader obeys")
    for path, value in _YAML.items():
        shelf.put(f"yaml/{path}", value, NO_LOADER, OWN, "YAML without Python tags or dangerous targets")
    for path, value in _DOCUMENTS.items():
        data = value.encode("latin-1") if path == "latin.txt" else value.encode()
        shelf.put(f"documents/{path}", data, NO_LOADER, OWN, "a text that no model loader opens")
    shelf.put("documents/utf16.txt", "hello".encode("utf-16"), NO_LOADER, OWN, "a text in UTF-16")
    shelf.put("documents/empty.txt", b"", NO_LOADER, OWN, "an empty text")
    shelf.put("documents/__init__.py", b"", NO_LOADER, OWN, "an empty module")
    for path, data in _pictures().items():
        shelf.put(f"media/{path}", data, NO_LOADER, OWN, "a picture or a sound")


def _pictures() -> dict[str, bytes]:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )
    gif = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    sound = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 40, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", 4
    )
    return {"dot.png": png, "dot.gif": gif, "beep.wav": sound + b"\x80" * 4}
