"""The base of every model: camelCase in JSON, snake_case in Python, unknown fields refused."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """A model of ours, as it travels in JSON."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        json_schema_serialization_defaults_required=True,  # an answer always has every field
    )


class FrozenModel(Model):
    """A model whose instances never change."""

    model_config = ConfigDict(frozen=True)


class StrictModel(Model):
    """Base of request bodies: no value is turned into another type."""

    model_config = ConfigDict(strict=True)
