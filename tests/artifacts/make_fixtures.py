"""Writes the small real files of tests/artifacts/data. Needs torch, scikit-learn, joblib, pandas.

    python -m venv env && env/bin/pip install torch numpy scikit-learn joblib pandas scipy safetensors
    env/bin/python tests/artifacts/make_fixtures.py

Written with torch 2.13.0, numpy 2.4.6, scikit-learn 1.9.1, joblib 1.6.0, pandas 3.1.1, scipy 1.17.1.
The 7z archives are written by 7-Zip 26.02 (the program 7zz), the HDF5 files by h5py 3.16.0, tables 3.11.1
and Keras 3.15.1 with jax.
"""

from __future__ import annotations

import collections
import os
import pickle
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
import scipy.stats
import torch
from safetensors.torch import save_file
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(__file__).parent / "data"


def converted_files() -> None:
    """A checkpoint with views of every sort, and what torch and safetensors make of it."""
    torch.manual_seed(1)
    whole = torch.randn(6, 4)
    cube = torch.arange(24).view(2, 3, 4)
    value = {
        "turned": whole.t(),
        "part": whole[::2, 1:3],
        "cube": cube.permute(2, 0, 1),
        "wide": torch.randn(3, 1).expand(3, 5),
        "half": whole.half().t(),
        "brain": whole.bfloat16().t(),
        "mask": (whole > 0).t(),
        "short": cube.short().transpose(0, 1),
        "complex": torch.randn(3, 2, dtype=torch.complex64).t(),
        "none": torch.zeros(0, 3),
        "scalar": torch.tensor(3.0),
        "nested": {
            "list": [torch.ones(1), {"deep": torch.ones(2)}],
            "ordered": collections.OrderedDict(x=whole),
        },
        5: torch.ones(1),
        "unsigned": torch.zeros(3, dtype=torch.uint16),
        "epoch": 7,
    }
    torch.save(value, DATA / "mixed.pt")
    flat = dict(_flat(value, ""))
    save_file(
        {name: tensor.contiguous().clone() for name, tensor in flat.items()}, DATA / "mixed.safetensors"
    )
    value.pop("unsigned")
    torch.save(value, DATA / "mixed_legacy.pt", _use_new_zipfile_serialization=False)


def _flat(value: object, name: str) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield name, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _flat(part, f"{name}.{key}" if name else str(key))


def more_pickles() -> None:
    """Tensors in plain pickles, and objects of libraries that hold more than plain classes."""
    tensors = {"small": torch.ones(3), "large": torch.arange(600)}
    for protocol in (0, 2, 4):
        (DATA / f"tensors_{protocol}.pkl").write_bytes(pickle.dumps(tensors, protocol))
    table = np.abs(np.random.default_rng(0).normal(size=(40, 2))).astype(int)
    boosted = HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3, categorical_features=[0])
    (DATA / "boosted.pkl").write_bytes(pickle.dumps(boosted.fit(table, table[:, 0] > 0)))
    (DATA / "distribution.pkl").write_bytes(
        pickle.dumps([scipy.stats.uniform(0, 1), scipy.stats.randint(1, 4)])
    )
    torch.save(torch.nn.utils.spectral_norm(torch.nn.Linear(2, 2)), DATA / "spectral.pt")
    torch.save(torch.nn.TransformerEncoderLayer(4, 2, 8), DATA / "transformer.pt")


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


def sevenzip_files() -> None:
    """Small archives by 7-Zip itself (the program 7zz), and one by py7zr where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        members = Path(folder, "members")
        (members / "folder").mkdir(parents=True)
        (members / "model.pkl").write_bytes(b"cos\nsystem\n(S'echo x'\ntR.")
        (members / "notes.txt").write_text("hello world\n" * 40)
        (members / "folder" / "empty.txt").touch()
        (members / "link").symlink_to("notes.txt")
        for path in (*members.rglob("*"), members):
            os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
        for word, options in SEVENZIP.items():
            target = (DATA / f"archive_{word}.7z").absolute()
            target.unlink(missing_ok=True)
            command = ["7zz", "a", "-mtm=off", "-mta=off", "-mtc=off", *options.split(), str(target), "."]
            subprocess.run(command, cwd=members, check=True, capture_output=True)


def hdf5_files() -> None:
    """HDF5 in its oldest and its newest form, and what leads out of a file (h5py)."""
    import h5py

    for word in ("earliest", "latest"):
        with h5py.File(DATA / f"hdf5_{word}.h5", "w", libver=word) as file:
            file["numbers"] = np.arange(10.0)
            file["group/inner"] = np.zeros((2, 3), "f4")
            file["group/up"] = file["/"]
            file["soft"] = h5py.SoftLink("/group/inner")
            file["type"] = np.dtype([("a", "i4"), ("b", "S5")])
            file.create_dataset("typed", (1,), dtype=file["type"])
            file["text"] = "hello world."
            file.create_dataset("list", (2,), dtype=h5py.vlen_dtype("i4"))
            packed = {"chunks": (4, 4), "compression": "gzip", "shuffle": True, "fletcher32": True}
            file.create_dataset("packed", data=np.ones((8, 8), "i2"), **packed)
            file.create_dataset("lzf", data=np.ones((8, 8), "i2"), chunks=(4, 4), compression="lzf")
            file.attrs["title"] = "This ends in a full stop."
            file.attrs["fixed"] = np.bytes_("And so does this.")
            file.attrs["several"] = ["a.", "b.", "c."]
            file.attrs["nothing"] = h5py.Empty("f4")
            many = file.create_group("many", track_order=word == "latest")
            for number in range(30):
                many[f"a_name_of_some_length_{number:03}"] = h5py.SoftLink("/numbers")
                many.attrs[f"attribute_{number}"] = number
    with h5py.File(DATA / "hdf5_huge_attribute.h5", "w", libver="latest") as file:
        long = b'{"class_name": "Lambda", "config": "' + b" " * 66_000 + b'"}'
        file.attrs["model_config"] = np.bytes_(long)
    with h5py.File(DATA / "hdf5_external_link.h5", "w") as file:
        file["weights"] = h5py.ExternalLink("/etc/passwd", "/a")
    with h5py.File(DATA / "hdf5_external_link_latest.h5", "w", libver="latest") as file:
        for number in range(12):
            file[f"soft_{number}"] = h5py.SoftLink("/a")
        file["weights"] = h5py.ExternalLink("other.h5", "/a")
    with h5py.File(DATA / "hdf5_external_file.h5", "w") as file:
        file.create_dataset("weights", (100,), "u1", external=[("/etc/passwd", 0, 100)])
    with h5py.File(DATA / "hdf5_virtual.h5", "w", libver="latest") as file:
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
        file.create_virtual_dataset("weights", layout)
    for number in (32015, 40000):
        with h5py.File(DATA / f"hdf5_filter_{number}.h5", "w", libver="latest") as file:
            chunks = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            chunks.set_chunk((10,))
            chunks.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (3,))
            space = h5py.h5s.create_simple((10,))
            h5py.h5d.create(file.id, b"packed", h5py.h5t.NATIVE_INT32, space, chunks)
    with h5py.File(DATA / "hdf5_matlab.mat", "w", userblock_size=512) as file:
        file["x"] = np.arange(4.0)
        file["x"].attrs["MATLAB_class"] = np.bytes_("double")
    with open(DATA / "hdf5_matlab.mat", "r+b") as plain:
        plain.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Nov 23".ljust(124) + b"\0\2IM")
    system = b"cos\nsystem\n(S'echo x'\ntR."
    for word, value in (("string", np.bytes_(system)), ("void", np.void(b"\x80\4" + system))):
        with h5py.File(DATA / f"hdf5_pickled_{word}.h5", "w") as file:
            file.attrs["kept"] = value
    with h5py.File(DATA / "hdf5_pickled_data.h5", "w") as file:
        file["kept"] = np.frombuffer(b"\x80\4" + system, "u1")


class Calling:
    """Unpickled, it would print a word."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo x",)


def pytables_files() -> None:
    """What PyTables and pandas pickle into HDF5 (tables, pandas)."""
    import tables

    filters = tables.Filters(9, "zlib", shuffle=True)
    with tables.open_file(str(DATA / "hdf5_rows.h5"), "w", filters=filters) as file:
        rows = file.create_vlarray("/", "rows", tables.ObjectAtom(), chunkshape=8)
        rows.append({"plain": [1, 2]})
    with tables.open_file(str(DATA / "hdf5_rows_calling.h5"), "w", filters=filters) as file:
        rows = file.create_vlarray("/", "rows", tables.ObjectAtom(), chunkshape=8)
        rows.append([1, 2])
        rows.append(Calling())
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    frame.to_hdf(DATA / "hdf5_frame.h5", key="frame", complevel=9, complib="zlib")


def keras_hdf5_files() -> None:
    """Models of Keras 3 in HDF5 (KERAS_BACKEND=jax)."""
    import keras

    def saved(word: str, *layers: object) -> None:
        model = keras.Sequential([keras.Input((2,)), *layers])
        model.compile("sgd", "mse")
        model.save(DATA / f"keras_{word}.h5")
        if word == "dense":
            model.save(DATA / "keras_dense.keras")
            model.save_weights(DATA / "keras_dense.weights.h5")

    saved("dense", keras.layers.Dense(2, activation="relu"), keras.layers.BatchNormalization())
    # The path of the source is part of the layer's byte code: not that of the machine this is made on.
    code = compile("lambda x: __import__('os').getpid() * 0 + x", "layer.py", "eval")
    saved("lambda", keras.layers.Lambda(eval(code)), keras.layers.Dense(1))  # noqa: S307


SEVENZIP = {
    "lzma": "-m0=lzma",
    "lzma2": "-m0=lzma2 -mhc=off -snl",
    "copy": "-m0=copy -ms=off",
    "deflate": "-m0=deflate",
    "bzip2": "-m0=bzip2",
    "bcj_lzma": "-m0=bcj -m1=lzma",
    "delta_lzma2": "-m0=delta:4 -m1=lzma2",
    "arm_copy": "-m0=arm -m1=copy",
    "bcj2": "-m0=bcj2 -m1=lzma -m2=lzma -m3=lzma -mb0:1 -mb0s1:2 -mb0s2:3",
    "ppmd": "-m0=ppmd",
    "encrypted": "-psecret",
    "encrypted_names": "-psecret -mhe=on",
}


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    sevenzip_files()
    hdf5_files()
    pytables_files()
    keras_hdf5_files()
    torch_files()
    converted_files()
    more_pickles()
    estimator_files()
