"""Expressions in the configurations of MONAI bundles, which are evaluated as Python.

``monai.bundle.ConfigParser`` evaluates every text that begins with ``$``, and imports what an expression of
``import`` names (MONAI 1.5, ``monai/bundle/config_item.py``). Bundles are written so from end to end: they
join paths, load weights and run trainers. What starts programs, reaches into the interpreter or unpickles is
an alarm; modules on no list that are imported are told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.texts.named_code import MODULES, is_unlisted, why_dangerous
from inspector.artifacts.texts.yaml_scalars import is_plainly_parsed
from inspector.provenance import Loading, plain

# What tells a bundle: a reference, an import or a class to be made. ``$VARIABLE`` alone stands in any text.
_BUNDLE = re.compile(
    r"\$@[A-Za-z_]|\$\s*__import__|\\u00(?:24|40)|\$\s*(?:import|from)\s|_target_|"
    r"[\"'\s]@[A-Za-z_]\w*(?:[#:]+\w+)*[\"'\s]"
)
_FOLDER = re.compile(r"(?:\A|/)configs/[^/]+\Z")
_EXPRESSION = re.compile(r"\$\s*[@A-Za-z_(\[{'\"!-]|\\(?:x24|u0024|U00000024)")
_IMPORT = re.compile(
    r"\s*(?:import\s+([\w.]+)(?:\s+as\s+(\w+))?|from\s+([\w.]+)\s+import\s+\(?\s*(\w+|\*)(?:\s+as\s+(\w+))?)"
)
_OPENING = re.compile(r"['\"#]")
_CLOSING = {quote: re.compile(rf"\\.|{quote}", re.S) for one in ("'", '"') for quote in (one, one * 3)}
_PREFIX = re.compile(r"(?<!\w)[A-Za-z]{1,2}\Z")
_NAME = re.compile(r"(?<![\w.@#])([^\W\d]\w*)((?:\s*\.\s*[^\W\d]\w*)*+)\s*(=(?!=))?")
_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w*)")
_REFERENCE = re.compile(r"@\w*(?:#+\w*)*+")
_SPECIAL = re.compile(r"__[A-Za-z]\w{0,60}?__")
_WRITING = re.compile(r"[rbtU]*[wax+][rbtwax+]*\Z")
_MAX_LENGTH = 4_000  # letters of one; those of real bundles are a tenth of it
_MAX_EXPRESSIONS = 5_000
_LETTER_WORK = 1_000
_SYSTEM, _PYTHON = "it hands its arguments to the operating system", "it reaches into the interpreter"
_KNOWN_SPECIAL = frozenset(("__version__", "__name__", "__file__", "__len__", "__call__", "__getitem__"))
# Modules that bundles import and use parts of; what else they hold is an alarm where it is used.
_NAMED_IMPORTED = "os sys shutil urllib http inspect ast signal gc socket trace site profile"
_IMPORTED = frozenset(_NAMED_IMPORTED.split())
# These stand for themselves even where another file of the bundle imports them.
_NAMED_ALWAYS = """
os sys subprocess shutil importlib builtins pickle marshal dill cloudpickle ctypes runpy pty posix nt socket
urllib commands
"""
_ALWAYS = frozenset(_NAMED_ALWAYS.split())
_HANDED_ON = dict.fromkeys(("os", "sys", "subprocess", "builtins"), _PYTHON)
_NAMED_BUILTINS = "eval exec compile getattr delattr globals vars breakpoint input help"
_BUILTINS = frozenset(_NAMED_BUILTINS.split())
# Read from the bundles of MONAI's own collection (model-zoo, 2025).
_FINE = re.compile(
    r"os\.(?:path|environ|getcwd|listdir|makedirs|mkdir|sep|cpu_count|getenv|walk|scandir|getpid|linesep)\b|"
    r"sys\.(?:path|version|version_info|platform|maxsize|argv|stdout|stderr)\b|torch\.load\Z|"
    r"urllib\.parse\b|http\.HTTPStatus\b|shutil\.which\Z"
)
_NAMED_ATTRIBUTES = """
system popen popen2 popen3 popen4 execv execve execl execle execlp execvp execvpe spawnl spawnv spawnve
spawnlp spawnvp posix_spawn posix_spawnp startfile Popen check_output check_call getoutput getstatusoutput
run_path run_module import_module exec_module load_module rmtree run_cmd
"""
_ATTRIBUTES = frozenset(_NAMED_ATTRIBUTES.split())
# Functions of MONAI that import or evaluate what a text names.
_IMPORTING = re.compile(r"\b(?:optional_import|instantiate|ConfigExpression|ConfigComponent|ConfigParser)\b")
# Modules that others hand out, where something of theirs is used.
_THROUGH = re.compile(
    r"\.\s*(?:os|subprocess|builtins|importlib|runpy|ctypes|c?[Pp]ickle|cloudpickle|marshal|shutil)\s*\."
)


def may_be_bundle(text: str, path: str) -> bool:
    """Whether a text may hold expressions of a bundle: whether it is worth to look at each value of it."""
    is_bundle = bool(_FOLDER.search(path)) or bool(_BUNDLE.search(text))
    return is_bundle and bool(_EXPRESSION.search(text))


def scalars_of(top: object) -> Iterator[str]:
    """Every text in a value of JSON that begins as an expression does."""
    pending = [top]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if item.startswith("$"):
                yield item
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def scalars_of_yaml(text: str) -> Iterator[str]:
    """The same for a YAML text, up to its first mistake. Nothing is constructed, no alias is followed. What
    libyaml refuses PyYAML's own parser may take, as in ``yaml_files.pairs``."""
    import yaml

    loaders = dict.fromkeys((getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader))
    for loader in loaders:
        try:
            for event in yaml.parse(text, Loader=loader):
                if isinstance(event, yaml.ScalarEvent) and event.value.startswith("$"):
                    yield event.value
        except (yaml.YAMLError, RecursionError, ValueError):
            if is_plainly_parsed(text):
                continue
        return


def judge_expressions(values: Iterable[str], judgement: Judgement) -> None:
    """States what the expressions of one configuration do that no bundle needs, and what they import."""
    expressions: list[str] = []
    names: dict[str, str] = {"np": "numpy"}  # what a name in an expression stands for
    for value in values:
        if len(expressions) >= _MAX_EXPRESSIONS:
            break
        spend_work(min(len(value), _MAX_LENGTH) * _LETTER_WORK)
        if len(value) > _MAX_LENGTH and _BUNDLE.search(value, 0, _MAX_LENGTH):
            judgement.note(
                Loading.UNREADABLE, "over-limit", "An expression of the bundle is too long to be judged."
            )
        expression = unicodedata.normalize("NFKC", value[1:_MAX_LENGTH]).replace("\\\n", " ")
        found = _IMPORT.match(expression)
        if found is None:
            expressions.append(expression)
        else:
            _imported(found, names, judgement)
    for expression in expressions:
        why = _why(expression, names)
        if why is not None:
            judgement.note(
                Loading.RUNS_CODE,
                "evaluated-text",
                f"MONAI evaluates texts of a bundle as Python, and no bundle needs this one ({why}): "
                f"{plain(expression, 160)}.",
            )


def _imported(found: re.Match[str], names: dict[str, str], judgement: Judgement) -> None:
    """Takes an import in. Only the first name of a statement is imported (``_parse_import_string``)."""
    module, alias, package, member, member_alias = found.groups()
    name = module or f"{package}.{member}"
    names[alias or member_alias or member or module.split(".")[0]] = (
        name if alias or member else module.split(".")[0]
    )
    is_used_in_part = module is not None and module.split(".")[0] in _IMPORTED
    why = None if is_used_in_part or _FINE.match(name) else why_dangerous(f"{name}.*" if module else name)
    if why is None and package in _IMPORTED and not _FINE.match(name):
        why = why_dangerous(f"{package}.{member}")
    if why is not None:
        judgement.note(
            Loading.RUNS_CODE,
            "evaluated-text",
            f"The bundle of MONAI has {plain(name, 200)} imported, which no bundle needs: {why}.",
        )
    elif is_unlisted(told := f"{name}.*" if module else name):
        judgement.names_code(told)


def _why(expression: str, names: dict[str, str]) -> str | None:
    """Why an expression is an alarm; None where it is none."""
    for special in _SPECIAL.findall(expression):
        if special not in _KNOWN_SPECIAL:
            return _PYTHON
    code, texts = _without_texts(_REFERENCE.sub("_", expression))
    if _IMPORTING.search(code) and (not texts or any(map(_is_dangerous, texts))):
        return _PYTHON
    if _THROUGH.search(code):
        return _SYSTEM
    for attribute in _ATTRIBUTE.findall(code):
        if attribute in _ATTRIBUTES:
            return _SYSTEM
        if attribute in REVEALING_ATTRIBUTES and not attribute.startswith("__"):
            return _PYTHON
    for found in _NAME.finditer(code):
        root, rest, is_keyword = found.groups()
        if is_keyword and not rest:
            continue
        why = _why_name(root, re.sub(r"\s", "", rest), names, code[found.end() : found.end() + 40])
        if why is not None:
            return why
        if root == "open" and not rest and any(_WRITING.match(text) for text in texts):
            return "it changes files"
    return None


def _is_dangerous(text: str) -> bool:
    """Whether a text names a module, or something of it, that no bundle needs, or is an expression."""
    return text[:1] == "$" or why_dangerous(f"{text}.*") is not None or why_dangerous(text) is not None


def _without_texts(expression: str) -> tuple[str, list[str]]:
    """An expression without its texts and comments, and the texts. Those of "f" hold code themselves; where a
    text has no end, all of the rest counts as code."""
    code: list[str] = []
    texts: list[str] = []
    at = 0
    while opening := _OPENING.search(expression, at):
        start = opening.start()
        code.append(expression[at:start])
        if opening[0] == "#":
            at = _ended(expression.find("\n", start), len(expression))
            continue
        quote = opening[0] * (3 if expression.startswith(opening[0] * 3, start) else 1)
        ends = (found for found in _CLOSING[quote].finditer(expression, start + len(quote)))
        end = next((found for found in ends if found[0] == quote), None)
        if end is None:
            code.append(" ")
            at = start + 1
            break
        inner = expression[start + len(quote) : end.start()]
        prefix = _PREFIX.search(expression, max(0, start - 3), start)
        if prefix is not None and "f" in prefix[0].lower():
            code.append(f" ({re.sub(r'[{}]', ' ', inner)}) ")
        else:
            code.append(" '' ")
            texts.append(inner)
        at = end.end()
    return "".join((*code, expression[at:])), texts


def _ended(found: int, otherwise: int) -> int:
    return otherwise if found < 0 else found


def _why_name(root: str, rest: str, names: dict[str, str], behind: str) -> str | None:
    if root in _BUILTINS and not rest and root not in names:
        return _PYTHON
    if root in ("run_cmd", "rmtree"):
        return _SYSTEM
    if root == "setattr" and not rest:
        is_of_torch = re.match(r"\s*\(\s*torch\.backends\.", behind)
        return None if is_of_torch else _PYTHON
    if root not in names and root not in _ALWAYS and root not in ("torch", "numpy", "monai"):
        return None
    name = f"{names.get(root, root)}{rest}"
    if _FINE.match(name):
        return None
    if not rest and name in MODULES | _HANDED_ON.keys() and (root in names or root in _HANDED_ON):
        return _PYTHON  # the module itself is handed on, or looked up in
    return why_dangerous(name)
