"""Who is asking. One dependency answers it, and every query takes the owner from it."""

import ipaddress

from litestar.di import NamedDependency

from api.parts import Parts
from db.users import ensure_user
from schemas.base import FrozenModel
from schemas.errors import NotConfiguredError
from schemas.settings import Settings


class Identity(FrozenModel):
    """The user on whose behalf a request is made."""

    id: str
    email: str


LOCAL_USER = Identity(id="local", email="local@localhost")
"""The only user of local mode: whoever reaches the machine's own address."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without port, always means this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_auth(settings: Settings) -> None:
    """Refuse to start with a way of signing in that is not there yet.

    Raises:
        NotConfiguredError: `NODELOOM_AUTH` is not `local`.
    """
    if settings.auth != "local":
        raise NotConfiguredError(
            "auth_not_available",
            f"NODELOOM_AUTH={settings.auth} comes with a later release; unset it or set"
            " NODELOOM_AUTH=local, which serves one user on this machine only.",
        )


def check_bind(settings: Settings) -> None:
    """Refuse to listen where others can reach an API that asks nobody who they are.

    Raises:
        NotConfiguredError: the address is not a loopback one.
    """
    check_auth(settings)
    if not is_loopback(settings.host):
        raise NotConfiguredError(
            "bind_not_local",
            f"The address {settings.host} can be reached from other machines, but without sign-in"
            " everybody there could use Nodeloom as you. Use --host 127.0.0.1, and an SSH tunnel"
            " to reach it from elsewhere.",
        )


async def identify(parts: NamedDependency[Parts]) -> Identity:
    """Give the user of this request; their row is made when they first come."""
    user = LOCAL_USER
    if user.id not in parts.users_known:
        await parts.database.change_people(ensure_user, user.id, user.email)
        parts.users_known.add(user.id)
    return user
