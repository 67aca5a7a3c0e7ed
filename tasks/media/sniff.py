"""What a file is, judged by its first bytes: never by its name or what its sender says."""

from typing import Final

IMAGE_MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
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
_IMAGE_BRANDS: Final = frozenset({b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1"})


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
    if atom == b"ftyp" and brand not in _IMAGE_BRANDS:
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return "video/quicktime" if atom in _QUICKTIME_ATOMS else None
