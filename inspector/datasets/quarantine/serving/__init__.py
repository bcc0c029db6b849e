"""The webhook: rows come in over HTTP, signed, from programs of one's own; loopback unless told otherwise."""

from inspector.datasets.quarantine.serving.server import Server
from inspector.datasets.quarantine.serving.signature import WebhookKey, sign

__all__ = ["Server", "WebhookKey", "sign"]
