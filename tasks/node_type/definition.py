"""What a node type is made of: params, inputs, outputs, one function, examples.

A node type is one module in `tasks/nodes`:

    class CropParams(Params): ...          # the form; every field is also an input port
    class CropInputs(Inputs): ...          # ports that only an edge can feed
    @node_type("crop", version=1, title="Crop", category="image", ...)
    def crop(params: CropParams, inputs: CropInputs, context: ChildContext) -> ImageValue: ...

One with several outputs returns a subclass of `Outputs` (see `tasks.node_type.outputs`).
A plain function runs in a child process (pictures, videos: work for a processor); an
`async` one in the worker's event loop (waiting for others). It raises `schemas.errors.NodeError`
subclasses for what can go wrong.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Protocol, get_type_hints
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, JsonValue

from assets.folder_store import IncomingFile
from assets.store import AssetStore
from schemas.base import Model
from schemas.graph import NodeSettings
from schemas.node_type import (
    OUTPUT_HANDLE,
    NodeCategory,
    NodeDefaults,
    NodeEffects,
    NodeIcon,
    NodeTypeExample,
    OutputPort,
)
from schemas.problem import ProblemCode
from schemas.values import (
    AssetValue,
    ImageValue,
    Kind,
    MediaInfo,
    MediaValue,
    Value,
    media_value,
)
from schemas.wire.run import Usage
from tasks.node_type.live import Emit, discard
from tasks.node_type.outputs import Outputs, output_ports
from tasks.providers.registry import ModelName
from tasks.providers.text import ModelCall


@dataclass(frozen=True)
class ParamPort:
    """Annotation of a param: what its input port takes beyond the field's own type.

    `many`: several edges may enter, their texts joined with a blank line.
    `placeholder`: typed text may hold `{{input}}`. `preferred`: where an edge most likely leads that is
    drawn to the node rather than to one of its ports.
    """

    many: bool = False
    placeholder: bool = False
    preferred: bool = False
    from_text: Callable[[str], JsonValue] | None = None
    """Makes the typed form out of a connected text, where the field's type does not say how."""


def _integral_to_int(value: Any) -> Any:
    """Read 10.0 as 10: JSON knows one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


ACCEPTS_INTEGRAL_FLOAT = BeforeValidator(_integral_to_int)
"""Annotation of an int that also takes 10.0; stands after the limits, which JSON Schema then has."""
WholeNumber = Annotated[int, ACCEPTS_INTEGRAL_FLOAT]
"""A whole number; a float without a fraction is one."""


@dataclass(frozen=True)
class InputPort:
    """Annotation of a field of Inputs: title and description of the port."""

    title: str
    description: str = ""


class Params(Model):
    """Base of the typed values of a node; strict, unknown fields refused."""

    model_config = ConfigDict(strict=True, frozen=True, validate_default=True)


class Inputs(Model):
    """Base of the ports that only edges feed.

    A field is `ImageValue`, `VideoValue`, or a list of them (takes many); one without a
    default is required.
    """

    model_config = ConfigDict(frozen=True)


class NodeData(Model):
    """What every node's data may hold beside its params."""

    label: str | None = None
    settings: NodeSettings | None = None


@dataclass(frozen=True)
class ChildContext:
    """What a node may use in a child process; picklable."""

    owner_id: str
    store: AssetStore
    emit: Emit = field(default=discard, kw_only=True)
    """Shows a piece of text or a preview while the node works."""

    def read(self, value: AssetValue) -> bytes:
        """Give the bytes of a picture or video."""
        return self.store.read(value.sha256)

    def store_image(self, data: bytes, media_type: str, size: tuple[int, int]) -> ImageValue:
        """Store an encoded picture; `size` is (width, height) in pixels.

        Nobody waits for the disk here: the journal does, before it writes the row.
        """
        sha256 = self.store.put_draft(data)
        info = MediaInfo(media_type, *size)
        value = media_value(self.owner_id, sha256, len(data), info)
        assert isinstance(value, ImageValue)
        return value


class Fetcher(Protocol):
    """Fetches what a user's URL points to, without ever reaching a private address."""

    async def fetch(self, url: str, into: IncomingFile, *, max_bytes: int) -> None:
        """Write the body into a file. Raises BadInputError or ProviderError."""
        ...


@dataclass(frozen=True)
class Demand:
    """What a node will ask of a model; `tokens` is an estimate, for its provider's limits."""

    model: ModelName
    tokens: int


@dataclass(frozen=True)
class Context(ChildContext):
    """What an async node may use in the worker.

    `find_asset` gives a stored picture or video of the same owner, or None. `run_in_child` runs
    a picklable module-level function with its arguments in a child process, for the node's time
    limit at most, or for `seconds`.
    `idempotency_key` is the same for every attempt of this node in this run.
    `record_usage` adds what the provider counted; `log` adds a line to the node's log.
    """

    find_asset: Callable[[UUID], Awaitable[MediaValue | None]]
    run_in_child: Callable[..., Awaitable[Any]]
    fetcher: Fetcher
    model_call: ModelCall | None
    idempotency_key: str
    record_usage: Callable[[Usage], None]
    log: Callable[[str], None]

    def granted_call(self) -> ModelCall:
        """Give the call to a model that the node's demand announced.

        Raises:
            RuntimeError: the node type announces none.
        """
        if self.model_call is None:
            raise RuntimeError("This node type has no `demand`: it must not ask a model.")
        return self.model_call

    def for_child(self, emit: Emit = discard) -> ChildContext:
        """Give the part that can be sent to a child process, which shows things by `emit`."""
        return ChildContext(self.owner_id, self.store.local, emit=emit)


@dataclass(frozen=True)
class NodeProblem:
    """What a node type finds wrong with its own params: see `NodeType.validate`."""

    code: ProblemCode
    message: str
    param: str | None = None
    port: str | None = None


ParamsValidator = Callable[[Any, frozenset[str]], list[NodeProblem]]
"""(params, connected handles) -> problems; sees only what the field types cannot say.

A param whose handle is connected must not be judged: its value arrives at run time."""


ParamsWarnings = Callable[[Any, frozenset[str], date], list[NodeProblem]]
"""(params, connected handles, today) -> warnings; like a `ParamsValidator`."""


IsDeterministic = Callable[[Any], bool]
"""(params) -> whether the same params and inputs always give the same output."""


@dataclass(frozen=True, eq=False)  # one object per type: compared and hashed by identity
class NodeType:
    """A node type: everything the compiler, the catalogue and the tests need."""

    id: str
    version: int
    title: str
    description: str
    category: NodeCategory
    params: type[Params]
    inputs: type[Inputs]
    outputs: tuple[OutputPort, ...]
    """The first one is called `output`."""
    run: Callable[..., Any]
    effects: NodeEffects
    task_name: str
    """Name of the Prefect task and tag of its task runs, such as `image-processing`."""
    defaults: NodeDefaults
    example: NodeTypeExample
    validate: ParamsValidator
    warn: ParamsWarnings | None = None
    """What is to be known of params that are no problem, if anything ever is."""
    asset_param: str | None = None
    """The param that may hold an asset reference, if there is one."""
    max_connections: Callable[[Any], Mapping[str, int]] | None = None
    """(params) -> how many values may enter ports that take many, where there is a limit."""
    passes_on: str | None = None
    """The param whose text is the output, where that is all the node does."""
    is_deterministic: IsDeterministic | None = None
    """Which params make a type with effects a function of its inputs after all, if any do."""

    def is_pure(self, params: Params) -> bool:
        """Whether the output is a function of these params and the inputs, and of nothing else."""
        return self.effects == "none" or (
            self.is_deterministic is not None and self.is_deterministic(params)
        )

    demand: Callable[[Any, Any], Demand] | None = None
    """(params, inputs) -> what it asks of a model, if it asks one."""
    icon: NodeIcon | None = None

    @property
    def output(self) -> Kind:
        """The kind of the first output."""
        return self.outputs[0].kind

    def output_port(self, handle: str | None) -> OutputPort | None:
        """Give the output that an edge leaves; without a handle it is the first one."""
        wanted = handle or OUTPUT_HANDLE
        return next((port for port in self.outputs if port.handle == wanted), None)

    @property
    def runs_in_child(self) -> bool:
        """Whether the function is work for a child process."""
        return not inspect.iscoroutinefunction(self.run)


def no_problems(_params: Any, _connected: frozenset[str]) -> list[NodeProblem]:
    """Judge nothing: the field types say it all."""
    return []


def node_type(
    id: str,
    *,
    version: int,
    title: str,
    category: NodeCategory,
    effects: NodeEffects,
    task_name: str,
    defaults: NodeDefaults,
    example: NodeTypeExample,
    validate: ParamsValidator = no_problems,
    warn: ParamsWarnings | None = None,
    asset_param: str | None = None,
    max_connections: Callable[[Any], Mapping[str, int]] | None = None,
    passes_on: str | None = None,
    is_deterministic: IsDeterministic | None = None,
    demand: Callable[[Any, Any], Demand] | None = None,
    icon: NodeIcon | None = None,
) -> Callable[[Callable[..., Any]], NodeType]:
    """Make a function a node type; its docstring is the description people read."""

    def make(function: Callable[..., Any]) -> NodeType:
        hints = get_type_hints(function)
        return NodeType(
            id=id,
            version=version,
            title=title,
            description=inspect.cleandoc(function.__doc__ or ""),
            category=category,
            params=hints["params"],
            inputs=hints["inputs"],
            outputs=output_ports(hints["return"]),
            run=function,
            effects=effects,
            task_name=task_name,
            defaults=defaults,
            example=example,
            validate=validate,
            warn=warn,
            asset_param=asset_param,
            max_connections=max_connections,
            passes_on=passes_on,
            is_deterministic=is_deterministic,
            demand=demand,
            icon=icon,
        )

    return make


__all__ = [
    "ACCEPTS_INTEGRAL_FLOAT",
    "ChildContext",
    "Context",
    "Demand",
    "Fetcher",
    "InputPort",
    "Inputs",
    "IsDeterministic",
    "NodeData",
    "NodeProblem",
    "NodeType",
    "Outputs",
    "ParamPort",
    "Params",
    "ParamsValidator",
    "ParamsWarnings",
    "Value",
    "WholeNumber",
    "no_problems",
    "node_type",
]
