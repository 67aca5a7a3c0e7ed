"""One table from error to HTTP status; every error leaves as `application/problem+json`."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    ValidationException,
)
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.http.allowed_methods import allowed_methods
from api.http.ranges import UnsatisfiableRangeError
from api.http.request_errors import field_errors
from schemas.codes import CODES, PAGES
from schemas.errors import (
    ApiKeyScopeError,
    AppError,
    ConflictError,
    EndedError,
    InvalidGraphError,
    InvalidInputError,
    NodeError,
    NotConfiguredError,
    NotFoundError,
    ProviderError,
    SignInError,
    TooManyRequestsError,
    UnavailableError,
)
from schemas.wire.error import PROBLEM_MEDIA_TYPE, ErrorDocument

logger = logging.getLogger("nodeloom.api")

RETRY_AFTER_SECONDS: Final = 2
MAX_HEAD_BYTES: Final = 65_536
"""Of the address and all headers of a request together."""

STATUS_BY_ERROR: Final[Mapping[type[AppError], int]] = {
    SignInError: 401,
    ApiKeyScopeError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    EndedError: 410,
    InvalidInputError: 422,
    InvalidGraphError: 422,
    TooManyRequestsError: 429,
    NodeError: 422,
    UnavailableError: 503,
    NotConfiguredError: 503,
    ProviderError: 503,
}
_HTTP_ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    404: ("not_found", "There is nothing at this address; GET /schema lists what there is."),
    405: ("method_not_allowed", "This address does not take this method; GET /schema lists them."),
    413: ("body_too_large", "The body is larger than this address takes."),
    415: ("not_json", "This address takes another media type; GET /schema says which."),
}


def problem_document(status: int, code: str, detail: str, **more: Any) -> ErrorDocument:
    """Make the document of an error; the title is the code in words."""
    return ErrorDocument(
        type=PAGES + code,
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        **more,
    )


def status_of(error: AppError) -> int:
    """Give the HTTP status of one of our errors; 500 where no client should ever meet it."""
    known = CODES.get(error.code)
    if known is not None and known.status is not None:
        return known.status
    found = (STATUS_BY_ERROR[cls] for cls in type(error).__mro__ if cls in STATUS_BY_ERROR)
    return next(found, 500)


def headers_too_large() -> InvalidInputError:
    """Give the error of a request whose head is over the limit."""
    return InvalidInputError(
        "headers_too_large",
        f"The headers or the address are too large: {MAX_HEAD_BYTES // 1024} KB are allowed.",
    )


def problem_response(
    error: ErrorDocument, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """Answer with an error document."""
    waits = {"Retry-After": str(RETRY_AFTER_SECONDS)} if error.status == 503 else {}
    body = {key: value for key, value in error.model_dump(mode="json").items() if value is not None}
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status_code=error.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers={"Cache-Control": "no-store"} | waits | dict(headers or {}),
    )


def handle_app_error(request: Request[Any, Any, Any], error: AppError) -> Response[bytes]:
    """Answer one of our own errors."""
    status = status_of(error)
    if status == 500:
        return handle_unexpected_error(request, error)
    more: dict[str, Any] = {}
    if isinstance(error, InvalidGraphError):
        more["problems"] = list(error.problems)
    if isinstance(error, ConflictError):
        more["revision"] = error.revision
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnsatisfiableRangeError):
        headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, SignInError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, ApiKeyScopeError) and error.scope:
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{error.scope}"'
    known = CODES.get(error.code)
    logger.info("%s %s: %s", status, error.code, known.meaning if known else "")
    return problem_response(problem_document(status, error.code, error.message, **more), headers)


def handle_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what Litestar refused before a handler saw it."""
    if isinstance(error, ValidationException):
        return problem_response(_invalid_request_document(request, error))
    status = error.status_code
    if _client_disconnected(error):
        return problem_response(
            problem_document(400, "bad_request", "The request broke off; send it again.")
        )
    if status >= 500:
        return handle_unexpected_error(request, error)
    code, sentence = _HTTP_ERRORS.get(status, ("bad_request", HTTPStatus(status).description))
    headers: dict[str, str] = {}
    if status == 405:
        methods = allowed_methods(request.app.routes, request.scope["path"])
        headers["Allow"] = ", ".join(sorted(methods))
    return problem_response(problem_document(status, code, sentence), headers)


def _client_disconnected(error: HTTPException) -> bool:
    """Whether the client went before all of its body was there; nobody will read the answer."""
    return isinstance(error, InternalServerException) and "disconnected" in error.detail


def _invalid_request_document(
    request: Request[Any, Any, Any], error: ValidationException
) -> ErrorDocument:
    found = field_errors(request, error)
    named = "; ".join(f"{item.field} {item.message}" for item in found[:5])
    detail = f"The request cannot be understood{': ' if named else ''}{named}."
    return problem_document(422, "invalid_request", detail, errors=found or None)


def handle_pool_timeout(_: Request[Any, Any, Any], error: PoolTimeoutError) -> Response[bytes]:
    """Answer while every database connection is taken; `db.postgres.errors` translates the rest."""
    logger.warning("no database connection was free in time: %s", error)
    sentence = "Nodeloom has more requests than database connections; try again in a few seconds."
    return problem_response(problem_document(503, "database_busy", sentence))


def handle_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Log the traceback under a reference and tell only the reference."""
    reference = uuid4().hex[:12]
    logger.error(
        "unexpected error %s at %s %s", reference, request.method, request.url.path, exc_info=error
    )
    sentence = f"Something went wrong in Nodeloom; its log has more under {reference}."
    return problem_response(problem_document(500, "internal_error", sentence, reference=reference))


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    AppError: handle_app_error,
    HTTPException: handle_http_exception,
    PoolTimeoutError: handle_pool_timeout,
    Exception: handle_unexpected_error,
}
