"""What the pages of the editor may load, and from where."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import urlsplit

from schemas.settings import Settings

Sources = dict[str, str]

BASE_SOURCES: Final[Sources] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""Nothing from elsewhere, and no script or style inside of the document."""
BOT_CHALLENGE_ORIGIN: Final = "https://challenges.cloudflare.com"
"""Where Clerk's check for robots comes from."""
FRAUD_PROTECTION_ORIGINS: Final = "https://*.protect.clerk.com"
AVATAR_ORIGIN: Final = "https://img.clerk.com"
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?")


def content_security_policy(settings: Settings) -> str:
    """Give the policy of every page.

    With Clerk its scripts, its interface and what its documentation asks for are allowed beside
    ours (https://clerk.com/docs/guides/secure/best-practices/csp-headers): no more than that.
    """
    sources = BASE_SOURCES | _clerk_sources(settings) if settings.auth == "clerk" else BASE_SOURCES
    return "; ".join(f"{name} {allowed}" for name, allowed in sources.items())


def _clerk_sources(settings: Settings) -> Sources:
    interfaces = " ".join(_frontend_api_origins(settings))
    return {
        "script-src": f"'self' {interfaces} {BOT_CHALLENGE_ORIGIN} {FRAUD_PROTECTION_ORIGINS}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' blob: {AVATAR_ORIGIN}",
        "connect-src": f"'self' {interfaces} {FRAUD_PROTECTION_ORIGINS}:*",
        "worker-src": "'self' blob:",
        "frame-src": f"{BOT_CHALLENGE_ORIGIN} {FRAUD_PROTECTION_ORIGINS}",
    }


def _frontend_api_origins(settings: Settings) -> list[str]:
    """Give the origins of Clerk's Frontend API: the one in the key, which loads, and the issuer."""
    named = frontend_api_host(settings.clerk_publishable_key or "")
    issuer = urlsplit(settings.clerk_issuer or "")
    wanted = [f"https://{named}" if named else "", f"{issuer.scheme}://{issuer.netloc}"]
    return [origin for origin in dict.fromkeys(wanted) if _ORIGIN.fullmatch(origin)]


def frontend_api_host(publishable_key: str) -> str | None:
    """Give the host that a publishable key names: `pk_test_` and base64 of the host and `$`."""
    coded = publishable_key.rsplit("_", maxsplit=1)[-1]
    try:
        text = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text.removesuffix("$") if text.endswith("$") else None
