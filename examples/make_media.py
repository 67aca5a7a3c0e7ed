"""Makes `examples/media/product.mp4`: four seconds of slow movement over the photographs.

Run it with the environment that has Pillow and PyAV: `python examples/make_media.py`. It does
nothing when the film is newer than the photographs and this file.
"""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image

MEDIA = Path(__file__).parent / "media"
FILM = MEDIA / "product.mp4"
SHOTS = (MEDIA / "flower.jpg", MEDIA / "coffee.jpg", MEDIA / "china.jpg")
"""In the order in which they are seen: the middle of the film is in the middle of the second."""
SIZE = (640, 426)
FRAMES_PER_SECOND = 24
FRAMES = 4 * FRAMES_PER_SECOND
FADE = 0.2
"""Part of a shot in which it gives way to the next."""
ENCODERS = (
    ("libx264", {"crf": "23", "preset": "veryfast", "threads": "1"}),
    ("libvpx-vp9", {"crf": "34", "b": "0", "threads": "1"}),
    ("mpeg4", {"qscale": "4", "threads": "1"}),
)
"""The best one that PyAV was built with is used; one thread, so that the bytes are repeatable."""


def main() -> None:
    """Make the film if it is missing or out of date."""
    newest = max(path.stat().st_mtime_ns for path in (*SHOTS, Path(__file__)))
    if FILM.exists() and FILM.stat().st_mtime_ns >= newest:
        print(f"{FILM.name} is up to date.")
        return
    with tempfile.TemporaryDirectory(dir=MEDIA, prefix=".film-") as folder:
        unfinished = Path(folder) / FILM.name
        encode(unfinished)
        unfinished.replace(FILM)  # nobody ever sees half a film
    print(f"Made {FILM.name} ({FILM.stat().st_size:,} bytes).")


def encode(path: Path) -> None:
    """Write the film to `path`."""
    encoder, options = next(each for each in ENCODERS if each[0] in av.codecs_available)
    with av.open(path, "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(encoder, rate=FRAMES_PER_SECOND, options=options)
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{encoder} does not encode video.")
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FRAMES_PER_SECOND)
        for number, picture in enumerate(pictures()):
            frame = av.VideoFrame.from_image(picture)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def pictures() -> Iterator[Image.Image]:
    """Give the frames one by one."""
    photographs = [Image.open(path).convert("RGB") for path in SHOTS]
    for number in range(FRAMES):
        moment = number / FRAMES * len(photographs)  # 1.5: half of the second shot is over
        shot = int(moment)
        progress = moment - shot
        picture = view(photographs[shot], progress)
        fading = (progress - (1 - FADE)) / FADE
        if fading > 0 and shot + 1 < len(photographs):
            following = view(photographs[shot + 1], progress - 1)
            picture = Image.blend(picture, following, fading)
        yield picture


def view(photograph: Image.Image, progress: float) -> Image.Image:
    """Look at a part of a photograph: closer and further right as `progress` goes from 0 to 1.

    Values a little below 0 are what is seen while the shot before fades.
    """
    share = 0.92 - 0.12 * progress
    width = min(photograph.width, photograph.height * SIZE[0] / SIZE[1]) * share
    height = width * SIZE[1] / SIZE[0]
    left = (photograph.width - width) * (0.4 + 0.2 * progress)
    top = (photograph.height - height) / 2
    box = (left, top, left + width, top + height)
    return photograph.resize(SIZE, Image.Resampling.BICUBIC, box=box)


if __name__ == "__main__":
    main()
