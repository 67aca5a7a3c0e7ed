"""Videos: what is in them, and the picture they show at a moment. The only module that knows PyAV.

Read: MP4, MOV, WebM and MKV up to 200 MB. The container is told to FFmpeg, never guessed by
it, and bytes come through a file object: no playlist can make it open another file or
address.
"""

import io
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from assets.folder_store import IncomingFile
from schemas.errors import BadInputError, NodeError
from schemas.values import MediaInfo, VideoValue, media_value
from tasks.media import images
from tasks.media.display import shown_image, shown_size
from tasks.media.sniff import HEAD_BYTES, VIDEO_DEMUXERS, sniff
from tasks.media.timeline import has_many_frames, read_timeline
from tasks.media.timestamp import Timestamp
from tasks.node_type.definition import ChildContext

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_BYTES: Final = 200_000_000
"""Of an uploaded video."""
MAX_FETCHED_BYTES: Final = 100_000_000
"""Of a video from a user's address."""
CODECS: Final = frozenset(
    {
        *("av1", "dnxhd", "h263", "h264", "hevc", "libaom-av1", "libdav1d", "libvpx", "libvpx-vp9"),
        *("mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "prores", "theora", "vp8", "vp9"),
    }
)
"""FFmpeg's decoders that cameras, browsers and editing programs need; its other 300 stay closed."""
_STILL_CODECS: Final = frozenset({"bmp", "gif", "mjpeg", "png", "tiff", "webp"})
"""What covers are made with."""
_DEFAULT_DISPOSITION: Final = 0x1
_COVER_DISPOSITIONS: Final = 0x400 | 0x800 | 0x100000
"""FFmpeg's marks of an attached picture, of thumbnails and of a still image."""
_THREADS: Final = 2
"""Of a decoder: each holds pictures of its own, and the memory of a child process is limited."""
_TOLERANCE_SECONDS: Final = 0.001
"""The length that we tell is rounded to this; asking for it is not past the end."""


def inspect_video(source: Path | bytes) -> MediaInfo:
    """Look into a video and decode its first picture.

    Raises:
        BadInputError: `video_unreadable`, `video_too_large` or `no_video`.
    """
    with _open_video(source) as (media_type, container, stream):
        first = next(container.decode(stream), None)
        if first is None:
            raise _unreadable_error("it has no picture that can be decoded")
        width, height = shown_size(first, stream)
        _check_size(width, height)
        return MediaInfo(media_type, width, height, float(read_timeline(container, stream).length))


def frame_at(source: Path | bytes, moment: Timestamp) -> images.DecodedImage:
    """Give the picture that is on the screen at a moment; the last one at the very end.

    Before the first picture, where sound begins earlier, it is the first one.

    Raises:
        BadInputError: `past_the_end`, `video_unreadable`, `video_too_large` or `no_video`.
    """
    with _open_video(source) as (_, container, stream):
        timeline = read_timeline(container, stream)
        length = float(timeline.length)
        seconds = moment.to_seconds(length)
        if seconds > length + _TOLERANCE_SECONDS:
            raise BadInputError(
                "past_the_end",
                f"The video is {length:.3f} seconds long; there is no picture at"
                f" {seconds:g} seconds. Choose an earlier moment, or “100%” for the last picture.",
            )
        frame = _decode_at(container, stream, timeline.start + Fraction(seconds))
        _check_size(frame.width, frame.height)  # need not be what the header said
        _check_size(*shown_size(frame, stream))
        return images.DecodedImage(shown_image(frame, stream), source_format="JPEG")


def store_video(file: IncomingFile, facts: MediaInfo, context: ChildContext) -> VideoValue:
    """Store a video that was looked into. Raises ProviderError where the store fails."""
    sha256 = file.commit()
    value = media_value(context.owner_id, sha256, file.size, facts)
    assert isinstance(value, VideoValue)
    return value


@contextmanager
def _open_video(
    source: Path | bytes,
) -> Generator[tuple[str, "InputContainer", "VideoStream"]]:
    """Open a video and find the stream that is the film."""
    import av  # noqa: PLC0415 # 0.4 s that a process without videos should not pay
    from av.error import FFmpegError  # noqa: PLC0415

    with _open_file(source) as file:
        media_type = sniff(file.read(HEAD_BYTES))
        if media_type not in VIDEO_DEMUXERS:
            raise _unreadable_error("it is no MP4, MOV, WebM or MKV")
        file.seek(0)
        try:
            with av.open(
                file,
                "r",
                format=VIDEO_DEMUXERS[media_type],
                options={"codec_whitelist": ",".join(sorted(CODECS))},
            ) as container:
                yield media_type, container, _video_stream(container)
        except NodeError:
            raise
        except (FFmpegError, OSError, ValueError, MemoryError) as error:
            raise _unreadable_error("it is damaged, or made with an unknown codec") from error


def _open_file(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _video_stream(container: "InputContainer") -> "VideoStream":
    stream = max(container.streams.video, key=_film_rank, default=None)
    if stream is None or _is_cover(container, stream):
        raise BadInputError(
            "no_video", "The file has sound but no picture: use a video with a picture."
        )
    codec = getattr(stream, "codec_context", None)
    if codec is None or codec.name not in CODECS:
        raise _unreadable_error("it is damaged, or made with an unknown codec")
    _check_size(stream.width, stream.height)
    stream.thread_type = "AUTO"
    codec.thread_count = _THREADS
    return stream


def _film_rank(stream: "VideoStream") -> tuple[bool, bool, bool, int]:
    """Rank a stream: no cover, no kind of still image, the default one, the largest."""
    disposition = int(stream.disposition)
    codec = getattr(stream, "codec_context", None)
    return (
        not disposition & _COVER_DISPOSITIONS,
        codec is not None and codec.name in CODECS - _STILL_CODECS,
        bool(disposition & _DEFAULT_DISPOSITION),
        codec.width * codec.height if codec is not None else 0,
    )


def _is_cover(container: "InputContainer", stream: "VideoStream") -> bool:
    """Whether even the best stream is the picture of a song."""
    if int(stream.disposition) & _COVER_DISPOSITIONS:
        return True
    name = stream.codec_context.name if stream.codec_context else ""
    if not container.streams.audio or name not in _STILL_CODECS:
        return False
    return not has_many_frames(container, stream)


def _check_size(width: int, height: int) -> None:
    if max(width, height) > images.MAX_SIDE or width * height > images.MAX_PIXELS:
        raise BadInputError(
            "video_too_large",
            f"The video has {width:,} by {height:,} pixels; that is more than a picture may have."
            " Make it smaller and use that.",
        )


def _decode_at(
    container: "InputContainer", stream: "VideoStream", moment: Fraction
) -> "VideoFrame":
    """Decode from the key frame before a moment up to the last picture not after it."""
    from av.error import InvalidDataError  # noqa: PLC0415 # as in `_open_video`

    base = stream.time_base or Fraction(1, 1_000_000)
    # Files that count in thousandths of a second write a picture at 33.3 as one at 33.
    pts = (moment + max(Fraction(1, 100_000), min(base, Fraction(1, 1000)) / 2)) / base
    container.seek(int(moment / base), stream=stream)
    try:
        shown = _last_frame_until(container, stream, pts)
    except InvalidDataError:  # some files' indexes point at pictures that others come before
        shown = None
    if shown is None:  # and some behind the moment
        container.seek(0, stream=stream)
        shown = _last_frame_until(container, stream, pts)
    if shown is None:  # the moment is before the first picture
        container.seek(0, stream=stream)
        shown = next(container.decode(stream), None)
    if shown is None:
        raise _unreadable_error("there is no picture that can be decoded at this moment")
    return shown


def _last_frame_until(
    container: "InputContainer", stream: "VideoStream", pts: Fraction
) -> "VideoFrame | None":
    shown = None
    for frame in container.decode(stream):
        if frame.pts is not None and frame.pts > pts:
            break
        shown = frame
    return shown


def _unreadable_error(why: str) -> BadInputError:
    return BadInputError(
        "video_unreadable",
        f"The video cannot be read: {why}. Convert it to MP4 (H.264) and use that.",
    )
