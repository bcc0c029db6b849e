"""What a Python module writes, reads, schedules and hands to others, as far as it bears on training data.

Facts only, taken in the worker: places with the term of the path, table, bucket key or topic. ``influence``
joins them over all files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from inspector.references.python_scopes import Collected, Place, dotted_name
from inspector.references.python_terms import Term, Terms

MAX_FACTS = 400
_HANDLER = re.compile(
    r"(?:\.|\b)(?:post|put|patch|route|websocket|api_route|event|message|command|on_event|api_view|action"
    r"|message_handler|callback_query_handler|on_message|hears|shortcut|view|mutation|webhook)\Z"
)
# Calls that register a function for what users send: Gradio, Telegram, Django, queues.
_REGISTERS = frozenset(
    (
        *("click", "submit", "like", "change", "upload", "flag", "Interface", "ChatInterface", "feedback"),
        *("CommandHandler", "MessageHandler", "CallbackQueryHandler", "ConversationHandler"),
        *("add_url_rule", "add_route", "add_api_route", "path", "re_path", "on_click", "add_handler"),
    )
)
_VIEW = re.compile(r"View|ViewSet|Resource|Handler|Endpoint|Consumer|RequestHandler\Z")
_VIEW_METHODS = frozenset(
    ("post", "put", "patch", "create", "perform_create", "receive", "do_POST", "on_post")
)
_PLAIN_HANDLERS = frozenset(("on_message", "lambda_handler", "handle_message", "handle_webhook"))
_FILE_READERS = frozenset(
    (
        *("open", "load_dataset", "read_json", "read_csv", "read_parquet", "from_json", "from_csv"),
        *("load_from_disk", "read_text", "from_parquet", "read_jsonl", "loadtxt", "scan_ndjson", "jsonlines"),
    )
)
_FILE_WRITERS = frozenset(("to_json", "to_csv", "to_parquet", "write_text", "save_to_disk"))
_STORE_WRITERS = frozenset(
    ("put_object", "upload_file", "upload_fileobj", "upload_blob", "fput_object", "upload_from_string")
)
_STORE_READERS = frozenset(("get_object", "download_file", "download_fileobj", "fget_object"))
_ROWS_IN = frozenset(("insert_one", "insert_many", "insert", "upsert", "bulk_insert_mappings", "to_sql"))
_ROWS_OUT = frozenset(("find", "aggregate", "read_sql", "read_sql_query", "read_sql_table", "read_gbq"))
_TOPIC_IN = frozenset(
    ("produce", "send", "publish", "send_message", "xadd", "lpush", "rpush", "basic_publish")
)
_TOPIC_OUT = frozenset(("KafkaConsumer", "subscribe", "xread", "blpop", "brpop", "receive_message"))
_TRAINERS = re.compile(r"(?:[A-Z]\w*)?Trainer\Z|fit\Z|finetune\w*\Z|fine_tune\w*\Z|train(?:_model)?\Z")
_SQL = re.compile(
    r"\s*(?:WITH\b.*?\b)?(INSERT\s+(?:OR\s+\w+\s+)?INTO|SELECT)\b(.*)", re.IGNORECASE | re.DOTALL
)
_TABLE = re.compile(r"\b(?:INTO|FROM|JOIN)\s+[\"`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_APPROVED = re.compile(r"approv|review(?:ed|er)|moderat|is_valid|verified|accepted|curated|status\s*=", re.I)
_RETRAINS = re.compile(r"(?:^|[\s./_(,'\"-])(?:re)?-?train(?!ed|er_state)|fine[-_ ]?tun", re.IGNORECASE)
_SCHEDULERS = frozenset(
    (
        "add_job",
        "scheduled_job",
        "add_periodic_task",
        "crontab",
        "DAG",
        "dag",
        "serve",
        "cron",
        "do",
        "schedule",
    )
)
_SCHEDULE_WORDS = frozenset(
    (
        "schedule_interval",
        "schedule",
        "cron",
        "crontab",
        "interval",
        "hours",
        "days",
        "weeks",
        "beat_schedule",
    )
)
_VENDORS = re.compile(
    r"fine_?tun\w*\.(?:jobs\.)?create|finetuning\.create|FineTuningJob\.create|FineTune\.create"
    r"|create_model_customization_job|create_finetuned_model|(?:^|\.)sft\.train\Z"
)
_ANNOTATION = re.compile(r"\b(?:argilla|rg|label_studio_sdk|label_studio)\b")
_PULLS = frozenset(
    (
        *("load", "from_argilla", "from_hub", "export_tasks", "get_labeled_tasks", "export_snapshot_create"),
        *("download_snapshot", "get_tasks", "export", "to_list", "to_datasets", "records", "pull"),
    )
)


def influence_facts(collected: Collected, terms: Terms, text_of: Callable[[int, int], str]) -> dict[str, Any]:
    """``uses`` [line, text, kind, term, what, function], ``handlers`` [function], ``links`` [caller, callee
    term], ``signs`` [line, text, what, detail], ``trains``; empty where there is nothing of it."""
    return _Facts(collected, terms, text_of).run()


class _Facts:
    def __init__(self, collected: Collected, terms: Terms, text_of: Callable[[int, int], str]) -> None:
        self.collected = collected
        self.terms = terms
        self.text_of = text_of
        self.uses: list[list[Any]] = []
        self.signs: list[list[Any]] = []
        self.links: list[list[Any]] = []
        self.trains = False
        self.own = {function.scope.qual for function in collected.functions}
        self.imports = {
            str(binding.payload[1])
            for bindings in collected.module.bindings.values()
            for binding in bindings[:1]
            if binding.how == "term"
        }
        self.is_page = any(name.split(".", 1)[0] in ("streamlit", "chainlit") for name in self.imports)
        self.annotates = any(_ANNOTATION.match(name) for name in self.imports)

    def run(self) -> dict[str, Any]:
        handlers = self._handlers()
        for node, place in self.collected.calls:
            name = str(dotted_name(node.func) or getattr(node.func, "attr", ""))
            last = name.rsplit(".", 1)[-1]
            if last in _INTERESTING or _TRAINERS.match(last):
                self._call(node, place, name, last)
            if last in _REGISTERS:
                handlers |= self._registered(node, place)
        if self.is_page:  # every run of a page is for what a user did
            handlers |= {self.collected.module.qual, *self.own}
        if handlers:
            for node, place in self.collected.calls:
                self._link(node, place)
        self._decorated()
        if not (self.uses or self.signs or handlers):
            return {}
        return {
            "uses": self.uses,
            "handlers": sorted(handlers)[:MAX_FACTS],
            "links": self.links,
            "signs": self.signs,
            "trains": self.trains,
        }

    def _handlers(self) -> set[str]:
        found: set[str] = set()
        views = {
            klass.scope.qual
            for klass in self.collected.classes
            if any(_VIEW.search(dotted_name(base) or "") for base in klass.node.bases)
        }
        for function in self.collected.functions:
            node = function.node
            if isinstance(node, ast.Lambda):
                continue
            names = [_name(item) for item in node.decorator_list]
            is_method = node.name in _VIEW_METHODS and function.scope.owner in views
            # Django's views are functions that take the request first.
            is_view = "request" in list(function.scope.params)[:1] and function.kind == "function"
            is_hook = node.name in _PLAIN_HANDLERS or any(_HANDLER.search(name) for name in names)
            if is_method or is_view or is_hook:
                found.add(function.scope.qual)
        return found

    def _registered(self, node: ast.Call, place: Place) -> set[str]:
        found: set[str] = set()
        for part in [
            *node.args[:4],
            *(k.value for k in node.keywords if k.arg in ("fn", "view_func", "callback")),
        ]:
            if isinstance(part, ast.Name | ast.Attribute):
                term = self.terms.of(part, place)
                if term[0] == "g" and term[1] in self.own:
                    found.add(term[1])
                elif term[0] == "a" and term[1][0] == "self":
                    found.add(f"{term[1][1]}.{term[2]}")
        return found

    def _link(self, node: ast.Call, place: Place) -> None:
        """Who calls whom, so that a handler that writes through a function of its own is seen."""
        if len(self.links) >= MAX_FACTS or not isinstance(node.func, ast.Name | ast.Attribute):
            return
        term = self.terms.of(node.func, place)
        if term[0] == "g" and "." in term[1]:
            self.links.append([place.scope.qual, term[1]])
        elif term[0] == "a" and term[1][0] == "self":
            self.links.append([place.scope.qual, f"{term[1][1]}.{term[2]}"])
        elif term[0] == "a" and term[1][0] == "k" and term[1][1][0] == "g":
            self.links.append([place.scope.qual, f"{term[1][1][1]}.{term[2]}"])

    # --- what a call does

    def _call(self, node: ast.Call, place: Place, name: str, last: str) -> None:
        self.trains = self.trains or _TRAINERS.match(last) is not None
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        if last in _FILE_READERS or last in _FILE_WRITERS:
            self._file(node, place, last, receiver)
        elif last in _STORE_WRITERS or last in _STORE_READERS:
            self._object(node, place, last)
        elif last in ("execute", "executemany", "text", "read_sql", "read_sql_query", "read_gbq"):
            self._statement(node, place)
        elif last in ("read_sql_table", "to_sql"):
            term = self._argument(node, place, 0, ("name", "table_name"))
            self._use(node, place, "table", term, "write" if last == "to_sql" else "read")
        elif last in _ROWS_IN or last in _ROWS_OUT:
            self._collection(node, place, receiver, "write" if last in _ROWS_IN else "read")
        elif last in _TOPIC_IN or last in _TOPIC_OUT:
            self._topic(node, place, last)
        elif last == "push_to_hub":
            self._use(node, place, "hub", self._argument(node, place, 0, ("repo_id",)), "write")
        self._sign(node, place, name, last)

    def _file(self, node: ast.Call, place: Place, last: str, receiver: ast.expr | None) -> None:
        mode = next((k.value for k in node.keywords if k.arg == "mode"), None)
        is_path = last in ("open", "read_text", "write_text") and receiver is not None
        modules = ("io", "codecs", "gzip", "aiofiles", "jsonlines")
        is_path = is_path and receiver is not None and dotted_name(receiver) not in modules
        if mode is None and last == "open" and len(node.args) > (0 if is_path else 1):
            mode = node.args[0 if is_path else 1]
        word = mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else ""
        writes = last in _FILE_WRITERS or word[:1] in ("a", "w", "x") or "+" in word
        path = receiver if is_path else node.args[0] if node.args else None
        for keyword in node.keywords:
            if keyword.arg in ("data_files", "path_or_buf", "file", "path_or_paths", "dataset_path"):
                path = keyword.value
        if path is not None:
            self._use(node, place, "path", self.terms.of(path, place), "write" if writes else "read")

    def _object(self, node: ast.Call, place: Place, last: str) -> None:
        bucket = self._argument(node, place, 1 if last.startswith("upload_file") else 0, ("Bucket", "bucket"))
        key = self._argument(node, place, 2 if last.startswith("upload_file") else 1, ("Key", "object_name"))
        if key is not None:
            term: Term = ["j", bucket or ["?"], ["c", "/"], key] if bucket is not None else key
            self._use(node, place, "object", term, "write" if last in _STORE_WRITERS else "read")

    def _statement(self, node: ast.Call, place: Place) -> None:
        """SQL: the table that rows are put in or taken from, and whether a reviewed state is asked for."""
        term = self._argument(node, place, 0, ("sql", "query", "statement"))
        text = _text_of(term)
        match = _SQL.match(text) if text else None
        if match is None:
            return
        table = _TABLE.search(text)
        if table is None:
            return
        writes = match[1].upper().startswith("INSERT")
        what = "write" if writes else "read-approved" if _APPROVED.search(text) else "read"
        self._use(node, place, "table", ["c", table[1].lower()], what)

    def _collection(self, node: ast.Call, place: Place, receiver: ast.expr | None, what: str) -> None:
        """MongoDB, Supabase: the collection that a method is called on."""
        key: Term | None = None
        if isinstance(receiver, ast.Subscript):
            key = self.terms.of(receiver.slice, place)
        elif isinstance(receiver, ast.Call) and receiver.args:
            key = self.terms.of(receiver.args[0], place)
        elif isinstance(receiver, ast.Attribute):
            key = ["c", receiver.attr]
        elif isinstance(receiver, ast.Name):
            term = self.terms.of(receiver, place)
            key = term[2] if term[0] == "x" else ["c", term[2]] if term[0] == "a" else None
        if key is None or (what == "read" and isinstance(receiver, ast.Name) and key[0] != "c"):
            return
        if what == "read" and _APPROVED.search(self.text_of(node.lineno, node.end_lineno or node.lineno)):
            what = "read-approved"
        self._use(node, place, "table", key, what)

    def _topic(self, node: ast.Call, place: Place, last: str) -> None:
        term = self._argument(node, place, 0, ("topic", "QueueUrl", "queue", "routing_key", "name"))
        if term is not None and _text_of(term):
            self._use(node, place, "topic", term, "write" if last in _TOPIC_IN else "read")

    def _sign(self, node: ast.Call, place: Place, name: str, last: str) -> None:
        """Fine-tuning services, annotation tools, schedules."""
        text = self.text_of(node.lineno, node.end_lineno or node.lineno)
        purpose = next((k.value for k in node.keywords if k.arg == "purpose"), None)
        is_purpose = isinstance(purpose, ast.Constant) and purpose.value in ("fine-tune", "fine_tune")
        is_upload = "files.upload" in name.lower() and re.search(r"fine.?tun|together|mistral", text, re.I)
        if is_purpose or is_upload or _VENDORS.search(name):
            self.trains = True
            self._say(node, "vendor", name)
        elif (
            self.annotates and last in _PULLS and (_ANNOTATION.match(name) or last not in ("load", "export"))
        ):
            self._say(node, "annotation", name)
        elif last in _SCHEDULERS and self._is_schedule(node, last) and _RETRAINS.search(text):
            self._say(node, "schedule", name)

    @staticmethod
    def _is_schedule(node: ast.Call, last: str) -> bool:
        if last in ("DAG", "dag", "serve", "schedule", "cron"):
            return any(k.arg in _SCHEDULE_WORDS for k in node.keywords)
        return last in ("add_job", "scheduled_job", "add_periodic_task", "do")

    def _decorated(self) -> None:
        """``@scheduler.scheduled_job(...)`` and Airflow's ``@dag(schedule=...)`` over a function that
        trains."""
        for function in self.collected.functions:
            if isinstance(function.node, ast.Lambda):
                continue
            for item in function.node.decorator_list:
                last = _name(item).rsplit(".", 1)[-1]
                timed = isinstance(item, ast.Call) and (
                    last in ("scheduled_job", "periodic_task")
                    or (last in ("dag", "flow", "schedule") and self._is_schedule(item, "DAG"))
                )
                if timed and _RETRAINS.search(function.node.name):
                    self._say(item, "schedule", function.node.name)

    def _argument(self, node: ast.Call, place: Place, number: int, names: tuple[str, ...]) -> Term | None:
        for keyword in node.keywords:
            if keyword.arg in names:
                return self.terms.of(keyword.value, place)
        return self.terms.of(node.args[number], place) if number < len(node.args) else None

    def _use(self, node: ast.Call, place: Place, kind: str, term: Term | None, what: str) -> None:
        if term is None or term == ["?"] or len(self.uses) >= MAX_FACTS:
            return
        text = self.text_of(node.lineno, node.lineno)
        use = [node.lineno, text, kind, term, what, place.scope.qual]
        if use not in self.uses:  # execute(text("INSERT …")) is one use and two calls
            self.uses.append(use)

    def _say(self, node: ast.expr, what: str, detail: str) -> None:
        if len(self.signs) < MAX_FACTS:
            self.signs.append([node.lineno, self.text_of(node.lineno, node.lineno), what, detail[:200]])


_INTERESTING = frozenset(
    (
        *(_FILE_READERS | _FILE_WRITERS | _STORE_READERS | _STORE_WRITERS | _ROWS_IN | _ROWS_OUT),
        *(_TOPIC_IN | _TOPIC_OUT | _SCHEDULERS | _PULLS),
        *("execute", "executemany", "text", "push_to_hub", "create", "upload", "train", "fit"),
        *("create_model_customization_job", "create_finetuned_model"),
    )
)


def _text_of(term: Term | None) -> str:
    """The text of a term as far as it is constant, holes as spaces."""
    if not term:
        return ""
    if term[0] == "c" and isinstance(term[1], str):
        return str(term[1])
    if term[0] == "j":
        return "".join(_text_of(part) or " " for part in term[1:])
    if term[0] == "k" and len(term) == 4 and term[2]:
        return _text_of(term[2][0])  # text("SELECT …")
    return ""


def _name(node: ast.expr) -> str:
    return dotted_name(node.func if isinstance(node, ast.Call) else node) or ""
