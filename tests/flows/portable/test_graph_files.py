"""Graph files: what is read from them, and which files they may name."""

from pathlib import Path
from typing import Any

import pytest

from flows.portable.graph_files import read_graph_file, with_assets, with_placeholder_assets
from flows.portable.names import slug
from schemas.errors import InvalidInputError


def image(path: str, id: str = "photo") -> dict[str, Any]:
    source = {"kind": "file", "path": path}
    data = {"label": "The photo", "source": source}
    return {"id": id, "type": "image", "position": {"x": 0, "y": 0}, "data": data}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"name": "x",\n "nodes": [1,}', "line 2, column 14"),
        ("", "line 1, column 1"),
        ("[]", "outermost value must be an object"),
        ("[" * 100_000, "nested too deeply|line 1"),
    ],
    ids=["a slip", "empty", "a list", "a bomb"],
)
def test_a_file_that_is_no_graph_says_where(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "graph.json"
    file.write_text(text)
    with pytest.raises(InvalidInputError, match=says):
        read_graph_file(file)


def test_a_missing_file_and_an_image_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        read_graph_file(tmp_path / "nothing.json")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InvalidInputError, match="not a text file in UTF-8"):
        read_graph_file(tmp_path / "picture.png")


def test_named_files_become_assets_each_uploaded_once(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    file = tmp_path / "media" / "a.jpg"
    file.write_bytes(b"bytes")
    uploaded: list[Path] = []

    def upload(path: Path) -> str:
        uploaded.append(path)
        return "some-id"

    document = {"name": "x", "nodes": [image("media/a.jpg"), image("./media/a.jpg", "again")]}
    stored = with_assets(document, tmp_path, upload)
    assert uploaded == [file.resolve()]
    assert [node["data"]["source"] for node in stored["nodes"]] == [
        {"kind": "asset", "assetId": "some-id"}
    ] * 2
    assert document["nodes"][0] == image("media/a.jpg")  # the caller's own is untouched


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/hostname", "link/hostname"])
def test_a_graph_may_not_choose_files_outside_its_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "graph"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"bytes")
    (folder / "link").symlink_to("/etc")
    with pytest.raises(InvalidInputError, match=r"Node “The photo”: the file .* not in the folder"):
        with_placeholder_assets({"nodes": [image(path)]}, folder)


def test_a_file_that_is_not_there_is_named_with_its_node(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"Node “The photo”: there is no file a\.jpg"):
        with_placeholder_assets({"nodes": [image("a.jpg")]}, tmp_path)


@pytest.mark.parametrize(
    "document",
    [{}, {"nodes": 3}, {"nodes": [1, None, {"data": 3}, {"data": {"source": "file"}}]}],
)
def test_what_is_no_graph_is_left_for_check_to_judge(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    assert with_placeholder_assets(document, tmp_path) == document


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Crop to the cup", "crop-to-the-cup"),
        ("../../etc/passwd", "etc-passwd"),
        ("Größe – 50 %", "größe-50"),
        ("a/b\\c:d\0e\n", "a-b-c-d-e"),
        ("…", ""),
        ("x" * 200, "x" * 60),
    ],
)
def test_labels_become_safe_file_names(label: str, name: str) -> None:
    assert slug(label) == name
