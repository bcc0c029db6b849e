"""All files' facts to references: calls of the table, calls of the project's own wrappers, URLs in the text.

Only plain facts are handled here, and everything that could grow has a bound: steps per value, templates
per function, hops through wrappers, references per file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inspector.provenance import Pin
from inspector.references.api import Row, find_row
from inspector.references.collector import collector_paused
from inspector.references.evaluate import Evaluator
from inspector.references.interface import FileIndex, ProjectFacts, Reference
from inspector.references.judge import Call, Found, Surroundings, judge
from inspector.references.project import Modules
from inspector.references.reported import (
    MAX_PER_FILE,
    TEXT_LIMIT,
    Site,
    is_file,
    literal_url,
    made,
    number,
    plain,
)
from inspector.references.substitution import functions_in, is_small, mentions, substitute
from inspector.references.terms_values import Target

MAX_TEMPLATES = 64  # per function
MAX_WRAPPER_HOPS = 12
MAX_TURNS = 1  # times that a function may hand on to itself
MAX_TEMPLATES_IN_ALL = 20_000
MAX_CALLS_THROUGH = 80_000  # of wrappers, in the whole project
MAX_PARTS = 400  # of one argument that is handed on: what is larger is no name
# Keywords that bear on a reference; the others are dropped from what a wrapper hands on.
_BEARING = frozenset(
    (
        "revision",
        "code_revision",
        "custom_revision",
        "trust_remote_code",
        "use_safetensors",
        "weights_only",
        "model_kwargs",
        "repo_type",
        "data_files",
        "data_dir",
        "tokenizer",
        "task",
        "pretrained",
        "source",
        "check_hash",
        "hash_prefix",
        "known_hash",
        "hash",
        "sha256",
        "allow_pickle",
        "safe_mode",
        "Loader",
        "custom_pipeline",
        "weights",
        "pretrained_weights",
        "repo",
        "rev",
        "Key",
        "tokenizer_revision",
        "embedding_model",
        "allow_dangerous_deserialization",
        None,
    )
)
_SHORT = "This call names more than 500 things; what stands behind them was left out."


@dataclass(frozen=True, slots=True)
class Template:
    """A call of the table inside a function, whose arguments hang on that function's parameters."""

    row: Row
    call: str
    args: list[Any]
    keywords: list[Any]
    path: str
    line: int
    through: tuple[str, ...] = ()  # the functions it was handed through
    place: str = ""  # the file of the call that handed it on last


@dataclass(frozen=True, slots=True)
class _Passing:
    """A call of one of the project's own functions."""

    site: Site
    written: str
    args: list[Any]
    keywords: list[Any]
    target: Target


def resolve(indexes: Iterable[FileIndex], project: ProjectFacts) -> list[Reference]:
    """The references of all files, sorted by path, line and name, each once."""
    listed = sorted(indexes, key=lambda index: index.path)
    around = Surroundings(project.paths, _folders(project.paths), project.requirements)
    with collector_paused():
        found = list(_Resolver(listed, around).run())
    for index in listed:
        found.extend(plain(index, around))
    unique: dict[tuple[Any, ...], Reference] = {}
    for item in found:
        key = (item.path, item.line, item.column, item.end_line, item.kind, item.ref, item.revision)
        unique.setdefault(key, item)
    return sorted(unique.values(), key=_order)


def _order(item: Reference) -> tuple[Any, ...]:
    return (item.path, item.line, item.column or 0, item.kind, item.call, item.ref or "", item.revision or "")


def _folders(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        parent = path.rpartition("/")[0]
        while parent and parent not in found:
            found.add(parent)
            parent = parent.rpartition("/")[0]
    return frozenset(found)


class _Resolver:
    """The Python part: first every call of the table, then the calls of what wraps them."""

    def __init__(self, indexes: list[FileIndex], around: Surroundings) -> None:
        self.modules = Modules(indexes)
        self.evaluator = Evaluator(self.modules)
        self.around = around
        self.templates: dict[str, dict[str, Template]] = {}
        self.plain_defaults: dict[str, dict[str, Any]] = {}  # of functions: those without parameters
        self.count = 0
        self.new: deque[tuple[str, Template]] = deque()  # templates whose callers are not asked yet
        self.said: dict[int, frozenset[Found]] = {}  # what a template finds where it stands, by its id
        self.cut: dict[str, tuple[Site, str]] = {}  # the first call of a file that was not followed
        self.short: dict[tuple[str, int], tuple[Site, str]] = {}  # calls of which names were left out
        self.per_file: dict[str, int] = {}
        self.urls_named: dict[str, set[str]] = {}

    def run(self) -> Iterator[Reference]:
        wrapped: dict[str, list[_Passing]] = {}
        for path, facts in self.modules.facts.items():
            targets_of: dict[str, list[Target]] = {}
            for raw in list(facts.get("calls") or ()):
                call = _call(raw, path)
                if call is None:
                    continue
                site, callee, args, keywords, written = call
                key = repr(callee)
                if key not in targets_of:
                    targets_of[key] = self._targets(callee, site, written)
                for target in targets_of[key]:
                    if target.kind == "api":
                        yield from self._table_call(site, target, args, keywords)
                    else:
                        passing = _Passing(site, written, args, keywords, target)
                        wrapped.setdefault(self._function(target), []).append(passing)
                if self.modules.is_exhausted:
                    self.cut.setdefault(path, (site, written))
        yield from self._wrappers(wrapped)
        yield from self._literal_urls()
        yield from self._not_followed()

    def _targets(self, callee: Any, site: Site, written: str) -> list[Target]:
        targets = self.evaluator.targets(callee, (site.path,))
        if self.evaluator.was_cut:
            self.evaluator.was_cut = False
            self.cut.setdefault(site.path, (site, written))
        return targets

    def _function(self, target: Target) -> str:
        """The function that runs: of a class its constructor."""
        if target.kind != "class":
            return target.name
        return self._constructor(target.name) or f"{target.name}.__init__"

    def _not_followed(self) -> Iterator[Reference]:
        """One reference for each file of which something was not followed: never silently less."""
        why = (
            "This project's names lead through more imports and functions than are followed: what this file "
            "names through them, from this call on, was not told."
        )
        for call, written in self.cut.values():
            # Without a column it is not taken for the reference of the call itself.
            site = Site(call.path, call.line, call.end_line, None, call.text)
            yield made(site, written, Found("model", None, None, Pin.UNDETERMINED, None, why, "hf"), "")
        for call, written in self.short.values():
            site = Site(call.path, call.line, call.end_line, None, call.text)
            yield made(site, written, Found("model", None, None, Pin.UNDETERMINED, None, _SHORT, "hf"), "")
        for path in self.modules.unread:
            site = Site(path, 1, 1, None, "")
            why = "The facts of this file did not arrive whole; its references are not known."
            yield made(site, "", Found("model", None, None, Pin.UNDETERMINED, None, why, "hf"), "")

    def _table_call(
        self, site: Site, target: Target, args: list[Any], keywords: list[Any]
    ) -> Iterator[Reference]:
        row = find_row(target.name)
        if row is None:
            return
        call_name = target.name.removeprefix("?.")
        all_args = [*target.args, *args]
        all_keywords = [*map(list, target.keywords), *keywords]
        template = Template(row, call_name, all_args, all_keywords, site.path, site.line, (), site.path)
        self._register(template, site)
        judged = self._judge(template, (site.path,))
        if self.evaluator.was_short:
            self.evaluator.was_short = False
            self.short.setdefault((site.path, site.line), (site, call_name))
        for found in judged:
            reference = self._reference(site, call_name, found, "")
            if reference is not None:
                yield reference

    def _judge(self, template: Template, paths: tuple[str, ...]) -> list[Found]:
        arguments = self.evaluator.arguments(template.args, template.keywords, paths)
        near = paths[0].rpartition("/")[0]
        return judge(
            Call(template.row, arguments, self.evaluator, paths, self.around, near, name=template.call)
        )

    def _register(self, template: Template, site: Site) -> None:
        """Files ``template`` under every function whose parameters its arguments mention. Only arguments
        that bear on a reference are kept, and none that has grown large."""
        place, names = template.row.ref
        keep = max(place if place is not None else 0, 1) + 1
        args = [self._handed_on(term) for term in template.args[:keep]]
        keywords = [
            [name, self._handed_on(term)]
            for name, term in template.keywords
            if name in _BEARING or name in names
        ]
        full = replace(template, args=args, keywords=keywords)
        key = repr((template.row.pattern, args, keywords, template.path))
        for function in sorted(functions_in([args, keywords])):
            known = self.templates.setdefault(function, {})
            if key in known:
                continue
            if len(known) < MAX_TEMPLATES and self.count < MAX_TEMPLATES_IN_ALL:
                known[key] = full
                self.count += 1
                self.new.append((function, full))
            else:
                self.cut.setdefault(site.path, (site, template.call))

    def _handed_on(self, term: Any) -> Any:
        full = self._with_members(term)
        return full if is_small(full, MAX_PARTS) else ["?"]

    def _with_members(self, term: Any, depth: int = 0) -> Any:
        """``self.x`` replaced by what the class's methods assign to it, so that parameters show."""
        if not isinstance(term, list) or depth > 12:
            return term
        holder = term[1] if len(term) == 3 and term[0] == "a" else None
        if isinstance(holder, list) and len(holder) == 2 and holder[0] == "self":
            meaning = self.modules.member(str(holder[1]), str(term[2]))
            if meaning is not None and meaning.kind == "term" and functions_in(meaning.term):
                return meaning.term
            return term
        if len(term) == 3 and term[0] == "r":
            inner = self._with_members(term[2], depth + 1)
            return inner if inner != term[2] else term
        return [self._with_members(part, depth + 1) for part in term]

    def _wrappers(self, wrapped: Mapping[str, list[_Passing]]) -> Iterator[Reference]:
        """Calls of functions that hand a parameter on to a call of the table; and calls of those, in turn.
        Each template meets each call of its function once; templates that arise from that are met later."""
        done = 0
        bound: dict[int, dict[str, Any]] = {}
        while self.new:
            function, template = self.new.popleft()
            for passing in wrapped.get(function, ()):
                done += 1
                if done > MAX_CALLS_THROUGH:
                    self.cut.setdefault(passing.site.path, (passing.site, passing.written))
                    continue
                if id(passing) not in bound:
                    bound[id(passing)] = self._bound(function, passing)
                yield from self._through(
                    passing.site, passing.written, function, template, bound[id(passing)]
                )

    def _bound(self, function: str, call: _Passing) -> dict[str, Any]:
        """What the parameters of ``function`` stand for in one call; what is too large to be a name is not
        to be told."""
        arguments = self.evaluator.arguments(call.args, call.keywords, (call.site.path,), call.target)
        bound = self.evaluator.bind(function, arguments)
        return {name: term if is_small(term, MAX_PARTS) else ["?"] for name, term in bound.items()}

    def _defaults(self, function: str, bound: Mapping[str, Any]) -> dict[str, Any]:
        """What the parameters that a call does not pass stand for."""
        plain = self.plain_defaults.get(function)
        if plain is None:
            defaults = self.modules.functions.get(function, {}).get("defaults", {})
            items = defaults.items() if isinstance(defaults, Mapping) else ()
            plain = {name: term for name, term in items if not functions_in(term)}
            self.plain_defaults[function] = plain
        return {name: term for name, term in plain.items() if name not in bound}

    def _constructor(self, owner: str) -> str | None:
        meaning = self.modules.member(owner, "__init__")
        return meaning.name if meaning is not None and meaning.kind == "function" else None

    def _through(
        self, site: Site, written: str, function: str, template: Template, bound: dict[str, Any]
    ) -> Iterator[Reference]:
        if not mentions(template.args, function, bound) and not mentions(template.keywords, function, bound):
            return
        args = substitute(template.args, function, bound)
        keywords = substitute(template.keywords, function, bound)
        if (args, keywords) == (template.args, template.keywords):
            return  # everything by default: the call inside the function says it already
        given = _argument(Template(template.row, "", args, keywords, "", 0))
        direct = given != _argument(template) and given[:1] == ["c"]
        # What this call leaves out is its default, and no other call may put something else there.
        defaults = self._defaults(function, bound)
        args, keywords = substitute(args, function, defaults), substitute(keywords, function, defaults)
        through = (*template.through, function)
        passed = replace(template, args=args, keywords=keywords, through=through, place=site.path)
        if template.through.count(function) >= MAX_TURNS:
            pass  # a function that calls itself: what it adds at each turn is no name that is ever loaded
        elif len(template.through) < MAX_WRAPPER_HOPS:
            self._register(passed, site)
        elif functions_in([args, keywords]):
            self.cut.setdefault(site.path, (site, written))
        paths = (site.path, template.path)
        before = self.said.get(id(template))
        if before is None:
            before = self.said[id(template)] = frozenset(
                self._judge(template, (template.place, template.path))
            )
        name = function.rsplit(".", 1)[-1]
        why = f"Through {name}(), which calls {template.call} at {template.path}:{template.line}. "
        judged = self._judge(passed, paths)
        if self.evaluator.was_short:
            self.evaluator.was_short = False
            self.short.setdefault((site.path, site.line), (site, written))
        for found in judged:
            if found.ref is None or (found in before and not direct):
                continue  # not to be told, or said already by the call inside the function
            if found.kind == "load-call" and not is_file(found):
                continue  # a name of a hub that a wrapper takes beside paths: no file is read by that name
            reference = self._reference(site, written, found, why)
            if reference is not None:
                yield reference

    def _reference(self, site: Site, call: str, found: Found, why: str) -> Reference | None:
        self.per_file[site.path] = self.per_file.get(site.path, 0) + 1
        if self.per_file[site.path] > MAX_PER_FILE:
            return None
        if found.ref:
            self.urls_named.setdefault(site.path, set()).add(found.ref)
        return made(site, call, found, why)

    def _literal_urls(self) -> Iterator[Reference]:
        """File URLs that no call of the table was seen to use: a table of downloads, an unknown function."""
        for path, facts in self.modules.facts.items():
            named = self.urls_named.get(path, set())
            for raw in list(facts.get("urls") or ())[:2_000]:
                if not (isinstance(raw, list) and len(raw) == 4 and isinstance(raw[2], str)):
                    continue
                found = literal_url(raw[2])
                if found is None or found.ref in named or raw[2] in named:
                    continue
                site = Site(path, number(raw[0]), number(raw[1]), None, str(raw[3])[:TEXT_LIMIT])
                reference = self._reference(site, "url", found, "")
                if reference is not None:
                    yield reference


def _argument(template: Template) -> list[Any]:
    """The term that carries the name; an empty list where it is absent."""
    place, names = template.row.ref
    for keyword in template.keywords:
        if keyword[0] in names and isinstance(keyword[1], list):
            return keyword[1]
    term = template.args[place] if place is not None and place < len(template.args) else None
    return term if isinstance(term, list) else []


def _call(raw: Any, path: str) -> tuple[Site, Any, list[Any], list[Any], str] | None:
    """One raw call of the facts, checked for its shape."""
    if not (isinstance(raw, list) and len(raw) == 8):
        return None
    line, end, column, callee, args, keywords, text, written = raw
    if not (isinstance(args, list) and isinstance(keywords, list)):
        return None
    pairs = [pair for pair in keywords if isinstance(pair, list) and len(pair) == 2]
    site = Site(path, number(line), number(end), number(column), str(text)[:TEXT_LIMIT])
    return site, callee, args, pairs, str(written)[:200]
