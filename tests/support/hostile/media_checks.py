"""What child processes do with hostile files; a module of its own, as each child imports it."""

import resource
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import NodeError
from tasks.media import images, videos
from tasks.media.probe import inspect_upload
from tasks.media.timestamp import parse_timestamp


@dataclass(frozen=True)
class CheckResult:
    """What came of one file: a code for each thing that was tried, the child's peak memory."""

    codes: tuple[str, ...]
    peak: int


def check_image(data: bytes) -> CheckResult:
    """Do what an upload and an image node do, in a child."""
    upload = _code(lambda: inspect_upload(data))
    return CheckResult((upload, _code(lambda: images.encode(images.decode(data)))), _peak())


def check_video(data: bytes) -> CheckResult:
    """Do what an upload and frame nodes do."""
    moments = [parse_timestamp(moment) for moment in ("50%", "100%", "0:00:01")]
    codes = [_code(lambda: inspect_upload(data))]
    codes += [_code(lambda at=at: images.encode(videos.frame_at(data, at))) for at in moments]
    return CheckResult(tuple(codes), _peak())


def _code(work: Callable[[], object]) -> str:
    try:
        work()
    except NodeError as error:
        return error.code
    return "fine"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
