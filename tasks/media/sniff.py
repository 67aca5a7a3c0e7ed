"""What a file is, judged by its first bytes: never by its name or what its sender says."""

from typing import Final

IMAGE_MEDIA_TYPES: Final = frozenset(
    {"image/avif", "image/gif", "image/heic", "image/jpeg", "image/png", "image/webp"}
)
VIDEO_DEMUXERS: Final = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
"""FFmpeg's name of the one reader that may open each kind of video."""

EXTENSIONS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
}
"""How files of each kind are called when they are saved."""
HEAD_BYTES: Final = 4_096
"""How much of a file tells what it is."""
_EBML: Final = b"\x1a\x45\xdf\xa3"
_QUICKTIME_ATOMS: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
_IMAGE_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
"""Of pictures whose further brands tell how they are coded."""


def sniff(head: bytes) -> str | None:
    """Give the media type of a file that starts with `head` (`HEAD_BYTES`), if we read it."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(_EBML):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    return _sniff_atoms(head)


def _sniff_atoms(head: bytes) -> str | None:
    atom, brand = head[4:8], head[8:12]
    if atom != b"ftyp":
        return "video/quicktime" if atom in _QUICKTIME_ATOMS else None
    brands = {brand}
    if brand in _IMAGE_BRANDS:
        end = min(int.from_bytes(head[:4]), len(head))
        brands |= {head[at : at + 4] for at in range(16, end, 4)}
    if brands & _AVIF_BRANDS:
        return "image/avif"
    if brands & _HEIC_BRANDS:
        return "image/heic"
    if brand in _IMAGE_BRANDS:
        return None
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def is_lossless_webp(data: bytes) -> bool:
    """Whether a file is a WebP whose picture was written without loss."""
    if not data.startswith(b"RIFF") or data[8:12] != b"WEBP":
        return False
    at = 12
    while at + 8 <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"VP8L", b"VP8 ", b"ANMF"):
            return name == b"VP8L"
        at += 8 + length + length % 2
    return False
