"""What torch, transformers and safetensors write: tensors, training states, arguments."""

from __future__ import annotations

import collections
import enum
import pickle
from typing import Any

import numpy as np
import torch

from .shelf import LIBRARY, LISTED, PLAIN, Shelf

_WHY = "weights_only can load it: tensors and plain values"


def tensors() -> dict[str, Any]:
    """Named values of the sorts that checkpoints hold."""
    torch.manual_seed(0)
    whole = torch.randn(4, 3)
    layer = torch.nn.Linear(3, 2)
    states = {}
    for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "NAdam"):
        model = torch.nn.Linear(3, 2)
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.1)
        model(torch.ones(1, 3)).sum().backward()
        optimizer.step()
        states[f"optimizer_{name.lower()}"] = optimizer.state_dict()
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    schedules = {
        "step": torch.optim.lr_scheduler.StepLR(optimizer, 3),
        "cosine": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 9),
        "plateau": torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer),
    }
    return {
        "tensor": whole,
        "state": layer.state_dict(),
        "lstm": torch.nn.LSTM(2, 3).state_dict(),
        "attention": torch.nn.MultiheadAttention(4, 2).state_dict(),
        "convolution": torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).state_dict(),
        "parameter": torch.nn.Parameter(whole),
        "half": {"a": whole.half(), "b": whole.bfloat16(), "c": whole.double()},
        "whole_numbers": {"a": torch.arange(3), "b": torch.tensor([1], dtype=torch.uint8), "c": whole > 0},
        "complex": torch.ones(2, dtype=torch.complex64),
        "eight_bits": torch.ones(4).to(torch.float8_e4m3fn),
        "views": {"a": whole, "b": whole.t(), "c": whole[1:, ::2], "d": whole[0]},
        "sparse": torch.eye(3).to_sparse(),
        "compressed_rows": torch.eye(3).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(whole, 0.1, 0, torch.qint8),
        "quantized_channels": torch.quantize_per_channel(
            whole, torch.ones(4), torch.zeros(4, dtype=torch.int64), 0, torch.qint8
        ),
        "meta": torch.empty(2, 3, device="meta"),
        "gradient": whole.clone().requires_grad_(),
        "sizes": {"size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float16},
        "nothing": torch.zeros(0, 3),
        "list": [whole, (torch.ones(1), None), {"deep": {"deeper": torch.ones(2)}}],
        "loop": {"epoch": 3, "step": 1200, "loss": 0.25, "best": None, "name": "run", "rates": [0.1, 0.01]},
        "counter": {"seen": collections.Counter("aab"), "order": collections.OrderedDict(a=1)},
        "generator": {"torch": torch.get_rng_state(), "python": (3, tuple(range(9)), None)},
        "numpy_number": {"loss": np.float64(1.5), "array": np.arange(3)},
        "embedding": {
            "string_to_token": {"*": 265},
            "string_to_param": {"*": torch.randn(1, 8)},
            "name": "x",
        },
        "lora": {
            f"lora_unet_down_{n}.lora_{k}.weight": torch.randn(2, 4) for n in range(3) for k in ("up", "down")
        },
        **states,
        **{f"schedule_{name}": schedule.state_dict() for name, schedule in schedules.items()},
    }


def write(shelf: Shelf) -> None:
    endings = (".pt", ".pth", ".bin", ".ckpt")
    for number, (name, value) in enumerate(tensors().items()):
        path = f"torch/{name}{endings[number % 4]}"
        shelf.save(path, lambda place, value=value: torch.save(value, place), LISTED, "torch", _WHY)
    for name in ("tensor", "state", "views", "optimizer_adam", "loop", "parameter", "half", "list"):
        shelf.save(
            f"torch/legacy_{name}.pt",
            lambda place, name=name: torch.save(tensors()[name], place, _use_new_zipfile_serialization=False),
            LISTED, "torch", "the format before torch 1.6: " + _WHY,
        )  # fmt: skip
    for protocol in (2, 3, 4, 5):
        shelf.save(
            f"torch/protocol_{protocol}.pt",
            lambda place, protocol=protocol: torch.save(tensors()["state"], place, pickle_protocol=protocol),
            LISTED, "torch", _WHY,
        )  # fmt: skip
    torch.manual_seed(0)
    modules = {
        "linear": torch.nn.Linear(2, 2),
        "relu": torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()),
        "convolution": torch.nn.Conv2d(1, 1, 3),
        "lstm": torch.nn.LSTM(2, 2),
        "dropout": torch.nn.Dropout(0.1),
        "embedding": torch.nn.Embedding(4, 2),
        "transformer": torch.nn.TransformerEncoderLayer(4, 2, 8),
        "batch_norm": torch.nn.BatchNorm1d(2),
        "modules": torch.nn.ModuleDict({"a": torch.nn.GELU()}),
    }
    for name, module in modules.items():
        why = "a whole module: it needs torch.nn classes and nothing else"
        shelf.save(
            f"torch/module_{name}.pt", lambda place, m=module: torch.save(m, place), LIBRARY, "torch", why
        )
    _transformers(shelf)
    _safetensors(shelf)


def _transformers(shelf: Shelf) -> None:
    from transformers import TrainingArguments

    arguments = TrainingArguments(output_dir="out", num_train_epochs=2, report_to=[], use_cpu=True)
    for name in vars(arguments):
        value = getattr(arguments, name)
        if isinstance(value, str) and ("/" in value or "\\" in value):
            setattr(arguments, name, "out")
    why = "training arguments: a transformers class with enums of the same library"
    shelf.save(
        "transformers/training_args.bin",
        lambda place: torch.save(arguments, place),
        LIBRARY,
        "transformers",
        why,
    )
    linear = torch.nn.Linear(2, 2)
    from transformers import get_linear_schedule_with_warmup

    optimizer = torch.optim.AdamW(linear.parameters())
    schedule = get_linear_schedule_with_warmup(optimizer, 2, 9)
    for name, value in {
        "optimizer.pt": optimizer.state_dict(),
        "scheduler.pt": schedule.state_dict(),
        "rng_state.pth": {
            "python": (3, (1, 2), None),
            "numpy": ("MT19937", np.arange(4, dtype=np.uint32), 1, 0, 0.0),
            "cpu": torch.get_rng_state(),
        },
    }.items():
        shelf.save(
            f"transformers/{name}", lambda place, v=value: torch.save(v, place), LISTED, "transformers", _WHY
        )


class Colour(enum.Enum):
    """Not written anywhere: enums of one's own are unknown imports."""


def _safetensors(shelf: Shelf) -> None:
    from safetensors.numpy import save as save_arrays
    from safetensors.torch import save

    for name in ("state", "lstm", "half", "whole_numbers", "nothing", "complex", "eight_bits", "lora"):
        value = tensors()[name]
        data = save(value if isinstance(value, dict) else {name: value})
        shelf.put(f"safetensors/{name}.safetensors", data, PLAIN, "safetensors", "a header and numbers")
    with_metadata = save({"a": torch.ones(2)}, {"format": "pt", "base_model": "org/base"})
    shelf.put(
        "safetensors/metadata.safetensors", with_metadata, PLAIN, "safetensors", "with metadata of texts"
    )
    shelf.put("safetensors/empty.safetensors", save({}), PLAIN, "safetensors", "no tensor at all")
    arrays = save_arrays({"x": np.eye(3), "y": np.arange(4, dtype=np.int8)})
    shelf.put("safetensors/arrays.safetensors", arrays, PLAIN, "safetensors", "written from numpy")
    shelf.put(
        "safetensors/named_otherwise.bin", arrays, PLAIN, "safetensors", "safetensors under another name"
    )


def plain_pickles(shelf: Shelf) -> None:
    """Values of the standard library and numpy, by pickle itself, in every protocol."""
    import datetime
    import decimal
    import fractions
    import pathlib
    import uuid

    values: dict[str, Any] = {
        "mixed": {"a": [1, 2.5, "x", b"y", None, True, (1, {2})], "b": {3: -4, "long": 1 << 90}},
        "labels": {number: f"LABEL_{number}" for number in range(40)},
        "text": ["héllo", "日本語", "a" * 300, "\n\t"],
        "containers": [
            collections.OrderedDict(a=1),
            collections.deque([1]),
            collections.Counter("ab"),
            collections.defaultdict(int, a=1),
            frozenset({1}),
            range(3),
            slice(1, 2),
            1j,
            bytearray(b"x"),
        ],
        "times": [datetime.datetime(2024, 1, 2), datetime.date(2024, 1, 2), datetime.timedelta(3)],
        "numbers": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
        "paths": [pathlib.PurePosixPath("a/b")],
        "arrays": {
            "f": np.arange(4.0),
            "i": np.arange(3, dtype="i2"),
            "s": np.array(["a", "bc"]),
            "b": np.array(True),
        },
        "scalars": [np.float32(1), np.int64(2), np.bool_(True), np.str_("x")],
        "records": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "dates": np.array(["2020-01-01"], "M8[D]"),
        "objects": np.array([1, "a", None], object),
        "transposed": np.arange(6.0).reshape(2, 3).T,
    }
    for number, (name, value) in enumerate(values.items()):
        for protocol in range(6) if number < 4 else (number % 3, 4):
            data = pickle.dumps(value, protocol)
            shelf.put(f"pickle/{name}_{protocol}.pkl", data, LISTED, "numpy", "plain values of listed types")
