"""Python 2 names and what CPython imports for them in protocols 0 to 2 (Lib/_compat_pickle.py, 3.13).

Kept as data of our own, so that the verdict does not hang on the Python it was made with.
"""

from __future__ import annotations

_MODULES = """
__builtin__ builtins            copy_reg copyreg                Queue queue
SocketServer socketserver       ConfigParser configparser       repr reprlib
tkFileDialog tkinter.filedialog tkSimpleDialog tkinter.simpledialog
tkColorChooser tkinter.colorchooser                             tkCommonDialog tkinter.commondialog
Dialog tkinter.dialog           Tkdnd tkinter.dnd               tkFont tkinter.font
tkMessageBox tkinter.messagebox ScrolledText tkinter.scrolledtext
Tkconstants tkinter.constants   Tix tkinter.tix                 ttk tkinter.ttk
Tkinter tkinter                 markupbase _markupbase          _winreg winreg
thread _thread                  dummy_thread _dummy_thread      dbhash dbm.bsd
dumbdbm dbm.dumb                dbm dbm.ndbm                    gdbm dbm.gnu
xmlrpclib xmlrpc.client         SimpleXMLRPCServer xmlrpc.server                httplib http.client
htmlentitydefs html.entities    HTMLParser html.parser          Cookie http.cookies
cookielib http.cookiejar        BaseHTTPServer http.server      test.test_support test.support
commands subprocess             urlparse urllib.parse           robotparser urllib.robotparser
urllib2 urllib.request          anydbm dbm                      _abcoll collections.abc
cPickle pickle                  _elementtree xml.etree.ElementTree              FileDialog tkinter.filedialog
SimpleDialog tkinter.simpledialog                               DocXMLRPCServer xmlrpc.server
SimpleHTTPServer http.server    CGIHTTPServer http.server       UserDict collections
UserList collections            UserString collections          whichdb dbm
StringIO io                     cStringIO io
"""

_NAMES = """
__builtin__ xrange builtins range               __builtin__ reduce functools reduce
__builtin__ intern sys intern                   __builtin__ unichr builtins chr
__builtin__ unicode builtins str                __builtin__ long builtins int
__builtin__ basestring builtins str             itertools izip builtins zip
itertools imap builtins map                     itertools ifilter builtins filter
itertools ifilterfalse itertools filterfalse    itertools izip_longest itertools zip_longest
UserDict IterableUserDict collections UserDict  UserDict UserDict collections UserDict
UserList UserList collections UserList          UserString UserString collections UserString
whichdb whichdb dbm whichdb                     _socket fromfd socket fromfd
socket _socketobject socket SocketType
_multiprocessing Connection multiprocessing.connection Connection
multiprocessing.process Process multiprocessing.context Process
multiprocessing.forking Popen multiprocessing.popen_fork Popen
multiprocessing AuthenticationError multiprocessing.context AuthenticationError
multiprocessing BufferTooShort multiprocessing.context BufferTooShort
multiprocessing ProcessError multiprocessing.context ProcessError
multiprocessing TimeoutError multiprocessing.context TimeoutError
urllib ContentTooShortError urllib.error ContentTooShortError
urllib getproxies urllib.request getproxies     urllib pathname2url urllib.request pathname2url
urllib quote_plus urllib.parse quote_plus       urllib quote urllib.parse quote
urllib unquote_plus urllib.parse unquote_plus   urllib unquote urllib.parse unquote
urllib url2pathname urllib.request url2pathname urllib urlcleanup urllib.request urlcleanup
urllib urlencode urllib.parse urlencode         urllib urlopen urllib.request urlopen
urllib urlretrieve urllib.request urlretrieve   urllib2 HTTPError urllib.error HTTPError
urllib2 URLError urllib.error URLError          exceptions StandardError builtins Exception
"""

# The module "exceptions" of Python 2: these names moved to builtins unchanged.
_EXCEPTIONS = """
ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning DeprecationWarning
EOFError EnvironmentError Exception FloatingPointError FutureWarning GeneratorExit IOError ImportError
ImportWarning IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError
NotImplementedError OSError OverflowError PendingDeprecationWarning ReferenceError RuntimeError
RuntimeWarning StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError
UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning
UserWarning ValueError Warning ZeroDivisionError
"""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[0::2], words[1::2], strict=True))


def _quads(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    words = text.split()
    rows = zip(words[0::4], words[1::4], words[2::4], words[3::4], strict=True)
    return {(old_module, old): (module, name) for old_module, old, module, name in rows}


MODULES: dict[str, str] = _pairs(_MODULES)
NAMES: dict[tuple[str, str], tuple[str, str]] = {
    **_quads(_NAMES),
    **{("exceptions", name): ("builtins", name) for name in _EXCEPTIONS.split()},
}


def current_name(module: str, name: str) -> tuple[str, str]:
    """What CPython imports for ``module.name`` of a protocol 0 to 2 stream."""
    renamed = NAMES.get((module, name))
    if renamed is not None:
        return renamed
    return MODULES.get(module, module), name
