"""What can go wrong at the model provider, as our errors: what to do, and whether to try again."""

import re
from collections.abc import Iterator
from typing import Any, Final

from schemas.errors import BadInputError, NodeError, NotConfiguredError, ProviderError

MAX_TEXT_BYTES: Final = 262_144
"""Of an answer's text, as UTF-8."""
_DELAY: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s", re.ASCII)


def error_of_status(status: int, details: Any, model: str) -> NodeError:
    """Give the error of an HTTP status and the JSON body that came with it."""
    if status in (408, 504):
        return network_error("the model provider", timed_out=True)
    if status == 429:
        return _retryable(
            "rate_limited", "The model provider allows no more requests for the moment.", details
        )
    if not 400 <= status < 500:
        return _retryable(
            "provider_unavailable",
            f"The model provider has a problem of its own ({status}); try again later.",
            details,
        )
    return _refused(status, details, model)


def _refused(status: int, details: Any, model: str) -> NodeError:
    sentence = _provider_message(details)
    if status in (401, 403) or "API_KEY_INVALID" in str(details) or "API key" in sentence:
        return wrong_key_error(sentence)
    if status == 404:
        return BadInputError(
            "model_not_found",
            f"The model provider does not know the model “{model}”: choose another model.{sentence}",
        )
    return BadInputError("bad_request", f"The model provider refused the request.{sentence}")


def _retryable(code: str, message: str, details: Any) -> ProviderError:
    return ProviderError(
        code,
        message + _provider_message(details),
        retryable=True,
        retry_after=_retry_after(details),
    )


def wrong_key_error(sentence: str = "") -> NotConfiguredError:
    """Give the error of a key that the provider does not accept."""
    return NotConfiguredError(
        "wrong_key",
        "The model provider does not accept the key in the environment variable GEMINI_API_KEY:"
        " put a valid key there and start Nodeloom again." + sentence,
    )


def network_error(provider: str, *, timed_out: bool) -> ProviderError:
    """Give the error of a connection that failed, broke or fell silent."""
    if timed_out:
        return ProviderError(
            "provider_timeout", f"There was no answer in time from {provider}.", retryable=True
        )
    return ProviderError(
        "provider_unavailable",
        f"The connection to {provider} failed or broke off: check the network and, if it is set,"
        " GEMINI_BASE_URL.",
        retryable=True,
    )


def malformed_answer_error(what: str) -> ProviderError:
    """Give the error of an answer in another shape than Gemini's."""
    return ProviderError(
        "provider_unavailable",
        f"The model provider's answer made no sense ({what}): check GEMINI_BASE_URL, if it is set.",
        retryable=True,
    )


def answer_too_long_error() -> BadInputError:
    """Give the error of an answer that does not end."""
    return BadInputError(
        "answer_too_long",
        f"The model's answer is longer than {MAX_TEXT_BYTES // 1024} KB: ask for less, or set"
        " the longest answer in tokens.",
    )


def _provider_message(details: Any) -> str:
    """Quote the provider's own sentence, shortened."""
    error = details.get("error", details) if isinstance(details, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return f" It says: {message[:300]}" if isinstance(message, str) and message else ""


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
