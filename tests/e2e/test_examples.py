"""The examples, run as the README says: by the command line, and over HTTP alone."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from support.product.nodeloom import Up, nodeloom

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
JSON = {"content-type": "application/json"}


def run(up: Up, name: str, output: Path) -> Any:
    """Run an example with the command line; give the run."""
    api = up.addresses["api"]
    told = nodeloom("run", EXAMPLES / f"{name}.json", "--api", api, "--output", output)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "COMPLETED" in told.stdout + told.stderr
    return json.loads((output / "run.json").read_text())


def outputs(output: Path, suffix: str) -> list[Path]:
    return sorted(path for path in output.iterdir() if path.suffix == suffix)


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        image.load()
        return image.size


def test_the_marketing_kit_completes_and_its_files_open(up: Up, tmp_path: Path) -> None:
    done = run(up, "product-marketing-kit", tmp_path)

    assert done["status"] == "COMPLETED"
    assert [node["status"] for node in done["nodeExecutions"]] == ["COMPLETED"] * 9
    photo, frame, crop = map(size_of, outputs(tmp_path, ".jpg"))  # results have their names
    assert photo == (600, 400)
    assert crop == (420, 376)  # 70 % by 94 % of the photograph
    assert frame == (640, 426)
    for name in ("description", "post"):
        text = (tmp_path / f"{name}.txt").read_text()
        assert text.startswith("[Built-in demo model: it cannot see the ")
        assert len(text) > 120
    llms = [node for node in done["nodeExecutions"] if node["nodeType"] == "llm"]
    assert all(node["usage"]["outputTokens"] > 5 for node in llms)


def test_the_listing_generator_completes(up: Up, tmp_path: Path) -> None:
    done = run(up, "product-listing-generator", tmp_path)
    assert done["counts"]["completed"] == done["counts"]["total"] == 11


def test_the_crop_grid_covers_the_photograph_exactly(up: Up, tmp_path: Path) -> None:
    done = run(up, "crop-grid", tmp_path)

    assert done["counts"]["completed"] == 10
    photo, *tiles = map(size_of, outputs(tmp_path, ".jpg"))
    assert photo == (640, 427)
    assert len(tiles) == 9
    assert sum(width * height for width, height in tiles) == 640 * 427


def test_the_marketing_kit_runs_over_http_alone(up: Up, tmp_path: Path) -> None:
    script = [EXAMPLES / "with-curl.sh", up.addresses["api"], tmp_path]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=200)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("COMPLETED\n")
    assert len(outputs(tmp_path, ".jpeg")) == 3
    events = (tmp_path / "events.txt").read_text()
    ids = [int(number) for number in re.findall(r"^id: ?(\d+)", events, flags=re.MULTILINE)]
    assert ids == list(range(1, len(ids) + 1))


def test_the_walk_through_of_the_docs_works_word_for_word(up: Up, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "http.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    script = "set -eu\n" + "\n".join(blocks)
    script = script.replace("http://127.0.0.1:8000", up.addresses["api"])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    # curl ends its output without a newline, so answers follow each other on one line.
    (line,) = [line for line in done.stdout.splitlines() if '"nodeExecutions"' in line]
    run, _ = json.JSONDecoder().raw_decode(line)
    assert run["status"] == "COMPLETED"


def test_the_same_graph_has_the_same_problems_in_the_api_and_the_command_line(
    up: Up, tmp_path: Path
) -> None:
    cases = json.loads((ROOT / "tests" / "cases" / "problems.json").read_text())
    drafts = [case for case in cases if isinstance(case["document"], dict)]
    with httpx.Client(base_url=up.addresses["api"], trust_env=False) as http:
        compared = 0
        for case in drafts:
            stored = http.post("/api/workflows", content=json.dumps(case["document"]), headers=JSON)
            if stored.status_code == 201:
                check = http.post(f"/api/workflows/{stored.json()['id']}/check")
                by_api = check.json()["problems"]
            else:
                assert stored.status_code == 422
                by_api = stored.json()["problems"]
            if any(problem["code"] == "file_not_uploaded" for problem in by_api):
                continue  # the command line reads files, see ADR 0010
            file = tmp_path / "graph.json"
            file.write_text(json.dumps(case["document"]))
            told = CliRunner().invoke(app, ["check", str(file), "--json"])
            by_cli = json.loads(told.stdout)
            assert by_cli == by_api, case["name"]
            assert told.exit_code == (1 if by_api else 0)
            compared += 1
    assert compared > 20
