"""`nodeloom run --input`: a graph file and a stored workflow, as functions."""

import json
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from support.product.nodeloom import Up, nodeloom

FUNCTION: dict[str, Any] = {
    "name": "Cut",
    "nodes": [
        {"id": "note", "type": "text", "data": {"label": "Note", "text": ""}},
        {"id": "photo", "type": "image", "data": {"label": "Photo"}},
        {"id": "cut", "type": "crop", "data": {"label": "Cut", "widthPercent": 50}},
    ],
    "edges": [
        {
            "id": "e",
            "source": "photo",
            "sourceHandle": "output",
            "target": "cut",
            "targetHandle": "image",
        }
    ],
    "inputs": [
        {"name": "photo", "nodeId": "photo", "param": "source", "required": True},
        {"name": "text", "nodeId": "note", "param": "text"},
        {"name": "height", "nodeId": "cut", "param": "heightPercent", "default": 100},
    ],
    "outputs": [{"name": "post", "nodeId": "note"}, {"name": "tile", "nodeId": "cut"}],
}


def test_a_file_and_a_stored_workflow_are_run_with_values(up: Up, tmp_path: Path) -> None:
    for each in FUNCTION["nodes"]:
        each["position"] = {"x": 0, "y": 0}
    file, photo, out = tmp_path / "cut.json", tmp_path / "photo.png", tmp_path / "out"
    file.write_text(json.dumps(FUNCTION))
    Image.new("RGB", (40, 20), "red").save(photo)
    api = up.addresses["api"]
    with httpx.Client(base_url=api, trust_env=False) as http:
        stored = http.post("/api/workflows", json=FUNCTION).json()["id"]
    options = ["--api", api, "--input", f"photo=@{photo}", "--input", "text=Hello"]

    lower = ("--input", "height=50")
    for workflow, more, size in ((file, (), (20, 20)), (stored, lower, (20, 10))):
        told = nodeloom("run", str(workflow), *options, *more, "--output", out)
        assert told.returncode == 0, told.stdout + told.stderr
        assert (out / "post.txt").read_text() == "Hello"
        (tile,) = out.glob("tile.*")
        with Image.open(tile) as image:
            assert image.size == size
        run = json.loads((out / "run.json").read_text())
        assert run["inputs"]["text"] == "Hello"
        assert run["inputs"]["photo"].keys() == {"assetId"}
        assert min(path.name for path in out.iterdir()).startswith("02-photo")

    refused = nodeloom("run", str(stored), "--api", api, "--input", "text=a", "--input", "x=b")
    assert refused.returncode == 1
    assert "input x: There is no input “x”" in refused.stdout
    assert "input photo: The input “photo” is required" in refused.stdout
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    told = nodeloom("run", str(stored), "--api", api, "--input", f"photo=@{broken}")
    assert told.returncode == 1
    assert str(broken) in told.stderr
