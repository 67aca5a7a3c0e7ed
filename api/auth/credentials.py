"""What a request brings along to say who is asking."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.errors import SignInError

SESSION_COOKIE: Final = "__session"
"""Where Clerk keeps the session token for pages of the same site; no other name will do."""
_CREDENTIAL_HEADERS: Final = (b"authorization", b"cookie")


@dataclass(frozen=True)
class Credentials:
    """A token or key in `Authorization: Bearer`, and a session token in the cookie."""

    bearer: str | None
    cookie: str | None


def parse_credentials(headers: Iterable[tuple[bytes, bytes]]) -> Credentials:
    """Read the headers of a request.

    Raises:
        SignInError: there are two of a kind, or an Authorization that is not Bearer: what a
            proxy in front took for the truth need not be what is read here.
    """
    found = [
        (name.lower(), text.decode("latin-1"))
        for name, text in headers
        if name.lower() in _CREDENTIAL_HEADERS
    ]
    bearers = [text for name, text in found if name == b"authorization"]
    cookies = [
        value.strip().strip('"')
        for name, text in found
        if name == b"cookie"
        for key, _, value in (pair.partition("=") for pair in text.split(";"))
        if key.strip() == SESSION_COOKIE
    ]
    if len(bearers) > 1 or len(cookies) > 1:
        raise SignInError
    return Credentials(
        bearer=_bearer_token(bearers[0]) if bearers else None,
        cookie=cookies[0] or None if cookies else None,
    )


def _bearer_token(text: str) -> str:
    scheme, _, token = text.strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInError
    return token.strip()
