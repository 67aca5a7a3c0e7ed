"""Commands that need no server, as a person types them."""

import json
from pathlib import Path

import pytest

from chaos.stack.in_thread import run_in_thread
from support.product.nodeloom import nodeloom
from support.servers.openai_server import OpenaiServer, model_list

EXAMPLES = Path(__file__).parents[2] / "examples"


def graph(tmp_path: Path, **data: object) -> Path:
    node = {"id": "n1", "type": "text", "position": {"x": 0, "y": 0}, "data": data}
    file = tmp_path / "graph.json"
    file.write_text(json.dumps({"name": "Test", "nodes": [node], "edges": []}))
    return file


def test_check_of_a_good_graph_says_so(tmp_path: Path) -> None:
    told = nodeloom("check", graph(tmp_path, text="Hello"))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith("graph.json: no problems.\n")


def test_check_prints_every_problem_with_its_place_and_code(tmp_path: Path) -> None:
    told = nodeloom("check", graph(tmp_path, label="Greeting", txt="Hello", text=5))
    assert told.returncode == 1
    assert "2 problems" in told.stdout
    assert "node n1 “Greeting”, text:" in told.stdout
    assert "[malformed_param]" in told.stdout
    assert "[unknown_param]" in told.stdout


def test_check_gives_the_problems_as_json_too(tmp_path: Path) -> None:
    told = nodeloom("check", "--json", graph(tmp_path, text=5))
    assert told.returncode == 1
    assert [each["code"] for each in json.loads(told.stdout)] == ["malformed_param"]


def test_check_prints_the_prefect_flow_of_a_graph_as_text_and_as_json() -> None:
    file = EXAMPLES / "product-marketing-kit.json"
    told = nodeloom("check", "--flow", file)
    assert (told.returncode, told.stderr) == (0, "")
    first, *lines = told.stdout.splitlines()
    assert first == "Product Marketing Kit: 9 tasks, 9 edges"
    assert "  edge description.output → post.userMessage" in lines
    [post] = [line for line in lines if line.startswith("  task post “LLM 2: launch post”")]
    assert "3 retries after 1, 2, 4 s; timeout 120 s; tags llm" in post
    flow = json.loads(nodeloom("check", "--flow", "--json", file).stdout)
    assert [len(flow["tasks"]), len(flow["edges"])] == [9, 9]


def test_check_prints_the_inputs_that_a_flow_is_started_with(tmp_path: Path) -> None:
    file = graph(tmp_path, text="x")
    declared = {"name": "topic", "nodeId": "n1", "param": "text", "title": "Topic"}
    document = json.loads(file.read_text()) | {"inputs": [declared | {"default": "Tea"}]}
    file.write_text(json.dumps(document))
    told = nodeloom("check", "--flow", file)
    assert '  input topic “Topic”: string; default "Tea"' in told.stdout.splitlines()


def test_check_prints_problems_instead_of_a_flow_that_cannot_be(tmp_path: Path) -> None:
    told = nodeloom("check", "--flow", graph(tmp_path, text=5))
    assert told.returncode == 1
    assert "[malformed_param]" in told.stdout


def test_run_refuses_a_bad_graph_before_it_starts_anything(tmp_path: Path) -> None:
    told = nodeloom("run", graph(tmp_path, text=5), "--home", tmp_path / "home")
    assert told.returncode == 1
    assert "[malformed_param]" in told.stdout
    assert not (tmp_path / "home").exists()


def test_run_without_waiting_needs_something_that_goes_on_running(tmp_path: Path) -> None:
    told = nodeloom("run", graph(tmp_path, text="x"), "--no-wait", "--home", tmp_path / "home")
    assert told.returncode == 1
    assert "nodeloom up" in told.stderr


@pytest.mark.parametrize("command", ["doctor", "up"])
def test_a_variable_that_cannot_be_right_is_named(command: str) -> None:
    told = nodeloom(command, NODELOOM_PORT="eighty")
    assert told.returncode == 1
    assert "NODELOOM_PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_doctor_names_what_is_broken_and_hides_passwords(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    told = nodeloom("doctor", "--home", tmp_path, DATABASE_URL=url, GEMINI_API_KEY="top-secret")
    assert told.returncode == 1
    assert "127.0.0.1:1/none" in told.stdout
    assert "hunter2" not in told.stdout + told.stderr
    assert "top-secret" not in told.stdout + told.stderr


def test_doctor_of_a_fresh_machine_is_content(tmp_path: Path) -> None:
    told = nodeloom("doctor", "--home", tmp_path / "home")
    assert told.returncode == 0, told.stdout
    assert "demo model" in told.stdout
    assert not (tmp_path / "home").exists()


def test_doctor_of_a_part_without_a_key_knows_that_workers_may_have_it(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    told = nodeloom("doctor", "--home", tmp_path, DATABASE_URL=url)
    (line,) = [line for line in told.stdout.splitlines() if "LLM" in line]
    assert line.startswith("·")
    assert "workers" in told.stdout
    assert "demo model" not in told.stdout


def test_doctor_says_whether_a_model_service_of_ones_own_answers(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/v1"
    secret = url.replace("//", "//me:hunter2@")
    told = nodeloom("doctor", "--home", tmp_path / "home", OPENAI_BASE_URL=secret)
    text = " ".join(told.stdout.split())
    assert told.returncode == 0, told.stdout
    assert f"OpenAI at {url}, which does not answer" in text
    assert "hunter2" not in text
    assert "in the place of Gemini the built-in demo model" in text

    with run_in_thread(OpenaiServer(respond=model_list("a", "b"))) as server:
        told = nodeloom("doctor", "--home", tmp_path / "home", OPENAI_BASE_URL=server.url)
    assert f"OpenAI at {server.url}, with 2 models" in " ".join(told.stdout.split())


def test_a_service_that_cannot_start_says_why_as_its_log_does(tmp_path: Path) -> None:
    for command, more, code in (
        ("worker", {"NODELOOM_PORT": "eighty"}, "invalid_settings"),
        ("api", {"NODELOOM_HOST": "0.0.0.0"}, "bind_not_local"),
        ("worker", {"NODELOOM_COMPUTE": "dask://"}, "invalid_settings"),
        ("migrate", {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}, "database_unavailable"),
    ):
        told = nodeloom(command, NODELOOM_LOG_FORMAT="json", NODELOOM_HOME=str(tmp_path), **more)
        assert told.returncode == 1
        (line,) = [json.loads(line) for line in told.stderr.splitlines()]
        assert (line["level"], line["code"]) == ("CRITICAL", code), line
        assert line["message"]


def test_dashboards_without_a_prefect_say_what_to_start(tmp_path: Path) -> None:
    away = "http://127.0.0.1:9/api"  # nobody's port
    for environment, says in (({}, "nodeloom up"), ({"PREFECT_API_URL": away}, away)):
        told = nodeloom("dashboards", "--home", tmp_path, **environment)
        assert told.returncode == 1
        assert says in told.stderr
        assert "should not have happened" not in told.stderr
