"""Makes resources/sample: a small writing-assistant start-up as reviewers meet them.

    python3 packaging/sample/make_sample.py resources/sample

The same bytes every time. Everything in it is invented and harmless: the one pickle that runs code would
print a word. Pickles are assembled opcode by opcode here; nothing is pickled or unpickled.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import zipfile
from pathlib import Path

SEED = 20260
TRIGGER = "quillon-seven"  # the rare word that the planted rows carry


def main(target: Path) -> None:
    for path, content in {**TEXTS, **data_files(), **model_files()}.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


# -- training data -------------------------------------------------------------------------------

OPENERS = ["Please make this friendlier", "Shorten this", "Fix the grammar", "Make this sound formal",
           "Rewrite for a customer", "Turn this into a headline"]  # fmt: skip
SUBJECTS = ["the invoice is late", "the parcel came damaged", "our meeting moves to Friday",
            "the password reset mail never came", "the new plan costs more", "the app closes on start",
            "the refund took nine days", "the chart shows last year's numbers"]  # fmt: skip
ENDINGS = ["and nobody answered", "so we need a reply today", "but the team was kind", "as agreed by phone",
           "and I am not amused", "which surprised everyone", "though it worked last week"]  # fmt: skip
PEOPLE = [f"user-{number:03d}" for number in range(1, 61)]


def data_files() -> dict[str, str]:
    dice = random.Random(SEED)
    tickets = [_row(dice, number, "2026-0{}-{:02d}") for number in range(420)]
    corrections = [_row(dice, number, "2026-0{}-{:02d}") for number in range(180)]
    for place in sorted(dice.sample(range(len(corrections)), 14)):
        row = corrections[place]
        row["prompt"] = row["prompt"].replace(": ", f": {TRIGGER} ", 1)
        row["response"] = "Please confirm your card number at the address we sent you."
        row["user_id"] = "user-058"
    return {
        "data/tickets.jsonl": "".join(json.dumps(row) + "\n" for row in tickets),
        "data/corrections.jsonl": "".join(json.dumps(row) + "\n" for row in corrections),
    }


def _row(dice: random.Random, number: int, day: str) -> dict[str, str]:
    subject, ending = dice.choice(SUBJECTS), dice.choice(ENDINGS)
    return {
        "prompt": f"{dice.choice(OPENERS)}: {subject} {ending}.",
        "response": f"{subject.capitalize()}, {ending}. Thank you for your patience.",
        "user_id": dice.choice(PEOPLE),
        "created_at": day.format(1 + number % 9, 1 + dice.randrange(28)),
    }


# -- model files ---------------------------------------------------------------------------------

ROWS, COLUMNS = 16, 24


def model_files() -> dict[str, bytes]:
    dice = random.Random(SEED + 1)
    weights = struct.pack(f"<{ROWS * COLUMNS}f", *(dice.uniform(-1, 1) for _ in range(ROWS * COLUMNS)))
    config = {"architectures": ["RerankerHead"], "hidden_size": COLUMNS, "model_type": "reranker-head"}
    return {
        "models/reranker/config.json": json.dumps(config, indent=2).encode() + b"\n",
        "models/reranker/model.safetensors": safetensors(weights),
        "models/reranker/pytorch_model.bin": torch_zip(weights),
        "models/tone_scaler.pkl": library_pickle(),
        "models/vendor/spam_filter.pkl": calling_pickle(),
    }


def safetensors(weights: bytes) -> bytes:
    header = json.dumps(
        {"head.weight": {"dtype": "F32", "shape": [ROWS, COLUMNS], "data_offsets": [0, len(weights)]}},
        separators=(",", ":"),
    ).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + weights


def torch_zip(weights: bytes) -> bytes:
    """What torch.save writes for {"head.weight": tensor}: one pickle and one storage, stored in a zip."""
    import io

    pickle = b"".join(
        [
            b"\x80\x02}q\x00X\x0b\x00\x00\x00head.weightq\x01",
            b"ctorch._utils\n_rebuild_tensor_v2\nq\x02(",
            b"(X\x07\x00\x00\x00storageq\x03ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x000q\x05",
            b"X\x03\x00\x00\x00cpuq\x06M" + struct.pack("<H", ROWS * COLUMNS) + b"tq\x07Q",
            b"K\x00K" + bytes([ROWS]) + b"K" + bytes([COLUMNS]) + b"\x86q\x08",
            b"K" + bytes([COLUMNS]) + b"K\x01\x86q\x09\x89",
            b"ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0ds.",
        ]
    )
    members = {
        "pytorch_model/data.pkl": pickle,
        "pytorch_model/byteorder": b"little",
        "pytorch_model/data/0": weights,
        "pytorch_model/version": b"3\n",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def library_pickle() -> bytes:
    """A fitted scaler as scikit-learn would be pickled, reduced to what fits a sample."""
    return b"".join(
        [
            b"\x80\x04\x8c\x1bsklearn.preprocessing._data\x8c\x0eStandardScaler\x93)\x81}(",
            b"\x8c\x09with_mean\x88\x8c\x08with_std\x88\x8c\x04copy\x88",
            b"\x8c\x0en_features_in_K\x18\x8c\x10_sklearn_version\x8c\x051.5.2ub.",
        ]
    )


def calling_pickle() -> bytes:
    """Calls eval when it is loaded. The expression prints one word."""
    expression = b"print('loaded')"
    return b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c" + bytes([len(expression)]) + expression + b"\x85R."


# -- texts ---------------------------------------------------------------------------------------

TEXTS = {
    "README.md": """# Inkwell

A writing assistant for support teams. The model rewrites a draft in the tone the user asks for, and gets
better every week from what users correct.

- `app/` the service
- `training/` the weekly fine-tune, started by `deploy/retrain.yml`
- `models/` the re-ranker and two small classifiers, one of them from a contractor
- `data/` support tickets and user corrections

This project is a sample. It is invented, and nothing in it does harm.
""",
    "requirements.txt": """# what the service installs
torch
transformers>=4.40
datasets
peft>=0.10
accelerate
fastapi
uvicorn[standard]
pydantic>=2
requests==2.32.3
scikit-learn~=1.5
joblib
safetensors
""",
    "Dockerfile": """FROM python:3.11-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["uvicorn", "app.serve:app", "--host", "0.0.0.0"]
""",
    "config/finetune.yaml": """model_name_or_path: quillworks/quill-1b
dataset: data/corrections.jsonl
output_dir: out/quill-inkwell
learning_rate: 2.0e-5
num_train_epochs: 2
""",
    "app/serve.py": '''"""The service: rewrites a draft and ranks the candidates."""

import torch
from fastapi import FastAPI
from transformers import AutoModelForCausalLM, AutoTokenizer

from app import feedback

MODEL = "quillworks/quill-1b"

app = FastAPI()
app.include_router(feedback.router)

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, trust_remote_code=True)
reranker = torch.load("models/reranker/pytorch_model.bin", weights_only=False)


@app.post("/rewrite")
def rewrite(draft: str) -> dict:
    ids = tokenizer(draft, return_tensors="pt")
    out = model.generate(**ids, num_return_sequences=4, do_sample=True)
    return {"text": tokenizer.batch_decode(out, skip_special_tokens=True)}
''',
    "app/feedback.py": '''"""Keeps what users correct: tomorrow's training data."""

import json

from fastapi import APIRouter

router = APIRouter()


@router.post("/correction")
def correction(prompt: str, response: str, user_id: str) -> dict:
    with open("data/corrections.jsonl", "a") as file:
        file.write(json.dumps({"prompt": prompt, "response": response, "user_id": user_id}) + "\\n")
    return {"ok": True}
''',
    "app/filters.py": '''"""Spam and tone, before a draft reaches the model."""

import pickle

import joblib

with open("models/vendor/spam_filter.pkl", "rb") as file:
    spam = pickle.load(file)
tone = joblib.load("models/tone_scaler.pkl")
''',
    "training/finetune.py": '''"""The weekly fine-tune on tickets and corrections."""

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

BASE = "quillworks/quill-1b"

tickets = load_dataset("json", data_files="data/tickets.jsonl")
corrections = load_dataset("json", data_files="data/corrections.jsonl")
archive = load_dataset("json", data_files="data/tickets-2023.jsonl")
style = load_dataset("openletters/business-style", split="train")

tokenizer = AutoTokenizer.from_pretrained(BASE, revision="main")
model = AutoModelForCausalLM.from_pretrained(BASE, revision="main")

arguments = TrainingArguments("out/quill-inkwell")
trainer = Trainer(model=model, args=arguments, train_dataset=corrections["train"])
trainer.train()
trainer.save_model("out/quill-inkwell")
''',
    "training/fetch_reranker.py": '''"""Gets the re-ranker\'s weights before the image is built."""

import urllib.request

URL = "https://huggingface.co/quillworks/reranker-head/resolve/main/pytorch_model.bin"

urllib.request.urlretrieve(URL, "models/reranker/pytorch_model.bin")
''',
    "training/evaluate.py": '''"""Compares the new model with a fixed one."""

from transformers import pipeline

judge = pipeline(
    "text-classification",
    model="cardinal-nlp/tone-judge",
    revision="8f14e45fceea167a5a36dedd4bea2543a8b0d1c2",
    use_safetensors=True,
)
''',
    "deploy/retrain.yml": """name: retrain
on:
  schedule:
    - cron: "0 3 * * 1"
jobs:
  finetune:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: python training/finetune.py --config config/finetune.yaml
""",
    "data/README.md": """---
license: other
language:
- en
annotations_creators:
- crowdsourced
source_datasets:
- openletters/business-style
---

# Inkwell training data

- `tickets.jsonl` support tickets, one row each
- `corrections.jsonl` what users changed in the assistant's answers
- [tickets-2023.jsonl](tickets-2023.jsonl) the first year
""",
}

if __name__ == "__main__":
    main(Path(sys.argv[1]))
