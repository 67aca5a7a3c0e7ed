"""Pictures and videos made for tests; no binary files are kept."""

import io
import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
from PIL import Image

from schemas.values import ImageValue, VideoValue
from tasks.media.probe import inspect_upload
from tasks.media.videos import inspect_video, store_video
from tasks.node_type.definition import ChildContext

Size = tuple[int, int]


def numbered_pixels(size: Size) -> Image.Image:
    """Give an RGB picture in which every pixel is different (up to 16 million)."""
    width, height = size
    data = b"".join(struct.pack(">I", index)[1:] for index in range(width * height))
    return Image.frombytes("RGB", (width, height), data)


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """Give the picture as a file."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def stored(data: bytes, context: ChildContext) -> ImageValue:
    """Upload a picture as the API does: judged, kept as it is."""
    info = inspect_upload(data)
    return context.store_image(data, info.media_type, (info.width, info.height))


def stored_video(data: bytes, context: ChildContext) -> VideoValue:
    """Upload a video."""
    with context.store.open_incoming() as file:
        file.write(data)
        return store_video(file, inspect_video(file.path), context)


def make_video(
    format: str = "mp4",
    codec: str = "libx264",
    *,
    frames: int = 50,
    rate: int = 25,
    size: Size = (64, 48),
    options: dict[str, str] | None = None,
    pixels: str = "yuv420p",
    start: float = 0,
    aspect: Fraction | None = None,
    pictures: Sequence[Image.Image] = (),
) -> bytes:
    """Give a video whose frame number i is grey with the value 5 i, or of `pictures`.

    There is a key frame each second. `start` is the time that the file writes on its first picture,
    `aspect` how wide a pixel is for its height.
    """
    shown = pictures or [Image.new("RGB", size, (5 * i % 256,) * 3) for i in range(frames)]
    file = io.BytesIO()
    with av.open(file, "w", format=format, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height = shown[0].size
        stream.pix_fmt = pixels
        stream.gop_size = rate
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for index, image in enumerate(shown):
            frame = av.VideoFrame.from_image(image)
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (start + index / rate))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def sound() -> bytes:
    """Give an MP4 with sound and no picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def rotated(mp4: bytes) -> bytes:
    """Give the MP4 with a track header that says: show it turned by 90 degrees clockwise."""
    return with_matrix(mp4, 0, 1, -1, 0)


def with_matrix(mp4: bytes, a: int, b: int, c: int, d: int) -> bytes:
    """Give the MP4 with a track header that says: show (x, y) at (a x + c y, b x + d y)."""
    start = mp4.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of fields
    one, unit = 1 << 16, 1 << 30
    matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, unit)
    return mp4[:start] + matrix + mp4[start + len(matrix) :]


def plain_png(
    width: int,
    height: int,
    *,
    bits: int = 8,
    colour: int = 2,
    pixels: bytes = b"",
    transparent: bytes = b"",
) -> bytes:
    """Give a PNG file with these bytes as its rows, whether they are enough or not.

    `transparent` is the colour that is, as the file says it.
    """

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = chunk(b"tRNS", transparent) if transparent else b""
    body += chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")
