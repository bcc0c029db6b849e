"""What scikit-learn, scipy, pandas, joblib, XGBoost, LightGBM, CatBoost and their kin write."""

from __future__ import annotations

import pickle
from typing import Any

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
import scipy.stats
from sklearn import (
    cluster,
    decomposition,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    linear_model,
    mixture,
    model_selection,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)

from .shelf import LIBRARY, LISTED, PLAIN, Shelf

_WHY = "a fitted estimator: classes of the library and arrays"


def _data() -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    return generator.random((40, 3)), np.arange(40) % 2


def estimators() -> dict[str, Any]:
    x, y = _data()
    fitted = {
        "logistic": linear_model.LogisticRegression(),
        "ridge": linear_model.Ridge(),
        "lasso": linear_model.Lasso(),
        "sgd": linear_model.SGDClassifier(),
        "elastic": linear_model.ElasticNet(),
        "perceptron": linear_model.Perceptron(),
        "svc": svm.SVC(probability=False),
        "linear_svc": svm.LinearSVC(),
        "svr": svm.SVR(),
        "tree": tree.DecisionTreeClassifier(max_depth=2),
        "regression_tree": tree.DecisionTreeRegressor(max_depth=2),
        "forest": ensemble.RandomForestClassifier(2, max_depth=2, random_state=0),
        "extra": ensemble.ExtraTreesClassifier(2, max_depth=2, random_state=0),
        "boosting": ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=1, random_state=0),
        "histogram": ensemble.HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3),
        "ada": ensemble.AdaBoostClassifier(n_estimators=2),
        "bagging": ensemble.BaggingClassifier(n_estimators=2),
        "voting": ensemble.VotingClassifier(
            [("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())]
        ),
        "isolation": ensemble.IsolationForest(n_estimators=2, max_samples=8, random_state=0),
        "bayes": naive_bayes.GaussianNB(),
        "bernoulli": naive_bayes.BernoulliNB(),
        "neighbours": neighbors.KNeighborsClassifier(),
        "ball_tree": neighbors.KNeighborsClassifier(algorithm="ball_tree"),
        "kmeans": cluster.KMeans(2, n_init=1),
        "dbscan": cluster.DBSCAN(),
        "pca": decomposition.PCA(2),
        "svd": decomposition.TruncatedSVD(2),
        "nmf": decomposition.NMF(2),
        "mixture": mixture.GaussianMixture(2),
        "network": neural_network.MLPClassifier((2,), max_iter=2),
        "process": gaussian_process.GaussianProcessRegressor(),
        "scaler": preprocessing.StandardScaler(),
        "minmax": preprocessing.MinMaxScaler(),
        "one_hot": preprocessing.OneHotEncoder(max_categories=3),
        "polynomial": preprocessing.PolynomialFeatures(2),
        "quantile": preprocessing.QuantileTransformer(n_quantiles=5),
        "power": preprocessing.PowerTransformer(),
        "imputer": impute.SimpleImputer(),
        "select": feature_selection.SelectKBest(k=2),
        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        "grid": model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2),
    }
    for estimator in fitted.values():
        estimator.fit(x, y)
    fitted["labels"] = preprocessing.LabelEncoder().fit(["a", "b"])
    fitted["tfidf"] = feature_extraction.text.TfidfVectorizer().fit(["a bb cc", "cc dd"])
    fitted["counts"] = feature_extraction.text.CountVectorizer().fit(["a bb cc", "cc dd"])
    fitted["dicts"] = feature_extraction.DictVectorizer().fit([{"a": 1}, {"b": 2}])
    return fitted


def write(shelf: Shelf) -> None:
    for number, (name, estimator) in enumerate(estimators().items()):
        if number % 2:
            shelf.save(
                f"sklearn/{name}.joblib",
                lambda p, e=estimator: joblib.dump(e, p),
                LIBRARY,
                "scikit-learn",
                _WHY,
            )
        else:
            data = pickle.dumps(estimator, (2, 4, 5)[number % 3])
            shelf.put(f"sklearn/{name}.pkl", data, LIBRARY, "scikit-learn", _WHY)
    forest = estimators()["forest"]
    for method in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4"):
        shelf.save(
            f"joblib/forest.{method}.joblib",
            lambda p, m=method: joblib.dump(forest, p, compress=(m, 3)),
            LIBRARY,
            "joblib",
            f"packed by joblib with {method}",
        )
    arrays = {
        "numbers": np.arange(5.0),
        "texts": np.array(["xx", "y"]),
        "matrix": np.eye(3),
        "list": [np.ones(2)],
    }
    why = "arrays and plain values behind joblib's own wrapper class"
    for name, value in arrays.items():
        shelf.save(f"joblib/{name}.joblib", lambda p, v=value: joblib.dump(v, p), LIBRARY, "joblib", why)
    shelf.save(
        "joblib/plain.joblib",
        lambda p: joblib.dump({"a": [1, "b"]}, p),
        LISTED,
        "joblib",
        "plain values only",
    )
    _tables(shelf)
    _arrays(shelf)
    _boosters(shelf)
    _skops(shelf)


def _tables(shelf: Shelf) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    values = {
        "frame": frame,
        "series": frame["a"],
        "categories": frame["b"].astype("category"),
        "indexed": frame.set_index("a"),
        "periods": pd.Series(pd.period_range("2020", periods=2, freq="D")),
        "missing": pd.Series([1, None], dtype="Int64"),
        "levels": frame.set_index(["a", "b"]),
        "range": pd.RangeIndex(3),
        "stamp": pd.Timestamp("2020-01-01"),
        "grouped": frame.groupby("b").sum(numeric_only=True),
    }
    for number, (name, value) in enumerate(values.items()):
        data = pickle.dumps(value, (2, 4, 5)[number % 3])
        shelf.put(f"pandas/{name}.pkl", data, LIBRARY, "pandas", "a table: classes of pandas and arrays")
    for name in ("csr", "csc", "coo", "lil", "dia", "dok", "bsr"):
        matrix = getattr(scipy.sparse, f"{name}_matrix")(np.eye(3))
        shelf.put(f"scipy/{name}.pkl", pickle.dumps(matrix), LIBRARY, "scipy", "a sparse matrix")
    shelf.put(
        "scipy/array.pkl", pickle.dumps(scipy.sparse.csr_array(np.eye(3))), LIBRARY, "scipy", "a sparse array"
    )
    shelf.save(
        "scipy/sparse.npz",
        lambda p: scipy.sparse.save_npz(p, scipy.sparse.csr_matrix(np.eye(3))),
        PLAIN,
        "scipy",
        "a sparse matrix as plain arrays",
    )
    generator = pickle.dumps(np.random.default_rng(0))
    shelf.put("numpy/generator.pkl", generator, LIBRARY, "numpy", "a random generator of numpy")
    shelf.put(
        "numpy/random_state.pkl", pickle.dumps(np.random.RandomState(0)), LIBRARY, "numpy", "a random state"
    )


def _arrays(shelf: Shelf) -> None:
    arrays = {
        "floats": np.arange(6.0).reshape(2, 3),
        "fortran": np.asfortranarray(np.ones((2, 3))),
        "texts": np.array(["a", "bc"]),
        "bytes": np.array([b"x"]),
        "dates": np.array(["2020"], "M8[D]"),
        "none": np.zeros(0),
        "scalar": np.zeros((), "?"),
        "records": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))]),
        "half": np.ones(3, "f2"),
        "complex": np.ones(2, "c8"),
        "big_endian": np.arange(3, dtype=">i4"),
    }
    for name, value in arrays.items():
        shelf.save(
            f"numpy/{name}.npy", lambda p, v=value: np.save(p, v), PLAIN, "numpy", "numbers behind a header"
        )
    objects = np.array([1, "a", None], object)
    shelf.save(
        "numpy/objects.npy",
        lambda p: np.save(p, objects, allow_pickle=True),
        LISTED,
        "numpy",
        "an array of objects is a pickle, here of plain values",
    )
    shelf.save(
        "numpy/arrays.npz", lambda p: np.savez(p, a=np.ones(2), b=np.eye(2)), PLAIN, "numpy", "two arrays"
    )
    shelf.save(
        "numpy/packed.npz", lambda p: np.savez_compressed(p, a=np.ones(99)), PLAIN, "numpy", "packed arrays"
    )
    shelf.save(
        "numpy/objects.npz", lambda p: np.savez(p, a=objects), LISTED, "numpy", "one array is of objects"
    )


def _boosters(shelf: Shelf) -> None:
    import catboost
    import lightgbm
    import xgboost

    x, y = _data()
    booster = xgboost.train({"max_depth": 2, "objective": "binary:logistic"}, xgboost.DMatrix(x, y), 2)
    for ending in ("json", "ubj"):
        why = "the trees as data; XGBoost's own format"
        shelf.save(f"xgboost/model.{ending}", booster.save_model, PLAIN, "xgboost", why)
    shelf.put(
        "xgboost/booster.pkl", pickle.dumps(booster), LIBRARY, "xgboost", "XGBoost's class and its bytes"
    )
    classifier = xgboost.XGBClassifier(n_estimators=2, max_depth=1).fit(x, y)
    shelf.put(
        "xgboost/classifier.pkl", pickle.dumps(classifier), LIBRARY, "xgboost", "XGBoost's scikit-learn class"
    )
    light = lightgbm.train({"verbose": -1, "num_leaves": 3, "min_data_in_leaf": 2}, lightgbm.Dataset(x, y), 2)
    shelf.save(
        "lightgbm/model.txt", light.save_model, PLAIN, "lightgbm", "the trees as text; LightGBM's own format"
    )
    shelf.put(
        "lightgbm/booster.pkl", pickle.dumps(light), LIBRARY, "lightgbm", "LightGBM's class and its text"
    )
    wrapped = lightgbm.LGBMClassifier(n_estimators=2, num_leaves=3, verbose=-1).fit(x, y)
    shelf.put("lightgbm/classifier.pkl", pickle.dumps(wrapped), LIBRARY, "lightgbm", "its scikit-learn class")
    cat = catboost.CatBoostClassifier(iterations=2, depth=1, verbose=0, allow_writing_files=False).fit(x, y)
    for ending in ("cbm", "json"):
        shelf.save(
            f"catboost/model.{ending}",
            lambda p, e=ending: cat.save_model(p, format=e),
            PLAIN,
            "catboost",
            "the trees as data; CatBoost's own format",
        )
    shelf.put(
        "catboost/classifier.pkl", pickle.dumps(cat), LIBRARY, "catboost", "CatBoost's class and its bytes"
    )


def _skops(shelf: Shelf) -> None:
    import skops.io

    for name in ("logistic", "scaler", "pipeline", "forest", "pca", "kmeans"):
        shelf.save(
            f"skops/{name}.skops",
            lambda p, n=name: skops.io.dump(estimators()[n], p),
            LIBRARY,
            "skops",
            "a skops archive whose types are scikit-learn's",
        )
    shelf.save(
        "skops/values.skops", lambda p: skops.io.dump({"a": [1, "b"]}, p), LISTED, "skops", "plain values"
    )
