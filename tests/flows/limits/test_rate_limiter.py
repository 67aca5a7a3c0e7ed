"""When a node may call a model provider, and whose failure it is when it cannot."""

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from flows.limits.rate_limiter import RateLimiter
from schemas.settings import ProviderAccess, Settings
from tasks.node_type.definition import Demand
from tasks.providers.base import TextRequest
from tasks.providers.registry import ModelName, Providers


@pytest.mark.parametrize("llm_rpm", [None, "60"])
async def test_a_provider_that_cannot_be_opened_fails_the_call_and_not_the_wait(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, llm_rpm: str | None
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")  # needs a package that is not here
    access = ProviderAccess(api_key=SecretStr("k"))
    settings = Settings().model_copy(update={"gemini": access, "llm_rpm": llm_rpm})
    providers = Providers(settings)
    limiter = RateLimiter(settings, async_sessionmaker(engine), providers)
    call = await limiter.acquire("ann", Demand(ModelName("google", "gemini-x"), tokens=1))
    with pytest.raises(ImportError, match="socks"):
        await call.generate_text(
            TextRequest("gemini-x", "Hello"),
            idempotency_key="k",
            emit=lambda _text: None,
            record_usage=lambda _usage: None,
        )
    await asyncio.wait_for(limiter.close(), 10)
    await providers.close()
