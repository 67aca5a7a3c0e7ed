"""How answers are documented and tagged."""

import re
from http import HTTPStatus
from typing import Any, Final

from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import Receive, Scope, Send

from api.http.errors import PROBLEM_MEDIA_TYPE
from schemas.errors import InvalidInputError
from schemas.wire.error import ErrorDocument

MAX_TAGS: Final = 20
_ENCODED: Final = r"(?:[-;]{1,2}(?:gzip|br|zstd|deflate))?"
"""What proxies that compress an answer put at the end of its tag."""
_REVISION_TAG: Final = re.compile(rf'(?:W/)?"(\d{{1,9}}){_ENCODED}"|(\d{{1,9}})', re.ASCII)
_ENTITY_TAG: Final = re.compile(rf'(?:W/)?("[^"]*?){_ENCODED}"', re.ASCII)


def documented_header(name: str, description: str) -> ResponseHeader:
    """Document a header that a handler sets by itself."""
    return ResponseHeader(name=name, value="", documentation_only=True, description=description)


ETAG: Final = documented_header("ETag", "What `If-Match` and `If-None-Match` compare.")
LOCATION: Final = documented_header("Location", "The address of what was made.")


class ApiResponse(Response[Any]):
    """Litestar's response, which is not made anew where there is nothing to say."""

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> Any:
        """Give what sends it."""
        plain = not (self.headers or self.cookies or self.background)
        if plain and self.status_code == 204 and self.content is None:
            return _send_no_content
        return super().to_asgi_response(*args, **kwargs)


async def _send_no_content(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def error_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """Document that an operation may answer with these error statuses."""
    return {
        status: ResponseSpec(
            data_container=ErrorDocument,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_MEDIA_TYPE,
        )
        for status in statuses
    }


def success_responses(model: type[Any], description: str) -> dict[int, ResponseSpec]:
    """Document that an operation may answer at once with 200 and a model, beside its usual 202."""
    return {200: ResponseSpec(model, generate_examples=False, description=description)}


def empty_responses(*statuses: int, description: str = "") -> dict[int, ResponseSpec]:
    """Document that an operation may answer with these statuses and no body."""
    return {
        status: ResponseSpec(
            data_container=None, description=description or HTTPStatus(status).phrase
        )
        for status in statuses
    }


def revision_etag(revision: int) -> str:
    """Give the ETag of a workflow's revision."""
    return f'"{revision}"'


def parse_if_match(if_match: str | None) -> tuple[int, ...] | None:
    """Read `If-Match`: one of these revisions will do; None for `*`, which takes any.

    `3`, `"3"`, `W/"3"` and `"3-gzip"` all mean revision 3: proxies that compress an answer change
    its tag, and a revision stays exact all the same.

    Raises:
        InvalidInputError: `if_match_required` or `if_match_invalid`.
    """
    if if_match is None or not if_match.strip():
        raise InvalidInputError(
            "if_match_required",
            "Send the revision you changed as If-Match, such as If-Match: 3, so that nobody's"
            " work is overwritten.",
        )
    if if_match.strip() == "*":
        return None
    tags = [tag.strip() for tag in if_match.split(",")]
    found = [_REVISION_TAG.fullmatch(tag) for tag in tags if tag]
    revisions = tuple(int(tag[1] or tag[2]) for tag in found if tag)
    if not revisions or len(revisions) < len(found) or len(found) > MAX_TAGS:
        raise InvalidInputError(
            "if_match_invalid",
            "If-Match must be the revision of the workflow, such as 3, or a few of them.",
        )
    return revisions


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client already holds what `etag` stands for."""
    if if_none_match is None:
        return False
    held = {f'{tag[1]}"' for tag in _ENTITY_TAG.finditer(if_none_match)}
    return if_none_match.strip() == "*" or etag in held
