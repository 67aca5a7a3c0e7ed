"""Runs the demo model's endpoint: what `nodeloom model` does."""

import uvicorn

from local.demo_model.app import ModelApp


def serve(*, port: int, key: str) -> None:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM; `key` is what clients must send."""
    uvicorn.run(
        ModelApp(key),
        host="127.0.0.1",
        port=port,
        http="h11",  # it limits heads; uvicorn's use of llhttp does not
        loop="asyncio",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
