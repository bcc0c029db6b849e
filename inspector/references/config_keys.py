"""Keys of configuration files that mean a model or a dataset, with where they come from."""

from __future__ import annotations

# Keys whose value is a model whatever its shape: a bare "gpt2" counts.
STRONG_MODEL_KEYS = frozenset(
    (
        "model_name_or_path",  # transformers, TRL, alignment-handbook, LLaMA-Factory
        "pretrained_model_name_or_path",  # diffusers, NeMo
        "base_model_name_or_path",  # peft's adapter_config.json
        "tokenizer_name_or_path",  # alignment-handbook
        "teacher_model_name_or_path",  # distillation in TRL
    )
)

# Keys whose value is a model where it has the form ORG/NAME.
MODEL_KEYS = frozenset(
    (
        "base_model",
        "tokenizer_config",
        "processor_config",
        "lora_model_dir",  # axolotl
        "adapter_name_or_path",
        "ref_model",
        "reward_model",
        "reward_model_path",  # LLaMA-Factory
        "model",
        "model_id",
        "model_name",
        "model_path",
        "modelid",
        "modelname",
        "hf_model",
        "hf_model_id",
        "hf_model_name",
        "hf_repo",
        "hf_repo_id",
        "hf_name",
        "huggingface_model",
        "pretrained_model",
        "pretrained_model_name",
        "pretrained",
        "pretrained_path",
        "tokenizer",
        "tokenizer_name",
        "tokenizer_path",
        "tokenizer_source",
        "tokenizer_id",
        "embedding_model",
        "embedding_model_name",
        "embedding_model_id",
        "embed_model",
        "embeddings_model",
        "reranker_model",
        "rerank_model",
        "llm_model",
        "llm",
        "llm_name",
        "base_model_id",
        "base_model_name",
        "source_model",
        "teacher_model",
        "student_model",
        "draft_model",
        "speculative_model",
        "vision_tower",
        "text_encoder",
        "image_encoder",
        "audio_encoder",
        "vae_model_name_or_path",
        "controlnet_model_name_or_path",
        "model_repo",
        "repo_id",
        "model_repo_id",
        "sft_model",
        "policy_model",
        "critic_model",
        "judge_model",
        "generator_model",
        "encoder_name",
        "backbone_name",
        "checkpoint_id",
        "model_url",  # vLLM production stack
        "model_uri",
        "storage_uri",  # KServe: hf://ORG/NAME
        "default_base_model",
        "model_id_or_path",
        "model_dir_or_id",
        "hf_path",
        "hf_checkpoint",
        "checkpoint_path_or_id",
        "tokenizer_id_or_path",
        "processor_name_or_path",
        "image_processor_name",
        "feature_extractor_name",
        "lora_model",
        "lora_path",
        "adapter_model",
        "adapter_path",
        "pretrained_model_path",
        "pretrained_checkpoint",
        "pretrained_name",
        "diffusion_model",
        "controlnet_model",
        "unet_model",
        "clip_model",
        "llm_model_name",
        "embedding_model_name_or_path",
        "reranker_model_name",
        "asr_model",
        "tts_model",
        "whisper_model",
        "guard_model",
        "target_model",
        "assistant_model",
        "main_model",
        "default_model",
        "inference_model",
    )
)

DATASET_KEYS = frozenset(
    (
        "dataset_name",
        "dataset_id",
        "dataset_path",
        "dataset_name_or_path",
        "dataset_repo",
        "dataset_id_or_path",
        "dataset_name_or_id",
        "hf_dataset_path",
        "hf_dataset_repo",
        "train_dataset_id",
        "eval_dataset_id",
        "instruction_dataset",
        "preference_dataset",
        "source_dataset",
        "dataset_repo_id",
        "hf_dataset",
        "hf_dataset_id",
        "hf_dataset_name",
        "hf_hub_url",
        "ms_hub_url",
        "train_dataset",
        "eval_dataset",
        "test_dataset",
        "val_dataset",
        "dataset",
        "train_dataset_name",
        "eval_dataset_name",
        "prompt_dataset",
        "calib_dataset",
    )
)

# Lists or maps of datasets: axolotl (path), alignment-handbook (id, or the keys themselves), plain lists.
DATASET_LISTS = frozenset(
    (
        "datasets",
        "test_datasets",
        "pretraining_dataset",
        "pretraining_datasets",
        "train_datasets",
        "eval_datasets",
        "dataset_names",
        "data_sources",
        "dataset_mixture",  # TRL
    )
)
DATASET_LIST_KEYS = frozenset(
    ("path", "id", "name_or_path", "hf_id", "dataset_id", "repo_id", "dataset_path")
)
DATASET_MIXERS = frozenset(("dataset_mixer", "dataset_mix", "datasets_mixer", "data_mix"))
MODEL_LISTS = frozenset(
    ("models", "model_names", "model_ids", "base_models", "embedding_models", "preload_from_hub")
)

# What a sibling ``type`` says where a repository is one of the hub.
HUB_WORDS = frozenset(("huggingface", "hf", "hugging_face", "huggingface_hub", "hf_hub"))

# A part of the path that says that its value is written, not read.
OUTPUT_WORDS = (
    "push",
    "upload",
    "output",
    "hub_",
    "export",
    "save",
    "publish",
    "destination",
    "dest",
    "target_repo",
)

# API providers' names in front of a model: nothing is downloaded (litellm, promptfoo, continue).
PROVIDERS = frozenset(
    (
        "anthropic",
        "azure",
        "azure_ai",
        "bedrock",
        "gemini",
        "vertex_ai",
        "vertex",
        "groq",
        "ollama",
        "ollama_chat",
        "openrouter",
        "together_ai",
        "xai",
        "cohere",
        "perplexity",
        "fireworks_ai",
        "deepinfra",
        "replicate",
        "sagemaker",
        "voyage",
        "openai-compatible",
        "litellm_proxy",
        "watsonx",
        "databricks",
        "github_copilot",
        "cerebras",
        "sambanova",
    )
)
HOSTED_OPENAI = (
    "openai/gpt-3",
    "openai/gpt-4",
    "openai/gpt-5",
    "openai/o1",
    "openai/o3",
    "openai/o4",
    "openai/chatgpt",
    "openai/text-embedding",
    "openai/dall-e",
    "openai/tts",
    "google/gemini",
    "google/palm",
    "mistral/",
)

SHELL_TEXT_KEYS = frozenset(
    (
        "run",
        "script",
        "before_script",
        "after_script",
        "cmd",
        "cmds",
        "commands",
        "command",
        "entrypoint",
        "setup",
        "bash",
        "shell",
        "post_create_command",
        "inline",
    )
)
WORD_LIST_KEYS = frozenset(("command", "args", "entrypoint"))
ENVIRONMENT_KEYS = frozenset(("environment", "env", "variables", "envs", "env_vars", "environment_variables"))

# What a configuration must hold somewhere to be worth a walk.
TELLING = (
    rb"model|dataset|tokenizer|pretrained|image|revision|repo_id|huggingface|hf_|resolve/|\.safetensors|\.gguf|command|"
    rb"script|run:|cmd|vectors|storageuri|repository:|source:|://|uses:|include:|orbs:|steps:|_hub|container:|"
    rb"\.sh['\"]?:"
)
