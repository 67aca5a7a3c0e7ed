"""Templates as the outside sees them: workflows to begin with."""

from schemas.base import FrozenModel
from schemas.wire.workflow import Layout


class TemplateRead(FrozenModel):
    """A workflow to begin with."""

    id: str
    name: str
    description: str
    node_count: int
    layout: Layout


class TemplatePage(FrozenModel):
    """All templates, the first one first to try; one page."""

    items: list[TemplateRead]
    next_cursor: str | None = None
