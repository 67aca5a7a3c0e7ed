"""Whom Prefect's automations tell: a web server on loopback that remembers what it was sent."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from local.prefect.server import client_environment
from support.product.backend import Backend, eventually


class Receiver(HTTPServer):
    """Takes JSON documents `{"text": …}`."""

    def __init__(self) -> None:
        heard: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                heard.append(json.loads(body)["text"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.heard = heard

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def wait_for_message(self, *words: str, seconds: float) -> str:
        """Wait for a text with all of these words."""

        def poll() -> str | None:
            return next((text for text in self.heard if all(word in text for word in words)), None)

        return eventually(poll, seconds)


@contextmanager
def running_receiver() -> Generator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def dashboards(backend: Backend, *words: str) -> str:
    """Call `nodeloom dashboards` as an operator does; give what it prints."""
    environment = os.environ | client_environment(backend.home, backend.prefect_api_url)
    nodeloom = Path(sys.executable).parent / "nodeloom"
    done = subprocess.run(
        [nodeloom, "dashboards", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
