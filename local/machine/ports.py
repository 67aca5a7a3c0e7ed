"""Ports on this machine: which are free, and who has the others."""

import socket
from pathlib import Path
from typing import Final

from schemas.errors import ConflictError

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names and addresses that always mean this machine."""


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as socket_:
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            socket_.bind((host, port))
        except OSError:
            return False
    return True


def find_free_port(host: str = "127.0.0.1") -> int:
    """Give a port that nobody listens on at the moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as socket_:
        socket_.bind((host, 0))
        return socket_.getsockname()[1]


def choose_port(requested: int, host: str, purpose: str, option: str) -> int:
    """Give the wanted port, or a free one for 0.

    Raises:
        ConflictError: `port_taken`; says by whom where that can be found out.
    """
    if requested == 0:
        return find_free_port(host)
    if is_port_free(requested, host):
        return requested
    listener = find_listener(requested)
    by = f"by {listener}" if listener else "by another program, perhaps another Nodeloom"
    raise ConflictError(
        "port_taken",
        f"Port {requested}, which {purpose} should listen on, is used {by}. Stop it, or choose another"
        f" port with {option} ({option} 0 takes a free one).",
    )


def find_listener(port: int) -> str | None:
    """Give name and number of the process that listens on a TCP port, as far as we may know.

    Reads what Linux tells about its sockets; None elsewhere, and for other users' processes.
    """
    sockets = _listening_sockets(port)
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(file.readlink()) in sockets for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:
            continue
    return None


def _listening_sockets(port: int) -> set[str]:
    """Give the names that sockets listening on a port have among a process's open files."""
    found: set[str] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        rows = [line.split() for line in lines]
        listening = "0A"
        found |= {
            f"socket:[{row[9]}]"
            for row in rows
            if row[3] == listening and int(row[1].rpartition(":")[2], 16) == port
        }
    return found
