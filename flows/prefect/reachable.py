"""Whether a server listens, asked as cheaply as can be."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

_CONNECT_SECONDS: Final = 1.0
_PORTS: Final = {"http": 80, "https": 443}


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
