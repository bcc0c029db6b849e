"""What the libraries around training write: language tools, terms, studies, measures, figures, schedulers.

    env/bin/python tests/corpus/make_harmless.py --tools

Run by itself, beside the other parts: their libraries are many and of no use to those.
"""

from __future__ import annotations

import json
import pickle
from functools import partial
from typing import Any

import numpy as np

from .shelf import LIBRARY, LISTED, NO_LOADER, PLAIN, Shelf

WHY = "an object of the library as pickle writes it"


def write(shelf: Shelf) -> None:
    for part in (
        _terms,
        _words,
        _vectors,
        _studies,
        _measures,
        _figures,
        _schedulers,
        _statistics,
        _tables,
        _graphs,
    ):
        part(shelf)
    _tensors(shelf)
    _values(shelf)
    _keras(shelf)
    _zarr(shelf)


def _pickled(shelf: Shelf, folder: str, objects: dict[str, Any], library: str, word: str = LIBRARY) -> None:
    for name, value in objects.items():
        shelf.put(f"{folder}/{name}.pkl", pickle.dumps(value, 4), word, library, WHY)


def _terms(shelf: Shelf) -> None:
    import sympy

    x, y = sympy.symbols("x y")
    n = sympy.Symbol("n", integer=True, positive=True)
    terms = {
        "symbol": x,
        "assumptions": n,
        "sum": x + y + 1,
        "product": 2 * x * y,
        "power": x**2,
        "root": sympy.sqrt(x),
        "fraction": sympy.Rational(1, 3),
        "float": sympy.Float(1.5),
        "pi": sympy.pi * sympy.E,
        "sine": sympy.sin(x),
        "nested": sympy.exp(sympy.cos(x) / y),
        "equation": sympy.Eq(x, y),
        "inequality": x < y,
        "integral": sympy.Integral(x**2, (x, 0, 1)),
        "series": sympy.Sum(n, (n, 1, 5)),
        "derivative": sympy.Derivative(sympy.sin(x), x),
        "piecewise": sympy.Piecewise((x, x > 0), (0, True)),
        "interval": sympy.Interval(0, 1),
        "set": sympy.FiniteSet(1, 2),
        "logic": sympy.And(x > 0, y > 0),
        "matrix": sympy.Matrix([[1, x], [y, 2]]),
        "constant_matrix": sympy.ImmutableMatrix([[1, 2]]),
        "polynomial": sympy.Poly(x**2 + 1, x),
        "largest": sympy.Max(x, y),
        "function": sympy.Lambda(x, x + 1),
    }
    _pickled(shelf, "sympy", terms, "sympy")


def _words(shelf: Shelf) -> None:
    import nltk
    import spacy
    from nltk.classify import NaiveBayesClassifier
    from nltk.tag import DefaultTagger, UnigramTagger
    from nltk.tokenize.punkt import PunktSentenceTokenizer, PunktTrainer

    pairs = [({"a": 1}, "x"), ({"a": 2}, "y")]
    punkt = PunktTrainer("Hello Mr. X. How are you? Fine.")
    objects = {
        "counts": nltk.FreqDist("aab"),
        "conditional": nltk.ConditionalFreqDist([("a", 1)]),
        "stemmer": nltk.stem.PorterStemmer(),
        "bayes": NaiveBayesClassifier.train(pairs),
        "tagger": UnigramTagger([[("a", "N")]], backoff=DefaultTagger("N")),
        "punkt": PunktSentenceTokenizer(punkt.get_params()),
    }
    _pickled(shelf, "nltk", objects, "nltk")
    nlp = spacy.blank("xx")
    doc = nlp("Hello world, this is a text.")
    doc.user_data["source"] = "test"
    objects = {
        "document": doc,
        "vocabulary": spacy.vocab.Vocab(strings=["a", "b"]),
        "strings": nlp.vocab.strings,
    }
    _pickled(shelf, "spacy", objects, "spacy")
    shelf.put(
        "spacy/config.cfg", nlp.config.to_str(), PLAIN, "spacy", "the configuration of a blank pipeline"
    )


def _vectors(shelf: Shelf) -> None:
    from gensim.corpora import Dictionary
    from gensim.models import KeyedVectors, TfidfModel

    vectors = KeyedVectors(3)
    vectors.add_vectors(["the", "été", "a"], np.arange(9, dtype="f4").reshape(3, 3))
    for name, is_binary, word in (("vectors.bin", True, PLAIN), ("vectors.txt", False, NO_LOADER)):
        write = partial(vectors.save_word2vec_format, binary=is_binary)
        shelf.save(f"word2vec/{name}", write, word, "gensim", "vectors in the form of word2vec")
    words = Dictionary([["a", "b"], ["b", "c"]])
    objects = {"vectors": vectors, "words": words, "weights": TfidfModel([words.doc2bow(["a", "b"])])}
    for value in objects.values():
        value.lifecycle_events = []  # they tell of the machine
    _pickled(shelf, "gensim", objects, "gensim")


def _studies(shelf: Shelf) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 3), n_trials=3)
    objects = {
        "study": study,
        "sampler": study.sampler,
        "random": optuna.samplers.RandomSampler(0),
        "trials": study.trials,
        "grid": optuna.samplers.GridSampler({"x": [1, 2]}, seed=0),
        "pruner": optuna.pruners.MedianPruner(),
        "halving": optuna.pruners.SuccessiveHalvingPruner(),
        "choices": optuna.distributions.CategoricalDistribution(("a", "b")),
    }
    _pickled(shelf, "optuna", objects, "optuna")


def _measures(shelf: Shelf) -> None:
    import torch
    import torchmetrics as measures

    made = {
        "accuracy": measures.Accuracy(task="multiclass", num_classes=3),
        "mean": measures.MeanMetric(),
        "f1": measures.F1Score(task="binary"),
        "auroc": measures.AUROC(task="binary"),
        "confusion": measures.ConfusionMatrix(task="binary"),
        "error": measures.MeanSquaredError(),
        "r2": measures.R2Score(),
        "pearson": measures.PearsonCorrCoef(),
        "sum": measures.SumMetric(),
        "several": measures.MetricCollection(
            [measures.Precision(task="binary"), measures.Recall(task="binary")]
        ),
    }
    for name, measure in made.items():
        write = partial(torch.save, measure)
        shelf.save(f"torchmetrics/{name}.pt", write, LIBRARY, "torchmetrics", WHY)


def _figures(shelf: Shelf) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import colors, ticker, transforms

    objects = {
        "scale": colors.Normalize(0, 1),
        "logarithmic": colors.LogNorm(1, 10),
        "map": colors.ListedColormap(["r", "b"]),
        "box": transforms.Bbox([[0, 0], [1, 1]]),
        "moved": transforms.Affine2D().translate(1, 2),
        "marks": ticker.MaxNLocator(5),
        "fixed": ticker.FixedLocator([1, 2]),
        "format": ticker.ScalarFormatter(),
    }
    _pickled(shelf, "matplotlib", objects, "matplotlib")


def _schedulers(shelf: Shelf) -> None:
    import diffusers

    for name in (
        "DDPM",
        "DDIM",
        "PNDM",
        "EulerDiscrete",
        "DPMSolverMultistep",
        "HeunDiscrete",
        "UniPCMultistep",
    ):
        scheduler = getattr(diffusers, f"{name}Scheduler")(num_train_timesteps=20)
        _pickled(shelf, "diffusers", {name.lower(): scheduler}, "diffusers")
        text = scheduler.to_json_string()
        shelf.put(f"diffusers/{name.lower()}/scheduler_config.json", text, PLAIN, "diffusers", "its settings")


def _statistics(shelf: Shelf) -> None:
    import statsmodels.api as sm

    x = np.random.RandomState(0).rand(12, 2)
    y = x.sum(1)
    labels = (y > 1).astype(float)
    objects = {
        "ols": sm.OLS(y, x).fit(),
        "weighted": sm.WLS(y, x, weights=y).fit(),
        "robust": sm.RLM(y, x).fit(),
        "binomial": sm.GLM(labels, x, family=sm.families.Binomial()).fit(),
        "holt": sm.tsa.SimpleExpSmoothing(y, initialization_method="estimated").fit(),
        "quantiles": sm.QuantReg(y, x).fit(),
        "regression": sm.tsa.AutoReg(y, 1).fit(),
        "density": sm.nonparametric.KDEUnivariate(y),
    }
    _pickled(shelf, "statsmodels", objects, "statsmodels")


def _tables(shelf: Shelf) -> None:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    table = pl.DataFrame({"a": [1, 2], "b": ["x", None], "c": [[1], [2]]})
    objects = {
        "table": table,
        "column": table["a"],
        "schema": table.schema,
        "types": [pl.Int64, pl.Datetime("us")],
    }
    _pickled(shelf, "polars", objects, "polars")
    types = {"float": pa.float64(), "time": pa.timestamp("ns", "UTC"), "decimal": pa.decimal128(5, 2)}
    columns = {name: pd.Series([None, None], dtype=pd.ArrowDtype(kind)) for name, kind in types.items()}
    _pickled(shelf, "pandas/arrow", {**columns, "offset": pd.DateOffset(months=1)}, "pandas")
    _pickled(shelf, "pyarrow", {"table": pa.table({"a": [1], "b": ["x"]}), "number": pa.scalar(3)}, "pyarrow")


def _graphs(shelf: Shelf) -> None:
    import networkx as nx

    graphs = {
        "path": nx.path_graph(3),
        "directed": nx.DiGraph([(1, 2)]),
        "multiple": nx.MultiDiGraph([(1, 2)]),
        "frozen": nx.freeze(nx.path_graph(2)),
        "weighted": nx.Graph([(1, 2, {"weight": 0.5})]),
    }
    _pickled(shelf, "networkx", graphs, "networkx")


def _tensors(shelf: Shelf) -> None:
    import torch

    eye = torch.eye(4)
    ragged = torch.nested.nested_tensor([torch.ones(2, 4), torch.ones(3, 4)], layout=torch.jagged)
    packed = torch.nn.utils.rnn.pack_sequence([torch.ones(3), torch.ones(2)])
    made = {
        "ragged": (ragged, LISTED),
        "csr": (eye.to_sparse_csr(), LISTED),
        "csc": (eye.to_sparse_csc(), LISTED),
        "bsr": (eye.to_sparse_bsr((2, 2)), LISTED),
        "meta": (torch.ones(3, device="meta"), LISTED),
        "conjugate": (torch.ones(3, dtype=torch.complex64).conj(), LISTED),
        "packed": (packed, LIBRARY),
        "half_complex": (torch.ones(3).to(torch.complex32), LISTED),
        "float8": (eye.to(torch.float8_e4m3fn), LISTED),
        "unsigned": (torch.ones(3, dtype=torch.uint16), LISTED),
        "view": (eye.t()[1:], LISTED),
    }
    for name, (tensor, word) in made.items():
        write = partial(torch.save, tensor)
        shelf.save(f"torch/more/{name}.pt", write, word, "torch", "a tensor of a rarer kind")


def _values(shelf: Shelf) -> None:
    from onnx import TensorProto, helper, numpy_helper

    values = {
        "floats": numpy_helper.from_array(np.ones((2, 3), "f4"), "x"),
        "number": numpy_helper.from_array(np.array(1)),
        "texts": helper.make_tensor("t", TensorProto.STRING, [1], [b"word"]),
        "typed": helper.make_tensor("i", TensorProto.INT64, [3], [1, 2, 3]),
        "list": numpy_helper.from_list([np.ones(2, "f4"), np.ones(3, "f4")]),
    }
    for name, value in values.items():
        shelf.put(f"onnx/values/{name}.pb", value.SerializeToString(), PLAIN, "onnx", "one value of a test")


def _keras(shelf: Shelf) -> None:
    import keras

    @keras.saving.register_keras_serializable(package="mine")
    class Own(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs

    Own.__module__ = "__main__"

    def own_loss(truth: Any, guess: Any) -> Any:
        return keras.ops.mean(truth - guess)

    why = "it names what the loading program has to bring, and brings nothing"
    for name, layer, loss in (("own_loss", keras.layers.Dense(1), own_loss), ("own_layer", Own(), "mse")):
        model = keras.Sequential([keras.Input((2,)), layer])
        model.compile("sgd", loss)
        shelf.save(f"keras/{name}.keras", model.save, PLAIN, "keras", why)


def _zarr(shelf: Shelf) -> None:
    import zarr

    for number in (2, 3):
        folder = shelf.place(f"zarr/form{number}/x")
        array = zarr.create_array(folder, shape=(4,), dtype="f4", zarr_format=number)
        array[:] = 1
        name = ".zarray" if number == 2 else "zarr.json"
        text = (folder / name).read_text("utf-8")
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        folder.rmdir()
        json.loads(text)
        shelf.put(
            f"zarr/form{number}/{name}", text, NO_LOADER, "zarr", "the description of an array of numbers"
        )
