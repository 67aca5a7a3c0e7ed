"""The password of Prefect's server: whoever may use that server may run programs here as us.

It is made once per home folder and kept in a file that only its owner can read. Prefect's
clients send it with each call and on each websocket.
"""

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from local.machine.home import write_private

SIGN_IN_PATH: Final = "/sign-in"
"""Where `local.prefect.sign_in` answers, beside Prefect's own pages."""
_USER: Final = "nodeloom"
"""Prefect takes any; programs such as curl want one before the password."""


def password_file(home: Path) -> Path:
    """Give the file that the password is in, or will be."""
    return home / "prefect.password"


def get_auth_string(home: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """Give `user:password` as Prefect wants it, making it at the first call.

    `PREFECT_SERVER_API_AUTH_STRING` of the user's own wins; None with `NODELOOM_PREFECT_AUTH=off`.

    Raises:
        AppError: the file cannot be written.
    """
    own = environment.get("PREFECT_SERVER_API_AUTH_STRING")
    if own is not None:
        return own or None
    if environment.get("NODELOOM_PREFECT_AUTH", "on") == "off":
        return None
    file = password_file(home)
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        write_private(file, f"{_USER}:{secrets.token_urlsafe(24)}\n")
        return file.read_text().strip()


def sign_in_url(prefect_url: str, auth: str) -> str:
    """Give the address that signs a browser in; what is behind # never leaves the browser."""
    return f"{prefect_url.rstrip('/')}{SIGN_IN_PATH}#{quote(auth, safe='')}"


def session_marker(auth: str) -> str:
    """Give what a signed-in browser shows; it proves nothing, and changes with the password."""
    return hashlib.sha256(f"nodeloom sign-in {auth}".encode()).hexdigest()[:16]
