"""Imports that are known to run code, load code, reach the system, or help to get there.

The list gives the reviewer a name for the danger; nothing is called safe for not standing here (what is on
no list is ``unknown-import``).
"""

from __future__ import annotations

from inspector.artifacts.pickles.listed import Row

_SYSTEM = "it reaches the operating system"
_PROCESS = "it starts programs"
_LOADS = "it loads or compiles code"
_NETWORK = "it opens network connections"
_NESTED = "it unpickles further bytes"
_DEBUG = "it runs code under a debugger, profiler or timer"
_BUILD = "it compiles or runs source code of its arguments"
_FILES = "it reads, writes or deletes files"
_MEMORY = "it reads and writes raw memory"
_FUNCTIONS = "it rebuilds functions from byte code"

# Every name of these modules, and of the modules below them, counts as dangerous.
DANGEROUS_MODULES: dict[str, str] = {
    **dict.fromkeys(("os", "posix", "nt", "posixpath", "ntpath", "sys", "signal", "resource"), _SYSTEM),
    **dict.fromkeys(("winreg", "_winreg", "msvcrt", "_winapi", "pwd", "grp", "platform"), _SYSTEM),
    **dict.fromkeys(("subprocess", "_posixsubprocess", "commands", "popen2", "pty", "pexpect"), _PROCESS),
    **dict.fromkeys(
        ("multiprocessing", "concurrent", "asyncio", "_asyncio", "_thread", "threading"), _PROCESS
    ),
    **dict.fromkeys(
        ("sched", "antigravity", "webbrowser", "_osx_support", "_aix_support", "uwsgi"), _PROCESS
    ),
    **dict.fromkeys(("importlib", "_frozen_importlib", "_frozen_importlib_external", "imp", "_imp"), _LOADS),
    **dict.fromkeys(("runpy", "code", "codeop", "pkgutil", "zipimport", "zipapp", "modulefinder"), _LOADS),
    **dict.fromkeys(("pip", "setuptools", "distutils", "ensurepip", "venv", "site", "pkg_resources"), _LOADS),
    **dict.fromkeys(
        ("idlelib", "lib2to3", "turtledemo", "test.support", "pydoc", "doctest", "unittest"), _LOADS
    ),
    **dict.fromkeys(("py_compile", "compileall", "ast", "dis", "inspect", "linecache"), _LOADS),
    **dict.fromkeys(("pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"), _NESTED),
    **dict.fromkeys(("jsonpickle", "joblib.numpy_pickle_utils", "joblib.externals", "pickletools"), _NESTED),
    **dict.fromkeys(("socket", "_socket", "ssl", "socketserver", "ftplib", "telnetlib", "smtplib"), _NETWORK),
    **dict.fromkeys(("poplib", "imaplib", "nntplib", "http", "urllib", "xmlrpc", "requests"), _NETWORK),
    **dict.fromkeys(("aiohttp", "httpx", "urllib3", "paramiko", "smtpd", "wsgiref", "select"), _NETWORK),
    **dict.fromkeys(("ctypes", "_ctypes", "cffi", "_cffi_backend", "mmap", "gc", "faulthandler"), _MEMORY),
    **dict.fromkeys(("shutil", "tempfile", "glob", "fileinput", "zipfile", "tarfile", "sqlite3"), _FILES),
    **dict.fromkeys(("filecmp", "dbm", "_io.FileIO", "fcntl", "tkinter"), _FILES),
    **dict.fromkeys(("bdb", "pdb", "cProfile", "profile", "timeit"), _DEBUG),
    **dict.fromkeys(("_lsprof", "pstats", "atexit", "cgitb", "readline"), _DEBUG),
    **dict.fromkeys(("IPython", "ipykernel", "nbconvert", "jupyter_client"), _BUILD),
    **dict.fromkeys(("numpy.f2py", "numpy.distutils", "numpy.ctypeslib", "numpy.testing"), _BUILD),
    **dict.fromkeys(("torch.fx", "torch.jit", "torch.package", "torch.hub", "torch.ops"), _BUILD),
    **dict.fromkeys(("torch._inductor", "torch._dynamo", "torch.utils.cpp_extension"), _BUILD),
    **dict.fromkeys(("torch.utils.bottleneck", "torch.utils.collect_env", "torch.utils.hipify"), _BUILD),
    **dict.fromkeys(
        ("torch.distributed.elastic", "torch.distributed.rpc", "torch.multiprocessing", "torch.testing"),
        _BUILD,
    ),
    **dict.fromkeys(("torch.serialization", "torch.utils.model_zoo", "torch.utils._config_module"), _NESTED),
    **dict.fromkeys(("torch.utils.data.datapipes",), _BUILD),
    **dict.fromkeys(("tensorflow.python.lib.io", "tensorflow.io", "tensorflow.saved_model"), _BUILD),
    **dict.fromkeys(("keras.utils", "keras.src.utils", "sympy.parsing", "numexpr", "numba"), _BUILD),
    **dict.fromkeys(("pandas.core.computation", "pandas.io"), _BUILD),
    **dict.fromkeys(("joblib.memory", "joblib.parallel", "joblib.func_inspect", "joblib.pool"), _BUILD),
    **dict.fromkeys(("torch.export", "torch._export", "torch.onnx", "torch.utils.show_pickle"), _BUILD),
    **dict.fromkeys(
        ("torch.distributed.run", "torch.distributed.launcher", "torch.distributed.launch"), _BUILD
    ),
    **dict.fromkeys(("torch.utils.tensorboard", "scipy.io", "scipy.weave", "sysconfig", "symtable"), _BUILD),
    **dict.fromkeys(("pandas.compat.pickle_compat", "gensim.utils", "statsmodels.iolib.smpickle"), _NESTED),
    **dict.fromkeys(
        ("_pyrepl", "mailcap", "pipes", "trace", "psutil", "fabric", "plumbum", "invoke"), _PROCESS
    ),
    **dict.fromkeys(("asyncore", "asynchat", "boto3", "fsspec", "docker", "ray"), _NETWORK),
    **dict.fromkeys(("_sqlite3", "binhex", "turtle", "xml.sax", "smart_open"), _FILES),
    **dict.fromkeys(("nltk.data", "torch.utils._sympy.functions"), _BUILD),
}

# Attribute steps that lead out of data into the interpreter, in a dotted name or a getattr.
_REVEALING = """
__builtins__ __class__ __subclasses__ __bases__ __base__ __mro__ __globals__ __code__ __dict__
__getattribute__ __import__ __loader__ __spec__ __init__ __call__ __reduce__ __reduce_ex__ __setstate__
__self__ __func__ __closure__ __module__ __wrapped__ func_globals gi_frame f_globals f_builtins
tb_frame mro load_module exec_module import_module
"""
REVEALING_ATTRIBUTES: frozenset[str] = frozenset(_REVEALING.split())


def _rows(reason: str, *pairs: tuple[str, str]) -> tuple[Row, ...]:
    return tuple(Row(module, names, "function", reason) for module, names in pairs)


DANGEROUS_NAMES: tuple[Row, ...] = (
    *_rows(
        _BUILD,
        ("builtins", "eval exec compile execfile breakpoint help input apply"),
        ("builtins", "__build_class__"),
        ("trace", "Trace"),
        ("timeit", "timeit repeat Timer"),
        ("logging.config", "fileConfig dictConfig listen"),
        ("typing", "_eval_type get_type_hints"),
        ("dataclasses", "make_dataclass _create_fn"),
        ("sympy", "sympify lambdify parse_expr"),
        ("sympy.core.sympify", "sympify"),
        ("pandas", "eval read_pickle"),
        ("pandas.core.frame", "DataFrame.eval DataFrame.query"),
        ("numpy.lib.utils", "safe_eval"),
        ("scipy._lib._pep440", "eval"),
    ),
    *_rows(
        _LOADS,
        ("builtins", "__import__ reload"),
        ("types", "CodeType FunctionType LambdaType ModuleType MethodType new_class"),
        ("new", "code function instancemethod module classobj"),
        ("six.moves", "reload_module"),
        ("torch", "load compile save hub"),
        ("numpy.core", "_ufunc_reconstruct"),
        ("numpy._core", "_ufunc_reconstruct"),
        ("tensorflow", "load_op_library load_library py_function numpy_function"),
        ("django.utils.module_loading", "import_string"),
        ("pydoc", "locate safeimport pipepager tempfilepager"),
        ("hydra.utils", "instantiate call get_class get_method get_object"),
        ("hydra._internal.instantiate._instantiate2", "instantiate"),
        ("transformers.dynamic_module_utils", "get_class_from_dynamic_module get_class_in_module"),
    ),
    *_rows(
        _FUNCTIONS,
        ("functools", "partialmethod reduce"),
        ("_functools", "partial reduce"),
        ("operator", "attrgetter methodcaller call"),
        ("_operator", "attrgetter methodcaller call"),
        ("copyreg", "add_extension pickle constructor clear_extension_cache remove_extension"),
        ("cloudpickle.cloudpickle", "_make_function _builtin_type subimport"),
    ),
    *_rows(
        "it changes or reads the attributes of any object",
        ("builtins", "setattr delattr globals locals vars dir super"),
        ("builtins", "map filter property classmethod staticmethod"),
        ("string", "Formatter"),
        ("weakref", "finalize"),
        ("itertools", "starmap accumulate takewhile dropwhile filterfalse groupby"),
    ),
    *_rows(
        _FILES,
        ("builtins", "open file"),
        ("io", "open open_code FileIO TextIOWrapper OpenWrapper"),
        ("_io", "open open_code FileIO TextIOWrapper"),
        ("_pyio", "open open_code FileIO"),
        ("codecs", "open StreamReaderWriter"),
        ("logging", "FileHandler"),
        (
            "logging.handlers",
            "RotatingFileHandler TimedRotatingFileHandler SocketHandler SMTPHandler HTTPHandler",
        ),
        ("numpy", "save savetxt savez fromfile genfromtxt loadtxt memmap DataSource"),
        ("numpy.lib.npyio", "DataSource"),
        ("numpy.core.memmap", "memmap"),
        ("numpy._core.memmap", "memmap"),
        ("pandas", "read_csv read_hdf read_excel read_json read_parquet read_feather HDFStore ExcelFile"),
        ("tokenize", "open"),
        ("tracemalloc", "Snapshot.load"),
        ("pathlib", "Path.write_text Path.write_bytes Path.read_text Path.unlink Path.rename"),
        ("gzip", "open GzipFile"),
        ("bz2", "open BZ2File"),
        ("lzma", "open LZMAFile"),
    ),
    *_rows(
        _NESTED,
        ("numpy", "load"),
        ("numpy.lib.npyio", "load NpzFile"),
        ("numpy.lib._npyio_impl", "load NpzFile"),
        ("numpy.lib.format", "read_array"),
        ("joblib", "load dump Parallel Memory"),
        ("keras.saving", "load_model deserialize_keras_object"),
        ("joblib.numpy_pickle", "load load_temporary_memmap _unpickle NumpyUnpickler NumpyPickler"),
        ("sklearn.externals.joblib", "load"),
        ("sklearn.datasets", "load_files load_svmlight_file fetch_openml"),
        ("yaml", "load unsafe_load full_load load_all unsafe_load_all"),
        ("skops.io", "load loads"),
        ("mlflow.pyfunc", "load_model"),
        ("keras.models", "load_model"),
        ("tensorflow.keras.models", "load_model"),
        ("keras.layers", "Lambda"),
        ("keras.src.layers.core.lambda_layer", "Lambda"),
        ("keras.layers.core", "Lambda"),
        ("transformers", "pipeline AutoModel"),
    ),
    *_rows(
        _PROCESS,
        ("nltk", "download"),
        ("platform", "popen"),
        ("uuid", "_get_command_stdout _popen"),
        ("sh", "Command"),
        ("cython", "inline"),
        ("torch._C", "import_ir_module _jit_pass_lint"),
    ),
)
