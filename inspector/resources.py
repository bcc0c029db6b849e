"""Where the files that travel with the program are: icons, sample, checklist, help, contract."""

from __future__ import annotations

from pathlib import Path


def root() -> Path:
    """The folder of resources: inside the wheel, or the checkout's for an editable install."""
    here = Path(__file__).parent
    shipped = here / "_resources"
    return shipped if shipped.is_dir() else here.parent / "resources"


def path(*parts: str) -> Path:
    """The path of one resource; FileNotFoundError would be a defect of the package, not of the user."""
    return root().joinpath(*parts)
