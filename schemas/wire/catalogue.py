"""What nodes can do: the node types, and the models that an llm node can ask."""

from datetime import date
from typing import Literal

from schemas.base import FrozenModel
from schemas.node_type import CATEGORIES, KINDS, CategorySpec, KindSpec, NodeTypeSpec
from schemas.values import Kind


class NodeTypePage(FrozenModel):
    """The whole catalogue, with the shelves and kinds in the order to show them; one page."""

    items: list[NodeTypeSpec]
    next_cursor: str | None = None
    categories: tuple[CategorySpec, ...] = CATEGORIES
    kinds: tuple[KindSpec, ...] = KINDS


class ModelPrice(FrozenModel):
    """What a provider asks for a million tokens of its standard tier, without discounts and taxes."""

    currency: Literal["USD"] = "USD"
    input: float
    output: float
    until: date | None
    """The last day on which it is asked, where that is known."""
    as_of: date
    """The day on which it was last compared with what the provider says."""


class ModelRead(FrozenModel):
    """A language model that can be chosen; others that the provider has can be used, too."""

    id: str
    title: str
    description: str
    """What to know before choosing it; may be empty."""
    demo: bool
    """The small model on this machine answers in its place."""
    available: bool
    """False: this process knows no key of the provider, or no address of a service that needs none."""
    offered: bool
    """False: it is known here and not recommended, as it goes, was replaced, or is not among those set."""
    sees: tuple[Kind, ...]
    """Kinds of what it takes; empty: not known."""
    makes: tuple[Kind, ...]
    """Kinds of what it gives."""
    context_tokens: int | None
    """Of a question and its answer together, where it is known."""
    price: ModelPrice | None
    """Today's, where it is known and one number."""
    next_price: ModelPrice | None
    """The one after that, where it is known already."""
    retires_at: date | None
    """The day from which its provider does not have it any more, where it is known."""
    replacement: str | None
    """The model that its provider names in its place."""


class ModelPage(FrozenModel):
    """The models that are offered, then the others that are known; one page."""

    items: list[ModelRead]
    next_cursor: str | None = None
