"""A program as a user would write it with the client that was made from the OpenAPI document.

`python run_workflow.py http://127.0.0.1:8000 API_KEY` stores a graph, runs it, waits, and prints
what came out as JSON.
"""

import json
import sys
import time

from nodeloom_client import AuthenticatedClient
from nodeloom_client.api.runs import read_run, start_run
from nodeloom_client.api.workflows import (
    check_workflow,
    create_workflow,
    read_workflow,
    save_workflow,
)
from nodeloom_client.models import (
    CheckResult,
    Edge,
    ErrorCode,
    ErrorDocument,
    Graph,
    LlmNode,
    NodeStatus,
    Position,
    Reuse,
    RunCreate,
    RunRead,
    ScopeUntil,
    TextData,
    TextNode,
    TextValue,
    WorkflowRead,
)
from nodeloom_client.types import UNSET


def text(id: str, words: str) -> TextNode:
    return TextNode(id=id, type_="text", position=Position(0, 0), data=TextData(text=words))


def main(address: str, key: str) -> None:
    with AuthenticatedClient(address, token=key) as client:
        missing = read_workflow.sync(999_999, client=client)
        assert isinstance(missing, ErrorDocument)
        assert missing.code is ErrorCode.WORKFLOW_NOT_FOUND

        graph = Graph(
            name="Greeting",
            nodes=[text("hello", "Good morning,"), text("name", "Kyoto"), text("both", "")],
            edges=[
                Edge(
                    id="1",
                    source="hello",
                    source_handle="output",
                    target="both",
                    target_handle="text",
                ),
                Edge(
                    id="2",
                    source="name",
                    source_handle="output",
                    target="both",
                    target_handle="text",
                ),
            ],
        )
        stored = create_workflow.sync(client=client, body=graph)
        assert isinstance(stored, WorkflowRead), stored
        checked = check_workflow.sync(stored.id, client=client)
        assert isinstance(checked, CheckResult)
        assert checked.problems == []

        # What was read can be changed and sent back: nodes and edges have the same types.
        node = stored.nodes[1]
        assert isinstance(node, TextNode)
        assert not isinstance(node, LlmNode)
        assert node.data
        node.data.text = "Osaka"
        changed = Graph(name=stored.name, nodes=stored.nodes, edges=stored.edges)
        saved = save_workflow.sync(
            stored.id, client=client, body=changed, if_match=str(stored.revision)
        )
        assert isinstance(saved, WorkflowRead), saved

        wanted = RunCreate(scope=ScopeUntil(kind="until", node_id="both"), reuse=Reuse.NEVER)
        run = start_run.sync(saved.id, client=client, body=wanted)
        assert isinstance(run, RunRead), run
        while run.finished_at is None:
            time.sleep(0.1)
            found = read_run.sync(run.id, client=client)
            assert isinstance(found, RunRead), found
            run = found

        last = next(each for each in run.node_executions if each.node_id == "both")
        assert last.status is NodeStatus.COMPLETED
        assert isinstance(last.output, TextValue)
        assert last.output.text is not UNSET
        json.dump({"status": run.status, "text": last.output.text}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
