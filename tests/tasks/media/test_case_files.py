"""Files of the kinds that people reported to projects like this one, with what must come out."""

from typing import Any

import pytest

from schemas.errors import BadInputError
from support.nodes.case_files import differences, read_cases, run_graph, upload
from support.nodes.node_runner import NodeRunner

CASES = read_cases()
REFUSABLE = {name: case for name, case in CASES.items() if "expectUpload" in case}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_file_comes_out_as_people_see_it(
    case: dict[str, Any], node_runner: NodeRunner
) -> None:
    if (refused := _refused(case, node_runner)) is not None:
        assert refused
        return

    outputs = await run_graph(case, node_runner)

    found = {
        each["node"]: differences(each, outputs[each["node"]], node_runner)
        for each in case["expect"]
    }
    assert not {node: what for node, what in found.items() if what}


def _refused(case: dict[str, Any], runner: NodeRunner) -> bool | None:
    """Say whether a refusal of the upload is as it should be; None where it is taken."""
    wanted = case.get("expectUpload", {})
    for node in case["graph"]["nodes"]:
        source = node["data"].get("source", {})
        if source.get("kind") not in ("file", "made"):
            continue
        try:
            upload(case, source, runner)
        except BadInputError as error:
            told = all(word in error.message.lower() for word in wanted.get("orSaid", ()))
            return wanted.get("status") == 422 or ("orSaid" in wanted and told)
    return False if wanted.get("status") == 422 else None
