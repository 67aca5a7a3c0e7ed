"""What can go wrong at a model provider, as our errors: what to do, and whether to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.errors import BadInputError, NodeError, NotConfiguredError, ProviderError
from schemas.values import MAX_TEXT_BYTES

_MAX_QUOTED: Final = 300
"""Characters of the provider's own sentence that a message repeats."""


@dataclass(frozen=True)
class ProviderErrors:
    """The errors of one provider; the sentences name its variables."""

    title: str
    key_variable: str
    base_url_variable: str
    needs_key: bool = True
    """Whether an address alone is not enough."""

    def of_status(
        self, status: int, model: str, sentence: str = "", retry_after: float | None = None
    ) -> NodeError:
        """Give the error of an HTTP status; `sentence` is what the provider says about it.

        `retry_after` is how many seconds it asks us to wait.
        """
        said = quote(sentence)
        if status in (408, 504):
            return self.network("the model provider", timed_out=True)
        if status == 429:
            return ProviderError(
                "rate_limited",
                f"The model provider allows no more requests for the moment.{said}",
                retryable=True,
                retry_after=retry_after,
            )
        if 400 <= status < 500:
            return self._refused(status, model, said)
        return ProviderError(
            "provider_unavailable",
            f"The model provider has a problem of its own ({status}); try again later.{said}",
            retryable=True,
            retry_after=retry_after,
        )

    def _refused(self, status: int, model: str, said: str) -> NodeError:
        if status in (401, 403):
            return self.wrong_key(said)
        if status == 404:
            return BadInputError(
                "model_not_found",
                f"The model provider does not know the model “{model}”: choose another model.{said}",
            )
        return BadInputError("bad_request", f"The model provider refused the request.{said}")

    def quota_exhausted(self, model: str, sentence: str = "") -> ProviderError:
        """Give the error of a quota that lasts for hours: to try again soon costs time only."""
        return ProviderError(
            "quota_exhausted",
            f"The quota of a day for the model “{model}” is used up: wait until the next day begins at"
            f" the provider, raise the quota there, or choose another model.{quote(sentence)}",
        )

    def out_of_credit(self, model: str, sentence: str = "") -> ProviderError:
        """Give the error of a key whose credit is used up: only paying helps."""
        return ProviderError(
            "quota_exhausted",
            f"The credit or quota of the key is used up, so the model “{model}” does not answer: add credit"
            f" or raise the quota at the provider, or choose another model.{quote(sentence)}",
        )

    def not_configured(self) -> NotConfiguredError:
        """Give the error of a provider without a key."""
        or_address = (
            ""
            if self.needs_key
            else f" (for a service that asks for none, {self.base_url_variable})"
        )
        return NotConfiguredError(
            "not_configured",
            f"{self.title} is not configured: set the environment variable {self.key_variable}{or_address} and"
            " start Nodeloom again, or choose a model of another provider.",
        )

    def wrong_key(self, said: str = "") -> NotConfiguredError:
        """Give the error of a key that the provider does not accept."""
        return NotConfiguredError(
            "wrong_key",
            f"The model provider does not accept the key in the environment variable"
            f" {self.key_variable}: put a valid key there and start Nodeloom again.{said}",
        )

    def network(self, place: str, *, timed_out: bool) -> ProviderError:
        """Give the error of a connection that failed, broke or fell silent."""
        if timed_out:
            return ProviderError(
                "provider_timeout", f"There was no answer in time from {place}.", retryable=True
            )
        return ProviderError(
            "provider_unavailable",
            f"The connection to {place} failed or broke off: check the network and, if it is set,"
            f" {self.base_url_variable}.",
            retryable=True,
        )

    def malformed_answer(self, what: str) -> ProviderError:
        """Give the error of an answer in another shape than the provider's."""
        return ProviderError(
            "provider_unavailable",
            f"The model provider's answer made no sense ({what}): check {self.base_url_variable},"
            " if it is set.",
            retryable=True,
        )


def quote(sentence: str) -> str:
    """Quote the provider's own sentence behind ours, shortened; nothing where it says none."""
    return f" It says: {sentence[:_MAX_QUOTED]}" if sentence else ""


def answer_too_long_error() -> BadInputError:
    """Give the error of an answer that does not end."""
    return BadInputError(
        "answer_too_long",
        f"The model's answer is longer than {MAX_TEXT_BYTES // 1000:,} KB: ask for less, or set"
        " the longest answer in tokens.",
    )


def blocked_error(what: str, reason: str) -> ProviderError:
    """Give the error of a question or an answer that the provider does not let through."""
    return ProviderError(
        "blocked",
        f"The model provider blocked {what} (reason: {reason}). Change the texts or pictures.",
    )


def truncated_answer_error() -> ProviderError:
    """Give the error of an answer that ended without saying why."""
    return ProviderError(
        "provider_unavailable",
        "The connection to the model broke off in the middle of its answer.",
        retryable=True,
    )


def answer_cut_error(text: str, reason: str) -> ProviderError:
    """Give the error of an answer that ended at the longest answer, with what there is of it."""
    return ProviderError(
        "answer_cut",
        f"The model's answer was cut off at the longest answer in tokens ({reason}); what came of it is"
        " shown. Raise the longest answer, ask for less, or have the node accept cut answers.",
        answer=text,
    )


def unfitting_answer_error(
    text: str, mismatches: Sequence[str], *, is_json: bool, repair: str
) -> ProviderError:
    """Give the error of an answer that does not fit its response schema.

    `repair` is a sentence on what became of asking once more.
    """
    return ProviderError(
        "schema_mismatch" if is_json else "invalid_json",
        f"The model's answer does not fit the response schema. {' '.join(mismatches)} {repair} The answer"
        " is shown; simplify the schema, or say in the message what is wanted.",
        answer=text,
    )


def empty_answer_error(reason: str, *, max_tokens: bool) -> ProviderError:
    """Give the error of an answer without a word."""
    if max_tokens:
        return ProviderError(
            "empty_answer",
            "The model used up all its tokens before it wrote a word: raise the longest answer in"
            " tokens.",
        )
    return ProviderError(
        "empty_answer", f"The model gave no usable answer (it ended with {reason}).", retryable=True
    )
