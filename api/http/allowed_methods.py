"""Which methods an address takes, and whether it can be asked again with an `Idempotency-Key`."""

from collections.abc import Iterable
from typing import Any, Final

from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute

from api.http.origins import SAFE_METHODS
from schemas.errors import InvalidInputError

IDEMPOTENT: Final = {"idempotent": True}
"""In the `opt` of a handler that does the same once, however often it is asked with one key."""


def allowed_methods(
    routes: Iterable[HTTPRoute | ASGIRoute | WebSocketRoute], path: str
) -> frozenset[str]:
    """Give the methods of the routes that a path may mean; empty where there is none."""
    parts = [part for part in path.split("/") if part]
    methods: set[str] = set()
    for route in routes:
        pattern = list(route.path_components)
        fits = len(pattern) == len(parts) and all(
            not isinstance(wanted, str) or wanted == part
            for wanted, part in zip(pattern, parts, strict=True)
        )
        if fits and isinstance(route, HTTPRoute):
            methods |= set(route.methods)
    return frozenset(methods | {"HEAD"} if "GET" in methods else methods)


def check_idempotency_key(scope: Any) -> None:
    """Refuse a key that nobody would heed: its sender takes repeating the request for safe.

    Raises:
        InvalidInputError: `idempotency_key_unsupported`.
    """
    sent = any(name == b"idempotency-key" for name, _ in scope["headers"])
    if (
        sent
        and scope["method"] not in SAFE_METHODS
        and not scope["route_handler"].opt.get("idempotent")
    ):
        raise InvalidInputError(
            "idempotency_key_unsupported",
            "This address does not take an Idempotency-Key: leave it out, and look whether the"
            " first request came through before you repeat it.",
        )
