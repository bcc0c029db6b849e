"""A stand-in for a Hugging Face hub on loopback, with answers in the shape of real ones.

Two origins: the hub itself and the store of large files that it redirects to. By hand::

    python tests/hub_standin/server.py --port 8123
    HF_ENDPOINT=http://127.0.0.1:8123 inspector scan hf://acme/writer

From a test of any room (tests have no packages, so the fixture ``script`` loads it by its path)::

    with script("tests/hub_standin/server.py").HubStandIn() as hub:
        hub.model("acme/writer", {"config.json": b"{}"}, base_models=("finetune", ["acme/base"]))
        hub.fault(r"/api/organizations/", status=503)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        ...
        assert hub.count("/api/models/") == 2
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

BYTE_FAULTS = ("whole", "wrong-range", "short", "less", "packed")
DISABLED = "Access to this resource is disabled."
LFS_SUFFIXES = (".bin", ".safetensors", ".gguf", ".pt", ".pkl", ".onnx", ".h5", ".npz", ".parquet")
PREFIX = {"model": "", "dataset": "datasets/", "space": "spaces/"}
# What an info request only holds when it is expanded; the rest comes in any case.
EXPANDED_ONLY = {"baseModels", "gguf", "childrenModelCount"}


class Sparse:
    """A body of any size that is zeros but for some pieces: gigabytes without a gigabyte anywhere.

    Its digest is made up from its pieces: nobody hashes gigabytes of zeros for a test."""

    def __init__(self, size: int, pieces: dict[int, bytes]) -> None:
        self.size = size
        self.pieces = pieces
        told = json.dumps([size, sorted((at, piece.hex()) for at, piece in pieces.items())])
        self.digest = hashlib.sha256(told.encode()).hexdigest()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> bytes:
        first, last, _ = part.indices(self.size)
        out = bytearray(max(last - first, 0))
        for at, piece in self.pieces.items():
            begin, end = max(at, first), min(at + len(piece), last)
            if begin < end:
                out[begin - first : end - first] = piece[begin - at : end - at]
        return bytes(out)


@dataclass
class File:
    """One file. ``row`` replaces keys of its tree row (None takes a key away); ``scan`` is what the hub's
    own scanners say of it (``securityFileStatus``)."""

    body: Any  # bytes, or Sparse
    lfs: bool
    row: dict[str, Any] = field(default_factory=dict)
    scan: dict[str, Any] | None = None

    @property
    def sha256(self) -> str:
        return self.body.digest if isinstance(self.body, Sparse) else hashlib.sha256(self.body).hexdigest()

    @property
    def pointer(self) -> bytes:
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.body)}\n"
        ).encode()

    @property
    def git_oid(self) -> str:
        held = self.pointer if self.lfs else self.body
        return hashlib.sha1(b"blob %d\0" % len(held) + held).hexdigest()

    def tree_row(self, path: str) -> dict[str, Any]:
        row: dict[str, Any] = {"type": "file", "oid": self.git_oid, "size": len(self.body), "path": path}
        if self.lfs:
            row["lfs"] = {"oid": self.sha256, "size": len(self.body), "pointerSize": len(self.pointer)}
            row["xetHash"] = hashlib.sha256(b"xet" + self.sha256.encode()).hexdigest()
        row.update(self.row)
        return {key: value for key, value in row.items() if value is not None}

    def sibling(self, path: str, blobs: bool) -> dict[str, Any]:
        """The file as the facts of a repository list it; with ``blobs`` with its size and digests."""
        if not blobs:
            return {"rfilename": path}
        row = {"rfilename": path, "size": len(self.body), "blobId": self.git_oid}
        if self.lfs:
            row["lfs"] = {"sha256": self.sha256, "size": len(self.body), "pointerSize": len(self.pointer)}
        return row


def held(files: dict[str, Any]) -> dict[str, File]:
    """Files by path; bare bytes become a File, a large one by its ending."""
    return {
        path: body if isinstance(body, File) else File(body, path.endswith(LFS_SUFFIXES))
        for path, body in files.items()
    }


@dataclass
class Repo:
    """One repository at one commit; ``refs`` maps branches and tags to commits, all with these files, save
    the commits in ``earlier``, which hold their own."""

    kind: str
    name: str
    files: dict[str, File]
    info: dict[str, Any]
    refs: dict[str, str]
    private: bool = False
    gated: Any = False
    disabled: bool = False
    discussions: list[dict[str, Any]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)  # names in ``refs`` that are tags, not branches
    earlier: dict[str, dict[str, File]] = field(default_factory=dict)

    @property
    def sha(self) -> str:
        return self.refs["main"]

    def push(self, files: dict[str, Any], sha: str) -> None:
        """``main`` is at ``sha`` with ``files`` now; the commit before keeps what it held."""
        self.earlier[self.sha] = self.files
        self.files = held(files)
        self.refs["main"] = sha

    def commit(self, revision: str) -> str | None:
        if revision in self.refs:
            return self.refs[revision]
        known = {*self.refs.values(), *self.earlier}
        return next((sha for sha in known if len(revision) >= 7 and sha.startswith(revision)), None)


@dataclass(frozen=True)
class Seen:
    """One request as it came in. ``origin`` is hub or store."""

    method: str
    origin: str
    path: str
    query: str
    authorization: str | None
    range: str | None
    user_agent: str


@dataclass
class Fault:
    """What requests get instead of an answer, ``times`` times (None: always)."""

    pattern: re.Pattern[str]
    kind: str
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int | None = None


class HubStandIn:
    """The hub and its store, each on a port of its own. Use it as a context manager."""

    def __init__(
        self, *, port: int = 0, tls: ssl.SSLContext | None = None, page: int = 1000, delay: float = 0
    ):
        self.repos: dict[tuple[str, str], Repo] = {}
        self.renamed: dict[tuple[str, str], str] = {}
        self.organizations: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.tokens: set[str] = set()
        self.faults: list[Fault] = []
        self.requests: list[Seen] = []
        self.react: Callable[[Seen], None] = lambda seen: None  # called with each request, before its answer
        self.page = page
        self.delay = delay
        self.small_file_redirect = False  # True: small files come by way of /api/resolve-cache, as of 2025
        self.store_tags = True  # False: the store sends no ETag
        self.most_at_once = 0  # requests that were answered at the same time
        self.busy = 0
        self.counting = threading.Lock()
        self.sent = 0  # bytes of file bodies that were written, headers not counted
        self.over = threading.Event()
        self._hub = _server(self, "hub", port, tls)
        self._store = _server(self, "store", 0, tls)
        scheme = "https" if tls else "http"
        self.endpoint = f"{scheme}://127.0.0.1:{self._hub.server_port}"
        self.store = f"{scheme}://127.0.0.1:{self._store.server_port}"

    def __enter__(self) -> HubStandIn:
        for server in (self._hub, self._store):
            threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for server in (self._hub, self._store):
            server.shutdown()
            server.server_close()

    def model(self, name: str, files: dict[str, Any] | None = None, **facts: Any) -> Repo:
        return self._add("model", name, files or {"config.json": b"{}"}, facts)

    def dataset(self, name: str, files: dict[str, Any] | None = None, **facts: Any) -> Repo:
        return self._add("dataset", name, files or {"data.jsonl": b"{}\n"}, facts)

    def space(self, name: str, files: dict[str, Any] | None = None, **facts: Any) -> Repo:
        return self._add("space", name, files or {"app.py": b"print('up')\n"}, {"sdk": "gradio", **facts})

    def organization(self, name: str, **facts: Any) -> None:
        self.organizations[name.lower()] = {
            "_id": hashlib.sha1(name.encode()).hexdigest()[:24],
            "name": name,
            "fullname": name.title(),
            "isVerified": False,
            "plan": None,
            "numUsers": 3,
            "numFollowers": 12,
            "numModels": 4,
            **facts,
        }

    def user(self, name: str, **facts: Any) -> None:
        self.users[name.lower()] = {
            "user": name,
            "fullname": name.title(),
            "isPro": False,
            "numFollowers": 1,
            "type": "user",
            **facts,
        }

    def rename(self, old: str, new: str, kind: str = "model") -> None:
        """Requests for ``old`` are redirected to ``new`` (307, as the hub does it)."""
        self.renamed[(kind, old.lower())] = new

    def fault(self, pattern: str, kind: str = "status", **how: Any) -> None:
        """Requests whose path and query match get ``kind``: status, hang, reset, drip (a head without end),
        trickle (a body, a byte now and then), html, broken; and where bytes are sent: whole (Range ignored),
        wrong-range, short (cut off), less (a byte too few), packed (gzip that nobody asked for)."""
        self.faults.append(Fault(re.compile(pattern), kind, **how))

    def count(self, part: str = "", origin: str = "hub") -> int:
        """How many requests had ``part`` in their path."""
        return sum(part in seen.path and seen.origin == origin for seen in self.requests)

    def authorizations(self) -> list[tuple[str, str]]:
        """Origin and value of every Authorization header that came in."""
        return [(seen.origin, seen.authorization) for seen in self.requests if seen.authorization]

    def _add(self, kind: str, name: str, files: dict[str, Any], facts: dict[str, Any]) -> Repo:
        own = held(files)
        listing = json.dumps([[path, one.git_oid] for path, one in sorted(own.items())])
        sha = facts.pop("sha", None) or hashlib.sha1(f"{kind}/{name}/{listing}".encode()).hexdigest()
        refs = {"main": sha, **(facts.pop("refs", None) or {})}
        repo = Repo(kind, name, own, {}, refs)
        repo.tags = set(facts.pop("tag_names", ()))
        repo.private = facts.pop("private", False)
        repo.gated = facts.pop("gated", False)
        repo.disabled = facts.pop("disabled", False)
        repo.discussions = facts.pop("discussions", [])
        omitted = facts.pop("omit", ())
        relation = facts.pop("base_models", None)
        card = facts.pop("card", None)
        info: dict[str, Any] = {
            "_id": hashlib.sha1(f"{kind}{name}".encode()).hexdigest()[:24],
            "id": name,
            "author": name.split("/")[0] if "/" in name else None,
            "gated": repo.gated,
            "private": repo.private,
            "disabled": repo.disabled,
            "createdAt": "2025-02-03T10:00:00.000Z",
            "lastModified": "2025-05-06T11:00:00.000Z",
            "tags": [],
        }
        if kind == "model":
            info["modelId"] = name
        if card is not None:
            info["cardData"] = card
        if relation is not None:
            models = [{"_id": self._object_id(parent), "id": parent} for parent in relation[1]]
            info["baseModels"] = {"relation": relation[0], "models": models}
        info.update(facts)
        repo.info = {key: value for key, value in info.items() if key not in omitted}
        if "sha" in omitted:
            repo.info["sha"] = None
        self.repos[(kind, name.lower())] = repo
        return repo

    def _object_id(self, name: str) -> str:
        known = self.repos.get(("model", name.lower()))
        return known.info["_id"] if known else hashlib.sha1(f"model{name}".encode()).hexdigest()[:24]


def _server(hub: HubStandIn, origin: str, port: int, tls: ssl.SSLContext | None) -> ThreadingHTTPServer:
    handler = type("Handler", (_Handler,), {"hub": hub, "origin": origin})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: no waiting for an acknowledgement in between
    hub: HubStandIn
    origin: str

    def log_message(self, *_: object) -> None:
        """Silent: the requests stand in ``HubStandIn.requests``."""

    def do_GET(self) -> None:
        with self.hub.counting:
            self.hub.busy += 1
            self.hub.most_at_once = max(self.hub.most_at_once, self.hub.busy)
        try:
            self._answer()
        finally:
            with self.hub.counting:
                self.hub.busy -= 1

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        authorization = self.headers.get("authorization")
        seen = Seen(
            self.command,
            self.origin,
            parts.path,
            parts.query,
            authorization,
            self.headers.get("range"),
            self.headers.get("user-agent", ""),
        )
        self.hub.requests.append(seen)
        self.hub.react(seen)
        if self.hub.delay:
            self.hub.over.wait(self.hub.delay)
        if self._fails(self.path):
            return
        if self.origin == "store":
            self._stored(parts.path)
            return
        if authorization and authorization.removeprefix("Bearer ") not in self.hub.tokens:
            self._error(401, message="Invalid credentials in Authorization header")
            return
        signed_in = authorization is not None
        query = parse_qs(parts.query)
        if match := re.fullmatch(r"/api/(organizations|users)/([^/]+)/overview", parts.path):
            owners = self.hub.organizations if match[1] == "organizations" else self.hub.users
            found = owners.get(unquote(match[2]).lower())
            self._json(found) if found else self._error(404, message="This page does not exist")
            return
        if match := re.fullmatch(
            r"/api/resolve-cache/(model|dataset|space)s/(.+?)/([0-9a-f]{40})/(.+)", parts.path
        ):
            self._resolve(match[1], match[2], match[3], unquote(match[4]), signed_in)
            return
        if match := re.fullmatch(r"/api/(model|dataset|space)s/(.+)", parts.path):
            self._api(match[1], match[2], query, signed_in)
            return
        if match := re.fullmatch(r"/(datasets/|spaces/)?(.+?)/resolve/([^/]+)/(.+)", parts.path):
            kind = (match[1] or "models/")[:-2]
            self._resolve(kind, match[2], unquote(match[3]), unquote(match[4]), signed_in)
            return
        self._error(404)

    do_HEAD = do_GET
    do_POST = do_GET

    def _fails(self, path: str) -> bool:
        for fault in self.hub.faults:
            if fault.times == 0 or not fault.pattern.search(path):
                continue
            if fault.kind in BYTE_FAULTS and "/resolve" not in path and "/lfs/" not in path:
                continue
            if fault.kind in BYTE_FAULTS:
                return False  # told to the one that sends the bytes
            if fault.times is not None:
                fault.times -= 1
            if fault.kind == "hang":
                self.hub.over.wait()
            elif fault.kind == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not self.hub.over.wait(0.05):
                    self.wfile.write(b"x-more: yes\r\n")
                    self.wfile.flush()
            elif fault.kind == "trickle":
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
                while not self.hub.over.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            elif fault.kind == "html":
                self._send(200, b"<!doctype html><title>Sign in</title>", {"content-type": "text/html"})
            elif fault.kind == "broken":
                self._send(200, b'{"id": "acme/', {"content-type": "application/json"})
            elif fault.kind == "status":
                self._send(fault.status, fault.body, fault.headers)
            self.close_connection = fault.kind in ("hang", "drip", "trickle", "reset")
            return True
        return False

    def _bytes_fault(self) -> str:
        for fault in self.hub.faults:
            if fault.kind in BYTE_FAULTS and fault.pattern.search(self.path):
                return fault.kind
        return ""

    def _find(self, kind: str, name: str, signed_in: bool) -> Repo | None:
        repo = self.hub.repos.get((kind, name.lower()))
        if repo is None or (repo.private and not signed_in):
            # Anonymous, the hub does not tell a missing repository from a private one.
            if signed_in:
                self._error(404, "RepoNotFound", "Repository not found")
            else:
                self._error(401, message="Invalid username or password.")
            return None
        if repo.disabled:
            self._error(403, message=DISABLED)
            return None
        return repo

    def _api(self, kind: str, rest: str, query: dict[str, list[str]], signed_in: bool) -> None:
        match = re.fullmatch(r"(.+?)(?:/(revision|tree|paths-info)/([^/]+)|/(discussions|refs))?", rest)
        assert match
        name = unquote(match[1])
        new = self.hub.renamed.get((kind, name.lower()))
        if new is not None:
            tail = rest[len(match[1]) :]
            asked = urlsplit(self.path).query
            self._send(307, b"", {"location": f"/api/{kind}s/{new}{tail}{'?' + asked if asked else ''}"})
            return
        repo = self._find(kind, name, signed_in)
        if repo is None:
            return
        commit = repo.commit(unquote(match[3])) if match[3] else repo.sha
        if commit is None:
            self._error(404, "RevisionNotFound", f"Invalid rev id: {match[3]}")
        elif match[4] == "refs":
            self._refs(repo)
        elif match[4]:
            self._json({"discussions": repo.discussions, "count": len(repo.discussions)})
        elif match[2] == "tree":
            self._tree(repo, repo.earlier.get(commit, repo.files), query)
        elif match[2] == "paths-info":
            self._paths_info(repo)
        else:
            self._info(repo, commit, query)

    def _info(self, repo: Repo, commit: str, query: dict[str, list[str]]) -> None:
        expand = query.get("expand", [])
        info = dict(repo.info)
        if "sha" not in info:
            info["sha"] = commit
        if not expand or "siblings" in expand:
            blobs = query.get("blobs") == ["true"]
            rows = [repo.files[path].sibling(path, blobs) for path in sorted(repo.files)]
            info.setdefault("siblings", rows)
        if expand:
            info = {key: value for key, value in info.items() if key in {"_id", "id", *expand}}
        else:
            info = {key: value for key, value in info.items() if key not in EXPANDED_ONLY}
        self._json(info)

    def _refs(self, repo: Repo) -> None:
        rows: dict[str, list[dict[str, Any]]] = {"branches": [], "converts": [], "tags": []}
        for name, commit in repo.refs.items():
            kind, folder = ("tags", "tags") if name in repo.tags else ("branches", "heads")
            rows[kind].append({"name": name, "ref": f"refs/{folder}/{name}", "targetCommit": commit})
        self._json(rows)

    def _tree(self, repo: Repo, files: dict[str, File], query: dict[str, list[str]]) -> None:
        page = 50 if query.get("expand", ["false"])[0].lower() == "true" else self.hub.page
        start = int(query.get("cursor", ["0"])[0])
        paths = sorted(files)
        rows = [files[path].tree_row(path) for path in paths[start : start + page]]
        if start == 0:
            folders = sorted({path.rpartition("/")[0] for path in paths} - {""})
            oid = hashlib.sha1(repo.name.encode()).hexdigest()
            rows[:0] = [{"type": "directory", "oid": oid, "size": 0, "path": path} for path in folders]
        headers = {}
        if start + page < len(paths):
            here = urlsplit(self.path).path
            keep = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "cursor")
            address = f"{self.hub.endpoint}{here}?{keep}&cursor={start + page}"
            headers["link"] = f'<{address}>; rel="next"'
        self._json(rows, headers)

    def _paths_info(self, repo: Repo) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers.get("content-length", "0"))).decode())
        rows = []
        for path in asked.get("paths", []):
            one = repo.files.get(path)
            if one is not None:
                row = one.tree_row(path)
                if asked.get("expand", ["false"])[0].lower() == "true" and one.scan is not None:
                    row["securityFileStatus"] = one.scan
                rows.append(row)
        self._json(rows)

    def _resolve(self, kind: str, name: str, revision: str, path: str, signed_in: bool) -> None:
        repo = self._find(kind, unquote(name), signed_in)
        if repo is None:
            return
        commit = repo.commit(revision)
        if commit is None:
            self._error(404, "RevisionNotFound", "Invalid rev id")
            return
        if repo.gated and not signed_in:
            self._error(401, "GatedRepo", f"Access to model {repo.name} is restricted.")
            return
        one = repo.files.get(path)
        if one is None:
            self._error(404, "EntryNotFound", "Entry not found")
            return
        headers = {"x-repo-commit": commit, "accept-ranges": "bytes"}
        if not one.lfs and self.hub.small_file_redirect and "resolve-cache" not in self.path:
            cached = f"/api/resolve-cache/{kind}s/{name}/{commit}/{quote(path)}"
            self._send(307, b"", {**headers, "location": cached})
            return
        if not one.lfs:
            self._file(one.body, {**headers, "etag": f'"{one.git_oid}"'})
            return
        digest = one.sha256
        address = (
            f"{self.hub.store}/lfs/{repo.kind}/{quote(repo.name)}/{digest}/{quote(path)}?X-Signature=abc"
        )
        linked = {
            "x-linked-etag": f'"{digest}"',
            "x-linked-size": str(len(one.body)),
            "x-xet-hash": hashlib.sha256(b"xet" + digest.encode()).hexdigest(),
            "link": f'<{self.hub.endpoint}/api/{kind}s/{name}/xet-read-token/{commit}>; rel="xet-auth"',
            "location": address,
        }
        self._send(302, b"", {**headers, **linked})

    def _stored(self, path: str) -> None:
        for repo in self.hub.repos.values():
            for one in repo.files.values():
                if not one.lfs or not path.startswith(f"/lfs/{repo.kind}/{quote(repo.name)}/"):
                    continue
                if path.split("/lfs/", 1)[1].startswith(f"{repo.kind}/{quote(repo.name)}/{one.sha256}/"):
                    tag = {"etag": f'"{one.sha256}"'} if self.hub.store_tags else {}
                    self._file(one.body, {"accept-ranges": "bytes", **tag})
                    return
        self._error(404)

    def _file(self, body: Any, headers: dict[str, str]) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if self.headers.get("if-range", headers.get("etag")) != headers.get("etag"):
            wanted = None  # RFC 9110, section 13.1.5: another file now, so all of it
        fault = self._bytes_fault()
        cut = 2 if fault == "short" else None
        if wanted is None or fault == "whole":
            self._send_whole(body, headers, cut)
        elif int(wanted[1]) >= len(body):
            self._send(416, b"", {"content-range": f"bytes */{len(body)}"})
        else:
            first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
            shift = 1 if fault == "wrong-range" and first else 0
            told = f"bytes {first - shift}-{last - shift}/{len(body)}"
            part = body[first - shift : last + 1 - shift - (1 if fault == "less" else 0)]
            if fault == "packed":
                part, headers = gzip.compress(part), {**headers, "content-encoding": "gzip"}
            self.hub.sent += len(part) if cut is None else cut
            self._send(206, part, {**headers, "content-range": told}, cut=cut)

    def _send_whole(self, body: Any, headers: dict[str, str], cut: int | None) -> None:
        """All of ``body``, however large, until the other side hangs up."""
        self.send_response(200)
        for key, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        end = 0 if self.command == "HEAD" else len(body) if cut is None else cut
        for at in range(0, end, 1 << 16):
            piece = body[at : min(at + (1 << 16), end)]
            self.wfile.write(piece)
            self.hub.sent += len(piece)
        self.close_connection = cut is not None

    def _json(self, value: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self._send(200, body, {"content-type": "application/json; charset=utf-8", **(headers or {})})

    def _error(self, status: int, code: str | None = None, message: str = "Not found") -> None:
        headers = {"content-type": "application/json; charset=utf-8", "x-error-message": message}
        if code:
            headers["x-error-code"] = code
        self._send(status, json.dumps({"error": message}).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str], *, cut: int | None = None) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.close_connection = True


def furnish(hub: HubStandIn) -> None:
    """A small family to try things with: a writer, its base models, gated, renamed, private, disabled."""
    hub.organization("acme", isVerified=True, plan="enterprise")
    hub.organization("old-org")
    hub.user("sam")
    pickle = b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03."
    hub.model("acme/base-7b", {"config.json": b'{"model_type": "llama"}', "model.safetensors": b"\0" * 64})
    hub.model("acme/locked-7b", {"model.safetensors": b"\1" * 64}, gated="manual")
    hub.model("acme/hidden", private=True)
    hub.model("acme/gone", disabled=True)
    hub.rename("old-org/base-7b", "acme/base-7b")
    hub.dataset("acme/tickets", {"train.jsonl": b'{"q": "a"}\n' * 20})
    hub.model(
        "acme/writer",
        {
            "README.md": b"---\nlicense: apache-2.0\n---\n# Writer\n",
            "adapter_config.json": b'{"base_model_name_or_path": "acme/locked-7b", "peft_type": "LORA"}',
            "config.json": b'{"model_type": "llama", "_name_or_path": "old-org/base-7b"}',
            "pytorch_model.bin": pickle,
        },
        card={
            "license": "apache-2.0",
            "base_model": "old-org/base-7b",
            "datasets": ["acme/tickets", "x/none"],
        },
        base_models=("finetune", ["acme/base-7b"]),
        tags=["license:apache-2.0", "base_model:acme/base-7b", "base_model:finetune:acme/base-7b"],
    )
    hub.model("sam/writer-gguf", {"writer.gguf": b"GGUF"}, base_models=("quantized", ["acme/writer"]))
    hub.space("acme/demo", models=["acme/writer"], datasets=["acme/tickets"])


def family(hub: HubStandIn, count: int = 34) -> None:
    """``acme/model-00`` and ``count`` repositories that it comes from: three parents each, eight owners."""
    for owner in range(8):
        hub.organization(f"org{owner}" if owner else "acme", isVerified=owner % 2 == 0)
    names = ["acme/model-00", *(f"org{1 + n % 7}/model-{n:02}" for n in range(1, count + 1))]
    for number, name in reversed(list(enumerate(names))):
        parents = [names[at] for at in range(3 * number + 1, 3 * number + 4) if at < len(names)]
        how = {"base_models": ("merge", parents)} if parents else {}
        hub.model(name, {"config.json": b"{}", "model.safetensors": b"\0" * 64}, **how)


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for a Hugging Face hub on loopback.")
    parser.add_argument("--port", type=int, default=8123)
    with HubStandIn(port=parser.parse_args().port) as hub:
        furnish(hub)
        names = ", ".join(sorted(repo.name for repo in hub.repos.values()))
        print(f"HF_ENDPOINT={hub.endpoint}   repositories: {names}", flush=True)
        try:
            hub.over.wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
