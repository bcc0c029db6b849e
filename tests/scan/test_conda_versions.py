"""What an environment file of conda asks of torch decides how ``torch.load`` is judged, as pip's would."""

from __future__ import annotations

import pytest

from inspector.scan import ScanOptions, run_scan


@pytest.mark.parametrize(
    "asked, safe",
    [("pytorch=1.13.1", False), ("pytorch=2.6.*", True), ("pytorch>=2.6", True), ("pytorch==2.5", False),
     ("pytorch", None), ("pytorch-cpu=2.7", True)],
)  # fmt: skip
def test_torch_load_is_judged_with_condas_name_and_equals(tmp_path, asked, safe):
    (tmp_path / "environment.yml").write_text(f"dependencies:\n  - {asked}\n")
    (tmp_path / "a.py").write_text("import torch\nm = torch.load('x.pt')\n")
    scan = run_scan(ScanOptions(str(tmp_path), audit=False, jobs=1, use_cache=False))
    (load,) = [item for item in scan["references"] if item["call"] == "torch.load"]
    assert load["safe"] is safe
