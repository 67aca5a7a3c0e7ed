"""The public face of a node type: what the catalogue serves and the editor draws."""

from typing import Final, Literal

from pydantic import JsonValue
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel
from schemas.values import Kind

OUTPUT_HANDLE: Final = "output"
"""The handle of every node's first output, and of the one that an edge without a handle leaves."""


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
    preferred: bool = False
    """Where an edge most likely leads that is drawn to the node rather than to one of its ports."""


class OutputPort(FrozenModel):
    """A named output of a node type: a value of a kind, or a list of such, or nothing leaves it."""

    handle: str = OUTPUT_HANDLE
    title: str
    description: str = ""
    kind: Kind
    is_list: bool = False


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


NodeIcon = TypeAliasType(
    "NodeIcon", Literal["adjust", "background", "convert", "grid", "overlay", "rotate"]
)
"""What a node looks like from afar; without one, the editor chooses by what it takes and gives."""


class CategorySpec(FrozenModel):
    """A shelf of the catalogue."""

    id: NodeCategory
    title: str


class KindSpec(FrozenModel):
    """A kind of value. `fits` are the kinds of ports that take it, written as text if need be."""

    id: Kind
    title: str
    color: str
    """Of handles and edges, as `#rrggbb`: seen well on white and on black."""
    fits: tuple[Kind, ...]


CATEGORIES: Final = (
    CategorySpec(id="input", title="Input"),
    CategorySpec(id="ai", title="AI"),
    CategorySpec(id="image", title="Image"),
    CategorySpec(id="video", title="Video"),
)
KINDS: Final = (
    KindSpec(id="text", title="Text", color="#2f6fed", fits=("text",)),
    KindSpec(id="number", title="Number", color="#8a5cf6", fits=("number", "text")),
    KindSpec(id="boolean", title="Yes or no", color="#b4690e", fits=("boolean", "text")),
    KindSpec(id="json", title="JSON", color="#5b6b7f", fits=("json", "text")),
    KindSpec(id="image", title="Image", color="#0f9162", fits=("image",)),
    KindSpec(id="video", title="Video", color="#d9541e", fits=("video",)),
    KindSpec(id="audio", title="Sound", color="#c23a8a", fits=("audio",)),
)
"""The one table of which kind fits which port: check, the catalogue and the editor read it."""
_FITS: Final = {kind.id: frozenset(kind.fits) for kind in KINDS}


def fits(kind: Kind, port: Port, *, is_list: bool = False) -> bool:
    """Whether a port takes values of a kind; one that takes many takes a list of them, too."""
    return (port.many or not is_list) and not _FITS[kind].isdisjoint(port.kinds)


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
    outputs: tuple[OutputPort, ...]
    """The first one is called `output`."""
    output: Kind
    """The kind of the first output."""
    effects: NodeEffects
    """`none`: the output is a function of params and inputs."""
    defaults: NodeDefaults
    example: NodeTypeExample
    icon: NodeIcon | None = None
