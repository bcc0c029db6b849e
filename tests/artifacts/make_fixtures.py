"""Writes the small real files of tests/artifacts/data. Needs torch, scikit-learn, joblib, pandas.

    python -m venv env && env/bin/pip install torch numpy scikit-learn joblib pandas scipy
    env/bin/python tests/artifacts/make_fixtures.py

Written with torch 2.13.0, numpy 2.4.6, scikit-learn 1.9.1, joblib 1.6.0, pandas 3.1.1, scipy 1.17.1.
"""

from __future__ import annotations

import collections
import pickle
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(__file__).parent / "data"


def torch_files() -> None:
    torch.manual_seed(0)
    state = {
        "weight": torch.randn(4, 3),
        "bias": torch.zeros(3, dtype=torch.bfloat16),
        "half": torch.ones(2, dtype=torch.half),
        "index": torch.arange(3),
        "mask": torch.tensor([True]),
    }
    torch.save(state, DATA / "state.pt")
    torch.save(state, DATA / "state_legacy.pt", _use_new_zipfile_serialization=False)
    whole = torch.randn(4, 4)
    torch.save({"a": whole, "b": whole.t()[1:], "nested": {"c": [whole[0]]}}, DATA / "shared.pt")
    torch.save(
        {
            "sparse": torch.eye(3).to_sparse(),
            "parameter": torch.nn.Parameter(torch.ones(2)),
            "size": torch.Size([1, 2]),
            "device": torch.device("cpu"),
            "dtype": torch.float16,
            "ordered": collections.OrderedDict(a=1),
        },
        DATA / "misc.pt",
    )
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
    torch.save(
        {"optimizer": optimizer.state_dict(), "epoch": 3, "loss": np.float64(1.5)}, DATA / "checkpoint.pt"
    )
    torch.save(torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.qint8), DATA / "quantized.pt")
    torch.save(torch.nn.Linear(2, 2), DATA / "module.pt")
    # The old format keeps the source's path beside the class: not that of the machine this is made on.
    with mock.patch("torch.serialization.get_source_lines_and_file", lambda obj: (["pass"], 1, "linear.py")):
        torch.save(torch.nn.Linear(2, 2), DATA / "module_legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(DATA / "script.pt"))


def estimator_files() -> None:
    features = np.random.RandomState(0).rand(40, 3)
    labels = np.arange(40) % 2
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)
    forest = RandomForestClassifier(2, max_depth=2, random_state=0).fit(features, labels)
    (DATA / "pipeline.pkl").write_bytes(pickle.dumps(pipeline))
    joblib.dump(forest, DATA / "forest.joblib")
    for method in ("zlib", "gzip", "bz2", "xz", "lzma"):
        joblib.dump(forest, DATA / f"forest_{method}.joblib", compress=(method, 3))
    joblib.dump(
        {
            "objects": np.array(["a", None, [1]], object),
            "numbers": np.arange(5.0),
            "texts": np.array(["xx", "y"]),
        },
        DATA / "objects.joblib",
    )
    joblib.dump(TfidfVectorizer().fit(["a bb cc", "cc dd"]), DATA / "tfidf.joblib")
    joblib.dump(KNeighborsClassifier(algorithm="kd_tree").fit(features, labels), DATA / "neighbours.joblib")
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    (DATA / "frame.pkl").write_bytes(pickle.dumps(frame))
    (DATA / "sparse.pkl").write_bytes(pickle.dumps(scipy.sparse.csr_matrix(np.eye(3))))
    (DATA / "generator.pkl").write_bytes(pickle.dumps(np.random.default_rng(0)))


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    torch_files()
    estimator_files()
