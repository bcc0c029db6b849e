"""Names that look like well-known ones: of packages, and of the owners of models and datasets.

A likeness is a fact about two names and no judgement: it says "looks like X (rank 12)" and why.
"""

from inspector.dependencies.lookalike.names import list_date
from inspector.dependencies.lookalike.owners import looks_like_owner
from inspector.dependencies.lookalike.packages import looks_like

__all__ = ["list_date", "looks_like", "looks_like_owner"]
