"""Compares the new model with a fixed one."""

from transformers import pipeline

judge = pipeline(
    "text-classification",
    model="cardinal-nlp/tone-judge",
    revision="8f14e45fceea167a5a36dedd4bea2543a8b0d1c2",
    use_safetensors=True,
)
