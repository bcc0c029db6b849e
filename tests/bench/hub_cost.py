"""What it costs to read model files of many gigabytes on a hub: requests and bytes, by format.

    .venv/bin/python tests/bench/hub_cost.py

Every file is served by the stand-in on loopback and read by the artifact reader itself. "requests" counts
the redirect of the hub too. The last line maps 34 related models with 100 ms added to every answer.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
MIB = 1 << 20


def loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def bodies(large: ModuleType) -> dict[str, Any]:
    """Files by name; the sizes are what such files have."""
    call = large.hostile()
    return {
        "torch-100mb.bin": large.torch_zip(200, MIB // 2),
        "torch-3gb.bin": large.torch_zip(200, 16 * MIB),
        "torch-12gb-500-tensors.pt": large.torch_zip(500, 24 * MIB),
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


def main() -> None:
    standin = loaded("hub_standin", HERE.parent / "hub_standin" / "server.py")
    large = loaded("hub_large", HERE.parent / "hub_standin" / "large.py")
    os.environ["INSPECTOR_HOME"] = tempfile.mkdtemp(prefix="hub-cost-")
    from inspector import artifacts
    from inspector.sources import open_target
    from inspector.sources.hub import HubSource

    with standin.HubStandIn() as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint
        files = {name: standin.Sparse(*body) for name, body in bodies(large).items()}
        hub.model("acme/large", {name: standin.File(body, True) for name, body in files.items()})
        source = open_target("hf://acme/large")
        assert isinstance(source, HubSource)
        print(f"{'file':33} {'size':>15} {'requests':>9} {'bytes':>11} {'share':>9}  verdict")
        for entry in source.wanted_remotely():
            before, sent = len(hub.requests), hub.sent
            artifact = artifacts.read(source.open_remote(entry), entry.path)
            requests, count = len(hub.requests) - before, hub.sent - sent
            size = entry.size or 1
            print(
                f"{entry.path:33} {size:15,} {requests:9} {count:11,} {count / size:9.4%}  "
                f"{artifact.format} {artifact.loading.value}"
            )
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
