"""What nodes can do: the node types, and the models that an llm node can ask."""

from datetime import date

from schemas.base import FrozenModel
from schemas.node_type import CATEGORIES, KINDS, CategorySpec, KindSpec, NodeTypeSpec
from schemas.values import Kind


class NodeTypePage(FrozenModel):
    """The whole catalogue, with the shelves and kinds in the order to show them; one page."""

    items: list[NodeTypeSpec]
    next_cursor: str | None = None
    categories: tuple[CategorySpec, ...] = CATEGORIES
    kinds: tuple[KindSpec, ...] = KINDS


class ModelRead(FrozenModel):
    """A language model that is offered; others that the provider has can be used, too."""

    id: str
    title: str
    description: str
    """What to know before choosing it; may be empty."""
    demo: bool
    """The small model on this machine answers in its place."""
    available: bool
    """False: no key of the provider is set."""
    sees: tuple[Kind, ...]
    """Kinds of what it takes."""
    makes: tuple[Kind, ...]
    """Kinds of what it gives."""
    context_tokens: int | None
    """Of a question and its answer together, where it is known."""
    retires_at: date | None
    """The day from which its provider does not have it any more, where it is known."""
    replacement: str | None
    """The model that its provider names in its place."""


class ModelPage(FrozenModel):
    """All models that are offered; one page."""

    items: list[ModelRead]
    next_cursor: str | None = None
