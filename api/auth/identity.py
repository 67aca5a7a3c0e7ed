"""Who is asking. One dependency answers it, and every query takes the owner from it."""

from typing import Any, Final, Literal
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency

from api.auth.clerk import load_clerk_config
from api.http.origins import is_loopback
from schemas.base import FrozenModel
from schemas.errors import NotConfiguredError
from schemas.settings import LOCAL_USER_ID, Settings
from schemas.wire.api_key import API_KEY_SCOPES, ApiKeyScope
from schemas.wire.run import StartedBy, StartedByKey


class Identity(FrozenModel):
    """The user on whose behalf a request is made."""

    id: str
    email: str | None
    name: str | None = None
    signed_in_with: Literal["machine", "session", "key", "link"] = "machine"
    """`link`: `id` is the owner of a share link, who is not there."""
    scopes: tuple[ApiKeyScope, ...] = API_KEY_SCOPES
    key_name: str | None = None
    """Of the API key, where one was used."""
    key_id: UUID | None = None
    functions: tuple[str, ...] | None = None
    """Those that the API key is for; None: everything that its scopes allow."""

    @property
    def started_by(self) -> StartedBy | None:
        """Who starts a run with this request; None: a user of local mode, who has no name."""
        if self.key_name is not None and self.key_id is not None:
            return StartedByKey(kind="api_key", name=self.key_name, key_id=self.key_id)
        name = self.name or self.email
        return (
            StartedBy(kind="user", name=name) if name and self.signed_in_with != "machine" else None
        )


LOCAL_USER: Final = Identity(id=LOCAL_USER_ID, email="local@localhost")
"""The only user of local mode: whoever reaches the machine's own address."""


def check_bind_address(settings: Settings) -> None:
    """Refuse to listen where others can reach an API that asks nobody who they are.

    Raises:
        NotConfiguredError: the address is not a loopback one, or Clerk's settings are not whole.
    """
    if settings.auth == "clerk":
        load_clerk_config(settings)
    elif not is_loopback(settings.host):
        raise NotConfiguredError(
            "bind_not_local",
            f"The address {settings.host} can be reached from other machines, but without sign-in"
            " everybody there could use Nodeloom as you. Use --host 127.0.0.1, and an SSH tunnel"
            " to reach it from elsewhere; or have people sign in: NODELOOM_AUTH=clerk,"
            " docs/sign-in.md.",
        )


def provide_user(request: Request[Any, Any, Any], app_state: NamedDependency[object]) -> Identity:
    """Give the user of this request, as `api.auth.authenticate` has found out.

    It takes `app_state` only to come after them: of what need not wait for one another Litestar makes
    tasks, which cost more than all else that it does with a request.
    """
    return request.scope["user"]
