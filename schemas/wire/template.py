"""Templates as the outside sees them: workflows to begin with."""

from schemas.base import FrozenModel
from schemas.wire.workflow import Layout


class TemplateRead(FrozenModel):
    """A workflow to begin with."""

    id: str
    name: str
    description: str
    purpose: str
    """What it is for: those of one purpose follow each other."""
    inputs: list[str]
    """Titles of what it takes."""
    outputs: list[str]
    """Titles of what it gives."""
    cost: str
    """A line of what a run asks of models, and about what that costs here."""
    node_count: int
    layout: Layout


class TemplatePage(FrozenModel):
    """All templates, the first one first to try; one page."""

    items: list[TemplateRead]
    cost_note: str
    """By what costs are estimated; empty: none is."""
    next_cursor: str | None = None
