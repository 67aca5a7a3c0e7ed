"""Workflows to take pictures of, in a running Nodeloom."""

from typing import Any

import httpx

from support.browser.editor import MEDIA, Editor


def node_at(x: int, y: int, node_id: str, node_type: str, **data: Any) -> dict[str, Any]:
    """Give a node at a place."""
    data = {"label": node_id.title(), **data}
    return {"id": node_id, "type": node_type, "position": {"x": x, "y": y}, "data": data}


def asset(editor: Editor, name: str) -> dict[str, str]:
    """Upload a file of the examples; give it as a source."""
    files = {"file": (name, (MEDIA / name).read_bytes())}
    answer = httpx.post(f"{editor.api}/api/assets", files=files, trust_env=False)
    return {"kind": "asset", "assetId": answer.raise_for_status().json()["id"]}


def from_template(editor: Editor, template: str) -> int:
    """Make a workflow of a template; give its id."""
    url = f"{editor.api}/api/templates/{template}"
    return httpx.post(url, trust_env=False, timeout=60).raise_for_status().json()["workflow"]["id"]
