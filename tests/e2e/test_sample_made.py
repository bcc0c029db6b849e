"""The sample in the package is what its script makes, and it is small."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_script_makes_the_sample_byte_for_byte(tmp_path, sample):
    script = ROOT / "packaging" / "sample" / "make_sample.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    assert contents(tmp_path) == contents(sample)
    assert sum(map(len, contents(sample).values())) < 1_000_000
