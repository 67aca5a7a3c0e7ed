"""What this server knows of Clerk, read from the settings once and judged before it starts."""

import re
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urlsplit

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from schemas.errors import NotConfiguredError
from schemas.settings import Settings

NO_WEBHOOK: Final = "off"
"""As the webhook's secret: there are no webhooks."""
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


@dataclass(frozen=True)
class Clerk:
    """Whose tokens are taken, and how what Clerk says is known to be Clerk's."""

    issuer: str
    parties: frozenset[str]
    """Origins to which Clerk gave the tokens that are accepted here."""
    jwks_url: str
    webhook: Webhook | None
    """None: no webhooks are taken."""


def read_clerk(settings: Settings) -> Clerk:
    """Read Clerk's settings.

    Raises:
        NotConfiguredError: one is missing or cannot be right; says what to do.
    """
    issuer = _url("CLERK_ISSUER", settings.clerk_issuer)
    parties = settings.clerk_authorized_parties
    if not parties:
        _refuse(
            "CLERK_AUTHORIZED_PARTIES is not set: give the address of the page that people sign in"
            " on, such as https://app.example.com; several are separated by commas."
        )
    _check_publishable_key(settings.clerk_publishable_key)
    read_origins(settings)
    return Clerk(
        issuer=issuer,
        parties=_origins("CLERK_AUTHORIZED_PARTIES", parties),
        jwks_url=_url(
            "CLERK_JWKS_URL", settings.clerk_jwks_url or f"{issuer}/.well-known/jwks.json"
        ),
        webhook=_webhook(settings),
    )


def read_origins(settings: Settings) -> frozenset[str]:
    """Give the origins of pages that may call the API from elsewhere.

    Raises:
        NotConfiguredError: one of them is no origin.
    """
    if settings.origins:
        return _origins("NODELOOM_ORIGINS", settings.origins)
    if settings.auth != "clerk":
        return frozenset()
    return _origins("CLERK_AUTHORIZED_PARTIES", settings.clerk_authorized_parties or "")


def _url(name: str, text: str | None) -> str:
    if not text:
        _refuse(
            f"{name} is not set: it is the Frontend API URL on the page API keys of Clerk's"
            " dashboard, such as https://clerk.example.com."
        )
    parts = urlsplit(text)
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        _refuse(f"{name} must be an https:// address.")
    return text.rstrip("/")


def _origins(name: str, text: str) -> frozenset[str]:
    found = [each.strip().rstrip("/") for each in text.split(",") if each.strip()]
    for each in found:
        if not _ORIGIN.fullmatch(each):
            _refuse(
                f"{name} has {each!r} in it, which is no origin: write scheme and host, and the"
                " port where it is not the usual one, in lower case: https://app.example.com."
            )
    return frozenset(found)


def _check_publishable_key(key: str | None) -> None:
    if key and not key.startswith("pk_"):
        _refuse(
            "CLERK_PUBLISHABLE_KEY must begin with pk_: it is shown to everybody, and what begins"
            " with sk_ must never be."
        )


def _webhook(settings: Settings) -> Webhook | None:
    secret = settings.clerk_webhook_secret
    text = secret.get_secret_value() if secret else ""
    if text == NO_WEBHOOK:
        return None
    found = _reads_webhooks(text)
    if found is None:
        _refuse(
            "CLERK_WEBHOOK_SECRET is not set to a signing secret, whsec_…: without it nobody here"
            " learns of users who were deleted. Make a webhook endpoint in Clerk's dashboard"
            " (docs/sign-in.md), or set it to off if Clerk cannot reach this server."
        )
    return found


def _reads_webhooks(secret: str) -> Webhook | None:
    try:
        return Webhook(secret) if secret.startswith("whsec_") else None
    except (ValueError, EmptyWebhookSecretError):
        return None


def _refuse(sentence: str) -> NoReturn:
    raise NotConfiguredError("clerk_not_configured", f"NODELOOM_AUTH=clerk: {sentence}")
