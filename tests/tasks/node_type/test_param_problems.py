"""What check finds wrong with the typed data of a node, before anything runs."""

from typing import Any

import pytest

from schemas.problem import ProblemCode
from tasks.node_type.bind import param_problems
from tasks.registry import node_types


def _problems(
    node: str, data: dict[str, Any], *connected: str
) -> list[tuple[ProblemCode, str | None]]:
    found = param_problems(node_types()[node], data, frozenset(connected))
    return [(problem.code, problem.param) for problem in found]


@pytest.mark.parametrize(
    ("node", "data", "code", "param"),
    [
        ("crop", {"widthPercent": "3"}, ProblemCode.MALFORMED_PARAM, "widthPercent"),
        ("crop", {"widthPercent": True}, ProblemCode.MALFORMED_PARAM, "widthPercent"),
        ("crop", {"widthPercent": None}, ProblemCode.MALFORMED_PARAM, "widthPercent"),
        ("crop", {"widthPercent": 140}, ProblemCode.BAD_PARAM, "widthPercent"),
        ("crop", {"xPercent": -1}, ProblemCode.BAD_PARAM, "xPercent"),
        ("crop", {"xPercent": 60, "widthPercent": 41}, ProblemCode.BAD_PARAM, "widthPercent"),
        ("crop", {"x_percent": 3}, ProblemCode.UNKNOWN_PARAM, "x_percent"),
        ("crop", {"zoom": 3}, ProblemCode.UNKNOWN_PARAM, "zoom"),
        ("crop", {"label": 3}, ProblemCode.MALFORMED_PARAM, "label"),
        ("crop", {"settings": []}, ProblemCode.MALFORMED_PARAM, "settings"),
        ("crop", {"settings": {"retries": "1"}}, ProblemCode.MALFORMED_PARAM, "settings.retries"),
        ("crop", {"settings": {"retries": 99}}, ProblemCode.BAD_PARAM, "settings.retries"),
        ("crop", {"settings": {"speed": 1}}, ProblemCode.UNKNOWN_PARAM, "settings.speed"),
        ("crop", {"settings": {"reuse": "often"}}, ProblemCode.BAD_PARAM, "settings.reuse"),
        ("resize", {"width": 10.5}, ProblemCode.MALFORMED_PARAM, "width"),
        ("resize", {"width": 0}, ProblemCode.BAD_PARAM, "width"),
        ("resize", {"fit": "zoom"}, ProblemCode.BAD_PARAM, "fit"),
        ("resize", {"fit": 3}, ProblemCode.MALFORMED_PARAM, "fit"),
        (
            "resize",
            {"width": 8192, "height": 8192, "fit": "fill"},
            ProblemCode.BAD_PARAM,
            "width",
        ),
        ("frame", {"timestamp": "soon"}, ProblemCode.BAD_PARAM, "timestamp"),
        ("frame", {"timestamp": -1}, ProblemCode.BAD_PARAM, "timestamp"),
        ("frame", {"timestamp": []}, ProblemCode.MALFORMED_PARAM, "timestamp"),
        ("image", {}, ProblemCode.MISSING_SOURCE, "source"),
        ("image", {"source": None}, ProblemCode.MISSING_SOURCE, "source"),
        ("image", {"source": "a.jpg"}, ProblemCode.MALFORMED_PARAM, "source"),
        ("image", {"source": {"kind": "blob"}}, ProblemCode.MALFORMED_PARAM, "source"),
        ("image", {"source": {"url": "http://a.b/"}}, ProblemCode.MALFORMED_PARAM, "source"),
        ("image", {"source": {"kind": "url"}}, ProblemCode.MALFORMED_PARAM, "source.url"),
        (
            "image",
            {"source": {"kind": "url", "url": "https://a.b/", "z": 1}},
            ProblemCode.UNKNOWN_PARAM,
            "source.z",
        ),
        (
            "image",
            {"source": {"kind": "asset", "assetId": "x"}},
            ProblemCode.BAD_PARAM,
            "source.assetId",
        ),
        (
            "image",
            {"source": {"kind": "file", "path": "a.jpg"}},
            ProblemCode.FILE_NOT_UPLOADED,
            "source",
        ),
        (
            "image",
            {"source": {"kind": "url", "url": "ftp://a.b/c"}},
            ProblemCode.BAD_PARAM,
            "source",
        ),
        (
            "image",
            {"source": {"kind": "base64", "mediaType": "image/png", "data": "#"}},
            ProblemCode.BAD_PARAM,
            "source",
        ),
        (
            "video",
            {"source": {"kind": "base64", "mediaType": "video/mp4", "data": ""}},
            ProblemCode.MALFORMED_PARAM,
            "source",
        ),
        ("llm", {}, ProblemCode.NOTHING_TO_SAY, "userMessage"),
        ("llm", {"userMessage": 3}, ProblemCode.MALFORMED_PARAM, "userMessage"),
        ("llm", {"userMessage": "a", "temperature": 3}, ProblemCode.BAD_PARAM, "temperature"),
        ("llm", {"userMessage": "a", "model": "../v1"}, ProblemCode.BAD_PARAM, "model"),
        ("llm", {"userMessage": "a", "model": ""}, ProblemCode.BAD_PARAM, "model"),
        (
            "llm",
            {"userMessage": "a", "maxOutputTokens": 0},
            ProblemCode.BAD_PARAM,
            "maxOutputTokens",
        ),
        (
            "llm",
            {"userMessage": "a", "responseSchema": [1]},
            ProblemCode.MALFORMED_PARAM,
            "responseSchema",
        ),
    ],
)
def test_a_problem_has_its_code_and_its_place(
    node: str, data: dict[str, Any], code: ProblemCode, param: str
) -> None:
    assert _problems(node, data) == [(code, param)]


def test_everything_wrong_is_reported_at_once() -> None:
    data = {"xPercent": 101, "yPercent": "0", "zoom": 1, "label": 2, "settings": {"retries": -1}}
    assert len(_problems("crop", data)) == 5


def test_what_is_connected_is_not_judged_on_its_range() -> None:
    assert _problems("crop", {"widthPercent": 140}, "widthPercent") == []
    assert _problems("crop", {"xPercent": 60, "widthPercent": 60}, "xPercent") == []
    assert _problems("frame", {"timestamp": "soon"}, "timestamp") == []
    assert _problems("image", {}, "source") == []
    assert _problems("llm", {}, "images") == []
    assert _problems("llm", {}, "systemPrompt") == []


def test_the_type_of_what_is_connected_is_still_judged() -> None:
    wrong = [(ProblemCode.MALFORMED_PARAM, "widthPercent")]
    assert _problems("crop", {"widthPercent": "3"}, "widthPercent") == wrong


def test_good_data_has_no_problems() -> None:
    settings = {"retries": 2, "timeoutSeconds": 1, "retryDelaySeconds": 0.5, "reuse": "never"}
    data = {"label": "Crop", "settings": settings, "widthPercent": 50}
    assert _problems("crop", data) == []
    assert _problems("resize", {"width": 10.0}) == []
    assert _problems("crop", {"xPercent": 66.67, "widthPercent": 33.33}) == []
    assert _problems("image", {"source": {"kind": "url", "url": "https://a.example/b.png"}}) == []


def test_sentences_say_what_is_allowed() -> None:
    found = param_problems(node_types()["crop"], {"widthPercent": 140, "zoom": 1}, frozenset())
    assert [problem.message for problem in found] == [
        "“Width” must be between 0 and 100; it is 140.",
        (
            "There is no field “zoom” here; known are `heightPercent`, `widthPercent`, `xPercent`"
            " and `yPercent`."
        ),
    ]
