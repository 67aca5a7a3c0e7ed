"""What an uploaded file is; run it in a thread or a child process, it takes a while."""

from pathlib import Path

from schemas.errors import BadInputError
from schemas.values import MediaInfo
from tasks.media.images import inspect_image
from tasks.media.sniff import HEAD_BYTES, IMAGE_MEDIA_TYPES, VIDEO_DEMUXERS, sniff
from tasks.media.videos import MAX_BYTES as MAX_VIDEO_BYTES
from tasks.media.videos import inspect_video


def inspect_upload(source: Path | bytes) -> MediaInfo:
    """Judge an uploaded file, or its bytes, by its content, never by its name.

    Raises:
        BadInputError: `unsupported_media`, `picture_unreadable`, `picture_too_large`,
            `video_unreadable`, `video_too_large` or `no_video`.
    """
    media_type = sniff(_read_head(source))
    if media_type in IMAGE_MEDIA_TYPES:
        return MediaInfo(*inspect_image(source))
    if media_type in VIDEO_DEMUXERS:
        return _inspect_video_upload(source)
    raise BadInputError(
        "unsupported_media",
        "This is no file that a workflow can use: upload a JPEG, PNG, WebP, GIF, AVIF or HEIC picture,"
        " or an MP4, MOV, WebM or MKV video.",
    )


def _read_head(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:HEAD_BYTES]
    with source.open("rb") as file:
        return file.read(HEAD_BYTES)


def _inspect_video_upload(source: Path | bytes) -> MediaInfo:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_VIDEO_BYTES:
        raise BadInputError(
            "video_too_large",
            f"The video has {size / 1e6:.0f} MB; at most {MAX_VIDEO_BYTES // 1_000_000} MB are"
            " possible. Make it smaller and upload that.",
        )
    return inspect_video(source)
