"""Every error code of Nodeloom: what it means, where it comes from, what to do about it.

One registry: the pages in docs/errors, those that the API serves, the HTTP statuses and the
list of codes in the OpenAPI document are made from it. A test finds codes that are raised and
not in here, and those that are in here and never used.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.codes.batches import BATCH_CODES
from schemas.codes.code import PAGES, Code
from schemas.codes.editor import EDITOR_CODES
from schemas.codes.functions import FUNCTION_CODES
from schemas.codes.graphs import GRAPH_CODES
from schemas.codes.machine import MACHINE_CODES
from schemas.codes.nodes import NODE_CODES
from schemas.codes.requests import REQUEST_CODES
from schemas.codes.schedules import SCHEDULE_CODES

_ALL: Final = (
    *REQUEST_CODES,
    *GRAPH_CODES,
    *FUNCTION_CODES,
    *NODE_CODES,
    *EDITOR_CODES,
    *MACHINE_CODES,
    *SCHEDULE_CODES,
    *BATCH_CODES,
)

CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {code.id: code for code in sorted(_ALL, key=lambda code: code.id)}
)
"""By id, in their order."""

__all__ = ["CODES", "PAGES", "Code"]
