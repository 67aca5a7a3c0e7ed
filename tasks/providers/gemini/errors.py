"""What Gemini says of its failures, as our errors."""

import re
from collections.abc import Iterator
from typing import Any, Final

from schemas.errors import NodeError
from tasks.providers.errors import ProviderErrors, quote

_DELAY: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s", re.ASCII)


def error_of_answer(errors: ProviderErrors, status: int, details: Any, model: str) -> NodeError:
    """Give the error of an HTTP status and the JSON body that came with it."""
    sentence = _provider_message(details)
    is_refused = 400 <= status < 500 and status not in (408, 429)
    if is_refused and ("API_KEY_INVALID" in str(details) or "API key" in sentence):
        return errors.wrong_key(quote(sentence))
    return errors.of_status(status, model, sentence, _retry_after(details))


def _provider_message(details: Any) -> str:
    """Give the provider's own sentence."""
    error = details.get("error", details) if isinstance(details, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""


def _retry_after(details: Any) -> float | None:
    """Give the seconds that the provider asks us to wait, if it does."""
    for detail in _error_details(details):
        if str(detail.get("@type", "")).endswith("RetryInfo"):
            delay = _DELAY.fullmatch(str(detail.get("retryDelay", "")))
            return float(delay[1]) if delay else None
    return None


def _error_details(details: Any) -> Iterator[dict[str, Any]]:
    error = details.get("error", details) if isinstance(details, dict) else None
    listed = error.get("details") if isinstance(error, dict) else None
    yield from (each for each in listed or () if isinstance(each, dict))
