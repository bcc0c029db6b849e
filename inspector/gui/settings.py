"""What the window remembers between starts: theme, scale, geometry and the recent targets. One JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inspector import places

RECENT_KEPT = 12
SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5)
_MOST_BYTES = 1 << 20  # a larger file is not one that this program wrote


class Settings:
    """Settings of this user. A broken file counts as none; it is replaced by the next change."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or places.config() / "window.json"
        self._values = _read(self.path)

    def get(self, key: str, default: Any = None) -> Any:
        return self._values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        """Stores one value. A folder that cannot be written loses the setting, never the work."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps(self._values, indent=1, ensure_ascii=True), encoding="utf-8")
            fresh.replace(self.path)
        except OSError:
            return

    @property
    def theme(self) -> str:
        """system, light, dark or contrast."""
        value = self.get("theme", "system")
        return value if value in ("system", "light", "dark", "contrast") else "system"

    @property
    def language(self) -> str:
        """system, or the code of a language."""
        value = self.get("language", "system")
        return value if isinstance(value, str) else "system"

    @property
    def scale(self) -> float:
        value = self.get("scale", 1.0)
        return float(value) if isinstance(value, (int, float)) and 0.8 <= value <= 2.5 else 1.0

    def recent(self) -> list[str]:
        """Targets opened last, newest first."""
        value = self.get("recent", [])
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def opened(self, target: str) -> None:
        others = [item for item in self.recent() if item != target]
        self.put("recent", [target, *others][:RECENT_KEPT])


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            value = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
