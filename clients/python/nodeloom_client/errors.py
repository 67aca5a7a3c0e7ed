"""What can go wrong, as exceptions; each says what, where and what to do, in the API's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx

from nodeloom_client.values import Result


class NodeloomError(Exception):
    """Base of all of them."""


class ConnectionFailedError(NodeloomError):
    """Nodeloom could not be reached, also not when asked again."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what was sent."""

    code: str
    message: str
    input: str | None
    """The input of the function that it is about."""
    node_id: str | None
    param: str | None


class ApiError(NodeloomError):
    """Nodeloom refused a request; decide by `code`, show `detail` to people."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        """Keep what was answered."""
        self.status = status
        self.code: str = document["code"]
        self.detail: str = document["detail"]
        self.document = document
        problems = cast("list[Mapping[str, Any]]", document.get("problems") or [])
        self.problems = [_problem(each) for each in problems]
        lines = [self.detail, *(each.message for each in self.problems)]
        super().__init__(f"{self.code}: {' '.join(lines)}")


class SignInError(ApiError):
    """There is no key, or one that is not good (any more)."""


class NotAllowedError(ApiError):
    """The key is not for this."""


class NotFoundError(ApiError):
    """There is no such function or run for this key."""


class ConflictError(ApiError):
    """It cannot be done as things are, such as cancelling a run that has ended."""


class InvalidInputError(ApiError):
    """Values do not fit; `problems` has all of them, each with its `input`. Nothing was started."""


class TooManyRequestsError(ApiError):
    """The key's user has spent the budget of requests, and it was not refilled in time."""


class UnavailableError(ApiError):
    """A part of Nodeloom that is needed does not answer, also not when asked again."""


class RunFailedError(NodeloomError):
    """The run of a call failed or was cancelled; `result` has what came of it."""

    def __init__(self, result: Result) -> None:
        """Keep the result."""
        self.result = result
        said = f"The run is {result.status}."
        if result.error is not None:
            said = f"{result.error.code}: {result.error.message}"
        super().__init__(f"{said} (run {result.run_id})")


_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    401: SignInError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidInputError,
    429: TooManyRequestsError,
    503: UnavailableError,
}


def error_of(response: httpx.Response) -> ApiError:
    """Give the exception for a response that was read and is no success."""
    status = response.status_code
    try:
        document: Any = response.json()
        return _BY_STATUS.get(status, ApiError)(status, document)
    except (ValueError, KeyError, TypeError):
        detail = f"{response.url} answered {status}, and not as Nodeloom does."
        found = {"code": "unexpected_answer", "detail": detail}
        return _BY_STATUS.get(status, ApiError)(status, found)


def _problem(found: Mapping[str, Any]) -> Problem:
    return Problem(
        code=found["code"],
        message=found["message"],
        input=found.get("input"),
        node_id=found.get("nodeId"),
        param=found.get("param"),
    )
