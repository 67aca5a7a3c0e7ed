"""JSON that PostgreSQL takes, whatever models and files say."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def storable_json(value: Any) -> str:
    """Write JSON, with the replacement character in place of NUL and of halves of surrogate pairs.

    Raises:
        ValueError: a number is not finite.
        TypeError: it holds what JSON has no form for.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text or _SURROGATE.search(text):
        text = json.dumps(_storable(value), ensure_ascii=False, allow_nan=False)
    return text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value
