"""What can be known of Prefect without importing it, and its late import.

Importing Prefect takes seconds of processor time.
"""

import asyncio
import os
import threading
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from telemetry.logs import route_library_loggers

CLIENT_DEFAULTS: Final = {
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
}
"""Applied where the environment says nothing else: fewer calls, and never a server of its own."""

_CONNECT_SECONDS: Final = 1.0
_PORTS: Final = {"http": 80, "https": 443}

_import_lock = threading.Lock()


def load_prefect(module: str) -> Any:
    """Import one of our modules that use Prefect, with our defaults for its client.

    One at a time: two threads that import Prefect at once can wait for each other.
    """
    with _import_lock:
        for name, value in CLIENT_DEFAULTS.items():
            os.environ.setdefault(name, value)
        loaded = import_module(module)
        route_library_loggers()  # Prefect has just given its own a handler that writes to the terminal
        return loaded


async def is_reachable(url: str) -> bool:
    """Say whether something accepts connections at the address."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, 80)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    return True
