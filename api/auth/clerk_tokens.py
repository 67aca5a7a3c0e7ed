"""Judges Clerk's session tokens: one algorithm, every claim required, nothing in them followed.

Clerk's own SDK takes tokens without an end or from other issuers, and downloads keys as often as
somebody likes (measured); so this is ours. What is wrong with a token is never told.
"""

import binascii
import json
import re
from typing import Any, Final, Literal

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.auth.clerk import ClerkConfig
from api.auth.clerk_keys import KEY_ID, KeySet
from schemas.errors import SignInError

ALGORITHM: Final = "RS256"
MAX_LENGTH: Final = 4096
"""Of a token, in characters; a cookie cannot hold more, and Clerk's have about 1,000."""
CLOCK_SKEW_SECONDS: Final = 5
REQUIRED_CLAIMS: Final = ["exp", "iat", "nbf", "iss", "sub", "azp", "sid"]
_TOKEN_FORMAT: Final = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_ALLOWED_HEADERS: Final = frozenset({"alg", "typ", "kid", "cat"})
"""All others are refused: they bring keys along, or change what the token means."""


class Claims(BaseModel):
    """What a session token says, as far as it matters here."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    sub: str = Field(pattern=r"^user_[A-Za-z0-9_\-]{1,200}$")
    """The user's id. Never that of the local user, who has no prefix."""
    azp: str
    sid: str = Field(min_length=1, max_length=255)
    exp: int
    iat: int
    nbf: int
    sts: Literal["active"] = "active"
    """A session that is `pending` has still something to do before it counts."""
    email: Any = None
    """Only where the session token was customized to have it."""

    @property
    def email_address(self) -> str | None:
        """The email address, if it is one."""
        email = self.email
        return email if isinstance(email, str) and is_email_address(email) else None


def is_email_address(email: str) -> bool:
    """Whether a text can be kept as an email address."""
    return 3 <= len(email) <= 320 and email.isprintable() and "@" in email


async def verify_token(token: str, clerk: ClerkConfig, keys: KeySet) -> Claims:
    """Give what a session token says.

    Raises:
        SignInError: it is not one of Clerk's, not for this server, not valid now, or not
            well-formed.
        UnavailableError: Clerk's keys cannot be had.
    """
    key = await keys.find(_key_id(token))
    if key is None:
        raise SignInError
    try:
        claims = Claims.model_validate(
            jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=clerk.issuer,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": REQUIRED_CLAIMS},
            )
        )
    except (jwt.PyJWTError, ValidationError, ValueError, OverflowError, RecursionError) as error:
        raise SignInError from error
    if claims.azp not in clerk.authorized_parties:
        raise SignInError
    return claims


def _key_id(token: str) -> str:
    """Give the id of the key that a token names, if its header is plain. Raises SignInError."""
    form = _TOKEN_FORMAT.fullmatch(token) if len(token) <= MAX_LENGTH else None
    header = _decode_segment(form[1]) if form else None
    if not isinstance(header, dict) or not header.keys() <= _ALLOWED_HEADERS:
        raise SignInError
    id = header.get("kid")
    plain = header.get("alg") == ALGORITHM and header.get("typ", "JWT") == "JWT"
    if not plain or not isinstance(id, str) or not KEY_ID.fullmatch(id):
        raise SignInError
    return id


def _decode_segment(part: str) -> Any:
    try:
        return json.loads(binascii.a2b_base64(part.translate(_URLSAFE_TO_BASE64) + "=="))
    except (ValueError, RecursionError):
        return None


_URLSAFE_TO_BASE64: Final = str.maketrans("-_", "+/")
