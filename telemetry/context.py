"""Whom and what a log line is about: it travels with the task, nobody hands it on."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass
class RequestFacts:
    """The request that is being answered; the user becomes known while it is."""

    id: str
    user_id: str | None = None


@dataclass(frozen=True)
class WorkFacts:
    """The run, and perhaps the node of it, that is being worked on."""

    run_id: str
    epoch: int
    user_id: str
    node_id: str | None = None


_request: ContextVar[RequestFacts | None] = ContextVar("nodeloom_request", default=None)
_work: ContextVar[WorkFacts | None] = ContextVar("nodeloom_work", default=None)


@contextmanager
def request_facts(request: RequestFacts) -> Generator[None]:
    """Say that what happens in this block belongs to a request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def note_user(user_id: str) -> None:
    """Say who makes the current request, once that is known."""
    request = _request.get()
    if request is not None:
        request.user_id = user_id


@contextmanager
def run_facts(run_id: str, epoch: int, user_id: str) -> Generator[None]:
    """Say that what happens in this block belongs to a claimed run."""
    token = _work.set(WorkFacts(run_id, epoch, user_id))
    try:
        yield
    finally:
        _work.reset(token)


@contextmanager
def node_facts(node_id: str) -> Generator[None]:
    """Say that what happens in this block belongs to a node of the current run."""
    work = _work.get()
    token = _work.set(work and replace(work, node_id=node_id))
    try:
        yield
    finally:
        _work.reset(token)


def current_facts() -> dict[str, str | int]:
    """Give what is known here, named as in the log."""
    facts: dict[str, str | int] = {}
    request, work = _request.get(), _work.get()
    if request is not None:
        facts["request_id"] = request.id
        if request.user_id is not None:
            facts["user_id"] = request.user_id
    if work is not None:
        facts |= {"user_id": work.user_id, "run_id": work.run_id, "epoch": work.epoch}
        if work.node_id is not None:
            facts["node_id"] = work.node_id
    return facts
