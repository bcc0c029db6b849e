"""Names of code in configurations, graded: what may stand there, and what no configuration needs.

A configuration of a training run names classes all the time (Hydra ``_target_``, Lightning ``class_path``);
that is no alarm. A name that hands its arguments to the operating system or to the interpreter is one.
"""

from __future__ import annotations

import re

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.texts.known_packages import known_packages
from inspector.provenance import Loading, plain

_NAME_WORK = 10_000  # to hold a name against the lists
_SYSTEM = "it hands its arguments to the operating system"
_PYTHON = "it hands its arguments to the interpreter as code"
_PICKLE = "it unpickles its arguments"
_NETWORK = "it opens network connections"
_PATHS = "it changes files"

# Whole modules (and what lies below them) that a configuration has no reason to call.
MODULES: dict[str, str] = {
    **dict.fromkeys(("os", "posix", "nt", "subprocess", "_posixsubprocess", "commands", "pty"), _SYSTEM),
    **dict.fromkeys(("popen2", "pexpect", "plumbum", "sh", "invoke", "fabric", "webbrowser"), _SYSTEM),
    **dict.fromkeys(("ctypes", "_ctypes", "cffi", "signal", "_winapi", "winreg"), _SYSTEM),
    **dict.fromkeys(("code", "codeop", "runpy", "timeit", "bdb", "pdb", "cProfile", "profile"), _PYTHON),
    **dict.fromkeys(("importlib", "imp", "_imp", "pkgutil", "zipimport", "pydoc", "trace"), _PYTHON),
    **dict.fromkeys(("pip", "ensurepip", "distutils", "IPython", "ast", "inspect"), _PYTHON),
    **dict.fromkeys(("pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"), _PICKLE),
    **dict.fromkeys(("jsonpickle", "asyncio.subprocess"), _PICKLE),
    **dict.fromkeys(("socket", "_socket", "ftplib", "telnetlib", "smtplib", "http", "urllib"), _NETWORK),
    **dict.fromkeys(("site", "xmlrpc", "gc", "sys.modules", "sys.path", "ptpython"), _PYTHON),
    **dict.fromkeys(("shutil",), _PATHS),
}
_MOST_PARTS = max(module.count(".") + 1 for module in MODULES)
# Of the dangers of pickles, those that a configuration has no reason to call either.
_ACTING = frozenset(
    (
        "it starts programs",
        "it unpickles further bytes",
        "it compiles or runs source code of its arguments",
        "it runs code under a debugger, profiler or timer",
        "it makes functions or modules out of its arguments",
        "it reads or changes the attributes of any object",
        "it reads and writes raw memory",
    )
)
# Names among them that configurations of training runs use: workers, schedulers, exporters, Hydra's own.
_NAMED_USED = """
multiprocessing threading concurrent asyncio sched joblib.memory joblib.parallel joblib._parallel_backends
joblib.Memory joblib.Parallel joblib.delayed joblib.hash torch.utils.data torch.onnx torch.export
torch.multiprocessing torch.distributed torch.utils.benchmark torch.testing torch._dynamo torch._inductor
numba hydra ray distributed dask numpy.testing sklearn.utils.parallel nltk git docker celery unittest
sympy.utilities pytest srsly numpy.load numpy.lib
"""
_USED = tuple(_NAMED_USED.split())
# What these modules hold besides, that configurations do use.
_NAMED_FINE = """
os.path.join os.path.basename os.path.dirname os.path.abspath os.path.exists os.path.expanduser os.getcwd
os.cpu_count os.environ.get os.getenv os.path.realpath os.path.splitext os.listdir
"""
_FINE = frozenset(_NAMED_FINE.split())
NAMES: dict[str, str] = {
    **dict.fromkeys((f"builtins.{name}" for name in ("eval", "exec", "compile", "__import__")), _PYTHON),
    **dict.fromkeys((f"builtins.{name}" for name in ("breakpoint", "input", "help")), _PYTHON),
    **dict.fromkeys((f"builtins.{name}" for name in ("setattr", "delattr", "globals", "vars")), _PYTHON),
    **dict.fromkeys((f"builtins.{name}" for name in ("getattr", "open", "__build_class__")), _PYTHON),
    **dict.fromkeys((f"sys.{name}" for name in ("settrace", "setprofile", "modules", "meta_path")), _PYTHON),
    **dict.fromkeys(
        (f"pathlib.Path.{name}" for name in ("write_text", "write_bytes", "unlink", "rename", "rmdir")),
        _PATHS,
    ),
    **dict.fromkeys(("tensorflow.load_op_library", "tensorflow.load_library"), "it loads native code"),
    **dict.fromkeys(
        (
            "keras.config.enable_unsafe_deserialization",
            "keras.src.saving.serialization_lib.enable_unsafe_deserialization",
            "omegaconf.OmegaConf.register_new_resolver",
            "torch._C._import_ir_module",
            "torch.jit.unsupported_tensor_ops.execWrapper",
        ),
        _PYTHON,
    ),
    **dict.fromkeys(("eval", "exec", "compile", "__import__", "breakpoint"), _PYTHON),
    # They write as well as read, by a mode that is one more argument.
    **dict.fromkeys(
        (
            f"{module}.open"
            for module in ("io", "_io", "codecs", "gzip", "bz2", "lzma", "fsspec", "smart_open")
        ),
        _PATHS,
    ),
    **dict.fromkeys(
        (
            f"{module}.{name}"
            for module in ("requests", "requests.api", "httpx", "urllib3", "aiohttp")
            for name in ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
        ),
        _NETWORK,
    ),
    **dict.fromkeys(("numpy.f2py.crackfortran.myeval", "numpy.testing._private.utils.runstring"), _PYTHON),
    **dict.fromkeys(("torch.utils.cpp_extension.load", "torch.utils.cpp_extension.load_inline"), _PYTHON),
    **dict.fromkeys(("sympy.sympify", "sympy.parse_expr", "pandas.eval", "cython.inline"), _PYTHON),
    **dict.fromkeys(("yaml.unsafe_load", "yaml.load", "pandas.read_pickle"), _PICKLE),
    **dict.fromkeys(("torch.load", "joblib.load", "torch.hub.load", "skops.io.load"), _PICKLE),
    **dict.fromkeys(("torch.package.PackageImporter",), _PICKLE),
    **dict.fromkeys(("torch.package.package_importer.PackageImporter",), _PICKLE),
    **dict.fromkeys(("pandas.io.pickle.read_pickle", "pandas.io.api.read_pickle"), _PICKLE),
    **dict.fromkeys(("numexpr.evaluate", "types.FunctionType", "types.CodeType"), _PYTHON),
    **dict.fromkeys(("multiprocessing.util.spawnv_passfds", "platform.popen"), _SYSTEM),
    **dict.fromkeys(("multiprocessing.Process", "multiprocessing.process.Process"), _SYSTEM),
    **dict.fromkeys(("asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec"), _SYSTEM),
    **dict.fromkeys(("logging.config.dictConfig", "logging.config.fileConfig"), _PYTHON),
    **dict.fromkeys(("torch.ops.load_library", "torch.classes.load_library"), "it loads native code"),
    **dict.fromkeys(("setuptools.sandbox.run_setup", "pkg_resources.run_script", "pip.main"), _PYTHON),
}


# Keys of configurations whose value is imported and called: Hydra's, Lightning's and torchtune's.
CALLED = ("_target_", "class_path", "_component_")
# Keys whose value a loader imports and calls, whatever else the file says. Other keys are words of everyday
# data as well; of them only an alarm counts, unless what stands beside them tells.
_NAMED_MAKING = """
_target_ class_path _component_ _obj_ _call_ _class_ _fn_ _function_ __class__ __target__
() !new !name !apply !applyref !module !obj !import !call !python
"""
_MAKING = frozenset(_NAMED_MAKING.split())
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:[.:]\w+)*[.:](?:\w+|\*)")


def why_dangerous(name: str) -> str | None:
    """Why a configuration that has ``name`` called is an alarm; None where it is none."""
    name = name.lstrip(".").replace(":", ".")
    if name in _FINE:
        return None
    if name in NAMES:
        return NAMES[name]
    parts = name.split(".")
    for length in range(min(len(parts) - 1, _MOST_PARTS), 0, -1):
        module = ".".join(parts[:length])
        if module in MODULES:
            return MODULES[module]
    if len(parts) > 1 and any(part in REVEALING_ATTRIBUTES and part != "__init__" for part in parts[1:]):
        return _PYTHON
    for place in range(1, len(parts) - 1):  # torch.serialization.os.system walks through an attribute
        if parts[place] in ("os", "subprocess", "sys", "builtins", "__builtins__", "posix", "__globals__"):
            return _SYSTEM
    if len(parts) > 1 and not any(name == used or name.startswith(f"{used}.") for used in _USED):
        entry = entry_for(".".join(parts[:-1]), parts[-1])
        if entry.tier is Tier.DANGEROUS and entry.reason in _ACTING:
            return entry.reason
    return None


def judge_target(
    name: str,
    judgement: Judgement,
    offset: int | None = None,
    key: str = "_target_",
    *,
    is_made: bool | None = None,
    is_final: bool = False,
) -> None:
    """States it where a configuration has something called that no configuration needs, and keeps the name
    where it is of no known package. ``is_made`` says whether ``name`` is called beyond doubt, where ``key``
    alone does not tell. A name with an interpolation is judged when it ``is_final``."""
    if "${" in name and key in CALLED and not is_final:
        return
    spend_work(_NAME_WORK)
    why = why_dangerous(name)
    if why is None and (key in _MAKING if is_made is None else is_made) and is_unlisted(name):
        judgement.names_code(name)
    elif why is not None:
        judgement.note(
            Loading.RUNS_CODE,
            "hydra-target",
            f"The configuration has {plain(name, 200)} called ({key}): {why}.",
            offset,
        )


def is_target_made(name: str, *, has_params: bool) -> bool:
    """Whether ``target`` names what is made. Latent diffusion writes it with ``params``, or alone for a class
    without any; alone it is also a path, a host or a table, so that only the name of a class counts."""
    return has_params or name.rpartition(".")[2][:1].isupper()


def is_unlisted(name: str) -> bool:
    """Whether ``name`` is a dotted name whose package is none that configurations name all the time."""
    return bool(_DOTTED.fullmatch(name)) and re.split(r"[.:]", name, maxsplit=1)[0] not in known_packages()


_TIERS = {
    Tier.PLAIN: Loading.ALLOW_LISTED,
    Tier.LIBRARY: Loading.LIBRARY,
    Tier.UNKNOWN: Loading.UNKNOWN_IMPORT,
    Tier.DANGEROUS: Loading.RUNS_CODE,
}


def grade(name: str) -> tuple[Loading, str]:
    """The verdict and the reason of the allow-lists on ``module.name``; a bare name is a builtin."""
    module, _, last = name.rpartition(".")
    entry = entry_for(*current_name(module or "builtins", last))
    return _TIERS[entry.tier], entry.reason
