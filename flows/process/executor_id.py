"""The name of an executor."""

import os
import socket
from uuid import uuid4


def executor_id() -> str:
    """Give this process's name, unique over machines and restarts."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
