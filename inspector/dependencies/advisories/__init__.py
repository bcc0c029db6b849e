"""The offline advisory database: an OSV export, imported once and asked in milliseconds."""

from inspector.dependencies.advisories.age import OLD_DAYS, days_old, warning
from inspector.dependencies.advisories.importing import Imported, default_folder, import_advisories, status
from inspector.dependencies.advisories.index import AdvisoryIndex, open_index, path_of

__all__ = [
    "OLD_DAYS",
    "AdvisoryIndex",
    "Imported",
    "days_old",
    "default_folder",
    "import_advisories",
    "open_index",
    "path_of",
    "status",
    "warning",
]
