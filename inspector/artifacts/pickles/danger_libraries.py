"""Imports of third-party libraries that run code, start work, open files or connections when called.

The same form as in ``danger``: modules that count whole, and single names of otherwise harmless modules.
A class of these libraries that stands on the allow-lists by its exact name keeps its place there.
"""

from __future__ import annotations

from inspector.artifacts.pickles.listed import Row

_LOADS = "it loads or compiles code"
_MODELS = "it fetches or loads further models, and code with them"
_NESTED = "it unpickles further bytes"
_NETWORK = "it opens network connections"
_PROCESS = "it starts programs"
_FILES = "it reads, writes or deletes files"
_SOURCE = "it compiles or runs source code of its arguments"
_TEMPLATES = "it compiles templates, which reach Python"

LIBRARY_MODULES: dict[str, str] = {
    **dict.fromkeys(("numpy.f2py", "numpy.distutils", "numpy.ctypeslib", "numpy.testing", "numba"), _SOURCE),
    **dict.fromkeys(
        ("numpy._pytesttester", "pandas._testing", "pandas.util.testing", "sympy.parsing"), _SOURCE
    ),
    **dict.fromkeys(("sklearn.utils._testing", "sklearn.utils.testing", "scipy._lib._testutils"), _SOURCE),
    **dict.fromkeys(
        ("torch.fx", "torch.jit", "torch.package", "torch.hub", "torch.ops", "torch.classes"), _LOADS
    ),
    **dict.fromkeys(("torch._inductor", "torch._dynamo", "torch.utils.cpp_extension"), _SOURCE),
    **dict.fromkeys(("torch._weights_only_unpickler", "torch._functorch", "torch.library"), _LOADS),
    **dict.fromkeys(("torch.utils.bottleneck", "torch.utils.collect_env", "torch.utils.hipify"), _PROCESS),
    **dict.fromkeys(("torch.utils.benchmark", "torch._higher_order_ops", "torch._export"), _SOURCE),
    **dict.fromkeys(
        ("torch.distributed.elastic", "torch.distributed.rpc", "torch.multiprocessing"), _PROCESS
    ),
    **dict.fromkeys(
        ("torch.distributed.run", "torch.distributed.launcher", "torch.distributed.launch"), _PROCESS
    ),
    **dict.fromkeys(
        ("torch.utils.data._utils.worker", "torch.testing", "torch.export", "torch.onnx"), _SOURCE
    ),
    **dict.fromkeys(("torch.serialization", "torch.utils.model_zoo", "torch.utils._config_module"), _NESTED),
    **dict.fromkeys(("torch.utils.show_pickle", "torch.utils.serialization"), _NESTED),
    **dict.fromkeys(("torch.utils.data.datapipes", "torch.distributed.checkpoint.filesystem"), _NESTED),
    **dict.fromkeys(("torch.utils.tensorboard", "scipy.io", "torch._appdirs"), _FILES),
    **dict.fromkeys(("scipy.weave", "torch.utils._sympy.functions", "sympy.utilities"), _SOURCE),
    **dict.fromkeys(("tensorflow.python.lib.io", "tensorflow.io", "tensorflow.raw_ops", "pandas.io"), _FILES),
    **dict.fromkeys(("tensorflow.saved_model", "tensorflow.python.saved_model"), _MODELS),
    **dict.fromkeys(("tensorflow.python.ops.script_ops", "tensorflow.python.framework.load_library"), _LOADS),
    **dict.fromkeys(("keras.utils", "keras.src.utils", "keras.src.saving", "keras.saving"), _LOADS),
    **dict.fromkeys(("keras.src.legacy.saving", "keras.models", "keras.src.models", "keras.config"), _LOADS),
    **dict.fromkeys(("tensorflow.keras.utils", "tensorflow.keras.models", "tf_keras.models"), _LOADS),
    **dict.fromkeys(
        ("pandas.core.computation", "numexpr", "Cython", "cython", "pyximport", "pythran"), _SOURCE
    ),
    **dict.fromkeys(("pandas.compat.pickle_compat", "statsmodels.iolib.smpickle"), _NESTED),
    **dict.fromkeys(("pandas.util._test_decorators", "llvmlite", "theano", "weave", "tvm"), _LOADS),
    **dict.fromkeys(("joblib.numpy_pickle_utils", "joblib.externals", "joblib._store_backends"), _NESTED),
    **dict.fromkeys(("joblib.memory", "joblib.parallel", "joblib.func_inspect", "joblib.pool"), _PROCESS),
    **dict.fromkeys(
        ("joblib.executor", "joblib._parallel_backends", "joblib.hashing", "joblib.test"), _PROCESS
    ),
    **dict.fromkeys(("joblib.disk", "joblib._memmapping_reducer", "joblib.backports"), _FILES),
    **dict.fromkeys(("sklearn.utils.parallel", "sklearn.utils._joblib", "sklearn.externals._arff"), _PROCESS),
    **dict.fromkeys(("sklearn.datasets", "scipy.datasets"), _FILES),
    **dict.fromkeys(("dill", "cloudpickle", "jsonpickle", "srsly.cloudpickle", "klepto"), _NESTED),
    **dict.fromkeys(
        ("pyspark.cloudpickle", "pyspark.serializers", "distributed", "ray", "dask.distributed"), _NESTED
    ),
    **dict.fromkeys(("transformers.dynamic_module_utils", "transformers.pipelines"), _MODELS),
    **dict.fromkeys(
        ("transformers.models.auto", "transformers.utils.hub", "transformers.file_utils"), _MODELS
    ),
    **dict.fromkeys(("transformers.testing_utils", "transformers.utils.import_utils"), _PROCESS),
    **dict.fromkeys(("diffusers.utils.dynamic_modules_utils", "smolagents.remote_executors"), _MODELS),
    **dict.fromkeys(("smolagents.local_python_executor", "smolagents.tools", "smolagents.agents"), _SOURCE),
    **dict.fromkeys(("multiprocess", "pathos", "pox", "ppft", "ruamel.yaml"), _NESTED),
    **dict.fromkeys(("pytorch_lightning.core.saving", "lightning.pytorch.utilities.migration"), _NESTED),
    **dict.fromkeys(("transformers.tools", "transformers.agents", "transformers.commands"), _SOURCE),
    **dict.fromkeys(("huggingface_hub", "evaluate", "modelscope", "open_clip.pretrained"), _MODELS),
    **dict.fromkeys(("datasets.load", "datasets.utils.file_utils", "datasets.utils._dill"), _MODELS),
    **dict.fromkeys(("mlflow.pyfunc", "mlflow.sklearn", "mlflow.pytorch", "mlflow.projects"), _MODELS),
    **dict.fromkeys(("spacy.cli", "gensim.downloader", "nltk.downloader", "nltk.app", "nltk.data"), _MODELS),
    **dict.fromkeys(("nltk.internals", "nltk.parse.malt", "nltk.tokenize.repp"), _PROCESS),
    **dict.fromkeys(("ultralytics.utils.downloads", "ultralytics.hub", "timm.models._hub"), _MODELS),
    **dict.fromkeys(("lightning_fabric.utilities.cloud_io", "lightning.fabric.utilities.cloud_io"), _NESTED),
    **dict.fromkeys(("pytorch_lightning.utilities.cloud_io", "lightning.pytorch.core.saving"), _NESTED),
    **dict.fromkeys(
        ("hydra.utils", "hydra._internal", "fire", "mmcv.utils.config", "mmengine.config"), _SOURCE
    ),
    **dict.fromkeys(("jinja2", "mako", "chameleon", "django.template", "tornado.template"), _TEMPLATES),
    **dict.fromkeys(
        ("setuptools", "pip", "pkg_resources", "wheel", "pytest", "_pytest", "nose", "py"), _LOADS
    ),
    **dict.fromkeys(
        ("IPython", "ipykernel", "nbconvert", "jupyter_client", "jupyter_core", "notebook"), _SOURCE
    ),
    **dict.fromkeys(
        ("pexpect", "ptyprocess", "plumbum", "sh", "invoke", "fabric", "psutil", "execnet"), _PROCESS
    ),
    **dict.fromkeys(
        ("rpyc", "Pyro4", "Pyro5", "paramiko", "docker", "celery", "kombu", "rq", "billiard"), _PROCESS
    ),
    **dict.fromkeys(("git", "dulwich", "pyautogui", "pynput", "selenium", "playwright", "scapy"), _PROCESS),
    **dict.fromkeys(
        ("win32api", "win32com", "win32process", "comtypes", "pywin32_system32", "uwsgi"), _PROCESS
    ),
    **dict.fromkeys(
        ("requests", "aiohttp", "httpx", "urllib3", "websocket", "websockets", "tornado"), _NETWORK
    ),
    **dict.fromkeys(
        ("boto3", "botocore", "s3fs", "gcsfs", "adlfs", "zmq", "grpc", "twisted", "flask"), _NETWORK
    ),
    **dict.fromkeys(("werkzeug", "gevent", "eventlet", "pymongo", "redis", "psycopg2", "pymysql"), _NETWORK),
    **dict.fromkeys(
        ("sqlalchemy.engine", "duckdb", "impacket", "pwn", "pwnlib", "wandb", "comet_ml"), _NETWORK
    ),
    **dict.fromkeys(("clearml", "neptune", "keyring", "dotenv"), _NETWORK),
    **dict.fromkeys(("fsspec", "smart_open", "pyarrow.fs", "pyarrow.parquet", "h5py._hl.files"), _FILES),
    **dict.fromkeys(("PIL.ImageGrab", "PIL.ImageShow", "PIL.ImageMath", "matplotlib.testing"), _PROCESS),
    **dict.fromkeys(("cffi", "_cffi_backend", "onnxruntime", "tensorrt", "bitsandbytes.cextension"), _LOADS),
}

LIBRARY_NAMES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        _SOURCE,
        (
            ("sympy", "sympify lambdify parse_expr preview"),
            ("sympy.core.sympify", "sympify"),
            ("pandas", "eval test"),
            ("pandas.core.frame", "DataFrame.eval DataFrame.query"),
            ("numpy.lib.utils", "safe_eval"),
            ("scipy._lib._bunch", "_make_tuple_bunch"),
            ("torch._C", "import_ir_module _jit_pass_lint _jit_compile_code"),
        ),
    ),
    (
        "it calls what it is handed",
        (
            ("dask", "delayed compute"),
            ("dask.base", "compute"),
            ("dask.core", "get"),
            ("dask.local", "get_sync get_async"),
            ("dask.threaded", "get"),
            ("dask.utils", "apply"),
            ("dask._task_spec", "Task"),
            ("dask.optimization", "SubgraphCallable"),
            ("jax", "pure_callback"),
            ("jax.experimental.host_callback", "call id_tap"),
        ),
    ),
    (
        _PROCESS,
        (
            ("mlflow.utils.process", "_exec_cmd"),
            ("click", "launch edit"),
            ("click._termui_impl", "open_url Editor"),
        ),
    ),
    (
        _LOADS,
        (
            ("torch", "load compile"),
            ("torch._ops", "_Ops.load_library"),
            ("cupy", "RawKernel RawModule"),
            ("pycuda.compiler", "SourceModule"),
            ("pyopencl", "Program"),
            ("paddle.utils.cpp_extension", "load setup"),
            ("xgboost.core", "_load_lib"),
            ("lightgbm.basic", "_load_lib"),
            ("scipy._lib.decorator", "FunctionMaker.create"),
            ("numpy.core", "_ufunc_reconstruct"),
            ("numpy._core", "_ufunc_reconstruct"),
            ("tensorflow", "load_op_library load_library py_function numpy_function"),
            ("django.utils.module_loading", "import_string"),
            ("six.moves", "reload_module"),
            ("scipy", "LowLevelCallable"),
            ("scipy._lib._ccallback", "LowLevelCallable"),
        ),
    ),
    (
        _MODELS,
        (
            (
                "transformers",
                "pipeline AutoModel AutoTokenizer AutoConfig AutoModelForCausalLM AutoProcessor "
                "AutoImageProcessor AutoModelForSequenceClassification AutoFeatureExtractor",
            ),
            ("datasets", "load_dataset load_from_disk"),
            ("spacy", "load"),
            ("spacy.util", "load_model load_model_from_path run_command import_file get_lang_class"),
            ("timm", "create_model"),
            ("timm.models", "create_model"),
            ("timm.models._factory", "create_model"),
            ("ultralytics", "YOLO"),
            ("ultralytics.nn.tasks", "torch_safe_load parse_model load_checkpoint attempt_load_weights"),
            ("sentence_transformers", "SentenceTransformer CrossEncoder"),
            ("diffusers", "DiffusionPipeline StableDiffusionPipeline"),
            ("onnx", "load hub"),
            ("onnx.hub", "load"),
            ("faiss", "read_index"),
        ),
    ),
    (
        _FILES,
        (
            ("torch", "save from_file"),
            ("torch.storage", "UntypedStorage.from_file TypedStorage.from_file"),
            ("numpy", "save savetxt savez savez_compressed fromfile genfromtxt loadtxt memmap DataSource"),
            ("numpy.lib.npyio", "DataSource save savez loadtxt genfromtxt"),
            ("numpy.lib._npyio_impl", "save savez loadtxt genfromtxt"),
            ("numpy.lib._datasource", "DataSource Repository open"),
            ("numpy.lib.format", "open_memmap write_array"),
            ("numpy.core.memmap", "memmap"),
            ("numpy._core.memmap", "memmap"),
            ("numpy.rec", "fromfile"),
            ("numpy.core.records", "fromfile"),
            ("numpy._core.records", "fromfile"),
            (
                "pandas",
                "read_csv read_hdf read_excel read_json read_parquet read_feather HDFStore ExcelFile "
                "ExcelWriter read_sql read_sql_query read_sql_table read_html read_xml read_sas read_stata "
                "read_spss read_orc read_table read_clipboard read_gbq read_fwf",
            ),
            ("pandas.core.frame", "DataFrame.to_pickle DataFrame.to_csv"),
            ("PIL.Image", "open"),
            ("cv2", "imread imwrite VideoCapture FileStorage"),
            ("matplotlib.image", "imread imsave"),
            ("matplotlib.pyplot", "savefig imread imsave"),
            ("matplotlib.cbook", "get_sample_data"),
            ("polars", "read_csv read_parquet scan_csv scan_parquet LazyFrame.deserialize"),
            ("sqlalchemy", "create_engine"),
            ("lightgbm", "Booster Dataset"),
            ("xgboost", "Booster DMatrix"),
            ("networkx", "read_gpickle write_gpickle"),
            ("networkx.readwrite.gpickle", "read_gpickle write_gpickle"),
        ),
    ),
    (
        _NESTED,
        (
            ("numpy", "load"),
            ("numpy.lib.npyio", "load NpzFile"),
            ("numpy.lib._npyio_impl", "load NpzFile"),
            ("numpy.lib.format", "read_array"),
            ("pandas", "read_pickle"),
            ("joblib", "load dump Parallel Memory delayed hash wrap_non_picklable_objects"),
            ("joblib.numpy_pickle", "load dump load_temporary_memmap _unpickle NumpyUnpickler NumpyPickler"),
            ("sklearn.externals.joblib", "load dump Memory Parallel"),
            ("scipy.sparse", "load_npz"),
            ("scipy.sparse._matrix_io", "load_npz"),
            ("srsly", "pickle_loads"),
            ("joblib.numpy_pickle_compat", "load_compatibility"),
            ("torch.distributed.distributed_c10d", "_tensor_to_object broadcast_object_list"),
            ("fastai.learner", "load_learner load_model"),
            ("fastai.basics", "load_learner"),
            ("hickle", "load"),
            ("pickle5", "loads load Unpickler"),
            ("zodbpickle", "loads load Unpickler"),
            ("paddle", "load"),
            ("pyarrow.lib", "PyExtensionType UnknownExtensionType"),
            ("yaml", "load unsafe_load full_load load_all unsafe_load_all"),
            ("yaml.constructor", "UnsafeConstructor FullConstructor Constructor"),
            ("yaml.loader", "UnsafeLoader FullLoader Loader"),
            ("ruamel.yaml", "YAML load"),
            ("skops.io", "load loads"),
            ("gensim.models", "KeyedVectors.load Word2Vec.load"),
            ("gensim.utils", "unpickle pickle open SaveLoad.load check_output call_with_output"),
            ("jax.numpy", "load"),
            ("flax.serialization", "from_bytes"),
        ),
    ),
    (
        "it holds Python code that runs when the model is built",
        (
            ("keras.layers", "Lambda"),
            ("keras.src.layers.core.lambda_layer", "Lambda"),
            ("keras.layers.core", "Lambda"),
            ("keras.layers.core.lambda_layer", "Lambda"),
            ("tensorflow.keras.layers", "Lambda"),
            ("tensorflow.python.keras.layers.core", "Lambda"),
        ),
    ),
    (
        "it connects to the processes of a distributed training run",
        (
            ("torch.distributed", "init_process_group"),
            ("torch.distributed.distributed_c10d", "init_process_group"),
        ),
    ),
)


def rows() -> tuple[Row, ...]:
    """The single names as list rows."""
    return tuple(
        Row(module, names, "function", reason) for reason, pairs in LIBRARY_NAMES for module, names in pairs
    )
