"""What OpenAI and those who speak its API say of their failures, as our errors."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

from schemas.errors import NodeError, NotConfiguredError
from tasks.providers.errors import ProviderErrors, blocked_error

ERRORS: Final = ProviderErrors("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL", needs_key=False)

_DAILY: Final = re.compile(r"per[ _-]?day|daily|\b[RT]PD\b", re.IGNORECASE)
_TRY_AGAIN: Final = re.compile(
    r"try again in (?:(\d{1,3})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)(ms|s))?",
    re.IGNORECASE | re.ASCII,
)
_UNSUPPORTED: Final = re.compile(
    r"unsupported|unknown|unrecogni[sz]ed|unexpected|only the default"
    r"|(?:not|n't) (?:be )?(?:support|permitted|allowed|implemented|available)",
    re.IGNORECASE,
)
_BAD_SCHEMA: Final = re.compile(r"invalid[ _](?:json[ _])?schema", re.IGNORECASE)
"""One schema is refused, not all of them."""
_BLOCKED: Final = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
_NO_CREDIT: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_STATUS: Final = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "model_not_found": 404,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
}
"""Of errors that come in the middle of a stream, where no status does."""


def error_of_answer(
    errors: ProviderErrors,
    status: int | None,
    body: object,
    model: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> NodeError:
    """Give the error of an HTTP status and the JSON that came with it; None: it came in a stream."""
    error = _error_object(body)
    sentence = _sentence(error, body)
    words = {str(error.get(name)) for name in ("code", "type")} | _inner_codes(error)
    status = status or _status_of(error)
    metadata = error.get("metadata")
    if words & _BLOCKED or (isinstance(metadata, dict) and metadata.get("reasons")):
        return blocked_error("the question or its answer", sentence or "content_filter")
    if words & _NO_CREDIT or status == 402:
        return errors.out_of_credit(model, sentence)
    if status == 429 and _DAILY.search(sentence):
        return errors.quota_exhausted(model, sentence)
    if "model_not_found" in words:
        status = 404
    if (status == 404 and not error) or sentence.startswith(
        "Unexpected endpoint"
    ):  # LM Studio's, with 200
        return no_service_error(errors)
    return errors.of_status(status, model, sentence, _retry_after(headers or {}, sentence))


def no_service_error(errors: ProviderErrors) -> NotConfiguredError:
    """Give the error of an address at which nobody speaks the chat API."""
    return NotConfiguredError(
        "not_configured",
        f"Nobody speaks the chat API of {errors.title} at the address in {errors.base_url_variable}: it is"
        " what stands before `/chat/completions`, such as `http://127.0.0.1:11434/v1`. Correct it and"
        " start Nodeloom again.",
    )


def refused_field(body: object, sent: Iterable[str]) -> tuple[str, bool] | None:
    """Give the field for which a request was refused, if an answer can be had without it.

    With it, whether it is not taken at all. A number that is too large is the user's to correct; of a
    response schema that is not taken as it is, the model can be told in words.
    """
    error = _error_object(body)
    sentence, param = _sentence(error, body), error.get("param")
    for name in sent:
        is_named = (
            param.split(".", 1)[0] == name if isinstance(param, str) and param else name in sentence
        )
        said = f"{error.get('code')} {sentence}"
        is_unsupported = _UNSUPPORTED.search(said) is not None and not _BAD_SCHEMA.search(said)
        if is_named and (is_unsupported or name == "response_format"):
            return name, is_unsupported
    return None


def _error_object(body: object) -> dict[str, Any]:
    """Give what says more of an error: `{"error": {…}}`, the inside of that, or vLLM's, which is flat."""
    if not isinstance(body, dict):
        return {}
    known = cast("dict[str, Any]", body)
    inner = known.get("error")
    if isinstance(inner, dict):
        return cast("dict[str, Any]", inner)
    return {"message": inner} if isinstance(inner, str) else known


def _sentence(error: Mapping[str, Any], body: object) -> str:
    for message in (error.get("message"), error.get("detail"), body):
        if isinstance(message, str) and not message.lstrip().startswith("<"):
            return message
    return ""


def _inner_codes(error: Mapping[str, Any]) -> set[str]:
    """Give the code that Azure puts one object deeper."""
    inner = error.get("innererror")
    code = str(cast("dict[str, Any]", inner).get("code")) if isinstance(inner, dict) else ""
    return {"content_filter"} if code == "ResponsibleAIPolicyViolation" else set()


def _status_of(error: Mapping[str, Any]) -> int:
    """Give the status that an error within a stream means; OpenRouter and vLLM write it as its code."""
    for name in ("code", "status", "type"):
        said = str(error.get(name))
        if re.fullmatch(r"[45]\d\d", said, re.ASCII):
            return int(said)
        if said in _STATUS:
            return _STATUS[said]
    return 502


def _retry_after(headers: Mapping[str, str], sentence: str) -> float | None:
    """Give the seconds that the provider asks us to wait, if it does."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "")
    seconds = _number(said)
    if seconds is not None:
        return seconds
    try:
        then = parsedate_to_datetime(said) if said else None
        if then is not None:
            return max(0.0, (then.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        pass
    found = _TRY_AGAIN.search(sentence)
    if found is None or not (found[1] or found[2]):
        return None
    rest = float(found[2] or 0) / (1000 if (found[3] or "").lower() == "ms" else 1)
    return int(found[1] or 0) * 60 + rest


def _number(text: str) -> float | None:
    is_number = re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text.strip(), re.ASCII)
    return float(text) if is_number else None
