"""Videos made by FFmpeg's own program, and what it shows of them: not PyAV's build, none of our code."""

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageDraw

FRAMES: Final = 30
CODE_BITS: Final = 5
SOUND_SECONDS: Final = 1.5
_CORNERS: Final = ((200, 40, 40), (40, 180, 60), (50, 60, 200), (190, 190, 180))

_KINDS: Final = (
    ("mp4", ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-bf", "2")),
    ("mp4", ("-c:v", "libx264", "-preset", "veryfast", "-qp", "8", "-g", "7")),
    ("mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "qp=8:log-level=none")),
    ("mov", ("-c:v", "prores_ks")),
    ("mov", ("-c:v", "mpeg4", "-q:v", "2")),
    ("mkv", ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-bf", "3")),
    ("mkv", ("-c:v", "mpeg2video", "-q:v", "2")),
    ("webm", ("-c:v", "libvpx-vp9", "-crf", "8", "-b:v", "0", "-cpu-used", "8")),
    ("webm", ("-c:v", "libvpx", "-crf", "4", "-b:v", "4M", "-cpu-used", "8")),
    ("mp4", ("-c:v", "libsvtav1", "-crf", "10", "-preset", "12")),
)
_TAGS: Final = {
    "untagged": (),
    "bt709": ("bt709", "bt709", "bt709"),
    "bt601": ("smpte170m", "smpte170m", "smpte170m"),
    "hlg": ("bt2020nc", "bt2020", "arib-std-b67"),
    "pq": ("bt2020nc", "bt2020", "smpte2084"),
}
"""Matrix, primaries, transfer."""


@dataclass(frozen=True)
class Film:
    """How a video is made."""

    seed: int
    suffix: str
    codec: tuple[str, ...]
    size: tuple[int, int]
    rate: str
    colors: str = "untagged"
    full_range: bool = False
    aspect: str | None = None
    rotation: int = 0
    mirrored: bool = False
    sound: bool = False
    pictures_late_seconds: float = 0
    start_seconds: float = 0
    uneven: float = 0
    """By so much of a picture's time every second and third one come late."""

    @property
    def is_hdr(self) -> bool:
        return self.colors in ("hlg", "pq")

    def __str__(self) -> str:
        return f"{self.seed}-{self.suffix}-{self.codec[1]}-{self.colors}"

    @property
    def tolerance(self) -> float:
        """Of the mean of differences; HDR has larger steps in 8 bits."""
        return 3 if self.is_hdr else 1.5

    @property
    def length_seconds(self) -> float:
        """From the first picture or sound to the end of the last."""
        across, _, down = self.rate.partition("/")
        pictures = (FRAMES + 2 * self.uneven) * int(down or 1) / int(across)
        if not self.sound:
            return pictures
        return max(self.pictures_late_seconds + pictures, SOUND_SECONDS)

    @property
    def is_hd(self) -> bool:
        return self.size[0] >= 1280 or self.size[1] > 576

    @property
    def matrix(self) -> str:
        """What players read the numbers by: untagged HD is BT.709, which FFmpeg does not know."""
        if self.colors == "untagged":
            return "bt709" if self.is_hd else "bt601"
        return {"bt709": "bt709", "bt601": "bt601"}.get(self.colors, "bt2020")


@dataclass(frozen=True)
class Shown:
    """A picture that FFmpeg shows, and when, in seconds from the beginning."""

    seconds: float
    image: Image.Image


def make_films(count: int) -> Iterator[Film]:
    """Give kinds of videos: every choice occurs, in combinations that differ."""
    for seed in range(count):
        chosen = random.Random(seed)
        suffix, codec = _KINDS[seed % len(_KINDS)]
        takes_matrix = suffix in ("mp4", "mov")
        is_ten_bit = "libx265" in codec
        colors = chosen.choice(
            ("hlg", "pq", "bt709") if is_ten_bit else ("untagged", "bt709", "bt601")
        )
        if "mpeg4" in codec:  # has no place for tags
            colors = "untagged"
        if "libvpx" in codec:  # is BT.601 by its standard
            colors = "bt601"
        yield Film(
            seed=seed,
            suffix=suffix,
            codec=codec,
            size=(1280, 720)
            if seed % 9 == 4
            else chosen.choice(((160, 96), (132, 100), (96, 160))),
            rate=chosen.choice(("25", "30000/1001", "12", "50")),
            colors=colors,
            full_range=not is_ten_bit and seed % 7 == 3 and "libx264" in codec,
            aspect=chosen.choice((None, None, "8/9", "64/45", "4/3")),
            rotation=chosen.choice((0, 0, 90, 180, 270)) if takes_matrix else 0,
            mirrored=takes_matrix and chosen.random() < 0.3,
            sound=chosen.random() < 0.5 and suffix != "webm",
            pictures_late_seconds=chosen.choice((0, 0, 0.7)),
            start_seconds=chosen.choice((0, 0, 1.5, 4)),
            uneven=0.3
            * (chosen.random() < 0.3 and bool({"libx264", "libx265", "libvpx"} & set(codec))),
        )


def make_file(film: Film, folder: Path) -> Path:
    """Write the video."""
    encoded = folder / f"{film.seed}-encoded.{film.suffix}"
    width, height = film.size
    late = film.pictures_late_seconds if film.sound else 0
    _ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", film.rate),
        *("-i", "-"),
        *(("-f", "lavfi", "-i", f"sine=d={SOUND_SECONDS}:r=16000") if film.sound else ()),
        *("-vf", f"{_encoding_filter(film)},settb=1/90000,setpts={_times(film)}+{late}/TB"),
        *("-fps_mode", "passthrough", "-enc_time_base", "1:90000" if film.uneven else "0"),
        *film.codec,
        *_tag_options(film),
        *(("-aspect", _display_aspect(film)) if film.aspect else ()),
        str(encoded),
        stdin=b"".join(_numbered(film, number).tobytes() for number in range(FRAMES)),
    )
    if not (film.rotation or film.mirrored or film.start_seconds):
        return encoded
    file = folder / f"{film.seed}.{film.suffix}"
    turn = ("-display_rotation", str(film.rotation)) if film.rotation or film.mirrored else ()
    mirror = ("-display_hflip",) if film.mirrored else ()
    shift = ("-output_ts_offset", str(film.start_seconds)) if film.start_seconds else ()
    _ffmpeg(*turn, *mirror, "-i", str(encoded), "-map", "0", "-c", "copy", *shift, str(file))
    return file


def shown_pictures(film: Film, file: Path) -> list[Shown]:
    """Give every picture as FFmpeg shows it, on its timeline that begins at zero."""
    # FFmpeg turns first, and would shrink what we stretch: either way the proportions are the same.
    square = "iw:trunc(ih/sar+0.5)" if film.rotation in (90, 270) else "trunc(iw*sar+0.5):ih"
    filters = [
        "showinfo=checksum=0,format=yuv444p10le" if film.is_hdr else "showinfo=checksum=0",
        f"scale={square}:flags=lanczos,setsar=1",
    ]
    if film.is_hdr:
        transfer = "arib-std-b67" if film.colors == "hlg" else "smpte2084"
        filters.append(
            f"zscale=tin={transfer}:min=2020_ncl:pin=2020:rin=limited:t=linear:npl=203:agamma=0,format=gbrpf32le,"
            "zscale=p=709:t=iec61966-2-1:m=gbr:r=full:agamma=0,format=rgb24"
        )
    else:
        # FFmpeg takes untagged HD as BT.601, which no player does.
        matrix = film.matrix if film.is_hd and film.colors != "bt601" else "auto"
        filters.append(
            f"scale=in_color_matrix={matrix}:flags=accurate_rnd+full_chroma_int+bicubic,format=rgb24"
        )
    output = subprocess.run(
        [
            *(
                get_ffmpeg_exe(),
                "-hide_banner",
                "-nostdin",
                "-threads",
                "1",
                "-i",
                str(file),
                "-an",
            ),
            *("-vf", ",".join(filters), "-fps_mode", "passthrough", "-f", "rawvideo", "-"),
        ],
        capture_output=True,
        check=True,
    )
    log = output.stderr.decode(errors="replace")
    times = [
        float(line.split("pts_time:")[1].split()[0])
        for line in log.splitlines()
        if "pts_time:" in line
    ]
    return list(_split(output.stdout, times, log))


def _split(raw: bytes, times: list[float], log: str) -> Iterator[Shown]:
    width, height = _output_size(log)
    length = width * height * 3
    assert len(raw) == length * len(times), (len(raw), width, height, len(times))
    for index, seconds in enumerate(times):
        piece = raw[index * length : (index + 1) * length]
        yield Shown(seconds, Image.frombytes("RGB", (width, height), piece))


def _output_size(log: str) -> tuple[int, int]:
    """Read the size from what FFmpeg says of its output stream."""
    line = next(line for line in log.splitlines() if "Video: rawvideo" in line)
    word = next(
        word.strip(",")
        for word in line.split()
        if word.strip(",").replace("x", "", 1).isdigit()
        and "x" in word
        and not word.startswith("0x")
    )
    width, height = word.split("x")
    return int(width), int(height)


def _numbered(film: Film, number: int) -> Image.Image:
    """Give a picture with four different corners and its number as a row of fields."""
    width, height = film.size
    image = Image.new("RGB", film.size)
    draw = ImageDraw.Draw(image)
    for index, color in enumerate(_CORNERS):
        left, upper = index % 2 * width // 2, index // 2 * height // 2
        draw.rectangle((left, upper, left + width // 2, upper + height // 2), fill=color)
    field = width // CODE_BITS
    for bit in range(CODE_BITS):
        level = 230 if number >> bit & 1 else 25
        draw.rectangle(
            (bit * field, height * 3 // 8, (bit + 1) * field - 1, height * 5 // 8),
            fill=(level,) * 3,
        )
    return image


def _times(film: Film) -> str:
    """Give when a picture is shown, in FFmpeg's terms."""
    return f"(N+{film.uneven}*mod(N\\,3))/({film.rate})/TB" if film.uneven else "PTS"


def _encoding_filter(film: Film) -> str:
    if film.is_hdr:
        transfer = "arib-std-b67" if film.colors == "hlg" else "smpte2084"
        return (
            "format=gbrp,setparams=color_primaries=bt709:color_trc=iec61966-2-1:colorspace=gbr:range=pc,"
            "zscale=t=linear:p=2020:npl=203:agamma=0,format=gbrpf32le,"
            f"zscale=t={transfer}:m=2020_ncl:r=limited:npl=203:agamma=0,format=yuv420p10le"
        )
    pixels = "yuv422p10le" if "prores_ks" in film.codec else "yuv420p"
    shown_range = "full" if film.full_range else "limited"
    return (
        f"scale=out_color_matrix={film.matrix}:out_range={shown_range}"
        f":flags=accurate_rnd+full_chroma_int+bicubic,format={pixels}"
    )


def _tag_options(film: Film) -> tuple[str, ...]:
    shown_range = ("-color_range", "pc" if film.full_range else "tv")
    tags = _TAGS[film.colors]
    if not tags:  # or FFmpeg would write what its filter knows
        return ("-colorspace", "unknown", *shown_range)
    matrix, primaries, transfer = tags
    return (
        *("-colorspace", matrix, "-color_primaries", primaries, "-color_trc", transfer),
        *shown_range,
    )


def _display_aspect(film: Film) -> str:
    across, down = map(int, str(film.aspect).split("/"))
    return f"{film.size[0] * across}:{film.size[1] * down}"


def _ffmpeg(*words: str, stdin: bytes | None = None) -> None:
    done = subprocess.run(
        [get_ffmpeg_exe(), "-hide_banner", "-v", "error", "-y", "-threads", "1", *words],
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
