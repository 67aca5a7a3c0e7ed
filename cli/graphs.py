"""`nodeloom check`, `import` and `export`: graphs judged, in, and out."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cli.client import ApiClient, require_api_url
from flows.graph.check import check_document, warnings
from flows.portable.graph_files import (
    Document,
    read_graph_file,
    with_assets,
    with_placeholder_assets,
)
from flows.prefect.loading import load_prefect
from local.machine.home import file_error
from schemas.errors import AppError, InvalidGraphError, UnavailableError
from schemas.problem import Problem
from schemas.settings import Settings
from tasks.registry import node_types


def check_file(file: Path, *, as_json: bool, flow: bool = False) -> int:
    """Print every problem of a graph file, or with `flow` the Prefect flow of one without; give the exit code.

    Raises:
        InvalidInputError: the file, or one that it names, cannot be read.
    """
    document = read_graph_file(file)
    problems = find_problems(document, file.parent)
    if flow and not problems:
        compiler = load_prefect("flows.prefect.host.compile")
        described = compiler.describe_document(
            with_placeholder_assets(document, file.parent), node_types()
        )
        typer.echo(json.dumps(described, indent=2) if as_json else _describe_flow(described))
    elif as_json:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in problems], indent=2))
    else:
        print_problems(problems, document, str(file))
    for warning in find_warnings(document, file.parent):
        typer.echo(f"Warning: {warning.message} [{warning.code}]", err=as_json)
    return 1 if problems else 0


def _describe_flow(flow: Mapping[str, Any]) -> str:
    lines = [f"{flow['name']}: {len(flow['tasks'])} tasks, {len(flow['edges'])} edges"]
    inputs: dict[str, Any] = flow["inputs"] or {"properties": {}, "required": []}
    lines += [
        f"  input {name} “{schema['title']}”: {_describe_input(schema, name in inputs['required'])}"
        for name, schema in inputs["properties"].items()
    ]
    for task in flow["tasks"]:
        delays = ", ".join(f"{delay:g}" for delay in task["retryDelaySeconds"])
        retries = f"{task['retries']} retries after {delays} s" if delays else "no retries"
        timeout = f"timeout {task['timeoutSeconds']:g} s"
        tags = ", ".join(task["tags"])
        lines.append(f"  task {task['node']} “{task['name']}”: {retries}; {timeout}; tags {tags}")
    lines += [
        f"  edge {edge['source']}.{edge['sourceHandle']} → {edge['target']}.{edge['targetHandle']}"
        for edge in flow["edges"]
    ]
    return "\n".join(lines)


def _describe_input(schema: Mapping[str, Any], required: bool) -> str:
    types = " or ".join(str(each.get("type")) for each in schema.get("anyOf", (schema,)))
    default = [f"default {json.dumps(schema['default'])}"] if "default" in schema else []
    return "; ".join([types, *(["required"] if required else []), *default])


def find_problems(document: Document, folder: Path) -> list[Problem]:
    """Check a document as the API does, its files taken as uploaded."""
    return check_document(with_placeholder_assets(document, folder), node_types()).problems


def find_warnings(document: Document, folder: Path) -> list[Problem]:
    """Give what is to be known of a document and keeps nothing from running."""
    graph = check_document(with_placeholder_assets(document, folder), node_types()).graph
    return warnings(graph, node_types(), datetime.now(UTC).date()) if graph else []


def import_files(settings: Settings, files: Sequence[Path]) -> int:
    """Store graph files as new workflows and print their ids; give the exit code.

    A file that cannot be imported keeps no other from it; the end says which were not, and why.
    """
    failures: list[tuple[Path, str]] = []
    with ApiClient(require_api_url(settings), settings.api_key) as client:
        for place, file in enumerate(files):
            try:
                _import_file(client, file)
            except UnavailableError as error:  # it would not answer for the others either
                failures += [(each, error.message) for each in files[place:]]
                break
            except InvalidGraphError as error:
                failures.append((file, f"{_count_problems(error.problems)}, see above"))
            except AppError as error:
                failures.append((file, error.message))
    if failures:
        done = len(files) - len(failures)
        typer.echo(f"{done} of {len(files)} imported. Not imported:", err=True)
        for file, reason in failures:
            place = "" if str(file) in reason else f"{file}: "
            typer.echo(f"  {place}{reason}", err=True)
    return 1 if failures else 0


def _import_file(client: ApiClient, file: Path) -> None:
    """Store a graph file, and print what was made of it, or every problem that keeps it out.

    Raises:
        AppError: it was not stored.
    """
    document = read_graph_file(file)
    try:
        made = client.import_workflow(with_assets(document, file.parent, client.upload))
    except InvalidGraphError as error:
        print_problems(error.problems, document, str(file))
        raise
    typer.echo(f"{file}: workflow {made.workflow.id}")
    for note in made.notes:
        typer.echo(f"  {note}")
    if made.problems:
        print_problems(made.problems, document, f"{file}, before it can run")


def create_workflow(client: ApiClient, document: Document, folder: Path) -> int:
    """Upload a document's files, store it as a new workflow, and give its id."""
    return client.create_workflow(with_assets(document, folder, client.upload))


def export_workflow(settings: Settings, id: int, output: Path | None, *, assets: bool) -> None:
    """Print a workflow's graph as JSON, or write it to a file; `assets`: its files inside."""
    with ApiClient(require_api_url(settings), settings.api_key) as client:
        text = client.export_workflow(id, assets=assets)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise file_error(error, output.parent) from error
    typer.echo(f"Workflow {id} is in {output}.", err=True)


def print_problems(problems: Sequence[Problem], document: Document, name: str) -> None:
    """Print problems, each with its place, or that there are none."""
    if not problems:
        typer.echo(f"{name}: no problems.")
        return
    typer.echo(f"{name}: {_count_problems(problems)}")
    labels = _labels(document)
    for problem in problems:
        typer.echo(f"  {_describe_location(problem, labels)}: {problem.message} [{problem.code}]")


def _count_problems(problems: Sequence[Problem]) -> str:
    return f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"


def _labels(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    nodes = document.get("nodes")
    for node in nodes if isinstance(nodes, list) else []:
        data = node.get("data") if isinstance(node, dict) else None
        label = data.get("label") if isinstance(data, dict) else None
        if isinstance(label, str) and label:
            found[str(node.get("id"))] = label
    return found


def _describe_location(problem: Problem, labels: Mapping[str, str]) -> str:
    if problem.input is not None:
        return f"input {problem.input}"
    if problem.node_id is not None:
        label = labels.get(problem.node_id)
        node = f"node {problem.node_id}" + (f" “{label}”" if label else "")
        within = problem.param or problem.port
        return f"{node}, {within}" if within else node
    return f"edge {problem.edge_id}" if problem.edge_id is not None else "graph"
