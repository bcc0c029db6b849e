"""As much of HTTP/1.1 (RFC 9112) as a webhook needs: one request a connection, with a length, in a time."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, NamedTuple

MAX_HEAD = 16 << 10
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_REASONS = {
    200: "OK", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
    413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


class Answer(Exception):
    """An answer that ends the request: a status and, for the sender, a sentence."""

    def __init__(self, status: int, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


class Head(NamedTuple):
    """The first lines of a request. Names of headers are in small letters."""

    method: str
    path: str
    headers: dict[str, str]


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The head of the request; None where the other side went away before it was whole."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise Answer(431, f"The headers are larger than {MAX_HEAD >> 10} KB.") from None
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Answer(400, "The request is no HTTP/1.1.")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not _NAME.match(name):
            raise Answer(400, "A header of the request has no form.")
        if name in headers and (name.startswith("webhook-") or name in ("content-length", "content-type")):
            raise Answer(400, "A header of the request stands there twice.")
        headers[name] = value.strip(" \t")
    return Head(parts[0], parts[1].partition("?")[0], headers)


def length(head: Head, most: int) -> int:
    """The length of the body, which must be said before it comes."""
    if "transfer-encoding" in head.headers or "content-length" not in head.headers:
        raise Answer(411, "The request must say its Content-Length, and not come in chunks.")
    said = head.headers["content-length"]
    if not (said.isascii() and said.isdecimal()) or len(said) > 15:
        raise Answer(400, "The Content-Length is no number.")
    if int(said) > most:
        raise Answer(413, f"The body is larger than {most} bytes; send the rows in parts.")
    if int(said) == 0:
        raise Answer(400, "The body is empty.")
    return int(said)


def response(status: int, value: dict[str, Any], retry_after: int | None = None) -> bytes:
    """The bytes of an answer in JSON, after which the connection ends."""
    body = json.dumps(value).encode() + b"\n"
    lines = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "X-Content-Type-Options: nosniff",
        *([f"Retry-After: {retry_after}"] if retry_after is not None else []),
        *(["Allow: POST"] if status == 405 else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
