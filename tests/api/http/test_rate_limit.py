"""Budgets of requests: each user's own, told in headers, and never a header's business."""

from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from api.app import create_app
from api.http.rate_limit import (
    LINK_RATES,
    MAX_BUCKETS,
    RateBudget,
    RequestRateLimiter,
    make_rate_limiter,
)
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, graph


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_budget_fills_again():
    clock = Clock()
    limiter = RequestRateLimiter({"requests": RateBudget("requests", 2.0, 4)}, clock)
    uses = [limiter.consume("ann", "requests") for _ in range(5)]
    assert [one.left for one in uses if one] == [3, 2, 1, 0, 0]
    assert [one.wait for one in uses if one] == [0, 0, 0, 0, 0.5]
    clock.now += 0.5
    again = limiter.consume("ann", "requests")
    assert again
    assert again.wait == 0
    clock.now += 1000
    full = limiter.consume("ann", "requests")
    assert full
    assert full.left == 3


def test_users_do_not_share():
    limiter = RequestRateLimiter({"requests": RateBudget("requests", 1.0, 1)}, Clock())
    waits = [
        one.wait for user in ("ann", "bob", "ann") if (one := limiter.consume(user, "requests"))
    ]
    assert waits == [0, 0, 1]
    assert limiter.consume("ann", "no such budget") is None


def test_buckets_that_are_full_again_are_forgotten():
    clock = Clock()
    limiter = RequestRateLimiter({"requests": RateBudget("requests", 1.0, 1)}, clock)
    for number in range(MAX_BUCKETS):
        limiter.consume(f"user {number}", "requests")
    clock.now += 5
    limiter.consume("one more", "requests")
    assert len(limiter._buckets) == 1


@pytest.mark.parametrize(
    ("auth", "changes", "expected"),
    [
        ("local", {}, {"requests": 1000, "runs": 100, "uploads": 100}),
        ("clerk", {}, {"requests": 50, "runs": 1, "uploads": 1}),
        ("clerk", {"rate_requests": 0, "rate_runs": 120}, {"runs": 2, "uploads": 1}),
    ],
)
def test_defaults_depend_on_who_may_come(
    auth: str, changes: dict[str, int], expected: dict[str, float]
):
    settings = Settings().model_copy(update={"auth": auth, **changes})
    rates = {name: each.rate for name, each in make_rate_limiter(settings).budgets.items()}
    assert rates == expected | {name: rate for name, (rate, _) in LINK_RATES.items()}


@pytest.fixture
async def rate_limited_api(settings: Settings) -> AsyncIterator[Api]:
    few = {"rate_requests": 1, "rate_runs": 3, "rate_uploads": 3}
    app = create_app(settings.model_copy(update=few))
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        yield client


async def test_who_asks_too_much_is_told_when_to_come_back(rate_limited_api: Api):
    answers = [await rate_limited_api.get("/api/me") for _ in range(7)]
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=5;w=5'
    assert answers[0].headers["ratelimit"] == '"requests";r=4;t=0'
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.headers["content-type"] == "application/problem+json"
    assert late.json()["code"] == "too_many_requests"
    assert int(late.headers["retry-after"]) == 1
    assert late.headers["ratelimit"].startswith('"requests";r=0;t=')


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-User-Id", "Cookie"]
)
async def test_no_header_buys_another_budget(rate_limited_api: Api, header: str):
    statuses = [
        (await rate_limited_api.get("/api/me", headers={header: f"203.0.113.{number}"})).status_code
        for number in range(20)
    ]
    assert statuses.count(429) >= 10


async def test_starting_runs_has_a_smaller_budget(settings: Settings):
    app = create_app(settings.model_copy(update={"rate_runs": 3}))
    async with AsyncTestClient(app, base_url=ORIGIN) as api:
        id = (await api.post("/api/workflows", json=graph())).json()["id"]
        first = await api.post(f"/api/workflows/{id}/runs")
        assert first.status_code == 202
        assert '"runs";q=1;w=20' in first.headers["ratelimit-policy"]
        second = await api.post(f"/api/workflows/{id}/runs")
        assert (second.status_code, second.json()["code"]) == (429, "too_many_requests")
        assert 15 <= int(second.headers["retry-after"]) <= 20
        assert (await api.get("/api/me")).status_code == 200
