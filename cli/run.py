"""`nodeloom run`: a workflow or a graph file, run to its end, its outputs in a folder."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import typer
from rich.console import Console

from cli.client import ApiClient, find_api_url
from cli.graphs import create_workflow, find_problems, print_problems
from cli.inputs import ReadInputs, Texts, read_inputs, split_inputs
from cli.outputs import write_outputs
from cli.progress import StackProgress, error_console
from cli.run_progress import follow_run
from cli.up import StopRequested, ignoring_signals, stopping_on_signals
from flows.graph.check import check_document
from flows.portable.graph_files import Document, read_graph_file, with_placeholder_assets
from local.stack import Stack
from schemas.errors import AppError, InvalidGraphError, InvalidInputError
from schemas.graph import Graph
from schemas.settings import Settings
from schemas.values import TextValue
from schemas.wire.run import NodeStatus, Reuse, RunRead, RunStatus
from tasks.registry import node_types


@dataclass(frozen=True)
class RunOptions:
    """What was asked for on the command line."""

    workflow: str
    wait: bool
    output: Path | None
    json: bool
    reuse: Reuse
    inputs: Sequence[str]
    """As they were typed, `name=value`."""


@dataclass(frozen=True)
class _WorkflowSource:
    """A stored workflow, or a document with the file it came from."""

    id: int | None = None
    document: Document | None = None
    file: Path | None = None

    def checked_document(self, client: ApiClient | None = None) -> Document:
        """Give the document as it can be checked: that of the file, or the stored one."""
        if self.document is not None and self.file is not None:
            return with_placeholder_assets(self.document, self.file.parent)
        assert client is not None
        assert self.id is not None
        stored = client.read_workflow(self.id)
        return {key: stored[key] for key in Graph.model_fields if key in stored}


def run_workflow(settings: Settings, options: RunOptions) -> int:
    """Do what `nodeloom run` says; give the exit code: 0 only if the run COMPLETED.

    Raises:
        AppError: the file cannot be read, no Nodeloom answers, or it refuses.
    """
    console = error_console()
    source, texts = _find_source(options.workflow), split_inputs(options.inputs)
    if source.document is not None and source.file is not None:
        problems = find_problems(source.document, source.file.parent)
        if not problems:
            problems = _read_inputs(source.checked_document(), texts).problems
        if problems:  # before anything is started or stored
            print_problems(problems, source.document, str(source.file))
            return 1
    with (
        _running_api(settings, console, needs_wait=options.wait) as address,
        ApiClient(address, settings.api_key) as client,
    ):
        try:
            run = _start(client, source, texts, options.reuse)
        except InvalidGraphError as error:
            print_problems(error.problems, source.document or {}, options.workflow)
            return 1
        console.print(f"Run {run.id} of workflow {run.workflow_id} at {address}", markup=False)
        if not options.wait:
            typer.echo(run.model_dump_json(indent=2) if options.json else str(run.id))
            return 0
        return _follow_to_end(client, run, options, console)


def _find_source(text: str) -> _WorkflowSource:
    path = Path(text)
    if text.isdecimal() and not path.exists():
        return _WorkflowSource(id=int(text))
    return _WorkflowSource(document=read_graph_file(path), file=path)


def _read_inputs(document: Document, texts: Texts) -> ReadInputs:
    checked = check_document(document, node_types())
    if checked.graph is None:
        return ReadInputs(problems=checked.problems)
    return read_inputs(checked.graph, texts, node_types())


def _start(client: ApiClient, source: _WorkflowSource, texts: Texts, reuse: Reuse) -> RunRead:
    """Start a run, its files uploaded. Raises InvalidGraphError where it cannot run so."""
    read = _read_inputs(source.checked_document(client), texts)
    if read.problems:
        raise InvalidGraphError(read.problems, "Values of the inputs do not fit.")
    inputs, id = read.with_uploads(client.upload), source.id
    if source.document is not None and source.file is not None:
        id = create_workflow(client, source.document, source.file.parent)
    assert id is not None
    return client.start_run(id, str(uuid4()), reuse, inputs)


@contextmanager
def _running_api(settings: Settings, console: Console, *, needs_wait: bool) -> Generator[str]:
    """Give the address of the API; where nothing runs, run it all meanwhile."""
    address = find_api_url(settings)
    if address:
        yield address
        return
    if not needs_wait:
        raise InvalidInputError(
            "not_running", "--no-wait needs a Nodeloom that goes on running: `nodeloom up`."
        )
    console.print("No Nodeloom is running: starting one for this run.")
    progress = StackProgress(console)
    stack = Stack(settings, 0, 0, progress.report_status if console.is_terminal else _ignore_status)
    with stopping_on_signals():
        try:
            with progress.live():
                stack.start()
            yield stack.api_url
        except StopRequested:
            raise KeyboardInterrupt from None
        finally:
            with ignoring_signals():
                stack.stop()


def _ignore_status(_part: str, _state: str) -> None:
    pass


def _follow_to_end(client: ApiClient, run: RunRead, options: RunOptions, console: Console) -> int:
    try:
        ended = follow_run(client, run, console)
    except (KeyboardInterrupt, StopRequested):
        _cancel(client, run, console)
        raise
    if options.json:
        typer.echo(ended.model_dump_json(indent=2))
    _print_failures(ended, console)
    if options.output:
        written = write_outputs(client, ended, options.output)
        console.print(f"{len(written)} files are in {options.output}.", markup=False)
    elif not options.json:
        _print_results(ended)
    _print_end(ended, console)
    return 0 if ended.status is RunStatus.COMPLETED else 1


def _cancel(client: ApiClient, run: RunRead, console: Console) -> None:
    try:
        client.call("POST", f"/api/runs/{run.id}/cancel")
    except AppError as error:
        console.print(f"The run could not be cancelled: {error}", markup=False)
    else:
        console.print("The run was cancelled.")


def _print_failures(run: RunRead, console: Console) -> None:
    for node in run.node_executions:
        if node.error and node.status in (NodeStatus.FAILED, NodeStatus.SKIPPED):
            line = f"{node.label}: {node.status}: {node.error.message} [{node.error.code}]"
            console.print(line, markup=False)


def _print_results(run: RunRead) -> None:
    """Print the texts that llm nodes wrote: what most people ran it for."""
    for node in run.node_executions:
        if node.node_type == "llm" and isinstance(node.output, TextValue):
            failed = " (FAILED: what came of it)" if node.status is NodeStatus.FAILED else ""
            typer.echo(f"--- {node.label}{failed}\n{node.output.text}\n")


def _print_end(run: RunRead, console: Console) -> None:
    counts = run.counts
    others = (
        ("failed", counts.failed),
        ("skipped", counts.skipped),
        ("cancelled", counts.cancelled),
    )
    rest = "".join(f", {number} {name}" for name, number in others if number)
    seconds = f" in {run.duration_ms / 1000:.1f} s" if run.duration_ms is not None else ""
    end = f"{run.status}{seconds}: {counts.completed} of {counts.total} nodes completed{rest}."
    console.print(end, markup=False)
    if run.error:
        console.print(f"{run.error.message} [{run.error.code}]", markup=False)
