"""What a reviewer meets every day: checkpoints of trainers, tables, pipelines, fitted models.

    env/bin/python tests/corpus/make_harmless.py --daily

Run by itself, beside the other parts (``requirements-daily.txt``).
"""

from __future__ import annotations

import io
import pickle
import random
import tempfile
from collections import OrderedDict, defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .daily_texts import write_texts
from .family_templates import FAMILIES
from .shelf import LIBRARY, LISTED, NO_LOADER, PLAIN, Shelf

WHY = "an object of the library as pickle writes it"


def write(shelf: Shelf) -> None:
    for part in (
        _checkpoints,
        _tables,
        _pipelines,
        _estimators,
        _models_of_statistics,
        _joblib,
        _frames,
        _graphs,
        _formulas,
        write_texts,
    ):
        part(shelf)


def _checkpoints(shelf: Shelf) -> None:
    import torch

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2))
    adam = torch.optim.AdamW(net.parameters(), lr=1e-3)
    net(torch.ones(2, 4)).sum().backward()
    adam.step()
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 0.1, total_steps=10)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    parts: dict[str, tuple[Any, str]] = {
        "trainer": (
            {
                "model": net.state_dict(),
                "optimizer": adam.state_dict(),
                "epoch": 3,
                "best": 0.5,
                "scheduler": {k: v for k, v in schedule.state_dict().items() if not callable(v)},
                "scaler": scaler.state_dict(),
            },
            LISTED,
        ),
        "one_cycle": (schedule.state_dict(), LISTED),
        "rng": (
            {
                "python": random.Random(1).getstate(),
                "numpy": np.random.RandomState(1).get_state(),
                "cpu": torch.get_rng_state(),
            },
            LISTED,
        ),
        "average": (torch.optim.swa_utils.AveragedModel(net).state_dict(), LISTED),
        "cosine_restarts": (
            torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(adam, 5).state_dict(),
            LISTED,
        ),
        "sequential": (
            torch.optim.lr_scheduler.SequentialLR(
                adam,
                [
                    torch.optim.lr_scheduler.ConstantLR(adam),
                    torch.optim.lr_scheduler.ExponentialLR(adam, 0.9),
                ],
                [2],
            ).state_dict(),
            LISTED,
        ),
        "lightning": (
            {
                "epoch": 1,
                "global_step": 5,
                "pytorch-lightning_version": "2.5.0",
                "state_dict": net.state_dict(),
                "loops": {"fit_loop": {"state_dict": {}}},
                "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.tensor(0.1)}},
                "optimizer_states": [adam.state_dict()],
                "lr_schedulers": [],
                "hparams_name": "kwargs",
                "hyper_parameters": {"lr": 1e-3, "layers": [1, 2]},
            },
            LISTED,
        ),
        "weights_in_bfloat": ({k: v.bfloat16() for k, v in net.state_dict().items()}, LISTED),
        "ordered": (OrderedDict(net.state_dict()), LISTED),
        "metadata": (
            {"epoch": np.int64(3), "loss": np.float32(0.5), "history": defaultdict(list, a=[1])},
            LISTED,
        ),
        "strided": ({"w": torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1), "e": torch.empty(0)}, LISTED),
        "float8": (torch.zeros(4).to(torch.float8_e4m3fn), LISTED),
        "module": (net, LIBRARY),
    }
    for name, (value, word) in parts.items():
        shelf.save(
            f"daily/torch/{name}.pt", lambda path, v=value: torch.save(v, path), word, "torch", "torch.save"
        )
    old = {"state_dict": net.state_dict(), "args": {"lr": 0.1}}
    shelf.save(
        "daily/torch/legacy_trainer.pth.tar",
        lambda path: torch.save(old, path, _use_new_zipfile_serialization=False),
        LISTED,
        "torch",
        "torch.save of before 1.6",
    )
    shelf.put("daily/torch/tensor.pkl", pickle.dumps(torch.ones(3), 4), LISTED, "torch", "pickle of a tensor")
    shelf.put(
        "daily/torch/state.pkl", pickle.dumps(net.state_dict(), 4), LISTED, "torch", "pickle of tensors"
    )


def _tables(shelf: Shelf) -> None:
    import pandas as pd

    when = pd.date_range("2024-01-01", periods=3, tz="Europe/Berlin")
    frames: dict[str, Any] = {
        "mixed": pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [1.5, None, 2]}),
        "nullable": pd.DataFrame(
            {"a": pd.array([1, None, 3], "Int64"), "b": pd.array([True, None, False], "boolean")}
        ),
        "text": pd.DataFrame({"a": pd.array(["x", None, "z"], "string")}),
        "category": pd.DataFrame({"a": pd.Categorical(["x", "y", "x"], ordered=True)}),
        "zoned": pd.DataFrame({"a": when}, index=when),
        "differences": pd.Series(pd.to_timedelta([1, 2, 3], "h"), name="t"),
        "periods": pd.Series(pd.period_range("2024-01", periods=3, freq="M")),
        "intervals": pd.Series(pd.interval_range(0, 3)),
        "levels": pd.DataFrame(
            np.zeros((4, 2)), index=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"])
        ),
        "sparse": pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}),
        "objects": pd.Series([[1], {"a": 2}, None]),
        "decimal": pd.Series([__import__("decimal").Decimal("1.5")] * 2),
        "empty": pd.DataFrame(),
        "described": pd.DataFrame({"a": [1.0, 2.0]}).describe(),
        "pivot": pd.DataFrame({"a": ["x", "y"], "b": ["p", "q"], "v": [1, 2]}).pivot(
            index="a", columns="b", values="v"
        ),
    }
    for name, frame in frames.items():
        for protocol in (4, 5) if name == "mixed" else (5,):
            data = pickle.dumps(frame, protocol)
            shelf.put(f"daily/pandas/{name}_{protocol}.pkl", data, LIBRARY, "pandas", WHY)
    shelf.save(
        "daily/pandas/table.csv", lambda path: frames["mixed"].to_csv(path), NO_LOADER, "pandas", "to_csv"
    )
    shelf.save(
        "daily/pandas/packed.pkl.gz",
        lambda path: frames["mixed"].to_pickle(path, compression={"method": "gzip", "mtime": 0}),
        LIBRARY,
        "pandas",
        "to_pickle, packed",
    )
    shelf.save(
        "daily/pandas/packed.pkl.xz", lambda path: frames["text"].to_pickle(path), LIBRARY, "pandas", "packed"
    )


def _pipelines(shelf: Shelf) -> None:
    import pandas as pd
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.ensemble import RandomForestClassifier, StackingClassifier
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
    from sklearn.impute import KNNImputer, SimpleImputer
    from sklearn.linear_model import LogisticRegression, RidgeCV, SGDClassifier
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
    from sklearn.pipeline import FeatureUnion, make_pipeline
    from sklearn.preprocessing import (
        FunctionTransformer,
        OneHotEncoder,
        OrdinalEncoder,
        StandardScaler,
        TargetEncoder,
    )
    from sklearn.svm import SVC

    texts, labels = ["good film", "bad film", "great play", "dull play"] * 3, [1, 0, 1, 0] * 3
    table = pd.DataFrame({"a": [1.0, 2, np.nan, 4] * 3, "b": list("xyxz") * 3, "c": [5, 6, 7, 8] * 3})
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer(
        [
            ("n", numbers, make_column_selector(dtype_include=np.number)),
            ("c", OneHotEncoder(handle_unknown="ignore"), ["b"]),
        ]
    )
    fitted: dict[str, Any] = {
        "tfidf_logistic": make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(
            texts, labels
        ),
        "counts_words": make_pipeline(CountVectorizer(stop_words="english"), SGDClassifier()).fit(
            texts, labels
        ),
        "hashing": make_pipeline(HashingVectorizer(n_features=16), LogisticRegression()).fit(texts, labels),
        "columns": make_pipeline(columns, RandomForestClassifier(2)).fit(table, labels),
        "union": make_pipeline(
            FeatureUnion([("t", TfidfVectorizer()), ("c", CountVectorizer(analyzer="char"))]),
            LogisticRegression(),
        ).fit(texts, labels),
        "grid": GridSearchCV(SVC(), {"C": [1, 2]}, cv=2).fit(table[["c"]], labels),
        "random": RandomizedSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, n_iter=2, cv=2).fit(
            table[["c"]], labels
        ),
        "function": make_pipeline(FunctionTransformer(np.log1p), RidgeCV()).fit(table[["c"]], labels),
        "stacked": StackingClassifier([("a", LogisticRegression()), ("b", SVC())], cv=2).fit(
            table[["c"]], labels
        ),
        "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(table[["b"]]),
        "target": TargetEncoder(cv=2).fit(table[["b"]], labels),
        "nearest": KNNImputer().fit(table[["a", "c"]]),
        "pandas_output": make_pipeline(StandardScaler().set_output(transform="pandas")).fit(table[["c"]]),
    }
    import joblib

    for number, (name, value) in enumerate(fitted.items()):
        if number % 2:
            shelf.put(
                f"daily/sklearn/{name}.pkl",
                pickle.dumps(value, 4 + number % 4 // 2),
                LIBRARY,
                "scikit-learn",
                WHY,
            )
        else:
            shelf.save(
                f"daily/sklearn/{name}.joblib",
                lambda path, v=value: joblib.dump(v, path),
                LIBRARY,
                "scikit-learn",
                "an estimator as joblib writes it",
            )


def _estimators(shelf: Shelf) -> None:
    import joblib
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.random.default_rng(0).random((40, 3))
    sums, classes = rows.sum(1), (rows.sum(1) > 1.5).astype(int)
    made: dict[str, tuple[Any, str]] = {}
    import lightgbm
    import xgboost

    made["xgboost_pipeline"] = (
        make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=2)).fit(rows, classes),
        "xgboost",
    )
    made["xgboost_regressor"] = (xgboost.XGBRegressor(n_estimators=2).fit(rows, sums), "xgboost")
    made["xgboost_ranker"] = (xgboost.XGBRanker(n_estimators=2).fit(rows, classes, group=[20, 20]), "xgboost")
    made["multi"] = (
        MultiOutputRegressor(xgboost.XGBRegressor(n_estimators=1)).fit(rows, rows[:, :2]),
        "xgboost",
    )
    made["lightgbm_regressor"] = (
        lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(rows, sums),
        "lightgbm",
    )
    made["lightgbm_ranker"] = (
        lightgbm.LGBMRanker(n_estimators=2, verbose=-1).fit(rows, classes, group=[20, 20]),
        "lightgbm",
    )
    for name, (value, library) in made.items():
        shelf.save(
            f"daily/trees/{name}.joblib",
            lambda path, v=value: joblib.dump(v, path),
            LIBRARY,
            library,
            "an estimator as joblib writes it",
        )
        shelf.put(f"daily/trees/{name}.pkl", pickle.dumps(value, 4), LIBRARY, library, WHY)


def _models_of_statistics(shelf: Shelf) -> None:
    import pandas as pd
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    table = pd.DataFrame({"y": [1.0, 2, 3, 4, 6, 7], "x": [1.0, 2, 3, 5, 4, 6], "g": list("abaabb")})
    formulas = (
        "y ~ x",
        "y ~ np.log(x) + C(g)",
        "y ~ x:C(g) + I(x ** 2)",
        "y ~ standardize(x) + C(g, Treatment('a'))",
        "np.sqrt(y) ~ x - 1",
        'Q("y") ~ bs(x, df=4)',
    )
    for number, formula in enumerate(formulas):
        fitted = smf.ols(formula, table).fit()
        shelf.put(
            f"daily/statsmodels/formula_{number}.pkl", pickle.dumps(fitted, 4), LIBRARY, "statsmodels", WHY
        )
    logit = smf.logit("z ~ x", table.assign(z=[0, 1, 0, 1, 0, 1])).fit(disp=0)
    shelf.put("daily/statsmodels/logit.pkl", pickle.dumps(logit, 4), LIBRARY, "statsmodels", WHY)
    plain = sm.OLS(table["y"], sm.add_constant(table["x"])).fit()
    shelf.put("daily/statsmodels/plain.pkl", pickle.dumps(plain, 4), LIBRARY, "statsmodels", WHY)


def _joblib(shelf: Shelf) -> None:
    import joblib

    values: dict[str, tuple[Any, str]] = {
        "mixed": ({"a": np.arange(5), "b": [np.ones((2, 3)), "x"], "c": None}, LIBRARY),
        "objects": (np.array([1, "a", None], dtype=object), LIBRARY),
        "records": (np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]), LIBRARY),
        "masked": (np.ma.masked_array([1, 2, 3], [0, 1, 0]), LIBRARY),
        "dates": (np.array(["2024-01-01"], dtype="datetime64[D]"), LIBRARY),
        "big_endian": (np.arange(3, dtype=">i4"), LIBRARY),
        "empty": (np.empty((0, 3)), LIBRARY),
        "partial": (partial(max, 3), LIBRARY),
    }
    for name, (value, word) in values.items():
        shelf.save(
            f"daily/joblib/{name}.joblib", lambda path, v=value: joblib.dump(v, path), word, "joblib", WHY
        )
    for level in (("zlib", 1), ("gzip", 9), ("bz2", 3), ("xz", 2), ("lzma", 1)):
        shelf.save(
            f"daily/joblib/mixed_{level[0]}.joblib",
            lambda path, c=level: joblib.dump(values["mixed"][0], path, compress=c),
            LIBRARY,
            "joblib",
            f"packed by {level[0]}",
        )


def _frames(shelf: Shelf) -> None:
    out = io.BytesIO()
    np.savez_compressed(out, a=np.arange(4), b=np.eye(2), names=np.array(["x", "y"]))
    shelf.put("daily/numpy/packed.npz", out.getvalue(), PLAIN, "numpy", "savez_compressed")
    for name, value in {
        "records": np.rec.array([(1, "a")], dtype=[("x", "i4"), ("y", "U3")]),
        "void": np.zeros(2, "V5"),
        "nested": np.zeros(2, [("a", [("b", "<f4", (2,))])]),
        "aligned": np.zeros(2, np.dtype("i1,f8", align=True)),
        "char": np.char.array(["a"]),
        "poly": np.poly1d([1, 2]),
        "generator": np.random.default_rng(1),
    }.items():
        word = LISTED if name in ("nested", "void", "aligned") else LIBRARY
        shelf.put(f"daily/numpy/{name}.pkl", pickle.dumps(value, 4), word, "numpy", WHY)


def _graphs(shelf: Shelf) -> None:
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression

    rows = np.random.default_rng(0).random((20, 2)).astype(np.float32)
    for name, model in {
        "logistic": LogisticRegression(),
        "boosting": GradientBoostingRegressor(n_estimators=2),
    }.items():
        fitted = model.fit(rows, (rows.sum(1) > 1).astype(int))
        data = to_onnx(fitted, rows[:1]).SerializeToString()
        shelf.put(f"daily/onnx/{name}.onnx", data, PLAIN, "skl2onnx", "an estimator of scikit-learn as ONNX")
    import gguf

    with tempfile.TemporaryDirectory() as folder:
        for name, template in list(FAMILIES.items())[:3]:
            path = Path(folder) / "x.gguf"
            writer = gguf.GGUFWriter(path, "llama")
            writer.add_chat_template(template)
            writer.add_token_list(["a", "b"])
            writer.add_tensor("t", np.zeros((2, 2), np.float32))
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            shelf.put(
                f"daily/gguf/{name}.gguf", path.read_bytes(), PLAIN, "gguf", "a template of a model family"
            )


def _formulas(shelf: Shelf) -> None:
    import sympy

    x = sympy.Symbol("x")
    for name, value in {
        "pattern": sympy.Wild("a"),
        "excluding": sympy.Wild("a", exclude=[x]),
        "matched": (x**2).match(sympy.Wild("p") ** 2),
        "dummy": sympy.Dummy("d", integer=True),
    }.items():
        shelf.put(f"daily/sympy/{name}.pkl", pickle.dumps(value, 4), LIBRARY, "sympy", WHY)
