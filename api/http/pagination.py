"""Pages of lists: how many items, from where on."""

from typing import Annotated, Final

from litestar.params import QueryParameter

MAX_PAGE_SIZE: Final = 200
PAGE_SIZE: Final = 50

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE, description="Items of a page.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=200, description="`nextCursor` of the page before."),
]
