"""What nodes can do: the node types, and the models that an llm node can ask."""

from schemas.base import FrozenModel
from schemas.node_type import CATEGORIES, KINDS, CategorySpec, KindSpec, NodeTypeSpec


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


class ModelPage(FrozenModel):
    """All models that are offered; one page."""

    items: list[ModelRead]
    next_cursor: str | None = None
