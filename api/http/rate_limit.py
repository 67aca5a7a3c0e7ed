"""How much one user may ask for in a short time, so that nobody slows the others down.

A budget is a bucket that fills again all the time: `rate` tokens a second, `burst` at most. It
is the user's, whatever address or header a request comes with, and each API process has its
own buckets.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from schemas.errors import TooManyRequestsError
from schemas.settings import Settings

MAX_BUCKETS: Final = 50_000
"""Kept in memory; beyond, those that are full again are forgotten."""
LINK_RATES: Final = {
    "address requests": (20, 5),
    "address runs": (30 / 60, 20),
    "address uploads": (60 / 60, 20),
    "link requests": (100, 5),
    "link runs": (120 / 60, 20),
    "link uploads": (240 / 60, 20),
}
"""Of share links, whose users nobody knows: tokens a second, and seconds that they are saved up for."""
STATE_KEY: Final = "nodeloom_rates"
"""Where a request's state has what it was charged."""


@dataclass(frozen=True)
class RateBudget:
    """Tokens a second, and how many may be saved up."""

    name: str
    rate: float
    burst: int

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket fills."""
        return max(1, math.ceil(self.burst / self.rate))


@dataclass(frozen=True)
class BudgetUse:
    """What is left of a budget after a request; `wait` seconds where it was not enough."""

    budget: RateBudget
    left: int
    wait: float


@dataclass
class RequestRateLimiter:
    """The buckets of this process."""

    budgets: Mapping[str, RateBudget]
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(
        default_factory=dict[tuple[str, str], tuple[float, float]]
    )

    def consume(self, user_id: str, name: str) -> BudgetUse | None:
        """Take one token; None where there is no such budget."""
        budget = self.budgets.get(name)
        if budget is None:
            return None
        now = self.clock()
        tokens = self._tokens(budget, user_id, now)
        enough = tokens >= 1
        self._buckets[user_id, name] = (tokens - enough, now)
        if len(self._buckets) > MAX_BUCKETS:
            self._evict_full(now)
        return BudgetUse(budget, int(tokens - enough), 0 if enough else (1 - tokens) / budget.rate)

    def refund(self, user_id: str, name: str) -> None:
        """Put one token back that was taken for nothing."""
        budget = self.budgets.get(name)
        if budget is not None:
            tokens = self._tokens(budget, user_id, now := self.clock()) + 1
            self._buckets[user_id, name] = (min(budget.burst, tokens), now)

    def _tokens(self, budget: RateBudget, user_id: str, now: float) -> float:
        tokens, at = self._buckets.get((user_id, budget.name), (float(budget.burst), now))
        return min(budget.burst, tokens + (now - at) * budget.rate)

    def _evict_full(self, now: float) -> None:
        full = [
            (user_id, name)
            for user_id, name in self._buckets
            if self._tokens(self.budgets[name], user_id, now) >= self.budgets[name].burst
        ]
        for key in full:
            del self._buckets[key]


def make_rate_limiter(settings: Settings) -> RequestRateLimiter:
    """Make the budgets of the settings; 0 means no limit."""
    local = settings.auth == "local"

    def chosen(value: int | None, at_home: int, elsewhere: int) -> int:
        return (at_home if local else elsewhere) if value is None else value

    per_second = LINK_RATES | {
        "requests": (chosen(settings.rate_requests, 1000, 50), 5),
        "runs": (chosen(settings.rate_runs, 6000, 60) / 60, 20),
        "uploads": (chosen(settings.rate_uploads, 6000, 60) / 60, 20),
    }
    return RequestRateLimiter(
        {
            name: RateBudget(name, rate, max(1, math.ceil(rate * seconds)))
            for name, (rate, seconds) in per_second.items()
            if rate > 0
        }
    )


def consume_budgets(limiter: RequestRateLimiter, user_id: str, scope: Any) -> None:
    """Take a request out of its user's budgets.

    What a handler's `opt` names as `rate` is spent beside the budget of all requests.

    Raises:
        TooManyRequestsError: `too_many_requests`, with the seconds to wait.
    """
    _consume(limiter, user_id, ("requests", scope["route_handler"].opt.get("rate", "")), scope)


def _consume(
    limiter: RequestRateLimiter, key: str, budget_names: Iterable[str], scope: Any
) -> None:
    uses = [one for name in budget_names if (one := limiter.consume(key, name))]
    scope["state"][STATE_KEY] = uses
    short = max(uses, key=lambda one: one.wait, default=None)
    if short is not None and short.wait:
        seconds = math.ceil(short.wait)
        raise TooManyRequestsError(
            "too_many_requests",
            f"You have used up your budget of {short.budget.name}: wait {seconds} s, then send"
            f" at most {short.budget.rate:.3g} a second.",
            retry_after=seconds,
        )


def consume_link_budgets(
    limiter: RequestRateLimiter, kind: Literal["address", "link"], key: str, scope: Any
) -> None:
    """Take a request through a share link out of the budgets of its address, or of the link.

    Raises:
        TooManyRequestsError: `too_many_requests`, with the seconds to wait.
    """
    rate = scope["route_handler"].opt.get("rate")
    names = [f"{kind} requests", *([f"{kind} {rate}"] if rate else [])]
    _consume(limiter, f"{kind} {key}", names, scope)


def refund_refused(limiter: RequestRateLimiter, user_id: str, scope: Any, status: int) -> None:
    """Put back what a start of a run took that was refused: no run came of it."""
    if scope["route_handler"].opt.get("rate") != "runs" or status < 400:
        return
    uses: list[BudgetUse] = scope["state"].get(STATE_KEY, [])
    if any(use.budget.name == "runs" and not use.wait for use in uses):
        limiter.refund(user_id, "runs")
        scope["state"][STATE_KEY] = [
            replace(use, left=use.left + 1) if use.budget.name == "runs" else use for use in uses
        ]


def rate_limit_headers(scope: Any) -> Iterator[tuple[str, str]]:
    """Give the headers that tell what is left of the budgets that a request was charged to."""
    uses: list[BudgetUse] = scope.get("state", {}).get(STATE_KEY, [])
    if uses:
        yield (
            "ratelimit-policy",
            ", ".join(
                f'"{one.budget.name}";q={one.budget.burst};w={one.budget.window}' for one in uses
            ),
        )
        yield (
            "ratelimit",
            ", ".join(f'"{one.budget.name}";r={one.left};t={math.ceil(one.wait)}' for one in uses),
        )
