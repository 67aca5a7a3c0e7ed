"""The public face of a node type: what the catalogue serves and the editor draws."""

from typing import Final, Literal

from pydantic import JsonValue
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel
from schemas.values import Kind

OUTPUT_HANDLE = "output"
"""Every node has one output; this is its handle."""


class Port(FrozenModel):
    """A named input of a node type.

    `kinds` are the kinds of value it takes; `many` says that several edges may enter;
    `param` that it is also a field of the form, whose typed value a connected one replaces.
    """

    handle: str
    title: str
    description: str = ""
    kinds: tuple[Kind, ...]
    required: bool = False
    many: bool = False
    param: bool = False
    placeholder: bool = False
    """Typed text may hold `{{input}}`, which the connected text is put in place of."""


class NodeDefaults(FrozenModel):
    """What applies where a node's own settings are silent."""

    retries: int
    retry_delay_seconds: float
    timeout_seconds: float


class NodeTypeExample(FrozenModel):
    """A node's data that works, with a sentence on what it does."""

    title: str
    data: dict[str, JsonValue]


NodeCategory = TypeAliasType("NodeCategory", Literal["input", "ai", "image", "video"])


NodeEffects = TypeAliasType("NodeEffects", Literal["none", "network"])


class CategorySpec(FrozenModel):
    """A shelf of the catalogue."""

    id: NodeCategory
    title: str


class KindSpec(FrozenModel):
    """A kind of value. An output fits an input whose `kinds` name the output's kind."""

    id: Kind
    title: str
    color: str
    """Of handles and edges, as `#rrggbb`: seen well on white and on black."""


CATEGORIES: Final = (
    CategorySpec(id="input", title="Input"),
    CategorySpec(id="ai", title="AI"),
    CategorySpec(id="image", title="Image"),
    CategorySpec(id="video", title="Video"),
)
KINDS: Final = (
    KindSpec(id="text", title="Text", color="#2f6fed"),
    KindSpec(id="number", title="Number", color="#8a5cf6"),
    KindSpec(id="image", title="Image", color="#0f9162"),
    KindSpec(id="video", title="Video", color="#d9541e"),
)


class NodeTypeSpec(FrozenModel):
    """One entry of the catalogue."""

    id: str
    version: int
    title: str
    description: str
    category: NodeCategory
    params: dict[str, JsonValue]
    """JSON Schema of the node's data, less `label` and `settings`; the `x-` keys say how it is edited."""
    inputs: tuple[Port, ...]
    output: Kind
    effects: NodeEffects
    """`none`: the output is a function of params and inputs."""
    defaults: NodeDefaults
    example: NodeTypeExample
