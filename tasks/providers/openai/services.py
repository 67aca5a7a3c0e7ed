"""Services that speak OpenAI's API at addresses of one's own: which there are, and which models they have."""

import asyncio
import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from schemas.settings import Settings
from tasks.providers.base import MODEL_NAME, ModelService

LOCAL_SERVICES: Final = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
)
"""Where these listen unless they are told otherwise."""
LOCAL_SECONDS: Final = 0.5
OWN_SECONDS: Final = 3.0
MAX_LIST_BYTES: Final = 4_000_000
"""OpenRouter's list of all its models has about one million."""
MAX_MODELS: Final = 500
MAX_NAME_CHARACTERS: Final = 120
_NAME: Final = re.compile(MODEL_NAME, re.ASCII)


def api_address(base_url: str) -> str:
    """Give where the API is: an address without a path has it under `/v1`, as all of them do."""
    return (
        base_url.rstrip("/") if urlsplit(base_url).path.strip("/") else f"{base_url.rstrip('/')}/v1"
    )


def is_local(address: str) -> bool:
    """Whether an address is on this machine: no proxy of the environment leads there."""
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


async def find_services(settings: Settings) -> tuple[ModelService, ...]:
    """Ask the service at the set address, else those that may be on this machine, for their models.

    One that does not answer in time is left out. On this machine nobody is asked where a key is set,
    or where many users sign in: it is the operator's.
    """
    access = settings.openai
    if access.base_url:
        key = access.api_key.get_secret_value() if access.api_key else ""
        places = [("OpenAI", api_address(access.base_url), key, OWN_SECONDS)]
    elif access.api_key is None and settings.auth == "local":
        places = [(title, address, "", LOCAL_SECONDS) for title, address in LOCAL_SERVICES]
    else:
        return ()
    lists = await asyncio.gather(*(_read_models(*place[1:]) for place in places))
    return tuple(
        ModelService(title, address, names)
        for (title, address, _, _), names in zip(places, lists, strict=True)
        if names is not None
    )


async def _read_models(address: str, key: str, seconds: float) -> tuple[str, ...] | None:
    """Give the names of the models at an address; None: nobody answers there as a service would."""
    import httpx  # noqa: PLC0415 # only who asks needs it

    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds, trust_env=not is_local(address)) as client,
            client.stream("GET", f"{address}/models", headers=headers) as response,
        ):
            data = b""
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > MAX_LIST_BYTES:
                    return None
        return _names(json.loads(data)) if response.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ImportError):
        return None  # ImportError: a proxy needs a package that is not here
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _names(page: Any) -> tuple[str, ...]:
    """Read the names; those that no node could have, such as ones with spaces, are left out."""
    names = (str(each["id"]) for each in page["data"] or ())
    usable = (name for name in names if len(name) <= MAX_NAME_CHARACTERS and _NAME.fullmatch(name))
    return tuple(dict.fromkeys(usable))[:MAX_MODELS]
