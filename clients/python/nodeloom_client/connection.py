"""Which Nodeloom is meant, and with which key."""

import os
from typing import Any, Final

import httpx

DEFAULT_URL: Final = "http://127.0.0.1:8000"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def connection_options(url: str | None, key: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """Give the options of an httpx client; no proxy is asked for what is on this machine."""
    url = url or os.environ.get("NODELOOM_API_URL") or DEFAULT_URL
    key = key or os.environ.get("NODELOOM_API_KEY")
    headers = dict(options.get("headers") or {})
    if key:
        headers["Authorization"] = f"Bearer {key}"
    is_here = httpx.URL(url).host in _LOOPBACK
    return {"trust_env": not is_here} | options | {"base_url": url, "headers": headers}
