"""The exceptions of Nodeloom: one small tree that knows nothing of HTTP.

AppError
├── NotFoundError         there is no such thing, or it is someone else's
├── ConflictError         the thing has moved on: stale revision, run already ended
├── EndedError            there was such a thing, and its time is over
├── InvalidInputError     a request that can never be answered
├── InvalidGraphError     carries the problems
├── SignInError           who is asking is not known
├── ApiKeyScopeError            an API key is not for this
├── TooManyRequestsError  the caller must wait first
├── UnavailableError      a part we need does not answer: try again later
└── NodeError             a node could not do its work
    ├── BadInputError         will never work with this input
    ├── NotConfiguredError    a key or setting is missing
    └── ProviderError         a model provider, web server or store failed
"""

from collections.abc import Sequence

from schemas.problem import Problem


class AppError(Exception):
    """An expected failure, with a stable code and a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both, so that the error survives pickling."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Give the sentence."""
        return self.message


class NotFoundError(AppError):
    """There is no such thing for this user."""


class ConflictError(AppError):
    """The thing has changed or ended since the caller last looked.

    `revision` is the current revision where the conflict is about one.
    """

    def __init__(self, code: str, message: str, revision: int | None = None) -> None:
        """Remember the current revision."""
        super().__init__(code, message)
        self.revision = revision


class EndedError(AppError):
    """There was such a thing, and it is over for good."""


class InvalidInputError(AppError):
    """A request that can never be answered as it is."""


class InvalidGraphError(AppError):
    """A graph that cannot be saved or run; `problems` says why."""

    def __init__(
        self, problems: Sequence[Problem], message: str, code: str = "invalid_graph"
    ) -> None:
        """Carry the problems."""
        super().__init__(code, message)
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["InvalidGraphError"], tuple[object, ...]]:
        """Pickle with the problems."""
        return (type(self), (self.problems, self.message, self.code))


class SignInError(AppError):
    """Nobody knows who is asking. It never says why, so that nothing can be learnt from it."""

    def __init__(self, code: str = "not_signed_in", message: str | None = None) -> None:
        """Say the same, whatever was wrong."""
        super().__init__(
            code,
            message
            or "Nobody is signed in: send a session token or an API key that is valid, as"
            " Authorization: Bearer …",
        )


class ApiKeyScopeError(AppError):
    """Who is asking is known, but the API key they came with is not for this; `scope` would be."""

    def __init__(self, code: str, message: str, scope: str | None = None) -> None:
        """Remember the scope that is missing."""
        super().__init__(code, message)
        self.scope = scope


class TooManyRequestsError(AppError):
    """More was asked for than the caller's budget allows; `retry_after` seconds bring more."""

    def __init__(self, code: str, message: str, retry_after: int = 1) -> None:
        """Remember how long to wait."""
        super().__init__(code, message)
        self.retry_after = retry_after


class UnavailableError(AppError):
    """A part that is needed does not answer at the moment."""


class NodeError(AppError):
    """A node could not do its work.

    `retryable` says whether trying again can help, `retry_after` how many seconds the
    other side asked us to wait first. `answer` is what a model said, where it is no output and was
    paid for: it is shown beside the error.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        answer: str | None = None,
    ) -> None:
        """Remember whether and when to try again."""
        super().__init__(code, message)
        self.retryable = retryable
        self.retry_after = retry_after
        self.answer = answer

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword arguments."""
        names = ("retryable", "retry_after", "answer")
        state = {name: getattr(self, name) for name in names}
        return (_restore_node_error, (type(self), self.code, self.message, state))


def _restore_node_error(
    cls: type[NodeError], code: str, message: str, state: dict[str, object]
) -> NodeError:
    error = cls(code, message)
    error.__dict__.update(state)
    return error


class BadInputError(NodeError):
    """This input will never work; never tried again."""


class NotConfiguredError(NodeError):
    """A key or setting is missing; never tried again."""


class ProviderError(NodeError):
    """Somebody else's machine refused, failed or did not answer."""
