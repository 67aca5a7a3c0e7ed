"""What travels between API and client about templates, and workflows that come as files."""

from schemas.base import FrozenModel
from schemas.problem import Problem
from schemas.wire.models import Layout, WorkflowRead


class ImportRead(FrozenModel):
    """A workflow that was just made from a file or a template.

    `notes` are sentences on what was left out or changed; `problems` keep it from running.
    """

    workflow: WorkflowRead
    problems: list[Problem]
    notes: list[str]


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
