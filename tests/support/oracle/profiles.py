"""ICC profiles written by hand: grey and RGB, with any gamma and primaries."""

import struct
from typing import Final

_WHITE: Final = (0.9642, 1.0, 0.8249)
"""D50, the white of every profile."""
PRIMARIES: Final = {
    "srgb": ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139)),
    "adobe": ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)),
    "p3": ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)),
    "prophoto": ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249)),
}
"""X, Y, Z of red, green and blue, adapted to D50."""


def grey_profile(gamma: float) -> bytes:
    """Give a profile of grey numbers that are light to the power of 1 / gamma."""
    return _profile(b"GRAY", {b"kTRC": _curve(gamma)})


def rgb_profile(primaries: str, gamma: float, name: str = "Made for a test") -> bytes:
    """Give a profile of RGB with these primaries and one gamma."""
    tags = {b"rTRC": _curve(gamma), b"gTRC": _curve(gamma), b"bTRC": _curve(gamma)}
    columns = zip((b"rXYZ", b"gXYZ", b"bXYZ"), PRIMARIES[primaries], strict=True)
    return _profile(b"RGB ", tags | {tag: _xyz(column) for tag, column in columns}, name)


def _curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(space: bytes, tags: dict[bytes, bytes], name: str = "Made for a test") -> bytes:
    text = name.encode() + b"\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"wtpt": _xyz(_WHITE), b"desc": description, **tags}
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", offset + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ "
    )
    header += bytes(12) + b"acsp" + bytes(28)
    header += struct.pack(">3i", *(round(value * 65536) for value in _WHITE)) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body
