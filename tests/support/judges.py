"""What child processes do with hostile files; a module of its own, as each child imports it."""

import resource
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import NodeError
from tasks.media import images as pictures
from tasks.media import video as movies
from tasks.media.probe import inspect_upload
from tasks.media.timestamp import parse_timestamp


@dataclass(frozen=True)
class Judged:
    """What came of one file: a code for each thing that was tried, the child's peak memory."""

    codes: tuple[str, ...]
    peak: int


def judge_picture(data: bytes) -> Judged:
    """Do what an upload and an image node do, in a child."""
    upload = _code(lambda: inspect_upload(data))
    return Judged((upload, _code(lambda: pictures.encode(pictures.decode(data)))), _peak())


def judge_video(data: bytes) -> Judged:
    """Do what an upload and frame nodes do."""
    moments = [parse_timestamp(moment) for moment in ("50%", "100%", "0:00:01")]
    codes = [_code(lambda: inspect_upload(data))]
    codes += [_code(lambda at=at: pictures.encode(movies.frame_at(data, at))) for at in moments]
    return Judged(tuple(codes), _peak())


def _code(work: Callable[[], object]) -> str:
    try:
        work()
    except NodeError as error:
        return error.code
    return "fine"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
