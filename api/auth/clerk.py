"""What this server knows of Clerk, read from the settings once and judged before it starts."""

import re
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urlsplit

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from schemas.errors import NotConfiguredError
from schemas.settings import Settings

WEBHOOK_DISABLED: Final = "off"
"""As the webhook's secret: there are no webhooks."""
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


@dataclass(frozen=True)
class ClerkConfig:
    """Whose tokens are taken, and how what Clerk says is known to be Clerk's."""

    issuer: str
    authorized_parties: frozenset[str]
    """Origins to which Clerk gave the tokens that are accepted here."""
    jwks_url: str
    webhook: Webhook | None
    """None: no webhooks are taken."""


def load_clerk_config(settings: Settings) -> ClerkConfig:
    """Read Clerk's settings.

    Raises:
        NotConfiguredError: one is missing or cannot be right; says what to do.
    """
    issuer = _parse_url("CLERK_ISSUER", settings.clerk_issuer)
    authorized_parties = settings.clerk_authorized_parties
    if not authorized_parties:
        _raise_not_configured(
            "CLERK_AUTHORIZED_PARTIES is not set: give the address of the page that people sign in"
            " on, such as https://app.example.com; several are separated by commas."
        )
    _check_publishable_key(settings.clerk_publishable_key)
    allowed_origins(settings)
    return ClerkConfig(
        issuer=issuer,
        authorized_parties=_parse_origins("CLERK_AUTHORIZED_PARTIES", authorized_parties),
        jwks_url=_parse_url(
            "CLERK_JWKS_URL", settings.clerk_jwks_url or f"{issuer}/.well-known/jwks.json"
        ),
        webhook=_load_webhook(settings),
    )


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Give the origins of pages that may call the API from elsewhere.

    Raises:
        NotConfiguredError: one of them is no origin.
    """
    if settings.origins:
        return _parse_origins("NODELOOM_ORIGINS", settings.origins)
    if settings.auth != "clerk":
        return frozenset()
    return _parse_origins("CLERK_AUTHORIZED_PARTIES", settings.clerk_authorized_parties or "")


def _parse_url(name: str, text: str | None) -> str:
    if not text:
        _raise_not_configured(
            f"{name} is not set: it is the Frontend API URL on the page API keys of Clerk's"
            " dashboard, such as https://clerk.example.com."
        )
    app_state = urlsplit(text)
    loopback = app_state.hostname in {"127.0.0.1", "localhost", "::1"}
    if not app_state.hostname or not (
        app_state.scheme == "https" or (app_state.scheme == "http" and loopback)
    ):
        _raise_not_configured(f"{name} must be an https:// address.")
    return text.rstrip("/")


def _parse_origins(name: str, text: str) -> frozenset[str]:
    found = [each.strip().rstrip("/") for each in text.split(",") if each.strip()]
    for each in found:
        if not _ORIGIN.fullmatch(each):
            _raise_not_configured(
                f"{name} has {each!r} in it, which is no origin: write scheme and host, and the"
                " port where it is not the usual one, in lower case: https://app.example.com."
            )
    return frozenset(found)


def _check_publishable_key(key: str | None) -> None:
    if key and not key.startswith("pk_"):
        _raise_not_configured(
            "CLERK_PUBLISHABLE_KEY must begin with pk_: it is shown to everybody, and what begins"
            " with sk_ must never be."
        )


def _load_webhook(settings: Settings) -> Webhook | None:
    secret = settings.clerk_webhook_secret
    text = secret.get_secret_value() if secret else ""
    if text == WEBHOOK_DISABLED:
        return None
    found = _parse_webhook_secret(text)
    if found is None:
        _raise_not_configured(
            "CLERK_WEBHOOK_SECRET is not set to a signing secret, whsec_…: without it nobody here"
            " learns of users who were deleted. Make a webhook endpoint in Clerk's dashboard"
            " (docs/sign-in.md), or set it to off if Clerk cannot reach this server."
        )
    return found


def _parse_webhook_secret(secret: str) -> Webhook | None:
    try:
        return Webhook(secret) if secret.startswith("whsec_") else None
    except (ValueError, EmptyWebhookSecretError):
        return None


def _raise_not_configured(sentence: str) -> NoReturn:
    raise NotConfiguredError("clerk_not_configured", f"NODELOOM_AUTH=clerk: {sentence}")
