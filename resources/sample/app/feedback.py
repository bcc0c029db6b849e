"""Keeps what users correct: tomorrow's training data."""

import json

from fastapi import APIRouter

router = APIRouter()


@router.post("/correction")
def correction(prompt: str, response: str, user_id: str) -> dict:
    with open("data/corrections.jsonl", "a") as file:
        file.write(json.dumps({"prompt": prompt, "response": response, "user_id": user_id}) + "\n")
    return {"ok": True}
