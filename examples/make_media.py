"""Makes `examples/media/product.mp4`: four seconds of slow movement over the photos.

Run it with the environment that has Pillow and PyAV: `python examples/make_media.py`. It does
nothing when the video is newer than the photos and this file.
"""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image

MEDIA = Path(__file__).parent / "media"
VIDEO = MEDIA / "product.mp4"
SHOTS = (MEDIA / "flower.jpg", MEDIA / "coffee.jpg", MEDIA / "china.jpg")
"""In the order in which they are seen: the middle of the video is in the middle of the second."""
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
    """Make the video if it is missing or out of date."""
    newest = max(path.stat().st_mtime_ns for path in (*SHOTS, Path(__file__)))
    if VIDEO.exists() and VIDEO.stat().st_mtime_ns >= newest:
        print(f"{VIDEO.name} is up to date.")
        return
    with tempfile.TemporaryDirectory(dir=MEDIA, prefix=".video-") as folder:
        unfinished = Path(folder) / VIDEO.name
        encode_video(unfinished)
        unfinished.replace(VIDEO)  # nobody ever sees half a video
    print(f"Made {VIDEO.name} ({VIDEO.stat().st_size:,} bytes).")


def encode_video(path: Path) -> None:
    """Write the video to `path`."""
    encoder, options = next(each for each in ENCODERS if each[0] in av.codecs_available)
    with av.open(path, "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(encoder, rate=FRAMES_PER_SECOND, options=options)
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{encoder} does not encode video.")
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FRAMES_PER_SECOND)
        for number, image in enumerate(frames()):
            frame = av.VideoFrame.from_image(image)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def frames() -> Iterator[Image.Image]:
    """Give the frames one by one."""
    photos = [Image.open(path).convert("RGB") for path in SHOTS]
    for number in range(FRAMES):
        moment = number / FRAMES * len(photos)  # 1.5: half of the second shot is over
        shot = int(moment)
        progress = moment - shot
        image = crop_view(photos[shot], progress)
        fading = (progress - (1 - FADE)) / FADE
        if fading > 0 and shot + 1 < len(photos):
            following = crop_view(photos[shot + 1], progress - 1)
            image = Image.blend(image, following, fading)
        yield image


def crop_view(photo: Image.Image, progress: float) -> Image.Image:
    """Look at a part of a photo: closer and further right as `progress` goes from 0 to 1.

    Values a little below 0 are what is seen while the shot before fades.
    """
    share = 0.92 - 0.12 * progress
    width = min(photo.width, photo.height * SIZE[0] / SIZE[1]) * share
    height = width * SIZE[1] / SIZE[0]
    left = (photo.width - width) * (0.4 + 0.2 * progress)
    top = (photo.height - height) / 2
    box = (left, top, left + width, top + height)
    return photo.resize(SIZE, Image.Resampling.BICUBIC, box=box)


if __name__ == "__main__":
    main()
