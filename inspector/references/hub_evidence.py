"""Whether a text of the form ORG/NAME under a key of any name is one of a hub's repositories.

Configurations of projects name their models under keys of their own (``wav2vec2_hub``, ``vocoder_source``).
The form alone would take folders, images and source repositories for models; so the key, the owner and the
name have to speak for it, two of the three.
"""

from __future__ import annotations

import re
from functools import lru_cache

from inspector.references import shapes

# Parts of keys that carry a model or a dataset: some say so alone, some only beside other evidence.
_STRONG_KEY = re.compile(
    r"(?:^|[_.])(?:hub|hf|huggingface|wav2vec2?|whisper|hubert|wavlm|llm|pretrained|embedder|reranker|vocoder|"
    r"name_or_path|model_(?:name|id|path|repo|source|hub)|dataset_(?:name|id|path|repo)|checkpoint_(?:name|id|repo))\d*(?:$|[_.])"
)
_KEY = re.compile(
    r"(?:^|[_.])(?:source|repo|path|folder|dir|models?|encoder|decoder|tokenizer|processor|lm|pretrain|checkpoints?|"
    r"ckpts?|embed(?:dings?)?|emb|backbone|ssl|bert|clip|t5|vae|unet|lora|adapters?|teacher|student|speaker|spk|"
    r"asr|tts|name|id|weights|init|base|separator|generator|discriminator|classifier|detector|segmenter|"
    r"diffusion|controlnet|reward|critic|judge|draft|dataset|datasets|corpus|kmeans|vad|diarization|nli|ner|qa|"
    r"summarizer|translator)\d*(?:$|[_.])"
)
# Keys whose ORG/NAME is of another kind: source code, images, packages, people, places, settings.
_OTHER_KEY = re.compile(
    r"(?:^|[_.])(?:uses|image|images|repository|github|gitlab|git|slug|action|orb|package|packages|import|module|"
    r"timezone|tz|time_zone|locale|mime|content_type|mime_type|media_type|accept|author|authors|maintainer|owner|team|"
    r"license|branch|ref|ratio|scale|scaling|unit|units|pattern|exclude|include|ignore|cron|label|labels|"
    r"container|registry|namespace|topic|role|runs_on|metric|metrics|monitor|description|title|prompt|text|query|"
    r"tag|tags|project|wandb_project|group|entity|target|_target_|class_path|_component_)(?:$|[_.])"
)
# Parts of the names of models: families, sizes, kinds.
_NAME = re.compile(
    r"(?:^|[^a-z])(?:[a-z]*bert[a-z]*|gpt\d*|opt|llama|mi[sx]tral|qwen|gemma|phi|falcon|bloomz?|pythia|"
    r"deepseek|whisper|wav2vec2?|w2v|hubert|wavlm|m?t5|byt5|flan|m?bart|nllb|marian|opus|clip|siglip|blip2?|vit|deit|"
    r"swin|resnet|convnext|dino(?:v2)?|sam|yolo\w*|detr|segformer|unet|vae|sdxl?|stable|diffusion|flux|controlnet|"
    r"lora|adapter|xlm|xlnet|electra|minilm|mpnet|e5|bge|gte|labse|sbert|reranker?|embed(?:ding)?s?|encoder|"
    r"base|large|small|medium|tiny|mini|xl|xxl|\d+(?:\.\d+)?[bm]|instruct|chat|hf|gguf|awq|gptq|int[48]|fp16|uncased|"
    r"cased|multilingual|finetuned?|ctc|asr|tts|hifigan|tacotron\d?|vits|spkrec|ecapa|sepformer|xvect|v\d+)"
    r"(?:[^a-z]|$)"
)


@lru_cache(maxsize=1)
def known_owners() -> frozenset[str]:
    """Owners of models and datasets that are known well, as the list of look-alike names has them."""
    from inspector.resources import path

    text = path("lookalike", "owners.txt").read_text("utf-8")
    return frozenset(line.strip() for line in text.split("\n") if line.strip() and line[0] != "#")


def speaks_for_hub(key: str, text: str) -> bool:
    """Whether ``text`` under ``key`` (small letters, words divided by ``_`` or ``.``) is a repository of a
    hub: the key alone, or two of key, owner and name have to say so, and nothing may speak against it."""
    if not shapes.is_hub_id(text) or shapes.looks_like_output(text) or _OTHER_KEY.search(key):
        return False
    owner, _, name = text.partition("/")
    if _has_extension(name) or owner.isdecimal():
        return False
    if _STRONG_KEY.search(key):
        return True
    says = (bool(_KEY.search(key)), owner in known_owners(), bool(_NAME.search(name.lower())))
    return sum(says) >= 2


def _has_extension(name: str) -> bool:
    """Whether ``name`` ends like a file; versions (``v1.5``, ``bge-m3.0``) do not."""
    stem, dot, end = name.rpartition(".")
    return bool(dot) and bool(stem) and end.isalpha() and 1 < len(end) < 6 and end.lower() != "en"
