"""The history of a workflow: what made each version, and what it changed."""

from typing import Literal, get_args

from schemas.base import FrozenModel

Origin = Literal["created", "saved", "restored", "imported", "template", "duplicated"]
"""What made an entry of the history."""
ORIGINS: tuple[str, ...] = get_args(Origin)


class Changes(FrozenModel):
    """What differs from the entry before; where a node stands is no difference.

    `summary` is a sentence that names some of it.
    """

    nodes_added: int = 0
    nodes_removed: int = 0
    nodes_changed: int = 0
    edges_added: int = 0
    edges_removed: int = 0
    summary: str
