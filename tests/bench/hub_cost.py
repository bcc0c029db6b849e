"""What it costs to read model files of many gigabytes on a hub: requests and bytes, by format.

    .venv/bin/python tests/bench/hub_cost.py

Every file is served by the stand-in on loopback and read by the artifact reader itself. "requests" counts
the redirect of the hub too. "least" are the bytes without which no reader can know what loading does: of a
torch archive its directory and its pickle, of GGUF and safetensors the header. A row whose least is over its
bound (128 KiB of a torch archive, 0.2 % of any file above 100 MB) is marked "over": there the bound cannot be
kept by anybody who gives a verdict. The last line maps 34 related models with 100 ms added to every answer.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
sys.path.append(str(HERE.parents[1] / "packaging"))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first

MIB = 1 << 20


def bodies(large: ModuleType) -> dict[str, Any]:
    """Files by name; the sizes are what such files have."""
    call = large.hostile()
    return {
        "torch-100mb.bin": large.torch_zip(200, MIB // 2),
        "torch-3gb.bin": large.torch_zip(200, 16 * MIB),
        "torch-12gb-500-tensors.pt": large.torch_zip(500, 24 * MIB),
        "torch-700mb-680-tensors.pt": large.torch_zip(680, MIB),
        "torch-1gb-1000-tensors.pt": large.torch_zip(1_000, MIB),
        "torch-2gb-2000-tensors.pt": large.torch_zip(2_000, MIB),
        "torch-3gb-hostile.pt": large.torch_zip(200, 16 * MIB, call),
        "legacy-160mb.pth": large.torch_legacy(10, 16 * MIB),
        "legacy-1.6gb-hostile.pth": large.torch_legacy(100, 16 * MIB, call),
        "model-10gb.safetensors": large.safetensors(300, 32 * MIB),
        "model-3gb.gguf": large.gguf(200, 16 * MIB),
        "model-110mb.safetensors": large.safetensors(200, 550_000),
        "model-110mb.gguf": large.gguf(20, 5_000_000, tokens=2_000),
        "model-110mb-large-vocabulary.gguf": large.gguf(20, 5_000_000, tokens=128_000),
        "model-5gb-large-vocabulary.gguf": large.gguf(300, 17 * MIB, tokens=128_000),
        "model-110mb.onnx": large.onnx(60, 2_000_000),
        "model-110mb.keras": large.keras(110_000_000),
        "model-1gb.onnx": large.onnx(60, 16 * MIB),
        "model-2gb.keras": large.keras(),
        "array-2gb.npy": large.npy(),
        "forest-3gb.joblib": large.joblib(),
        "forest-3gb-hostile.joblib": large.joblib(calls=call),
    }


def least(name: str, pieces: dict[int, bytes]) -> int | None:
    """The bytes that decide, of the formats of which they can be told."""
    lengths = sorted((len(piece) for piece in pieces.values()), reverse=True)
    if name.startswith("torch-"):
        return sum(lengths[:2])  # the directory and data.pkl; everything else is a head of some bytes
    return lengths[0] if name.endswith((".gguf", ".safetensors")) else None


def bound(name: str, size: int) -> int:
    """What the review may fetch of a file at most, as docs/howto/hub-model.md has it."""
    most = size // 500 if size > 100_000_000 else size
    return min(most, 128 << 10) if name.startswith("torch-") else most


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hub-cost-") as home:
        os.environ["INSPECTOR_HOME"] = home
        measured()


def measured() -> None:
    standin, large = load("tests/hub_standin/server.py"), load("tests/hub_standin/large.py")
    from inspector import artifacts
    from inspector.sources import open_target
    from inspector.sources.hub import HubSource

    with standin.HubStandIn() as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint
        files = {name: standin.Sparse(*body) for name, body in bodies(large).items()}
        hub.model("acme/large", {name: standin.File(body, True) for name, body in files.items()})
        source = open_target("hf://acme/large")
        assert isinstance(source, HubSource)
        print(
            f"{'file':33} {'size':>15} {'requests':>9} {'bytes':>11} {'share':>9} {'least':>11}       verdict"
        )
        for entry in source.wanted_remotely():
            before, sent = len(hub.requests), hub.sent
            artifact = artifacts.read(source.open_remote(entry), entry.path)
            requests, count = len(hub.requests) - before, hub.sent - sent
            size = entry.size or 1
            needed = least(entry.path, files[entry.path].pieces)
            over = "over" if (needed or 0) > bound(entry.path, size) else ""
            told = "" if needed is None else f"{needed:,}"
            cost = f"{size:15,} {requests:9} {count:11,} {count / size:9.4%} {told:>11} {over:4}"
            print(f"{entry.path:33} {cost}  {artifact.format} {artifact.loading.value}")
    with standin.HubStandIn(delay=0.1) as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint
        standin.family(hub, 34)
        started = time.perf_counter()
        source = open_target("hf://acme/model-00")
        assert isinstance(source, HubSource)
        known = source.facts().relatives
        took = time.perf_counter() - started
        print(f"{len(known)} related models mapped in {took:.1f} s with {len(hub.requests)} requests")


if __name__ == "__main__":
    main()
