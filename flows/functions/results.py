"""Results of runs, by name, as the outside gets them: from the API, and in what webhooks are told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from db.tables import NodeExecution
from db.tables.base import join_outputs
from schemas.values import (
    AssetValue,
    AudioValue,
    BooleanValue,
    ImageValue,
    JsonDataValue,
    ListValue,
    NumberValue,
    TextValue,
    Value,
    VideoValue,
    value_adapter,
)
from schemas.wire import value as wire
from schemas.wire.asset import AssetRead
from schemas.wire.run import NodeStatus, RunError

V = TypeVar("V")


def asset_url(asset_id: UUID) -> str:
    """Give the address of an asset, relative to the API."""
    return f"/api/assets/{asset_id}"


def asset_fields(value: AssetValue) -> dict[str, Any]:
    """Give what the outside sees of an asset: no hash of its bytes, but where to get them."""
    fields = value.model_dump(exclude={"sha256", "kind"}, by_alias=False)
    return fields | {"url": asset_url(value.asset_id)}


def present_value(value: Value) -> wire.Value:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue() | BooleanValue() | JsonDataValue():
            return value
        case ImageValue():
            return wire.ImageRead(**asset_fields(value))
        case VideoValue():
            return wire.VideoRead(**asset_fields(value))
        case AudioValue():
            return wire.AudioRead(**asset_fields(value))
        case ListValue():
            items = tuple(cast("wire.Item", present_value(item)) for item in value.items)
            return wire.ListRead(of=value.of, items=items)


def present_declared_outputs(
    declared: Mapping[str, Sequence[str]], executions: Sequence[NodeExecution]
) -> dict[str, wire.Value | None]:
    """Give results by name; what a node that failed left behind is none."""
    completed = {row.node_id: row for row in executions if row.status is NodeStatus.COMPLETED}
    outputs = {id: join_outputs(row.output, row.other_outputs) for id, row in completed.items()}
    values = {name: outputs.get(id, {}).get(handle) for name, (id, handle) in declared.items()}
    return {
        name: None if value is None else present_value(value_adapter.validate_python(value))
        for name, value in values.items()
    }


def files_of(value: wire.Value | None) -> list[AssetRead]:
    """Give the files in a value: itself, or those of a list."""
    items = value.items if isinstance(value, wire.ListRead) else (value,)
    return [each for each in items if isinstance(each, AssetRead)]


def with_file_urls(value: V, url_of: Callable[[AssetRead], str]) -> V:
    """Give a value whose files have other addresses."""
    if isinstance(value, AssetRead):
        return value.model_copy(update={"url": url_of(value)})
    if isinstance(value, wire.ListRead):
        items = tuple(with_file_urls(each, url_of) for each in value.items)
        return value.model_copy(update={"items": items})
    return value


def present_error(error: Mapping[str, Any] | None) -> RunError | None:
    """Present why something ended badly."""
    return None if error is None else RunError(code=error["code"], message=error["message"])
