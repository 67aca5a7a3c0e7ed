"""A stand-in for Clerk's servers: real keys, real signatures, a real server for the key set."""

import base64
import json
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr
from standardwebhooks import Webhook

from schemas.settings import Settings

AUTHORIZED_PARTY: Final = "https://app.example.com"
SECRET: Final = "whsec_" + base64.b64encode(b"a secret of 24 or more bytes").decode()
JWKS: Final = "/.well-known/jwks.json"


@cache
def rsa(name: str, bits: int = 2048) -> RSAPrivateKey:
    """A key of this name; made once, as it takes a while."""
    assert name
    return generate_private_key(65537, bits)


def public(key_id: str, key: RSAPrivateKey) -> dict[str, Any]:
    """A key as it is published."""
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": key_id, "use": "sig", "alg": "RS256"}


@dataclass
class Clerk:
    """Publishes keys and signs tokens; counts what it is asked."""

    url: str = ""
    keys: dict[str, RSAPrivateKey] = field(default_factory=lambda: {"ins_1": rsa("ins_1")})
    asked: list[str] = field(default_factory=list[str])
    down: bool = False
    body: bytes | None = None
    """Answered instead of the key set."""

    def claims(self, user: str = "user_ann", **changes: Any) -> dict[str, Any]:
        """What a good token says; None leaves a claim out."""
        now = int(time.time())
        good = {
            "iss": self.url,
            "sub": user,
            "azp": AUTHORIZED_PARTY,
            "sid": "sess_1",
            "iat": now - 1,
            "nbf": now - 1,
            "exp": now + 60,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self,
        user: str = "user_ann",
        *,
        key_id: str = "ins_1",
        header: Mapping[str, Any] | None = None,
        key: RSAPrivateKey | None = None,
        **changes: Any,
    ) -> str:
        """A session token; good, unless something is changed."""
        return jwt.encode(
            self.claims(user, **changes),
            key or self.keys.get(key_id) or rsa("ins_1"),
            "RS256",
            {"kid": key_id} | dict(header or {}),
        )

    def settings(self, settings: Settings) -> Settings:
        """Settings of a server that trusts this one."""
        return settings.model_copy(
            update={
                "auth": "clerk",
                "clerk_issuer": self.url,
                "clerk_authorized_parties": f"{AUTHORIZED_PARTY}, http://localhost:3000",
                "clerk_webhook_secret": SecretStr(SECRET),
                "clerk_publishable_key": "pk_test_1",
            }
        )

    def _answer(self) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps({"keys": [public(id, key) for id, key in self.keys.items()]}).encode()


@contextmanager
def running_clerk() -> Generator[Clerk]:
    """Run it on a free port of this machine."""
    clerk = Clerk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            clerk.asked.append(self.path)
            if clerk.down:
                self.send_error(503)
                return
            body = clerk._answer()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    clerk.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield clerk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def user_message(
    kind: str = "updated", user: str = "user_ann", at_ms: int = 1_700_000_000_000, **data: Any
) -> dict[str, Any]:
    """What Clerk says of a user."""
    said: dict[str, Any] = {"id": user, "object": "user", "deleted": True}
    if kind != "deleted":
        said = {
            "id": user,
            "object": "user",
            "first_name": "Ann",
            "last_name": "Example",
            "username": None,
            "primary_email_address_id": "idn_1",
            "email_addresses": [
                {"id": "idn_0", "email_address": "old@example.org"},
                {"id": "idn_1", "email_address": "ann@example.org"},
            ],
            "created_at": 1_600_000_000_000,
            "updated_at": at_ms,
        }
    return {
        "type": f"user.{kind}",
        "object": "event",
        "timestamp": at_ms,
        "instance_id": "ins_1",
        "data": said | data,
    }


def signed(
    message: dict[str, Any] | bytes,
    *,
    id: str | None = None,
    shift: float = 0,
    secret: str = SECRET,
) -> dict[str, Any]:
    """The body and headers of a webhook; `shift` moves its time by seconds."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    id = id or f"msg_{uuid4().hex}"
    at = datetime.fromtimestamp(int(time.time()) + shift, UTC)
    signature = Webhook(secret).sign(id, at, body.decode("utf-8", "replace"))
    headers = {
        "svix-id": id,
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": signature,
        "Content-Type": "application/json",
    }
    return {"content": body, "headers": headers}
