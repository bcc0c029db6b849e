"""Files that list the parts of a model or an archive: which parts are Python code of the repository.

``model_index.json`` of diffusers, ``modules.json`` of sentence-transformers, the manifest of TorchServe.
"""

from __future__ import annotations

import re
from typing import Any

from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.pickles.listed import REEXPORTED
from inspector.artifacts.texts.named_code import why_dangerous
from inspector.provenance import Loading, plain

# Libraries whose classes stand in a model_index.json or as the parent library of an adapter.
_NAMED_LIBRARIES = """
diffusers transformers onnxruntime flax peft optimum torch timm sentence_transformers open_clip
k_diffusion controlnet_aux safetensors __main__ nunchaku sentencepiece tokenizers accelerate
"""
LIBRARIES = frozenset(_NAMED_LIBRARIES.split())
# Folders of diffusers.pipelines (0.35): a component may name one of them as its module.
_NAMED_PIPELINE_FOLDERS = """
allegro amused animatediff audioldm audioldm2 aura_flow blip_diffusion bria chroma chronoedit cogvideo
cogview3 cogview4 consisid consistency_models controlnet controlnet_hunyuandit controlnet_sd3
controlnet_xs cosmos dance_diffusion ddim ddpm deepfloyd_if deprecated dit easyanimate flux framepack
free_init_utils hidream_image hunyuan_image hunyuan_video hunyuandit i2vgen_xl kandinsky kandinsky2_2
kandinsky3 kandinsky5 kolors latent_consistency_models latent_diffusion latte ledits_pp ltx ltx2 lucy
lumina lumina2 marigold mochi musicldm omnigen pag paint_by_example pia pixart_alpha pndm prx qwenimage
repaint sana score_sde_ve semantic_stable_diffusion shap_e skyreels_v2 spectrogram_diffusion stable_audio
stable_cascade stable_diffusion stable_diffusion_3 stable_diffusion_attend_and_excite
stable_diffusion_diffedit stable_diffusion_gligen stable_diffusion_k_diffusion stable_diffusion_ldm3d
stable_diffusion_panorama stable_diffusion_safe stable_diffusion_sag stable_diffusion_variants
stable_diffusion_xl stable_unclip stable_video_diffusion stochastic_karras_ve t2i_adapter
text_to_video_synthesis unclip unidiffuser versatile_diffusion visualcloze vq_diffusion wan wuerstchen
z_image
"""
_PIPELINE_FOLDERS = frozenset(_NAMED_PIPELINE_FOLDERS.split())
# A class of sentence-transformers: of its packages of modules, or one of the classes it hands out itself.
_OWN_MODULE = re.compile(
    r"sentence_transformers\.(?:(?:models|sparse_encoder|cross_encoder|base|sentence_transformer)"
    r"(?!\w)(?:\.[A-Za-z_]\w*)*\.)?[A-Z]\w*(?:\.[A-Z]\w*)*\Z"
)
# Handlers that TorchServe 0.12 brings itself (ts/torch_handler).
_NAMED_HANDLERS = """
image_classifier image_segmenter object_detector text_classifier text_handler vision_handler base_handler
"""
_HANDLERS = frozenset(_NAMED_HANDLERS.split())


def judge_module(kind: Any, judgement: Judgement) -> None:
    """The class of a module of sentence-transformers: others are code of the repository."""
    if isinstance(kind, str) and not _OWN_MODULE.match(kind):
        judgement.note(
            Loading.RUNS_CODE,
            "custom-module",
            f"A module of the model is Python code of its own: {plain(kind, 200)}.",
        )


def judge_components(top: Any, judgement: Judgement) -> None:
    """model_index.json of diffusers: each part is [module, class]; an unknown module is a file beside it."""
    for part, pair in top.items() if isinstance(top, dict) else ():
        if part.startswith("_") or not isinstance(pair, list) or len(pair) not in (2, 3):
            continue
        described = pair[2].get("type_hint") if len(pair) == 3 and isinstance(pair[2], dict) else None
        module, name = described if isinstance(described, list) and len(described) == 2 else pair[:2]
        if not isinstance(module, str) or not isinstance(name, str):
            continue
        is_known = module.split(".")[0] in LIBRARIES or module in _PIPELINE_FOLDERS
        if not is_known or why_dangerous(f"{module}.{name}") is not None or name in REEXPORTED:
            judgement.note(
                Loading.RUNS_CODE,
                "custom-pipeline",
                f"The part {plain(part, 100)} of the pipeline is Python code of the repository "
                f"({plain(module, 100)}.{plain(name, 100)}).",
            )


def judge_served_archive(top: Any, judgement: Judgement) -> None:
    """The manifest of an unpacked TorchServe archive: its handler is a file there, or one of TorchServe's."""
    model = top.get("model") if isinstance(top, dict) else None
    handler = model.get("handler") if isinstance(model, dict) else None
    if isinstance(handler, str) and handler.partition(":")[0] not in _HANDLERS:
        judgement.note(
            Loading.RUNS_CODE,
            "model-archive",
            f"It is a TorchServe archive, unpacked: the server runs the handler {plain(handler, 200)}.",
        )


def judge_modules(top: Any, judgement: Judgement) -> None:
    """modules.json of sentence-transformers: a type outside of that library is code of the repository."""
    for item in top if isinstance(top, list) else []:
        judge_module(item.get("type") if isinstance(item, dict) else None, judgement)


def judge_package(top: Any, judgement: Judgement) -> None:
    """The manifest of a Core ML package, which says where in its folder ``Data`` each part of it lies."""
    entries = top.get("itemInfoEntries") if isinstance(top, dict) else None
    for entry in list(entries.values())[:10_000] if isinstance(entries, dict) else ():
        place = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(place, str) and leaves_folder(place):
            judgement.note(
                Loading.UNREADABLE,
                "external-data",
                f"A part of the Core ML package is read from {plain(place, 300)!r}, outside of its folder.",
            )
