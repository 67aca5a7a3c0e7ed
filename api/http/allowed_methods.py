"""Which methods an address takes."""

from collections.abc import Iterable

from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute


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
