"""Pictures inside of a document: base64 as people's tools write it."""

import base64
from urllib.parse import quote

import pytest

from tasks.media.sources import decode_base64_text

DATA = bytes(range(256)) + b"\xfb\xff\xfe"  # its base64 has every character, + and / among them
PLAIN = base64.b64encode(DATA).decode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"data:image/png;base64,{PLAIN}",
        f"DATA:image/png;charset=utf-8;BASE64,{PLAIN}",
        "\n".join(PLAIN[at : at + 76] for at in range(0, len(PLAIN), 76)),
        "\r\n".join(PLAIN[at : at + 64] for at in range(0, len(PLAIN), 64)) + "\r\n",
        PLAIN.rstrip("="),
        base64.urlsafe_b64encode(DATA).decode(),
        base64.urlsafe_b64encode(DATA).decode().rstrip("="),
        f"  data:;base64, {PLAIN}  ",
        f"data:image/png;base64,{quote(PLAIN, safe='')}",
    ],
)
def test_every_way_to_write_base64_is_read(text: str) -> None:
    assert decode_base64_text(text) == DATA


@pytest.mark.parametrize("text", ["%%%", "data:image/png,abc", "abcde", "data:image/png;base64,ä"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode_base64_text(text)
