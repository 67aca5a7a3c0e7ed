"""What is sent is verified by the receiver of the documentation, also while secrets are exchanged."""

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from db.queue.deliveries import ClaimedDelivery
from flows.functions.webhooks import sign
from support.product.backend import eventually

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
SECRET, OTHER = b"a secret of 24 or more bytes", b"one more secret of many bytes"
BODY = '{"type": "run.completed", "data": {"outputs": {"slogan": "Käse"}}}'
DELIVERY = ClaimedDelivery(
    id=uuid4(),
    owner_id="local",
    webhook_id=uuid4(),
    run_id=uuid4(),
    event="run.completed",
    occurred_at=datetime.now(UTC),
    body=BODY,
    attempt_count=1,
    url="https://example.com/hook",
    secret=SECRET,
    previous_secret=None,
)


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    """The receiver of the page, which knows one secret; gives its address."""
    code = PAGE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = "whsec_" + base64.b64encode(SECRET).decode()
    environment = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: _is_up(port))
    yield address
    process.kill()
    process.wait()


def _is_up(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("delivery", "status"),
    [
        (DELIVERY, 204),
        (replace(DELIVERY, secret=OTHER, previous_secret=SECRET), 204),
        (replace(DELIVERY, secret=OTHER), 400),
    ],
    ids=["good", "rotated", "foreign"],
)
def test_the_documented_receiver_takes_what_is_signed(
    receiver: str, delivery: ClaimedDelivery, status: int
) -> None:
    headers = sign(delivery, BODY)
    answer = httpx.post(receiver, content=BODY.encode(), headers=headers, trust_env=False)
    assert answer.status_code == status
    changed = BODY.replace("Käse", "Quark").encode()
    assert (
        httpx.post(receiver, content=changed, headers=headers, trust_env=False).status_code == 400
    )
