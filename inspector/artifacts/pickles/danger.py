"""Imports that are known to run code, load code, reach the system, or help to get there: Python's own.

The list gives the reviewer a name for the danger; nothing is called safe for not standing here (what is on
no list is ``unknown-import``). Other libraries stand in ``danger_libraries``.
"""

from __future__ import annotations

from inspector.artifacts.pickles import danger_libraries
from inspector.artifacts.pickles.listed import Row

_SYSTEM = "it reaches the operating system"
_PROCESS = "it starts programs"
_LOADS = "it loads or compiles code"
_NETWORK = "it opens network connections"
_NESTED = "it unpickles further bytes"
_DEBUG = "it runs code under a debugger, profiler or timer"
_SOURCE = "it compiles or runs source code of its arguments"
_FILES = "it reads, writes or deletes files"
_MEMORY = "it reads and writes raw memory"
_FUNCTIONS = "it makes functions or modules out of its arguments"
_CALLS = "it calls what it is handed"
_ATTRIBUTES = "it reads or changes the attributes of any object"
_DEVICES = "it drives a device or the screen"

# Every name of these modules, and of the modules below them, counts as dangerous.
DANGEROUS_MODULES: dict[str, str] = {
    **dict.fromkeys(("os", "posix", "nt", "posixpath", "ntpath", "sys", "signal", "resource"), _SYSTEM),
    **dict.fromkeys(
        ("winreg", "_winreg", "msvcrt", "_winapi", "pwd", "grp", "spwd", "nis", "platform"), _SYSTEM
    ),
    **dict.fromkeys(
        ("_signal", "_sitebuiltins", "getpass", "syslog", "termios", "tty", "_overlapped"), _SYSTEM
    ),
    **dict.fromkeys(
        ("subprocess", "_posixsubprocess", "_bootsubprocess", "commands", "popen2", "pty"), _PROCESS
    ),
    **dict.fromkeys(
        ("multiprocessing", "_multiprocessing", "concurrent", "asyncio", "_asyncio", "_thread"), _PROCESS
    ),
    **dict.fromkeys(
        ("threading", "sched", "antigravity", "webbrowser", "_osx_support", "_aix_support"), _PROCESS
    ),
    **dict.fromkeys(("_pyrepl", "mailcap", "pipes", "trace", "cgi", "_scproxy"), _PROCESS),
    **dict.fromkeys(("importlib", "_frozen_importlib", "_frozen_importlib_external", "imp", "_imp"), _LOADS),
    **dict.fromkeys(("runpy", "code", "codeop", "pkgutil", "zipimport", "zipapp", "modulefinder"), _LOADS),
    **dict.fromkeys(("distutils", "ensurepip", "venv", "site", "sysconfig", "symtable", "_symtable"), _LOADS),
    **dict.fromkeys(("idlelib", "lib2to3", "turtledemo", "test", "pydoc", "doctest", "unittest"), _LOADS),
    **dict.fromkeys(("_testcapi", "_testinternalcapi", "_testbuffer", "_ctypes_test", "_xxtestfuzz"), _LOADS),
    **dict.fromkeys(("_xxsubinterpreters", "_interpreters", "_interpqueues", "_interpchannels"), _SOURCE),
    **dict.fromkeys(
        ("py_compile", "compileall", "ast", "_ast", "dis", "inspect", "linecache", "pyclbr"), _LOADS
    ),
    **dict.fromkeys(("rlcompleter", "tabnanny", "cmd", "gettext"), _SOURCE),
    **dict.fromkeys(("pickle", "_pickle", "cPickle", "marshal", "shelve", "pickletools"), _NESTED),
    **dict.fromkeys(("socket", "_socket", "ssl", "_ssl", "socketserver", "ftplib", "telnetlib"), _NETWORK),
    **dict.fromkeys(
        ("smtplib", "poplib", "imaplib", "nntplib", "http", "urllib", "xmlrpc", "smtpd"), _NETWORK
    ),
    **dict.fromkeys(("wsgiref", "select", "selectors", "asyncore", "asynchat", "xml.sax"), _NETWORK),
    **dict.fromkeys(("ctypes", "_ctypes", "mmap", "gc", "faulthandler", "_posixshmem"), _MEMORY),
    **dict.fromkeys(("shutil", "tempfile", "glob", "fileinput", "zipfile", "tarfile", "sqlite3"), _FILES),
    **dict.fromkeys(("filecmp", "dbm", "_dbm", "_gdbm", "fcntl", "mailbox", "netrc", "mimetypes"), _FILES),
    **dict.fromkeys(("wave", "aifc", "sunau", "chunk", "uu", "sndhdr", "imghdr", "genericpath"), _FILES),
    **dict.fromkeys(("_sqlite3", "binhex", "logging.handlers", "logging.config"), _FILES),
    **dict.fromkeys(("xml.etree.ElementTree", "xml.dom", "_elementtree", "pyexpat", "xml.parsers"), _FILES),
    **dict.fromkeys(
        ("tkinter", "_tkinter", "turtle", "curses", "_curses", "msilib", "_msi", "winsound"), _DEVICES
    ),
    **dict.fromkeys(("ossaudiodev",), _DEVICES),
    **dict.fromkeys(("bdb", "pdb", "cProfile", "profile", "timeit", "_lsprof", "pstats"), _DEBUG),
    **dict.fromkeys(("atexit", "cgitb", "readline", "tracemalloc", "_tracemalloc"), _DEBUG),
    **danger_libraries.LIBRARY_MODULES,
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
        _SOURCE,
        ("builtins", "eval exec compile execfile breakpoint help __build_class__"),
        ("typing", "_eval_type get_type_hints ForwardRef._evaluate"),
        ("dataclasses", "make_dataclass _create_fn _set_new_attribute"),
        ("optparse", "Values.read_module Values.read_file"),
        ("annotationlib", "ForwardRef.evaluate call_annotate_function"),
    ),
    *_rows(
        _CALLS,
        ("builtins", "apply map filter"),
        ("__builtin__", "reduce"),
        ("functools", "partialmethod"),
        ("_operator", "call"),
    ),
    *_rows(
        _CALLS,
        ("operator", "call"),
        ("copy", "_reconstruct _deepcopy_dispatch"),
        ("itertools", "starmap accumulate takewhile dropwhile filterfalse groupby"),
        ("weakref", "finalize"),
        ("contextlib", "ExitStack AsyncExitStack"),
    ),
    *_rows("it waits for somebody to type", ("builtins", "input raw_input")),
    *_rows("it ends the program", ("builtins", "exit quit")),
    *_rows(
        _LOADS,
        ("builtins", "__import__ reload"),
        ("encodings", "search_function"),
    ),
    *_rows(
        _FUNCTIONS,
        ("types", "CodeType FunctionType LambdaType ModuleType MethodType new_class prepare_class"),
        ("new", "code function instancemethod module classobj"),
        ("copyreg", "add_extension pickle constructor clear_extension_cache remove_extension"),
        ("enum", "_make_class_unpicklable"),
    ),
    *_rows(
        _ATTRIBUTES,
        ("operator", "attrgetter methodcaller"),
        ("_operator", "attrgetter methodcaller"),
        ("builtins", "setattr delattr globals locals vars dir super"),
        ("builtins", "property classmethod staticmethod"),
        ("string", "Formatter Formatter.format Formatter.vformat Formatter.get_field"),
        ("_string", "formatter_parser"),
    ),
    *_rows(
        _FILES,
        ("builtins", "open file"),
        ("io", "open open_code FileIO TextIOWrapper OpenWrapper"),
        ("_io", "open open_code FileIO TextIOWrapper"),
        ("_pyio", "open open_code FileIO TextIOWrapper"),
        ("codecs", "open StreamReaderWriter"),
        ("argparse", "FileType"),
        ("logging", "FileHandler basicConfig config"),
        ("configparser", "ConfigParser.read RawConfigParser.read"),
        ("tokenize", "open"),
        (
            "pathlib",
            "Path.write_text Path.write_bytes Path.read_text Path.read_bytes Path.unlink Path.rename",
        ),
        ("pathlib", "Path.open Path.touch Path.rmdir Path.chmod"),
        ("gzip", "open GzipFile"),
        ("bz2", "open BZ2File"),
        ("lzma", "open LZMAFile"),
        ("json.tool", "main"),
    ),
    *_rows(
        _PROCESS,
        ("uuid", "_get_command_stdout _popen getnode _ifconfig_getnode _ip_getnode _arp_getnode"),
        ("uuid", "_lanscan_getnode _netstat_getnode _ipconfig_getnode _find_mac_near_keyword"),
        ("uuid", "_find_mac_under_heading _find_mac uuid1"),
    ),
    *danger_libraries.rows(),
)
