"""When a video's pictures are on the screen: one timeline for its length, seconds and percent.

It begins with the first sound or picture, whatever times the file writes on them, and ends with the
last one, whatever its header says; so does a player's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

_PRIMING_SECONDS: Final = Fraction(1, 20)
"""Sound that begins so little before the pictures is what its encoder put there, not the film."""
_TAIL_SECONDS: Final = 2
"""So long before the end that the header tells, packets are read up to the real one."""
_USUAL_RATE: Final = 25


@dataclass(frozen=True)
class Timeline:
    """Where a video begins, in the seconds that its file writes on pictures, and its length."""

    start: Fraction
    length: Fraction


def read_timeline(container: "InputContainer", stream: "VideoStream") -> Timeline:
    """Measure a video by its packets. Leaves the container somewhere in the middle."""
    streams: list[Stream] = [stream, *container.streams.audio]
    start = _start(container, stream)
    header = max((_header_end(each) for each in streams), default=Fraction(0))
    if container.duration:
        header = max(header, start + Fraction(container.duration, 1_000_000))
    end = start
    if header - start > _TAIL_SECONDS:
        container.seek(int((header - _TAIL_SECONDS) * 1_000_000))
        end = _last_end(container.demux(streams), stream)
    if end <= start:  # short, or no index leads to its end
        container.seek(0)
        end = _last_end(container.demux(streams), stream)
    length = end - start
    return Timeline(start, length if length > 0 else 1 / _rate(stream))


def has_many_frames(container: "InputContainer", stream: "VideoStream") -> bool:
    """Whether more than one picture is stored. Leaves the container at its beginning."""
    found = sum(1 for packet in islice(container.demux(stream), 3) if packet.size)
    container.seek(0)
    return found > 1


def seconds_of(stream: "Stream", ticks: int | None) -> Fraction | None:
    """Give a time of a stream in seconds; None where it has none."""
    return None if ticks is None or stream.time_base is None else ticks * stream.time_base


def _start(container: "InputContainer", stream: "VideoStream") -> Fraction:
    pictures = seconds_of(stream, stream.start_time) or Fraction(0)
    sounds = [seconds_of(each, each.start_time) for each in container.streams.audio]
    heard = min((each for each in sounds if each is not None), default=pictures)
    if pictures > 0 > heard:
        heard = Fraction(0)  # what is before zero is never played
    return heard if heard < pictures - _PRIMING_SECONDS else pictures


def _header_end(stream: "Stream") -> Fraction:
    ticks = None if stream.duration is None else (stream.start_time or 0) + stream.duration
    return seconds_of(stream, ticks) or Fraction(0)


def _last_end(packets: "Iterable[Packet[Stream]]", stream: "VideoStream") -> Fraction:
    return max(_ends(packets, stream), default=Fraction(0))


def _ends(packets: "Iterable[Packet[Stream]]", stream: "VideoStream") -> Iterator[Fraction]:
    """Give the end of each packet that is played."""
    for packet in packets:
        begin = seconds_of(packet.stream, packet.pts)
        if begin is None or packet.is_discard:
            continue
        length = seconds_of(packet.stream, packet.duration or None)
        if length is None and packet.stream is stream:
            length = 1 / _rate(stream)
        yield begin + (length or 0)


def _rate(stream: "VideoStream") -> Fraction:
    """Give how many pictures a second has, as far as it is known."""
    return Fraction(stream.average_rate or stream.guessed_rate or _USUAL_RATE)
