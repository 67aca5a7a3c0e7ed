"""The second wall in front of the log: takes out what should never have come so far.

The first is that our code logs ids, codes and counts. But texts of other libraries' errors may
hold an address with its password, a header, or a value that did not fit.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

HIDDEN: Final = "[hidden]"
MIN_SECRET_LENGTH: Final = 6
"""Shorter ones would hide ordinary words."""
MAX_LENGTH: Final = 20_000
"""Of one line, in characters: a traceback fits, a picture or a prompt does not."""

_PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"(?i)([\"']?\b(?:authorization|cookie|set-cookie|x-api-key|x-goog-api-key|api[_-]?key"
            r"|password|passwd|secret|token)[\"']?\s*[:=]\s*)[\"']?[^\s\"',;&}]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)(svix-signature[\"']?\s*[:=]\s*[\"']?)[^\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@]*:)[^\s@/]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"\bAIza[\w-]{30,}"), HIDDEN),
    (re.compile(r"\bnl[ks]_[\w-]{8,}"), HIDDEN),
    (re.compile(r"\b(?:sk|pk|rk)_(?:live|test)_\w{8,}"), HIDDEN),
    (re.compile(r"\bwhsec_[\w+/=]{8,}"), HIDDEN),
    (re.compile(r"data:[\w/+.-]+;base64,[\w+/=-]+"), HIDDEN),
    (re.compile(r"\b[A-Za-z0-9+/]{200,}={0,2}"), HIDDEN),
    # What databases and models say about a value that they refuse is the value.
    (re.compile(r"(Failing row contains \().*?(\)(?=[\s\\.\"]|$))", re.DOTALL), rf"\1{HIDDEN}\2"),
    (re.compile(r"(input_value=).*?(, input_type=)", re.DOTALL), rf"\1{HIDDEN}\2"),
    (re.compile(r"(\[parameters: ).*?(\](?=[\s\\\"]|$))", re.DOTALL), rf"\1{HIDDEN}\2"),
)
_HINTS: Final = re.compile(
    "bearer|basic|authorization|cookie|key|passw|secret|token|svix-signature|://|eyj|aiza|nlk_|nls_"
    "|k_live_|k_test_|whsec_|;base64,|failing row|input_value=|\\[parameters: "
)
"""What one of the patterns needs, in small letters; the one for long words needs their length."""
_LONG_TEXT: Final = 200


def make_redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """Give a function that takes these secrets, and what looks like one, out of a text."""
    forms = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
    known = sorted((form for form in forms if len(form) >= MIN_SECRET_LENGTH), key=len)
    exact = re.compile("|".join(re.escape(form) for form in reversed(known))) if known else None

    def redact(text: str) -> str:
        if exact is not None:
            text = exact.sub(HIDDEN, text)
        # Other letters than ASCII's may be one of ASCII's to a pattern that takes any case.
        if text.isascii() and len(text) < _LONG_TEXT and not _HINTS.search(text.lower()):
            return text
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    return redact
