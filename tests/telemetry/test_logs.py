"""One line a record, for machines or people, without what should never be written down."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from schemas.settings import ProviderAccess, Settings
from telemetry.context import RequestContext, node_context, request_context, run_context, set_user
from telemetry.logs import configure_logging, route_library_loggers
from telemetry.redact import _PATTERNS, HIDDEN, make_redactor


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)


def settings(**more: Any) -> Settings:
    return Settings().model_copy(update={"log_level": "INFO", "log_format": "json", **more})


@pytest.fixture
def said() -> io.StringIO:
    stream = io.StringIO()
    secrets = {
        "gemini": ProviderAccess(api_key=SecretStr("key-of-gemini")),
        "database_url": SecretStr('postgresql://me:pa"ss-word@host/db'),
    }
    configure_logging(settings(**secrets), stream)
    return stream


def only(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    return json.loads(line)


def test_a_line_is_json_with_its_extras(said: io.StringIO) -> None:
    logging.getLogger("nodeloom.x").info("two\nlines, %s", "said “so”", extra={"bytes": 3})
    line = only(said)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "nodeloom.x",
        "message": "two\nlines, said “so”",
        "bytes": 3,
    }


def test_it_says_whom_and_what_it_is_about(said: io.StringIO) -> None:
    logger = logging.getLogger("nodeloom.x")
    with request_context(RequestContext("r-1")):
        set_user("ann")
        logger.info("a request")
    with run_context("run-1", 3, "bob"), node_context("n"):
        logger.info("a node")
    logger.info("nothing")
    first, second, third = map(json.loads, said.getvalue().splitlines())
    assert (first["request_id"], first["user_id"]) == ("r-1", "ann")
    assert [second[name] for name in ("run_id", "epoch", "user_id", "node_id")] == [
        "run-1",
        3,
        "bob",
        "n",
    ]
    assert set(third) == {"time", "level", "logger", "message"}


def fail(text: str) -> None:
    raise RuntimeError(text)


class Form(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("the key is key-of-gemini", "key-of-gemini"),
        ('connecting to postgresql://me:pa"ss-word@host/db', "ss-word"),
        ("postgres://other:hunter22@host/db", "hunter22"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("headers {'authorization': 'Basic dXNlcjpwYXNzd29yZA=='}", "dXNlcjpwYXNz"),
        ("x-goog-api-key=AIzaSyA-not-a-real-one", "AIzaSyA"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl", "eyJzdWIi"),
        ("svix-signature: v1,g0hM9SsE", "g0hM9SsE"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8G"),
        ("a picture data:image/png;base64,iVBORw0KGgo=", "iVBORw0KGgo"),
        ("bytes " + "QUJD" * 80, "QUJDQUJD"),
        ("DETAIL:  Failing row contains (1, my private prompt, null).", "private prompt"),
        ("password=letmein-please", "letmein"),
        ("who shows nlk_abcdefghijklmnop is known", "abcdefghij"),
    ],
)
def test_secrets_are_taken_out_wherever_they_stand(
    said: io.StringIO, text: str, secret: str
) -> None:
    logger = logging.getLogger("nodeloom.x")
    logger.warning(text)
    try:
        fail(text)
    except RuntimeError:
        logger.exception("failed", extra={"detail": text})
    for line in said.getvalue().splitlines():
        assert secret not in json.dumps(json.loads(line), ensure_ascii=False)
        assert HIDDEN in line


def test_what_a_model_refuses_is_not_told(said: io.StringIO) -> None:
    given = "my private prompt"  # in a line of its own: the traceback shows the one that fails
    try:
        Form.model_validate({"number": given})
    except ValidationError:
        logging.getLogger("nodeloom.x").exception("failed")
    assert "Form" in said.getvalue()
    assert "private prompt" not in said.getvalue()


def test_a_whole_document_is_cut(said: io.StringIO) -> None:
    logging.getLogger("nodeloom.x").info("word " * 100_000)
    assert len(said.getvalue()) < 25_000


def test_ordinary_words_stay() -> None:
    redact = make_redactor(["short", "", "a-long-secret"])
    text = "short words, run 9f0c6d52-4a0b-4a53-8f6c-1d2e3f4a5b6c, tokens: are counted at 12:30:11"
    kept = redact(text)
    assert "9f0c6d52-4a0b-4a53-8f6c-1d2e3f4a5b6c" in kept
    assert kept.startswith("short words")


def test_libraries_with_handlers_of_their_own_come_in_line(said: io.StringIO) -> None:
    logger = logging.getLogger("prefect.of_a_test")
    own = io.StringIO()
    logger.handlers, logger.propagate = [logging.StreamHandler(own)], False
    route_library_loggers(["prefect.of_a_test"])
    logger.warning("from a library")
    assert own.getvalue() == ""
    assert only(said)["message"] == "from a library"


def test_on_a_terminal_lines_are_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    configure_logging(settings(log_format="auto"), stream)
    with request_context(RequestContext("r-1")):
        logging.getLogger("nodeloom.x").info("said")
    line = stream.getvalue()
    assert line.endswith("INFO nodeloom.x said  [request_id=r-1]\n")


def test_nothing_that_is_not_switched_on_is_imported() -> None:
    program = """
import sys
import api.server, flows.process.worker, telemetry.logs
from schemas.settings import ProviderAccess, Settings
from telemetry.setup import start_metrics, start_traces
telemetry.logs.configure_logging(Settings())
start_metrics(Settings(), "api"); start_traces(Settings(), "api")
heavy = {"opentelemetry.sdk", "opentelemetry.exporter", "prometheus_client", "pythonjsonlogger"}
print(sorted(heavy & sys.modules.keys()))
"""
    environment = {"PATH": os.environ["PATH"], "NODELOOM_LOG_FORMAT": "text"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


PROGRAM_THAT_WARNS = """
import logging, sys, threading, warnings
from schemas.settings import Settings
from telemetry.logs import configure_logging

configure_logging(Settings())

class Deleted:
    def __del__(self):
        raise RuntimeError("while it was deleted")

def fail(what):
    raise RuntimeError(what)

async def forgotten():
    pass

warnings.warn("old-fashioned", UserWarning)
thread = threading.Thread(target=fail, args=["in a thread"])
thread.start()
thread.join()
Deleted()
logging.getLogger("nodeloom.x").info("%d words", "no number")
at_exit, coroutine = Deleted(), forgotten()
sys.modules["held"] = at_exit, coroutine
fail("at the end")
"""


def test_whatever_python_itself_says_is_a_line_of_the_log() -> None:
    environment = {"PATH": os.environ["PATH"], "NODELOOM_LOG_FORMAT": "json"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM_THAT_WARNS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.returncode, done.stdout) == (1, "")
    said = [f"{each['message']} {each.get('exception', '')}" for each in lines]
    for text in (
        "old-fashioned",
        "RuntimeError: in a thread",
        "RuntimeError: while it was deleted",
        "a line of nodeloom.x cannot be written: TypeError",
        "RuntimeError: at the end",
    ):
        assert [each for each in said if text in each], text


SECRETS = (
    *(
        "Bearer abcdefgh1",
        "authorization: x",
        "API-KEY=x",
        "pa\u017f\u017fwd=x",
        "secret: x",
        "token='x'",
    ),
    *("svix-signature: v1,abc", "postgres://ann:pw@host/", "eyJabcdefgh.ij.kl", "AIza" + "x" * 35),
    *("nlk_abcdefgh", "sk_live_12345678", "pk_test_12345678", "whsec_abcdefgh", "Z" * 240),
    *("data:image/png;base64,AAAA", "Failing row contains (1, x).", "[parameters: {'a': 1}] "),
    *("input_value='x', input_type=str", "words", " ", "\n", "é", "PATCH /api/workflows/5 204"),
)


@settings_of_hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(SECRETS), max_size=4), st.booleans())
def test_no_text_is_passed_over_that_a_pattern_would_change(parts: list[str], swap: bool) -> None:
    text = "".join(parts)
    text = text.swapcase() if swap else text
    expected = text
    for pattern, replacement in _PATTERNS:
        expected = pattern.sub(replacement, expected)
    assert make_redactor([])(text) == expected
