"""Whom and what a log line is about: it travels with the task, nobody hands it on."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass
class RequestContext:
    """The request that is being answered; the user becomes known while it is."""

    id: str
    user_id: str | None = None


@dataclass(frozen=True)
class RunContext:
    """The run, and perhaps the node of it, that is being worked on."""

    run_id: str
    epoch: int
    user_id: str
    node_id: str | None = None


_request: ContextVar[RequestContext | None] = ContextVar("nodeloom_request", default=None)
_run: ContextVar[RunContext | None] = ContextVar("nodeloom_work", default=None)


@contextmanager
def request_context(request: RequestContext) -> Generator[None]:
    """Say that what happens in this block belongs to a request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def set_user(user_id: str) -> None:
    """Say who makes the current request, once that is known."""
    request = _request.get()
    if request is not None:
        request.user_id = user_id


@contextmanager
def run_context(run_id: str, epoch: int, user_id: str) -> Generator[None]:
    """Say that what happens in this block belongs to a claimed run."""
    token = _run.set(RunContext(run_id, epoch, user_id))
    try:
        yield
    finally:
        _run.reset(token)


@contextmanager
def node_context(node_id: str) -> Generator[None]:
    """Say that what happens in this block belongs to a node of the current run."""
    run = _run.get()
    token = _run.set(run and replace(run, node_id=node_id))
    try:
        yield
    finally:
        _run.reset(token)


def current_context() -> dict[str, str | int]:
    """Give what is known here, named as in the log."""
    facts: dict[str, str | int] = {}
    request, run = _request.get(), _run.get()
    if request is not None:
        facts["request_id"] = request.id
        if request.user_id is not None:
            facts["user_id"] = request.user_id
    if run is not None:
        facts |= {"user_id": run.user_id, "run_id": run.run_id, "epoch": run.epoch}
        if run.node_id is not None:
            facts["node_id"] = run.node_id
    return facts
