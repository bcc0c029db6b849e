"""Variables inside of configurations: ``${model.name}`` (OmegaConf, Hydra, spaCy), ``${{ env.X }}`` (CI)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inspector.references.config_values import Value

MAX_TEXT = 4_000
_REFERENCE = re.compile(r"\$\{\{?\s*([\w.:\[\]-]+)\s*(?:,\s*([^{}]*?)\s*)?\}?\}")
_CI = re.compile(r"\$\{\{\s*(?:env|vars|inputs)\.([\w-]+)\s*\}\}")
_CI_ANY = re.compile(r"\$\{\{[^{}]{0,200}\}\}")
_ENV_KEYS = frozenset(("env", "variables", "environment"))


class Interpolation:
    """What the variables of one configuration stand for, as far as the file itself sets them."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._texts: dict[str, str] = {}
        self._environment: dict[str, str] = {}
        for value in values:
            if len(value.text) < 300:
                self._texts.setdefault(".".join(map(str, value.path)), value.text)
            if len(value.path) > 1 and str(value.path[-2]).lower() in _ENV_KEYS and len(value.text) < 300:
                self._environment.setdefault(str(value.path[-1]), value.text)

    def filled(self, text: str) -> str:
        """``text`` with the references that the file resolves; what stays unknown keeps its ``$``."""
        for _ in range(4):
            if "${" not in text or len(text) > MAX_TEXT:
                break
            new = _REFERENCE.sub(self._value, text)
            if new == text:
                break
            text = new
        return text

    def _value(self, match: re.Match[str]) -> str:
        name, default = match[1], match[2]
        if name.startswith(("oc.env:", "env:")):
            return default if default is not None else match[0]
        for prefix in ("env.", "vars.", "variables."):
            if name.startswith(prefix) and name.removeprefix(prefix) in self._environment:
                return self._environment[name.removeprefix(prefix)]
        return self._texts.get(name.lstrip("."), match[0])

    def in_script(self, text: str) -> str:
        """A command with the expressions of CI put in; others become a variable that nothing sets."""
        if "${" not in text:
            return text
        text = _CI.sub(lambda match: self._environment.get(match[1], match[0]), text)
        text = _CI_ANY.sub("$UNKNOWN", text)
        return _REFERENCE.sub(lambda match: self._texts.get(match[1], match[0]), text)
