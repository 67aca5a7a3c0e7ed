"""What Gemini says of its failures, as our errors."""

import re
from collections.abc import Iterator
from typing import Any, Final

from schemas.errors import NodeError
from tasks.providers.errors import ProviderErrors, quote

_DELAY: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s", re.ASCII)
_DAILY: Final = re.compile(r"per[ _-]?day|daily", re.IGNORECASE)


def error_of_answer(errors: ProviderErrors, status: int, details: Any, model: str) -> NodeError:
    """Give the error of an HTTP status and the JSON body that came with it."""
    sentence = _provider_message(details)
    is_refused = 400 <= status < 500 and status not in (408, 429)
    if is_refused and ("API_KEY_INVALID" in str(details) or "API key" in sentence):
        return errors.wrong_key(quote(sentence))
    if status == 429 and _is_daily_quota(details, sentence):
        return errors.quota_exhausted(model, sentence)
    return errors.of_status(status, model, sentence, _retry_after(details))


def _is_daily_quota(details: Any, sentence: str) -> bool:
    """Whether a quota of a day is used up: the wait that Google names beside it is of seconds."""
    violations = [
        each
        for detail in _error_details(details)
        for each in _listed(detail.get("violations"))
        if isinstance(each, dict)
    ]
    told = [f"{each.get('quotaId')} {each.get('quotaMetric')}" for each in violations]
    return any(_DAILY.search(text) for text in [*told, sentence])


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
    listed = _listed(error.get("details")) if isinstance(error, dict) else []
    yield from (each for each in listed if isinstance(each, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
