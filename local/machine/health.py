"""Whether a part that speaks HTTP answers."""

import http.client
from urllib.parse import urlsplit


def is_healthy(url: str, seconds: float = 2.0) -> bool:
    """Whether GET of this `http://` address gives a status below 400 in time."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
