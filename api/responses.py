"""How answers are documented and tagged."""

from collections.abc import Mapping
from http import HTTPStatus

from litestar.openapi.datastructures import ResponseSpec

from api.errors import MEDIA_TYPE, ErrorDocument
from schemas.errors import InvalidInputError


def errors(*statuses: int) -> Mapping[int, ResponseSpec]:
    """Document that an operation may answer with these error statuses."""
    return {
        status: ResponseSpec(
            data_container=ErrorDocument,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=MEDIA_TYPE,
        )
        for status in statuses
    }


def revision_tag(revision: int) -> str:
    """Give the ETag of a workflow's revision."""
    return f'"{revision}"'


def wanted_revision(if_match: str | None) -> int:
    """Read `If-Match`: `"3"`, `3` and `W/"3"` all mean revision 3.

    Raises:
        InvalidInputError: `if_match_required` or `if_match_invalid`.
    """
    if if_match is None or not if_match.strip():
        raise InvalidInputError(
            "if_match_required",
            "Send the revision you changed as If-Match, such as If-Match: 3, so that nobody's"
            " work is overwritten.",
        )
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInputError(
            "if_match_invalid", "If-Match must be the revision of the workflow, such as 3."
        )
    return int(digits)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client already holds what `etag` stands for."""
    if if_none_match is None:
        return False
    held = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in held or etag in held
