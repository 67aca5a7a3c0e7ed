"""Errors as the outside sees them: RFC 9457 problem details."""

from typing import Final

from pydantic import ConfigDict, Field

from schemas.base import FrozenModel
from schemas.problem import Problem

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"


class FieldError(FrozenModel):
    """What is wrong with one field of a body or one parameter; `field` is its path, with dots."""

    field: str
    message: str


class ErrorDocument(FrozenModel):
    """An error as RFC 9457 problem details. Clients decide by `code`; people read `detail`.

    `type` is the address of the code's page, relative to the API: what a client says its host
    is called does not end up in it.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(json_schema_extra={"format": "uri-reference"})
    title: str
    status: int
    detail: str
    code: str
    problems: list[Problem] | None = None
    """What is wrong with the graph, each with its place."""
    errors: list[FieldError] | None = None
    """What is wrong with the body or the parameters."""
    revision: int | None = None
    """The current revision, where a stale one was sent."""
    reference: str | None = None
    """Of an unexpected error: the log has more under it."""
