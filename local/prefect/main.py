"""Prefect's server in a process of its own: `python -m local.prefect.main HOST PORT HOME`.

What `prefect server start` does, less its command line, and with the garbage collector off
while a thousand modules and models are made, which saves a quarter of the start. Configured by
`local.prefect.server`.
"""

import gc
import logging
import os
import sys
from importlib import import_module
from pathlib import Path

from local.machine.ports import LOCAL_HOSTS
from local.prefect.sign_in import SignInMiddleware
from schemas.settings import Settings
from telemetry.logs import configure_logging, route_library_loggers


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    host, port, home = sys.argv[1:]
    gc.disable()
    configure_logging(Settings().model_copy(update={"log_level": "WARNING"}))
    uvicorn = import_module("uvicorn")
    route = import_module("flows.prefect.server.route")  # Prefect's application comes with it
    app = SignInMiddleware(
        route.create_app(),
        Path(home),
        os.environ.get("PREFECT_SERVER_API_AUTH_STRING") or None,
        any_host=host not in LOCAL_HOSTS,
    )
    route_library_loggers(list(logging.root.manager.loggerDict))  # Prefect has set up its own
    gc.freeze()
    gc.enable()
    uvicorn.run(
        app,
        host=host,
        port=int(port),
        http="h11",  # it limits heads; uvicorn's use of llhttp does not
        loop="asyncio",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
