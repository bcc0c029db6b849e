"""The service: rewrites a draft and ranks the candidates."""

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
