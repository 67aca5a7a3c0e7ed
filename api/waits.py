"""How long one request waits for other processes, all of its waits together."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Final

WAIT_SECONDS: Final = 4.5
"""In which a request has its answers from other processes, or is told that there are none."""
MIN_WAIT_SECONDS: Final = 1.0
"""So long each of them has at the least."""
PROMPT_SECONDS: Final = 0.5
"""Who answers within this is well, and does not count."""
_waited: ContextVar[float] = ContextVar("waited", default=0.0)


def count_wait(seconds: float) -> None:
    """Count a wait of this request towards what it may wait."""
    _waited.set(_waited.get() + seconds)


@contextmanager
def counted_wait(allowance: float = 0.0, *, forgets: bool = False) -> Generator[float]:
    """Give how many seconds this request may wait now, and count how long it does.

    `allowance` is for what is no wait but work, such as moving bytes. With `forgets` a prompt answer
    makes up for waits before: an event stream asks a database for minutes.
    """
    began = monotonic()
    try:
        yield max(MIN_WAIT_SECONDS, WAIT_SECONDS - _waited.get()) + allowance
    finally:
        took = monotonic() - began - allowance
        if took > PROMPT_SECONDS:
            count_wait(took)
        elif forgets:
            _waited.set(0.0)
