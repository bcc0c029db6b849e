"""The ways of reading a call, by the name that the rows of the API table give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from inspector.references import judge_hub, judge_libraries, judge_loads, judge_named
from inspector.references.judge import Call, Found

READINGS: dict[str, Callable[[Call], Iterator[Found]]] = {
    "hub": judge_hub.read_hub,
    "hub-object": judge_hub.read_hub_object,
    "default-model": judge_hub.read_default_model,
    "pipeline": judge_hub.read_pipeline,
    "engine": judge_hub.read_engine,
    "repo-type": judge_hub.read_repo_type,
    "dataset": judge_hub.read_dataset,
    "data-file": judge_hub.read_data_file_call,
    "local-data": judge_hub.read_local_data,
    "remote-data": judge_hub.read_remote_data,
    "torch-hub": judge_libraries.read_torch_hub,
    "in-ref": judge_libraries.read_in_ref,
    "timm": judge_libraries.read_timm,
    "open-clip": judge_libraries.read_open_clip,
    "versioned": judge_libraries.read_versioned,
    "named": judge_libraries.read_by_library,
    "ultralytics": judge_libraries.read_ultralytics,
    "hub-or-url": judge_libraries.read_hub_or_url,
    "checked-url": judge_libraries.read_checked_url,
    "fetch": judge_libraries.read_fetch,
    "drive": judge_libraries.read_drive,
    "torch-load": judge_loads.read_torch_load,
    "load": judge_loads.read_load,
    "numpy": judge_loads.read_numpy,
    "yaml": judge_loads.read_yaml,
    "keras": judge_loads.read_keras,
    "weights": judge_named.read_weights,
    "keras-weights": judge_named.read_keras_weights,
    "library-default": judge_named.read_library_default,
    "in-call": judge_named.read_in_call,
    "nothing": judge_named.read_nothing,
    "callee": judge_named.read_callee,
    "package": judge_named.read_package,
    "switched": judge_named.read_switched,
    "encoder": judge_named.read_encoder,
    "trainer": judge_named.read_trainer,
    "image": judge_named.read_image_name,
    "hosted": judge_named.read_hosted,
    "dvc": judge_named.read_dvc,
    "store": judge_named.read_store,
    "lm-eval": judge_named.read_lm_eval,
    "program": judge_named.read_program,
    "store-object": judge_named.read_store_object,
}
