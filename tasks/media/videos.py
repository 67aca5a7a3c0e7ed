"""Videos: what is in them, and the picture they show at a moment. The only module that knows PyAV.

Read: MP4, MOV, WebM and MKV up to 200 MB. The container is told to FFmpeg, never guessed by
it, and bytes come through a file object: no playlist can make it open another file or
address.
"""

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from assets.folder_store import IncomingFile
from schemas.errors import BadInputError, NodeError
from schemas.values import MediaInfo, VideoValue, media_value
from tasks.media import images
from tasks.media.sniff import HEAD_BYTES, VIDEO_DEMUXERS, sniff
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
        swaps_sides = first.rotation % 180 != 0
        width, height = (first.height, first.width) if swaps_sides else (first.width, first.height)
        return MediaInfo(media_type, width, height, float(_duration(container, stream)))


def frame_at(source: Path | bytes, moment: Timestamp) -> images.DecodedImage:
    """Give the picture that is on the screen at a moment; the last one at the very end.

    Raises:
        BadInputError: `past_the_end`, `video_unreadable`, `video_too_large` or `no_video`.
    """
    with _open_video(source) as (_, container, stream):
        duration = float(_duration(container, stream))
        seconds = moment.to_seconds(duration)
        if seconds > duration + _TOLERANCE_SECONDS:
            raise BadInputError(
                "past_the_end",
                f"The video is {duration:.3f} seconds long; there is no picture at"
                f" {seconds:g} seconds. Choose an earlier moment, or “100%” for the last picture.",
            )
        frame = _decode_at(container, stream, seconds)
        _check_size(frame.width, frame.height)  # need not be what the header said
        return images.from_video_frame(frame.to_image(), frame.rotation)


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
    """Open a video and find its first video stream."""
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
    if not container.streams.video:
        raise BadInputError(
            "no_video", "The file has sound but no picture: use a video with a picture."
        )
    stream = container.streams.video[0]
    codec = getattr(stream, "codec_context", None)
    if codec is None or codec.name not in CODECS:
        raise _unreadable_error("it is damaged, or made with an unknown codec")
    _check_size(stream.width, stream.height)
    stream.thread_type = "AUTO"
    codec.thread_count = _THREADS
    return stream


def _check_size(width: int, height: int) -> None:
    if max(width, height) > images.MAX_SIDE or width * height > images.MAX_PIXELS:
        raise BadInputError(
            "video_too_large",
            f"The video has {width:,} by {height:,} pixels; that is more than a picture may have."
            " Make it smaller and use that.",
        )


def _duration(container: "InputContainer", stream: "VideoStream") -> Fraction:
    """Give the length in seconds; where no header tells it, by reading to the end."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    if container.duration:
        return Fraction(container.duration, 1_000_000)
    end = max(_packet_ends(container, stream), default=0)
    container.seek(0)
    if end <= 0 or not stream.time_base:
        return 1 / Fraction(stream.average_rate or 25)  # a single picture
    return end * stream.time_base - _start_seconds(stream)


def _packet_ends(container: "InputContainer", stream: "VideoStream") -> Iterator[int]:
    """Give the end of each packet, in ticks of the stream."""
    for packet in container.demux(stream):
        if packet.pts is not None:
            yield packet.pts + (packet.duration or 0)


def _start_seconds(stream: "VideoStream") -> Fraction:
    """Give the time of the first picture, which need not be zero, in seconds."""
    return (stream.start_time or 0) * (stream.time_base or Fraction(1))


def _decode_at(container: "InputContainer", stream: "VideoStream", seconds: float) -> "VideoFrame":
    """Decode from the key frame before a moment up to the last picture not after it."""
    base = stream.time_base or Fraction(1, 1_000_000)
    moment = Fraction(seconds) + _start_seconds(stream) + Fraction(1, 100_000)
    container.seek(int(moment / base), stream=stream)
    shown = _last_frame_until(container, stream, moment / base)
    if shown is None:  # some files' indexes point behind the moment
        container.seek(0, stream=stream)
        shown = _last_frame_until(container, stream, moment / base)
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
